"""The chat adapter against the stub on a socket: what it sends, how it reads, and every way the other side can fail."""

import asyncio
import logging
from contextlib import aclosing

import pytest

from tests.fakes.openai_replies import STANDARD_REPLY
from tests.fakes.openai_server import Mode, OpenAIStub
from tests.providers.conftest import CALM, HASTY, KEY, PROMPT, Answer, chat_request
from vtcontrol.kernel.chat import ChatUsage, TextDelta
from vtcontrol.kernel.errors import Fault, ProviderFailed
from workers.providers.openai_chat import OpenAIChat
from workers.providers.openai_client import OpenAIClients, OpenAIEndpoint


async def failure_of(brain: OpenAIChat, answer: Answer | None = None) -> ProviderFailed:
    with pytest.raises(ProviderFailed) as caught:
        await (answer or Answer()).read(brain.stream(chat_request()))
    return caught.value


async def test_answer_is_streamed_with_its_usage(brain: OpenAIChat) -> None:
    answer = await Answer().read(brain.stream(chat_request()))

    assert answer.text == STANDARD_REPLY
    assert len(answer.pieces) > 20
    assert answer.usages == [ChatUsage(answer.usages[0].prompt_tokens, 63, "some-model", "stop")]
    assert answer.usages[0].prompt_tokens > 0


