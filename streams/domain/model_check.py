"""When a moderation model's opinion counts, and what is done then. Pure.

Owns the thresholds and how people write them down. What the model said is `vtcontrol.kernel.moderation`; who asks it,
and for how long, is `workers.runner.checking`.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from streams.domain.rules import Action, RuleScope
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.kernel.moderation import Assessment

NEVER = math.inf
"""The threshold of a category that never counts."""
NEVER_WORDS = frozenset({"off", "never", "-"})
LINES_MOST = 100
CHECK_ACTIONS = (Action.WARN, Action.REPLACE, Action.HOLD, Action.DROP, Action.STOP)


class Missing(StrEnum):
    """What a verdict that is late, or does not come, counts as."""

    PASS = "pass"  # noqa: S105 - no password
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class CheckPolicy:
    """What counts, and what is done about it.

    Attributes:
        scope: What is shown to the model: what comes in, what is said, or both.
        action: What is done about a finding: one of `CHECK_ACTIONS`.
        replacement: What is said instead of a clause that is replaced.
        missing: What no verdict counts as.
        threshold: From which score on a category counts, 0 to 1; None: where the model itself flags it.
        thresholds: The same for single categories; `NEVER` for those that never count.
    """

    scope: RuleScope = RuleScope.BOTH
    action: Action = Action.DROP
    replacement: str = ""
    missing: Missing = Missing.PASS
    threshold: float | None = None
    thresholds: tuple[tuple[str, float], ...] = ()

    def finding(self, assessment: Assessment) -> str:
        """Return the category that counts, of several the one the model is surest of; "" when none does."""
        limits = dict(self.thresholds)
        found = [
            (assessment.scores.get(name, 1.0), name)
            for name in {*assessment.flagged, *assessment.scores}
            if self._counts(name, assessment, limits.get(name.lower(), self.threshold))
        ]
        return max(found)[1] if found else ""

    @staticmethod
    def _counts(name: str, assessment: Assessment, limit: float | None) -> bool:
        score = assessment.scores.get(name)
        if limit is None or (score is None and limit != NEVER):
            return name in assessment.flagged
        return score is not None and score >= limit


def read_thresholds(text: str) -> tuple[tuple[str, float], ...]:
    """Read thresholds as people write them: a category and a score from 0 to 1, or "off", a line.

    Raises:
        InputInvalid: A line is none of that; the message is the line.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > LINES_MOST:
        raise InputInvalid(lines[LINES_MOST])
    return tuple(sorted(dict(map(_threshold, lines)).items()))


def _threshold(line: str) -> tuple[str, float]:
    name, _, limit = line.replace("=", " ").replace(": ", " ").rpartition(" ")
    name, limit = name.strip().lower(), limit.strip().lower()
    if not name:
        raise InputInvalid(line)
    if limit in NEVER_WORDS:
        return name, NEVER
    try:
        score = float(limit.replace(",", "."))
    except ValueError:
        raise InputInvalid(line) from None
    if not 0.0 <= score <= 1.0:
        raise InputInvalid(line)
    return name, score
