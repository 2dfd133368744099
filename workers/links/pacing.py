"""How often and how soon: waits of a connection, back-off between attempts, and Twitch's limit of joins."""

import asyncio
import random
from collections import deque
from dataclasses import dataclass

JOINS_MOST, JOINS_S = 18, 10.0
"""Twitch lets an address join 20 channels in 10 seconds; two are left for an earlier process of ours."""
BACKOFF_FIRST_S, BACKOFF_MOST_S = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """The waits of a connection, in seconds.

    Attributes:
        open_s: For the socket to open, and for Twitch to welcome us.
        quiet_s: Of silence until we ask whether anybody is there.
        answer_s: For the answer to that.
        join_s: For a channel to show that we are in it.
        join_again_s: Until such a channel is asked again; grows up to `join_again_most_s`.
        join_again_most_s: See there.
        handover_s: How long a connection that Twitch is about to end is read beside its successor.
        backoff_s: First wait after a failure; doubles with each one that follows.
    """

    open_s: float = 10.0
    quiet_s: float = 60.0
    answer_s: float = 10.0
    join_s: float = 12.0
    join_again_s: float = 60.0
    join_again_most_s: float = 900.0
    handover_s: float = 30.0
    backoff_s: float = BACKOFF_FIRST_S


class Backoff:
    """Waits that double from failure to failure, each shortened by chance so that not all come back at once."""

    def __init__(self, first_s: float = BACKOFF_FIRST_S, most_s: float = BACKOFF_MOST_S) -> None:
        self._first_s = first_s
        self._most_s = most_s
        self._failures = 0

    def succeeded(self) -> None:
        """Begin with the shortest wait again."""
        self._failures = 0

    def next_s(self) -> float:
        """Return the wait after one more failure: between half and all of the doubled one."""
        whole: float = min(self._most_s, self._first_s * 2.0**self._failures)
        self._failures = min(self._failures + 1, 30)
        return whole * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing


class JoinBudget:
    """At most so many joins in so many seconds, over all connections of the process."""

    def __init__(self, most: int = JOINS_MOST, seconds: float = JOINS_S) -> None:
        self._most = most
        self._seconds = seconds
        self._spent: deque[float] = deque()
        self._turn = asyncio.Lock()

    async def take(self) -> None:
        """Wait until one more join is allowed, and count it."""
        async with self._turn:
            loop = asyncio.get_running_loop()
            while len(self._spent) >= self._most:
                wait_s = self._spent[0] + self._seconds - loop.time()
                if wait_s <= 0:
                    self._spent.popleft()
                else:
                    await asyncio.sleep(wait_s)
            self._spent.append(loop.time())
