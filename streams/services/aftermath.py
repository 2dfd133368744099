"""What a turn leaves behind: the relationship moves, and what a viewer said of themselves is remembered.

Idempotent: the ledger counts an event once, and a memory with the same words is the same memory.
"""

from decimal import Decimal
from uuid import UUID

from memory.services import notice_turn
from relationships.domain.scoring import InteractionKind
from relationships.models import Viewer
from relationships.services import record_interaction
from streams.models import InboxEvent, Turn, TurnState
from vtcontrol.kernel.events import EventKind

INTERACTIONS = {
    EventKind.CHAT: InteractionKind.ANSWERED,
    EventKind.SPEECH: InteractionKind.ANSWERED,
    EventKind.DIRECT: InteractionKind.ANSWERED,
    EventKind.DONATION: InteractionKind.DONATION,
    EventKind.SUBSCRIPTION: InteractionKind.SUBSCRIPTION,
    EventKind.GIFT: InteractionKind.GIFT,
    EventKind.RAID: InteractionKind.RAID,
    EventKind.FOLLOW: InteractionKind.FOLLOW,
    EventKind.REDEMPTION: InteractionKind.REDEMPTION,
}
BITS_A_UNIT = 100


def absorb_turn(turn_id: UUID) -> None:
    """Let a finished turn move the relationship and leave memories."""
    turn = Turn.objects.select_related("event__viewer", "stream").defer("prompt").filter(pk=turn_id).first()
    if turn is None or turn.event is None or turn.state not in {TurnState.HEARD, TurnState.CUT}:
        return
    event: InboxEvent = turn.event
    viewer: Viewer | None = event.viewer
    if viewer is None or viewer.has_opted_out:
        return
    kind = INTERACTIONS.get(EventKind(event.kind))
    if kind is not None and turn.stream.uses_relationships:
        record_interaction(
            viewer_id=viewer.pk,
            persona_id=turn.persona_id,
            event_id=event.pk,
            kind=kind,
            at=event.received_at,
            broadcast_id=event.broadcast_id,
            amount=_worth(event),
        )
    if turn.reason != "deleted":
        notice_turn(turn.pk, turn.stream.language)


def _worth(event: InboxEvent) -> float:
    """Return an event's amount in about the worth of euros (or its count)."""
    amount = event.amount or Decimal(1)
    return float(amount / BITS_A_UNIT if event.currency.lower() == "bits" else amount)
