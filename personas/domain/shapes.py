"""Shapes of a persona's structured fields: what may stand in them."""

from typing import Any

MOTIONS = ("wave", "nod", "shake", "bounce")
PHRASES_MOST = 60
PHRASE_LONGEST = 300


def lines_of(text: str) -> tuple[str, ...]:
    """Return the lines of a field that holds one item a line, without empty ones."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def motion_problem(motions: Any) -> str:
    """Return why `motions` is no list of known motions, or ""."""
    if not isinstance(motions, list) or any(motion not in MOTIONS for motion in motions):
        return "A list of: wave, nod, shake, bounce."
    return ""


def phrase_problem(phrases: Any) -> str:
    """Return why `phrases` is no mapping of topic to lines, or ""."""
    if not isinstance(phrases, dict):
        return 'Topics with lists of lines, for example {"greeting": ["Hi!"]}.'
    for lines in phrases.values():
        if not isinstance(lines, list) or len(lines) > PHRASES_MOST:
            return "Each topic has a list of at most 60 lines."
        if any(not isinstance(line, str) or not line.strip() or len(line) > PHRASE_LONGEST for line in lines):
            return "Each line is a text of 1 to 300 characters."
    return ""
