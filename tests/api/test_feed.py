"""The feed, read as a program reads it: over ASGI, with changes made meanwhile."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import channel_layers
from django.core.asgi import get_asgi_application
from django.core.cache import cache
from django.db import connections, transaction
from django.db.models import F

from streams.api import feed
from streams.api.feed import FEEDS_A_TOKEN, take_slot
from streams.hints import announce_dock
from streams.models import HeldLine, Stream, StreamState
from streams.services import approval, control
from tests.factories.streams import make_event, make_rule
from tests.factories.tenancy import make_token
from tests.live.scenes import arrive, chat, state_of
from vtcontrol.channel_layer import HomeLoopLayer
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy import tokens
from vtcontrol.tenancy.access import ApiToken, TokenKind
from vtcontrol.tenancy.rates import RateExceeded
from vtcontrol.tenancy.scope import studio_scope

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_S = 5.0


@pytest.fixture(autouse=True)
def layer() -> Iterator[HomeLoopLayer]:
    HomeLoopLayer.home = None
    made = HomeLoopLayer(capacity=100)
    before = channel_layers.set("default", made)
    yield made
    channel_layers.set("default", before)
    HomeLoopLayer.home = None


@pytest.fixture(autouse=True)
def _beats_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "BEAT_S", 0.05)


@pytest.fixture
def token(stream: Stream) -> tuple[ApiToken, str]:
    with studio_scope(stream.studio_id):
        return make_token(TokenKind.API, stream=stream)


class Reader:
    """A program at the other end of a feed."""

    def __init__(self, sent: "asyncio.Queue[dict[str, Any]]") -> None:
        self._sent = sent
        self._rest = b""
        self.comments = 0
        self.is_over = False

    async def start(self) -> tuple[int, dict[str, str]]:
        message = await asyncio.wait_for(self._sent.get(), PATIENCE_S)
        headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        return message["status"], headers

    async def body(self) -> bytes:
        whole = b""
        while True:
            message = await asyncio.wait_for(self._sent.get(), PATIENCE_S)
            whole += message.get("body", b"")
            if not message.get("more_body"):
                return whole

    async def event(self) -> tuple[str, int, Any]:
        """The next event: name, id, data; comments are counted and left out."""
        while True:
            block = await self._block()
            fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
            self.comments += block.startswith(":")
            if "event" in fields:
                return fields["event"], int(fields["id"]), json.loads(fields["data"])

    async def _block(self) -> str:
        while b"\n\n" not in self._rest:
            assert not self.is_over, "the feed ended"
            message = await asyncio.wait_for(self._sent.get(), PATIENCE_S)
            self._rest += message.get("body", b"")
            self.is_over = not message.get("more_body", False)
        block, _, self._rest = self._rest.partition(b"\n\n")
        return block.decode()

    async def end(self) -> None:
        while not self.is_over:
            message = await asyncio.wait_for(self._sent.get(), PATIENCE_S)
            self.is_over = not message.get("more_body", False)


@asynccontextmanager
async def reading(stream: Stream, secret: str, **headers: str) -> AsyncIterator[Reader]:
    """Open a feed, and leave it at the end as a browser does."""
    sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    left = asyncio.Event()
    has_asked = False
    named = {"host": "testserver", "accept": "text/event-stream", "authorization": f"Bearer {secret}"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": f"/api/v1/streams/{stream.pk}/feed",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }

    async def receive() -> dict[str, Any]:
        nonlocal has_asked
        if not has_asked:
            has_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await left.wait()
        return {"type": "http.disconnect"}

    serving = asyncio.create_task(get_asgi_application()(scope, receive, sent.put))
    try:
        yield Reader(sent)
    finally:
        left.set()
        await asyncio.wait_for(serving, PATIENCE_S)


async def doing(stream: Stream, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    def scoped() -> Any:
        with studio_scope(stream.studio_id):
            return work(*args, **kwargs)

    return await sync_to_async(scoped)()


async def test_a_feed_begins_with_the_whole_and_goes_on(stream: Stream, token: tuple[ApiToken, str]) -> None:
    async with reading(stream, token[1]) as reader:
        status, headers = await reader.start()
        name, version, whole = await reader.event()
        await doing(stream, arrive, stream, chat("Hello!"))
        first = await reader.event()
        await doing(stream, control.mute, stream.pk, is_muted=True)
        second = await reader.event()

    assert (status, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert headers["cache-control"] == "no-store"
    assert (name, version) == ("snapshot", 0)
    assert whole.keys() == {"stream", "version", "state", "transcript", "held"}
    assert (first[0], first[1], first[2]["text"]) == ("line", 1, "Hello!")
    assert (second[0], second[1], second[2]["muted"]) == ("state", 2, True)


async def test_who_comes_back_up_to_date_goes_on(stream: Stream, token: tuple[ApiToken, str]) -> None:
    await doing(stream, arrive, stream, chat("before"))
    version = (await doing(stream, state_of, stream)).version

    async with reading(stream, token[1], last_event_id=str(version)) as reader:
        await reader.start()
        await reader._block()  # the pause before coming back; its subscription stands
        await doing(stream, arrive, stream, chat("after"))
        name, number, line = await reader.event()

    assert (name, number, line["text"]) == ("line", version + 1, "after")


async def test_who_missed_something_gets_the_whole(stream: Stream, token: tuple[ApiToken, str]) -> None:
    await doing(stream, arrive, stream, chat("one"), chat("two"))

    async with reading(stream, token[1], last_event_id="1") as reader:
        await reader.start()
        name, version, whole = await reader.event()

    assert (name, version) == ("snapshot", 2)
    assert [line["text"] for line in whole["transcript"]] == ["one", "two"]


def _say_nothing_of(stream: Stream, text: str) -> None:
    """A line whose hint is lost on its way."""
    make_event(stream, text=text)
    StreamState.objects.filter(stream=stream).update(version=F("version") + 1)


async def test_a_lost_hint_is_made_good(stream: Stream, token: tuple[ApiToken, str]) -> None:
    async with reading(stream, token[1]) as reader:
        await reader.start()
        await reader.event()
        await doing(stream, _say_nothing_of, stream, "lost")
        await doing(stream, arrive, stream, chat("seen"))
        name, version, whole = await reader.event()

    assert (name, version) == ("snapshot", 2)
    assert [line["text"] for line in whole["transcript"]] == ["lost", "seen"]


def _holds(stream: Stream) -> HeldLine:
    """A viewer's line that a rule asks about."""
    make_rule(name="about passwords", content="password", action="hold")
    arrive(stream, chat("What is your password?"))
    return HeldLine.objects.get()


