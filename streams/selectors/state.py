"""What docks and the dashboard show of a stream: its live state and the last lines of its transcript."""

from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from streams.domain.lines import Line, speaker_of
from streams.models import InboxEvent, Stream, StreamState, Turn, TurnState
from vtcontrol.kernel.errors import NotFound
from vtcontrol.kernel.events import EventState

LINES_SHOWN = 60
OPEN_TURNS = (TurnState.PREPARING, TurnState.SPEAKING)


def event_line(event: InboxEvent, *, turn_id: UUID | None = None) -> Line:
    """Return a viewer's line."""
    return Line(
        id=event.pk,
        turn=turn_id,
        at=event.received_at,
        who=speaker_of(event.kind, event.author_name),
        name=event.author_name,
        text=event.text,
        status=str(event.state),
        reason=event.reason,
        viewer=event.viewer_id,
        is_pinned=event.pinned_at is not None and event.state == EventState.WAITING,
    )


def turn_line(turn: Turn, character: str, *, heard_ms: int | None = None) -> Line:
    """Return the character's line."""
    return Line(
        id=turn.pk,
        turn=turn.pk,
        at=turn.started_at,
        who="character",
        name=character,
        text=turn.text,
        status=str(turn.state),
        reason=turn.reason,
        emotion=turn.emotion,
        heard_ms=heard_ms,
    )


def state_of(state: StreamState) -> dict[str, Any]:
    """Return the live state as docks take it. Three queries."""
    now = timezone.now()
    open_turn = Turn.objects.filter(stream_id=state.stream_id, state=TurnState.SPEAKING).values_list("id", flat=True)
    last = Turn.objects.filter(stream_id=state.stream_id, timings__has_key="first_audio").order_by("-started_at")
    timings = last.values_list("timings", flat=True).first()
    speaking = open_turn.first()
    return {
        "panicked": state.panicked_at is not None,
        "muted": state.is_muted,
        "live": state.lease_until is not None and state.lease_until > now,
        "stage_pages": int(state.primary_until is not None and state.primary_until > now),
        "speaking_turn": str(speaking) if speaking else None,
        "brain": {
            "name": state.brain_note.partition("|")[0],
            "ok": "|" not in state.brain_note,
            "note": state.brain_note.partition("|")[2],
        },
        "voice": {
            "name": state.voice_note.partition("|")[0],
            "ok": "|" not in state.voice_note,
            "note": state.voice_note.partition("|")[2],
        },
        "waiting": InboxEvent.objects.filter(stream_id=state.stream_id, state=EventState.WAITING).count(),
        "latency_ms": round(timings["first_audio"]) if timings else None,
    }


def state_frame(state: StreamState) -> dict[str, Any]:
    """Return the dock frame that carries the live state."""
    return {"type": "state", "version": state.version, "state": state_of(state)}


def reserved_state_frame(stream_id: UUID, version: int) -> dict[str, Any]:
    """Return the state frame for a version that was kept free for it."""
    return state_frame(StreamState.objects.get(stream_id=stream_id)) | {"version": version}


def dock_snapshot(stream_id: UUID) -> dict[str, Any]:
    """Return everything a dock shows: state, version and the last lines, oldest first.

    Raises:
        NotFound: No such stream in this studio.
    """
    stream = Stream.objects.select_related("persona", "state").filter(pk=stream_id).first()
    if stream is None:
        raise NotFound
    events = InboxEvent.objects.filter(stream_id=stream_id).order_by("-received_at", "-id")[:LINES_SHOWN]
    turns = (
        Turn.objects.filter(stream_id=stream_id).order_by("-started_at", "-id").defer("prompt", "timings")[:LINES_SHOWN]
    )
    turns = turns.annotate(heard_ms=Sum("segments__heard_ms"))
    answered_by = {turn.event_id: turn.pk for turn in reversed(turns) if turn.event_id}
    lines = [event_line(event, turn_id=answered_by.get(event.pk)) for event in events]
    lines += [turn_line(turn, stream.persona.name, heard_ms=turn.heard_ms) for turn in turns]
    lines.sort(key=lambda line: (line.at, line.id.int))
    return {
        "type": "hello",
        "v": 1,
        "stream": {"id": str(stream.pk), "name": stream.name, "language": stream.language},
        "version": stream.state.version,
        "state": state_of(stream.state),
        "transcript": [line.as_json() for line in lines[-LINES_SHOWN:]],
    }
