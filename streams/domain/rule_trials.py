"""Trying rules on words: what they would do to one text, and to everything that was said in a show.

Owns the pieces a text is marked in, and the counting. Pure: lines come in as values, and time as a function.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from streams.domain.disguise import Disguise, disguises_of
from streams.domain.moderation import RuleSet
from streams.domain.rules import Outcome, RuleHit, RuleScope, Verdict

EXAMPLES_MOST = 20


@dataclass(frozen=True, slots=True)
class Line:
    """Something that came in or was said.

    Attributes:
        text: The words.
        scope: `IN` or `OUT`.
        name: Who wrote it; "" for the character.
        tail: What the character said just before, in the same answer.
        ages: How many seconds before the same viewer wrote their last lines.
    """

    text: str
    scope: RuleScope = RuleScope.IN
    name: str = ""
    tail: str = ""
    ages: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, and the rules that fired on it; () for what is all right."""

    text: str
    hits: tuple[RuleHit, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A hit, as people ask about it.

    Attributes:
        hit: The hit.
        original: What stands in the text; "" for what was said before it.
        disguises: What had to be undone to find it.
        decides: The rule settles what becomes of the line.
    """

    hit: RuleHit
    original: str
    disguises: tuple[Disguise, ...]
    decides: bool


def judge(rules: RuleSet, line: Line, language: str) -> Verdict:
    """Return what the rules say to a line, as on air."""
    if line.scope is RuleScope.OUT:
        return rules.check_out(line.text, line.tail, language=language)
    return rules.check_in(line.text, line.name, language=language, ages=line.ages)


def findings_of(line: Line, verdict: Verdict) -> list[Finding]:
    """Return the hits of a verdict, the gravest first, each with what was found and why it was read so."""
    found = []
    for hit in verdict.hits:
        source = line.name if hit.place == "name" else line.text
        original = source[max(0, hit.start) : hit.end]
        disguises = disguises_of(original, hit.reading, hit.entry) if hit.reading and hit.start >= 0 else ()
        found.append(Finding(hit, original, disguises, hit.rule_id in verdict.deciding))
    return found


def pieces_of(text: str, hits: Iterable[RuleHit]) -> list[Piece]:
    """Return a text cut where hits begin and end."""
    spans = [hit for hit in hits if hit.end > 0]
    cuts = sorted({0, len(text), *(min(max(0, place), len(text)) for hit in spans for place in (hit.start, hit.end))})
    return [
        Piece(text[start:end], tuple(hit for hit in spans if hit.start < end and hit.end > start))
        for start, end in itertools.pairwise(cuts)
    ]


@dataclass(slots=True)
class Replay:
    """What rules would have done to a show.

    Attributes:
        total: Lines there were.
        looked_at: Lines that were looked at: fewer when it took too long.
        outcomes: Lines by what would have become of them; those that are let through as they are left out.
        rules: Lines on which each rule fired, by its id and name.
        deciding: Lines each rule settled, by its id and name.
        examples: Some of the lines, the gravest outcomes first.
    """

    total: int
    looked_at: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)
    deciding: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: list[tuple[Line, Verdict]] = field(default_factory=list)

    @property
    def hits(self) -> int:
        """Lines on which any rule fired."""
        return sum(self.outcomes.values())

    def add(self, line: Line, verdict: Verdict) -> None:
        """Count a line on which something fired."""
        self.outcomes[verdict.outcome] += 1
        named = {(hit.rule_id, hit.rule_name) for hit in verdict.hits}
        self.rules.update(named)
        self.deciding.update(one for one in named if one[0] in verdict.deciding)
        self.examples.append((line, verdict))


def replay(
    rules: RuleSet,
    lines: Sequence[Line],
    language: str,
    *,
    only: str = "",
    time_left: Callable[[], bool] = lambda: True,
) -> Replay:
    """Judge the lines of a show one after the other.

    Args:
        rules: The rules.
        lines: What came in and was said.
        language: BCP 47 tag of the stream.
        only: Count lines alone on which the rule of this id fires; "" counts them all.
        time_left: Asked between lines; what is left when it says no is not looked at.
    """
    found = Replay(len(lines))
    for line in lines:
        if not time_left():
            break
        found.looked_at += 1
        verdict = judge(rules, line, language)
        if verdict.hits and (not only or only in verdict.rule_ids):
            found.add(line, verdict)
    gravity = list(Outcome)
    found.examples = sorted(found.examples, key=lambda one: -gravity.index(one[1].outcome))[:EXAMPLES_MOST]
    return found
