"""People's hands on the queue: answer this next, drop that, say these words; and taking it back.

A hand holds the stream's state row while it works, as the live loop does when it claims: an event that was taken a
moment before is a conflict in plain words, never a second answer.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from streams.domain.approval import APPROVED
from streams.domain.lines import Line, line_frames
from streams.domain.ranks import Rank, rank
from streams.hints import announce_dock
from streams.models import InboxEvent, StreamState
from streams.selectors.queue import UNANSWERED
from streams.selectors.state import event_line
from streams.services.intake import Accepted, accept_event
from vtcontrol.kernel.errors import Conflict, InputInvalid, NotFound
from vtcontrol.kernel.events import DIRECTOR, EventKind, EventState, IncomingEvent
from vtcontrol.tenancy.tasks import enqueue

SAY_LONGEST = 1000
DIRECTOR_MOST = 50
DROPPED = "dropped"
FORBIDDEN = frozenset({"moderated", "deleted"})


@transaction.atomic
def pin(stream_id: UUID, event_id: UUID) -> Line:
    """Have a waiting or passed-over event answered next, whatever triage would do. A repetition changes nothing.

    Raises:
        NotFound: No such event on this stream.
        Conflict: It is being answered, or was; moderation refused it; panic holds; too many are pinned.
    """
    state, event = _held(stream_id, event_id)
    if event.pinned_at is not None and event.state == EventState.WAITING:
        return event_line(event)
    if state.panicked_at is not None:
        raise Conflict(_("Panic holds, so nothing is answered. Release it first."))
    _check_open(event)
    waiting = InboxEvent.objects.filter(stream_id=stream_id, state=EventState.WAITING, priority=Rank.DIRECTOR)
    if waiting.count() >= DIRECTOR_MOST:
        raise Conflict(_("Too many lines are to be answered next already. Wait until some have been."))
    values = {"state": EventState.WAITING, "reason": "", "decided_at": None, "attempts": 0}
    line = _write(state, event, **values, pinned_at=timezone.now(), priority=Rank.DIRECTOR)
    enqueue("live.perform", stream_id=stream_id)
    return line


@transaction.atomic
def unpin(stream_id: UUID, event_id: UUID) -> Line:
    """Leave an event to triage again. A repetition changes nothing.

    Raises:
        NotFound: No such event on this stream.
        Conflict: It does not wait any more.
    """
    state, event = _held(stream_id, event_id)
    _check_waits(event)
    if event.reason == APPROVED:
        raise Conflict(_("This answer was approved, so it is said next. Drop it if nobody should hear it."))
    if event.pinned_at is None:
        return event_line(event)
    kind = EventKind(event.kind)
    usual = rank(kind, event.text, is_mention=event.is_mention, is_first=event.is_first)
    line = _write(state, event, pinned_at=None, priority=usual)
    enqueue("live.perform", stream_id=stream_id)
    return line


@transaction.atomic
def drop(stream_id: UUID, event_id: UUID) -> Line:
    """Cancel a waiting event: nobody answers it. A repetition changes nothing.

    Raises:
        NotFound: No such event on this stream.
        Conflict: It does not wait any more.
    """
    state, event = _held(stream_id, event_id)
    if _was_dropped(event):
        return event_line(event)
    _check_waits(event)
    values = {"state": EventState.CANCELLED, "reason": DROPPED, "decided_at": timezone.now()}
    return _write(state, event, **values, pinned_at=None)


@transaction.atomic
def restore(stream_id: UUID, event_id: UUID) -> Line:
    """Put a dropped event back into the queue; triage decides on it as if nothing had been. Repeating changes nothing.

    Raises:
        NotFound: No such event on this stream.
        Conflict: It was not dropped; or panic holds.
    """
    state, event = _held(stream_id, event_id)
    if event.state == EventState.WAITING:
        return event_line(event)
    if not _was_dropped(event):
        raise Conflict(_("This line was not dropped, so there is nothing to undo."))
    if state.panicked_at is not None:
        raise Conflict(_("Panic holds, so nothing is answered. Release it first."))
    line = _write(state, event, state=EventState.WAITING, reason="", decided_at=None)
    enqueue("live.perform", stream_id=stream_id)
    return line


@transaction.atomic
def say(stream_id: UUID, text: str, *, key: str, name: str = "", platform: str = DIRECTOR) -> Accepted:
    """Have the character say `text` as it stands: through moderation, in its voice, as a turn of its own.

    Args:
        stream_id: The stream.
        text: The words; tags such as `[joy]` work as in any answer.
        key: Names the wish: the same key is the same words, said once.
        name: Who of the team asked for it, or "".
        platform: Where the words count as coming from; a key is one wish on each.

    Raises:
        NotFound: No such stream in this studio.
        Conflict: Panic holds, or has cancelled these words; the stream is disabled; the key was used for other words.
        InputInvalid: There are no words, or too many.
    """
    if not text.strip():
        raise InputInvalid(_("Write what the character is to say."), field="text")
    if len(text) > SAY_LONGEST:
        raise InputInvalid(_("At most %(most)d characters at once.") % {"most": SAY_LONGEST}, field="text")
    state = StreamState.objects.select_for_update().filter(stream_id=stream_id).first()
    if state is None:
        raise NotFound
    if state.panicked_at is not None:
        raise Conflict(_("Panic holds, so nothing is said. Release it first."))
    wish = IncomingEvent(
        platform=platform,
        platform_id=key,
        kind=EventKind.DIRECTOR_SAY,
        happened_at=timezone.now(),
        author_name=name,
        text=text,
    )
    said = accept_event(stream_id, wish)
    if said.state == EventState.CANCELLED:
        raise Conflict(_("These words were cancelled. Send them again as new ones."))
    return said


def _held(stream_id: UUID, event_id: UUID) -> tuple[StreamState, InboxEvent]:
    """Lock the stream's state, and return it with the event."""
    state = StreamState.objects.select_for_update().filter(stream_id=stream_id).first()
    event = InboxEvent.objects.filter(pk=event_id, stream_id=stream_id).first()
    if state is None or event is None:
        raise NotFound
    return state, event


def _was_dropped(event: InboxEvent) -> bool:
    return event.state == EventState.CANCELLED and event.reason == DROPPED


def _check_open(event: InboxEvent) -> None:
    if event.state == EventState.TAKEN:
        raise Conflict(_("This line is being answered right now."))
    if event.state == EventState.ANSWERED:
        raise Conflict(_("This line has been answered already."))
    if event.state == EventState.HELD:
        raise Conflict(_("This line is held. Approve or reject it."))
    if event.state in UNANSWERED and event.reason in FORBIDDEN:
        raise Conflict(_("Moderation took this line out, so it is not answered."))


def _check_waits(event: InboxEvent) -> None:
    if event.state == EventState.TAKEN:
        raise Conflict(_("Too late: this line is being answered right now. Skip it instead."))
    if event.state != EventState.WAITING:
        raise Conflict(_("This line does not wait any more."))


def _write(held: StreamState, event: InboxEvent, **values: object) -> Line:
    """Change the event, raise the version by one, and tell the docks."""
    for name, value in values.items():
        setattr(event, name, value)
    event.save(update_fields=list(values))
    StreamState.objects.filter(pk=held.pk).update(version=F("version") + 1)
    line = event_line(event)
    announce_dock(event.stream_id, *line_frames(held.version + 1, [line]))
    return line
