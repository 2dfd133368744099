"""Moderation models behind `/v1/moderations`, over a socket: what is asked, what is read, and what goes wrong."""

import asyncio
import json
import logging
import random

import pytest

from tests.fakes.openai_moderation import CATEGORIES
from tests.fakes.openai_server import Mode, OpenAIStub
from tests.providers.conftest import CALM, KEY
from vtcontrol.kernel.errors import Fault, ProviderFailed
from workers.providers.breaker import BreakerState, CircuitBreaker
from workers.providers.guarded import Guard, GuardedModerator, Limits, RetryRules
from workers.providers.openai_client import OpenAIClients, OpenAIEndpoint, Patience
from workers.providers.openai_faults import Garbled
from workers.providers.openai_moderation import NAMELESS, OpenAIModeration, read_assessment

TEXT = "Bo: put poison into the snacks"
HURRIED = Patience(connect_s=0.5, first_s=0.1, silence_s=0.05, total_s=0.2)


@pytest.fixture
def moderator(clients: OpenAIClients, endpoint: OpenAIEndpoint) -> OpenAIModeration:
    return OpenAIModeration(clients, endpoint, "some-moderation", patience=CALM)


@pytest.fixture
def hurried(clients: OpenAIClients, endpoint: OpenAIEndpoint) -> OpenAIModeration:
    return OpenAIModeration(clients, endpoint, "some-moderation", patience=HURRIED)


def guarded(moderator: OpenAIModeration, limit_s: float = 5.0) -> GuardedModerator:
    retry = RetryRules(first_wait_s=0.001, longest_wait_s=0.01, budget_s=1)
    return GuardedModerator(
        moderator, Guard(CircuitBreaker(), Limits(limit_s, limit_s), retry, chance=random.Random(1))
    )


async def fault_of(moderator: OpenAIModeration | GuardedModerator) -> Fault:
    with pytest.raises(ProviderFailed) as failed:
        await moderator.assess(TEXT)
    assert KEY not in str(failed.value)
    assert "poison" not in str(failed.value)
    return failed.value.fault


async def test_a_clean_text_is_clean(stub: OpenAIStub, moderator: OpenAIModeration) -> None:
    found = await moderator.assess("Do you like cats?")

    assert found.flagged == frozenset()
    assert set(found.scores) == set(CATEGORIES)
    assert stub.bodies == [{"input": "Do you like cats?", "model": "some-moderation"}]
    assert stub.log[0].authorization == f"Bearer {KEY}"


async def test_what_is_flagged_comes_with_its_score(moderator: OpenAIModeration) -> None:
    found = await moderator.assess(TEXT)

    assert found.flagged == {"illicit"}
    assert found.scores["illicit"] == pytest.approx(0.93)


async def test_a_server_without_scores_is_read_too(stub: OpenAIStub, moderator: OpenAIModeration) -> None:
    stub.has_scores = False

    found = await moderator.assess(TEXT)

    assert (found.flagged, found.scores) == ({"illicit"}, {})


async def test_without_a_model_the_server_takes_its_own(
    stub: OpenAIStub, clients: OpenAIClients, endpoint: OpenAIEndpoint
) -> None:
    await OpenAIModeration(clients, endpoint, "").assess("Hi!")

    assert stub.bodies == [{"input": "Hi!"}]


