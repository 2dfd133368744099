"""Full-text search over one persona's memories: an inverted index in memory, scored by BM25.

Owns postings, scopes and lexical scores. It must not read the database or know what a memory says: it holds ids, scope
keys and stems (`memory.domain.stems`), and the truth stays in the rows.

A *scope* is whom a memory belongs to: a viewer's id, or `COMMON` for what everybody may hear. A search names the scopes
it may see, and everything it computes (document frequencies and average length too) comes from those scopes alone, so
that what is remembered about one viewer cannot show through in the ranking of another.

Cost is bounded: stems are read from the rarest on until `postings_budget` entries are spent; the more common stems then
only re-score what was found so far. The index is not thread-safe; its owner gives it one thread at a time.
"""

import heapq
import math
import uuid
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Scope = uuid.UUID | None
COMMON: Scope = None
Place = tuple[uuid.UUID, int]
"""A conversation, and the how-manieth thing said in it a memory is."""

K1 = 1.2
"""BM25's saturation of repeated stems (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009)."""
B = 0.75
"""BM25's weight of the length of a text."""

_SMALL = 128
"""A scope of so few memories is read through; postings of its own would cost more than they save."""
_LONGEST = 63
"""Longer memories count as so many stems while candidates are gathered."""
_TELLING = 8
"""Coverage is of so many of the query's rarest stems, or a talkative viewer would never be reminded of anything."""
_SLACK = 65_536
"""So many dead numbers are left standing before the index is renumbered."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A memory that shares stems with the query.

    Attributes:
        id: The memory.
        score: Its BM25 score, > 0; comparable within one search only.
        matched: The stems it shares with the query, rarest first.
        coverage: Share of the query's weight (by inverse document frequency, of its eight rarest stems at most) that
            it matches, 0 < coverage <= 1.
    """

    id: uuid.UUID
    score: float
    matched: tuple[str, ...]
    coverage: float


@dataclass(slots=True)
class _Shelf:
    """The memories of one scope: their numbers in rising order, and postings once many are searched."""

    numbers: "array[int]" = field(default_factory=lambda: array("I"))
    total_length: int = 0
    postings: "defaultdict[str, array[int]] | None" = None


@dataclass(frozen=True, slots=True)
class _Term:
    """A stem of the query: how much it tells, and in how many visible memories it stands."""

    stem: str
    idf: float
    frequency: int


