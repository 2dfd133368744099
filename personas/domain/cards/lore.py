"""Lore of a character from a lorebook's entries, and a lorebook from the lore as it is now."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from personas.domain.cards.book import Book, Entry, new_entry, read_book, with_entries
from personas.domain.cards.card import Card, with_fields
from personas.domain.cards.decorators import parted

KEYS_MOST, CONTENT_MOST, POSITION_MOST = 300, 2000, 32_000


class Caution(StrEnum):
    """What of a card plays no part here, though it is kept for the next export."""

    CUT = "cut"
    LORE_CUT = "lore_cut"
    PATTERNS = "patterns"
    SECONDARY = "secondary"
    EXCLUDED = "excluded"
    PLACES = "places"
    NEWER = "newer"


@dataclass(frozen=True, slots=True)
class LoreText:
    """A piece of lore as its row holds it.

    Attributes:
        keys: Words that bring it up, with a comma and a space between them.
        content: What is known.
        is_constant: It is in every prompt.
        is_enabled: It may come up at all.
        position: Low ones stand earlier.
    """

    keys: str
    content: str
    is_constant: bool = False
    is_enabled: bool = True
    position: int = 100


def lore_of(book: Book) -> tuple[tuple[LoreText, ...], dict[Caution, int]]:
    """Return the lore of a lorebook, and what of it plays no part here."""
    entries = [entry for entry in book.entries if entry.content]
    counts = Counter(caution for entry in entries for caution in _cautions(entry))
    return tuple(text for entry in entries if (text := text_of(entry))), dict(counts)


def text_of(entry: Entry) -> LoreText | None:
    """Return the lore an entry becomes; None for one that says nothing."""
    if not entry.content:
        return None
    keys = _joined(entry.keys)
    return LoreText(
        keys=keys,
        content=entry.content.replace("\r\n", "\n").replace("\r", "\n")[:CONTENT_MOST].strip(),
        is_constant=entry.is_constant,
        is_enabled=entry.is_enabled and (entry.is_constant or bool(keys)),
        position=max(0, min(POSITION_MOST, entry.order)),
    )


def with_lore(card: Card, lore: tuple[LoreText, ...]) -> Card:
    """Return the card with a lorebook that says `lore`; entries whose lore did not change stay untouched."""
    if card.book is None:
        return with_fields(card, {"character_book": with_texts(_empty(), lore).raw}) if lore else card
    book = read_book(card.book)
    other = with_texts(book, lore)
    return card if other.raw == book.raw else with_fields(card, {"character_book": other.raw})


def book_of(lore: tuple[LoreText, ...]) -> dict[str, Any]:
    """Return a lorebook that says `lore`, as cards hold it."""
    return with_texts(_empty(), lore).raw


def with_texts(book: Book, lore: tuple[LoreText, ...]) -> Book:
    """Return a card's book that says `lore`: same entries untouched, changed ones changed, others gone or new."""
    left = Counter(lore)
    kept: list[dict[str, Any] | None] = []
    lost: list[tuple[int, Entry, LoreText]] = []
    for entry in book.entries:
        text = text_of(entry)
        if text is not None and not left[text]:
            lost.append((len(kept), entry, text))
            kept.append(None)
            continue
        if text is not None:
            left[text] -= 1
        kept.append(entry.raw)
    fresh = list(left.elements())
    for place, entry, text in lost:
        same = next((one for one in fresh if one.content == text.content or (one.keys and one.keys == text.keys)), None)
        if same is not None:
            fresh.remove(same)
            kept[place] = _changed(entry, text, same)
    new = [
        new_entry(one.keys.split(", ") if one.keys else [], one.content,
                  constant=one.is_constant, enabled=one.is_enabled, order=one.position)
        for one in fresh
    ]  # fmt: skip
    rows = [row for row in kept if row is not None] + new
    return book if rows == book.raw_entries else with_entries(book, rows)


def _changed(entry: Entry, was: LoreText, now: LoreText) -> dict[str, Any]:
    """Return an entry that says something else, its unknown fields kept."""
    row = dict(entry.raw)
    if now.content != was.content or (now.is_constant, now.is_enabled) != (was.is_constant, was.is_enabled):
        row["content"] = now.content if now.content != was.content else parted(row["content"]).content
        row |= {"constant": now.is_constant, "enabled": now.is_enabled}
        row["use_regex"] = row.get("use_regex") is True and not now.is_constant
    if now.keys != was.keys:
        row["keys"] = [*(now.keys.split(", ") if now.keys else []), *entry.patterns]
    if now.position != was.position:
        row["insertion_order"] = now.position
    return row


def _cautions(entry: Entry) -> list[Caution]:
    found = {
        Caution.LORE_CUT: len(entry.content) > CONTENT_MOST or len(", ".join(entry.keys)) > KEYS_MOST,
        Caution.PATTERNS: bool(entry.patterns),
        Caution.SECONDARY: bool(entry.secondary),
        Caution.EXCLUDED: bool(entry.excluded),
        Caution.PLACES: entry.depth is not None or bool(entry.role) or entry.scan_depth is not None,
    }
    return [caution for caution, is_so in found.items() if is_so]


def _joined(keys: tuple[str, ...]) -> str:
    """Return as many keys as fit, as a row holds them."""
    words = dict.fromkeys(word for key in keys for part in key.split(",") if (word := part.strip()))
    joined = ""
    for word in words:
        longer = f"{joined}, {word}" if joined else word
        if len(longer) <= KEYS_MOST:
            joined = longer
    return joined


def _empty() -> Book:
    return read_book({"entries": [], "extensions": {}})
