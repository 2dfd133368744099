"""Reading what people write into a rule: words one a line, a number, "5 in 10 seconds".

Owns what a rule's content looks like for each kind, and which actions fit where. It must not match anything.
"""

import math
import re
from dataclasses import dataclass, replace

from streams.domain.moderation import RuleSet
from streams.domain.rules import Action, Rule, RuleKind, RuleScope
from vtcontrol.kernel.errors import InputInvalid

ENTRY_LONGEST = 120
"""A longer phrase would reach over the window that is looked at while the character speaks."""
_HIGHEST = {RuleKind.LENGTH: 10_000.0, RuleKind.CAPS: 1.0, RuleKind.REPEATS: 1_000.0}
_RATE = re.compile(r"(?P<count>\d{1,4})\s*(?:/|\D{1,20}?)\s*(?P<seconds>\d{1,4})\D{0,12}")
RATE_MOST, SECONDS_MOST = 100, 600
TIMEOUT_MOST = 10_080
"""A week, in minutes."""


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule as it stands in a form.

    Attributes:
        kind: A `RuleKind` value.
        content: Words, names or patterns one a line; a number for length, capitals (a share, or percent) and repeats;
            "5 / 10" for at most 5 messages in 10 seconds.
        name: What people call it.
        scope: A `RuleScope` value.
        action: An `Action` value.
        replacement: What stands in place of a hit.
        severity: 1 to 5.
        languages: BCP 47 tags; () for all.
        minutes: How long a timeout lasts.
    """

    kind: str
    content: str
    name: str = ""
    scope: str = "both"
    action: str = "drop"
    replacement: str = "…"
    severity: int = 3
    languages: tuple[str, ...] = ()
    minutes: int = 10


def read_rule(rule_id: str, text: RuleText) -> Rule:
    """Make a rule from what a person filled into a form.

    Raises:
        InputInvalid: The content does not fit the kind, a pattern cannot be used, or the action means nothing there.
    """
    rule = Rule(
        id=rule_id,
        kind=RuleKind(text.kind),
        name=text.name,
        scope=RuleScope(text.scope),
        action=Action(text.action),
        severity=text.severity,
        languages=text.languages,
        replacement=text.replacement,
        minutes=text.minutes,
    )
    _check_fit(rule)
    if rule.kind is RuleKind.RATE:
        rule = _with_rate(rule, text.content)
    elif rule.kind in _HIGHEST:
        rule = replace(rule, limit=_number(rule.kind, text.content))
    elif rule.kind is not RuleKind.LINKS:
        rule = replace(rule, patterns=entries_of(text.content))
        if not rule.patterns:
            raise InputInvalid("Say what the rule looks for.", field="content")
        _check_lengths(rule)
    RuleSet((rule,))
    return rule


def entries_of(content: str) -> tuple[str, ...]:
    """Return the entries of a list, one a line."""
    return tuple(line.strip() for line in content.splitlines() if line.strip())


def check_entry(kind: RuleKind, entry: str) -> None:
    """Refuse one entry of a list that a rule of that kind could not use.

    Raises:
        InputInvalid: Why it cannot be used.
    """
    rule = Rule("entry", kind, (entry,))
    _check_lengths(rule)
    RuleSet((rule,))


def _check_lengths(rule: Rule) -> None:
    if rule.kind is RuleKind.PATTERN:
        return
    for entry in rule.patterns:
        if len(entry) > ENTRY_LONGEST:
            raise InputInvalid(f"“{entry[:40]}…” is longer than {ENTRY_LONGEST} characters.", field="content")


def _check_fit(rule: Rule) -> None:
    """Refuse what would do nothing: actions and places that mean nothing for the kind of rule.

    Raises:
        InputInvalid: Which of them.
    """
    is_about_viewers = rule.kind in {RuleKind.NAMES, RuleKind.RATE}
    if is_about_viewers and rule.scope is not RuleScope.IN:
        raise InputInvalid("Names and frequency are looked at in what comes in.", field="scope")
    if rule.action is Action.TIMEOUT and rule.scope is RuleScope.OUT:
        raise InputInvalid(
            "Only a viewer can be timed out: choose a rule for what comes in, or for both.", field="action"
        )
    if rule.action is Action.STOP and rule.scope is RuleScope.IN:
        raise InputInvalid(
            "Only an answer can be stopped: choose a rule for what is said, or for both.", field="action"
        )
    if rule.action is Action.REPLACE and rule.kind is RuleKind.RATE:
        raise InputInvalid("There is nothing to replace when somebody writes too often.", field="action")
    if rule.action is Action.TIMEOUT and not 1 <= rule.minutes <= TIMEOUT_MOST:
        raise InputInvalid(f"A timeout lasts from 1 to {TIMEOUT_MOST} minutes.", field="timeout_minutes")


def _with_rate(rule: Rule, content: str) -> Rule:
    """Read "5 / 10", "5 in 10 seconds"; an empty content takes the usual rate."""
    written = content.strip()
    if not written:
        return rule
    found = _RATE.fullmatch(written)
    count, seconds = (int(found["count"]), int(found["seconds"])) if found else (0, 0)
    if not (1 <= count <= RATE_MOST and 1 <= seconds <= SECONDS_MOST):
        raise InputInvalid(
            f"Write how many messages in how many seconds, such as 5 / 10: up to {RATE_MOST} in up to {SECONDS_MOST}.",
            field="content",
        )
    return replace(rule, limit=float(count), seconds=float(seconds))


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
    if not least <= number <= _HIGHEST[kind]:
        raise InputInvalid(f"Write a number from {least:g} to {_HIGHEST[kind]:g}.", field="content")
    return number
