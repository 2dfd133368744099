"""The shape of a message, whatever it says: its length, its capitals, its repeats.

Owns the usual limits, and how a message is brought into shape. It must not know words.
"""

import functools
import re

from streams.domain.rules import Rule, RuleKind

USUAL_LIMITS = {RuleKind.LENGTH: 500.0, RuleKind.CAPS: 0.8, RuleKind.REPEATS: 5.0}
FEWEST_LETTERS = 10
"""In fewer letters capitals mean nothing: "OK", "LOL"."""


def is_misshapen(rule: Rule, text: str) -> bool:
    """Return whether a text breaks a rule for length, capitals or repeats."""
    limit = rule.limit or USUAL_LIMITS[rule.kind]
    if rule.kind is RuleKind.LENGTH:
        return len(text) > limit
    if rule.kind is RuleKind.CAPS:
        letters = [char for char in text if char.isalpha()]
        return len(letters) >= FEWEST_LETTERS and sum(map(str.isupper, letters)) > limit * len(letters)
    return _drawn_out(int(limit)).search(text) is not None or _said_again(int(limit)).search(text) is not None


def reshaped(rule: Rule, text: str) -> str:
    """Return a text as the rule would have it."""
    limit = rule.limit or USUAL_LIMITS[rule.kind]
    if rule.kind is RuleKind.LENGTH:
        return text if len(text) <= limit else text[: int(limit) - 1].rstrip() + "…"
    if rule.kind is RuleKind.CAPS:
        return text.lower()
    shorter = _drawn_out(int(limit)).sub(lambda run: run[1] * min(3, int(limit)), text)
    return _said_again(int(limit)).sub(lambda run: run[1], shorter)


@functools.lru_cache(maxsize=64)
def _drawn_out(limit: int) -> re.Pattern[str]:
    """Find a character, but no digit, more than `limit` times in a row."""
    return re.compile(rf"([^\d\s])\1{{{limit},}}", re.IGNORECASE)


@functools.lru_cache(maxsize=64)
def _said_again(limit: int) -> re.Pattern[str]:
    """Find a word more than `limit` times in a row."""
    return re.compile(rf"\b(\w+)(?:\W+\1\b){{{limit},}}", re.IGNORECASE)