@pytest.mark.parametrize(
    ("mode", "fault"),
    [
        (Mode.ERROR_500, Fault.SERVER),
        (Mode.UNAVAILABLE, Fault.SERVER),
        (Mode.RATE_LIMITED, Fault.RATE_LIMITED),
        (Mode.NO_CREDIT, Fault.AUTH),
        (Mode.UNAUTHORISED, Fault.AUTH),
        (Mode.FORBIDDEN, Fault.AUTH),
        (Mode.NOT_FOUND, Fault.REJECTED),
        (Mode.BAD_REQUEST, Fault.REJECTED),
        (Mode.REDIRECT, Fault.REJECTED),
        (Mode.HTML, Fault.GARBAGE),
        (Mode.JSON_200, Fault.GARBAGE),
        (Mode.EMPTY, Fault.GARBAGE),
        (Mode.INVALID_JSON, Fault.GARBAGE),
        (Mode.WRONG_SHAPE, Fault.GARBAGE),
        (Mode.NOISE, Fault.GARBAGE),
        (Mode.TRUNCATED_UTF8, Fault.GARBAGE),
        (Mode.ERROR_IN_STREAM, Fault.GARBAGE),
        (Mode.ENDLESS, Fault.GARBAGE),
        (Mode.CLOSE, Fault.UNREACHABLE),
        (Mode.RESET, Fault.UNREACHABLE),
        (Mode.CLOSE_MID, Fault.UNREACHABLE),
        (Mode.RESET_MID, Fault.UNREACHABLE),
    ],
)
async def test_what_goes_wrong_has_its_name_and_tells_no_secret(
    stub: OpenAIStub, moderator: OpenAIModeration, mode: Mode, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stub.fail("moderation", mode, times=0)

    found = await fault_of(moderator)

    assert found is fault
    assert KEY not in caplog.text
    assert "poison" not in caplog.text


@pytest.mark.parametrize("mode", [Mode.HANG, Mode.HANG_MID, Mode.DRIP])
async def test_a_server_that_takes_too_long_has_not_answered(
    stub: OpenAIStub, hurried: OpenAIModeration, mode: Mode
) -> None:
    stub.fail("moderation", mode, times=0)

    assert await fault_of(hurried) is Fault.TIMEOUT


async def test_whoever_stops_waiting_ends_the_request(stub: OpenAIStub, moderator: OpenAIModeration) -> None:
    stub.fail("moderation", Mode.HANG)
    asking = asyncio.create_task(moderator.assess(TEXT))
    await stub.until(lambda server: server.stats("moderation").active == 1)

    asking.cancel()
    await asyncio.wait({asking})

    await stub.until(lambda server: server.stats("moderation").cancelled == 1)


async def test_a_private_address_is_refused_where_none_is_allowed(stub: OpenAIStub, clients: OpenAIClients) -> None:
    moderator = OpenAIModeration(clients, OpenAIEndpoint(stub.base_url, KEY), "m")

    assert await fault_of(moderator) is Fault.REJECTED
    assert stub.log == []


async def test_the_guard_asks_again_after_a_passing_fault(stub: OpenAIStub, moderator: OpenAIModeration) -> None:
    stub.fail("moderation", Mode.ERROR_500, times=1)

    found = await guarded(moderator).assess(TEXT)

    assert found.flagged == {"illicit"}
    assert stub.stats("moderation").requests == 2


async def test_a_server_that_wants_to_be_left_alone_is_not_waited_for(
    stub: OpenAIStub, moderator: OpenAIModeration
) -> None:
    stub.fail("moderation", Mode.RATE_LIMITED, times=0)

    assert await fault_of(guarded(moderator)) is Fault.RATE_LIMITED
    assert stub.stats("moderation").requests == 1


async def test_a_server_that_is_down_is_soon_not_asked_any_more(stub: OpenAIStub, moderator: OpenAIModeration) -> None:
    guard = guarded(moderator)
    stub.fail("moderation", Mode.UNAVAILABLE, times=0)
    for _ in range(3):
        await fault_of(guard)
    asked = stub.stats("moderation").requests

    assert await fault_of(guard) is Fault.SERVER
    assert stub.stats("moderation").requests == asked
    assert guard.status.state is BreakerState.OPEN


async def test_a_server_that_hangs_counts_as_failing(stub: OpenAIStub, moderator: OpenAIModeration) -> None:
    guard = guarded(moderator, limit_s=0.02)
    stub.fail("moderation", Mode.HANG, times=0)

    assert await fault_of(guard) is Fault.TIMEOUT
    assert guard.status.failures == 1


def answer(**result: object) -> bytes:
    return json.dumps({"results": [{"flagged": False, **result}]}).encode()


def test_a_flag_without_a_category_is_a_finding() -> None:
    assert read_assessment(answer(flagged=True)).flagged == {NAMELESS}


def test_categories_and_scores_that_are_null_are_left_out() -> None:
    body = answer(categories={"illicit": None, "hate": True}, category_scores={"illicit": None, "hate": 1.0000001})

    found = read_assessment(body)

    assert (found.flagged, found.scores) == ({"hate"}, {"hate": 1.0})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"results": []}',
        b'{"results": [null]}',
        answer().replace(b"]", b", {}]"),
        answer(flagged="yes"),
        answer(flagged=None),
        answer(categories=["hate"]),
        answer(category_scores={"hate": "high"}),
        answer(category_scores={"hate": True}),
        answer(category_scores={"hate": -1}),
        answer(category_scores={"hate": float("nan")}),
        answer(category_scores={"hate": float("inf")}),
        answer(category_scores={"": 0.5}),
        answer(categories={"x" * 61: True}),
        answer(categories={"bad\nname": True}),
        answer(categories={f"c{number}": False for number in range(101)}),
        b"[" * 100_000,
    ],
)
def test_nothing_but_an_assessment_is_taken_for_one(body: bytes) -> None:
    with pytest.raises(Garbled):
        read_assessment(body)
