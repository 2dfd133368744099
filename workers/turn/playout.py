"""The stage's side of time: until when it has something to play, and how long a listener may be left in silence.

Owns the moment at which what an engine still owes becomes a gap in the sound. Must not know engines or sockets.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

RELEASE_S = 0.03  # before the stage runs dry, what is held back for a rounder chunk leaves
STALLED_S = 0.05  # a timer this late says that our own loop stood still, not the engine


class Playout:
    """Until when the stage has something to play. Pages add a lead of their own, so a gap is never longer than told.

    Attributes:
        dry_at: Loop time at which it runs out, None before it got anything.
    """

    __slots__ = ("dry_at",)

    def __init__(self) -> None:
        self.dry_at: float | None = None

    def gave(self, seconds: float) -> None:
        """The stage got so much more to play."""
        now = asyncio.get_running_loop().time()
        self.dry_at = max(now, self.dry_at or now) + seconds


class Awaited(Protocol):
    """What somebody waits for."""

    @property
    def is_awaited(self) -> bool:
        """Somebody waits for more of it now."""
        ...

    @property
    def has_begun(self) -> bool:
        """The engine that is asked now has delivered audio."""
        ...

    @property
    def heard_at(self) -> float:
        """Loop time at which its engine delivered audio last."""
        ...

    @property
    def is_holding_back(self) -> bool:
        """Some of it is there and waits to become a whole chunk."""
        ...

    def release(self) -> None:
        """Let go of what is held back."""
        ...


class Impatience:
    """Watches one engine's work on a segment for whoever waits for it.

    When the stage is about to run dry, what is held back leaves; when nothing came for `gap_s` after that, the engine
    is given up. One that speaks no faster than it is heard is not given up for that: it must be silent itself.

    Args:
        segment: What is waited for.
        playout: The stage.
        give_up: Ends the engine's work; False says that nobody else could go on, so it may take its time.
        gap_s: Longest silence, of the stage and of the engine.
        lead_s: How much earlier to give up, because the next engine takes so long to begin.
        least_s: How long the engine may take to begin in any case, from now on.
    """

    def __init__(
        self,
        segment: Awaited,
        playout: Playout,
        give_up: Callable[[], bool],
        *,
        gap_s: float,
        lead_s: float,
        least_s: float,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._segment = segment
        self._playout = playout
        self._gap_s = gap_s
        self._lead_s = lead_s
        self._least = self._loop.time() + least_s
        self._give_up = give_up
        self._timer: asyncio.TimerHandle | None = None

    def look(self) -> None:
        """Somebody began to wait, or what came was not enough for them."""
        self.stop()
        dry_at = self._playout.dry_at
        if dry_at is None or not self._segment.is_awaited:
            return
        is_holding = self._segment.is_holding_back
        least = self._segment.heard_at + self._gap_s if self._segment.has_begun else self._least
        hole = dry_at + self._gap_s - self._lead_s
        due = min(hole, dry_at - RELEASE_S) if is_holding else max(hole, least)
        self._timer = self._loop.call_at(max(due, self._loop.time()), self._act, due)

    def stop(self) -> None:
        """Stop watching."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _act(self, due: float) -> None:
        self._timer = None
        if not self._segment.is_awaited:
            return
        if self._segment.is_holding_back:
            self._segment.release()
        elif self._loop.time() - due > STALLED_S:
            self._timer = self._loop.call_later(STALLED_S, self._act, self._loop.time() + STALLED_S)
        else:
            self._give_up()
