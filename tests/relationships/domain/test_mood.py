"""The mood of the day."""

import datetime as dt
import uuid
from collections import Counter

from relationships.domain.mood import Mood, mood_of

DAY = dt.date(2026, 5, 1)
MIRA, KAI = uuid.UUID(int=1), uuid.UUID(int=2)


def test_a_mood_lasts_the_day_and_is_a_characters_own() -> None:
    days = [DAY + dt.timedelta(days=number) for number in range(60)]

    assert [mood_of(MIRA, day) for day in days] == [mood_of(MIRA, day) for day in days]
    assert [mood_of(MIRA, day) for day in days] != [mood_of(KAI, day) for day in days]


def test_good_days_are_frequent_and_every_mood_comes() -> None:
    moods = Counter(mood_of(MIRA, DAY + dt.timedelta(days=number)) for number in range(730))

    assert moods.keys() == set(Mood)
    assert moods[Mood.SUNNY] > moods[Mood.RESTLESS]
