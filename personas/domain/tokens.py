"""How long a text is for a language model.

Owns the port `TokenCounter`, the estimate used where a model's own tokenizer is not at hand, and what makes a tokenizer
fast enough for a turn. It must not read a tokenizer's tables.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Protocol

PIECES_KEPT = 2048
PIECE_LONGEST = 4000  # characters


class TokenCounter(Protocol):
    """Something that knows how many tokens a text takes."""

    @property
    def name(self) -> str:
        """Who counts: the name of a tokenizer, or `ESTIMATE_NAME`."""
        ...

    def count(self, text: str) -> int:
        """Return the number of tokens of `text`; 0 for an empty text."""
        ...


ESTIMATE_NAME = "estimate"


class OfflineEstimate:
    """An honest guess without tables, rather too long than too short.

    One token is 3 Latin or 1.8 Cyrillic characters (measured with cl100k, the longest of the usual tokenizers). The
    other alphabets of two bytes in UTF-8 count as Cyrillic does; of any other characters three are four tokens, an
    emoji is two.
    """

    name = ESTIMATE_NAME

    def count(self, text: str) -> int:
        """Return the number of tokens of `text`, rounded up; 0 for an empty text."""
        if text.isascii():
            return -(-len(text) // 3)
        # Lengths of encodings tell how many characters take one to four bytes, a lot faster than looking at each.
        one = len(text.encode("ascii", "ignore"))
        more = len(text) - one
        wide = len(text.encode("utf-8", "surrogatepass")) - one - 2 * more
        four = len(text.encode("utf-16-le", "surrogatepass")) // 2 - len(text) if wide else 0
        three = wide - 2 * four
        two = more - three - four
        ninetieths = one * 30 + two * 50 + three * 120 + four * 180
        return -(-ninetieths // 90)


ESTIMATE: TokenCounter = OfflineEstimate()


class TableCounter:
    """Counts with a tokenizer, piece by piece, and remembers what it counted. Safe to share between threads.

    A prompt is mostly lines it held before, so that only new ones cost the tokenizer's time. A text is parted where a
    line begins, which tokenizers of today's chat models never join to the one before. What the tokenizer fails on is
    estimated.

    Args:
        name: Who counts.
        tokens_of: Returns the number of tokens of a short text; words like `<|im_end|>` are plain text to it.
    """

    def __init__(self, name: str, tokens_of: Callable[[str], int]) -> None:
        self.name = name
        self._tokens_of = tokens_of
        self._remembered = lru_cache(maxsize=PIECES_KEPT)(self._counted)

    def count(self, text: str) -> int:
        """Return the number of tokens of `text`; 0 for an empty text."""
        return sum(map(self._remembered, _pieces(text)))

    def _counted(self, piece: str) -> int:
        try:
            return self._tokens_of(piece)
        except Exception:  # libraries of tokenizers raise whatever they like; a turn goes on
            return ESTIMATE.count(piece)


_LINE_BEGINS = re.compile(r"(?<=\n)(?=[^\s/])")
"""Not before a space, which belongs to the line's end, nor before "/", which o200k joins to what ends a line."""


def _pieces(text: str) -> Iterator[str]:
    for line in _LINE_BEGINS.split(text) if "\n" in text else (text,):
        for begin in range(0, len(line), PIECE_LONGEST):
            yield line[begin : begin + PIECE_LONGEST]


def clip(text: str, limit: int, counter: TokenCounter = ESTIMATE) -> str:
    """Return a beginning of `text` that takes at most `limit` tokens, about the longest: cut by halving."""
    if counter.count(text) <= limit:
        return text
    fits, too_long = 0, len(text)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if counter.count(text[:middle].rstrip()) <= limit:
            fits = middle
        else:
            too_long = middle
    return text[:fits].rstrip()
