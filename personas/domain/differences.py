"""What differs between two contents of a character, for people: fields, words, feelings, reactions, phrases. Pure.

Owns the comparison; labels and colours are the page's.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

PARTS: Mapping[str, str] = {"emotions": "name", "reactions": "kind"}
"""Lists of parts in a content, and the field that says which is which."""
PHRASES = "phrases"
WORDS_MOST = 4_000
"""Of longer passages the words are not compared one by one: they count as replaced."""
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")


class Mark(StrEnum):
    """What became of something."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: in both, only in the later (added), or only in the earlier (removed)."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs.

    Attributes:
        name: Its key in the content.
        before: Its value in the earlier content.
        after: Its value in the later one.
        pieces: Texts only: both in one, word by word; what is not removed is the later text.
    """

    name: str
    before: Any
    after: Any
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class PartChange:
    """A feeling, a reaction or a topic of phrases that came, went or changed.

    Attributes:
        part: "emotions", "reactions" or "phrases".
        key: Which one.
        mark: Added, removed or changed.
        changes: Its fields that differ; of one that came or went, all.
    """

    part: str
    key: str
    mark: Mark
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything in which two contents differ, in the order of the later one's fields."""

    changes: tuple[Change, ...] = ()
    parts: tuple[PartChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes or self.parts)

    @property
    def count(self) -> int:
        """How many things differ."""
        return len(self.changes) + len(self.parts)


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> Difference:
    """Compare two contents. A field one of them does not know (it is older than the field) is left out."""
    shared = [name for name in after if name in before]
    fields = [name for name in shared if name not in PARTS and name != PHRASES]
    changes = _changes({name: before[name] for name in fields}, {name: after[name] for name in fields})
    parts: list[PartChange] = []
    for part in shared:
        if part == PHRASES:
            parts += _parts(part, _topics(before[part]), _topics(after[part]))
        elif part in PARTS:
            parts += _parts(part, _keyed(before[part], PARTS[part]), _keyed(after[part], PARTS[part]))
    return Difference(changes, tuple(parts))


def word_pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Return two texts as one: lines first, then words within the lines that changed."""
    pieces: list[Piece] = []
    for old, new in _matched(before.splitlines(keepends=True), after.splitlines(keepends=True)):
        if old == new:
            pieces += _piece(Mark.SAME, old)
            continue
        old_words, new_words = _WORDS.findall("".join(old)), _WORDS.findall("".join(new))
        if max(len(old_words), len(new_words)) > WORDS_MOST:
            pieces += _piece(Mark.REMOVED, old_words) + _piece(Mark.ADDED, new_words)
            continue
        for removed, added in _matched(old_words, new_words):
            if removed == added:
                pieces += _piece(Mark.SAME, removed)
            else:
                pieces += _piece(Mark.REMOVED, removed) + _piece(Mark.ADDED, added)
    return tuple(pieces)


def _matched(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Yield what stands against what; equal stretches are equal."""
    for _tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        yield before[i1:i2], after[j1:j2]


def _piece(mark: Mark, words: Sequence[str]) -> list[Piece]:
    return [Piece(mark, "".join(words))] if words else []


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    names = [*after, *(name for name in before if name not in after)]
    return tuple(
        _change(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    )


def _change(name: str, before: Any, after: Any) -> Change:
    is_text = isinstance(before, str | None) and isinstance(after, str | None)
    return Change(name, before, after, word_pieces(before or "", after or "") if is_text else ())


def _parts(
    part: str, before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]
) -> list[PartChange]:
    found = []
    for key in [*after, *(key for key in before if key not in after)]:
        changes = _changes(before.get(key, {}), after.get(key, {}))
        if key not in before:
            found.append(PartChange(part, key, Mark.ADDED, changes))
        elif key not in after:
            found.append(PartChange(part, key, Mark.REMOVED, changes))
        elif changes:
            found.append(PartChange(part, key, Mark.CHANGED, changes))
    return found


def _keyed(rows: Sequence[Mapping[str, Any]], key: str) -> dict[str, dict[str, Any]]:
    return {str(row[key]): {name: value for name, value in row.items() if name != key} for row in rows}


def _topics(phrases: Mapping[str, Sequence[str]]) -> dict[str, dict[str, Any]]:
    return {topic: {"lines": "\n".join(lines)} for topic, lines in phrases.items()}
