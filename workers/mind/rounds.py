"""Which streams are due for consolidation. Reads over all studios; the sweeps of `workers.tasks.memory` call it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from memory.models import ConsolidationCursor, ConsolidationRun, RunKind, Utterance
from streams.models import Broadcast, Stream

INTERVAL = dt.timedelta(minutes=30)
LATELY = dt.timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Due:
    """A stream with lines to read."""

    studio_id: UUID
    persona_id: UUID
    stream_id: UUID
    kind: str


def due_now(now: dt.datetime) -> Iterator[Due]:
    """Yield streams on air whose last run is half an hour ago, and those whose broadcast has ended."""
    shows = Broadcast.objects.filter(Q(ended_at=None) | Q(ended_at__gt=now - LATELY))
    for stream_id, ended_at, started_at in shows.values_list("stream_id", "ended_at", "started_at"):
        if ended_at is not None:
            yield from _unread(stream_id, RunKind.BROADCAST)
            continue
        runs = ConsolidationRun.objects.filter(stream_id=stream_id, started_at__gt=now - INTERVAL)
        if started_at < now - INTERVAL and not runs.exists():
            yield from _unread(stream_id, RunKind.INTERVAL)


def all_due() -> Iterator[Due]:
    """Yield every stream with lines nobody has read: the nightly round misses none."""
    for stream_id in Stream.objects.values_list("pk", flat=True):
        yield from _unread(stream_id, RunKind.NIGHTLY)


def _unread(stream_id: UUID, kind: str) -> Iterator[Due]:
    said = Utterance.objects.filter(stream_id=stream_id).order_by()
    for studio_id, persona_id in said.values_list("studio_id", "persona_id").distinct():
        cursor = ConsolidationCursor.objects.filter(persona_id=persona_id, stream_id=stream_id).first()
        later = said.filter(persona_id=persona_id)
        if cursor is None or later.filter(pk__gt=cursor.after_id).exists():
            yield Due(studio_id, persona_id, stream_id, kind)
