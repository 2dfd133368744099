"""Ranking: what is recalled, in which order, and why."""

import datetime as dt
import uuid
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.domain.ranking import Candidate, MemoryKind, RankingPolicy, rank

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)


def candidate(number: int, lexical: float = 1.0, **changes: object) -> Candidate:
    usual = Candidate(
        id=uuid.UUID(int=number),
        kind=MemoryKind.USER,
        happened_at=NOW,
        lexical=lexical,
        coverage=1.0,
        stems=(f"word{number}",),
    )
    return replace(usual, **changes)


def order(*candidates: Candidate, **options: object) -> list[int]:
    return [one.id.int for one in rank(candidates, now=NOW, **options)]


def test_the_parts_of_the_score_add_up() -> None:
    one = candidate(1, 4.0, importance=0.5, confidence=0.8, kind=MemoryKind.EMOTIONS, happened_at=NOW - dt.timedelta(7))

    recalled = rank([one, candidate(2, 8.0)], now=NOW)[1]

    assert recalled.id == one.id
    assert recalled.explain.lexical == pytest.approx(0.5)
    assert recalled.explain.importance == pytest.approx(0.05)
    assert recalled.explain.recency == pytest.approx(0.025)
    assert recalled.explain.confidence == pytest.approx(0.04)
    assert recalled.score == pytest.approx(0.615)


def test_with_vectors_words_and_meaning_count_half_each() -> None:
    recalled = rank([candidate(1, 2.0, cosine=0.6), candidate(2, 0.0, cosine=-0.9, coverage=0.0)], now=NOW)

    assert [one.id.int for one in recalled] == [1]
    assert recalled[0].explain.lexical == pytest.approx(0.5)
    assert recalled[0].explain.semantic == pytest.approx(0.3)


def test_meaning_alone_may_recall_what_no_word_finds() -> None:
    assert order(candidate(1, 0.0, coverage=0.0, cosine=0.8)) == [1]


def test_old_moods_fade_and_facts_about_a_viewer_do_not() -> None:
    long_ago = NOW - dt.timedelta(days=400)
    mood = candidate(1, kind=MemoryKind.EMOTIONS, happened_at=long_ago)
    fact = candidate(2, kind=MemoryKind.USER, happened_at=long_ago)

    assert order(mood, fact) == [2, 1]


def test_what_is_not_relevant_is_not_recalled() -> None:
    weak = candidate(2, 1.0, importance=1.0)
    common_word_only = candidate(3, 5.0, coverage=0.02)

    assert order(candidate(1, 10.0), weak, common_word_only) == [1]
    assert order(candidate(1, 0.0, coverage=0.0)) == []
    assert order() == []


def test_pinned_memories_are_always_in_and_first() -> None:
    pins = [candidate(number, 0.0, coverage=0.0, is_pinned=True) for number in (1, 2, 3)]

    assert order(candidate(9, 5.0), *pins, limit=2) == [1, 2, 3]
    assert order(candidate(9, 5.0), *pins, limit=4) == [1, 2, 3, 9]


def test_unlike_memories_come_before_another_of_the_same() -> None:
    same = ("bob", "cat", "murka")
    best = candidate(1, 10.0, stems=same)
    copy = candidate(2, 9.9, stems=same)
    other = candidate(3, 8.0, stems=("bob", "train"))

    assert order(best, copy, other, limit=2) == [1, 3]
    assert order(best, copy, other, limit=2, policy=RankingPolicy(diversity=1.0)) == [1, 2]
    assert rank([best, copy, other], now=NOW)[2].explain.likeness == pytest.approx(1.0)


@given(st.lists(st.tuples(st.floats(0, 20), st.floats(0, 1), st.booleans()), max_size=12), st.randoms())
@settings(max_examples=50)
def test_the_order_of_what_was_found_does_not_matter(rows: list, random: object) -> None:
    found = [candidate(number, score, coverage=part, is_pinned=pin) for number, (score, part, pin) in enumerate(rows)]
    shuffled = list(found)
    random.shuffle(shuffled)

    assert rank(found, now=NOW) == rank(shuffled, now=NOW)
    assert {one.id for one in rank(found, now=NOW)} <= {one.id for one in found}