async def test_request_says_everything_it_was_given(brain: OpenAIChat, stub: OpenAIStub) -> None:
    await Answer().read(
        brain.stream(chat_request("Hi", max_tokens=77, temperature=0.3, top_p=0.9, stop=("\n\n",), seed=5))
    )

    assert stub.bodies[-1] == {
        "model": "some-model",
        "messages": [{"role": "system", "content": "You are Mira."}, {"role": "user", "content": "Hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 77,
        "temperature": 0.3,
        "top_p": 0.9,
        "stop": ["\n\n"],
        "seed": 5,
    }
    assert stub.log[-1].authorization == f"Bearer {KEY}"


async def test_key_is_optional(clients: OpenAIClients, stub: OpenAIStub) -> None:
    stub.key = ""
    brain = OpenAIChat(clients, OpenAIEndpoint(stub.base_url, allow_private=True), "llama", patience=CALM)

    answer = await Answer().read(brain.stream(chat_request()))

    assert answer.text == STANDARD_REPLY
    assert stub.log[-1].authorization == ""


async def test_environment_of_the_operator_is_not_sent_to_a_tenants_server(
    clients: OpenAIClients, stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_WEBHOOK_SECRET"):
        monkeypatch.setenv(name, "operators-own")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Own: operators-own\nAuthorization: Bearer operators-own")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    stub.key = ""
    brain = OpenAIChat(clients, OpenAIEndpoint(stub.base_url, allow_private=True), "llama", patience=CALM)

    await Answer().read(brain.stream(chat_request()))

    assert "operators-own" not in str(stub.heads)


async def test_one_connection_serves_turn_after_turn(brain: OpenAIChat, stub: OpenAIStub) -> None:
    await brain.warm()
    for _ in range(3):
        await Answer().read(brain.stream(chat_request()))

    assert stub.stats("chat").requests == 3
    assert stub.accepted == 1


async def test_adapters_of_one_endpoint_share_connections(
    clients: OpenAIClients, endpoint: OpenAIEndpoint, stub: OpenAIStub
) -> None:
    first, second = (OpenAIChat(clients, endpoint, model, patience=CALM) for model in ("one", "two"))

    await Answer().read(first.stream(chat_request()))
    await first.aclose()
    await Answer().read(second.stream(chat_request()))

    assert stub.accepted == 1


async def test_warming_never_raises(clients: OpenAIClients, stub: OpenAIStub) -> None:
    stub.fail("models", Mode.HANG)
    await OpenAIChat(clients, OpenAIEndpoint(stub.base_url, KEY, allow_private=True), "m", patience=HASTY).warm()
    await OpenAIChat(clients, OpenAIEndpoint("http://127.0.0.1:1/v1", allow_private=True), "m", patience=HASTY).warm()
    await OpenAIChat(clients, OpenAIEndpoint("no url"), "m", patience=HASTY).warm()


@pytest.mark.parametrize(
    ("refused", "sent_instead"), [("stream_options", None), ("max_tokens", "max_completion_tokens"), ("stop", None)]
)
async def test_parameter_a_server_refuses_is_left_out_from_then_on(
    brain: OpenAIChat, stub: OpenAIStub, refused: str, sent_instead: str | None
) -> None:
    stub.refused = {refused}

    first = await Answer().read(brain.stream(chat_request(stop=("X",))))
    second = await Answer().read(brain.stream(chat_request(stop=("X",))))

    assert first.text == second.text == STANDARD_REPLY
    assert stub.stats("chat").requests == 3
    assert refused not in stub.bodies[-1]
    assert sent_instead is None or sent_instead in stub.bodies[-1]


async def test_server_that_refuses_everything_is_asked_four_times_at_most(brain: OpenAIChat, stub: OpenAIStub) -> None:
    stub.refused = {"stream_options", "max_tokens", "max_completion_tokens", "temperature", "top_p"}

    failure = await failure_of(brain)

    assert failure.fault is Fault.REJECTED
    assert stub.stats("chat").requests == 4


async def test_plain_bad_request_is_not_repeated(brain: OpenAIChat, stub: OpenAIStub) -> None:
    stub.fail("chat", Mode.BAD_REQUEST)

    failure = await failure_of(brain)

    assert failure.fault is Fault.REJECTED
    assert stub.stats("chat").requests == 1


async def test_server_that_does_not_stream_is_understood(brain: OpenAIChat, stub: OpenAIStub) -> None:
    stub.is_streaming = False

    answer = await Answer().read(brain.stream(chat_request()))

    assert answer.text == STANDARD_REPLY
    assert answer.usages[0].completion_tokens == 63


async def test_stream_without_the_done_mark_is_complete_when_the_model_said_why_it_stopped(
    brain: OpenAIChat, stub: OpenAIStub
) -> None:
    stub.fail("chat", Mode.NO_DONE)

    answer = await Answer().read(brain.stream(chat_request()))

    assert answer.text == STANDARD_REPLY


async def test_model_that_never_stops_is_cut_off(brain: OpenAIChat, stub: OpenAIStub) -> None:
    stub.fail("chat", Mode.ENDLESS)

    answer = await Answer().read(brain.stream(chat_request(max_tokens=10)))
    await stub.until(lambda stub: stub.connections == 0)

    assert len(answer.text) == 2_000
    assert answer.usages[0].finish_reason == "length"


BEFORE_THE_ANSWER = [
    (Mode.ERROR_500, Fault.SERVER),
    (Mode.UNAVAILABLE, Fault.SERVER),
    (Mode.ENDLESS_ERROR, Fault.SERVER),
    (Mode.RATE_LIMITED, Fault.RATE_LIMITED),
    (Mode.UNAUTHORISED, Fault.AUTH),
    (Mode.FORBIDDEN, Fault.AUTH),
    (Mode.NO_CREDIT, Fault.AUTH),
    (Mode.NOT_FOUND, Fault.REJECTED),
    (Mode.BAD_REQUEST, Fault.REJECTED),
    (Mode.REDIRECT, Fault.REJECTED),
    (Mode.CLOSE, Fault.UNREACHABLE),
    (Mode.RESET, Fault.UNREACHABLE),
    (Mode.HTML, Fault.GARBAGE),
    (Mode.JSON_200, Fault.SERVER),
    (Mode.EMPTY, Fault.GARBAGE),
    (Mode.GARBAGE_SSE, Fault.GARBAGE),
    (Mode.INVALID_JSON, Fault.GARBAGE),
    (Mode.WRONG_SHAPE, Fault.GARBAGE),
    (Mode.TRUNCATED_UTF8, Fault.GARBAGE),
    (Mode.HUGE_LINE, Fault.GARBAGE),
    (Mode.ERROR_IN_STREAM, Fault.SERVER),
]


@pytest.mark.parametrize(("mode", "fault"), BEFORE_THE_ANSWER)
async def test_failure_before_the_answer_has_its_name(
    brain: OpenAIChat, stub: OpenAIStub, mode: Mode, fault: Fault
) -> None:
    stub.fail("chat", mode)
    answer = Answer()

    failure = await failure_of(brain, answer)

    assert (failure.provider, failure.fault) == ("openai", fault)
    assert answer.text == ""
    assert stub.stats("chat").requests == 1


@pytest.mark.parametrize(("mode", "fault"), [(Mode.CLOSE_MID, Fault.UNREACHABLE), (Mode.RESET_MID, Fault.UNREACHABLE)])
async def test_answer_that_breaks_off_fails_after_what_came(
    brain: OpenAIChat, stub: OpenAIStub, mode: Mode, fault: Fault
) -> None:
    stub.fail("chat", mode)
    answer = Answer()

    failure = await failure_of(brain, answer)

    assert failure.fault is fault
    assert STANDARD_REPLY.startswith(answer.text)
    assert answer.usages == []


@pytest.mark.parametrize("mode", [Mode.HANG, Mode.HANG_MID, Mode.DRIP])
async def test_server_that_hangs_is_given_up_and_told_so(
    clients: OpenAIClients, endpoint: OpenAIEndpoint, stub: OpenAIStub, mode: Mode
) -> None:
    stub.fail("chat", mode)
    brain = OpenAIChat(clients, endpoint, "some-model", patience=HASTY)

    failure = await failure_of(brain)
    await stub.until(lambda stub: stub.connections == 0)

    assert failure.fault is Fault.TIMEOUT


async def test_next_call_works_after_every_failure(brain: OpenAIChat, stub: OpenAIStub) -> None:
    for mode, _ in BEFORE_THE_ANSWER:
        stub.fail("chat", mode)
        await failure_of(brain)

    answer = await Answer().read(brain.stream(chat_request()))

    assert answer.text == STANDARD_REPLY


async def test_retry_after_is_passed_on(brain: OpenAIChat, stub: OpenAIStub) -> None:
    stub.timing.retry_after_s = 7
    stub.fail("chat", Mode.RATE_LIMITED)

    failure = await failure_of(brain)

    assert failure.retry_after_s == 7


async def test_redirect_is_not_followed(brain: OpenAIChat, stub: OpenAIStub) -> None:
    stub.timing.redirect_to = f"{stub.base_url}/chat/completions"
    stub.fail("chat", Mode.REDIRECT)

    failure = await failure_of(brain)

    assert "redirects are not followed" in str(failure)
    assert stub.stats("chat").requests == 1


async def test_nobody_listening_is_unreachable(clients: OpenAIClients, stub: OpenAIStub) -> None:
    await stub.stop()
    brain = OpenAIChat(clients, OpenAIEndpoint(stub.base_url, KEY, allow_private=True), "m", patience=CALM)

    assert (await failure_of(brain)).fault is Fault.UNREACHABLE


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        (OpenAIEndpoint("http://127.0.0.1:8000/v1"), "private address"),
        (OpenAIEndpoint("ftp://example.org/v1"), "http:// or https://"),
        (OpenAIEndpoint("https://example.org/v1", key="sk-ключ"), "key"),
        (OpenAIEndpoint("https://example.org/v1", key="sk-\r\nX: y"), "key"),
    ],
)
async def test_endpoint_that_may_not_be_used_is_rejected(
    clients: OpenAIClients, endpoint: OpenAIEndpoint, reason: str
) -> None:
    failure = await failure_of(OpenAIChat(clients, endpoint, "m"))

    assert failure.fault is Fault.REJECTED
    assert reason in str(failure)


async def test_closing_the_stream_cancels_the_request_at_the_server(brain: OpenAIChat, stub: OpenAIStub) -> None:
    stub.fail("chat", Mode.HANG_MID)

    async with aclosing(brain.stream(chat_request())) as events:
        assert isinstance(await anext(events), TextDelta)
    await stub.until(lambda stub: stub.stats("chat").cancelled == 1)

    assert stub.stats("chat").active == 0
    assert stub.connections == 0


async def test_cancelling_the_reader_cancels_the_request_at_the_server(brain: OpenAIChat, stub: OpenAIStub) -> None:
    stub.fail("chat", Mode.HANG)
    reading = asyncio.create_task(Answer().read(brain.stream(chat_request())))
    await stub.until(lambda stub: stub.stats("chat").active == 1)

    reading.cancel()
    await asyncio.wait([reading])
    await stub.until(lambda stub: stub.stats("chat").cancelled == 1)

    assert reading.cancelled()


async def test_no_secret_is_in_any_failure_or_log(
    brain: OpenAIChat, stub: OpenAIStub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = []

    for mode, _ in BEFORE_THE_ANSWER:
        stub.fail("chat", mode)
        told.append(everything_about(await failure_of(brain)))
    await Answer().read(brain.stream(chat_request()))

    for text in (*told, caplog.text, str([record.__dict__ for record in caplog.records]), repr(brain.__dict__)):
        assert KEY not in text
        assert PROMPT not in text


def everything_about(error: BaseException | None) -> str:
    """Return what any logger could print of an exception, its hidden relatives included."""
    if error is None:
        return ""
    own = f"{error!r} {error!s} {error.args} {getattr(error, '__dict__', '')}"
    return own + everything_about(error.__cause__) + everything_about(error.__context__)


def test_endpoint_does_not_show_its_key() -> None:
    assert KEY not in repr(OpenAIEndpoint("https://example.org/v1", KEY))
