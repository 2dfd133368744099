"""Moderation rules: what may come in and what may be said, decided clause by clause.

Owns the compiled `RuleSet` and the gate of an answer. It must not store anything or know a model: rules come in as
values (`streams.domain.rules`), and a verdict says what is to be done. How a text is folded is
`streams.domain.normalise`, how many rules are matched at once `streams.domain.matching`, which rules come with the
house `streams.domain.builtin_rules`.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from streams.domain.matching import Match, PatternTable, WordTable
from streams.domain.normalise import Folded, disguises, fold
from streams.domain.rules import Action, Outcome, Rule, RuleHit, RuleKind, RuleScope, Verdict
from streams.domain.shapes import is_misshapen, reshaped
from vtcontrol.kernel.errors import InputInvalid

__all__ = [
    "Action",
    "OutGate",
    "Outcome",
    "Rule",
    "RuleHit",
    "RuleKind",
    "RuleScope",
    "RuleSet",
    "Verdict",
    "read_rule",
]

WINDOW = 200
"""So many characters of what was just said are looked at together with the next clause."""
LONGEST_WORD = 40
"""A word cut in two between clauses is looked for in so many characters before the cut."""


def read_rule(
    rule_id: str,
    kind: str,
    content: str,
    *,
    name: str = "",
    scope: str = "both",
    action: str = "drop",
    replacement: str = "…",
) -> Rule:
    """Make a rule from what a person filled into a form.

    Args:
        rule_id: What verdicts call it.
        kind: A `RuleKind` value.
        content: Words, names or patterns one a line; a number for length, capitals (a share, or percent) and repeats.
        name: What people call it.
        scope: A `RuleScope` value.
        action: An `Action` value.
        replacement: What stands in place of a hit.

    Raises:
        InputInvalid: The content does not fit the kind, or a pattern cannot be used.
    """
    rule = Rule(
        id=rule_id,
        kind=RuleKind(kind),
        name=name,
        scope=RuleScope(scope),
        action=Action(action),
        replacement=replacement,
    )
    if rule.kind in _BY_NUMBER:
        rule = replace(rule, limit=_number(rule.kind, content))
    elif rule.kind is not RuleKind.LINKS:
        rule = replace(rule, patterns=tuple(line.strip() for line in content.splitlines() if line.strip()))
        if not rule.patterns:
            raise InputInvalid("Say what the rule looks for.", field="content")
    RuleSet((rule,))
    return rule


class RuleSet:
    """Rules, compiled once; checks are quick and may run on several threads.

    Args:
        rules: In any order; the gravest action of all that fire decides.

    Raises:
        InputInvalid: A word or pattern cannot be used.
    """

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self.rules = tuple(rules)
        self._incoming = _Lookout([rule for rule in self.rules if rule.scope is not RuleScope.OUT])
        self._outgoing = _Lookout([rule for rule in self.rules if rule.scope is not RuleScope.IN])

    def check_in(self, text: str, name: str = "", *, language: str = "") -> Verdict:
        """Check what came in.

        Args:
            text: What was said.
            name: Display name of who said it. What breaks a rule in it is replaced, or the whole name is taken away;
                the text stands by itself.
            language: BCP 47 tag of the text, if known; rules for other languages are left out.
        """
        hits = _for_language(self._incoming.find(text), language)
        named = _for_language(self._incoming.find_in_name(name), language) if name else []
        outcome = _INCOMING[_gravest(hits)]
        kept = "" if outcome is Outcome.DROP else _replaced(text, hits)
        reports = [found.hit("text") for found in hits] + [found.hit("name") for found in named]
        return Verdict(outcome, kept, _allowed_name(name, named), _sorted(reports))

    def check_out(self, clause: str, tail: str = "", *, language: str = "") -> Verdict:
        """Check what is about to be said.

        A hit that began in `tail` counts when it reaches into the clause: what is left of it there is replaced, or the
        clause is not said. An answer that should be held for a person is not said either.

        Args:
            clause: The next clause.
            tail: What was said just before, its end at least.
            language: BCP 47 tag of the answer; rules for other languages are left out.
        """
        hits = _for_language(self._outgoing.find(clause), language)
        tail = tail[-WINDOW:].rstrip()
        if tail:
            known = {(found.rule.id, found.start, found.end) for found in hits}
            across = _for_language(self._outgoing.find_across(tail, clause), language)
            hits += [found for found in across if (found.rule.id, found.start, found.end) not in known]
        outcome = _OUTGOING[_gravest(hits)]
        said = clause if outcome is Outcome.ALLOW else _replaced(clause, hits)
        if outcome is Outcome.REPLACE and not any(map(str.isalnum, said)):
            outcome = Outcome.SKIP
        reports = _sorted([found.hit("text") for found in hits])
        return Verdict(outcome, said if outcome in {Outcome.ALLOW, Outcome.REPLACE} else "", hits=reports)


@dataclass(frozen=True, slots=True)
class OutGate:
    """Moderation of an answer, clause by clause: call it with the end of what was said and the next clause.

    Attributes:
        rules: The rules.
        language: BCP 47 tag of the answer.
    """

    rules: RuleSet
    language: str = ""

    def __call__(self, recent_tail: str, clause: str) -> Verdict:
        """Judge `clause`, which follows `recent_tail`; the outcome is allow, replace, skip or stop."""
        return self.rules.check_out(clause, recent_tail, language=self.language)


@dataclass(frozen=True, slots=True)
class _Found:
    """A rule that fired, and where in the original text."""

    rule: Rule
    start: int
    end: int

    def hit(self, place: str) -> RuleHit:
        return RuleHit(self.rule.id, self.rule.name, self.rule.action, self.rule.severity, place, self.start, self.end)


class _Lookout:
    """The rules of one direction, compiled."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._words = WordTable()
        self._names = WordTable()
        self._patterns = PatternTable()
        self._shapes = [rule for rule in rules if rule.kind in _BY_NUMBER]
        for owner, rule in enumerate(rules):
            add = {
                RuleKind.WORDS: self._words.add,
                RuleKind.NAMES: self._names.add_inside,
                RuleKind.PATTERN: self._patterns.add,
                RuleKind.LINKS: self._patterns.add,
            }.get(rule.kind)
            for pattern in (LINK,) if rule.kind is RuleKind.LINKS else rule.patterns:
                if add is not None:
                    add(owner, pattern)
        for table in (self._words, self._names, self._patterns):
            table.compile()

    def find(self, text: str) -> list[_Found]:
        """Return every rule that fires on a text."""
        found = self._matches(text, 0)
        found += [_Found(rule, 0, len(text)) for rule in self._shapes if is_misshapen(rule, text)]
        return found

    def find_across(self, tail: str, clause: str) -> list[_Found]:
        """Return what began in `tail` and reaches into `clause`; positions count from the clause's beginning."""
        found = self._matches(f"{tail} {clause}", len(tail) + 1)
        if tail[-1:].isalnum() and clause[:1].isalnum():
            tail = tail[-LONGEST_WORD:]
            found += self._matches(tail + clause, len(tail))
        return found

    def find_in_name(self, name: str) -> list[_Found]:
        """Return every rule that fires on a name; rules for names also look at it without what is between letters."""
        found = self._matches(name, 0)
        for reading in _readings(name):
            letters = "".join(filter(str.isalnum, reading.text))
            found += [_Found(self._rules[match.owner], 0, len(name)) for match in self._names.find(letters)]
        return list(dict.fromkeys(found))

    def _matches(self, text: str, offset: int) -> list[_Found]:
        """Return the words and patterns that end behind `offset`, each once."""
        found: dict[_Found, None] = {}
        for reading in _readings(text):
            for match in self._matches_of(reading, bisect_right(reading.ends, offset)):
                start, end = reading.span(match.start, match.end)
                if end > offset:
                    found[_Found(self._rules[match.owner], start - offset, end - offset)] = None
        return list(found)

    def _matches_of(self, reading: Folded, behind: int) -> Iterator[Match]:
        yield from self._words.find(reading.text, behind)
        yield from self._patterns.find(reading.text, behind)
        for start, end in reading.spaced:
            for owner in self._words.find_spaced(reading.text[start:end]):
                yield Match(owner, start, end)


