"""The words of moderation: rules, what they ask for, and verdicts. Pure values.

Owns the vocabulary alone. How rules are applied is `streams.domain.moderation`.
"""

from dataclasses import dataclass
from enum import StrEnum


class RuleKind(StrEnum):
    """What a rule looks for."""

    WORDS = "words"
    PATTERN = "pattern"
    LENGTH = "length"
    CAPS = "caps"
    REPEATS = "repeats"
    LINKS = "links"
    NAMES = "names"


class RuleScope(StrEnum):
    """Where a rule looks."""

    IN = "in"
    OUT = "out"
    BOTH = "both"


class Action(StrEnum):
    """What is done about a hit, mildest first."""

    WARN = "warn"
    REPLACE = "replace"
    HOLD = "hold"
    SKIP = "skip"
    DROP = "drop"
    TIMEOUT = "timeout"
    STOP = "stop"


class Outcome(StrEnum):
    """What becomes of a text.

    `DROP` is for what comes in, `SKIP` (this clause is not said) and `STOP` (nor is the rest of the answer) for what
    goes out; `HOLD` waits for a person.
    """

    ALLOW = "allow"
    REPLACE = "replace"
    HOLD = "hold"
    DROP = "drop"
    SKIP = "skip"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Rule:
    """A moderation rule.

    Attributes:
        id: What a verdict calls it.
        kind: What it looks for.
        patterns: Words and phrases (see `matching.WordTable` for how they are written), names, or RE2 patterns.
        name: What people call it.
        limit: For `LENGTH` characters; for `CAPS` the share of capitals, 0 to 1; for `REPEATS` how often in a row a
            character or word may stand. 0.0 takes the usual limit.
        scope: Where it looks.
        action: What is done about a hit.
        severity: 1 (a matter of taste) to 5 (never).
        languages: BCP 47 tags of the texts it is for; () for all.
        replacement: What stands in place of a hit when it is replaced.
    """

    id: str
    kind: RuleKind
    patterns: tuple[str, ...] = ()
    name: str = ""
    limit: float = 0.0
    scope: RuleScope = RuleScope.BOTH
    action: Action = Action.DROP
    severity: int = 3
    languages: tuple[str, ...] = ()
    replacement: str = "…"


@dataclass(frozen=True, slots=True)
class RuleHit:
    """A rule fired.

    Attributes:
        rule_id: Which.
        rule_name: What people call it.
        action: What it asks for.
        severity: How bad it is, 1 to 5.
        place: "text" or "name".
        start: Where the hit begins, in characters of the checked text; below 0 when in what was said before.
        end: Where it ends.
    """

    rule_id: str
    rule_name: str
    action: Action
    severity: int
    place: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done with a text.

    Attributes:
        outcome: What becomes of it.
        text: The text to go on with; "" unless the outcome is allow, replace or hold.
        name: The name to go on with; "" when it may not be shown or spoken.
        hits: Every rule that fired, the gravest first.
    """

    outcome: Outcome
    text: str
    name: str = ""
    hits: tuple[RuleHit, ...] = ()

    @property
    def is_allowed(self) -> bool:
        """Whether `text` may be used now."""
        return self.outcome in {Outcome.ALLOW, Outcome.REPLACE}

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """The rules that fired, each once, the gravest first."""
        return tuple(dict.fromkeys(hit.rule_id for hit in self.hits))
