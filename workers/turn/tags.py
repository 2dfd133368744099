"""Tags: finds emotion and motion tags in a streamed answer and takes out everything that must never be spoken.

Owns the tag syntax. Text comes in pieces cut anywhere; what comes out depends on the characters alone, never on the
cuts. Must not decide where segments end, and must not clean text for the voice.

Three filters stand in a row, each a small state machine with a bounded memory, so a flood of brackets costs linear
time:

1. `_Thoughts` removes `<think>…</think>` blocks and `<|special tokens|>`;
2. `_Brackets` turns `[joy:0.7]`, `[motion:wave]`, `【joy】` into tags and leaves no bracket behind;
3. `_Directions` removes stage directions between asterisks (`*waves happily*`) and the asterisks of emphasis.
"""

import math
import re
from collections.abc import Iterable

from workers.turn.vocabulary import Tag, TagKind, Vocabulary

LONGEST_TAG = 40
LONGEST_DIRECTION = 60

Item = str | Tag


class TagParser:
    """Splits a streamed answer into speakable text and tags.

    Attributes:
        unknown: Tags dropped so far because the vocabulary does not know them.
    """

    __slots__ = ("_brackets", "_directions", "_thoughts")

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._thoughts = _Thoughts()
        self._brackets = _Brackets(vocabulary)
        self._directions = _Directions(vocabulary)

    @property
    def unknown(self) -> int:
        """Tags dropped so far because the vocabulary does not know them."""
        return self._brackets.unknown

    def feed(self, text: str) -> list[Item]:
        """Take the next piece of the answer and return what is certain so far, in order."""
        text = self._thoughts.feed(text)
        if not text:
            return []
        out: list[Item] = []
        for item in self._brackets.feed(text):
            self._directions.feed(item, out)
        return out

    def close(self) -> None:
        """Say that the answer ended: whatever is still open is dropped, so nothing more comes out."""
        self._thoughts.close()
        self._brackets.close()
        self._directions.close()


_THINKING = ("think", "thinking", "thought", "reasoning")
_OPENERS = frozenset(f"<{name}>" for name in _THINKING)
_ENDERS = frozenset(f"</{name}>" for name in _THINKING)
_BEGINNINGS = frozenset(mark[:end] for mark in _OPENERS | _ENDERS for end in range(1, len(mark)))


class _Thoughts:
    """Removes blocks of reasoning and special tokens of chat templates."""

    __slots__ = ("_held", "_inside")

    def __init__(self) -> None:
        self._held = ""
        self._inside = False

    def feed(self, text: str) -> str:
        if not self._held and "<" not in text:
            return "" if self._inside else text
        out: list[str] = []
        at = 0
        while at < len(text):
            if self._held:
                at += self._hold(text[at], out)
                continue
            mark = text.find("<", at)
            if not self._inside:
                out.append(text[at:mark] if mark >= 0 else text[at:])
            if mark < 0:
                break
            self._held = "<"
            at = mark + 1
        return "".join(out)

    def close(self) -> None:
        self._held = ""
        self._inside = False

    def _hold(self, char: str, out: list[str]) -> int:
        """Try `char` as the continuation of a mark; return how many characters were used."""
        held = self._held + char
        if held.startswith("<|") and not self._inside:
            return self._hold_special(held, char, out)
        folded = held.lower()
        if folded in _BEGINNINGS:
            self._held = held
            return 1
        if folded in _OPENERS or folded in _ENDERS:
            self._inside = folded in _OPENERS
            self._held = ""
            return 1
        return self._release(self._held, out)

    def _hold_special(self, held: str, char: str, out: list[str]) -> int:
        if char == ">":
            self._held = ""
            return 1
        if char == "\n" or len(held) > LONGEST_TAG:
            return self._release(self._held.removeprefix("<|"), out)
        self._held = held
        return 1

    def _release(self, text: str, out: list[str]) -> int:
        if not self._inside:
            out.append(text)
        self._held = ""
        return 0


_BRACKET = re.compile(r"[\[\]【】［］]")
_BRACKET_OR_LINE = re.compile(r"[\[\]【】［］\n]")
_OPENING = frozenset("[【［")
_NEXT_TAG = re.compile(r"[;|、，]|,(?!\d)")


class _Brackets:
    """Turns bracketed words into tags; no bracket comes out again."""

    __slots__ = ("_content", "_open", "_vocabulary", "unknown")

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._open = False
        self._content = ""
        self.unknown = 0

    def feed(self, text: str) -> list[Item]:
        if not self._open and _BRACKET.search(text) is None:
            return [text]
        out: list[Item] = []
        at = 0
        while at < len(text):
            at = self._inner(text, at, out) if self._open else self._outer(text, at, out)
        return out

    def close(self) -> None:
        if self._open and self._content.strip():
            self.unknown += 1
        self._open = False
        self._content = ""

    def _outer(self, text: str, at: int, out: list[Item]) -> int:
        found = _BRACKET.search(text, at)
        end = found.start() if found else len(text)
        if end > at:
            out.append(text[at:end])
        if found is None:
            return end
        self._open = found.group() in _OPENING
        return end + 1

    def _inner(self, text: str, at: int, out: list[Item]) -> int:
        room = LONGEST_TAG - len(self._content)
        found = _BRACKET_OR_LINE.search(text, at, at + room + 1)
        end = found.start() if found else min(len(text), at + room)
        self._content += text[at:end]
        if found is None:
            if end < len(text):
                self._give_up(out)
            return end
        if found.group() == "\n":
            self._end_line(out)
            return end
        if found.group() in _OPENING:
            self.unknown += bool(self._content.strip())
            self._content = ""
            return end + 1
        self._close(out)
        return end + 1

    def _give_up(self, out: list[Item]) -> None:
        """Too long for a tag: it was text between brackets."""
        if self._content:
            out.append(self._content)
        self._open = False
        self._content = ""

    def _end_line(self, out: list[Item]) -> None:
        if any(self._resolve(part) for part in _NEXT_TAG.split(self._content)):
            self._close(out)
        else:
            self._give_up(out)

    def _close(self, out: list[Item]) -> None:
        for part in _NEXT_TAG.split(self._content):
            tag = self._resolve(part)
            if tag is not None:
                out.append(tag)
            elif part.strip():
                self.unknown += 1
        self._open = False
        self._content = ""

    def _resolve(self, part: str) -> Tag | None:
        words = [word.strip(" \t*\"'`") for word in part.replace("：", ":").split(":")]
        kind = None
        if len(words) > 1 and words[0].lower() in (TagKind.EMOTION, TagKind.MOTION):
            kind = TagKind(words.pop(0).lower())
        if len(words) > 2:
            return None
        intensity = _intensity(words[1]) if len(words) == 2 else 1.0
        return self._vocabulary.resolve(words[0], kind, intensity)


