"""A card's file, whichever it is: JSON, a picture or a bundle; read by what it holds, never by its name."""

from dataclasses import dataclass, field
from enum import StrEnum

from personas.domain.cards.book import Book, is_book, read_book
from personas.domain.cards.bundle import CARD, is_bundle, read_bundle, write_bundle
from personas.domain.cards.card import Card, Version, as_version, read_card
from personas.domain.cards.decorators import parted
from personas.domain.cards.flaws import BOOK_ENTRIES_MOST, FILE_LARGEST, CardRefused, Flaw
from personas.domain.cards.open_llm_vtuber import is_settings, read_settings
from personas.domain.cards.picture import is_picture, neutral_picture, read_picture, write_picture
from personas.domain.cards.plain_json import read_json, write_json


class Container(StrEnum):
    """What a card came in."""

    JSON = "json"
    PICTURE = "picture"
    BUNDLE = "bundle"


@dataclass(frozen=True, slots=True)
class CardFile:
    """What a file holds: a card or a lorebook of its own.

    Attributes:
        container: What it came in.
        files: What a bundle holds beside its card, by path.
    """

    container: Container
    card: Card | None = None
    book: Book | None = None
    files: dict[str, bytes] = field(default_factory=dict)


def is_foreign(raw: bytes) -> bool:
    """Tell whether a file is settings of another program, not a card that says it once was."""
    return len(raw) <= FILE_LARGEST and not is_picture(raw) and not is_bundle(raw) and is_settings(raw)


def without_keys(raw: bytes) -> bytes:
    """Return a file as it may be kept until somebody decides: settings of another program as a card, without keys.

    Raises:
        CardRefused: It is such a file, and holds no character or something that is not taken in.
    """
    return write_json(read_settings(raw)) if is_foreign(raw) else raw


def read_file(raw: bytes) -> CardFile:
    """Return what a file holds.

    Raises:
        CardRefused: It holds nothing usable, or something that is not taken in.
    """
    if len(raw) > FILE_LARGEST:
        raise CardRefused(Flaw.TOO_LARGE)
    if is_picture(raw):
        return CardFile(Container.PICTURE, card=_checked(read_card(read_json(read_picture(raw)))))
    if is_bundle(raw):
        files = read_bundle(raw)
        card = _checked(read_card(read_json(files.pop(CARD))))
        return CardFile(Container.BUNDLE, card=card, files=files)
    value = read_json(raw)
    if is_book(value):
        return CardFile(Container.JSON, book=_counted(read_book(value)))
    return CardFile(Container.JSON, card=_checked(read_card(value)))


def card_json(card: Card, version: Version) -> bytes:
    """Return a card as a JSON file; going back to V2, its lore loses the decorators nobody there understands."""
    other = as_version(card, version)
    return write_json(
        _undecorated(other).raw if card.version is Version.V3 and version is not Version.V3 else other.raw
    )


def card_picture(card: Card, cover: bytes = b"") -> bytes:
    """Return a card inside a picture, as V3 and for older programs as V2 too.

    Args:
        card: Of any version.
        cover: A PNG whose own card is replaced; empty for a neutral one.

    Raises:
        CardRefused: The cover is broken.
    """
    cards = {"ccv3": card_json(card, Version.V3), "chara": card_json(card, Version.V2)}
    return write_picture(cover or neutral_picture(), cards)


def card_bundle(card: Card, files: dict[str, bytes] | None = None) -> bytes:
    """Return a card as CHARX with the files that belong to it."""
    return write_bundle(card_json(card, Version.V3), files or {})


def _checked(card: Card) -> Card:
    if card.book is not None:
        _counted(read_book(card.book))
    return card


def _counted(book: Book) -> Book:
    """Refuse a lorebook with more entries than are taken in; what a character holds leaves whatever its number."""
    if len(book.raw_entries) > BOOK_ENTRIES_MOST:
        raise CardRefused(Flaw.TOO_MANY_ENTRIES)
    return book


def _undecorated(card: Card) -> Card:
    """Return the card with its lore's decorators taken off, V2's own fields saying the same where it has some.

    `card` is a copy already.
    """
    for entry in read_book(card.book).raw_entries if card.book else []:
        if isinstance(entry.get("content"), str) and entry["content"].lstrip().startswith("@@"):
            said = parted(entry["content"])
            entry["content"] = said.content
            entry["constant"] = entry.get("constant") is True or said.has("activate")
            entry["enabled"] = entry.get("enabled") is not False and not said.has("dont_activate")
            entry["keys"] = [
                *(entry["keys"] if isinstance(entry.get("keys"), list) else []),
                *said.words("additional_keys"),
            ]
    return card
