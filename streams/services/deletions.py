"""What a platform's moderators take back is taken back here too: what waits is cancelled, what is being said stops.

What was said of it already stays on record; erasing that is not done here.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from streams.domain.lines import Line, line_frames
from streams.hints import announce_dock
from streams.models import InboxEvent, StreamState, Turn
from streams.selectors.state import OPEN_TURNS, event_line, state_frame
from streams.services import approval, control
from streams.services.unnamed import hidden_id
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.kernel.events import EventState

DELETED = "deleted"
LINES_TOLD = 20


@dataclass(frozen=True, slots=True)
class Deletion:
    """What was removed on a platform.

    Attributes:
        platform: As in `vtcontrol.kernel.events.IncomingEvent`.
        platform_id: The one message, or "".
        author_id: Everything of this person, or "". Both empty: everything of the platform.
    """

    platform: str
    platform_id: str = ""
    author_id: str = ""


def take_back(stream_id: UUID, deletion: Deletion) -> int:
    """Cancel what waits or is held of it, and stop the turn that answers it; return how many events were met.

    A line of somebody who wants nothing stored is met by its own id, and with everything of the platform. By its author
    it cannot be: no row says who wrote it.

    Raises:
        InputInvalid: It names no platform.
    """
    if not deletion.platform:
        raise InputInvalid("A deletion names its platform.", field="platform")
    if not _open_events(stream_id, deletion).exists():
        return 0
    with transaction.atomic():
        return _take_back(stream_id, deletion)


def _open_events(stream_id: UUID, deletion: Deletion) -> "QuerySet[InboxEvent]":
    rows: QuerySet[InboxEvent] = InboxEvent.objects.filter(stream_id=stream_id, platform=deletion.platform)
    rows = rows.filter(state__in=(EventState.WAITING, EventState.TAKEN, EventState.HELD))
    if deletion.platform_id:
        return rows.filter(platform_id__in=[deletion.platform_id, hidden_id(deletion)])
    return rows.filter(author_id=deletion.author_id) if deletion.author_id else rows


def _take_back(stream_id: UUID, deletion: Deletion) -> int:
    StreamState.objects.select_for_update().get(stream_id=stream_id)  # nobody claims meanwhile
    met = list(_open_events(stream_id, deletion).order_by("received_at", "id"))
    taken = [event.pk for event in met if event.state == EventState.TAKEN]
    held = approval.take_back([event.pk for event in met], DELETED)
    ended = {line.id for line in held}
    cancelled = [event for event in met if event.state == EventState.WAITING and event.pk not in ended]
    ids, now = [event.pk for event in cancelled], timezone.now()
    InboxEvent.objects.filter(pk__in=ids).update(state=EventState.CANCELLED, reason=DELETED, decided_at=now)
    if taken:  # the mark outlives a lost worker: its heir does not answer it after all
        InboxEvent.objects.filter(pk__in=taken).update(reason=DELETED)
        if Turn.objects.filter(stream_id=stream_id, event_id__in=taken, state__in=OPEN_TURNS).exists():
            control.skip(stream_id, reason=DELETED)
    for event in cancelled:
        event.state, event.reason = EventState.CANCELLED, DELETED
    if cancelled or held:
        _tell(stream_id, [*held, *(event_line(event) for event in cancelled)])
    return len(met)


def _tell(stream_id: UUID, cancelled: list[Line]) -> None:
    """Show the docks the cancelled lines and the new count; a gap in the versions makes them fetch the rest."""
    told = cancelled[-LINES_TOLD:]
    row = StreamState.objects.filter(stream_id=stream_id)
    row.update(version=F("version") + len(told) + (len(cancelled) > len(told)) + 1)
    state = row.get()
    frames = line_frames(state.version - 1, told)
    announce_dock(stream_id, *frames, state_frame(stream_id))
