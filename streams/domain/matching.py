"""Finding words and patterns in a folded text, many at once.

Owns the two tables a set of rules is compiled into. It must not know actions or scopes: it says which entry was found
where, and `streams.domain.moderation` says what that means.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import re2

from memory.domain.patterns import PatternSet
from memory.domain.stems import stem
from streams.domain.normalise import fold
from vtcontrol.kernel.errors import InputInvalid

LONGEST_PATTERN = 1_000
FEWEST_SPACED = 4
"""Shorter entries stand in too many words by chance to be looked for in spaced-out letters."""
LEAST_STEM = 5
"""A Russian stem may be so short at least to be looked for in front of any ending of a noun."""
_TOKEN = re.compile(r"[^\W_]+")
CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_RUSSIAN = re.compile("[а-я]+")
_ENDINGS = frozenset(re.findall(r"\S+", "а я о е и ы у ю й ь ой ей ом ем ам ям ах ях ами ями ов ев ью"))
_ASCII_BOUNDARY = re.compile(r"(?<!\\)(?:\\\\)*\\[bB]")


@dataclass(frozen=True, slots=True)
class Match:
    """An entry was found: its owner (a number the table was given), and where, in characters of the folded text."""

    owner: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Phrase:
    owner: int
    words: tuple[str, ...]
    is_inflected: bool


_Token = tuple[int, int, str]
"""Start, end and word; a tuple, as there is one for every word of every text."""


class WordTable:
    """Words and phrases.

    An entry `word` is found as a whole word in all its inflections, `"word"` in quotes only as it is written, and
    `*word*` also inside longer words. A phrase is found whatever stands between its words but other words. Entries in
    Chinese and Japanese, which do not part words, are found anywhere.

    Finding takes time by the length of the text, not by the number of entries.
    """

    def __init__(self) -> None:
        self._exact: defaultdict[str, list[_Phrase]] = defaultdict(list)
        self._inflected: defaultdict[str, list[_Phrase]] = defaultdict(list)
        self._longest = 1
        self._inside: list[tuple[int, str]] = []
        self._inside_set = PatternSet(())
        self._letters: list[tuple[int, str]] = []

    def add(self, owner: int, entry: str) -> None:
        """Add an entry.

        Raises:
            InputInvalid: There is no letter or digit in it.
        """
        entry = entry.strip()
        words = _words(entry)
        is_inside = len(entry) > 2 and entry.startswith("*") and entry.endswith("*")
        if len(words) == 1 and (is_inside or CJK.search(words[0])):
            self.add_inside(owner, entry)
        elif len(entry) > 2 and entry[0] == entry[-1] == '"':
            self._exact[words[0]].append(_Phrase(owner, words, is_inflected=False))
        else:
            stems = tuple(map(stem, words))
            self._inflected[stems[0]].append(_Phrase(owner, stems, is_inflected=True))
        self._longest = max(self._longest, len(words))
        if len(letters := "".join(words)) >= FEWEST_SPACED:
            self._letters.append((owner, letters))

    def add_inside(self, owner: int, entry: str) -> None:
        """Add an entry that is found wherever its letters stand in a row, its words written together.

        Raises:
            InputInvalid: There is no letter or digit in it.
        """
        letters = "".join(_words(entry))
        self._inside.append((owner, letters))

    def compile(self) -> None:
        """Make the table ready, once everything is in it."""
        self._inside_set = PatternSet([re2.escape(letters) for _, letters in self._inside], is_case_sensitive=False)

    def find(self, text: str, offset: int = 0) -> Iterator[Match]:
        """Yield what is found in a folded text and ends behind `offset`."""
        tokens = _tokens(text)
        first = next((place for place, token in enumerate(tokens) if token[1] > offset), len(tokens))
        for place in range(max(0, first - self._longest + 1), len(tokens)):
            start, _, word = tokens[place]
            for phrase in (*self._exact.get(word, ()), *self._inflected_as(word)):
                end = _end_of(phrase, tokens, place)
                if end > offset:
                    yield Match(phrase.owner, start, end)
        for number in self._inside_set.candidates(text):
            owner, letters = self._inside[number]
            start = text.find(letters, max(0, offset - len(letters) + 1))
            while start >= 0:
                yield Match(owner, start, start + len(letters))
                start = text.find(letters, start + 1)

    def _inflected_as(self, word: str) -> Iterator[_Phrase]:
        for form in _forms(word):
            yield from self._inflected.get(form, ())

    def find_spaced(self, letters: str) -> Iterator[int]:
        """Yield the owners of entries that stand anywhere in letters that were spaced out ("g o a w a y")."""
        return (owner for owner, entry in self._letters if entry in letters)


class PatternTable:
    """Patterns in RE2 syntax, which takes linear time whatever is written in them.

    Where a pattern has a group named `hit`, that group is what was found, and the rest of it only what must be around.
    """

    def __init__(self) -> None:
        self._owners: list[int] = []
        self._patterns: list[re2._Regexp] = []
        self._set = PatternSet(())

    def add(self, owner: int, pattern: str) -> None:
        """Add a pattern; capitals do not matter.

        Raises:
            InputInvalid: It is no pattern, or one that finds nothing or everything.
        """
        self._patterns.append(_compiled(pattern))
        self._owners.append(owner)

    def compile(self) -> None:
        """Make the table ready, once everything is in it."""
        self._set = PatternSet([one.pattern for one in self._patterns], is_case_sensitive=False)

    def find(self, text: str, offset: int = 0) -> Iterator[Match]:
        """Yield what is found in a folded text and ends behind `offset`, each pattern as often as it stands there."""
        for number in self._set.candidates(text):
            pattern = self._patterns[number]
            group = pattern.groupindex.get("hit", 0)
            for found in pattern.finditer(text):
                start, end = found.span(group)
                if end > max(start, offset):
                    yield Match(self._owners[number], start, end)


def _compiled(pattern: str) -> "re2._Regexp":
    if len(pattern) > LONGEST_PATTERN:
        raise InputInvalid(f"The pattern is longer than {LONGEST_PATTERN} characters.", field="content")
    if _ASCII_BOUNDARY.search(pattern) and not pattern.isascii():
        raise InputInvalid(r"\b knows Latin letters only; write (?:^|\PL)(?P<hit>…)(?:\PL|$) instead.", field="content")
    try:
        compiled = re2.compile(pattern, _options())
    except re2.error as error:
        raise InputInvalid(f"The pattern cannot be used: {_reason(error)}.", field="content") from error
    if compiled.search("") is not None:
        raise InputInvalid("The pattern matches an empty text, so it would hit everything.", field="content")
    return compiled


def _reason(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    reason = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return f"{reason} (RE2 has no look-around and no back-references)"


def _options() -> "re2.Options":
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return options


@functools.lru_cache(maxsize=65_536)
def _forms(word: str) -> tuple[str, ...]:
    """Return the stems a word may be a form of: the stemmer's, and a long Russian word without a noun's ending.

    The stemmer takes "негодяя" for an adjective and cuts more off it than off "негодяй".
    """
    found = {stem(word): None}
    if _RUSSIAN.fullmatch(word):
        lengths = range(1, 1 + min(3, len(word) - LEAST_STEM))
        found |= {word[:-length]: None for length in lengths if word[-length:] in _ENDINGS}
    return tuple(found)


def _words(entry: str) -> tuple[str, ...]:
    words = tuple(word for _, _, word in _tokens(fold(entry).text))
    if not words:
        raise InputInvalid(f"There is no word in “{entry}”.", field="content")
    return words


def _tokens(text: str) -> list[_Token]:
    return [(*found.span(), found[0]) for found in _TOKEN.finditer(text)]


def _end_of(phrase: _Phrase, tokens: Sequence[_Token], place: int) -> int:
    """Return where the phrase ends that begins at a token, or 0 when it does not stand there."""
    last = place + len(phrase.words) - 1
    if last >= len(tokens):
        return 0
    for expected, (_, _, word) in zip(phrase.words[1:], tokens[place + 1 : last + 1], strict=True):
        if expected not in (_forms(word) if phrase.is_inflected else (word,)):
            return 0
    return tokens[last][1]
