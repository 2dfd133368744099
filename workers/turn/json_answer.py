"""Answers as JSON: finds what is to be said, felt and done in a streamed object, and nothing of its frame.

Owns the form `{"emotion": …, "motion": …, "say": …}`. Like `tags`, what comes out depends on the characters alone,
never on the cuts, and time is linear. An answer that is no JSON at all is read as one with tags. JSON that is broken
says what was inside its `say`, and nothing else; braces are never spoken.

An emotion is known before its words only if it stands before them: the prompt asks for that order. What is said passes
through the tag parser, so that a tag or a stage direction inside it works and is not spoken either.
"""

import re
from enum import Enum, auto

from workers.turn.tags import Item, TagParser
from workers.turn.vocabulary import Tag, TagKind, Vocabulary

LONGEST_NAME = 40
SAID, INTENSITY = "say", "intensity"
_KINDS = {"emotion": TagKind.EMOTION, "motion": TagKind.MOTION, "motions": TagKind.MOTION}
_END_OF_TEXT = re.compile(r'["\\]')
_MARK = re.compile(r'[{}\[\]",:]')
_BRACES = str.maketrans("", "", "{}")
_ESCAPES = {"n": "\n", "t": " ", "r": " ", "b": "", "f": " "}
_CODE_LENGTH = 4
_HIGH, _LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)


class _At(Enum):
    """Where in the answer the parser is."""

    START = auto()
    TAGGED = auto()
    FRAME = auto()
    STRING = auto()


