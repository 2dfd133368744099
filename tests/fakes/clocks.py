"""Clocks tests own: one turned by hand, and an event loop whose time jumps to whatever happens next.

The loop never sleeps: when nothing is ready it moves its clock to the next timer. So a test with ten seconds of
timeouts takes a millisecond, and the same thing happens at the same time in every run. Sockets and threads have no
place in it.
"""

import asyncio
import datetime as dt
import functools
import selectors
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec

EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

P = ParamSpec("P")


class FakeClock:
    """A `vtcontrol.kernel.clock.Clock` that moves only by `advance`."""

    def __init__(self, now: dt.datetime = EPOCH) -> None:
        self._now = now
        self._monotonic = 0.0

    def now(self) -> dt.datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        self._now += dt.timedelta(seconds=seconds)
        self._monotonic += seconds


class LoopClock:
    """A `vtcontrol.kernel.clock.Clock` that shows the time of the running loop."""

    def now(self) -> dt.datetime:
        return EPOCH + dt.timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()


class NothingWillHappenError(AssertionError):
    """Everybody waits and no timer is set: in real time this test would hang."""


class _JumpingSelector(selectors.SelectSelector):
    """Instead of waiting, moves the time of its loop on."""

    loop: "VirtualTimeLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            raise NothingWillHappenError
        self.loop.jump(timeout)
        return []


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop on virtual time, from 0.0 s on."""

    def __init__(self) -> None:
        self._virtual = 0.0
        selector = _JumpingSelector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self._virtual

    def jump(self, seconds: float) -> None:
        self._virtual += seconds


def in_virtual_time(test: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """Turn an async test into one that runs on virtual time, and fails if it leaves tasks or unseen errors behind."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        run_in_virtual_time(lambda: test(*args, **kwargs))

    return run


def run_in_virtual_time(scenario: Callable[[], Awaitable[None]]) -> float:
    """Run `scenario` on virtual time, with the checks of `in_virtual_time`; return the virtual seconds it took."""
    unseen: list[dict[str, Any]] = []

    async def main() -> float:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: unseen.append(context))
        await scenario()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, f"tasks left behind: {left}"
        return loop.time()

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        took_s = runner.run(main())
    assert not unseen, f"errors nobody saw: {unseen}"
    return took_s
