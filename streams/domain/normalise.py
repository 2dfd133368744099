"""Folding of text for moderation: what people read alike becomes alike, and the way back to the original is kept.

Owns the folding and the undoing of disguises. It must not know any rule: that is `streams.domain.moderation`.

Two steps. `fold` is for every text: Unicode form NFKC, case and accents away (but й stays a letter), ё as е, zero-width
and other unseen characters out. `disguises` is for what remains suspicious: words of mixed alphabets ("hеllо" with
Cyrillic е and о), digits and signs for letters ("b4d"), letters drawn out ("baaaad"), and letters spaced out ("b a d").
It gives the readings such a text may be meant to have. A word of one alphabet is never read as another's: "вот" is not
"bot", or plain Russian would be full of English insults.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_UNSEEN_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Me"}
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
_MARK = re.compile(f"[{_MARKS}\U000e0100-\U000e01ef]")
_SPACES = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text, and where each of its characters comes from.

    Attributes:
        original: The text as it came.
        text: The folded text.
        starts: For each character of `text`, where its source begins in `original`.
        ends: For each character of `text`, where its source ends in `original`.
        spaced: Where in `text` letters stand that were spaced out, so that nobody knows where words begin.
    """

    original: str
    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    spaced: tuple[tuple[int, int], ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where the folded characters from `start` to before `end` stand in the original; start < end."""
        return self.starts[start], self.ends[end - 1]


class _Folding(dict[int, str]):
    """What each character becomes; filled as characters turn up, at most once for each that Unicode has."""

    def __init__(self) -> None:
        self.odd: set[str] = set()

    def __missing__(self, code: int) -> str:
        folded = self[code] = _folded_char(chr(code))
        if len(folded) != 1:
            self.odd.add(chr(code))
        return folded


def _folded_char(char: str) -> str:
    if char in _SPACES:
        return " "
    spelled = unicodedata.normalize("NFKC", char).casefold()
    if spelled == "й":
        return spelled
    parts = [part for part in unicodedata.normalize("NFKD", spelled) if not is_unseen(part)]
    kept = unicodedata.normalize("NFC", "".join(parts)).casefold()
    return " " if kept.isspace() else kept


def is_unseen(char: str) -> bool:
    """Return whether nobody sees a character: it has no width, or is a mark upon another."""
    return unicodedata.category(char) in _UNSEEN_CATEGORIES or _MARK.match(char) is not None


_folding = _Folding()


def fold(text: str) -> Folded:
    """Fold a text: NFKC, without case, accents and characters nobody sees."""
    folded = text.translate(_folding)
    if _folding.odd.isdisjoint(text):
        return Folded(text, folded, range(len(text)), range(1, len(text) + 1))
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _clusters(text):
        for char in unicodedata.normalize("NFC", text[start:end]).translate(_folding):
            chars.append(char)
            starts.append(start)
            ends.append(end)
    return Folded(text, "".join(chars), starts, ends)


def disguises(folded: Folded) -> tuple[Folded, ...]:
    """Return the readings a text may be meant to have, without the text as it is; () when nothing is suspicious.

    Suspicious words are read as Latin (1 as i, or as l) or as Cyrillic, letters drawn out as one or as two, and signs
    between letters as letters or as what parts words: twelve readings at most. A character that stands for a disguised
    word comes from the whole word.
    """
    text = folded.text.replace("_", " ")
    if not _is_suspicious(text):
        return ()
    found: dict[str, Folded] = {}
    for word in (_WORD, _WORD_WITHOUT_SIGNS) if _SIGN_BETWEEN.search(text) else (_WORD,):
        suspects = list(_suspects(text, word))
        for words in _readings_of(suspects):
            reading = _reading(folded, suspects, words)
            found.setdefault(reading.text, reading)
    found.pop(folded.text, None)
    return tuple(found.values())


def _readings_of(suspects: "Sequence[_Suspect]") -> Iterable[tuple[str, ...]]:
    """Return what the suspects may be meant to be, all read in the same way each time."""
    if not suspects:
        return ()
    is_drawn_out = any(_DRAWN_OUT.search(suspect.word) for suspect in suspects)
    return dict.fromkeys(
        tuple(suspect.read(script, keep) for suspect in suspects)
        for script in (_LATIN, _LATIN_WITH_L, _CYRILLIC)
        for keep in ((1, 2) if is_drawn_out else (1,))
    )


def _is_suspicious(text: str) -> bool:
    """Return whether a word of `text` may be disguised; quick, as it is asked of everything."""
    return bool(
        _LONE_LETTERS.search(text)
        or _SIGN_IN_WORD.search(text)
        or _DRAWN_OUT.search(text)
        or (_LATIN.letter.search(text) and _FOREIGN_LETTER.search(text))
    )


@dataclass(frozen=True, slots=True)
class _Script:
    """An alphabet: its letters, and what each letter, sign and lookalike is read as."""

    letter: re.Pattern[str]
    read_as: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Suspect:
    """A word that may be another; `word` is it without what stands between spaced letters."""

    start: int
    end: int
    word: str

    @property
    def is_spaced(self) -> bool:
        return self.end - self.start > len(self.word)

    def read(self, script: _Script, keep: int) -> str:
        """Return the word in `script`, or as it is where it is not written in it at all or cannot be."""
        if not script.letter.search(self.word):
            return self.word
        chars = list(map(script.read_as.get, self.word))
        if None in chars:
            return self.word
        return _DRAWN_OUT.sub(lambda run: run[1] * keep, "".join(filter(None, chars)))


def _reading(folded: Folded, suspects: Sequence[_Suspect], words: Sequence[str]) -> Folded:
    """Return the text with each suspect replaced by its word."""
    text = ""
    starts: list[int] = []
    ends: list[int] = []
    spaced: list[tuple[int, int]] = []
    place = 0
    for suspect, word in zip(suspects, words, strict=True):
        text += folded.text[place : suspect.start] + word
        starts.extend(folded.starts[place : suspect.start])
        ends.extend(folded.ends[place : suspect.start])
        start, end = folded.span(suspect.start, suspect.end)
        starts.extend([start] * len(word))
        ends.extend([end] * len(word))
        if suspect.is_spaced:
            spaced.append((len(text) - len(word), len(text)))
        place = suspect.end
    text += folded.text[place:]
    starts.extend(folded.starts[place:])
    ends.extend(folded.ends[place:])
    return Folded(folded.original, text, starts, ends, tuple(spaced))


def _suspects(text: str, words: re.Pattern[str]) -> Iterator[_Suspect]:
    """Yield the disguised words of a folded text in order, letters spaced out as one word."""
    for found in words.finditer(text):
        word = found[0]
        if found["spaced"]:
            yield _Suspect(found.start(), found.end(), _BETWEEN.sub("", word))
        elif _is_disguised(word):
            yield _Suspect(found.start(), found.end(), word)


def _is_disguised(word: str) -> bool:
    if not word.isalpha() and _ANY_LETTER.search(word):
        return True
    return bool(_DRAWN_OUT.search(word) or (_LATIN.letter.search(word) and _FOREIGN_LETTER.search(word)))


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each character stands together with the marks upon it."""
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or not _MARK.match(text[place]):
            yield start, place
            start = place


_GAP = r"[\s.*,\-]"
_SPACED = rf"(?<!\w)[\w@$€](?:{_GAP}{{1,3}}[\w@$€](?!\w)){{2,}}"
_WORD = re.compile(rf"(?P<spaced>{_SPACED})|[\w@$€](?:[\w@$€!|+]*[\w@$€])?")
_WORD_WITHOUT_SIGNS = re.compile(rf"(?P<spaced>{_SPACED})|\w+")
_SIGN_BETWEEN = re.compile(r"\w[@$€!|+]+\w")
_BETWEEN = re.compile(_GAP)
_LONE_LETTERS = re.compile(rf"{_GAP}[\w@$€]{_GAP}{{1,3}}[\w@$€](?!\w)")
_SIGN_IN_WORD = re.compile(r"[0-9@$€!|+][^\W\d]|[@$€](?<=[^\W\d].)|[0-9](?<=[^\W\d].)")
_DRAWN_OUT = re.compile(r"([^\W\d])\1{2,}")
_ANY_LETTER = re.compile(r"[^\W\d]")
_FOREIGN_LETTER = re.compile("[α-ωа-яԁһѕіјԛԝɡ]")
_LATIN_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_CYRILLIC_LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
_LIKE_LATIN = (
    dict(zip(_LATIN_LETTERS, _LATIN_LETTERS, strict=True))
    | dict(zip("4@83€6905$7+2", "aabeeggossttz", strict=True))
    | dict(zip("авекмнорстухіѕјԁһԛԝгɡαβεικνορτυχγ", "abekmhopctyxisjdhqwrgabeiknoptuxy", strict=True))
)
_LIKE_CYRILLIC = (
    dict(zip(_CYRILLIC_LETTERS, _CYRILLIC_LETTERS, strict=True))
    | dict(zip("03€46@$1!|", "озечбасиии", strict=True))
    | dict(zip("abcehkmoptxyuriαβεικορτυχ", "авсенкмортхуигиавеикортух", strict=True))
)
_LATIN = _Script(re.compile("[a-z]"), _LIKE_LATIN | dict.fromkeys("1!|", "i"))
_LATIN_WITH_L = _Script(re.compile("[a-z]"), _LIKE_LATIN | dict.fromkeys("1!|", "l"))
_CYRILLIC = _Script(re.compile("[а-я]"), _LIKE_CYRILLIC)