def _readings(text: str) -> tuple[Folded, ...]:
    folded = fold(text)
    return (folded, *disguises(folded))


def _for_language(found: list[_Found], language: str) -> list[_Found]:
    if not language:
        return found
    wanted = language.partition("-")[0].lower()
    return [
        one
        for one in found
        if not one.rule.languages or wanted in {tag.partition("-")[0].lower() for tag in one.rule.languages}
    ]


def _gravest(found: Iterable[_Found]) -> Action:
    return max((one.rule.action for one in found), key=_GRAVITY.index, default=Action.WARN)


def _sorted(hits: list[RuleHit]) -> tuple[RuleHit, ...]:
    return tuple(sorted(hits, key=lambda hit: (-_GRAVITY.index(hit.action), -hit.severity, hit.place, hit.start)))


def _replaced(text: str, found: Sequence[_Found]) -> str:
    """Return `text` with every hit replaced that asks for it; what overlaps is replaced once."""
    asked = [one for one in found if one.rule.action is Action.REPLACE]
    parts: list[str] = []
    place = 0
    spans = sorted((one for one in asked if one.rule.kind not in _BY_NUMBER), key=lambda one: (one.start, -one.end))
    for one in spans:
        if one.start >= place:
            parts += [text[place : one.start], one.rule.replacement]
        elif one.start < 0 and not parts:
            parts.append(one.rule.replacement)
        place = max(place, one.end)
    parts.append(text[place:])
    replaced = "".join(parts)
    for one in asked:
        if one.rule.kind in _BY_NUMBER:
            replaced = reshaped(one.rule, replaced)
    return replaced


