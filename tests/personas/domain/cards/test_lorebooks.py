"""Lorebooks: SillyTavern's and V3's meaning, decorators, and entries that keep what is not understood."""

import json
from typing import Any

from hypothesis import given

from personas.domain.cards.book import Book, BookForm, card_entries, read_book, standalone, with_entries
from personas.domain.cards.decorators import parted
from personas.domain.cards.files import read_file
from personas.domain.cards.keys import as_pattern, joined_keys, source_of, split_keys
from personas.domain.cards.lore import LoreText, lore_of, undecorated
from personas.domain.cards.options import Options
from personas.domain.cards.plain_json import write_json
from tests.personas.domain.cards.card_values import books


def _entry(**fields: Any) -> Any:
    return read_book({"entries": [{"keys": ["tea"], "content": "Tea at five.", **fields}]}).entries[0]


@given(books())
def test_a_book_comes_back_as_it_was_in_every_form(raw: dict[str, Any]) -> None:
    world = {**raw, "entries": {str(number): entry for number, entry in enumerate(raw["entries"])}}

    for form, value in (
        (BookForm.CARD, raw), (BookForm.STANDALONE, standalone(raw)), (BookForm.WORLD, world),
    ):  # fmt: skip
        book = read_file(write_json(value)).book
        assert book == Book(form, value)
        assert with_entries(book, book.raw_entries) == book
        assert len(book.entries) == len(raw["entries"])


def test_decorators_are_read_and_taken_off() -> None:
    head = "@@depth 3\n@@role assistant\n@@scan_depth 5\n@@position before_desc\n@@additional_keys cup, pot\n"

    said = _entry(content=f"{head}@@exclude_keys coffee\nTea at five.\n@@depth 9")

    assert said.content == "Tea at five.\n@@depth 9"
    assert said.keys == ("tea", "cup", "pot")
    assert said.excluded == ("coffee",)
    assert said.options == Options(place="depth", depth=3, role="assistant", scan_depth=5)
    assert _entry(content="@@position before_desc\nTea.").options.place == "before"


def test_activate_and_dont_activate_decide_alone() -> None:
    assert _entry(content="@@activate\nAlways.").is_constant
    assert not _entry(content="@@dont_activate\nNever.").is_enabled
    assert not _entry(content="@@activate false\nNot.").is_constant


def test_a_fallback_counts_only_below_an_unknown_decorator() -> None:
    assert parted("@@sparkle 1\n@@@depth 4\nHi").decorators == {"depth": "4"}
    assert parted("@@depth 1\n@@@depth 4\nHi").decorators == {"depth": "1"}
    assert parted("@@sparkle 1\nHi").unknown == ("sparkle",)
    assert parted("@@ not one\nHi").content == "@@ not one\nHi"


def test_a_strict_pattern_ignores_constant_and_secondary_keys() -> None:
    said = _entry(use_regex=True, constant=True, secondary_keys=["cup"], keys=["te+a"])

    assert (said.keys, said.patterns, said.secondary, said.is_constant) == ((), ("/te+a/",), (), False)


def test_a_book_of_sillytavern_follows_sillytavern() -> None:
    said = _entry(use_regex=True, constant=True, keys=["tea", "/cu+p/i"], secondary_keys=["pot"], selective=True,
                  extensions={"position": 4, "depth": 4})  # fmt: skip

    assert (said.keys, said.patterns, said.secondary, said.is_constant) == (("tea",), ("/cu+p/i",), ("pot",), True)


def test_a_world_of_sillytavern_is_read_by_its_own_names() -> None:
    world = {
        "entries": {"0": {"key": ["tea"], "keysecondary": ["cup"], "content": "Hot.", "disable": True, "order": 7}}
    }

    book = read_file(json.dumps(world).encode()).book

    assert book is not None
    said = book.entries[0]
    assert (said.keys, said.secondary, said.is_enabled, said.order) == (("tea",), ("cup",), False, 7)


def test_values_of_the_wrong_kind_read_as_nothing() -> None:
    said = _entry(keys=7, content=None, insertion_order="first", extensions=[], enabled=None, position=4)

    assert (said.keys, said.content, said.order, said.is_enabled) == ((), "", 100, True)


WORLD_ENTRY: dict[str, Any] = {
    "key": ["tea"], "keysecondary": ["cup"], "content": "Hot.", "order": 7, "position": 4, "depth": 2, "role": 2,
    "selectiveLogic": 3, "selective": True, "scanDepth": 6, "caseSensitive": True, "matchWholeWords": True,
    "probability": 40, "useProbability": True, "excludeRecursion": True, "preventRecursion": True,
}  # fmt: skip
OPTIONS = Options(
    logic="all", is_case_sensitive=True, is_whole_words=True, place="depth", depth=2, role="assistant", scan_depth=6,
    probability=40, is_started_by_others=False,
)  # fmt: skip


def test_every_option_of_a_world_is_read_and_stays_when_it_joins_a_card() -> None:
    book = read_book({"entries": {"0": WORLD_ENTRY}})

    joined = read_book({"entries": card_entries(book)})

    assert book.entries[0].options == OPTIONS
    assert lore_of(joined) == lore_of(book)
    assert joined.entries[0].raw["extensions"]["sillytavern_world"] == WORLD_ENTRY


def test_options_of_cards_stand_in_fields_in_extensions_and_in_the_book() -> None:
    plain = _entry(case_sensitive=True, priority=9, position="before_char").options
    extended = _entry(extensions={"position": 0, "probability": 30, "useProbability": False, "depth": "x"}).options
    book = {"entries": [{"keys": ["a"], "content": "b"}], "scan_depth": 5, "recursive_scanning": True}

    assert plain == Options(is_case_sensitive=True, priority=9, place="before")
    assert extended == Options(place="before")
    assert read_book(book).entries[0].options == Options(scan_depth=5, starts_others=True)


def test_keys_are_words_and_patterns_between_commas() -> None:
    assert split_keys("tea, /cu{1,3}p/i,, a/b\nmilk, tea") == ("tea", "/cu{1,3}p/i", "a/b", "milk")
    assert joined_keys(["a, b", "/x,y/", "far too long"], 9) == "a, b"
    assert split_keys(as_pattern("a/b, c")) == ("/a\\/b, c/",)


def test_a_pattern_that_looks_around_or_finds_everything_cannot_be_used() -> None:
    assert source_of("/te+a/i") == "(?i)te+a"
    assert [source_of(key) for key in ("/a(?=b)/", "/x*/", "tea", "/(/", f"/{'a' * 600}/")] == [""] * 5


def test_decorators_written_by_hand_become_fields() -> None:
    content = "@@depth 1\n@@role user\n@@exclude_keys oat\n@@additional_keys pot\n@@sparkle\nHot."

    text = undecorated(LoreText("tea", content, logic="all", secondary_keys="cup"))

    assert text == LoreText(
        "tea, pot", "Hot.", logic="all", secondary_keys="cup", place="depth", depth=1, role="user", excluded_keys="oat"
    )
    assert undecorated(LoreText("tea", "Hot.")) == LoreText("tea", "Hot.")
    assert undecorated(LoreText("tea", "@@dont_activate\nHot.")).is_enabled is False
