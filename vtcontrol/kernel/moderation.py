"""What a moderation model says of a text. Pure values; what is made of them is `streams.domain.model_check`."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Assessment:
    """A moderation model's opinion of one text.

    Attributes:
        flagged: The categories the model itself counts as found.
        scores: How sure it is of each category, 0 to 1; {} for models that tell no scores.
    """

    flagged: frozenset[str] = frozenset()
    scores: Mapping[str, float] = field(default_factory=dict)
