"""A moderation model that follows a script: what it finds, how long it takes, and every way to fail."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.fakes.brains import HANG, Never
from vtcontrol.kernel.errors import Fault, ProviderFailed
from vtcontrol.kernel.moderation import Assessment


def _no_delay(_: str) -> float:
    return 0.0


@dataclass
class FakeModerator:
    """Finds words in texts.

    Attributes:
        name: Name of the model.
        words: What it finds: a word and its category, with a score of 0.9.
        first_s: How long an opinion takes; `delay` adds to it.
        delay: More seconds for a text.
        always: What goes wrong with every text: a `Fault` (raised as `ProviderFailed`), any error or `HANG`.
        asked: The texts, in order.
        cancelled: How many nobody waited for.
    """

    name: str = "fake-moderator"
    words: Mapping[str, str] = field(default_factory=dict)
    first_s: float = 0.05
    delay: Callable[[str], float] = _no_delay
    always: Fault | BaseException | Never | None = None
    asked: list[str] = field(default_factory=list)
    cancelled: int = 0

    async def assess(self, text: str) -> Assessment:
        """See `vtcontrol.kernel.ports.Moderator`."""
        self.asked.append(text)
        try:
            if self.always is HANG:
                await asyncio.Event().wait()
            await asyncio.sleep(self.first_s + self.delay(text))
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if isinstance(self.always, Fault):
            raise ProviderFailed(self.name, self.always)
        if isinstance(self.always, BaseException):
            raise self.always
        found = frozenset(category for word, category in self.words.items() if word in text.lower())
        return Assessment(found, dict.fromkeys(found, 0.9))

    async def warm(self) -> None:
        """Nothing to open."""

    async def aclose(self) -> None:
        """Nothing to close."""
