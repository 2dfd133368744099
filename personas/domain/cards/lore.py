"""Lore of a character from a lorebook's entries, and a lorebook from the lore as it is now."""

from collections import Counter
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any

from personas.domain.cards.book import Book, Entry, read_book, with_entries
from personas.domain.cards.card import Card, with_fields
from personas.domain.cards.decorators import parted
from personas.domain.cards.keys import is_pattern, joined_keys, source_of, split_keys
from personas.domain.cards.options import (
    DEPTH_MOST,
    LOGICS,
    ROLES,
    ST_EXTENSIONS,
    USUAL_DEPTH,
    Options,
    st_fields,
    world_extensions,
)

KEYS_MOST, CONTENT_MOST, POSITION_MOST = 1000, 2000, 32_000
OURS = "vtcontrol"
_SHARED = tuple(one.name for one in fields(Options) if one.name not in {"is_timed", "is_unplaced"})


class Caution(StrEnum):
    """What of a card plays no part here, though it is kept for the next export."""

    CUT = "cut"
    LORE_CUT = "lore_cut"
    PATTERNS = "patterns"
    TIMED = "timed"
    PLACES = "places"
    NEWER = "newer"
    KEYS = "keys"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class LoreText:
    """A piece of lore as its row holds it; the fields of `memory.models.Lore`, described there and in `Options`.

    Attributes:
        keys: Words and patterns that bring it up, with a comma and a space between them.
        content: What is known.
        is_constant: It is in every prompt.
        is_enabled: It may come up at all.
        position: Low ones stand earlier.
        secondary_keys: Of which `logic` asks besides.
        excluded_keys: Words and patterns that keep it away.
    """

    keys: str
    content: str
    is_constant: bool = False
    is_enabled: bool = True
    position: int = 100
    secondary_keys: str = ""
    logic: str = "any"
    excluded_keys: str = ""
    is_case_sensitive: bool = False
    is_whole_words: bool = False
    place: str = "after"
    depth: int = USUAL_DEPTH
    role: str = "system"
    scan_depth: int | None = None
    priority: int = 0
    probability: int = 100
    starts_others: bool = False
    is_started_by_others: bool = True


def lore_of(book: Book) -> tuple[tuple[LoreText, ...], dict[Caution, int]]:
    """Return the lore of a lorebook, and what of it plays no part here."""
    entries = [entry for entry in book.entries if entry.content]
    counts = Counter(caution for entry in entries for caution in _cautions(entry))
    return tuple(text for entry in entries if (text := text_of(entry))), dict(counts)


def text_of(entry: Entry) -> LoreText | None:
    """Return the lore an entry becomes; None for one that says nothing."""
    if not entry.content:
        return None
    keys = joined_keys((*entry.keys, *entry.patterns), KEYS_MOST)
    text = LoreText(
        keys=keys,
        content=entry.content.replace("\r\n", "\n").replace("\r", "\n")[:CONTENT_MOST].strip(),
        is_constant=entry.is_constant,
        is_enabled=entry.is_enabled and (entry.is_constant or bool(keys)),
        position=max(0, min(POSITION_MOST, entry.order)),
        secondary_keys=joined_keys(entry.secondary, KEYS_MOST),
        excluded_keys=joined_keys(entry.excluded, KEYS_MOST),
        **{name: getattr(entry.options, name) for name in _SHARED},
    )
    return _with_own(text, entry)


def undecorated(text: LoreText) -> LoreText:
    """Return lore whose content begins with decorators with what they say in its fields; other lore as it is."""
    said = parted(text.content)
    if said.content == text.content:
        return text
    row = _native(text)
    read = text_of(Book(_empty().form, {"entries": []}).read({**row, "content": text.content, "extensions": {}}))
    if read is None:
        return replace(text, content=said.content.strip())
    decorated = {
        "additional_keys": ("keys",), "exclude_keys": ("excluded_keys",), "depth": ("place", "depth"),
        "position": ("place",), "role": ("role",), "scan_depth": ("scan_depth",),
        "activate": ("is_constant",), "dont_activate": ("is_enabled",),
    }  # fmt: skip
    names = {name for decorator in said.decorators for name in decorated.get(decorator, ())}
    return replace(text, content=read.content, **{name: getattr(read, name) for name in names})


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
            kept[place] = _changed(book, entry, text, same)
    new = [_written(book, {"extensions": {}}, one) for one in fresh]
    rows = [row for row in kept if row is not None] + new
    return book if rows == book.raw_entries else with_entries(book, rows)


def _changed(book: Book, entry: Entry, was: LoreText, now: LoreText) -> dict[str, Any]:
    """Return an entry that says something else, its unknown fields kept."""
    if replace(was, position=now.position) == now and not _own(entry.raw):
        return {**entry.raw, "insertion_order": now.position}
    return _written(book, entry.raw, now)