def _approve(stream: Stream, row: HeldLine) -> None:
    with transaction.atomic():
        approval.approve(stream.pk, row.pk, by="Vera")


async def test_a_held_line_and_its_decision_come_before_the_lines_they_change(
    stream: Stream, token: tuple[ApiToken, str]
) -> None:
    async with reading(stream, token[1]) as reader:
        await reader.start()
        await reader.event()
        row = await doing(stream, _holds, stream)
        held = [await reader.event() for _ in range(2)]
        await doing(stream, _approve, stream, row)
        decided = [await reader.event() for _ in range(2)]

    assert [(name, version) for name, version, _ in (*held, *decided)] == [
        ("line.held", 0), ("line", 1), ("line.decided", 1), ("line", 2),
    ]  # fmt: skip
    assert (held[0][2]["question"], held[0][2]["decision"]) == ("What is your password?", None)
    assert (decided[0][2]["id"], decided[0][2]["decision"]) == (str(row.pk), "approved")
    assert decided[0][2]["decided_by"] == "Vera"


async def test_what_panic_gave_up_is_told_before_the_whole(stream: Stream, token: tuple[ApiToken, str]) -> None:
    row = await doing(stream, _holds, stream)

    async with reading(stream, token[1]) as reader:
        await reader.start()
        _name, _version, before = await reader.event()
        await doing(stream, control.panic, stream.pk)
        told = [await reader.event() for _ in range(2)]

    assert [line["id"] for line in before["held"]] == [str(row.pk)]
    assert [name for name, _, _ in told] == ["line.decided", "snapshot"]
    assert (told[0][2]["decision"], told[0][2]["reason"]) == ("given_up", "panic")
    assert told[1][2]["held"] == []


async def test_who_comes_back_up_to_date_hears_of_decisions_once(stream: Stream, token: tuple[ApiToken, str]) -> None:
    row = await doing(stream, _holds, stream)

    async with reading(stream, token[1], last_event_id="1") as reader:
        await reader.start()
        await reader._block()
        await doing(stream, _approve, stream, row)
        names = [(await reader.event())[0] for _ in range(2)]

    assert names == ["line.decided", "line"]


