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
    RATE = "rate"


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
            character or word may stand; for `RATE` how many messages a viewer may send in `seconds`. 0.0 takes the
            usual limit.
        scope: Where it looks.
        action: What is done about a hit.
        severity: 1 (a matter of taste) to 5 (never).
        languages: BCP 47 tags of the texts it is for; () for all.
        replacement: What stands in place of a hit when it is replaced.
        seconds: For `RATE`: the time in which messages are counted.
        minutes: For `TIMEOUT`: how long the viewer is not answered.
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
    seconds: float = 10.0
    minutes: int = 10


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
        entry: The word, name or pattern of the rule that was found; "" for rules that have none.
        reading: What was found, as the text is read with its disguises undone; "" for rules about the text's shape.
        minutes: How long a timeout lasts; 0 for any other action.
    """

    rule_id: str
    rule_name: str
    action: Action
    severity: int
    place: str
    start: int
    end: int
    entry: str = ""
    reading: str = ""
    minutes: int = 0


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
    def timeout_minutes(self) -> int:
        """How long whoever wrote it is not answered any more; 0 when no rule asks for that."""
        return max((hit.minutes for hit in self.hits), default=0)

    @property
    def deciding(self) -> frozenset[str]:
        """The rules that decide what becomes of text and name; the others only fired beside them."""
        return frozenset(rule for place in ("text", "name") for rule in self._deciding_in(place))

    def _deciding_in(self, place: str) -> tuple[str, ...]:
        hits = [hit for hit in self.hits if hit.place == place]
        gravest = hits[0].action if hits else None
        if gravest in {Action.WARN, Action.REPLACE}:
            return tuple(hit.rule_id for hit in hits if hit.action is gravest)
        return tuple(hit.rule_id for hit in hits[:1])

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """The rules that fired, each once, the gravest first."""
        return tuple(dict.fromkeys(hit.rule_id for hit in self.hits))
