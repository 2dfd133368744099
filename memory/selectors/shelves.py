"""The indexes this process keeps: one for each persona it serves, brought up to date by the persona's memory version.

Owns what is in memory; the rows are the truth. Only what may be recalled goes in: accepted, not ended, and nothing a
viewer said about somebody else.
"""

import datetime as dt
import gc
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from uuid import UUID

from django.db.models import CharField, ExpressionWrapper, F, Q
from django.utils import timezone

from memory.domain.lexical import LexicalIndex, Place, Scope
from memory.domain.vectors import SketchIndex
from memory.models import EmbeddingEngine, Memory, MemoryKind, MemoryVector, Review
from memory.selectors.semantics import engine_at_work
from personas.models import Persona
from vtcontrol.tenancy.compiled import CompiledQuery

INDEXES_KEPT = 64
MEMORIES_KEPT = 400_000
"""So many memories stay indexed in one process, least lately used personas going first: about 140 MB."""
CHUNK = 5_000


@dataclass
class Shelf:
    """One persona's indexes in this process. Hold the lock for everything but reading `version`."""

    index: LexicalIndex = field(default_factory=LexicalIndex)
    pinned: dict[UUID, Scope] = field(default_factory=dict)
    version: int = -1
    engine: EmbeddingEngine | None = None
    sketches: SketchIndex = field(default_factory=SketchIndex)
    model_key: str = ""
    sketched_version: int = -1
    lock: threading.Lock = field(default_factory=threading.Lock)

    def drop(self, memory_ids: Iterable[UUID]) -> None:
        """Take memories out that are not to be recalled any more."""
        for memory_id in memory_ids:
            self.index.remove(memory_id)
            self.pinned.pop(memory_id, None)
            self.sketches.remove(memory_id)

    def empty(self) -> None:
        """Let go of everything; the next look builds it anew from the rows."""
        self.index, self.pinned, self.version = LexicalIndex(), {}, -1
        self.sketches, self.sketched_version = SketchIndex(), -1


_shelves: OrderedDict[UUID, Shelf] = OrderedDict()
_shelves_lock = threading.Lock()


def shelf_of(persona_id: UUID) -> Shelf:
    """Return a persona's shelf, as it is; the least lately used ones make room."""
    with _shelves_lock:
        shelf = _shelves.setdefault(persona_id, Shelf())
        _shelves.move_to_end(persona_id)
        held = sum(len(one.index) for one in _shelves.values())
        while len(_shelves) > INDEXES_KEPT or (held > MEMORIES_KEPT and len(_shelves) > 1):
            held -= len(_shelves.popitem(last=False)[1].index)
        return shelf


def refresh(shelf: Shelf, persona_id: UUID, version: int) -> None:
    """Take in every memory written since the shelf's version; the caller holds its lock."""
    now = timezone.now()
    if shelf.version < 0:
        _fill(shelf, persona_id, now)
    else:
        _update(shelf, persona_id, now)
    shelf.version = version
    shelf.engine = engine_at_work()


def _fill(shelf: Shelf, persona_id: UUID, now: dt.datetime) -> None:
    """Read everything once, as little of each row as will do: this is what a first line waits for."""
    rows = Memory.objects.filter(recallable(), persona_id=persona_id).order_by()
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=now))
    pinned: dict[UUID, Scope] = {}
    places: list[tuple[UUID, Place]] = []

    def read() -> Iterator[tuple[UUID, Scope, str]]:
        known = cache(_as_id)  # viewers and conversations come again and again
        for key, viewer, line, is_pinned, episode, position in rows.values_list(*_FILLED).iterator(CHUNK):
            memory_id = _as_id(key)
            viewer_id = None if viewer is None else known(viewer)
            if is_pinned:
                pinned[memory_id] = viewer_id
            if episode is not None:
                places.append((memory_id, (known(episode), position)))
            yield memory_id, viewer_id, line

    was_collecting = gc.isenabled()
    gc.disable()  # a hundred thousand new objects, none of them garbage: looking for it takes a third of the time
    try:
        shelf.index = LexicalIndex(read())
        for memory_id, place in places:
            shelf.index.place(memory_id, place)
    finally:
        if was_collecting:
            gc.enable()
    shelf.pinned = pinned


def _as_stored(field: str) -> "ExpressionWrapper[F]":
    """Ask for a column as the database gives it: Django's conversions take as long as the reading."""
    return ExpressionWrapper(F(field), output_field=CharField())


_FILLED = (
    _as_stored("id"),
    _as_stored("viewer_id"),
    "stems",
    _as_stored("is_pinned"),
    _as_stored("episode_id"),
    "position",
)


def _as_id(stored: UUID | str) -> UUID:
    """Return an id as PostgreSQL or SQLite gives it."""
    return stored if isinstance(stored, UUID) else UUID(int=int(stored, 16))


_CHANGED = CompiledQuery(
    lambda persona_id, version: (
        Memory.objects.filter(persona_id=persona_id, version__gt=version)
        .order_by()
        .values_list("id", "viewer_id", "stems", "is_pinned", "review", "valid_to", "kind", "episode_id", "position")
    ),
    persona_id=UUID,
    version=int,
)


def _update(shelf: Shelf, persona_id: UUID, now: dt.datetime) -> None:
    """Read what changed since."""
    for row in _CHANGED.rows(persona_id=persona_id, version=shelf.version):
        memory_id, viewer_id, line, is_pinned, review, valid_to, kind, episode_id, position = row
        shelf.drop((memory_id,))
        is_hearsay = kind == MemoryKind.THIRD_PARTY and viewer_id is not None
        if review != Review.ACCEPTED or is_hearsay or (valid_to is not None and valid_to <= now):
            continue
        place = None if episode_id is None else (episode_id, position)
        shelf.index.add(memory_id, viewer_id, line, place)
        if is_pinned:
            shelf.pinned[memory_id] = viewer_id


def refresh_sketches(shelf: Shelf, persona_id: UUID) -> None:
    """Take in the sketches of the engine at work up to the shelf's version; the caller holds its lock."""
    model_key = shelf.engine.model_key if shelf.engine else ""
    if shelf.model_key != model_key:
        shelf.sketches, shelf.model_key, shelf.sketched_version = SketchIndex(), model_key, -1
    if shelf.sketched_version == shelf.version:
        return
    rows = MemoryVector.objects.filter(
        persona_id=persona_id, model_key=model_key, memory__version__gt=shelf.sketched_version
    ).order_by()
    for memory_id, viewer_id, sketch in rows.values_list("memory_id", "memory__viewer_id", "sketch").iterator(CHUNK):
        if memory_id in shelf.index:
            shelf.sketches.add(memory_id, viewer_id, bytes(sketch))
    shelf.sketched_version = shelf.version


def recallable() -> Q:
    """Return the filter of what may ever be recalled: time apart, which the caller adds."""
    return Q(review=Review.ACCEPTED) & ~(Q(kind=MemoryKind.THIRD_PARTY) & Q(viewer_id__isnull=False))


def warm_persona(persona_id: UUID) -> bool:
    """Load a persona's index before the first turn needs it; tell whether this process had none."""
    version = Persona.objects.values_list("memory_version", flat=True).get(pk=persona_id)
    shelf = shelf_of(persona_id)
    with shelf.lock:
        is_new = shelf.version < 0
        if shelf.version != version:
            refresh(shelf, persona_id, version)
        if shelf.engine is not None:
            refresh_sketches(shelf, persona_id)
        return is_new


def forget_index(persona_id: UUID) -> None:
    """Drop a persona's index in this process; the next search builds it anew."""
    with _shelves_lock:
        _shelves.pop(persona_id, None)