async def test_a_feed_tells_nothing_of_lines_held_elsewhere(
    stream: Stream, other_stream: Stream, token: tuple[ApiToken, str]
) -> None:
    await doing(other_stream, _holds, other_stream)

    async with reading(stream, token[1]) as reader:
        await reader.start()
        _name, _version, whole = await reader.event()
        await doing(stream, arrive, stream, chat("Hello!"))
        name, _version, _line = await reader.event()

    assert (whole["held"], name) == ([], "line")


async def test_an_old_hint_is_no_news(stream: Stream, token: tuple[ApiToken, str]) -> None:
    await doing(stream, arrive, stream, chat("one"))

    async with reading(stream, token[1]) as reader:
        await reader.start()
        await reader.event()
        await doing(stream, announce_dock, stream.pk, {"type": "line", "version": 1, "line": {"text": "again"}})
        await doing(stream, arrive, stream, chat("two"))
        _name, version, line = await reader.event()

    assert (version, line["text"]) == (2, "two")


async def test_a_silent_feed_says_that_it_lives(stream: Stream, token: tuple[ApiToken, str]) -> None:
    async with reading(stream, token[1]) as reader:
        await reader.start()
        await reader.event()
        while not (await reader._block()).startswith(":"):
            pass


async def test_a_feed_ends_with_its_token(stream: Stream, token: tuple[ApiToken, str]) -> None:
    async with reading(stream, token[1]) as reader:
        await reader.start()
        await reader.event()
        await doing(stream, tokens.revoke, token[0])
        name, _version, why = await reader.event()
        await reader.end()

    assert (name, why) == ("end", {"reason": "revoked"})


async def test_a_feed_keeps_no_connection_and_gives_everything_back(
    stream: Stream, token: tuple[ApiToken, str], layer: HomeLoopLayer
) -> None:
    def open_connections() -> int:
        return sum(one.connection is not None for one in connections.all(initialized_only=True))

    async with reading(stream, token[1]) as reader:
        await reader.start()
        await reader.event()
        assert await sync_to_async(open_connections)() == 0
        assert feed._room.open == 1

    assert feed._room.open == 0
    assert layer.groups == {}
    assert len([take_slot(token[0].pk) for _ in range(FEEDS_A_TOKEN)]) == FEEDS_A_TOKEN


async def test_a_token_has_a_bounded_number_of_feeds(stream: Stream, token: tuple[ApiToken, str]) -> None:
    for _ in range(FEEDS_A_TOKEN):
        take_slot(token[0].pk)

    async with reading(stream, token[1]) as reader:
        status, headers = await reader.start()
        problem = json.loads(await reader.body())

    assert status == problem["status"] == 429
    assert headers["content-type"] == "application/problem+json"
    assert int(headers["retry-after"]) > 0


async def test_a_process_has_a_bounded_number_of_feeds(
    stream: Stream, token: tuple[ApiToken, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "FEEDS_A_PROCESS", 0)

    async with reading(stream, token[1]) as reader:
        status, headers = await reader.start()

    assert (status, headers["retry-after"]) == (503, "5")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": ""}, 401),
        ({"authorization": "Bearer vtc_api_made-up"}, 401),
        ({"accept": "application/json"}, 406),
        ({"last_event_id": "nonsense"}, 400),
        ({"last_event_id": "9" * 30}, 400),
    ],
)
async def test_a_feed_is_refused_with_a_problem(
    stream: Stream, token: tuple[ApiToken, str], headers: dict[str, str], status: int
) -> None:
    async with reading(stream, token[1], **headers) as reader:
        answered, sent = await reader.start()
        problem = json.loads(await reader.body())

    assert (answered, sent["content-type"], problem["status"]) == (status, "application/problem+json", status)


async def test_the_stranger_reads_no_feed_of_ours(stream: Stream, other_stream: Stream) -> None:
    made = [
        await doing(other_stream, partial(make_token, TokenKind.API, stream=one))
        for one in (None, other_stream, stream)
    ]

    for _row, secret in made:
        async with reading(stream, secret) as reader:
            status, _headers = await reader.start()
            assert status == 404


def test_a_place_whose_process_died_is_free_again() -> None:
    token_id = uuid7()
    held = [take_slot(token_id) for _ in range(FEEDS_A_TOKEN)]
    with pytest.raises(RateExceeded):
        take_slot(token_id)

    cache.delete(held[1])

    assert take_slot(token_id) == held[1]
