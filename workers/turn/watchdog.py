"""The watchdog: a deadline that moves on with every sign of progress.

Owns waiting for providers that stream many small events. Must not know what is being streamed.
"""

import asyncio
import math
from types import TracebackType


class Watchdog:
    """Cancels what runs inside it when it makes no progress; `TimeoutError` comes out.

    Like `asyncio.timeout`, but made for loops over many small events: `allow` only writes down a number, one timer
    looks at it when it fires and goes on sleeping while there was progress. A context manager, for one task.

    Args:
        total_s: Longest time from entering on, in seconds, whatever the progress.
    """

    __slots__ = ("_cancelling", "_due", "_has_bitten", "_loop", "_task", "_timer", "_total_s", "_until")

    def __init__(self, total_s: float = math.inf) -> None:
        self._total_s = total_s
        self._has_bitten = False
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> "Watchdog":
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a watchdog needs a task to watch")
        self._task: asyncio.Task[object] = task
        self._loop = asyncio.get_running_loop()
        self._cancelling = task.cancelling()
        self._until = self._loop.time() + self._total_s
        self._due = math.inf
        self._set(self._until)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._has_bitten and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def allow(self, seconds: float) -> None:
        """Start waiting anew: the next progress may take this long."""
        self._set(min(self._loop.time() + seconds, self._until))

    def rest(self) -> None:
        """Stop waiting until the next `allow`: it is our own side that takes its time."""
        self._due = self._until

    def bite(self) -> None:
        """Cancel now."""
        self._has_bitten = True
        self._task.cancel()

    def _set(self, due: float) -> None:
        self._due = due
        if due < (self._timer.when() if self._timer else math.inf):
            if self._timer:
                self._timer.cancel()
            self._timer = self._loop.call_at(due, self._fire)

    def _fire(self) -> None:
        self._timer = None
        if self._due > self._loop.time():
            if self._due < math.inf:
                self._timer = self._loop.call_at(self._due, self._fire)
        else:
            self.bite()
