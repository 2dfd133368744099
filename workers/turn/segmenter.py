"""The segmenter: cuts a streamed answer into pieces that are voiced one by one.

Owns where a segment ends and which emotion and motions belong to it. The decision is a function of the characters
alone: however the stream was cut into pieces, the segments are the same. Must not clean text for the voice and must not
know time, engines or moderation.

The first segment ends with the first clause, at the very character that closes it, because it decides how long the
viewer waits. Later ones end with sentences and may look ahead, because audio is playing by then:

* the second is cut when the next word begins;
* from the third on a sentence is held until what follows is long enough to stand alone, so that a short tail
  ("Right?") joins it instead of becoming a fragment.
"""

import re
from dataclasses import dataclass

from workers.turn.boundaries import (
    CLAUSE_ENDS,
    CLOSERS,
    LINK_MARKS,
    SENTENCE_ENDS,
    WIDE_LETTER,
    WIDE_MARKS,
    Proof,
    is_picture,
    is_wide,
    proof_needed,
)
from workers.turn.tags import Item
from workers.turn.vocabulary import Tag, TagKind


@dataclass(frozen=True, slots=True)
class Draft:
    """One segment as the model wrote it, without tags.

    Attributes:
        text: The words; white space squeezed, "" when only motions are left at the end of the answer.
        emotion: Name of the emotion in force, "" before the first one is named.
        intensity: 0.0 to 1.0.
        motions: Names of the motions to begin with the segment, in order.
    """

    text: str
    emotion: str = ""
    intensity: float = 1.0
    motions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentRules:
    """Sizes that shape segments. Lengths are characters, where an ideograph, a kana or a hangul counts three.

    Attributes:
        clause_from: By segment (the last one repeats): from this length on a segment ends with any clause.
        long_chars: From this length on a segment is cut back to its last clause, if it has one.
        longest_chars: At this length a segment is cut at the last space, come what may.
        least_words: A segment has this many words, or …
        least_letters: … this many letters (an ideograph counts three); a shorter one joins the next.
    """

    clause_from: tuple[int, ...] = (0, 80, 200)
    long_chars: int = 200
    longest_chars: int = 260
    least_words: int = 3
    least_letters: int = 12


@dataclass(slots=True)
class _Boundary:
    """The end of a sentence (or first clause), waiting for its proof."""

    at: int
    words: int
    letters: int
    proof: Proof
    is_adjacent: bool


