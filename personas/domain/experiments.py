"""Who hears which arm of an experiment, and whether two shares differ by more than chance. Pure."""

import hashlib
import math
from dataclasses import dataclass

ALIKE_FROM = 0.05
"""A difference this likely (or likelier) between two equal arms is called chance."""
LEAST_EXPECTED = 5.0
"""With fewer expected hits or misses in an arm the test says nothing."""


def hears_other(experiment: str, who: str, share: int) -> bool:
    """Tell whether somebody hears B: the same answer for the same person, whatever the share of others.

    Args:
        experiment: Its id: in another experiment the same person may be on the other side.
        who: What tells people apart; "" (nobody in particular) always hears A.
        share: Percent of the people who hear B. Raising it moves nobody from B to A.
    """
    if not who:
        return False
    drawn = int.from_bytes(hashlib.sha256(f"{experiment}|{who}".encode()).digest()[:8], "big")
    return drawn / 2**64 * 100 < share


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two shares side by side.

    Attributes:
        difference: B's share less A's, -1 to 1; None where an arm is empty.
        chance: How likely equal arms would differ as much, 0 to 1; None where the numbers are too small to say.
    """

    difference: float | None
    chance: float | None

    @property
    def is_telling(self) -> bool:
        """The arms differ by more than chance would explain."""
        return self.chance is not None and self.chance < ALIKE_FROM


def compare(hits_a: int, count_a: int, hits_b: int, count_b: int) -> Comparison:
    """Compare two shares with the pooled two-proportion z-test, two-sided."""
    if not count_a or not count_b:
        return Comparison(None, None)
    difference = hits_b / count_b - hits_a / count_a
    pooled = (hits_a + hits_b) / (count_a + count_b)
    if min(count_a, count_b) * min(pooled, 1 - pooled) < LEAST_EXPECTED:
        return Comparison(difference, None)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / count_a + 1 / count_b))
    return Comparison(difference, math.erfc(abs(difference) / spread / math.sqrt(2)))
