"""After a lost worker: what it left open is closed, and streams that nobody works on are found."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from streams.domain.approval import APPROVED
from streams.domain.lines import Line
from streams.models import InboxEvent, StreamState, Turn, TurnState
from streams.selectors.state import OPEN_TURNS, event_line, turn_line
from streams.services.leases import Lease, hold
from streams.services.turns import Frames, dock_frames
from vtcontrol.kernel.events import EventState
from vtcontrol.tenancy.compiled import CompiledSweep

ATTEMPTS_MOST = 2
IN_NEED_MOST = 500


@transaction.atomic
def recover(lease: Lease) -> Frames:
    """Close what the last holder of the lease left open; return what the docks are to be told.

    A turn that reached ears is closed as cut short and never spoken again; one that did not is tried once more.

    Raises:
        LeaseLost: The lease is another worker's.
    """
    hold(lease)
    left = Turn.objects.filter(stream_id=lease.stream_id, state__in=OPEN_TURNS, fence__lt=lease.fence)
    now = timezone.now()
    lines: list[Line] = []
    for turn in left.select_related("event", "persona"):
        lines += _close(turn, now)
    return dock_frames(lease, lines, with_state=True)


def _close(turn: Turn, now: dt.datetime) -> list[Line]:
    """Close a turn whose worker was lost, and its event; return their lines."""
    was_heard = turn.state == TurnState.SPEAKING
    turn.state, turn.reason, turn.finished_at = TurnState.CUT if was_heard else TurnState.FAILED, "worker_lost", now
    turn.save(update_fields=["state", "reason", "finished_at"])
    lines = [turn_line(turn, turn.speaker_name)]
    event: InboxEvent | None = turn.event
    if event is None or event.state != EventState.TAKEN:
        return lines
    if event.reason == APPROVED and not was_heard and event.attempts < ATTEMPTS_MOST:
        return _wait_again(turn, event)
    was_deleted = event.reason == "deleted"
    event.state, event.reason = EventState.ANSWERED, "cut_short"
    if not was_heard and was_deleted:
        event.state, event.reason = EventState.CANCELLED, "deleted"
    elif not was_heard:
        is_spent = event.attempts >= ATTEMPTS_MOST
        event.state, event.reason = (EventState.FAILED, "worker_lost") if is_spent else (EventState.WAITING, "")
    taken = InboxEvent.objects.filter(pk=event.pk, state=EventState.TAKEN)
    decided_at = None if event.state == EventState.WAITING else now
    taken.update(state=event.state, reason=event.reason, decided_at=decided_at)
    return [event_line(event, turn_id=turn.pk), *lines]


def _wait_again(turn: Turn, event: InboxEvent) -> list[Line]:
    """Leave an approved answer to be said by the heir: it was thought and decided on, and nobody heard it."""
    turn.state, turn.reason, turn.finished_at = TurnState.APPROVED, "", None
    turn.save(update_fields=["state", "reason", "finished_at"])
    InboxEvent.objects.filter(pk=event.pk, state=EventState.TAKEN).update(state=EventState.WAITING)
    event.state = EventState.WAITING
    return [event_line(event, turn_id=turn.pk), turn_line(turn, turn.speaker_name)]


def _forsaken(now: dt.datetime, **work: Any) -> Any:
    idle = StreamState.objects.filter(stream__is_enabled=True, panicked_at=None, studio__is_active=True)
    idle = idle.exclude(lease_until__gt=now).filter(**work)
    return idle.order_by().values_list("studio_id", "stream_id").distinct()[:IN_NEED_MOST]


_WAITING = CompiledSweep(lambda now: _forsaken(now, stream__events__state=EventState.WAITING.value), now=dt.datetime)
_BROKEN = CompiledSweep(
    lambda now: _forsaken(now, stream__turns__state__in=[one.value for one in OPEN_TURNS]), now=dt.datetime
)


def streams_in_need() -> Sequence[tuple[UUID, UUID]]:
    """Return (studio, stream) pairs with work that nobody is doing: waiting events or open turns without a live lease.

    Runs over all studios.
    """
    now = timezone.now()
    found = [*_WAITING.rows(now=now), *_BROKEN.rows(now=now)]
    return sorted({(studio_id, stream_id) for studio_id, stream_id in found})
