"""Time as an argument: whatever needs "now" is given a `Clock`, so tests can own the time."""

import datetime as dt
import time
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> dt.datetime:
        """Return the wall clock: an aware datetime in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds on a clock that never steps back."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> dt.datetime:
        """Return the wall clock: an aware datetime in UTC."""
        return dt.datetime.now(dt.UTC)

    def monotonic(self) -> float:
        """Return seconds on a clock that never steps back."""
        return time.monotonic()
