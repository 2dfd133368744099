"""Why a text was read as something else: which disguises had to be undone. For people who ask what a rule saw.

Owns the names of the disguises. It must not decide anything.
"""

import unicodedata
from enum import StrEnum

from memory.domain.stems import stem
from streams.domain.normalise import fold, is_unseen


class Disguise(StrEnum):
    """How a text differs from what it was read as."""

    INVISIBLE = "invisible"
    SPACING = "spacing"
    LOOKALIKE = "lookalike"
    LEETSPEAK = "leetspeak"
    DRAWN_OUT = "drawn_out"
    DECORATED = "decorated"
    INFLECTED = "inflected"


def disguises_of(original: str, reading: str, entry: str) -> tuple[Disguise, ...]:
    """Return what stands between what was written and the rule's entry.

    Args:
        original: The hit as it stands in the text.
        reading: As what it was read (`RuleHit.reading`).
        entry: The entry of the rule it fits (`RuleHit.entry`).
    """
    folded = fold(original).text
    found = {
        Disguise.INVISIBLE: any(is_unseen(char) and not _is_accent(char) for char in original),
        Disguise.DECORATED: _is_decorated(original),
        Disguise.SPACING: len(_words(folded)) > len(_words(reading)),
        Disguise.LEETSPEAK: _signs(folded) > _signs(reading),
        Disguise.LOOKALIKE: bool(_scripts(folded) - _scripts(reading)) and bool(_scripts(reading)),
        Disguise.DRAWN_OUT: _longest_run(folded) > max(2, _longest_run(reading)),
        Disguise.INFLECTED: _is_inflected(reading, entry),
    }
    return tuple(disguise for disguise, is_so in found.items() if is_so)


def _is_accent(char: str) -> bool:
    return unicodedata.combining(char) != 0 or unicodedata.category(char) == "Me"


def _words(text: str) -> list[str]:
    return "".join(char if char.isalnum() else " " for char in text).split()


def _signs(text: str) -> int:
    """Return how many digits and signs that stand for letters a text has."""
    return sum(char.isdigit() or char in "@$€|+!" for char in text)


def _scripts(text: str) -> set[str]:
    return {unicodedata.name(char, "").partition(" ")[0] for char in text if char.isalpha()}


def _longest_run(text: str) -> int:
    longest, run, before = 0, 0, ""
    for char in text:
        run = run + 1 if char == before and char.isalpha() else 1
        longest, before = max(longest, run), char
    return longest


def _is_decorated(original: str) -> bool:
    """Return whether letters carry accents or are of another width or style; й and ё are letters of their own."""
    seen = "".join(char for char in original if not is_unseen(char)).casefold()
    plain = fold(seen).text.replace("ё", "е")
    return unicodedata.normalize("NFC", seen).replace("ё", "е") != plain and len(seen) >= len(plain)


def _is_inflected(reading: str, entry: str) -> bool:
    read, wanted = _words(reading), _words(fold(entry).text)
    return read != wanted and list(map(stem, read)) == list(map(stem, wanted))
