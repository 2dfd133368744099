"""The sockets: opened once with a ticket, closed on anything odd, deaf to other streams; one stage page counts."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.utils import timezone

from streams.consumers import base, stage
from streams.consumers.base import CLOSE_FLOOD, CLOSE_GARBAGE, CLOSE_REVOKED, FRAME_MOST, FRAMES_A_SECOND
from streams.hints import control_group, dock_group, page_frame, page_parts, stage_group
from streams.models import Stream, StreamState
from streams.services import control
from tests.factories.tenancy import make_ticket, make_token
from tests.live.scenes import says
from vtcontrol.asgi import application
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.access import ApiToken, TokenKind
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio
from vtcontrol.tenancy.tokens import revoke

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_S = 5.0
Opener = Callable[..., Any]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hearts beat twenty times a second."""
    monkeypatch.setattr(base, "BEAT_S", 0.05)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that answers no ping is not held to be asleep: at quick hearts a slow machine is soon too late."""
    monkeypatch.setattr(stage, "QUIET_BEATS", 1000)


@sync_to_async
def token_for(stream: Stream, kind: TokenKind) -> ApiToken:
    with studio_scope(stream.studio_id):
        return make_token(kind, stream=stream)[0]


@sync_to_async
def ticket_of(token: ApiToken) -> str:
    return make_ticket(token)


@sync_to_async
def in_scope(stream: Stream, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    with studio_scope(stream.studio_id):
        return work(*args, **kwargs)


def socket(path: str, *protocols: str, origin: str = "http://localhost") -> WebsocketCommunicator:
    headers = [(b"origin", origin.encode())] if origin else []
    return WebsocketCommunicator(application, path, headers=headers, subprotocols=list(protocols))


class Page:
    """One open page and its token."""

    def __init__(self, wire: WebsocketCommunicator, token: ApiToken, hello: dict[str, Any]) -> None:
        self.wire = wire
        self.token = token
        self.hello = hello

    async def next(self, kind: str) -> dict[str, Any]:
        """The next frame of a kind; others are let pass."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                frame: dict[str, Any] = await self.wire.receive_json_from(timeout=PATIENCE_S)
                if frame["type"] == kind:
                    return frame

    async def closed_with(self) -> int:
        """The code the server closed with."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = await self.wire.receive_output(timeout=PATIENCE_S)
                if message["type"] == "websocket.close":
                    return int(message["code"])


@pytest.fixture
async def pages() -> AsyncIterator[Opener]:
    """Opens pages; closes them at the end."""
    wires: list[WebsocketCommunicator] = []

    async def open_page(stream: Stream, kind: TokenKind = TokenKind.STAGE, query: str = "") -> Page:
        token = await token_for(stream, kind)
        wire = socket(f"/ws/{kind.value}{query}", "vtcontrol.v1", f"ticket.{await ticket_of(token)}")
        connected, protocol = await wire.connect(timeout=PATIENCE_S)
        assert (connected, protocol) == (True, "vtcontrol.v1")
        wires.append(wire)
        return Page(wire, token, await wire.receive_json_from(timeout=PATIENCE_S))

    yield open_page
    for wire in wires:
        await wire.disconnect()


@asynccontextmanager
async def worker_of(stream: Stream) -> AsyncIterator[Callable[[], Awaitable[dict[str, Any]]]]:
    """What the worker that holds the stream's lease hears."""
    layer = get_channel_layer()
    channel = await layer.new_channel("test")
    await layer.group_add(control_group(stream.pk), channel)

    async def hear() -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            return dict(await layer.receive(channel))

    yield hear
    await layer.group_discard(control_group(stream.pk), channel)


async def send(stream: Stream, frame: dict[str, Any]) -> None:
    await get_channel_layer().group_send(stage_group(stream.pk), page_frame(frame))


async def refused(wire: WebsocketCommunicator) -> bool:
    connected, _ = await wire.connect(timeout=PATIENCE_S)
    await wire.disconnect()
    return not connected


async def test_a_stage_page_is_greeted_with_the_current_state(stream: Stream, pages: Opener) -> None:
    await in_scope(stream, control.mute, stream.pk, is_muted=True)
    await in_scope(stream, control.skip, stream.pk)

    hello = (await pages(stream)).hello

    assert hello["type"] == "hello"
    assert hello["v"] == 1
    assert hello["stream"] == {"id": str(stream.pk), "name": "Evening show", "language": "en"}
    assert (hello["muted"], hello["panicked"], hello["epoch"], hello["primary"]) == (True, False, 1, True)
    assert hello["look"]["character"] == "Mira"
    assert hello["page"]


async def test_a_dock_page_is_greeted_with_the_transcript(stream: Stream, pages: Opener) -> None:
    event = await in_scope(stream, says, stream, "Hello!")

    hello = (await pages(stream, TokenKind.DOCK)).hello

    assert [(line["id"], line["text"], line["status"]) for line in hello["transcript"]] == [
        (str(event.pk), "Hello!", "waiting")
    ]
    assert hello["state"]["waiting"] == 1


@pytest.mark.parametrize("path", ["/ws/stage", "/ws/dock"])
@pytest.mark.parametrize("protocols", [(), ("vtcontrol.v1",), ("vtcontrol.v1", "ticket."), ("ticket.made-up",)])
async def test_a_socket_without_a_good_ticket_is_refused(db: None, path: str, protocols: tuple[str, ...]) -> None:
    assert await refused(socket(path, *protocols))


async def test_a_ticket_opens_one_socket_once(stream: Stream) -> None:
    ticket = await ticket_of(await token_for(stream, TokenKind.STAGE))
    first = socket("/ws/stage", "vtcontrol.v1", f"ticket.{ticket}")
    assert (await first.connect(timeout=PATIENCE_S))[0]

    assert await refused(socket("/ws/stage", "vtcontrol.v1", f"ticket.{ticket}"))
    await first.disconnect()
    assert await refused(socket("/ws/stage", "vtcontrol.v1", f"ticket.{ticket}"))


@pytest.mark.parametrize(
    ("kind", "path"),
    [(TokenKind.STAGE, "/ws/dock"), (TokenKind.DOCK, "/ws/stage"), (TokenKind.API, "/ws/dock")],
)
async def test_a_ticket_of_another_kind_of_page_is_refused(stream: Stream, kind: TokenKind, path: str) -> None:
    ticket = await ticket_of(await token_for(stream, kind))

    assert await refused(socket(path, "vtcontrol.v1", f"ticket.{ticket}"))


async def test_a_ticket_of_a_revoked_token_is_refused(stream: Stream) -> None:
    token = await token_for(stream, TokenKind.STAGE)
    ticket = await ticket_of(token)
    await in_scope(stream, lambda: ApiToken.objects.update(revoked_at=timezone.now()))

    assert await refused(socket("/ws/stage", "vtcontrol.v1", f"ticket.{ticket}"))


async def test_a_page_of_another_site_is_refused(stream: Stream) -> None:
    ticket = await ticket_of(await token_for(stream, TokenKind.STAGE))

    assert await refused(socket("/ws/stage", "vtcontrol.v1", f"ticket.{ticket}", origin="https://evil.example"))


async def test_a_token_cannot_name_another_studios_stream(stream: Stream, other_stream: Stream) -> None:
    with_all = await in_scope(stream, make_token, TokenKind.STAGE)
    ticket = await ticket_of(with_all[0])

    assert await refused(socket(f"/ws/stage?stream={other_stream.pk}", "vtcontrol.v1", f"ticket.{ticket}"))


@pytest.mark.parametrize(
    "text",
    [
        " ", "no json", "[]", "null", "1", '"ready"', "{}", '{"type": 5}', '{"type":', "{" * 3000, "[" * 3000,
        '{"type": "heard"}', '{"type": "heard", "turn": 5, "seg": 0, "ms": 1}',
        '{"type": "heard", "turn": "x", "seg": -1, "ms": 1}', '{"type": "heard", "turn": "x", "seg": 1.5, "ms": 1}',
        '{"type": "heard", "turn": "x", "seg": true, "ms": 1}', '{"type": "heard", "turn": "x", "seg": 0, "ms": NaN}',
        '{"type": "heard", "turn": "x", "seg": 0, "ms": -1}', '{"type": "heard", "turn": "x", "seg": 0, "ms": 1e12}',
        '{"type": "heard", "turn": "x", "seg": 0, "ms": Infinity}', '{"type": "heard", "turn": "x", "seg": 0}',
        json.dumps({"type": "ready", "pad": "x" * FRAME_MOST}),
    ],
)  # fmt: skip
async def test_a_garbled_frame_closes_the_socket(stream: Stream, pages: Opener, text: str) -> None:
    page = await pages(stream)

    await page.wire.send_to(text_data=text)

    assert await page.closed_with() == CLOSE_GARBAGE


async def test_a_binary_frame_closes_the_socket(stream: Stream, pages: Opener) -> None:
    page = await pages(stream)

    await page.wire.send_to(bytes_data=b"\x01\x02")

    assert await page.closed_with() == CLOSE_GARBAGE


async def test_a_flood_of_frames_closes_the_socket(stream: Stream, pages: Opener) -> None:
    page = await pages(stream)

    for number in range(2 * FRAMES_A_SECOND + 2):
        await page.wire.send_json_to({"type": "pong", "n": number})

    assert await page.closed_with() == CLOSE_FLOOD


