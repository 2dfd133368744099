"""Which lore comes up: keys and second keys, words that keep it away, chance, other lore, and the budget."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.domain.lore import ROUNDS_MOST, Cause, Logic, LoreBook, LoreEntry, match


def entry(name: str = "tea", **fields: Any) -> LoreEntry:
    values = {"keys": (name,), "content": f"All about {name}.", "scan_depth": 2, **fields}
    return LoreEntry(id=name, **values)


class Tens:
    """Counts ten tokens a text."""

    name = "tens"

    def count(self, text: str) -> int:
        return 10


def used(*entries: LoreEntry, said: tuple[str, ...] = ("Bo: Tea, please!",), **more: Any) -> list[str]:
    return [hit.entry.id for hit in match(LoreBook(entries), said, **more).used]


def cause(one: LoreEntry, *said: str) -> Cause | None:
    found = match(LoreBook([one]), said)
    return next((hit.cause for hit in (*found.used, *found.left_out)), None)


def test_a_key_is_found_inside_words_whatever_its_capitals() -> None:
    assert cause(entry("Fox"), "Bo: FOXES!") is Cause.KEY
    assert cause(entry("лиса"), "Бо: ЛИСА!") is Cause.KEY
    assert cause(entry("fox"), "Bo: a dog") is None


def test_capitals_and_whole_words_count_where_they_are_to() -> None:
    exact, whole = entry("Fox", is_case_sensitive=True), entry("fox", is_whole_words=True)

    assert (cause(exact, "a fox"), cause(exact, "a Fox")) == (None, Cause.KEY)
    assert (cause(whole, "foxes, firefox"), cause(whole, "foxes, Fox!")) == (None, Cause.KEY)
    assert cause(entry("狐", is_whole_words=True), "小狐狸") is Cause.KEY


def test_a_pattern_follows_its_own_flags_and_a_broken_one_never_comes_up() -> None:
    assert cause(entry(keys=("/te+a\\b/i",)), "TEEEA time") is Cause.KEY
    assert cause(entry(keys=("/te+a\\b/",)), "TEEEA time") is None
    assert cause(entry(keys=("/(?=x)/", "/(/")), "x ( tea") is None


@pytest.mark.parametrize(
    ("logic", "said", "is_used"),
    [
        (Logic.ANY, "tea cup", True), (Logic.ANY, "tea", False), (Logic.ALL, "tea cup", False),
        (Logic.ALL, "tea cup pot", True), (Logic.NOT_ANY, "tea", True), (Logic.NOT_ANY, "tea pot", False),
        (Logic.NOT_ALL, "tea pot", True), (Logic.NOT_ALL, "tea pot cup", False),
    ],
)  # fmt: skip
def test_second_keys_are_asked_by_their_logic(logic: Logic, said: str, is_used: bool) -> None:
    one = entry(secondary=("cup", "pot"), logic=logic)

    assert cause(one, said) is (Cause.KEY if is_used else Cause.SECOND_KEY)


def test_what_is_always_there_needs_no_key_and_an_excluding_word_keeps_all_away() -> None:
    always = entry("rule", keys=(), is_constant=True, excluded=("quiet",))

    assert cause(always, "hello") is Cause.ALWAYS
    assert cause(always, "be quiet") is Cause.KEPT_AWAY


def test_each_entry_looks_back_as_far_as_it_says() -> None:
    lines = ("Ann: and then?", "Bo: the harbour", "Bo: tea")
    looks = [entry(f"{depth}", keys=("tea",), scan_depth=depth) for depth in (0, 1, 2, 3, 50)]

    assert used(*looks, said=lines) == ["3", "50"]


def test_chance_is_the_same_for_the_same_turn_and_about_as_often_as_it_says() -> None:
    one = entry(probability=30)

    turns = [used(one, seed=f"turn {number}") for number in range(400)]

    assert turns == [used(one, seed=f"turn {number}") for number in range(400)]
    assert 80 < sum(map(bool, turns)) < 160
    assert not used(entry(probability=0))


def test_what_came_up_brings_up_more_only_where_both_allow_it() -> None:
    first = entry("tea", content="Tea comes from the harbour.", starts_others=True)

    assert used(first, entry("harbour")) == ["tea", "harbour"]
    assert used(first, entry("harbour", is_started_by_others=False)) == ["tea"]
    assert used(entry("tea", content="The harbour."), entry("harbour")) == ["tea"]


def test_a_chain_of_lore_ends() -> None:
    chain = [
        entry(f"link{number}", keys=(f"<{number}>",), content=f"<{number + 1}>", starts_others=True)
        for number in range(9)
    ]
    circle = [entry("a", content="b", starts_others=True), entry("b", content="a", starts_others=True)]

    assert len(used(*chain, said=("<0>",))) == 1 + ROUNDS_MOST
    assert sorted(used(*circle, said=("a",))) == ["a", "b"]


def test_a_second_key_may_stand_in_other_lore() -> None:
    tea = entry("tea", content="Served in a cup.", starts_others=True)
    cake = entry("cake", keys=("please",), secondary=("cup",))

    assert used(tea, cake) == ["tea", "cake"]


def test_the_budget_leaves_out_the_least_dear_and_says_so() -> None:
    rows = [entry("dear", keys=("tea",), priority=5), entry("cheap", keys=("tea",)),
            entry("late", keys=("tea",), order=900)]  # fmt: skip

    found = match(LoreBook(rows), ("tea",), budget_tokens=20, counter=Tens())

    assert [hit.entry.id for hit in found.used] == ["dear", "late"]
    assert [(hit.entry.id, hit.cause) for hit in found.left_out] == [("cheap", Cause.BUDGET)]
    assert {hit.tokens for hit in (*found.used, *found.left_out)} == {10}


def test_entries_stand_in_their_order() -> None:
    assert used(entry("b", keys=("tea",), order=5), entry("a", keys=("tea",), order=9)) == ["b", "a"]


WORD = st.text("abß дç狐.", min_size=1, max_size=3).filter(str.strip)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(WORD, st.booleans()), min_size=1, max_size=6, unique_by=lambda one: one[0]),
    st.text("abß дç狐. AB"),
)
def test_many_keys_together_find_what_each_finds_alone(keys: list[tuple[str, bool]], said: str) -> None:
    rows = [entry(word, is_case_sensitive=is_exact) for word, is_exact in keys]

    together = set(used(*rows, said=(said,)))

    assert together == {row.id for row in rows if used(row, said=(said,))}
    assert together == {
        word for word, is_exact in keys if (word in said if is_exact else word.casefold() in said.casefold())
    }
