"""The guard around providers, on virtual time: retries, limits, failing fast, and what the hook is told."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from tests.fakes.brains import HANG, BrainStep, FakeBrain, Wait
from tests.fakes.clocks import LoopClock, in_virtual_time
from tests.fakes.voices import FakeVoice, Mishap
from vtcontrol.kernel.chat import ChatEvent, ChatRequest, ChatUsage, TextDelta
from vtcontrol.kernel.errors import Fault, ProviderFailed
from vtcontrol.kernel.speech import AudioChunk, SpeechRequest
from workers.providers.breaker import BreakerRules, BreakerState, CircuitBreaker
from workers.providers.guarded import Guard, GuardedModel, GuardedSpeech, Limits, RetryRules

ASK = ChatRequest(messages=())
USAGE = ChatUsage(finish_reason="stop")


class Moody(FakeBrain):
    """Plays another script for each request, the last one for ever."""

    def __init__(self, *scripts: tuple[BrainStep, ...]) -> None:
        super().__init__(*scripts[0])
        self._scripts = list(scripts)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        self.steps = self._scripts[min(len(self.requests), len(self._scripts) - 1)]
        async with aclosing(super().stream(request)) as events:
            async for event in events:
                yield event


class Results(list):
    """A hook that remembers."""

    def __call__(self, provider: str, *, ok: bool, fault: Fault | None, latency_ms: float) -> None:
        self.append((provider, ok, fault, round(latency_ms)))


def guarded(brain: FakeBrain, results: Results | None = None, **more) -> GuardedModel:
    breaker = CircuitBreaker(BreakerRules(failures=3, open_s=10), LoopClock())
    guard = Guard(
        breaker,
        more.pop("limits", Limits(first_s=2, silence_s=1)),
        retry=more.pop("retry", RetryRules(attempts=3, first_wait_s=0.2, longest_wait_s=1, budget_s=3)),
        on_result=results if results is not None else Results(),
        clock=LoopClock(),
        chance=random.Random(1),
    )
    return GuardedModel(brain, guard)


async def text_of(model: GuardedModel) -> str:
    return "".join([event.text async for event in model.stream(ASK) if isinstance(event, TextDelta)])


async def failure_of(model: GuardedModel) -> ProviderFailed:
    with pytest.raises(ProviderFailed) as caught:
        await text_of(model)
    return caught.value


@in_virtual_time
async def test_good_answer_passes_through_and_is_told() -> None:
    results = Results()
    model = guarded(FakeBrain(Wait(0.15), "Hello ", Wait(0.5), "there", USAGE), results)

    assert await text_of(model) == "Hello there"
    assert results == [("fake-brain", True, None, 150)]
    assert model.status.ok
    assert model.status.latency_ms == pytest.approx(150)


@pytest.mark.parametrize("fault", [Fault.SERVER, Fault.UNREACHABLE, Fault.RATE_LIMITED, Fault.TIMEOUT])
def test_transient_failure_before_the_answer_is_tried_again(fault: Fault) -> None:
    @in_virtual_time
    async def scenario() -> None:
        results = Results()
        brain = Moody((fault,), (fault,), ("Hello", USAGE))

        assert await text_of(guarded(brain, results)) == "Hello"
        assert len(brain.requests) == 3
        assert [result[:3] for result in results] == [("fake-brain", True, None)]
        assert 0.3 <= asyncio.get_running_loop().time() <= 0.6

    scenario()


@pytest.mark.parametrize("fault", [Fault.AUTH, Fault.GARBAGE, Fault.REJECTED])
def test_lasting_failure_is_not_tried_again(fault: Fault) -> None:
    @in_virtual_time
    async def scenario() -> None:
        brain = FakeBrain(fault)
        results = Results()

        assert (await failure_of(guarded(brain, results))).fault is fault
        assert len(brain.requests) == 1
        assert results == [("fake-brain", False, fault, 0)]

    scenario()


@in_virtual_time
async def test_attempts_are_bounded() -> None:
    brain = FakeBrain(Fault.SERVER)

    await failure_of(guarded(brain))

    assert len(brain.requests) == 3


@in_virtual_time
async def test_nothing_is_repeated_once_something_was_handed_out() -> None:
    brain = Moody(("Hel", Fault.UNREACHABLE), ("Hello", USAGE))
    model = guarded(brain)
    events = model.stream(ASK)

    first = await anext(events)
    with pytest.raises(ProviderFailed):
        await anext(events)

    assert first == TextDelta("Hel")
    assert len(brain.requests) == 1


@in_virtual_time
async def test_short_wish_to_wait_is_granted() -> None:
    model = guarded(Moody((ProviderFailed("x", Fault.RATE_LIMITED, retry_after_s=0.8),), ("Hello", USAGE)))

    assert await text_of(model) == "Hello"
    assert asyncio.get_running_loop().time() == pytest.approx(0.8)


@in_virtual_time
async def test_long_wish_to_wait_fails_at_once_and_rests_the_provider() -> None:
    brain = FakeBrain(ProviderFailed("x", Fault.RATE_LIMITED, retry_after_s=30))
    model = guarded(brain)

    await failure_of(model)
    second = await failure_of(model)

    assert asyncio.get_running_loop().time() == 0
    assert len(brain.requests) == 1
    assert (second.fault, second.retry_after_s) == (Fault.RATE_LIMITED, 30)


@in_virtual_time
async def test_no_new_attempt_begins_when_the_time_is_used_up() -> None:
    brain = FakeBrain(Wait(1.9), Fault.SERVER)

    await failure_of(guarded(brain))

    assert len(brain.requests) == 2


@in_virtual_time
async def test_provider_that_hangs_before_its_answer_is_given_up_and_closed() -> None:
    brain = FakeBrain(HANG)

    failure = await failure_of(guarded(brain, retry=RetryRules(attempts=1)))

    assert failure.fault is Fault.TIMEOUT
    assert asyncio.get_running_loop().time() == pytest.approx(2)
    assert (brain.active, brain.cancelled) == (0, 1)


@in_virtual_time
async def test_provider_that_hangs_in_the_middle_is_given_up() -> None:
    brain = FakeBrain("Hel", Wait(0.9), "lo", HANG)

    failure = await failure_of(guarded(brain))

    assert failure.fault is Fault.TIMEOUT
    assert asyncio.get_running_loop().time() == pytest.approx(1.9)
    assert brain.active == 0


@in_virtual_time
async def test_slow_reader_is_not_the_providers_fault() -> None:
    model = guarded(FakeBrain("a", "b", "c", USAGE))
    heard = []

    async for event in model.stream(ASK):
        heard.append(event)
        await asyncio.sleep(5)

    assert heard == [TextDelta("a"), TextDelta("b"), TextDelta("c"), USAGE]


@in_virtual_time
async def test_broken_contract_of_an_adapter_is_garbage() -> None:
    failure = await failure_of(guarded(FakeBrain(KeyError("secret"))))

    assert failure.fault is Fault.GARBAGE
    assert "secret" not in str(failure)
    assert failure.__context__ is None


@in_virtual_time
async def test_provider_that_keeps_failing_is_left_alone_and_then_probed() -> None:
    brain = FakeBrain(Fault.AUTH)
    model = guarded(brain)
    for _ in range(3):
        await failure_of(model)

    resting = await failure_of(model)
    asked_while_resting = len(brain.requests)
    await asyncio.sleep(10)
    brain.steps = ("Back", USAGE)

    assert asked_while_resting == 3
    assert resting.fault is Fault.AUTH
    assert model.status.state is BreakerState.PROBING
    assert await text_of(model) == "Back"
    assert model.status.state is BreakerState.CLOSED


@in_virtual_time
async def test_skipped_turn_counts_neither_way() -> None:
    results = Results()
    brain = FakeBrain(HANG)
    model = guarded(brain, results)
    reading = asyncio.create_task(text_of(model))
    await asyncio.sleep(0.5)

    reading.cancel()
    await asyncio.wait([reading])

    assert results == []
    assert model.status.ok
    assert (brain.active, brain.cancelled) == (0, 1)


@in_virtual_time
async def test_answer_skipped_in_the_middle_was_a_good_one() -> None:
    results = Results()
    brain = FakeBrain(Wait(0.3), "Hel", "lo", HANG)

    async with aclosing(guarded(brain, results).stream(ASK)) as events:
        await anext(events)

    assert results == [("fake-brain", True, None, 300)]
    assert brain.cancelled == 1


@pytest.mark.parametrize(("after_s", "failures"), [(0.4, 0), (0.6, 1)])
def test_a_call_given_up_late_has_failed(after_s: float, failures: int) -> None:
    @in_virtual_time
    async def scenario() -> None:
        model = guarded(FakeBrain(HANG), limits=Limits(first_s=2, silence_s=1, late_s=0.5))
        asking = asyncio.create_task(text_of(model))
        await asyncio.sleep(after_s)

        asking.cancel()
        await asyncio.wait([asking])

        assert model.status.failures == failures

    scenario()


@in_virtual_time
async def test_cancelled_probe_lets_the_next_one_through() -> None:
    brain = FakeBrain(Fault.SERVER)
    model = guarded(brain, retry=RetryRules(attempts=1))
    for _ in range(3):
        await failure_of(model)
    await asyncio.sleep(10)
    brain.steps = (HANG,)
    probing = asyncio.create_task(text_of(model))
    await asyncio.sleep(0.5)
    probing.cancel()
    await asyncio.wait([probing])
    brain.steps = ("Back", USAGE)

    assert await text_of(model) == "Back"


@in_virtual_time
async def test_voice_is_guarded_the_same_way() -> None:
    results = Results()
    voice = FakeVoice(mishaps={0: Mishap(Fault.SERVER)})
    guard = Guard(
        CircuitBreaker(clock=LoopClock()), Limits(2, 1), on_result=results, clock=LoopClock(), chance=random.Random(1)
    )
    speech = GuardedSpeech(voice, guard)

    events = [event async for event in speech.stream(SpeechRequest("Hello", "v"))]

    assert all(isinstance(event, AudioChunk) for event in events)
    assert len(voice.requests) == 2
    assert [result[:3] for result in results] == [(voice.name, True, None)]
    assert speech.capabilities == voice.capabilities
