"""Recall: the one search over a persona's memories, by words and, where an embedding engine is set, by meaning.

Filters come first: studio (the scope), persona, viewer, kind, validity, review. The indexes of `shelves` find
candidates within them; the rows, read again through every filter, are the truth; `memory.domain.ranking` decides.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from memory.domain.lexical import COMMON, Hit, Scope
from memory.domain.ranking import Candidate, Explain, MemoryKind, RankingPolicy, rank
from memory.domain.stems import stems
from memory.domain.vectors import cosine, normalised, sketch_of, unpacked
from memory.models import Memory, MemoryVector
from memory.selectors.semantics import Answer, Vector, ask
from memory.selectors.shelves import Shelf, recallable, refresh, refresh_sketches, shelf_of
from vtcontrol.tenancy.compiled import CompiledQuery

CANDIDATES = 12
LENDERS = 6
"""So many of the best hits bring their neighbours in the conversation along."""
NEAREST = 32
ROUNDS_MOST = 4
"""What turns out to be gone makes room for others so many times; after that the index is built anew."""
NOBODY = UUID(int=0)
_FIELDS = ("id", "text", "kind", "valid_from", "importance", "confidence", "is_pinned", "stems")


@dataclass(frozen=True, slots=True)
class RecalledMemory:
    """A memory for the prompt, and why it is there."""

    id: UUID
    text: str
    score: float
    explain: Explain
    kind: str = MemoryKind.CHAT


@dataclass(slots=True)
class _Found:
    """What one look into the indexes gave: hits by id, pinned ones, nearest ones, and who stands beside whom."""

    hits: dict[UUID, Hit]
    pinned: set[UUID]
    near: set[UUID]
    before: dict[UUID, UUID]
    after: dict[UUID, UUID]

    @property
    def wanted(self) -> set[UUID]:
        return self.pinned | self.hits.keys() | self.near | self.before.keys() | self.after.keys()


def _live(now: dt.datetime) -> Q:
    return (Q(valid_to=None) | Q(valid_to__gt=now)) & (Q(expires_at=None) | Q(expires_at__gt=now)) & recallable()


def _rows(persona_id: UUID, viewer_id: UUID, now: dt.datetime, **key: Any) -> "QuerySet[Memory, Any]":
    mine = Q(viewer_id=None) | Q(viewer_id=viewer_id)
    rows: QuerySet[Memory, Any] = Memory.objects.filter(_live(now), mine, persona_id=persona_id, **key)
    return rows.order_by().values_list(*_FIELDS)


def _found_rows(persona_id: UUID, viewer_id: UUID, now: dt.datetime, memory_list: list[UUID]) -> Any:
    """Return the query of many rows by key.

    SQLite, which keeps no statistics by itself, takes `id IN (…)` with a studio and a persona for a reason to read the
    whole persona by its index; one question a key leaves it no choice.
    """
    if connection.vendor != "sqlite":
        return _rows(persona_id, viewer_id, now, pk__in=memory_list)
    first, *rest = (_rows(persona_id, viewer_id, now, pk=key) for key in memory_list)
    return first.union(*rest, all=True)


class _KeyedQuery(CompiledQuery):
    """A compiled query of rows by key, for as many keys as one recall usually asks for."""

    LIST_LENGTH = CANDIDATES


_FOUND = _KeyedQuery(_found_rows, persona_id=UUID, viewer_id=UUID, now=dt.datetime, memory_list=list)


def _vector_rows(model_key: str, memory_list: list[UUID]) -> Any:
    def of(**key: Any) -> Any:
        return MemoryVector.objects.filter(model_key=model_key, **key).order_by().values_list("memory_id", "data")

    if connection.vendor != "sqlite":
        return of(memory_id__in=memory_list)
    first, *rest = (of(memory_id=key) for key in memory_list)
    return first.union(*rest, all=True)


_VECTORS = _KeyedQuery(_vector_rows, model_key=str, memory_list=list)


def recall(
    persona_id: UUID,
    version: int,
    text: str,
    viewer_id: UUID | None,
    *,
    now: dt.datetime,
    limit: int = 5,
    kinds: Collection[str] = (),
    policy: RankingPolicy | None = None,
) -> tuple[RecalledMemory, ...]:
    """Return what the persona recalls when it hears `text`: of this viewer and of nobody in particular.

    Args:
        persona_id: Whose memories.
        version: The persona's memory version as just read.
        text: What was said.
        viewer_id: Who said it, or None.
        now: The time of the turn.
        limit: Most memories, pinned ones included.
        kinds: Only memories about these; all when empty.
        policy: The weights of the ranking.
    """
    shelf = shelf_of(persona_id)
    scopes: set[Scope] = {COMMON, viewer_id}
    answer: Answer | None = None
    spoken = stems(text)
    for attempt in range(ROUNDS_MOST):
        with shelf.lock:
            if shelf.version != version:
                refresh(shelf, persona_id, version)
            engine, answer = shelf.engine, answer or ask(shelf.engine, text)
            found = _look(shelf, spoken, scopes)
        query = answer()
        if query is not None:
            with shelf.lock:
                refresh_sketches(shelf, persona_id)
                found.near.update(shelf.sketches.nearest(sketch_of(query), scopes, NEAREST))
        rows = _read(persona_id, viewer_id, found.wanted, now)
        gone = found.wanted - rows.keys()
        if not gone or len(rows) >= CANDIDATES:
            break
        with shelf.lock:
            shelf.drop(gone)
            if attempt == ROUNDS_MOST - 2:
                shelf.empty()
    cosines = _cosines(query, engine.model_key if engine else "", rows)
    candidates = [
        _candidate(row, found, cosines.get(memory_id))
        for memory_id, row in rows.items()
        if not kinds or row["kind"] in kinds
    ]
    ranked = rank(candidates, now=now, limit=limit, policy=policy)
    return tuple(
        RecalledMemory(one.id, rows[one.id]["text"], one.score, one.explain, rows[one.id]["kind"]) for one in ranked
    )


def _look(shelf: Shelf, spoken: Sequence[str], scopes: set[Scope]) -> _Found:
    """Ask the index of words; the caller holds the shelf's lock."""
    hits = {hit.id: hit for hit in shelf.index.search(spoken, scopes, CANDIDATES)}
    pinned = {memory_id for memory_id, owner in shelf.pinned.items() if owner in scopes}
    found = _Found(hits, pinned, set(), {}, {})
    for lender in list(hits)[:LENDERS]:
        for step, side in ((1, found.before), (-1, found.after)):
            neighbour = shelf.index.beside(lender, step, scopes)
            if neighbour is not None:
                side[neighbour] = lender
    return found


