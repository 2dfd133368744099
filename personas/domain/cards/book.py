"""Lorebooks: those inside cards, V3's stand-alone ones, and SillyTavern's worlds, over their untouched JSON.

Sources: character-card-spec-v2 and -v3, "character_book"; SillyTavern public/scripts/world-info.js. An entry that
carries SillyTavern's own extensions follows SillyTavern: `use_regex` is always set there, and only a key written
`/…/flags` is a pattern.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from personas.domain.cards.decorators import parted
from personas.domain.cards.keys import as_pattern, is_pattern
from personas.domain.cards.options import NUMBER_MOST, ST_EXTENSIONS, Options, bounded, read_options, world_extensions

STANDALONE = "lorebook_v3"


class BookForm(StrEnum):
    """Where the entries of a lorebook stand."""

    CARD = "card"  # a list, as in cards
    STANDALONE = "standalone"  # the same under `data`
    WORLD = "world"  # SillyTavern's mapping by number


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a lorebook, as far as it is understood.

    Attributes:
        keys: Plain words that bring it up, those of `@@additional_keys` among them.
        patterns: Keys that are patterns, between slashes or not.
        secondary: Words of which the entry asks besides its keys.
        excluded: Words that keep it away.
        content: What is known, without decorators.
        is_constant: It is always in the prompt.
        is_enabled: It may come up at all.
        order: Low ones stand earlier.
        options: How it is brought up, and where it stands.
        unknown: Decorators that mean nothing here.
        raw: The entry as it came.
    """

    keys: tuple[str, ...]
    content: str
    patterns: tuple[str, ...] = ()
    secondary: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    is_constant: bool = False
    is_enabled: bool = True
    order: int = 100
    options: Options = field(default_factory=Options)
    unknown: tuple[str, ...] = ()
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Book:
    """A lorebook.

    Attributes:
        form: Where its entries stand.
        raw: The JSON object as it came; never changed in place.
    """

    form: BookForm
    raw: dict[str, Any]

    @property
    def name(self) -> str:
        """What it is called, or ""."""
        value = _inner(self).get("name")
        return value if isinstance(value, str) else ""

    @property
    def raw_entries(self) -> list[dict[str, Any]]:
        """The entries as they came."""
        value = _inner(self).get("entries")
        rows = list(value.values()) if isinstance(value, dict) else value
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries as they are understood."""
        return tuple(map(self.read, self.raw_entries))

    def read(self, row: dict[str, Any]) -> Entry:
        """Return one entry as it is understood in this book."""
        return _entry(_as_in_cards(row) if self.form is BookForm.WORLD else row, row, _inner(self))


def is_book(value: Any) -> bool:
    """Tell whether a JSON value is a stand-alone lorebook."""
    if not isinstance(value, dict) or str(value.get("spec", "")).startswith("chara_card"):
        return False
    is_named = value.get("spec") == STANDALONE and isinstance(value.get("data"), dict)
    return is_named or isinstance(value.get("entries"), dict | list)


def read_book(value: dict[str, Any]) -> Book:
    """Return the lorebook a JSON object is."""
    if value.get("spec") == STANDALONE and isinstance(value.get("data"), dict):
        return Book(BookForm.STANDALONE, value)
    return Book(BookForm.WORLD if isinstance(value.get("entries"), dict) else BookForm.CARD, value)


def with_entries(book: Book, entries: list[dict[str, Any]]) -> Book:
    """Return the book with other entries (in the book's own form) and all else as it was."""
    raw = deepcopy(book.raw)
    inner = raw["data"] if book.form is BookForm.STANDALONE else raw
    if book.form is BookForm.WORLD:
        inner["entries"] = {str(number): entry for number, entry in enumerate(entries)}
    else:
        inner["entries"] = entries
    return Book(book.form, raw)


def card_entries(book: Book) -> list[dict[str, Any]]:
    """Return the entries as cards hold them; SillyTavern's own fields stay beside, under `extensions`."""
    if book.form is not BookForm.WORLD:
        return book.raw_entries
    return [
        {**found, "extensions": {**found["extensions"], "sillytavern_world": row}}
        for row in book.raw_entries
        for found in [_as_in_cards(row)]
    ]


def standalone(inner: dict[str, Any]) -> dict[str, Any]:
    """Return a card's lorebook as a V3 file of its own."""
    return {"spec": STANDALONE, "data": inner}


def _inner(book: Book) -> dict[str, Any]:
    found: dict[str, Any] = book.raw["data"] if book.form is BookForm.STANDALONE else book.raw
    return found


def _as_in_cards(row: dict[str, Any]) -> dict[str, Any]:
    """Return an entry of a world of SillyTavern as a card would hold it."""
    own = row.get("extensions")
    return {
        "keys": list(_words(row.get("key"))), "secondary_keys": list(_words(row.get("keysecondary"))),
        "content": _text(row.get("content")), "comment": _text(row.get("comment")), "use_regex": False,
        "constant": row.get("constant") is True, "enabled": row.get("disable") is not True,
        "selective": row.get("selective", True) is not False, "insertion_order": row.get("order", 100),
        "extensions": {**world_extensions(row), **(own if isinstance(own, dict) else {})},
    }  # fmt: skip


def _entry(row: dict[str, Any], raw: dict[str, Any], book: dict[str, Any]) -> Entry:
    """Return an entry as it is understood: `row` as cards hold it, `raw` as it came."""
    own = row.get("extensions")
    own = own if isinstance(own, dict) else {}
    extensions = {**world_extensions(own.get("sillytavern_world")), **own}
    said = parted(_text(row.get("content")))
    is_strict = row.get("use_regex") is True and not ST_EXTENSIONS & extensions.keys()
    keys = (*_words(row.get("keys")), *said.words("additional_keys"))
    patterns = tuple(map(as_pattern, keys)) if is_strict else tuple(filter(is_pattern, keys))
    is_constant = row.get("constant") is True and not is_strict
    order = bounded(row.get("insertion_order"), -NUMBER_MOST, NUMBER_MOST)
    return Entry(
        keys=() if is_strict else tuple(key for key in keys if key not in patterns),
        patterns=patterns,
        secondary=() if is_strict or row.get("selective") is False else _words(row.get("secondary_keys")),
        excluded=said.words("exclude_keys"),
        content=said.content.strip(),
        is_constant=is_constant or said.has("activate"),
        is_enabled=row.get("enabled", True) is not False and not said.has("dont_activate"),
        order=100 if order is None else order,
        options=read_options(row, extensions, said, book),
        unknown=said.unknown,
        raw=raw,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _words(value: Any) -> tuple[str, ...]:
    rows = value if isinstance(value, list) else value.split(",") if isinstance(value, str) else []
    return tuple(dict.fromkeys(word for one in rows if isinstance(one, str) and (word := one.strip())))
