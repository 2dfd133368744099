"""People's hands on the show: skip, panic, release, mute.

The truth is the control epoch; the messages are the fast path.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from streams.hints import announce, announce_dock, control_group, page_frame, stage_group
from streams.models import InboxEvent, StreamState
from streams.selectors.state import state_frame
from streams.services.approval import give_up_all
from streams.services.exchange import halt
from vtcontrol.kernel.errors import NotFound
from vtcontrol.kernel.events import EventState
from vtcontrol.tenancy.tasks import enqueue


def _change(stream_id: UUID, *, changes: int = 1, **values: object) -> StreamState:
    """Write the state row and return it; the row stays locked until the transaction ends.

    `changes` is how far the version moves: by as many frames as docks are told, or more to make them fetch all anew.
    """
    if not StreamState.objects.filter(stream_id=stream_id).update(version=F("version") + changes, **values):
        raise NotFound
    state: StreamState = StreamState.objects.get(stream_id=stream_id)
    return state


def _tell(stream_id: UUID, state: StreamState) -> None:
    frame = {"type": "state", "panicked": state.panicked_at is not None, "muted": state.is_muted}
    announce(stage_group(stream_id), page_frame(frame))
    announce_dock(stream_id, state_frame(stream_id))


def _stop(stream_id: UUID, state: StreamState, reason: str) -> None:
    frame = {"type": "stop", "epoch": state.control_epoch, "reason": reason, "turn": None}
    announce(stage_group(stream_id), page_frame(frame))
    interrupt = {"type": "control.interrupt", "stream": str(stream_id), "epoch": state.control_epoch, "reason": reason}
    announce(control_group(stream_id), interrupt)


@transaction.atomic
def skip(stream_id: UUID, *, reason: str = "skip") -> None:
    """End the line being thought of or spoken; the next event follows.

    Raises:
        NotFound: No such stream in this studio.
    """
    state = _change(stream_id, changes=0, control_epoch=F("control_epoch") + 1)
    _stop(stream_id, state, reason)


@transaction.atomic
def panic(stream_id: UUID) -> None:
    """Silence the stream, clear its queue and what is held, and keep it silent until it is released.

    Raises:
        NotFound: No such stream in this studio.
    """
    now = timezone.now()
    state = _change(stream_id, control_epoch=F("control_epoch") + 1, panicked_at=now)
    halt(stream_id)
    waiting = InboxEvent.objects.filter(stream_id=stream_id, state=EventState.WAITING)
    given_up = give_up_all(stream_id, "panic")
    if waiting.update(state=EventState.CANCELLED, reason="panic", decided_at=now) or given_up:
        state = _change(stream_id)  # nobody tells their lines one by one
    _stop(stream_id, state, "panic")
    _tell(stream_id, state)


@transaction.atomic
def release(stream_id: UUID) -> None:
    """End a panic.

    Raises:
        NotFound: No such stream in this studio.
    """
    _tell(stream_id, _change(stream_id, panicked_at=None))
    enqueue("live.perform", stream_id=stream_id)


@transaction.atomic
def mute(stream_id: UUID, *, is_muted: bool) -> None:
    """Switch the character's voice on the stage off or on; subtitles go on.

    Raises:
        NotFound: No such stream in this studio.
    """
    _tell(stream_id, _change(stream_id, is_muted=is_muted))
