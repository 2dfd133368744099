"""Vectors of texts: how they are stored, sketched and compared. Pure Python, no array library.

A vector is normalised to length 1 and stored as half precision floats, little-endian. Its *sketch* has one bit a
coordinate, set where the coordinate is positive: of two unit vectors, the share of differing bits estimates the angle
(Charikar, "Similarity estimation techniques from rounding algorithms", 2002). Sketches are small enough to keep all of
a persona's in memory and fast enough to read all of them; the few best are then compared exactly.
"""

import math
import struct
import uuid
from collections.abc import Iterable, Sequence
from heapq import nsmallest
from operator import mul

from memory.domain.lexical import Scope

DIMS_MOST = 4096


def normalised(vector: Sequence[float]) -> tuple[float, ...]:
    """Return the vector at length 1.

    Raises:
        ValueError: It is empty, too long, zero, or holds something that is no finite number.
    """
    if not 0 < len(vector) <= DIMS_MOST:
        raise ValueError(f"A vector has 1 to {DIMS_MOST} dimensions, not {len(vector)}.")
    length = math.sqrt(sum(map(mul, vector, vector)))
    if not math.isfinite(length) or length == 0:
        raise ValueError("A vector needs a direction.")
    return tuple(value / length for value in vector)


def packed(vector: Sequence[float]) -> bytes:
    """Return a normalised vector as half precision bytes."""
    return struct.pack(f"<{len(vector)}e", *vector)


def unpacked(data: bytes) -> tuple[float, ...]:
    """Return the vector of `packed` bytes."""
    return struct.unpack(f"<{len(data) // 2}e", data)


def sketch_of(vector: Sequence[float]) -> bytes:
    """Return one bit a coordinate, eight a byte."""
    bits = 0
    for value in vector:
        bits = bits << 1 | (value > 0)
    return bits.to_bytes((len(vector) + 7) // 8, "big")


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the cosine of two normalised vectors, or 0.0 when their lengths differ."""
    return sum(map(mul, one, other)) if len(one) == len(other) else 0.0


class SketchIndex:
    """The sketches of one persona's memories, by scope. Not thread-safe."""

    def __init__(self) -> None:
        self._ids: dict[Scope, list[uuid.UUID]] = {}
        self._sketches: dict[Scope, list[int]] = {}
        self._place: dict[uuid.UUID, tuple[Scope, int]] = {}

    def __len__(self) -> int:
        return len(self._place)

    def add(self, memory_id: uuid.UUID, scope: Scope, sketch: bytes) -> None:
        """Put a memory's sketch in; an older one is replaced."""
        self.remove(memory_id)
        ids = self._ids.setdefault(scope, [])
        self._sketches.setdefault(scope, []).append(int.from_bytes(sketch, "big"))
        self._place[memory_id] = (scope, len(ids))
        ids.append(memory_id)

    def remove(self, memory_id: uuid.UUID) -> None:
        """Take a memory's sketch out; the last of its scope moves into the gap."""
        place = self._place.pop(memory_id, None)
        if place is None:
            return
        scope, at = place
        ids, sketches = self._ids[scope], self._sketches[scope]
        last_id, last_sketch = ids.pop(), sketches.pop()
        if last_id != memory_id:
            ids[at], sketches[at] = last_id, last_sketch
            self._place[last_id] = (scope, at)
        if not ids:
            del self._ids[scope], self._sketches[scope]

    def nearest(self, sketch: bytes, scopes: Iterable[Scope], limit: int) -> list[uuid.UUID]:
        """Return the memories of `scopes` whose sketches differ least from `sketch`, nearest first."""
        wanted = int.from_bytes(sketch, "big")
        found: list[tuple[int, uuid.UUID]] = []
        for scope in dict.fromkeys(scopes):
            sketches = self._sketches.get(scope)
            if sketches:
                ids = self._ids[scope]
                apart = [(wanted ^ one).bit_count() for one in sketches]
                best = nsmallest(limit, range(len(apart)), key=apart.__getitem__)
                found += [(apart[number], ids[number]) for number in best]
        return [memory_id for _apart, memory_id in nsmallest(limit, found)]
