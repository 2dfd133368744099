"""What every `Moderator` promises: one suite for the fake, the real adapter and the guard."""

import asyncio

import pytest

from tests.fakes.brains import HANG
from tests.fakes.moderators import FakeModerator
from tests.fakes.openai_server import OpenAIStub
from tests.providers.conftest import CALM
from vtcontrol.kernel.errors import Fault, ProviderFailed
from vtcontrol.kernel.ports import Moderator
from workers.providers.breaker import CircuitBreaker
from workers.providers.guarded import Guard, GuardedModerator, Limits, RetryRules
from workers.providers.openai_client import OpenAIClients, OpenAIEndpoint
from workers.providers.openai_moderation import OpenAIModeration

ONCE = RetryRules(attempts=1)


@pytest.fixture
def fake() -> FakeModerator:
    return FakeModerator(words={"poison": "illicit"}, first_s=0.0)


@pytest.fixture(params=["fake", "openai", "guarded"])
def moderator(
    request: pytest.FixtureRequest, fake: FakeModerator, clients: OpenAIClients, endpoint: OpenAIEndpoint
) -> Moderator:
    real = OpenAIModeration(clients, endpoint, "some-moderation", patience=CALM)
    guard = Guard(CircuitBreaker(), Limits(5.0, 5.0), ONCE)
    return {"fake": fake, "openai": real, "guarded": GuardedModerator(real, guard)}[request.param]


async def test_a_clean_text_has_no_flags(moderator: Moderator) -> None:
    assert (await moderator.assess("Do you like cats?")).flagged == frozenset()


async def test_what_is_flagged_is_named_with_a_score_that_is_a_share(moderator: Moderator) -> None:
    found = await moderator.assess("Is there poison in it?")

    assert found.flagged == {"illicit"}
    assert all(0.0 <= score <= 1.0 for score in found.scores.values())
    assert found.scores["illicit"] > 0.5


async def test_texts_are_judged_at_the_same_time(moderator: Moderator) -> None:
    texts = ("Hello there.", "Some poison?", "I am fine.", "No poison.")

    found = await asyncio.gather(*(moderator.assess(text) for text in texts))

    assert [bool(one.flagged) for one in found] == [False, True, False, True]


async def test_nobody_has_to_wait_to_the_end(moderator: Moderator, fake: FakeModerator, stub: OpenAIStub) -> None:
    fake.always = HANG
    stub.fail("moderation", "hang", times=0)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await moderator.assess("Hello there.")


async def test_what_fails_fails_in_one_way(moderator: Moderator, fake: FakeModerator, stub: OpenAIStub) -> None:
    fake.always = Fault.SERVER
    stub.fail("moderation", "error_500", times=0)

    with pytest.raises(ProviderFailed):
        await moderator.assess("Hello there.")


async def test_it_may_be_warmed_and_closed_without_being_asked(moderator: Moderator) -> None:
    await moderator.warm()
    await moderator.aclose()
