"""Approval: which lines wait for a person, what may still be decided, and what the decided words are. Pure.

Owns the rules alone. A held line's row is `streams.models.approval.HeldLine`; who may decide is the entry points'
business; how words are judged is `streams.domain.moderation`.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from streams.domain.moderation import RuleSet
from streams.domain.rules import Action, Outcome, RuleHit, RuleScope

APPROVED = "approved"
LET_IN = "let_in"  # the viewer's line itself was approved: it is answered like any other
"""Reason of a waiting event whose answer was approved: the words are there, nothing is asked any more."""
NOT_APPROVED = "not_approved"
UNDECIDED = "undecided"
TOO_MANY = "held_too_many"
WORDS_LOST = "words_lost"
TEXT_LONGEST = 1500
NOTE_LONGEST = 200
TIMEOUT_LEAST_S, TIMEOUT_MOST_S = 10, 600
HELD_MOST = 50


class ApprovalMode(StrEnum):
    """What a stream holds for a person."""

    OFF = "off"
    RULES = "rules"
    EVERYTHING = "everything"


class HeldBy(StrEnum):
    """What asked for a person."""

    STREAM = "stream"
    PERSONA = "persona"
    RULE = "rule"


class HeldState(StrEnum):
    """Life of a held line: one open state, then exactly one other."""

    HELD = "held"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Approval:
    """How a stream holds lines.

    Attributes:
        mode: What the stream asks for.
        is_always: The persona wants a person asked about every answer.
        timeout_s: Seconds after which an undecided line is not said.
        most: Lines held at once; one more and the oldest is given up.
        is_waiting: While a line is held nothing else is answered.
        model_asks: What the moderation model flags is for a person to decide.
        released: The rules without those that ask for a person.
        holding: The rules that ask for a person.
    """

    mode: ApprovalMode = ApprovalMode.OFF
    is_always: bool = False
    timeout_s: int = 60
    most: int = 8
    is_waiting: bool = False
    model_asks: bool = False
    released: RuleSet = field(default_factory=RuleSet, repr=False)
    holding: RuleSet = field(default_factory=RuleSet, repr=False)

    @property
    def is_on(self) -> bool:
        """Whether anything may be held."""
        return self.is_always or self.mode is not ApprovalMode.OFF

    @property
    def holds_all(self) -> bool:
        """Whether every answer is held."""
        return self.is_always or self.mode is ApprovalMode.EVERYTHING

    @property
    def reads_first(self) -> bool:
        """Whether an answer must be thought to its end before a word of it is voiced."""
        may_ask = self.model_asks or any(rule.scope is not RuleScope.IN for rule in self.holding.rules)
        return self.holds_all or (self.is_on and may_ask)


def approval_of(
    rules: RuleSet, mode: str, *, is_always: bool, timeout_s: int, most: int, is_waiting: bool, model_asks: bool = False
) -> Approval:
    """Return how a stream holds lines; rules are compiled anew only where one of them asks for a person."""
    asks = [rule for rule in rules.rules if rule.action is Action.HOLD]
    released = RuleSet(rule for rule in rules.rules if rule.action is not Action.HOLD) if asks else rules
    return Approval(ApprovalMode(mode), is_always, timeout_s, most, is_waiting, model_asks, released, RuleSet(asks))


@dataclass(frozen=True, slots=True)
class Asked:
    """Why a line is held.

    Attributes:
        by: What asked for a person.
        rule_id: The rule, or "".
        rule_name: What people call it, or "".
    """

    by: HeldBy
    rule_id: str = ""
    rule_name: str = ""


def why_held(approval: Approval, hits: Sequence[RuleHit]) -> Asked | None:
    """Return why an answer is held, or None when it may be said; a rule tells the most."""
    if hits:
        return Asked(HeldBy.RULE, hits[0].rule_id, hits[0].rule_name[:80])
    if approval.mode is ApprovalMode.EVERYTHING:
        return Asked(HeldBy.STREAM)
    return Asked(HeldBy.PERSONA) if approval.is_always else None


@dataclass(frozen=True, slots=True)
class HeldReply:
    """An answer that was thought and waits for a person.

    Attributes:
        text: The words with their tags.
        asked: Why it waits.
        epoch: Control epoch the turn began in.
    """

    text: str
    asked: Asked
    epoch: int


@dataclass(frozen=True, slots=True)
class ApprovedWords:
    """What a person let through; spoken as it stands.

    Attributes:
        held_id: The held line.
        turn_id: The turn that thought it, which now speaks it.
        text: The words with their tags.
        decided_at: When; what it takes until it is heard counts from here.
        decided_by: Who, by name.
        timings: Stages of thinking, in milliseconds since the event was accepted.
    """

    held_id: UUID
    turn_id: UUID
    text: str
    decided_at: dt.datetime
    decided_by: str
    timings: dict[str, float]


def tagged(parts: Iterable[tuple[str, str, float, str]], resting: str) -> str:
    """Write segments down as one text with tags, from which `workers.turn.tags` reads the same feelings again.

    Args:
        parts: Text, emotion, intensity (0 to 1) and motion ("" for none) of each segment.
        resting: The emotion a text begins in.
    """
    written: list[str] = []
    feeling = (resting, 1.0)
    for text, emotion, intensity, motion in parts:
        if emotion and (emotion, intensity) != feeling:
            feeling = emotion, intensity
            written.append(f"[{emotion}]" if intensity >= 1 else f"[{emotion}:{intensity:g}]")
        written += [f"[motion:{motion}]"] if motion else []
        written += [text] if text else []
    return " ".join(written)


def plain(text: str) -> str:
    """Return a text without its tags, as it is shown."""
    return " ".join(_TAG.sub(" ", text).split())


def broken_rule(rules: RuleSet, text: str, language: str = "") -> RuleHit | None:
    """Return the rule that keeps a part of edited words from being said, or None. Tags do not count."""
    tail = ""
    for clause in _SENTENCE.findall(plain(text)):
        verdict = rules.check_out(clause.strip(), tail, language=language)
        if verdict.outcome not in {Outcome.ALLOW, Outcome.REPLACE} and verdict.hits:
            return verdict.hits[0]
        tail = f"{tail} {clause}".strip()
    return None


class Refusal(StrEnum):
    """Why a line cannot be decided any more."""

    PANIC = "panic"
    LATE = "late"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


def refusal(state: str, expires_at: dt.datetime, now: dt.datetime, *, is_panicked: bool) -> Refusal | None:
    """Return why a line cannot be decided, or None when it can."""
    if state != HeldState.HELD:
        return Refusal(state)
    if is_panicked:
        return Refusal.PANIC
    return Refusal.LATE if expires_at <= now else None


def surplus(held: Sequence[tuple[UUID, dt.datetime]], most: int) -> list[UUID]:
    """Return the oldest of what is held beyond `most`, oldest first."""
    oldest = sorted(held, key=lambda one: (one[1], one[0].int))
    return [held_id for held_id, _ in oldest[: max(0, len(oldest) - most)]]


_TAG = re.compile(r"[\[【［][^\[\]【】［］]*[\]】］]")
_SENTENCE = re.compile(r"[^.!?…。！？]+[.!?…。！？]*\s*|[.!?…。！？]+\s*")