class LexicalIndex:
    """The searchable memories of one persona.

    Args:
        rows: (memory id, scope, stems separated by spaces) of what is remembered already; ids are unique.
    """

    def __init__(self, rows: Iterable[tuple[uuid.UUID, Scope, str]] = ()) -> None:
        self._clear()
        add = self._add
        for memory_id, scope, line in rows:
            add(memory_id, scope, line)
        if COMMON in self._shelves:
            self._make_ready(self._shelves[COMMON])  # what every search looks through

    def _clear(self) -> None:
        self._number_of: dict[uuid.UUID, int] = {}
        self._ids: list[uuid.UUID] = []
        self._lines: list[str] = []
        self._lengths = array("B")
        self._scope_of: dict[int, uuid.UUID] = {}
        self._place_of: dict[int, Place] = {}
        self._at: dict[Place, int] = {}
        self._shelves: dict[Scope, _Shelf] = {}

    def __len__(self) -> int:
        return len(self._number_of)

    def __contains__(self, memory_id: object) -> bool:
        return memory_id in self._number_of

    def add(self, memory_id: uuid.UUID, scope: Scope, line: str, place: Place | None = None) -> None:
        """Put a memory in; one that is in already is replaced.

        Args:
            memory_id: The memory.
            scope: Whose it is: a viewer, or `COMMON`.
            line: Its stems, separated by spaces (`memory.domain.stems.stem_line`).
            place: Where in which conversation it was said, or None.
        """
        if memory_id in self._number_of:
            self.remove(memory_id)
        number = self._add(memory_id, scope, line)
        if place is not None:
            self._place_of[number] = place
            self._at[place] = number

    def _add(self, memory_id: uuid.UUID, scope: Scope, line: str) -> int:
        """Put in a memory that is not in yet and return its number."""
        found = line.split()
        number = len(self._ids)
        self._number_of[memory_id] = number
        self._ids.append(memory_id)
        self._lines.append(line)
        self._lengths.append(min(len(found), _LONGEST))
        if scope is not None:
            self._scope_of[number] = scope
        shelf = self._shelves.get(scope)
        if shelf is None:
            shelf = self._shelves[scope] = _Shelf()
        shelf.numbers.append(number)
        shelf.total_length += len(found)
        postings = shelf.postings
        if postings is not None:
            for stem in set(found):
                postings[stem].append(number)
        return number

    def place(self, memory_id: uuid.UUID, place: Place) -> None:
        """Say where in which conversation a memory that is in was said."""
        number = self._number_of.get(memory_id)
        if number is not None:
            self._place_of[number] = place
            self._at[place] = number

    def remove(self, memory_id: uuid.UUID) -> bool:
        """Take a memory out; return whether it was in."""
        number = self._number_of.pop(memory_id, None)
        if number is None:
            return False
        scope = self._scope_of.pop(number, None)
        place = self._place_of.pop(number, None)
        if place is not None and self._at.get(place) == number:
            del self._at[place]
        shelf = self._shelves[scope]
        stems = self._lines[number].split()
        self._lines[number] = ""
        shelf.total_length -= len(stems)
        _discard(shelf.numbers, number)
        if shelf.postings is not None:
            for stem in set(stems):
                _discard(shelf.postings[stem], number)
                if not shelf.postings[stem]:
                    del shelf.postings[stem]
        if not shelf.numbers:
            del self._shelves[scope]
        if len(self._ids) > 2 * len(self._number_of) + _SLACK:
            self._renumber()
        return True

    def stems_of(self, memory_id: uuid.UUID) -> tuple[str, ...]:
        """Return the stems of a memory in order, or () when it is not in the index."""
        number = self._number_of.get(memory_id)
        return () if number is None else tuple(self._lines[number].split())

    def beside(self, memory_id: uuid.UUID, step: int, scopes: Iterable[Scope]) -> uuid.UUID | None:
        """Return the memory said `step` places after another in the same conversation, if `scopes` may see it."""
        place = self._place_of.get(self._number_of.get(memory_id, -1))
        number = None if place is None else self._at.get((place[0], place[1] + step))
        if number is None or self._scope_of.get(number) not in scopes:
            return None
        return self._ids[number]

    def search(
        self,
        query: Sequence[str],
        scopes: Iterable[Scope],
        limit: int = 30,
        *,
        postings_budget: int | None = None,
    ) -> list[Hit]:
        """Find the memories of `scopes` that share stems with the query, best first; equals go by id.

        Args:
            query: The stems of the query; repeats count once.
            scopes: What may be seen: usually `COMMON` and the viewer spoken to. Nothing else has any influence.
            limit: Most hits returned.
            postings_budget: Most entries read of large scopes, by default 2,000 plus a sixth of what is visible; the
                stem that no longer fits is read in part, newest memories first.

        Returns:
            At most `limit` hits; fewer when fewer memories share a stem with the query.
        """
        shelves = [shelf for scope in dict.fromkeys(scopes) if (shelf := self._shelves.get(scope)) is not None]
        for shelf in shelves:
            self._make_ready(shelf)
        total = sum(len(shelf.numbers) for shelf in shelves)
        if not total or limit < 1:
            return []
        terms = self._terms(dict.fromkeys(query), shelves, total)
        mean_length = max(1.0, sum(shelf.total_length for shelf in shelves) / total)
        budget = 2_000 + total // 6 if postings_budget is None else postings_budget
        rough = self._rough_scores(terms, shelves, mean_length, budget)
        chosen = heapq.nlargest(limit + 20, rough, key=rough.__getitem__)
        weights = {term.stem: term.idf for term in terms}
        scored = sorted((-self._score(number, weights, mean_length), self._ids[number]) for number in chosen)
        telling = sum(term.idf for term in terms[:_TELLING])
        return [self._hit(memory_id, -score, terms, telling) for score, memory_id in scored[:limit]]

    def _terms(self, query: Iterable[str], shelves: Sequence[_Shelf], total: int) -> list[_Term]:
        """Return the query's stems, rarest first, weighed by what is visible."""
        frequencies = dict.fromkeys(query, 0)
        for shelf in shelves:
            if shelf.postings is None:
                for number in shelf.numbers:
                    for stem in frequencies.keys() & self._lines[number].split():
                        frequencies[stem] += 1
            else:
                for stem in frequencies.keys() & shelf.postings.keys():
                    frequencies[stem] += len(shelf.postings[stem])
        terms = []
        for stem, frequency in frequencies.items():
            idf = math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))
            terms.append(_Term(stem, idf, frequency))
        terms.sort(key=lambda term: (term.frequency, term.stem))
        return terms

    def _rough_scores(
        self, terms: Sequence[_Term], shelves: Sequence[_Shelf], mean_length: float, budget: int
    ) -> dict[int, float]:
        """Score as if no stem stood twice in a memory; keys are numbers of memories."""
        scores: defaultdict[int, float] = defaultdict(float)
        lengths = self._lengths
        small = [number for shelf in shelves if shelf.postings is None for number in shelf.numbers]
        weights = {term.stem: term.idf for term in terms}
        for number in small:
            if not weights.keys().isdisjoint(self._lines[number].split()):
                scores[number] = self._score(number, weights, mean_length)
        large = [shelf.postings for shelf in shelves if shelf.postings is not None]
        saturation = [(K1 + 1) / (1 + _norm(length, mean_length)) for length in range(_LONGEST + 1)]
        for term in terms:
            gains = [term.idf * share for share in saturation]
            for found in [postings[term.stem] for postings in large if term.stem in postings]:
                if budget <= 0:
                    return scores
                for number in found if len(found) <= budget else found[-budget:]:
                    scores[number] += gains[lengths[number]]
                budget -= len(found)
        return scores

    def _score(self, number: int, weights: Mapping[str, float], mean_length: float) -> float:
        """Return the BM25 score of one memory; `weights` are the stems of the query with their idf."""
        stems = self._lines[number].split()
        norm = _norm(len(stems), mean_length)
        found = [stem for stem in stems if stem in weights]
        distinct = set(found)
        if len(distinct) == len(found):
            return sum([weights[stem] for stem in found]) * (K1 + 1) / (1 + norm)
        times = [(weights[stem], found.count(stem)) for stem in distinct]
        return math.fsum(idf * count * (K1 + 1) / (count + norm) for idf, count in times)

    def _hit(self, memory_id: uuid.UUID, score: float, terms: Sequence[_Term], telling: float) -> Hit:
        stems = set(self._lines[self._number_of[memory_id]].split())
        shared = [term for term in terms if term.stem in stems]
        coverage = min(1.0, sum(term.idf for term in shared) / telling)
        return Hit(memory_id, score, tuple(term.stem for term in shared), coverage)

    def _make_ready(self, shelf: _Shelf) -> None:
        """Give a scope that is searched its postings, once it is too large to be read through."""
        if shelf.postings is None and len(shelf.numbers) > _SMALL:
            shelf.postings = self._postings_of(shelf.numbers)

    def _postings_of(self, numbers: Iterable[int]) -> "defaultdict[str, array[int]]":
        postings: defaultdict[str, array[int]] = defaultdict(_no_numbers)
        for number in numbers:
            for stem in set(self._lines[number].split()):
                postings[stem].append(number)
        return postings

    def _renumber(self) -> None:
        """Build everything anew in the same order, which lets go of dead numbers and forgotten words."""
        rows = [
            (memory_id, self._scope_of.get(number), self._lines[number], self._place_of.get(number))
            for memory_id, number in self._number_of.items()
        ]
        self._clear()
        for memory_id, scope, line, place in rows:
            self.add(memory_id, scope, line, place)


def _no_numbers() -> "array[int]":
    return array("I")


def _norm(length: int, mean_length: float) -> float:
    return K1 * (1 - B + B * length / mean_length)


def _discard(numbers: "array[int]", number: int) -> None:
    """Take `number` out of an array in rising order."""
    del numbers[bisect_left(numbers, number)]
