"""What is never to be mentioned: found again in any text, whatever its case, spacing or ending.

Owns the comparison. Pure. A secret is kept away from the model altogether, so it cannot be talked out of it; what is
about to be said is compared too, for a model may know from elsewhere.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SHORTEST_STEM = 4
"""Shorter words count only as they stand."""
ENDING = 3
"""So many letters at the end of a word may differ: cats and cat, подруга and подруге."""
_WORD = re.compile(r"[^\W_]+")
_UNSEEN = re.compile("[\u00ad\u034f\u200b-\u200f\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_IDLE_WORDS = """
a an and at by for from he her his in is it my of on or she that the their they this to was where with you your
в во где для до его ее за и из их как к ко мой на не о об он она от по с со та тот то у что это
"""
_IDLE = frozenset(_IDLE_WORDS.split())
"""Words that tell nothing about a secret."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Something never to be mentioned, ready to be looked for.

    Attributes:
        text: As the team wrote it.
        words: Its telling words, folded.
    """

    text: str
    words: tuple[str, ...]


def secrets_of(lines: Iterable[str]) -> tuple[Secret, ...]:
    """Return the secrets of a list, one a line; an empty line is none."""
    found = []
    for line in lines:
        words = _fold(line)
        telling = tuple(word for word in words if word not in _IDLE) or tuple(words)
        if telling:
            found.append(Secret(line.strip(), telling))
    return tuple(found)


def mentions(text: str, secrets: Sequence[Secret]) -> bool:
    """Tell whether a text mentions any of the secrets: all telling words of one, in any order, near each other."""
    return mentioned(text, secrets) is not None


def mentioned(text: str, secrets: Sequence[Secret]) -> Secret | None:
    """Return the first secret a text mentions, or None."""
    if not secrets:
        return None
    words = _fold(text)
    for secret in secrets:
        if _is_near(words, secret.words):
            return secret
    return None


def _fold(text: str) -> list[str]:
    flat = _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).casefold().replace("ё", "е")
    return [part for word in _WORD.findall(flat) for part in (word if _IDEOGRAPHS.match(word) else (word,))]


def _is_near(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Tell whether every wanted word stands in one stretch of the text, three times as long as the secret."""
    places = [[place for place, word in enumerate(words) if _is_same(word, one)] for one in wanted]
    if not all(places):
        return False
    stretch = 3 * len(wanted) + 2
    return any(all(any(abs(place - start) < stretch for place in found) for found in places) for start in places[0])


def _is_same(word: str, wanted: str) -> bool:
    if word == wanted:
        return True
    shorter = min(len(word), len(wanted))
    if shorter < SHORTEST_STEM:
        return False
    stem = max(SHORTEST_STEM, shorter - ENDING if shorter > SHORTEST_STEM + 1 else shorter - 1)
    return word[:stem] == wanted[:stem] and abs(len(word) - len(wanted)) <= ENDING
