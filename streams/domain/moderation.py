"""Moderation rules: what may come in and what may be said, decided clause by clause.

Owns the compiled `RuleSet` and the gate of an answer. It must not store anything or know a model: rules come in as
values (`streams.domain.rules`), and a verdict says what is to be done. What people write into a rule is read by
`streams.domain.rule_texts`, where rules fire is told by `streams.domain.lookout`, how a text is folded by
`streams.domain.normalise`; which rules come with the house stands in `streams.domain.builtin_rules`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from streams.domain.lookout import WINDOW, Found, Lookout
from streams.domain.rules import Action, Outcome, Rule, RuleHit, RuleKind, RuleScope, Verdict
from streams.domain.shapes import USUAL_LIMITS, reshaped

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
]


class RuleSet:
    """Rules, compiled once; checks are quick and may run on several threads.

    Args:
        rules: In any order; the gravest action of all that fire decides.

    Raises:
        InputInvalid: A word or pattern cannot be used.
    """

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self.rules = tuple(rules)
        self._rates = [rule for rule in self.rules if rule.kind is RuleKind.RATE]
        self._incoming = Lookout([rule for rule in self.rules if rule.scope is not RuleScope.OUT])
        self._outgoing = Lookout([rule for rule in self.rules if rule.scope is not RuleScope.IN])

    @property
    def longest_rate_s(self) -> float:
        """How far back a viewer's messages are to be counted, in seconds; 0.0 where no rule counts them."""
        return max((rule.seconds for rule in self._rates), default=0.0)

    def check_in(self, text: str, name: str = "", *, language: str = "", ages: Sequence[float] = ()) -> Verdict:
        """Check what came in.

        Args:
            text: What was said.
            name: Display name of who said it. What breaks a rule in it is replaced, or the whole name is taken away;
                the text stands by itself, unless the rule asks for the line to be held or the viewer to be timed out.
            language: BCP 47 tag of the stream, if known; rules for other languages are left out.
            ages: How many seconds ago the same viewer sent each of their last messages, for rules that count them.
        """
        hits = _for_language(self._incoming.find(text), language)
        hits += [
            Found(rule, 0, len(text)) for rule in _for_language(self._rates, language) if _is_too_often(rule, ages)
        ]
        named = _for_language(self._incoming.find_in_name(name), language) if name else []
        outcome = _INCOMING[_gravest([*hits, *(found for found in named if found.rule.action in _ABOUT_THE_PERSON)])]
        kept = "" if outcome is Outcome.DROP else _replaced(text, hits)
        reports = [found.hit("text") for found in hits] + [found.hit("name") for found in named]
        return Verdict(outcome, kept, _allowed_name(name, named), _sorted(reports))

    def allowed_name(self, name: str, *, language: str = "") -> str:
        """Return a name as it may be shown and spoken, "" when it may not."""
        return _allowed_name(name, _for_language(self._incoming.find_in_name(name), language)) if name else ""

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


_RuleOrFound = TypeVar("_RuleOrFound", Rule, Found)


def _for_language(found: Sequence[_RuleOrFound], language: str) -> list[_RuleOrFound]:
    if not language:
        return list(found)
    wanted = _main(language)
    return [one for one in found if not (tags := _languages(one)) or wanted in map(_main, tags)]


def _languages(one: Rule | Found) -> tuple[str, ...]:
    return one.languages if isinstance(one, Rule) else one.rule.languages


def _main(tag: str) -> str:
    return tag.partition("-")[0].lower()


def _is_too_often(rule: Rule, ages: Sequence[float]) -> bool:
    """Return whether one more message is more than the rule allows in its time."""
    return sum(age < rule.seconds for age in ages) >= (rule.limit or USUAL_RATE)


def _gravest(found: Iterable[Found]) -> Action:
    return max((one.rule.action for one in found), key=_GRAVITY.index, default=Action.WARN)


def _sorted(hits: list[RuleHit]) -> tuple[RuleHit, ...]:
    return tuple(sorted(hits, key=lambda hit: (-_GRAVITY.index(hit.action), -hit.severity, hit.place, hit.start)))


def _replaced(text: str, found: Sequence[Found]) -> str:
    """Return `text` with every hit replaced that asks for it; what overlaps is replaced once."""
    asked = [one for one in found if one.rule.action is Action.REPLACE]
    parts: list[str] = []
    place = 0
    spans = sorted((one for one in asked if one.rule.kind not in USUAL_LIMITS), key=lambda one: (one.start, -one.end))
    for one in spans:
        if one.start >= place:
            parts += [text[place : one.start], one.rule.replacement]
        elif one.start < 0 and not parts:
            parts.append(one.rule.replacement)
        place = max(place, one.end)
    parts.append(text[place:])
    replaced = "".join(parts)
    for one in asked:
        if one.rule.kind in USUAL_LIMITS:
            replaced = reshaped(one.rule, replaced)
    return replaced


def _allowed_name(name: str, found: Sequence[Found]) -> str:
    action = _gravest(found)
    if action is Action.WARN:
        return name
    replaced = _replaced(name, found) if action is Action.REPLACE else ""
    return replaced if any(map(str.isalnum, replaced)) else ""


USUAL_RATE = 5
"""So many messages a viewer may send in the time of a rule that does not say."""
_ABOUT_THE_PERSON = {Action.HOLD, Action.TIMEOUT}
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