def _allowed_name(name: str, found: Sequence[_Found]) -> str:
    action = _gravest(found)
    if action is Action.WARN:
        return name
    replaced = _replaced(name, found) if action is Action.REPLACE else ""
    return replaced if any(map(str.isalnum, replaced)) else ""


def _number(kind: RuleKind, content: str) -> float:
    """Read a limit; an empty content takes the usual one."""
    written = content.strip().replace(",", ".")
    if not written:
        return 0.0
    try:
        number = float(written.removesuffix("%"))
    except ValueError:
        number = math.nan
    if kind is RuleKind.CAPS and (written.endswith("%") or number > 1):
        number /= 100
    least = 0.01 if kind is RuleKind.CAPS else 1
    if not least <= number <= _BY_NUMBER[kind]:
        raise InputInvalid(f"Write a number from {least:g} to {_BY_NUMBER[kind]:g}.", field="content")
    return number


LINK = (
    r"(?P<hit>(?:https?://|www\.)[^\s]+|[\pL\d][\pL\d-]{0,62}(?:\.[\pL\d][\pL\d-]{0,62})*\."
    r"(?:com|net|org|info|biz|io|gg|tv|me|ru|su|рф|ua|by|kz|cn|jp|de|uk|fr|eu|us|xyz|site|online|shop|store|top|link|app"
    r"|dev|ly|cc|to|live|club|fun|pro|space)(?::\d+)?(?:/[^\s]*)?)(?:[^\pL\d]|$)"
)
"""What a link looks like in a folded text: with a scheme, or a name that ends in one of the domains links use."""
_BY_NUMBER = {RuleKind.LENGTH: 10_000.0, RuleKind.CAPS: 1.0, RuleKind.REPEATS: 1_000.0}
_GRAVITY = list(Action)
_INCOMING = {
    Action.WARN: Outcome.ALLOW,
    Action.REPLACE: Outcome.REPLACE,
    Action.HOLD: Outcome.HOLD,
    Action.SKIP: Outcome.DROP,
    Action.DROP: Outcome.DROP,
    Action.TIMEOUT: Outcome.DROP,
    Action.STOP: Outcome.DROP,
}
_OUTGOING = {
    Action.WARN: Outcome.ALLOW,
    Action.REPLACE: Outcome.REPLACE,
    Action.HOLD: Outcome.SKIP,
    Action.SKIP: Outcome.SKIP,
    Action.DROP: Outcome.SKIP,
    Action.TIMEOUT: Outcome.SKIP,
    Action.STOP: Outcome.STOP,
}
