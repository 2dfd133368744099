"""From what a search found to what the character recalls, and why.

Owns the final score, the relevance floor and the choice of different memories over like ones. It must not search, and
it never brings in a memory the search did not hand over: filters come before ranking.

The score of a memory, `relevance` being 0 to 1::

    relevance  = lexical / best lexical                                    without vectors
               = 0.5 · lexical / best lexical + 0.5 · max(0, cosine)       where the memory has a vector
    neighbour  = 0.30 · relevance of what was said just before it, or 0.15 · of what was said just after
    score      = relevance + neighbour + 0.10 · importance + 0.05 · 2^(−age / half-life) + 0.05 · confidence

The neighbours' credit brings in the answer whose question matched: of two lines of one conversation, often only one
shares words with what is asked.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum


class MemoryKind(StrEnum):
    """What a memory is about."""

    USER = "user"
    SELF = "self"
    THIRD_PARTY = "third_party"
    CHAT = "chat"
    EMOTIONS = "emotions"
    OBJECTIVES = "objectives"


HALF_LIFE_DAYS: dict[MemoryKind, float | None] = {
    MemoryKind.USER: None,
    MemoryKind.SELF: None,
    MemoryKind.THIRD_PARTY: 90.0,
    MemoryKind.CHAT: 14.0,
    MemoryKind.EMOTIONS: 7.0,
    MemoryKind.OBJECTIVES: 90.0,
}
"""Days after which a memory of a kind counts half as recent; None: it stays as true as on the first day."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A memory that may be recalled.

    Attributes:
        id: The memory.
        kind: What it is about.
        happened_at: Since when it is true; aware.
        lexical: BM25 score of this search (`memory.domain.lexical.Hit.score`), 0.0 when no word matched.
        coverage: Share of the query's words by weight that matched (`Hit.coverage`), 0 to 1.
        cosine: Cosine between query and memory, -1 to 1, or None when either has no vector.
        importance: 0 to 1.
        confidence: How sure we are that it is true, 0 to 1.
        is_pinned: Recalled whatever is spoken about.
        stems: Its stems, to see which memories say the same.
        matched: The stems that matched, for the explanation.
        before: The candidate said just before it in the same conversation, or None.
        after: The candidate said just after it, or None.
    """

    id: uuid.UUID
    kind: MemoryKind
    happened_at: dt.datetime
    lexical: float = 0.0
    coverage: float = 0.0
    cosine: float | None = None
    importance: float = 0.5
    confidence: float = 1.0
    is_pinned: bool = False
    stems: tuple[str, ...] = ()
    matched: tuple[str, ...] = ()
    before: uuid.UUID | None = None
    after: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class RankingPolicy:
    """The weights of the score.

    Attributes:
        semantic: Share of the cosine in the relevance, where there is one; the rest is lexical.
        importance: Weight of the importance.
        recency: Weight of the recency.
        confidence: Weight of the confidence.
        floor: A memory less relevant than this is not recalled, 0 to 1.
        coverage_floor: Nor is one that shares less of the query than this, unless its vector speaks for it.
        to_next: Share of its relevance that a memory lends to what was said just after it.
        to_previous: The same for what was said just before it.
        diversity: λ of the maximal marginal relevance (Carbonell and Goldstein, 1998): 1.0 looks at the score alone.
    """

    semantic: float = 0.5
    importance: float = 0.10
    recency: float = 0.05
    confidence: float = 0.05
    floor: float = 0.25
    coverage_floor: float = 0.08
    to_next: float = 0.3
    to_previous: float = 0.15
    diversity: float = 0.7


@dataclass(frozen=True, slots=True)
class Explain:
    """The parts of a score, which is their sum (`likeness` apart).

    Attributes:
        lexical: What the matching words gave.
        semantic: What the vectors gave.
        importance: What its importance gave.
        recency: What its age left over.
        confidence: What its confidence gave.
        neighbour: What was lent by what was said just before or after it.
        likeness: How much it says what an already chosen memory says, 0 to 1; held against it in the order only.
        is_pinned: It is here because it is pinned.
        matched: The stems that matched.
    """

    lexical: float
    semantic: float
    importance: float
    recency: float
    confidence: float
    neighbour: float = 0.0
    likeness: float = 0.0
    is_pinned: bool = False
    matched: tuple[str, ...] = ()

    @property
    def relevance(self) -> float:
        """What the words and the vectors gave together, 0 to 1."""
        return self.lexical + self.semantic

    @property
    def parts(self) -> dict[str, float]:
        """The parts by name, for people."""
        names = ("lexical", "semantic", "neighbour", "importance", "recency", "confidence")
        return {name: getattr(self, name) for name in names}

    @property
    def score(self) -> float:
        """The whole score."""
        return self.relevance + self.neighbour + self.importance + self.recency + self.confidence


@dataclass(frozen=True, slots=True)
class Recalled:
    """A memory that is recalled, and why."""

    id: uuid.UUID
    score: float
    explain: Explain


@dataclass(frozen=True, slots=True)
class _Scored:
    candidate: Candidate
    explain: Explain
    stems: frozenset[str] = field(default_factory=frozenset)


def rank(
    candidates: Sequence[Candidate], *, now: dt.datetime, limit: int = 5, policy: RankingPolicy | None = None
) -> tuple[Recalled, ...]:
    """Choose what is recalled: the pinned ones first, then the best of the rest, unlike ones before like ones.

    Args:
        candidates: What the search found, and the pinned memories; ids are unique.
        now: The time of the turn; aware.
        limit: Most memories recalled; pinned ones count, but are never left out.
        policy: The weights.

    Returns:
        Fewer than `limit` when fewer are relevant; the order does not depend on the order of `candidates`.
    """
    policy = policy or RankingPolicy()
    best = max((candidate.lexical for candidate in candidates), default=0.0)
    scored = [
        _Scored(candidate, _explain(candidate, best, now, policy), frozenset(candidate.stems))
        for candidate in candidates
    ]
    scored = _lend(scored, policy)
    scored.sort(key=lambda one: (-one.explain.score, one.candidate.id))
    chosen = [one for one in scored if one.candidate.is_pinned]
    rest = [one for one in scored if not one.candidate.is_pinned and _is_relevant(one, policy)]
    chosen.extend(_unlike(rest, chosen, limit - len(chosen), policy.diversity))
    return tuple(Recalled(one.candidate.id, one.explain.score, one.explain) for one in chosen)


def _explain(candidate: Candidate, best: float, now: dt.datetime, policy: RankingPolicy) -> Explain:
    lexical = candidate.lexical / best if best > 0 else 0.0
    semantic = 0.0
    if candidate.cosine is not None:
        lexical *= 1 - policy.semantic
        semantic = policy.semantic * max(0.0, candidate.cosine)
    return Explain(
        lexical=lexical,
        semantic=semantic,
        importance=policy.importance * candidate.importance,
        recency=policy.recency * _recency(candidate, now),
        confidence=policy.confidence * candidate.confidence,
        is_pinned=candidate.is_pinned,
        matched=candidate.matched,
    )


def _lend(scored: list[_Scored], policy: RankingPolicy) -> list[_Scored]:
    """Give each memory its credit from its neighbours, all measured before any credit is given."""
    relevance = {one.candidate.id: one.explain.relevance for one in scored}
    lent = []
    for one in scored:
        from_before = policy.to_next * relevance.get(one.candidate.before, 0.0) if one.candidate.before else 0.0
        from_after = policy.to_previous * relevance.get(one.candidate.after, 0.0) if one.candidate.after else 0.0
        credit = max(from_before, from_after)
        lent.append(replace(one, explain=replace(one.explain, neighbour=credit)) if credit else one)
    return lent


def _recency(candidate: Candidate, now: dt.datetime) -> float:
    """Return 1.0 for what just happened, halved after each half-life of the kind."""
    half_life = HALF_LIFE_DAYS[candidate.kind]
    if half_life is None:
        return 1.0
    age_days = max(0.0, (now - candidate.happened_at).total_seconds() / 86_400)
    return float(2 ** (-age_days / half_life))


def _is_relevant(one: _Scored, policy: RankingPolicy) -> bool:
    """Tell whether it has to do with what is asked; a neighbour's credit alone must reach the floor by itself."""
    if one.explain.relevance + one.explain.neighbour < policy.floor:
        return False
    by_words = one.candidate.coverage >= policy.coverage_floor
    return by_words or one.explain.semantic >= policy.floor or one.explain.neighbour >= policy.floor


def _unlike(pool: list[_Scored], chosen: Sequence[_Scored], room: int, diversity: float) -> list[_Scored]:
    """Pick by maximal marginal relevance; likeness is the overlap (Jaccard) of stems."""
    likeness = [max((_overlap(one.stems, other.stems) for other in chosen), default=0.0) for one in pool]
    waiting = list(range(len(pool)))
    picked: list[_Scored] = []
    while waiting and len(picked) < room:
        marginal = [diversity * pool[place].explain.score - (1 - diversity) * likeness[place] for place in waiting]
        best = waiting.pop(marginal.index(max(marginal)))
        picked.append(_Scored(pool[best].candidate, replace(pool[best].explain, likeness=likeness[best])))
        for place in waiting:
            likeness[place] = max(likeness[place], _overlap(pool[place].stems, pool[best].stems))
    return picked


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    either = len(one | other)
    return len(one & other) / either if either else 0.0
