"""Why a card file is refused, and how much of one is read. Owns no sentence: those stand where people see them."""

from enum import StrEnum

FILE_LARGEST = 12 * 1024 * 1024  # bytes of an upload
JSON_LARGEST = 2 * 1024 * 1024  # bytes of a card's own text
UNPACKED_LARGEST = 40 * 1024 * 1024  # bytes of everything in a bundle
BUNDLE_ENTRIES_MOST = 500
CHUNKS_MOST = 20_000
DEPTH_MOST = 32
VALUES_MOST = 100_000
BOOK_ENTRIES_MOST = 2000
NUMBER_LONGEST = 40  # digits


class Flaw(StrEnum):
    """What is wrong with a file."""

    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    NOT_JSON = "not_json"
    TWICE_NAMED = "twice_named"
    NOT_TEXT = "not_text"
    NOT_A_CARD = "not_a_card"
    BROKEN_PICTURE = "broken_picture"
    NO_CARD_INSIDE = "no_card_inside"
    TWO_CARDS = "two_cards"
    BROKEN_CODING = "broken_coding"
    BROKEN_BUNDLE = "broken_bundle"
    UNSAFE_NAME = "unsafe_name"
    SCRIPT = "script"
    TOO_MANY_ENTRIES = "too_many_entries"
    NOT_YAML = "not_yaml"
    UNSAFE_YAML = "unsafe_yaml"
    NO_CHARACTER = "no_character"


class CardRefused(ValueError):
    """The file is not read any further.

    Attributes:
        flaw: What is wrong with it.
    """

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw
