"""The page without a picture: it answers what was heard when it was heard, and only while its word counts."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosedOK

from tests.workers.smoke.voices import TURN, end, hello, packed, start, stop, tone, turn_end
from workers.smoke.failing import SmokeFailed
from workers.smoke.page import StagePage, stage_address


class FakeSocket:
    """A socket that gives what it was told to, then stays open until the test closes it."""

    def __init__(self, *messages: dict[str, Any] | bytes) -> None:
        self.coming: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for message in messages:
            self.give(message)

    def give(self, message: dict[str, Any] | bytes) -> None:
        self.coming.put_nowait(message if isinstance(message, bytes) else json.dumps(message))

    def close(self) -> None:
        self.coming.put_nowait(None)

    async def recv(self) -> str | bytes:
        message = await self.coming.get()
        if message is None:
            raise ConnectionClosedOK(None, None)
        return message

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        while (message := await self.coming.get()) is not None:
            yield message

    async def send(self, text: str) -> None:
        self.sent.put_nowait(json.loads(text))


async def listen(page: StagePage, socket: FakeSocket) -> None:
    """Listen until everything given was taken and the socket closes."""
    socket.close()
    with pytest.raises(SmokeFailed):
        await page.run()


def page_on(socket: FakeSocket) -> StagePage:
    return StagePage(socket)  # type: ignore[arg-type]  # has only what the page asks of a connection


async def test_page_greets_and_says_that_it_is_ready() -> None:
    socket = FakeSocket(hello(primary=True, muted=True))
    page = page_on(socket)

    await page.greet()

    assert (page.is_primary, page.is_muted) == (True, True)
    assert await socket.sent.get() == {"type": "ready", "audio": "running"}


async def test_heard_is_told_when_the_last_sample_has_sounded() -> None:
    socket = FakeSocket(hello(), start(), packed(0, tone(30), last=True), end(30))
    page = page_on(socket)
    await page.greet()
    await socket.sent.get()

    listening = asyncio.create_task(page.run())
    answer = await socket.sent.get()

    assert answer == {"type": "heard", "turn": TURN, "seg": 0, "ms": 30}
    assert asyncio.get_running_loop().time() >= page.ears.turns[TURN].segments[0].ends_at - 0.001
    listening.cancel()


async def test_preview_hears_but_never_answers() -> None:
    socket = FakeSocket(hello(primary=False), start(), packed(0, tone(5), last=True), end(5), turn_end())
    page = page_on(socket)
    await page.greet()
    await socket.sent.get()

    listening = asyncio.create_task(page.run())
    await page.turn_over.wait()
    await asyncio.get_running_loop().run_in_executor(None, lambda: None)
    page.close()

    assert page.ears.turns[TURN].audio_ms == 5
    assert socket.sent.empty()
    listening.cancel()


async def test_page_becomes_primary_in_between() -> None:
    socket = FakeSocket(hello(primary=False), {"type": "primary", "primary": True}, {"type": "state", "muted": True})
    page = page_on(socket)
    await page.greet()

    await listen(page, socket)

    assert (page.is_primary, page.is_muted) == (True, True)


async def test_stop_is_answered_with_how_far_it_got() -> None:
    socket = FakeSocket(hello(), start(), packed(0, tone(2_000), last=True), end(2_000))
    page = page_on(socket)
    await page.greet()
    await socket.sent.get()
    listening = asyncio.create_task(page.run())
    for _ in range(5):
        await asyncio.sleep(0)
    segment = page.ears.turns[TURN].segments[0]
    segment.starts_at = asyncio.get_running_loop().time() - 0.5  # it began half a second ago

    socket.give(stop())
    answer = await socket.sent.get()

    assert answer["seg"] == 0
    assert 500 <= answer["ms"] < 2_000
    assert page.turn_over.is_set()
    listening.cancel()


async def test_stop_before_the_first_sample_is_not_answered() -> None:
    socket = FakeSocket(hello(), start(), packed(0, tone(2_000), last=True), stop())
    page = page_on(socket)
    await page.greet()
    await socket.sent.get()

    await listen(page, socket)

    assert page.ears.turns[TURN].is_stopped
    assert socket.sent.empty()


async def test_ping_is_answered() -> None:
    socket = FakeSocket(hello(), {"type": "ping", "n": 7})
    page = page_on(socket)
    await page.greet()
    await socket.sent.get()

    await listen(page, socket)

    assert await socket.sent.get() == {"type": "pong", "n": 7}


@pytest.mark.parametrize("first", [{"type": "hi"}, b"\x01", {"type": "hello", "fence": 1, "stream": None}])
async def test_another_protocol_is_told(first: Any) -> None:
    with pytest.raises(SmokeFailed):
        await page_on(FakeSocket(first)).greet()


@pytest.mark.parametrize("frame", [b"garbage", {"type": "say.start"}])
async def test_frame_that_cannot_be_read_is_told(frame: Any) -> None:
    socket = FakeSocket(hello(), frame)
    page = page_on(socket)
    await page.greet()

    with pytest.raises(SmokeFailed, match="cannot be read"):
        await page.run()


def test_socket_s_address_follows_the_server_s() -> None:
    assert stage_address("http://localhost:8700") == "ws://localhost:8700/ws/stage"
    assert stage_address("https://show.example/", stream="7") == "wss://show.example/ws/stage?stream=7"
