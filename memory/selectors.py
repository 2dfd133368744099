"""Reading memory: what the character recalls, and what was heard lately.

Each process keeps a lexical index of the personas it serves, brought up to date by the persona's memory version. The
rows are the truth: whatever the index finds is read again from the database, through every filter.
"""

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q

from memory.domain.lexical import COMMON, LexicalIndex
from memory.domain.ranking import Candidate, Explain, MemoryKind, rank
from memory.domain.stems import stems
from memory.models import Memory, Speaker, Utterance
from personas.models import Persona
from vtcontrol.tenancy.compiled import CompiledQuery

INDEXES_KEPT = 64
CANDIDATES = 12
RECENT_MOST = 20
NOBODY = UUID(int=0)
_FIELDS = ("id", "text", "kind", "valid_from", "importance", "confidence", "is_pinned", "stems")


@dataclass(frozen=True, slots=True)
class RecalledMemory:
    """A memory for the prompt, and why it is there."""

    id: UUID
    text: str
    score: float
    explain: Explain


@dataclass(frozen=True, slots=True)
class HeardLine:
    """Something that was heard on stream."""

    speaker: str
    text: str
    is_self: bool


@dataclass
class _Shelf:
    """One persona's index in this process."""

    index: LexicalIndex = field(default_factory=LexicalIndex)
    pinned: dict[UUID, UUID | None] = field(default_factory=dict)
    version: int = -1
    lock: threading.Lock = field(default_factory=threading.Lock)


_shelves: OrderedDict[UUID, _Shelf] = OrderedDict()
_shelves_lock = threading.Lock()


def _shelf(persona_id: UUID) -> _Shelf:
    with _shelves_lock:
        shelf = _shelves.setdefault(persona_id, _Shelf())
        _shelves.move_to_end(persona_id)
        while len(_shelves) > INDEXES_KEPT:
            _shelves.popitem(last=False)
        return shelf


def _refresh(shelf: _Shelf, persona_id: UUID, version: int) -> None:
    """Take in every memory written since the shelf's version."""
    rows = Memory.objects.filter(persona_id=persona_id, version__gt=shelf.version).order_by()
    for memory_id, viewer_id, line, pinned in rows.values_list("id", "viewer_id", "stems", "is_pinned").iterator():
        if memory_id in shelf.index:
            shelf.index.remove(memory_id)
        shelf.index.add(memory_id, viewer_id, line)
        shelf.pinned.pop(memory_id, None)
        if pinned:
            shelf.pinned[memory_id] = viewer_id
    shelf.version = version


def _live(now: dt.datetime) -> Q:
    return (Q(valid_to=None) | Q(valid_to__gt=now)) & (Q(expires_at=None) | Q(expires_at__gt=now))


_FOUND = CompiledQuery(
    lambda persona_id, viewer_id, now, memory_list: (
        Memory.objects.filter(
            _live(now), Q(viewer_id=None) | Q(viewer_id=viewer_id), pk__in=memory_list, persona_id=persona_id
        )
        .order_by()
        .values_list(*_FIELDS)
    ),
    persona_id=UUID,
    viewer_id=UUID,
    now=dt.datetime,
    memory_list=list,
)


def warm_persona(persona_id: UUID) -> None:
    """Load a persona's index before the first turn needs it."""
    version = Persona.objects.values_list("memory_version", flat=True).get(pk=persona_id)
    shelf = _shelf(persona_id)
    with shelf.lock:
        if shelf.version != version:
            _refresh(shelf, persona_id, version)


def forget_index(persona_id: UUID) -> None:
    """Drop a persona's index in this process; the next search builds it anew."""
    with _shelves_lock:
        _shelves.pop(persona_id, None)


def recall(
    persona_id: UUID, version: int, text: str, viewer_id: UUID | None, *, now: dt.datetime, limit: int = 5
) -> tuple[RecalledMemory, ...]:
    """Return what the persona recalls when it hears `text`: of this viewer and of nobody in particular.

    Args:
        persona_id: Whose memories.
        version: The persona's memory version as just read.
        text: What was said.
        viewer_id: Who said it, or None.
        now: The time of the turn.
        limit: Most memories, pinned ones included.
    """
    shelf = _shelf(persona_id)
    scopes = {COMMON, viewer_id}
    with shelf.lock:
        if shelf.version != version:
            _refresh(shelf, persona_id, version)
        hits = {hit.id: hit for hit in shelf.index.search(stems(text), scopes, CANDIDATES)}
        pinned = {memory_id for memory_id, owner in shelf.pinned.items() if owner in scopes}
    wanted = pinned | hits.keys()
    if not wanted:
        return ()
    values = [
        row
        for batch in _batches(list(wanted))
        for row in _FOUND.rows(persona_id=persona_id, viewer_id=viewer_id or NOBODY, now=now, memory_list=batch)
    ]
    found = {row[0]: dict(zip(_FIELDS, row, strict=True)) for row in values}
    ranked = rank([_candidate(row, hits.get(row["id"])) for row in found.values()], now=now, limit=limit)
    return tuple(RecalledMemory(one.id, found[one.id]["text"], one.score, one.explain) for one in ranked)


def _batches(ids: list[UUID]) -> Iterator[list[UUID]]:
    size = CompiledQuery.LIST_LENGTH
    return (ids[first : first + size] for first in range(0, len(ids), size))


def _candidate(row: dict[str, Any], hit: Any) -> Candidate:
    return Candidate(
        id=row["id"],
        kind=MemoryKind(row["kind"]),
        happened_at=row["valid_from"],
        lexical=hit.score if hit else 0.0,
        coverage=hit.coverage if hit else 0.0,
        importance=row["importance"],
        confidence=row["confidence"],
        is_pinned=row["is_pinned"],
        stems=tuple(row["stems"].split()),
        matched=hit.matched if hit else (),
    )


_RECENT = CompiledQuery(
    lambda stream_id, now: (
        Utterance.objects.filter(stream_id=stream_id, expires_at__gt=now)
        .order_by("-said_at", "-id")
        .values_list("name", "text", "speaker")[:RECENT_MOST]
    ),
    stream_id=UUID,
    now=dt.datetime,
)


def recent_lines(stream_id: UUID, *, now: dt.datetime, limit: int = 20) -> list[HeardLine]:
    """Return the last lines heard on a stream, oldest first."""
    rows = _RECENT.rows(stream_id=stream_id, now=now)[:limit]
    return [HeardLine(name, text, speaker == Speaker.CHARACTER) for name, text, speaker in reversed(rows)]


def lore_for(entries: Iterable[tuple[tuple[str, ...], str, bool]], text: str, *, most: int = 6) -> tuple[str, ...]:
    """Return the lore that `text` brings up: constant entries, and those whose key it mentions.

    Args:
        entries: (keys, content, is_constant) in their order.
        text: What was said.
        most: Most entries returned.
    """
    heard = text.casefold()
    found = [content for keys, content, constant in entries if constant or any(key and key in heard for key in keys)]
    return tuple(found[:most])