def _read(persona_id: UUID, viewer_id: UUID | None, wanted: set[UUID], now: dt.datetime) -> dict[UUID, dict[str, Any]]:
    values = [
        row
        for batch in _batches(list(wanted))
        for row in _FOUND.rows(persona_id=persona_id, viewer_id=viewer_id or NOBODY, now=now, memory_list=batch)
    ]
    return {row[0]: dict(zip(_FIELDS, row, strict=True)) for row in values}


def _cosines(query: Vector | None, model_key: str, rows: dict[UUID, dict[str, Any]]) -> dict[UUID, float]:
    if query is None or not rows:
        return {}
    wanted = normalised(query)
    return {
        memory_id: cosine(wanted, unpacked(bytes(data)))
        for batch in _batches(list(rows))
        for memory_id, data in _VECTORS.rows(model_key=model_key, memory_list=batch)
    }


def _batches(ids: list[UUID]) -> Iterator[list[UUID]]:
    size = _KeyedQuery.LIST_LENGTH
    return (ids[first : first + size] for first in range(0, len(ids), size))


def _candidate(row: dict[str, Any], found: _Found, similarity: float | None) -> Candidate:
    hit = found.hits.get(row["id"])
    return Candidate(
        id=row["id"],
        kind=MemoryKind(row["kind"]),
        happened_at=row["valid_from"],
        lexical=hit.score if hit else 0.0,
        coverage=hit.coverage if hit else 0.0,
        cosine=similarity,
        importance=row["importance"],
        confidence=row["confidence"],
        is_pinned=row["is_pinned"],
        stems=tuple(row["stems"].split()),
        matched=hit.matched if hit else (),
        before=found.before.get(row["id"]),
        after=found.after.get(row["id"]),
    )
