"""The mood of the day: what side of bed a character got up on.

Owns the moods and how one is drawn. Pure: the same character has the same mood on the same day, wherever it is asked,
and nothing a viewer does moves it. Days that follow each other seldom feel the same.
"""

import datetime as dt
import hashlib
import uuid
from enum import StrEnum


class Mood(StrEnum):
    """How a character feels today, before anybody has said a word."""

    SUNNY = "sunny"
    CALM = "calm"
    PLAYFUL = "playful"
    CURIOUS = "curious"
    DREAMY = "dreamy"
    SLEEPY = "sleepy"
    RESTLESS = "restless"


WEIGHTS = {
    Mood.SUNNY: 5,
    Mood.CALM: 4,
    Mood.PLAYFUL: 4,
    Mood.CURIOUS: 3,
    Mood.DREAMY: 2,
    Mood.SLEEPY: 2,
    Mood.RESTLESS: 1,
}
"""Good days are more frequent than odd ones."""


def mood_of(persona_id: uuid.UUID, day: dt.date) -> Mood:
    """Return the mood of a character on a day."""
    drawn = _draw(persona_id, day)
    if drawn is _draw(persona_id, day - dt.timedelta(days=1)):
        moods = list(WEIGHTS)
        return moods[(moods.index(drawn) + 1) % len(moods)]
    return drawn


def _draw(persona_id: uuid.UUID, day: dt.date) -> Mood:
    seed = hashlib.sha256(persona_id.bytes + day.isoformat().encode()).digest()
    lot = int.from_bytes(seed[:8], "big") % sum(WEIGHTS.values())
    for mood, weight in WEIGHTS.items():
        lot -= weight
        if lot < 0:
            return mood
    raise AssertionError("The lot is below the sum of the weights.")
