"""What was heard lately on a stream."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from memory.models import Speaker, Utterance
from vtcontrol.tenancy.compiled import CompiledQuery

RECENT_MOST = 20


@dataclass(frozen=True, slots=True)
class HeardLine:
    """Something that was heard on stream.

    Attributes:
        speaker: Who said it, as shown.
        text: The words.
        is_self: A character said it.
        persona_id: Which character said it, or was told it.
    """

    speaker: str
    text: str
    is_self: bool
    persona_id: UUID


_RECENT = CompiledQuery(
    lambda stream_id, now: (
        Utterance.objects.filter(stream_id=stream_id, expires_at__gt=now)
        .order_by("-said_at", "-id")
        .values_list("name", "text", "speaker", "persona_id")[:RECENT_MOST]
    ),
    stream_id=UUID,
    now=dt.datetime,
)


def recent_lines(stream_id: UUID, *, now: dt.datetime, limit: int = 20) -> list[HeardLine]:
    """Return the last lines heard on a stream, oldest first."""
    rows = _RECENT.rows(stream_id=stream_id, now=now)[:limit]
    return [HeardLine(name, text, speaker == Speaker.CHARACTER, persona) for name, text, speaker, persona in rows[::-1]]