def _written(book: Book, raw: dict[str, Any], now: LoreText) -> dict[str, Any]:
    """Return an entry that says `now`, in the words of the format; what it has none for stands under our name."""
    usual = {"secondary_keys": [], "selective": False, "case_sensitive": False, "priority": 0, "position": "after_char"}
    row = {**raw, **{name: value for name, value in usual.items() if name in raw}, **_native(now)}
    extensions = raw.get("extensions")
    kept = {name: value for name, value in extensions.items() if name != OURS} if isinstance(extensions, dict) else {}
    options = Options(**{name: getattr(now, name) for name in _SHARED})
    world = world_extensions(kept.get("sillytavern_world"))
    said = st_fields(options)
    is_st = bool(ST_EXTENSIONS & (kept.keys() | world.keys())) or _asks_for_st(options)
    row["extensions"] = {**kept, **(said if is_st else {})}
    read = text_of(book.read(row))
    other = asdict(now) if read is None else {n: v for n, v in asdict(now).items() if v != getattr(read, n)}
    if now.excluded_keys:
        other["excluded_keys"] = now.excluded_keys  # V2 has no decorators: a card of it loses them
    if other:
        row["extensions"] = {**row["extensions"], OURS: other}
    return row


def _native(now: LoreText) -> dict[str, Any]:
    """Return what every reader of lorebooks understands of a piece of lore."""
    keys, secondary = split_keys(now.keys), split_keys(now.secondary_keys)
    is_strict = bool(keys) and all(map(is_pattern, keys)) and not (secondary or now.is_constant)
    head = f"@@exclude_keys {now.excluded_keys}\n" if now.excluded_keys else ""
    native: dict[str, Any] = {
        "keys": list(keys), "content": head + now.content, "constant": now.is_constant, "enabled": now.is_enabled,
        "insertion_order": now.position, "use_regex": is_strict,
    }  # fmt: skip
    optional = {
        "secondary_keys": list(secondary), "selective": bool(secondary), "case_sensitive": now.is_case_sensitive,
        "priority": now.priority, "position": "before_char" if now.place == "before" else "",
    }  # fmt: skip
    return native | {name: value for name, value in optional.items() if value}


def _asks_for_st(options: Options) -> bool:
    """Tell whether options need SillyTavern's fields to be said."""
    plain = Options(is_case_sensitive=options.is_case_sensitive, priority=options.priority)
    return replace(options, place="after" if options.place == "before" else options.place) != plain


def _own(raw: dict[str, Any]) -> dict[str, Any]:
    """Return what stands under our name in an entry."""
    extensions = raw.get("extensions")
    own = extensions.get(OURS) if isinstance(extensions, dict) else None
    return own if isinstance(own, dict) else {}


def _with_own(text: LoreText, entry: Entry) -> LoreText:
    """Return lore with the fields our own export put beside the format's, where they are of the right kind."""
    own = _own(entry.raw)
    if not own:
        return text
    kinds: dict[str, tuple[type, ...]] = {one.name: (type(getattr(text, one.name)),) for one in fields(LoreText)}
    kinds["scan_depth"] = (int, type(None))
    fresh = {name: own[name] for name in kinds.keys() & own.keys() if type(own[name]) in kinds[name]}
    other = replace(text, **fresh)
    return other if _is_sound(other) else text


def _is_sound(text: LoreText) -> bool:
    """Tell whether a row could hold what a file says."""
    lengths = (text.keys, text.secondary_keys, text.excluded_keys)
    return (
        0 < len(text.content) <= CONTENT_MOST
        and all(len(keys) <= KEYS_MOST for keys in lengths)
        and 0 <= text.position <= POSITION_MOST
        and abs(text.priority) <= POSITION_MOST
        and 0 <= text.probability <= 100
        and 0 <= text.depth <= DEPTH_MOST
        and 0 <= (text.scan_depth or 0) <= DEPTH_MOST
        and text.logic in LOGICS
        and text.place in ("before", "after", "depth")
        and text.role in ROLES
    )


def _cautions(entry: Entry) -> list[Caution]:
    keys = (*entry.keys, *entry.patterns)
    found = {
        Caution.LORE_CUT: len(entry.content) > CONTENT_MOST or len(", ".join(keys)) > KEYS_MOST,
        Caution.PATTERNS: not all(map(source_of, entry.patterns)),
        Caution.TIMED: entry.options.is_timed,
        Caution.PLACES: entry.options.is_unplaced,
    }
    return [caution for caution, is_so in found.items() if is_so]


def _empty() -> Book:
    return read_book({"entries": [], "extensions": {}})
