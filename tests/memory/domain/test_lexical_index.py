"""The lexical index: finds by shared stems, changes in place, and shows nobody what belongs to another."""

import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.domain import lexical
from memory.domain.lexical import COMMON, LexicalIndex

BOB = uuid.UUID(int=1001)
EVE = uuid.UUID(int=1002)


def ids(count: int) -> list[uuid.UUID]:
    return [uuid.UUID(int=number + 1) for number in range(count)]


def found(index: LexicalIndex, query: str, *scopes: uuid.UUID | None) -> list[uuid.UUID]:
    return [hit.id for hit in index.search(query.split(), scopes or (COMMON,))]


def test_rare_words_count_more_than_common_ones() -> None:
    cat, fish, dog = ids(3)
    index = LexicalIndex(
        [(cat, COMMON, "bob cat love"), (fish, COMMON, "bob fish love"), (dog, COMMON, "bob dog hate")]
    )

    hits = index.search(["love", "cat"], [COMMON])

    assert [hit.id for hit in hits] == [cat, fish]
    assert hits[0].matched == ("cat", "love")
    assert hits[0].score > hits[1].score > 0
    assert hits[0].coverage == pytest.approx(1.0)
    assert 0 < hits[1].coverage < 0.5


def test_short_memories_count_more_than_long_ones_and_repeats_a_little() -> None:
    short, long, twice = ids(3)
    index = LexicalIndex(
        [(long, COMMON, "cat a b c d e f g h"), (short, COMMON, "cat a"), (twice, COMMON, "cat cat a b c d e f h")]
    )

    assert found(index, "cat") == [short, twice, long]


def test_nothing_shared_means_nothing_found() -> None:
    index = LexicalIndex([(ids(1)[0], COMMON, "cat")])

    assert found(index, "dog") == []
    assert index.search([], [COMMON]) == []
    assert index.search(["cat"], []) == []
    assert index.search(["cat"], [COMMON], 0) == []


def test_a_viewer_sees_what_is_common_and_what_is_theirs() -> None:
    common, of_bob, of_eve = ids(3)
    index = LexicalIndex([(common, COMMON, "cat"), (of_bob, BOB, "cat x"), (of_eve, EVE, "cat y z")])

    assert found(index, "cat", COMMON, BOB) == [common, of_bob]
    assert found(index, "cat", EVE) == [of_eve]
    assert found(index, "cat", uuid.UUID(int=7)) == []


def test_adding_again_replaces_and_may_change_the_owner() -> None:
    (one,) = ids(1)
    index = LexicalIndex([(one, COMMON, "cat")])

    index.add(one, BOB, "dog")

    assert len(index) == 1
    assert found(index, "cat dog") == []
    assert found(index, "dog", BOB) == [one]
    assert index.stems_of(one) == ("dog",)


def test_removing_is_final_and_tells_whether_there_was_anything() -> None:
    one, other = ids(2)
    index = LexicalIndex([(one, COMMON, "cat"), (other, COMMON, "cat")])

    assert index.remove(one)
    assert not index.remove(one)
    assert one not in index
    assert found(index, "cat") == [other]
    assert index.stems_of(one) == ()


def test_common_words_still_count_when_the_budget_is_spent_on_rare_ones() -> None:
    rows = [(uuid.UUID(int=number + 1), COMMON, f"common filler{number % 50}") for number in range(2_000)]
    rows += [(uuid.UUID(int=9_001), COMMON, "rare other"), (uuid.UUID(int=9_002), COMMON, "rare common")]
    index = LexicalIndex(rows)

    hits = index.search(["common", "rare"], [COMMON], postings_budget=2)

    assert [hit.id.int for hit in hits] == [9_002, 9_001]
    assert hits[0].matched == ("rare", "common")


def test_dead_numbers_are_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical, "_SLACK", 10)
    (one,) = ids(1)
    index = LexicalIndex([(uuid.UUID(int=99), BOB, "dog")])

    for turn in range(100):
        index.add(one, COMMON, f"cat word{turn}")

    assert len(index) == 2
    assert found(index, "cat word99") == [one]
    assert found(index, "dog", BOB) == [uuid.UUID(int=99)]


WORDS = st.sampled_from(["a", "b", "c", "d", "e", "f"])
LINES = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
OWNERS = st.sampled_from([COMMON, BOB, EVE])
CHANGES = st.lists(st.tuples(st.integers(1, 12), st.one_of(st.none(), st.tuples(OWNERS, LINES))), max_size=40)


@given(
    changes=CHANGES, query=st.lists(WORDS, max_size=4), small=st.sampled_from([0, 2, 128]), is_searched=st.booleans()
)
@settings(max_examples=120)
def test_changing_the_index_equals_building_it_anew(
    changes: list, query: list[str], small: int, is_searched: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lexical, "_SMALL", small)
        index, rows = LexicalIndex(), {}
        for number, change in changes:
            memory_id = uuid.UUID(int=number)
            rows.pop(memory_id, None)
            if is_searched:  # which gives BOB's memories their postings
                index.search(query, [COMMON, BOB])
            if change is None:
                index.remove(memory_id)
            else:
                index.add(memory_id, *change)
                rows[memory_id] = change
        anew = LexicalIndex((memory_id, owner, line) for memory_id, (owner, line) in rows.items())

        for scopes in ([COMMON], [COMMON, BOB], [EVE]):
            assert index.search(query, scopes) == anew.search(query, scopes)
        assert len(index) == len(anew)


@given(changes=CHANGES, query=st.lists(WORDS, min_size=1, max_size=4), small=st.sampled_from([0, 2, 128]))
@settings(max_examples=60)
def test_what_others_own_has_no_influence_at_all(changes: list, query: list[str], small: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lexical, "_SMALL", small)
        rows = {uuid.UUID(int=number): change for number, change in changes if change is not None}
        everything = LexicalIndex((memory_id, owner, line) for memory_id, (owner, line) in rows.items())
        visible = LexicalIndex((memory_id, owner, line) for memory_id, (owner, line) in rows.items() if owner != EVE)

        assert everything.search(query, [COMMON, BOB]) == visible.search(query, [COMMON, BOB])
