"""Lorebooks: those inside cards, V3's stand-alone ones, and SillyTavern's worlds, over their untouched JSON.

Sources: character-card-spec-v2 and -v3, "character_book"; SillyTavern public/scripts/world-info.js. An entry that
carries SillyTavern's own extensions follows SillyTavern: `use_regex` is always set there, and only a key written
`/…/flags` is a pattern.
"""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from personas.domain.cards.decorators import Decorated, parted

ST_EXTENSIONS = frozenset({"position", "depth", "selectiveLogic", "probability", "useProbability", "display_index"})
STANDALONE = "lorebook_v3"
PATTERN_LEAST = 3  # "/x/"


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
        patterns: Keys that are patterns.
        secondary: Words of which the entry asks besides its keys.
        excluded: Words that keep it away.
        content: What is known, without decorators.
        is_constant: It is always in the prompt.
        is_enabled: It may come up at all.
        order: Low ones stand earlier.
        depth: How many messages follow it, or None.
        role: Who says it: "system", "user", "assistant" or "".
        scan_depth: How many messages are looked at, or None.
        position: Where it stands, in the words of the file, or "".
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
    depth: int | None = None
    role: str = ""
    scan_depth: int | None = None
    position: str = ""
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
        read = _world_entry if self.form is BookForm.WORLD else _card_entry
        return tuple(read(row) for row in self.raw_entries)


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
        {
            "keys": list(_words(row.get("key"))), "secondary_keys": list(_words(row.get("keysecondary"))),
            "content": _text(row.get("content")), "comment": _text(row.get("comment")), "use_regex": False,
            "constant": row.get("constant") is True, "enabled": row.get("disable") is not True,
            "selective": row.get("selective", True) is not False, "insertion_order": row.get("order", 100),
            "extensions": {"sillytavern_world": row},
        }
        for row in book.raw_entries
    ]  # fmt: skip


def standalone(inner: dict[str, Any]) -> dict[str, Any]:
    """Return a card's lorebook as a V3 file of its own."""
    return {"spec": STANDALONE, "data": inner}


def new_entry(keys: Iterable[str], content: str, *, constant: bool, enabled: bool, order: int) -> dict[str, Any]:
    """Return an entry as cards hold it."""
    return {
        "keys": list(keys), "content": content, "extensions": {}, "enabled": enabled, "insertion_order": order,
        "use_regex": False, "constant": constant,
    }  # fmt: skip


def _inner(book: Book) -> dict[str, Any]:
    found: dict[str, Any] = book.raw["data"] if book.form is BookForm.STANDALONE else book.raw
    return found


def _card_entry(row: dict[str, Any]) -> Entry:
    extensions = row.get("extensions") if isinstance(row.get("extensions"), dict) else {}
    is_st = bool(ST_EXTENSIONS & extensions.keys())  # type: ignore[union-attr]  # a dict, see above
    said = parted(_text(row.get("content")))
    is_strict = row.get("use_regex") is True and not is_st
    keys = (*_words(row.get("keys")), *said.words("additional_keys"))
    is_constant = row.get("constant") is True and not is_strict
    secondary = () if is_strict or row.get("selective") is False else _words(row.get("secondary_keys"))
    return _entry(
        row, said, keys, secondary,
        is_strict=is_strict, is_constant=is_constant, is_enabled=row.get("enabled", True) is not False,
        order=row.get("insertion_order"), position=_text(row.get("position")),
    )  # fmt: skip


def _world_entry(row: dict[str, Any]) -> Entry:
    said = parted(_text(row.get("content")))
    keys = (*_words(row.get("key")), *said.words("additional_keys"))
    secondary = _words(row.get("keysecondary")) if row.get("selective", True) is not False else ()
    return _entry(
        row, said, keys, secondary,
        is_strict=False, is_constant=row.get("constant") is True, is_enabled=row.get("disable") is not True,
        order=row.get("order"), position=str(row.get("position", "")),
    )  # fmt: skip


def _entry(
    row: dict[str, Any], said: Decorated, keys: tuple[str, ...], secondary: tuple[str, ...], *,
    is_strict: bool, is_constant: bool, is_enabled: bool, order: Any, position: str,
) -> Entry:  # fmt: skip
    patterns = keys if is_strict else tuple(key for key in keys if _is_pattern(key))
    is_number = isinstance(order, int | float) and not isinstance(order, bool)
    return Entry(
        keys=tuple(key for key in keys if key not in patterns),
        patterns=patterns,
        secondary=secondary,
        excluded=said.words("exclude_keys"),
        content=said.content.strip(),
        is_constant=is_constant or said.has("activate"),
        is_enabled=is_enabled and not said.has("dont_activate"),
        order=int(max(-32_000, min(32_000, order))) if is_number else 100,
        depth=said.number("depth"),
        role=said.decorators.get("role", ""),
        scan_depth=said.number("scan_depth"),
        position=said.decorators.get("position", position),
        unknown=said.unknown,
        raw=row,
    )


def _is_pattern(key: str) -> bool:
    return len(key) >= PATTERN_LEAST and key.startswith("/") and "/" in key[2:]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _words(value: Any) -> tuple[str, ...]:
    rows = value if isinstance(value, list) else value.split(",") if isinstance(value, str) else []
    return tuple(dict.fromkeys(word for one in rows if isinstance(one, str) and (word := one.strip())))
