"""What wraps every provider once, whoever the vendor is: time limits, bounded retry, circuit breaker, figures, status.

Owns the decorators over the ports, `GuardedModel`, `GuardedSpeech` and `GuardedModerator`. A guarded provider fails in
one way only, `ProviderFailed`, and fails at once while its breaker is open, so that whoever holds a chain of providers
falls back without delay. Choosing the next in the chain is the turn's business.

A call is repeated only for a transient fault, only while nothing of the answer was handed out, and only if it can begin
again within `RetryRules.budget_s`. A server's wish to be left alone (`retry_after_s`) is granted up to
`RetryRules.longest_wait_s`; past that, the call fails and the breaker rests for as long as asked, within its bounds.
"""

import asyncio
import logging
import math
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from vtcontrol.kernel.chat import ChatEvent, ChatRequest
from vtcontrol.kernel.clock import Clock, SystemClock
from vtcontrol.kernel.errors import Fault, ProviderFailed
from vtcontrol.kernel.moderation import Assessment
from vtcontrol.kernel.ports import LanguageModel, Moderator, SpeechEngine
from vtcontrol.kernel.speech import SpeechEvent, SpeechRequest
from workers.providers.breaker import CircuitBreaker, ProviderStatus

logger = logging.getLogger(__name__)

EventT = TypeVar("EventT")
InnerT = TypeVar("InnerT", LanguageModel, SpeechEngine, Moderator)
Sleep = Callable[[float], Awaitable[None]]


class ResultHook(Protocol):
    """Is told how each call went; must be quick and must not raise."""

    def __call__(self, provider: str, *, ok: bool, fault: Fault | None, latency_ms: float) -> None:
        """Take one result.

        Args:
            provider: Name of the provider.
            ok: The call ended well, or was cancelled after it had begun to answer.
            fault: What went wrong, or None.
            latency_ms: From the call to the first piece of the answer; to the failure when there was none.
        """
        ...


