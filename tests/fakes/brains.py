"""A language model that follows a script: every way to answer and to fail, without a vendor."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from enum import Enum

from vtcontrol.kernel.chat import ChatEvent, ChatRequest, ChatUsage, TextDelta
from vtcontrol.kernel.errors import Fault, ProviderFailed
from vtcontrol.kernel.ports import Capabilities


@dataclass(frozen=True, slots=True)
class Wait:
    """Let this many seconds pass."""

    seconds: float


class Never(Enum):
    """`HANG`: nothing more comes, until somebody cancels."""

    HANG = "hang"


HANG = Never.HANG

BrainStep = str | ChatUsage | Wait | Fault | BaseException | asyncio.Event | Never


class FakeBrain:
    """Plays `steps` for every request: text, usage, waits, a `Fault` (raised as `ProviderFailed`), any error, `HANG`.

    Attributes:
        requests: What it was asked, in order.
        active: Streams open now.
        finished: Streams read to their end.
        cancelled: Streams closed or cancelled before their end.
    """

    def __init__(self, *steps: BrainStep, name: str = "fake-brain") -> None:
        self.name = name
        self.capabilities = Capabilities()
        self.steps = steps
        self.requests: list[ChatRequest] = []
        self.active = 0
        self.finished = 0
        self.cancelled = 0

    @classmethod
    def saying(
        cls, text: str, *, cut: int = 4, first_s: float = 0.15, every_s: float = 0.02, name: str = "fake-brain"
    ) -> "FakeBrain":
        """Return a brain that says `text` in pieces of `cut` characters, then tells its usage."""
        pieces = [text[at : at + cut] for at in range(0, len(text), cut)]
        steps: list[BrainStep] = [Wait(first_s)]
        for piece in pieces:
            steps += [piece, Wait(every_s)]
        steps.append(ChatUsage(prompt_tokens=100, completion_tokens=len(pieces), model="fake", finish_reason="stop"))
        return cls(*steps, name=name)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """See `vtcontrol.kernel.ports.LanguageModel`."""
        self.requests.append(request)
        self.active += 1
        try:
            for step in self.steps:
                event = await _play(self.name, step)
                if isinstance(event, str):
                    yield TextDelta(event)
                elif isinstance(event, ChatUsage):
                    yield event
            self.finished += 1
        except (asyncio.CancelledError, GeneratorExit):
            self.cancelled += 1
            raise
        finally:
            self.active -= 1

    async def warm(self) -> None:
        """See `vtcontrol.kernel.ports.LanguageModel`."""

    async def aclose(self) -> None:
        """See `vtcontrol.kernel.ports.LanguageModel`."""


async def _play(name: str, step: BrainStep) -> str | ChatUsage | None:
    """Do what a step says; return what it yields, if anything."""
    if isinstance(step, Wait):
        await asyncio.sleep(step.seconds)
    elif isinstance(step, asyncio.Event):
        await step.wait()
    elif isinstance(step, Never):
        await asyncio.get_running_loop().create_future()
    elif isinstance(step, Fault):
        raise ProviderFailed(name, step)
    elif isinstance(step, BaseException):
        raise step
    else:
        return step
    return None


def chopped(text: str, cuts: Sequence[int]) -> list[str]:
    """Return `text` cut into pieces whose lengths follow `cuts` round and round."""
    pieces, at, turn = [], 0, 0
    while at < len(text):
        size = cuts[turn % len(cuts)] if cuts else len(text)
        pieces.append(text[at : at + size])
        at += size
        turn += 1
    return pieces
