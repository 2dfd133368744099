"""What an API token opens for a test from outside: a session, a preview of the stage, and what became of an event."""

from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import channel_layers
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.test import Client
from django.utils import timezone

from streams.models import Stream, StreamState
from tests.factories.streams import make_event, make_segment, make_turn
from tests.factories.tenancy import make_ticket, make_token
from vtcontrol.channel_layer import HomeLoopLayer
from vtcontrol.kernel.events import EventState
from vtcontrol.routing import websocket_urlpatterns
from vtcontrol.tenancy.access import TokenKind
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio


@pytest.fixture
def _layer() -> Iterator[None]:
    before = channel_layers.set("default", HomeLoopLayer(capacity=100))
    yield
    channel_layers.set("default", before)


def token_of(studio: Studio, kind: TokenKind, stream: Stream | None = None) -> tuple[Any, str]:
    with studio_scope(studio.pk):
        return make_token(kind, stream=stream)


def post(path: str, secret: str) -> Any:
    return Client().post(f"/api/v1/{path}", {}, "application/json", headers={"Authorization": f"Bearer {secret}"})


def get(path: str, secret: str) -> Any:
    return Client().get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {secret}"})


def test_session_tells_an_api_token_its_stream(studio: Studio, stream: Stream) -> None:
    one = post("session", token_of(studio, TokenKind.API, stream)[1]).json()
    every = post("session", token_of(studio, TokenKind.API)[1]).json()

    assert (one["kind"], one["stream"]) == ("api", {"id": str(stream.pk), "name": stream.name})
    assert every["stream"] is None


@pytest.mark.parametrize("kind", [TokenKind.STAGE, TokenKind.DOCK])
def test_page_s_token_without_a_stream_buys_nothing(studio: Studio, kind: TokenKind) -> None:
    secret = token_of(studio, kind)[1]

    assert [post(path, secret).status_code for path in ("session", "tickets")] == [404, 404]


def test_event_tells_what_became_of_it(studio: Studio, stream: Stream) -> None:
    with studio_scope(studio.pk):
        event = make_event(stream, state=EventState.ANSWERED, decided_at=timezone.now())
        turn = make_turn(stream, event=event, timings={"claimed": 4.0})
        segment = make_segment(turn)
    secret = token_of(studio, TokenKind.API, stream)[1]

    body = get(f"streams/{stream.pk}/events/{event.pk}", secret).json()

    assert (body["id"], body["state"]) == (str(event.pk), "answered")
    assert (body["turn"]["id"], body["turn"]["timings"]) == (str(turn.pk), {"claimed": 4.0})
    assert [one["text"] for one in body["turn"]["segments"]] == [segment.text]


def test_event_without_an_answer_has_no_turn(studio: Studio, stream: Stream) -> None:
    with studio_scope(studio.pk):
        event = make_event(stream, state=EventState.PASSED_OVER, reason="moderated")
    secret = token_of(studio, TokenKind.DOCK, stream)[1]

    body = get(f"streams/{stream.pk}/events/{event.pk}", secret).json()

    assert (body["state"], body["reason"], body["turn"]) == ("passed_over", "moderated", None)


def test_stage_link_reads_no_events(studio: Studio, stream: Stream) -> None:
    with studio_scope(studio.pk):
        event = make_event(stream)
    secret = token_of(studio, TokenKind.STAGE, stream)[1]

    assert get(f"streams/{stream.pk}/events/{event.pk}", secret).status_code == 403


def knock(token: Any, query: str = "") -> WebsocketCommunicator:
    offered = ["vtcontrol.v1", f"ticket.{make_ticket(token)}"]
    return WebsocketCommunicator(URLRouter(websocket_urlpatterns), f"/ws/stage{query}", subprotocols=offered)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_layer")
async def test_api_token_opens_the_stage_as_a_preview_only(studio: Studio, stream: Stream) -> None:
    token, _secret = await sync_to_async(token_of)(studio, TokenKind.API)
    socket = await sync_to_async(knock)(token, f"?stream={stream.pk}")

    is_open, _protocol = await socket.connect()
    hello = await socket.receive_json_from()
    await socket.disconnect()

    assert is_open
    assert hello["primary"] is False
    assert await sync_to_async(primary_of)(studio, stream) == ""


def primary_of(studio: Studio, stream: Stream) -> str:
    with studio_scope(studio.pk):
        page: str = StreamState.objects.get(stream=stream).primary_page
        return page


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_layer")
@pytest.mark.parametrize("query", ["", "?stream=", "?stream=nonsense", "?stream={other}"])
async def test_api_token_opens_no_stage_but_its_studio_s(
    studio: Studio, stream: Stream, other_stream: Stream, query: str
) -> None:
    token, _secret = await sync_to_async(token_of)(studio, TokenKind.API)
    socket = await sync_to_async(knock)(token, query.replace("{other}", str(other_stream.pk)))

    is_open, _code = await socket.connect()
    await socket.disconnect()

    assert not is_open


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_layer")
async def test_dock_link_opens_no_stage(studio: Studio, stream: Stream) -> None:
    token, _secret = await sync_to_async(token_of)(studio, TokenKind.DOCK, stream)
    socket = await sync_to_async(knock)(token)

    is_open, _code = await socket.connect()
    await socket.disconnect()

    assert not is_open