def ignore_result(provider: str, *, ok: bool, fault: Fault | None, latency_ms: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class RetryRules:
    """How a failed call is repeated; times in seconds.

    Attributes:
        attempts: Most calls for one request, the first included.
        first_wait_s: Pause before the second call; doubles with each one, less up to a half by chance.
        longest_wait_s: Longest pause, also when the server asks for a longer one.
        budget_s: No new call begins later than this after the first.
    """

    attempts: int = 2
    first_wait_s: float = 0.15
    longest_wait_s: float = 1.5
    budget_s: float = 3.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a provider may take, in seconds. Wider than the adapter's own patience, narrower than the turn's.

    Attributes:
        first_s: Until the first piece of an answer.
        silence_s: Between two pieces.
        late_s: A call given up after this long, before its first piece, has failed; given up sooner it says nothing.
    """

    first_s: float
    silence_s: float
    late_s: float = math.inf


CHAT_LIMITS = Limits(first_s=7.5, silence_s=4.8)
SPEECH_LIMITS = Limits(first_s=3.8, silence_s=2.8)


@dataclass(frozen=True, slots=True)
class Guard:
    """How a provider is guarded; one object for the things both decorators need.

    Attributes:
        breaker: Its memory.
        limits: How long it may take.
        retry: How a call is repeated.
        on_result: Who is told.
        clock: Time.
        sleep: How to wait between calls.
        chance: Spreads the waits.
    """

    breaker: CircuitBreaker
    limits: Limits
    retry: RetryRules = RetryRules()
    on_result: ResultHook = ignore_result
    clock: Clock = field(default_factory=SystemClock)
    sleep: Sleep = asyncio.sleep
    chance: random.Random = field(default_factory=random.Random)

    async def run(self, name: str, call: Callable[[], AsyncGenerator[EventT, None]]) -> AsyncGenerator[EventT, None]:
        """Yield what `call()` yields, under guard.

        Raises:
            ProviderFailed: It failed for good, or the breaker is open.
        """
        if not self.breaker.enter():
            fault = self.breaker.fault or Fault.UNREACHABLE
            wait_s = self.breaker.retry_in_s
            raise ProviderFailed(name, fault, retry_after_s=wait_s, detail="resting after repeated failures")
        attempt = _Attempt(self, name)
        try:
            async with aclosing(attempt.events(call)) as events:
                async for event in events:
                    yield event
            attempt.succeeded()
        except ProviderFailed as failure:
            attempt.failed(failure)
            raise
        finally:
            attempt.left()


class _Attempt:
    """One guarded call with its repetitions."""

    def __init__(self, guard: Guard, name: str) -> None:
        self._guard = guard
        self._name = name
        self._began = guard.clock.monotonic()
        self._latency_ms: float | None = None
        self._is_settled = False

    async def events(self, call: Callable[[], AsyncGenerator[EventT, None]]) -> AsyncGenerator[EventT, None]:
        retry = self._guard.retry
        for number in range(1, retry.attempts + 1):
            try:
                async with aclosing(self._pieces(call())) as pieces:
                    async for piece in pieces:
                        yield piece
            except ProviderFailed as failure:
                wait_s = self._wait_s(number, failure)
                if wait_s is None:
                    raise
            else:
                return
            await self._guard.sleep(wait_s)

    async def _pieces(self, source: AsyncGenerator[EventT, None]) -> AsyncGenerator[EventT, None]:
        """Pass the pieces on, each in its time."""
        limits = self._guard.limits
        failure: ProviderFailed | None = None
        try:
            while True:
                async with asyncio.timeout(limits.first_s if self._latency_ms is None else limits.silence_s):
                    piece = await anext(source)
                if self._latency_ms is None:
                    self._latency_ms = self._elapsed_ms()
                yield piece
        except StopAsyncIteration:
            return
        except ProviderFailed:
            raise
        except TimeoutError:
            failure = ProviderFailed(self._name, Fault.TIMEOUT)
        except Exception as error:
            logger.warning("provider broke its contract", extra={"provider": self._name, "error": type(error).__name__})
            failure = ProviderFailed(self._name, Fault.GARBAGE, detail=type(error).__name__)
        finally:
            await source.aclose()
        raise failure

    def _wait_s(self, number: int, failure: ProviderFailed) -> float | None:
        """Return how long to wait before the next call, None when there shall be none."""
        guard, retry = self._guard, self._guard.retry
        if not failure.fault.is_transient or self._latency_ms is not None or number >= retry.attempts:
            return None
        asked_s = failure.retry_after_s
        wait_s = retry.first_wait_s * 2 ** (number - 1) * guard.chance.uniform(0.5, 1.0) if asked_s is None else asked_s
        if wait_s > retry.longest_wait_s or self._elapsed_ms() / 1000 + wait_s > retry.budget_s:
            return None
        return wait_s

    def _elapsed_ms(self) -> float:
        return (self._guard.clock.monotonic() - self._began) * 1000

    def succeeded(self) -> None:
        latency_ms = self._elapsed_ms() if self._latency_ms is None else self._latency_ms
        self._is_settled = True
        self._guard.breaker.succeeded(latency_ms)
        self._guard.on_result(self._name, ok=True, fault=None, latency_ms=latency_ms)

    def failed(self, failure: ProviderFailed) -> None:
        latency_ms = self._elapsed_ms() if self._latency_ms is None else self._latency_ms
        self._is_settled = True
        self._guard.breaker.failed(failure.fault, failure.retry_after_s)
        self._guard.on_result(self._name, ok=False, fault=failure.fault, latency_ms=latency_ms)

    def left(self) -> None:
        """The call is over; if nobody said how it went, it was cancelled."""
        if self._is_settled:
            return
        if self._latency_ms is not None:
            self.succeeded()
        elif self._elapsed_ms() / 1000 >= self._guard.limits.late_s:
            self.failed(ProviderFailed(self._name, Fault.TIMEOUT))
        else:
            self._guard.breaker.left()


class _Guarded(Generic[InnerT]):
    """An adapter under guard.

    Args:
        inner: The adapter.
        guard: How it is guarded.
    """

    def __init__(self, inner: InnerT, guard: Guard) -> None:
        self.name = inner.name
        self._inner: InnerT = inner
        self._guard = guard

    @property
    def status(self) -> ProviderStatus:
        """How it is doing."""
        return self._guard.breaker.status(self.name)

    async def warm(self) -> None:
        """Warm the adapter."""
        await self._inner.warm()

    async def aclose(self) -> None:
        """Close the adapter."""
        await self._inner.aclose()


class GuardedModel(_Guarded[LanguageModel]):
    """A `LanguageModel` under guard."""

    def __init__(self, inner: LanguageModel, guard: Guard) -> None:
        super().__init__(inner, guard)
        self.capabilities = inner.capabilities

    def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield the answer piece by piece.

        Raises:
            ProviderFailed: It failed for good, or the breaker is open.
        """
        return self._guard.run(self.name, lambda: self._inner.stream(request))


class GuardedSpeech(_Guarded[SpeechEngine]):
    """A `SpeechEngine` under guard."""

    def __init__(self, inner: SpeechEngine, guard: Guard) -> None:
        super().__init__(inner, guard)
        self.capabilities = inner.capabilities

    def stream(self, request: SpeechRequest) -> AsyncGenerator[SpeechEvent, None]:
        """Yield audio and mouth shapes.

        Raises:
            ProviderFailed: It failed for good, or the breaker is open.
        """
        return self._guard.run(self.name, lambda: self._inner.stream(request))


class GuardedModerator(_Guarded[Moderator]):
    """A `Moderator` under guard."""

    async def assess(self, text: str) -> Assessment:
        """Return what it finds in a text.

        Raises:
            ProviderFailed: It failed for good, or the breaker is open.
        """
        async with aclosing(self._guard.run(self.name, lambda: _single(self._inner.assess(text)))) as answers:
            return await anext(answers)


async def _single(answer: Awaitable[EventT]) -> AsyncGenerator[EventT, None]:
    """Yield one answer, as a stream of one piece."""
    yield await answer
