"""What every `LanguageModel` promises: one suite for the fake, the real adapter, the guard and the scripted brain."""

import asyncio
import random
from contextlib import aclosing

import pytest

from tests.fakes.brains import FakeBrain
from tests.fakes.openai_server import OpenAIStub
from tests.providers.conftest import CALM, Answer, chat_request
from vtcontrol.kernel.chat import TextDelta
from vtcontrol.kernel.ports import LanguageModel
from workers.providers.breaker import CircuitBreaker
from workers.providers.guarded import CHAT_LIMITS, Guard, GuardedModel
from workers.providers.openai_chat import OpenAIChat
from workers.providers.openai_client import OpenAIClients, OpenAIEndpoint
from workers.providers.scripted import ScriptedBrain


@pytest.fixture(params=["fake", "openai", "guarded", "scripted"])
def model(
    request: pytest.FixtureRequest, clients: OpenAIClients, endpoint: OpenAIEndpoint, stub: OpenAIStub
) -> LanguageModel:
    real = OpenAIChat(clients, endpoint, "some-model", patience=CALM)
    return {
        "fake": FakeBrain.saying("[joy] Hello there, friend! How are you?", first_s=0, every_s=0),
        "openai": real,
        "guarded": GuardedModel(real, Guard(CircuitBreaker(), CHAT_LIMITS)),
        "scripted": ScriptedBrain(random.Random(7)),
    }[request.param]


async def test_answer_is_text_and_then_one_usage(model: LanguageModel) -> None:
    answer = await Answer().read(model.stream(chat_request("hi!")))

    assert answer.text.strip()
    assert all(answer.pieces)
    assert len(answer.usages) == 1
    assert answer.usages[0].finish_reason == "stop"


async def test_every_call_is_an_answer_of_its_own(model: LanguageModel) -> None:
    first = await Answer().read(model.stream(chat_request("hi!")))
    second, third = await asyncio.gather(
        Answer().read(model.stream(chat_request("hi!"))), Answer().read(model.stream(chat_request("hi!")))
    )

    assert first.text
    assert second.text
    assert third.text


async def test_answer_may_be_closed_in_the_middle(model: LanguageModel) -> None:
    async with aclosing(model.stream(chat_request("hi!"))) as events:
        first = await anext(events)

    assert isinstance(first, TextDelta)
    with pytest.raises(StopAsyncIteration):
        await anext(events)


async def test_nothing_happens_before_the_first_piece_is_asked_for(model: LanguageModel, stub: OpenAIStub) -> None:
    events = model.stream(chat_request("hi!"))
    await events.aclose()

    assert stub.stats("chat").requests == 0


async def test_model_can_be_warmed_and_closed_and_says_what_it_is(model: LanguageModel) -> None:
    await model.warm()

    assert model.name
    assert model.capabilities.streams
    await model.aclose()
    await model.aclose()
