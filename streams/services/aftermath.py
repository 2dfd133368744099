"""What a turn leaves behind: the relationship moves, and what a viewer said of themselves is remembered.

Idempotent: the ledger counts an event once, and a memory with the same words is the same memory.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from memory.services import notice_turn
from relationships.domain.scoring import InteractionKind
from relationships.services import record_interaction
from streams.models import Turn, TurnState
from vtcontrol.kernel.events import EventKind
from vtcontrol.tenancy.compiled import CompiledQuery

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


@dataclass(frozen=True, slots=True)
class _Answer:
    """What counts of a turn that was heard, of the event it answered and of the event's viewer."""

    persona_id: UUID
    reason: str
    stream_id: UUID
    language: str
    uses_relationships: bool
    event_id: UUID
    kind: str
    received_at: dt.datetime
    broadcast_id: UUID | None
    amount: Decimal | None
    currency: str
    viewer_id: UUID

    @property
    def worth(self) -> float:
        """The event's amount in about the worth of euros (or its count)."""
        amount = self.amount or Decimal(1)
        return float(amount / BITS_A_UNIT if self.currency.lower() == "bits" else amount)


_OF_TURN = ("persona_id", "reason", "stream_id", "stream__language", "stream__uses_relationships", "event_id")
_OF_EVENT = ("kind", "received_at", "broadcast_id", "amount", "currency", "viewer_id")
_ANSWER = CompiledQuery(
    lambda turn_id: (
        Turn.objects.filter(
            pk=turn_id, state__in=(TurnState.HEARD.value, TurnState.CUT.value), event__viewer__has_opted_out=False
        )
        .order_by()
        .values_list(*_OF_TURN, *(f"event__{name}" for name in _OF_EVENT))
    ),
    turn_id=UUID,
)


def absorb_turn(turn_id: UUID) -> None:
    """Let a finished turn move the relationship and leave memories; not one of somebody who opted out, or of nobody."""
    rows = _ANSWER.rows(turn_id=turn_id)
    if not rows:
        return
    answer = _Answer(*rows[0])
    kind = INTERACTIONS.get(EventKind(answer.kind))
    if kind is not None and answer.uses_relationships:
        record_interaction(
            viewer_id=answer.viewer_id,
            persona_id=answer.persona_id,
            event_id=answer.event_id,
            kind=kind,
            at=answer.received_at,
            broadcast_id=answer.broadcast_id,
            amount=answer.worth,
        )
    if answer.reason != "deleted":
        notice_turn(turn_id, answer.language, stream_id=answer.stream_id, said_at=answer.received_at)