async def test_unknown_frames_of_a_newer_page_are_let_pass(stream: Stream, pages: Opener) -> None:
    page = await pages(stream)

    for frame in ({"type": "ready", "audio": "running"}, {"type": "started", "turn": "x"}, {"type": "waves"}):
        await page.wire.send_json_to(frame)
    await send(stream, {"type": "state", "panicked": False, "muted": False})

    assert (await page.next("state"))["muted"] is False


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("kind", [TokenKind.STAGE, TokenKind.DOCK])
async def test_a_page_whose_token_is_revoked_is_closed_within_a_beat(
    stream: Stream, pages: Opener, kind: TokenKind
) -> None:
    page = await pages(stream, kind)

    await in_scope(stream, revoke, page.token)

    assert await page.closed_with() == CLOSE_REVOKED


@pytest.mark.usefixtures("quick")
async def test_a_page_of_a_studio_that_was_shut_is_closed(studio: Studio, stream: Stream, pages: Opener) -> None:
    page = await pages(stream)

    studio.is_active = False
    await sync_to_async(studio.save)()

    assert await page.closed_with() == CLOSE_REVOKED


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("kind", [TokenKind.STAGE, TokenKind.DOCK])
async def test_a_page_is_pinged(stream: Stream, pages: Opener, kind: TokenKind) -> None:
    page = await pages(stream, kind)

    first, second = await page.next("ping"), await page.next("ping")

    assert second["n"] == first["n"] + 1


async def test_a_page_hears_its_own_stream_only(stream: Stream, other_stream: Stream, pages: Opener) -> None:
    page, dock = await pages(stream), await pages(stream, TokenKind.DOCK)
    layer = get_channel_layer()

    await send(other_stream, {"type": "turn.end", "turn": "theirs"})
    await layer.group_send(stage_group(other_stream.pk), page_parts([b"theirs"]))
    await layer.group_send(dock_group(other_stream.pk), page_frame({"type": "line", "line": "theirs"}))
    await send(stream, {"type": "turn.end", "turn": "ours"})
    await layer.group_send(dock_group(stream.pk), page_frame({"type": "line", "line": "ours"}))

    assert await page.wire.receive_json_from(timeout=PATIENCE_S) == {"type": "turn.end", "turn": "ours"}
    assert await dock.next("line") == {"type": "line", "line": "ours"}
    assert await page.wire.receive_nothing()


async def test_audio_reaches_the_page_byte_for_byte(stream: Stream, pages: Opener) -> None:
    page = await pages(stream)
    frame = bytes(range(256)) * 40

    await get_channel_layer().group_send(stage_group(stream.pk), page_parts([frame]))

    assert await page.wire.receive_from(timeout=PATIENCE_S) == frame


async def test_only_the_primary_page_says_what_was_heard(stream: Stream, pages: Opener) -> None:
    primary, second, preview = await pages(stream), await pages(stream), await pages(stream, query="?preview=1")
    turn = str(uuid7())

    async with worker_of(stream) as hear:
        for page, heard_ms in ((preview, 1), (second, 2), (primary, 3)):
            await page.wire.send_json_to({"type": "heard", "turn": turn, "seg": 0, "ms": heard_ms})
        heard = await hear()

    assert [page.hello["primary"] for page in (primary, second, preview)] == [True, False, False]
    assert heard == {"type": "control.heard", "stream": str(stream.pk), "turn": turn, "seg": 0, "ms": 3}


@pytest.mark.usefixtures("quick", "patient")
async def test_when_the_primary_page_leaves_another_takes_its_place(stream: Stream, pages: Opener) -> None:
    primary, second, preview = await pages(stream), await pages(stream), await pages(stream, query="?preview=1")

    await primary.wire.disconnect()

    assert await second.next("primary") == {"type": "primary", "primary": True}
    assert (await preview.next("ping"))["n"] > 0
    async with worker_of(stream) as hear:
        await second.wire.send_json_to({"type": "heard", "turn": "x", "seg": 0, "ms": 9})
        assert (await hear())["ms"] == 9


@pytest.mark.usefixtures("quick", "patient")
async def test_a_page_that_lost_its_place_to_another_is_told(stream: Stream, pages: Opener) -> None:
    page = await pages(stream)

    await in_scope(stream, lambda: StreamState.objects.update(primary_page="another"))

    assert await page.next("primary") == {"type": "primary", "primary": False}


async def test_a_panic_between_ticket_and_greeting_is_not_missed(
    stream: Stream, pages: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = stage.stage_hello

    def read_then_panic(stream_id: Any) -> dict[str, Any]:
        hello = read(stream_id)
        control.panic(stream_id)
        return hello

    monkeypatch.setattr(stage, "stage_hello", read_then_panic)

    page = await pages(stream)

    assert page.hello["panicked"] is False
    assert (await page.next("stop"))["reason"] == "panic"
    assert (await page.next("state"))["panicked"] is True


async def test_a_page_of_a_stream_that_was_deleted_is_refused(stream: Stream) -> None:
    token = await token_for(stream, TokenKind.STAGE)
    ticket = await ticket_of(token)
    await in_scope(stream, stream.delete)

    assert await refused(socket("/ws/stage", "vtcontrol.v1", f"ticket.{ticket}"))
