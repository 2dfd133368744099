"""When prompts may quote somebody."""

import datetime as dt
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from streams.domain.quotes import quoting_windows

FURTHER = 3
NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
UNTIL = NOON + dt.timedelta(minutes=40)


def minute(number: int) -> dt.datetime:
    return NOON + dt.timedelta(minutes=number)


def window_of_each(theirs: list[dt.datetime], everything: list[dt.datetime]) -> list[tuple[dt.datetime, dt.datetime]]:
    """One window for each thing they said, each looked for by itself."""
    found = []
    for at in theirs:
        later = [one for one in everything if one > at]
        found.append((at, later[FURTHER] if len(later) > FURTHER else UNTIL))
    return found


@given(st.lists(st.tuples(st.integers(0, 39), st.booleans()), max_size=40))
def test_windows_hold_the_moments_that_each_line_by_itself_holds(said: list[tuple[int, bool]]) -> None:
    everything = sorted(minute(number) for number, _ in said)
    theirs = sorted(minute(number) for number, is_theirs in said if is_theirs)

    windows = quoting_windows(theirs, everything, further=FURTHER, until=UNTIL)

    each = window_of_each(theirs, everything)
    for half in range(-1, 82):
        moment = NOON + dt.timedelta(seconds=30 * half)
        assert any(first <= moment <= last for first, last in windows) is any(
            first <= moment <= last for first, last in each
        )
    assert all(before[1] < after[0] for before, after in pairwise(windows))


def test_a_long_talk_is_one_window() -> None:
    everything = [minute(number) for number in range(30)]

    assert quoting_windows(everything[:20], everything, further=FURTHER, until=UNTIL) == [(minute(0), minute(23))]


def test_who_said_nothing_is_quoted_nowhere() -> None:
    assert quoting_windows([], [minute(1)], further=FURTHER, until=UNTIL) == []