class JsonParser:
    """Splits a streamed answer in JSON into speakable text and tags, as `TagParser` does with tagged text.

    Attributes:
        unknown: Emotions and motions dropped so far because the vocabulary does not know them.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._tags = TagParser(vocabulary)
        self._at = _At.START
        self._held = ""
        self._key = ""
        self._is_value = False
        self._is_list = False
        self._word = ""
        self._string = _String()
        self._pending: dict[TagKind, str] = {}
        self._intensity = ""
        self._unknown = 0

    @property
    def unknown(self) -> int:
        """Emotions and motions dropped so far because the vocabulary does not know them."""
        return self._unknown + self._tags.unknown

    def feed(self, text: str) -> list[Item]:
        """Take the next piece of the answer and return what is certain so far, in order."""
        out: list[Item] = []
        at = 0
        while at < len(text):
            if self._at is _At.START:
                at = self._begin(text, at, out)
            elif self._at is _At.TAGGED:
                at = self._tagged(text, at, out)
            elif self._at is _At.FRAME:
                at = self._frame(text, at, out)
            else:
                at = self._inside(text, at, out)
        return out

    def close(self) -> None:
        """Say that the answer ended: whatever is still open is dropped, so nothing more comes out."""
        self._tags.close()
        self._pending.clear()

    def _begin(self, text: str, at: int, out: list[Item]) -> int:
        """Tell JSON from tagged text by its first character; a fence of code and thoughts may stand before it."""
        char = text[at]
        self._held += char
        start = self._held.lstrip()
        if char == "{":
            self._held = ""
            self._at = _At.FRAME
        elif start and not _may_precede(start):
            held, self._held = self._held, ""
            self._at = _At.TAGGED
            out += self._tags.feed(held.translate(_BRACES))
        return at + 1

    def _tagged(self, text: str, at: int, out: list[Item]) -> int:
        brace = text.find("{", at)
        end = brace if brace >= 0 else len(text)
        if end > at:
            out += self._tags.feed(text[at:end].translate(_BRACES))
        if brace >= 0:
            self._at = _At.FRAME
        return end + (brace >= 0)

    def _frame(self, text: str, at: int, out: list[Item]) -> int:
        found = _MARK.search(text, at)
        end = found.start() if found else len(text)
        self._word = (self._word + text[at:end]).lstrip()[:LONGEST_NAME]
        if found is None:
            return end
        mark = found.group()
        if mark == '"':
            self._at = _At.STRING
            self._string = _String()
            self._word = ""
            if self._is_value and self._key == SAID:
                self._express(out)
        elif mark == ":":
            self._key = (self._word.strip() or self._key).casefold()
            self._is_value = True
            self._word = ""
        else:
            self._end_value(mark, out)
        return end + 1

    def _end_value(self, mark: str, out: list[Item]) -> None:
        """A comma or a bracket ends a number or a bare word, and what it belonged to."""
        if self._is_value:
            self._take(self._word)
        self._word = ""
        if mark == "[":
            self._is_list = self._is_value
        elif mark != "," or not self._is_list:
            self._is_value = self._is_list = False
        if mark == "}":
            self._express(out)
            self._key = ""

    def _inside(self, text: str, at: int, out: list[Item]) -> int:
        """Read on in a string: what is said comes out at once, names are collected."""
        at, said, is_over = self._string.read(text, at)
        if self._is_value and self._key == SAID:
            if said := said.translate(_BRACES):
                out += self._tags.feed(said)
        else:
            self._word = (self._word + said)[:LONGEST_NAME]
        if is_over:
            self._at = _At.FRAME
            self._end_string(out)
        return at

    def _end_string(self, out: list[Item]) -> None:
        word, self._word = self._word, ""
        if not self._is_value:
            self._key = word.strip().casefold()
            return
        if self._key == SAID:
            out += self._tags.feed("\n")
        else:
            self._take(word)
        self._is_value = self._is_list

    def _take(self, value: str) -> None:
        value = value.strip()
        if self._key == INTENSITY:
            self._intensity = value
        elif self._key in _KINDS and value and value not in ("null", "none", "false"):
            self._pending.setdefault(_KINDS[self._key], value)

    def _express(self, out: list[Item]) -> None:
        """Turn the names read so far into tags."""
        for kind, name in self._pending.items():
            tag = self._tag(kind, name)
            if tag is not None:
                out.append(tag)
            else:
                self._unknown += 1
        self._pending.clear()
        self._intensity = ""

    def _tag(self, kind: TagKind, name: str) -> Tag | None:
        intensity = _share(self._intensity) if kind is TagKind.EMOTION else 1.0
        return self._vocabulary.resolve(name.strip("[]*"), kind, intensity)


class _String:
    """A JSON string on its way: escapes, also of characters in two halves, put together."""

    def __init__(self) -> None:
        self._escape = ""
        self._high = 0

    def read(self, text: str, at: int) -> tuple[int, str, bool]:
        """Return where reading goes on, what was read, and whether the string is over."""
        if self._escape:
            return at + 1, self._escaped(text[at]), False
        found = _END_OF_TEXT.search(text, at)
        end = found.start() if found else len(text)
        if found is not None and found.group() == "\\":
            self._escape = "\\"
        is_over = found is not None and not self._escape
        if end > at or is_over:
            self._high = 0
        return end + (found is not None), text[at:end], is_over

    def _escaped(self, char: str) -> str:
        """Take a character of an escape; return what it stands for once it is whole."""
        if self._escape == "\\" and char != "u":
            self._escape, self._high = "", 0
            return _ESCAPES.get(char, char)
        self._escape += char
        digits = self._escape[2:]
        if digits and digits[-1] not in "0123456789abcdefABCDEF":
            self._escape = ""
            return ""
        if len(digits) < _CODE_LENGTH:
            return ""
        self._escape = ""
        return self._code(int(digits, 16))

    def _code(self, code: int) -> str:
        high, self._high = self._high, 0
        if code in _HIGH:
            self._high = code
            return ""
        if code in _LOW:
            return chr(0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)) if high else ""
        return chr(code)


_FENCES = ("```json", "``` json")


def _may_precede(start: str) -> bool:
    """Tell whether JSON may still follow what the answer began with: a fence of code, or a list of objects."""
    lowered = start.lower().rstrip()
    return any(fence.startswith(lowered) for fence in _FENCES) or lowered == "["


def _share(text: str) -> float:
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 1.0