class Segmenter:
    """Collects text and tags, and returns a `Draft` as soon as one is complete."""

    __slots__ = (
        "_boundary",
        "_clause",
        "_emotion",
        "_in_word",
        "_index",
        "_intensity",
        "_is_after_cut",
        "_late_motions",
        "_letters",
        "_motions",
        "_out",
        "_rules",
        "_soft",
        "_text",
        "_weight",
        "_words",
    )

    def __init__(self, rules: SegmentRules | None = None) -> None:
        self._rules = rules or SegmentRules()
        self._index = 0
        self._emotion = ""
        self._intensity = 1.0
        self._motions: list[str] = []
        self._late_motions: list[str] = []
        self._out: list[Draft] = []
        self._is_after_cut = False
        self._text = ""
        self._begin()

    def feed(self, item: Item) -> list[Draft]:
        """Take the next text or tag and return the segments it completed."""
        if isinstance(item, Tag):
            self._take_tag(item)
        else:
            self._take_text(item)
        return self._collect()

    def flush(self, *, whole: bool = True) -> list[Draft]:
        """Say that the answer ended and return what is left.

        Args:
            whole: The answer is complete. Otherwise it broke off, and an unfinished sentence is not worth saying.
        """
        if not whole:
            self._text = self._text[: self._boundary.at] if self._boundary else ""
        self._motions += self._late_motions
        self._late_motions = []
        if _has_content(self._text) or (whole and self._motions):
            self._emit(self._text if _has_content(self._text) else "")
        self._begin()
        return self._collect()

    def _collect(self) -> list[Draft]:
        out, self._out = self._out, []
        return out

    def _begin(self) -> None:
        self._text = ""
        self._weight = 0
        self._words = 0
        self._letters = 0
        self._in_word = False
        self._boundary: _Boundary | None = None
        self._clause = 0  # where the last finished clause ends
        self._soft = 0  # where a clause ends if white space follows

    # Tags

    def _take_tag(self, tag: Tag) -> None:
        if self._text and not is_wide(self._text[-1]):
            self._take_space(" ")
        if self._boundary:
            self._boundary.is_adjacent = False
        if tag.kind is TagKind.EMOTION:
            self._take_emotion(tag)
        elif self._boundary:
            self._late_motions.append(tag.name)
        else:
            self._motions.append(tag.name)

    def _take_emotion(self, tag: Tag) -> None:
        """A change of emotion ends what can stand alone; before the first emotion it colours what contains it."""
        if self._emotion not in ("", tag.name):
            if self._boundary:
                self._cut(self._boundary.at)
            if self._is_enough(self._words, self._letters):
                self._cut(len(self._text))
        self._emotion = tag.name
        self._intensity = tag.intensity

    # Text

    def _take_text(self, text: str) -> None:
        for found in _PIECE.finditer(text):
            piece = found.group()
            if piece.isspace():
                self._take_space(piece)
            elif piece[0].isalnum():
                self._take_word(piece)
            else:
                self._take_mark(piece)

    def _take_space(self, space: str) -> None:
        self._in_word = False
        if self._boundary and self._boundary.is_adjacent:
            self._boundary.is_adjacent = False
            if self._index == 0 and self._boundary.proof is not Proof.CAPITAL:
                self._cut(self._boundary.at)
        if self._soft:
            self._end_clause(self._soft)
        if "\n" in space:
            self._end_line()
        if self._text and not self._text.endswith(" "):
            self._append(" ")
        self._is_after_cut = False

    def _end_line(self) -> None:
        if self._boundary:
            self._boundary.proof = Proof.NONE
        elif self._is_enough(self._words, self._letters):
            if self._index == 0:
                self._cut(len(self._text))
            else:
                self._set_boundary(Proof.NONE, is_adjacent=False)

    def _take_word(self, word: str) -> None:
        if self._boundary:
            self._prove(self._boundary, word[0])
        if self._soft and is_wide(word[0]):
            self._end_clause(self._soft)
        self._soft = 0
        self._is_after_cut = False
        wide = 0 if word.isascii() else len(WIDE_LETTER.findall(word))
        if self._weight + len(word) + 2 * wide < self._rules.long_chars:
            self._append_word(word, wide)
        else:
            for char in word:
                self._append_word(char, int(is_wide(char)))
        if self._boundary and self._index > 1 and self._is_tail_enough(self._boundary):
            self._cut(self._boundary.at)

    def _append_word(self, word: str, wide: int) -> None:
        self._words += not self._in_word
        self._in_word = True
        self._letters += len(word) + 2 * wide
        self._weight += 2 * wide
        self._append(word)

    def _prove(self, boundary: _Boundary, char: str) -> None:
        """A word begins after a boundary: is it one, and is the segment before it complete?"""
        is_glued = boundary.proof is not Proof.NONE and boundary.is_adjacent and not is_wide(char)
        is_lower = boundary.proof is Proof.CAPITAL and not (char.isalpha() and not char.islower())
        if is_glued or is_lower:
            self._deny_boundary()
        elif self._index <= 1:
            self._cut(boundary.at)
        else:
            boundary.is_adjacent = False
            boundary.proof = Proof.NONE

    def _take_mark(self, char: str) -> None:
        is_closer = char in CLOSERS
        if self._is_after_cut and is_closer:
            return
        self._is_after_cut = False
        if self._boundary:
            self._take_mark_after(self._boundary, char, is_closer=is_closer)
            return
        token = self._text[self._text.rfind(" ") + 1 :]
        if self._append(char):
            return
        if char in SENTENCE_ENDS or char in CLAUSE_ENDS:
            self._end_with(char, token)
        elif self._soft and is_closer:
            self._soft = len(self._text)

    def _take_mark_after(self, boundary: _Boundary, char: str, *, is_closer: bool) -> None:
        """Closers and pictures right after a boundary still belong before it; a path or a query denies it."""
        is_part = is_picture(char) or (boundary.is_adjacent and is_closer)
        if boundary.is_adjacent and boundary.proof is Proof.GAP and char in LINK_MARKS:
            self._deny_boundary()
        if not is_closer:
            boundary.is_adjacent = False
        elif boundary.is_adjacent and char in SENTENCE_ENDS:
            boundary.proof = Proof.NONE
        if not self._append(char) and is_part:
            boundary.at = len(self._text)

    def _deny_boundary(self) -> None:
        self._boundary = None
        self._motions += self._late_motions
        self._late_motions = []

    def _end_with(self, char: str, token: str) -> None:
        self._soft = 0
        if not self._is_enough(self._words, self._letters):
            return
        proof = proof_needed(char, token)
        if proof is Proof.NEVER:
            return
        if self._index == 0 and proof is Proof.NONE:
            self._cut(len(self._text))
        elif self._index == 0 or char in SENTENCE_ENDS:
            self._set_boundary(Proof.GAP if char == "." and proof is Proof.NONE else proof)
        elif char in WIDE_MARKS:
            self._end_clause(len(self._text))
        else:
            self._soft = len(self._text)

    def _end_clause(self, at: int) -> None:
        self._clause = at
        self._soft = 0
        limits = self._rules.clause_from
        if self._weight >= limits[min(self._index, len(limits) - 1)] and not self._boundary:
            self._cut(at)

    def _set_boundary(self, proof: Proof, *, is_adjacent: bool = True) -> None:
        self._boundary = _Boundary(len(self._text.rstrip()), self._words, self._letters, proof, is_adjacent)

    def _is_enough(self, words: int, letters: int) -> bool:
        return words >= self._rules.least_words or letters >= self._rules.least_letters

    def _is_tail_enough(self, boundary: _Boundary) -> bool:
        return self._is_enough(self._words - boundary.words, self._letters - boundary.letters)

    # Cutting

    def _append(self, text: str) -> bool:
        """Add to the segment; return whether it grew too long and was cut."""
        self._text += text
        self._weight += len(text)
        if self._weight < self._rules.long_chars:
            return False
        at = self._boundary.at if self._boundary else self._clause
        if not at and self._weight >= self._rules.longest_chars:
            space = self._text.rfind(" ", self._rules.long_chars // 4)
            at = space if space > 0 else len(self._text)
        if at:
            self._cut(at)
        return bool(at)

    def _cut(self, at: int) -> None:
        """End the segment at offset `at`; what stands behind it begins the next one."""
        head, rest = self._text[:at], self._text[at:]
        if _has_content(head):
            self._emit(head)
        self._begin()
        self._is_after_cut = True
        if rest:
            self._take_text(rest)

    def _emit(self, text: str) -> None:
        self._out.append(Draft(text.strip(), self._emotion, self._intensity, tuple(self._motions)))
        self._motions, self._late_motions = self._late_motions, []
        self._index += 1


_PIECE = re.compile(r"[^\W_]+|\s+|.", re.DOTALL)


def _has_content(text: str) -> bool:
    return any(char.isalnum() or is_picture(char) for char in text)
