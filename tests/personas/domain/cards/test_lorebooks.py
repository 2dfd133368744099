"""Lorebooks: SillyTavern's and V3's meaning, decorators, and entries that keep what is not understood."""

import json
from typing import Any

from hypothesis import given

from personas.domain.cards.book import Book, BookForm, read_book, standalone, with_entries
from personas.domain.cards.decorators import parted
from personas.domain.cards.files import read_file
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
    assert (said.excluded, said.depth, said.role, said.scan_depth) == (("coffee",), 3, "assistant", 5)
    assert said.position == "before_desc"


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

    assert (said.keys, said.patterns, said.secondary, said.is_constant) == ((), ("te+a",), (), False)


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
