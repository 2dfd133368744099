"""What docks and the dashboard show of a stream: its live state and the last lines of its transcript."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from streams.domain.lines import Line, speaker_of
from streams.models import InboxEvent, Stream, StreamState, Turn, TurnState
from vtcontrol.kernel.errors import NotFound
from vtcontrol.kernel.events import EventKind, EventState
from vtcontrol.tenancy.compiled import CompiledQuery

LINES_SHOWN = 60
SPEAKER_NAME = Coalesce(NullIf("spoken_as", Value("")), "persona__name")
"""Who said a turn, by name, as `Turn.speaker_name` says it."""
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


def turn_line(turn: Turn, character: str, *, heard_ms: int | None = None, decided_by: str = "") -> Line:
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
        decided_by=decided_by,
    )


def _state_query(stream_id: UUID, now: dt.datetime) -> "QuerySet[StreamState, Any]":
    of_stream = {"stream_id": stream_id}
    turns = Turn.objects.filter(**of_stream)
    waiting = InboxEvent.objects.filter(**of_stream, state=EventState.WAITING.value).order_by()
    states: QuerySet[StreamState, Any] = (
        StreamState.objects.filter(**of_stream)
        .order_by()
        .values_list(
            "version",
            "panicked_at",
            "is_muted",
            Case(When(lease_until__gt=now, then=True), default=False),
            Case(When(primary_until__gt=now, then=1), default=0),
            Subquery(turns.filter(state=TurnState.SPEAKING.value).order_by().values("id")[:1]),
            "brain_note",
            "voice_note",
            Subquery(waiting.values("stream_id").annotate(all=Count("id")).values("all")),
            Subquery(turns.filter(timings__has_key="first_audio").order_by("-started_at").values("timings")[:1]),
        )
    )
    return states


_STATE = CompiledQuery(_state_query, stream_id=UUID, now=dt.datetime)


def live_state(stream_id: UUID) -> tuple[int, dict[str, Any]]:
    """Return a stream's version and its live state as docks take it. One query.

    Raises:
        NotFound: No such stream in this studio.
    """
    rows = _STATE.rows(stream_id=stream_id, now=timezone.now())
    if not rows:
        raise NotFound
    version, panicked_at, is_muted, is_live, pages, speaking, brain, voice, waiting, timings = rows[0]
    return version, {
        "panicked": panicked_at is not None,
        "muted": is_muted,
        "live": bool(is_live),
        "stage_pages": pages,
        "speaking_turn": str(speaking) if speaking else None,
        "brain": _engine(brain),
        "voice": _engine(voice),
        "waiting": waiting or 0,
        "latency_ms": round(timings["first_audio"]) if timings else None,
    }


def _engine(note: str) -> dict[str, Any]:
    name, bar, trouble = note.partition("|")
    return {"name": name, "ok": not bar, "note": trouble}


def state_frame(stream_id: UUID, version: int | None = None) -> dict[str, Any]:
    """Return the dock frame that carries the live state; with `version` for one that was kept free for it."""
    current, state = live_state(stream_id)
    return {"type": "state", "version": current if version is None else version, "state": state}


def dock_snapshot(stream_id: UUID) -> dict[str, Any]:
    """Return everything a dock shows: state, version and the last lines, oldest first.

    Raises:
        NotFound: No such stream in this studio.
    """
    stream = Stream.objects.select_related("state").filter(pk=stream_id).first()
    if stream is None:
        raise NotFound
    events = InboxEvent.objects.filter(stream_id=stream_id).exclude(kind=EventKind.CUE)
    events = events.order_by("-received_at", "-id")[:LINES_SHOWN]
    turns = (
        Turn.objects.filter(stream_id=stream_id).order_by("-started_at", "-id").defer("prompt", "timings")[:LINES_SHOWN]
    )
    turns = turns.annotate(character=SPEAKER_NAME, heard_ms=Sum("segments__heard_ms"), decided_by=F("held__decided_by"))
    answered_by = {turn.event_id: turn.pk for turn in reversed(turns) if turn.event_id}
    lines = [event_line(event, turn_id=answered_by.get(event.pk)) for event in events]
    lines += [
        turn_line(turn, turn.character, heard_ms=turn.heard_ms, decided_by=turn.decided_by or "") for turn in turns
    ]
    lines.sort(key=lambda line: (line.at, line.id.int))
    return {
        "type": "hello",
        "v": 1,
        "stream": {"id": str(stream.pk), "name": stream.name, "language": stream.language},
        "version": stream.state.version,
        "state": live_state(stream_id)[1],
        "transcript": [line.as_json() for line in lines[-LINES_SHOWN:]],
    }
