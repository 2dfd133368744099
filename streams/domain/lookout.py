"""The rules of one direction, compiled: which of them fire on a text, where, and as what the text was read.

Owns the window over what was just said, and the readings a rule is tried on. It must not know what is done about a
hit: that is `streams.domain.moderation`.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from streams.domain.matching import CJK, Match, PatternTable, WordTable
from streams.domain.normalise import Folded, disguises, fold
from streams.domain.rules import Action, Rule, RuleHit, RuleKind
from streams.domain.shapes import USUAL_LIMITS, is_misshapen

WINDOW = 200
"""So many characters of what was just said are looked at together with the next clause."""
LONGEST_WORD = 40
"""A word cut in two between clauses is looked for in so many characters before the cut."""
LEAST_REACH = 48
SPACING = 4
"""Letters spaced out, and signs between words, make an entry so many times as long at most."""

LINK = (
    r"(?P<hit>(?:https?://|www\.)[^\s]+|[\pL\d][\pL\d-]*(?:\.[\pL\d][\pL\d-]*)*\."
    r"(?:com|net|org|info|biz|io|gg|tv|me|ru|su|рф|ua|by|kz|cn|jp|de|uk|fr|eu|us|xyz|site|online|shop|store|top|link|app"
    r"|dev|ly|cc|to|live|club|fun|pro|space)(?::\d+)?(?:/[^\s]*)?)(?:[^\pL\d]|$)"
)
"""What a link looks like in a folded text: with a scheme, or a name that ends in one of the domains links use.

Nothing in it is counted: letters of every script, up to a number of them, would make it thirty megabytes large.
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that fired, and where in the original text; the same place in another reading is the same hit.

    Attributes:
        rule: Which.
        start: Where the hit begins.
        end: Where it ends.
        entry: Which of the rule's entries it was.
        reading: The letters that were found.
    """

    rule: Rule
    start: int
    end: int
    entry: str = field(default="", compare=False)
    reading: str = field(default="", compare=False)

    def hit(self, place: str) -> RuleHit:
        """Return it as a verdict tells it; `place` is "text" or "name"."""
        rule = self.rule
        minutes = rule.minutes if rule.action is Action.TIMEOUT else 0
        return RuleHit(
            rule.id,
            rule.name,
            rule.action,
            rule.severity,
            place,
            self.start,
            self.end,
            self.entry,
            self.reading,
            minutes,
        )


class Lookout:
    """The rules of one direction; finding takes time by the length of the text, hardly by the number of rules."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._entries: list[tuple[Rule, str]] = []
        self._words = WordTable()
        self._names = WordTable()
        self._patterns = PatternTable()
        self._shapes = [rule for rule in rules if rule.kind in USUAL_LIMITS]
        self._reach = LEAST_REACH
        for rule in rules:
            for entry in (LINK,) if rule.kind is RuleKind.LINKS else rule.patterns:
                self._add(rule, entry)
        for table in (self._words, self._names, self._patterns):
            table.compile()

    def _add(self, rule: Rule, entry: str) -> None:
        owner = len(self._entries)
        self._entries.append((rule, "" if rule.kind is RuleKind.LINKS else entry))
        if rule.kind is RuleKind.WORDS:
            self._words.add(owner, entry)
            self._reach = min(WINDOW, max(self._reach, SPACING * len(entry)))
        elif rule.kind is RuleKind.NAMES:
            self._names.add_inside(owner, entry)
        else:
            self._patterns.add(owner, entry)

    def find(self, text: str) -> list[Found]:
        """Return every rule that fires on a text."""
        found: dict[Found, None] = {}
        for reading in _readings(text):
            self._note(found, reading, (*self._words_in(reading), *self._patterns.find(reading.text)))
        for rule in self._shapes:
            if is_misshapen(rule, text):
                found[Found(rule, 0, len(text))] = None
        return list(found)

    def find_across(self, tail: str, clause: str) -> list[Found]:
        """Return what began in `tail` and reaches into `clause`; positions count from the clause's beginning.

        Words are looked for as far around the seam as the longest of them reaches, patterns in the whole window.
        """
        found: dict[Found, None] = {}
        whole, near = fold(f"{tail} {clause}"), _end_of(tail, self._reach)
        offset = len(tail) + 1
        self._note(found, whole, self._patterns.find(whole.text, bisect_right(whole.ends, offset)), offset)
        self._seam(found, f"{near} {clause[: self._reach]}", len(near) + 1)
        if tail[-1:].isalnum() and clause[:1].isalnum():
            cut = tail[-LONGEST_WORD:]
            self._seam(found, cut + clause[: self._reach], len(cut))
        return list(found)

    def find_in_name(self, name: str) -> list[Found]:
        """Return every rule that fires on a name; rules for names also look at it without what is between letters."""
        found: dict[Found, None] = {}
        for reading in _readings(name):
            self._note(found, reading, (*self._words_in(reading), *self._patterns.find(reading.text)))
            letters = "".join(filter(str.isalnum, reading.text))
            for match in self._names.find(letters):
                rule, entry = self._entries[match.owner]
                found.setdefault(Found(rule, 0, len(name), entry, letters[match.start : match.end]))
        return list(found)

    def _seam(self, found: dict[Found, None], text: str, offset: int) -> None:
        for reading in _readings(text):
            behind = bisect_right(reading.ends, offset)
            self._note(
                found, reading, (*self._words_in(reading, behind), *self._patterns.find(reading.text, behind)), offset
            )

    def _words_in(self, reading: Folded, behind: int = 0) -> Iterator[Match]:
        yield from self._words.find(reading.text, behind)
        for start, end in reading.spaced:
            for owner in self._words.find_spaced(reading.text[start:end]):
                yield Match(owner, start, end)

    def _note(
        self, found: dict[Found, None], reading: Folded, matches: Iterator[Match] | Sequence[Match], offset: int = 0
    ) -> None:
        """Add what matched and ends behind `offset`; of several readings the first stays."""
        for match in matches:
            start, end = reading.span(match.start, match.end)
            if end > offset:
                rule, entry = self._entries[match.owner]
                read = reading.text[match.start : match.end]
                found.setdefault(Found(rule, start - offset, end - offset, entry, read))


def _readings(text: str) -> tuple[Folded, ...]:
    folded = fold(text)
    return (folded, *disguises(folded))


def _end_of(tail: str, length: int) -> str:
    """Return about the last `length` characters, without the rest of a word that would be cut in two."""
    end = tail[-length:]
    if len(end) == len(tail) or not (tail[-length - 1].isalnum() and end[0].isalnum()) or CJK.match(end):
        return end
    return end.partition(" ")[2] or end
