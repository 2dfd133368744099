"""From text to stems: what two texts must share to count as being about the same thing.

Owns normalisation, tokens, stop words and stemming for English, Russian and CJK. It must not know what is searched or
how it is scored. The same function makes the stored stems of a memory and the stems of a query, so a change of rules
means that stored stems are made anew: `RULES_VERSION` says which rules made them.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Protocol, cast

import snowballstemmer

RULES_VERSION = 1
MAX_WORD_LENGTH = 40
"""Longer runs of letters are cut here: nobody searches for them, and stemming takes time by length."""

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
_TOKEN = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+(?:['’][^\W\d_{_CJK}]+)*")
_CJK_RUN = re.compile(f"[{_CJK}]")
_CYRILLIC = re.compile("[\u0400-\u052f]")

_ENGLISH = """
a about am an and any are as at be been but by can could did do does don't for from had has have he her hers him his
how i i'd i'll i'm i've if in into is it it's its just me my no not of on or our she should so some such than that
that's the their them then there these they this those to too u ur us very was we were what what's when where which who
why will with would you you're your yours
"""
_RUSSIAN = """
а без бы был была были было быть в вам вас вот все всех вы где да даже для до его ее если есть еще же за и из или им их
к как какая какие какой кто ли меня мне мной мое моего моей моем моему мои моим моих мой мою моя мы на нам нас не него
нее нет ни них но ну о об он она они оно от по под при про с сам свой своей свои свою себе себя со так такой там твое
твоей твои твой твою твоя тебе тебя то тобой тоже только ты у уже чего чем что чтобы эта эти это этот я
"""
STOP_WORDS = frozenset(_ENGLISH.split()) | frozenset(_RUSSIAN.split())


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 - the library's own name


class _Stemmers(threading.local):
    """One pair of stemmers a thread: a Snowball stemmer keeps the word it works on in itself."""

    def __init__(self) -> None:
        self.english = cast("_Stemmer", snowballstemmer.stemmer("english"))
        self.russian = cast("_Stemmer", snowballstemmer.stemmer("russian"))


_stemmers = _Stemmers()


def normalise(text: str) -> str:
    """Return `text` in Unicode form NFKC, in lower case, with "ё" written as "е"."""
    return unicodedata.normalize("NFKC", text).lower().replace("ё", "е")


def words(text: str) -> list[str]:
    """Return the words of `text` in order, normalised; a run of CJK characters gives its overlapping pairs."""
    found: list[str] = []
    for token in _TOKEN.findall(normalise(text)):
        if _CJK_RUN.match(token):
            found.extend(_pairs(token))
        else:
            found.append(token[:MAX_WORD_LENGTH].replace("’", "'"))
    return found


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return the Snowball stem of one normalised word: Russian for Cyrillic, English for anything else."""
    if _CJK_RUN.match(word):
        return word
    stemmer = _stemmers.russian if _CYRILLIC.match(word) else _stemmers.english
    return stemmer.stemWord(word) or word


def stems(text: str) -> tuple[str, ...]:
    """Return the stems of `text` in order, repeats kept, stop words left out.

    A text of nothing but stop words keeps them, so that "who are you" can still find something.
    """
    spoken = words(text)
    telling = [word for word in spoken if word not in STOP_WORDS]
    return tuple(map(stem, telling or spoken))


def stem_line(text: str) -> str:
    """Return the stems of `text` as the one line that is stored beside a memory; split it at spaces."""
    return " ".join(stems(text))


def _pairs(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    for start in range(len(run) - 1):
        yield run[start : start + 2]
