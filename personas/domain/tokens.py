"""How long a text is for a language model.

Owns the port `TokenCounter` and the estimate used where a model's own tokenizer is not at hand. It must not download a
tokenizer's tables.
"""

from typing import Protocol


class TokenCounter(Protocol):
    """Something that knows how many tokens a text takes."""

    def count(self, text: str) -> int:
        """Return the number of tokens of `text`; 0 for an empty text."""
        ...


class OfflineEstimate:
    """An honest guess without tables, rather too long than too short.

    One token is 3 Latin or 1.8 Cyrillic characters (measured with cl100k, the longest of the usual tokenizers). The
    other alphabets of two bytes in UTF-8 count as Cyrillic does; any other character is a token, an emoji two.
    """

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
        ninetieths = one * 30 + two * 50 + three * 90 + four * 180
        return -(-ninetieths // 90)


ESTIMATE: TokenCounter = OfflineEstimate()


def clip(text: str, limit: int, counter: TokenCounter = ESTIMATE) -> str:
    """Return the longest beginning of `text` that takes at most `limit` tokens, cut by halving."""
    if counter.count(text) <= limit:
        return text
    fits, too_long = 0, len(text)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if counter.count(text[:middle]) <= limit:
            fits = middle
        else:
            too_long = middle
    return text[:fits].rstrip()
