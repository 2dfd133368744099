"""What a platform's moderators take back is taken back here too: what waits is cancelled, what is being said stops.

Whom they time out or ban loses trust with every character.

What was said of it already stays on record; erasing that is not done here.
"""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from relationships.domain.scoring import InteractionKind
from relationships.models import Identity
from relationships.services.bonds import record_breach
from streams.domain.lines import Line, line_frames, told_of
from streams.hints import announce_dock
from streams.models import Broadcast, InboxEvent, Stream, StreamState, Turn
from streams.selectors.state import OPEN_TURNS, event_line, state_frame
from streams.services import approval, control
from streams.services.unnamed import hidden_id
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.kernel.events import EventState

DELETED = "deleted"
NAMESPACE = UUID("5d2f0c3e-8a44-4f0e-9c1b-7d6b9d1f0b52")
"""Makes the ids of penalties, which platforms give none."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """What was removed on a platform.

    Attributes:
        platform: As in `vtcontrol.kernel.events.IncomingEvent`.
        platform_id: The one message, or "".
        author_id: Everything of this person, or "". Both empty: everything of the platform.
        penalty: What the platform's moderators did to the person: TIMEOUT, BAN or None.
        at: When; aware. Told with a penalty.
    """

    platform: str
    platform_id: str = ""
    author_id: str = ""
    penalty: InteractionKind | None = None
    at: dt.datetime | None = None


def take_back(stream_id: UUID, deletion: Deletion) -> int:
    """Cancel what waits or is held of it, and stop the turn that answers it; return how many events were met.

    A line of somebody who wants nothing stored is met by its own id, and with everything of the platform. By its author
    it cannot be: no row says who wrote it.

    Raises:
        InputInvalid: It names no platform.
    """
    if not deletion.platform:
        raise InputInvalid("A deletion names its platform.", field="platform")
    if deletion.penalty is not None and deletion.author_id:
        _note_breach(stream_id, deletion, deletion.penalty)
    if not _open_events(stream_id, deletion).exists():
        return 0
    with transaction.atomic():
        return _take_back(stream_id, deletion)


def _note_breach(stream_id: UUID, deletion: Deletion, penalty: InteractionKind) -> None:
    """Let trust go down for what a platform's moderators punished; told twice, it counts once."""
    account = Identity.objects.filter(platform=deletion.platform, platform_id=deletion.author_id)
    viewer_id = account.filter(viewer__has_opted_out=False).values_list("viewer_id", flat=True).first()
    if viewer_id is None or not Stream.objects.filter(pk=stream_id, uses_relationships=True).exists():
        return
    at = deletion.at or timezone.now()
    event_id = uuid5(NAMESPACE, f"{deletion.platform}:{deletion.author_id}:{penalty}:{at.isoformat()}")
    show = Broadcast.objects.filter(stream_id=stream_id, ended_at=None).values_list("pk", flat=True).first()
    record_breach(viewer_id, event_id=event_id, kind=penalty, at=at, broadcast_id=show)


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
    """Show the docks the cancelled lines and the new count."""
    told, gap = told_of(cancelled)
    row = StreamState.objects.filter(stream_id=stream_id)
    row.update(version=F("version") + len(told) + gap + 1)
    state = row.get()
    frames = line_frames(state.version - 1, told)
    announce_dock(stream_id, *frames, state_frame(stream_id))
