"""What became of an event: for whoever sent it and wants to know."""

from typing import Any
from uuid import UUID

from streams.models import InboxEvent, Segment, Turn
from vtcontrol.kernel.errors import NotFound


def event_outcome(stream_id: UUID, event_id: UUID) -> dict[str, Any]:
    """Return an event's state and the last turn that answers it, with its stages in milliseconds. Three queries.

    Raises:
        NotFound: No such event on this stream.
    """
    event = InboxEvent.objects.filter(pk=event_id, stream_id=stream_id).first()
    if event is None:
        raise NotFound
    turn = Turn.objects.filter(event_id=event.pk).order_by("-started_at").first()
    return {
        "id": str(event.pk),
        "kind": event.kind,
        "state": event.state,
        "reason": event.reason,
        "received_at": event.received_at.isoformat(),
        "decided_at": event.decided_at.isoformat() if event.decided_at else None,
        "turn": _turn(turn) if turn else None,
    }


def _turn(turn: Turn) -> dict[str, Any]:
    segments = Segment.objects.filter(turn_id=turn.pk).order_by("number")
    return {
        "id": str(turn.pk),
        "state": turn.state,
        "reason": turn.reason,
        "text": turn.text,
        "heard_text": turn.heard_text,
        "emotion": turn.emotion,
        "brain": turn.brain,
        "voice": turn.voice,
        "timings": turn.timings,
        "segments": list(segments.values("number", "text", "emotion", "audio_ms", "heard_ms", "heard_by")),
    }
