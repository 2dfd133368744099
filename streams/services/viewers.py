"""People's hands on the audience, during the show: mute somebody, write a note, steer the next lines."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from relationships.models import Viewer
from streams.domain.lines import line_frames, told_of
from streams.hints import announce_dock
from streams.models import DirectorNote, InboxEvent, Stream, StreamState
from streams.selectors.state import event_line
from streams.services import approval
from vtcontrol.kernel.errors import Conflict, InputInvalid, NotFound
from vtcontrol.kernel.events import EventState

NOTE_LONGEST = 300
CARD_LONGEST = {"notes": 4000, "never_mention": 2000}  # as the model has it


@transaction.atomic
def mute_viewer(stream_id: UUID, viewer_id: UUID, *, minutes: int | None) -> None:
    """Answer a viewer no more, for so many minutes or (None) until unmuted; what waits of theirs is passed over.

    Raises:
        NotFound: No such viewer in this studio.
    """
    now = timezone.now()
    until = now + dt.timedelta(minutes=minutes) if minutes is not None else None
    if not Viewer.objects.filter(pk=viewer_id).update(is_ignored=until is None, ignored_until=until):
        raise NotFound
    pass_over_viewer(viewer_id)
    announce_viewer(stream_id, viewer_id)


@transaction.atomic
def ignore_viewers(viewer_ids: Iterable[UUID]) -> None:
    """Never answer these viewers; what waits of theirs is passed over."""
    for viewer_id in viewer_ids:
        Viewer.objects.filter(pk=viewer_id).update(is_ignored=True)
        pass_over_viewer(viewer_id)


@transaction.atomic
def pass_over_viewer(viewer_id: UUID) -> None:
    """End what waits or is held of a viewer who is answered no more, on every stream."""
    now = timezone.now()
    waiting: dict[UUID, list[InboxEvent]] = defaultdict(list)
    for event in InboxEvent.objects.filter(viewer_id=viewer_id, state=EventState.WAITING).order_by("received_at", "id"):
        waiting[event.stream_id].append(event)
    for one in sorted(waiting):
        pass_over(one, waiting[one], now)
    approval.take_back_viewer(viewer_id, "ignored_viewer")


def pass_over(stream_id: UUID, events: list[InboxEvent], now: dt.datetime) -> None:
    """End what waits of a muted viewer on one stream, and tell its docks."""
    StreamState.objects.select_for_update().get(stream_id=stream_id)  # the live loop claims under the same lock
    ids = [event.pk for event in events]
    open_ones = list(InboxEvent.objects.filter(pk__in=ids, state=EventState.WAITING).order_by("received_at", "id"))
    values = {"state": EventState.PASSED_OVER, "reason": "ignored_viewer", "decided_at": now, "pinned_at": None}
    InboxEvent.objects.filter(pk__in=[event.pk for event in open_ones]).update(**values)
    for event in open_ones:
        for name, value in values.items():
            setattr(event, name, value)
    told, gap = told_of(open_ones)
    StreamState.objects.filter(stream_id=stream_id).update(version=F("version") + len(told) + gap)
    version = StreamState.objects.values_list("version", flat=True).get(stream_id=stream_id)
    announce_dock(stream_id, *line_frames(version, [event_line(event) for event in told]))


@transaction.atomic
def unmute_viewer(stream_id: UUID, viewer_id: UUID) -> None:
    """Answer a viewer again.

    Raises:
        NotFound: No such viewer in this studio.
    """
    if not Viewer.objects.filter(pk=viewer_id).update(is_ignored=False, ignored_until=None):
        raise NotFound
    announce_viewer(stream_id, viewer_id)


@transaction.atomic
def note_viewer(stream_id: UUID, viewer_id: UUID, text: str, *, never_mention: bool) -> None:
    """Put a note on top of a viewer's card: something the character knows, or must never mention.

    Raises:
        NotFound: No such viewer in this studio.
        Conflict: The viewer opted out of being remembered.
        InputInvalid: There are no words, or the card is full.
    """
    words = _words(text)
    viewer = Viewer.objects.select_for_update().filter(pk=viewer_id).first()
    if viewer is None:
        raise NotFound
    if viewer.has_opted_out:
        raise Conflict(_("This person asked not to be remembered, so nothing is written down about them."))
    field = "never_mention" if never_mention else "notes"
    lines = [line for line in getattr(viewer, field).splitlines() if line.strip()]
    if words in lines:
        return
    longer = "\n".join([words, *lines])
    if len(longer) > CARD_LONGEST[field]:
        raise InputInvalid(_("The card is full. Open it in the admin and shorten it."), field="text")
    setattr(viewer, field, longer)
    viewer.save(update_fields=[field])
    announce_viewer(stream_id, viewer_id)


def note_stream(stream_id: UUID, text: str, *, lines: int) -> UUID:
    """Steer the stream's next `lines` lines with a director's note, and return its id.

    Raises:
        NotFound: No such stream in this studio.
        InputInvalid: There are no words, or too many.
    """
    if not Stream.objects.filter(pk=stream_id).exists():
        raise NotFound
    note = DirectorNote(stream_id=stream_id, text=_words(text), turns_left=lines)
    note.save()
    return UUID(str(note.pk))


def _words(text: str) -> str:
    """Return a note as one line."""
    words = " ".join(text.split())
    if not words:
        raise InputInvalid(_("Write the note first."), field="text")
    if len(words) > NOTE_LONGEST:
        raise InputInvalid(_("A note has at most %(most)d characters.") % {"most": NOTE_LONGEST}, field="text")
    return words


def announce_viewer(stream_id: UUID, viewer_id: UUID) -> None:
    """Tell the docks that a card changed; whoever shows it fetches it anew."""
    announce_dock(stream_id, {"type": "viewer", "viewer": str(viewer_id)})