def _intensity(text: str) -> float:
    """Return 0.0 to 1.0 from "0.7", "0,7", ".7" or "70%"; 1.0 for what is no number."""
    try:
        value = float(text.rstrip("% ").replace(",", "."))
    except ValueError:
        return 1.0
    if not math.isfinite(value):
        return 1.0
    return min(1.0, max(0.0, value / 100 if text.endswith("%") else value))


_STAR_OR_LINE = re.compile(r"[*\n]")
_ENGLISH_ACTION = re.compile(r"[a-z]{3,}s", re.IGNORECASE)
_RUSSIAN_ACTION = re.compile(r"[а-яё]{3,}(?:ет|ёт|ит|ют|ут|ат|ят|тся|ётся)", re.IGNORECASE)
_NO_ACTION = frozenset(
    {"this", "always", "does", "yours", "ours", "theirs", "hers", "less", "perhaps", "ответ", "привет"}
)


class _Directions:
    """Removes stage directions between asterisks, or maps them to tags; keeps the words of emphasis."""

    __slots__ = ("_content", "_last", "_mid", "_open", "_stars", "_vocabulary")

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._stars = 0
        self._open = False
        self._content = ""
        self._last = ""
        self._mid = False

    def feed(self, item: Item, out: list[Item]) -> None:
        if isinstance(item, Tag):
            out.append(item)
            return
        at = 0
        while at < len(item):
            if self._open:
                at = self._inner(item, at, out)
            elif self._stars:
                at = self._after_stars(item, at, out)
            else:
                at = self._outer(item, at, out)

    def close(self) -> None:
        self._stars = 0
        self._open = False
        self._content = ""

    def _say(self, text: str, out: list[Item]) -> None:
        if not text:
            return
        out.append(text)
        self._last = text[-1]
        words = text.rstrip()
        if words:
            self._mid = words[-1].isalnum() or words[-1] in ",;:"

    def _outer(self, text: str, at: int, out: list[Item]) -> int:
        star = text.find("*", at)
        self._say(text[at:star] if star >= 0 else text[at:], out)
        if star < 0:
            return len(text)
        self._stars = 1
        return star + 1

    def _after_stars(self, text: str, at: int, out: list[Item]) -> int:
        """Tell what the asterisks were by what follows them."""
        if text[at] == "*":
            self._stars += 1
            return at + 1
        is_single = self._stars == 1
        self._stars = 0
        if is_single and (text[at].isspace() or self._last.isalnum()):
            self._say("*", out)
        elif is_single:
            self._open = True
        return at

    def _inner(self, text: str, at: int, out: list[Item]) -> int:
        room = LONGEST_DIRECTION - len(self._content)
        found = _STAR_OR_LINE.search(text, at, at + room + 1)
        end = found.start() if found else min(len(text), at + room)
        self._content += text[at:end]
        if found is None and end == len(text):
            return end
        content, self._content, self._open = self._content, "", False
        if found is None or found.group() == "\n":
            self._say(content, out)
            return end
        self._close(content, out)
        return end + 1

    def _close(self, content: str, out: list[Item]) -> None:
        words = content.split()
        tags = _first_of_each_kind(tag for tag in map(self._known, words) if tag is not None)
        is_motion = any(tag.kind is TagKind.MOTION for tag in tags)
        if self._mid and len(words) == 1 and not is_motion and not _is_action(words[0]):
            self._say(content, out)
        out.extend(tags)

    def _known(self, word: str) -> Tag | None:
        """Return the tag a word of a direction names, also in the third person ("waves", "blushes")."""
        word = word.strip(".,!?…~")
        for ending in ("", "s", "es", "ing"):
            if word.endswith(ending) and (tag := self._vocabulary.resolve(word[: len(word) - len(ending)])):
                return tag
        return None


def _first_of_each_kind(tags: Iterable[Tag]) -> list[Tag]:
    first: dict[TagKind, Tag] = {}
    for tag in tags:
        first.setdefault(tag.kind, tag)
    return list(first.values())


def _is_action(word: str) -> bool:
    """Tell a verb of a stage direction from an emphasised word; a guess that errs towards keeping the word."""
    word = word.strip(".,!?…~")
    if word.lower() in _NO_ACTION:
        return False
    return bool(_ENGLISH_ACTION.fullmatch(word) or _RUSSIAN_ACTION.fullmatch(word))
