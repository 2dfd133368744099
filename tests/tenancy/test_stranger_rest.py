"""The stranger at the REST API and at the sockets, with every kind of token of her own studio and our ids in them."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from channels.layers import channel_layers
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.test import Client
from django.utils import timezone

from memory.models import Memory
from personas.models import UNPUBLISHED, Revision, RevisionState
from relationships.models import Viewer
from streams.models import HeldLine, InboxEvent, RolePart, RolePlay, StagePage
from tests.factories.tenancy import make_ticket, make_token
from tests.tenancy.routes import API, all_routes
from tests.tenancy.tables import rows_of
from tests.tenancy.walk import Call, Walk, make_walk
from vtcontrol.tenancy import tokens
from vtcontrol.tenancy.access import ApiToken, TokenKind
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

METHODS = ("get", "post", "put", "patch", "delete")
EVENT = {"kind": "chat", "text": "Do you like cats?", "author_name": "Bo", "author_id": "1001", "platform": "dock"}

PERSONA, VIEWER, ROLEPLAY = "<persona>", "<viewer>", "<roleplay>"  # ours, whoever asks
IMPORTED = {
    "persona": PERSONA,
    "format": "vtcontrol.memories",
    "version": 1,
    "memories": [{"text": "The moon was full.", "viewer": VIEWER}],
}

SEEDS = "format: vtcontrol.seeds\nversion: 1\nmemories: [{key: moon, text: The moon was full.}]"
LATER = (timezone.now() + dt.timedelta(days=30)).isoformat()

# Body of each call that the API takes: route → method → body.
CASES: dict[str, dict[str, Any]] = {
    "schema": {"get": None},
    "docs": {"get": None},
    "streams": {"get": None},
    "personas": {"get": None},
    "viewers": {"get": None},
    "memory/memories": {"get": None, "post": {"persona": PERSONA, "text": "The moon was full.", "viewer": VIEWER}},
    "memory/memories/<uuid:memory_id>": {"get": None, "patch": {"text": "The moon was new."}, "delete": None},
    f"memory/search?persona={PERSONA}&text=cat+biscuit&viewer={VIEWER}": {"get": None},
    f"memory/export?persona={PERSONA}": {"get": None},
    "memory/import": {"post": IMPORTED},
    "memory/seeds": {"post": {"persona": PERSONA, "file": SEEDS}},
    "personas/<uuid:persona_id>/revisions": {"get": None, "post": {"content": {"identity": "You are a pirate."}}},
    "personas/<uuid:persona_id>/revisions/<uuid:revision_id>/difference": {"get": None},
    "personas/<uuid:persona_id>/revisions/<uuid:revision_id>/publish": {"post": {"at": LATER}},
    "personas/<uuid:persona_id>/revisions/<uuid:revision_id>/unschedule": {"post": {}},
    "personas/<uuid:persona_id>/revisions/<uuid:revision_id>/rollback": {"post": {}},
    "personas/<uuid:persona_id>/revisions/<uuid:revision_id>": {
        "get": None,
        "patch": {"note": "louder"},
        "delete": None,
    },
    "rules": {"get": None},
    "streams/<uuid:stream_id>/turns": {"get": None},
    "streams/<uuid:stream_id>/transcript": {"get": None},
    "streams/<uuid:stream_id>/feed": {"get": None},
    "session": {"post": {}},
    "tickets": {"post": {}},
    "streams/<uuid:stream_id>/events": {"get": None, "post": EVENT},
    "streams/<uuid:stream_id>/events/<uuid:event_id>": {"get": None},
    "streams/<uuid:stream_id>/state": {"get": None},
    "streams/<uuid:stream_id>/queue": {"get": None},
    "streams/<uuid:stream_id>/events/<uuid:event_id>/pin": {"post": {}},
    "streams/<uuid:stream_id>/events/<uuid:event_id>/unpin": {"post": {}},
    "streams/<uuid:stream_id>/events/<uuid:event_id>/drop": {"post": {}},
    "streams/<uuid:stream_id>/events/<uuid:event_id>/restore": {"post": {}},
    "streams/<uuid:stream_id>/held": {"get": None},
    "streams/<uuid:stream_id>/held/<uuid:held_id>": {"get": None},
    "streams/<uuid:stream_id>/held/<uuid:held_id>/approve": {"post": {}},
    "streams/<uuid:stream_id>/held/<uuid:held_id>/reject": {"post": {"reason": "Off topic"}},
    "streams/<uuid:stream_id>/say": {"post": {"text": "We are back!"}},
    "streams/<uuid:stream_id>/notes": {"post": {"text": "Mention the charity drive."}},
    "streams/<uuid:stream_id>/viewers/current": {"get": None},
    "streams/<uuid:stream_id>/viewers/<uuid:viewer_id>": {"get": None},
    "streams/<uuid:stream_id>/viewers/<uuid:viewer_id>/mute": {"post": {"minutes": 5}},
    "streams/<uuid:stream_id>/viewers/<uuid:viewer_id>/unmute": {"post": {}},
    "streams/<uuid:stream_id>/viewers/<uuid:viewer_id>/notes": {"post": {"text": "Plays the cello."}},
    "streams/<uuid:stream_id>/cast": {"get": None},
    "streams/<uuid:stream_id>/character": {"post": {"persona": PERSONA}},
    "streams/<uuid:stream_id>/scene/roles/<uuid:part_id>": {"post": {"taken": True}},
    "streams/<uuid:stream_id>/scene/narration": {"post": {"text": "The lamp goes out."}},
    "streams/<uuid:stream_id>/scene": {"post": {"action": "end", "roleplay": ROLEPLAY}},
    "streams/<uuid:stream_id>/health": {"get": None},
    "streams/<uuid:stream_id>/pages": {"get": None},
    "streams/<uuid:stream_id>/pages/<slug:page>/primary": {"post": {}},
    "streams/<uuid:stream_id>/skip": {"post": {}},
    "streams/<uuid:stream_id>/panic": {"post": {}},
    "streams/<uuid:stream_id>/release": {"post": {}},
    "streams/<uuid:stream_id>/mute": {"post": {"muted": True}},
}
PUBLIC = {"schema", "docs"}  # the same for everybody
# Sockets by path, with the kind of token whose ticket opens each.
SOCKETS = {"ws/stage": TokenKind.STAGE, "ws/dock": TokenKind.DOCK}


@dataclass(frozen=True)
class Bearer:
    """A secret in the stranger's hands.

    Attributes:
        is_ours: It names our stream, though her studio made it.
    """

    name: str
    secret: str
    row: ApiToken
    is_ours: bool


@pytest.fixture
def walk(studio: Studio, owner: Any, other_studio: Studio, stranger: Any) -> Walk:
    return make_walk(studio, owner, other_studio, stranger)


def _bearers(walk: Walk) -> Iterator[Bearer]:
    """Every token she can make, and its pass: of each kind, for her stream, for all of hers, and forged for ours."""
    with studio_scope(walk.other_studio.pk):
        for kind in TokenKind:
            for name, stream in (("own", walk.other_world.stream), ("all", None), ("forged", walk.world.stream)):
                row, secret = make_token(kind, stream=stream)
                yield Bearer(f"{name} {kind.value} token", secret, row, name == "forged")
                access = tokens.make_access(tokens.read(secret))
                yield Bearer(f"{name} {kind.value} pass", access, row, name == "forged")


def _rest_routes() -> dict[str, Any]:
    return {route.template.removeprefix(API): route.view for route in all_routes() if route.template.startswith(API)}


def _ask(client: Client, method: str, path: str, body: Any, secret: str) -> Any:
    headers = {"Authorization": f"Bearer {secret}"}
    if method == "get":
        return client.get(path, headers=headers)
    return client.generic(method.upper(), path, json.dumps(body), "application/json", headers=headers)


def _path(route: str, stream: Any, walk: Walk) -> str:
    """Return a route's address with our event and our viewer in it."""
    ids = {"stream_id": stream.pk, "event_id": walk.our_row(InboxEvent).pk, "viewer_id": walk.our_row(Viewer).pk}
    ids |= {"memory_id": walk.our_row(Memory).pk, "part_id": walk.our_row(RolePart).pk, "held_id": _held(route, walk)}
    ids |= {"persona_id": walk.world.persona.pk, "revision_id": _revision(route, walk)}
    for name, value in ids.items():
        route = route.replace(f"<uuid:{name}>", str(value))
    route = route.replace("<slug:page>", walk.our_row(StagePage).page)
    return f"/{API}{_ours(route, walk)}"


def _held(route: str, walk: Walk) -> UUID:
    """Return the held line a route decides on: one that is approved cannot be rejected as well."""
    with studio_scope(walk.studio.pk):
        found: UUID = HeldLine.objects.filter(turn__isnull="reject" in route).values_list("pk", flat=True)[0]
    return found


def _revision(route: str, walk: Walk) -> UUID:
    """Return the revision a route is about: an earlier one can be brought back, a draft that nobody heard discarded."""
    states = (RevisionState.RETIRED,) if route.endswith("rollback") else UNPUBLISHED
    with studio_scope(walk.studio.pk):
        rows = Revision.objects.filter(state__in=states, experiments=None).order_by("number")
        found: UUID = rows.values_list("pk", flat=True)[0]
    return found


def _ours(value: Any, walk: Walk) -> Any:
    """Return a route or a body with our persona and our viewer in it."""
    if isinstance(value, str):
        value = value.replace(ROLEPLAY, str(walk.our_row(RolePlay).pk))
        return value.replace(PERSONA, str(walk.world.persona.pk)).replace(VIEWER, str(walk.world.viewer.pk))
    return None if value is None else json.loads(_ours(json.dumps(value), walk))


def test_every_rest_route_and_method_has_a_case() -> None:
    taken = {
        (route, method)
        for route, view in _rest_routes().items()
        for method in METHODS
        if hasattr(view.view_class, method)
    }

    assert taken == {(route.partition("?")[0], method) for route, bodies in CASES.items() for method in bodies}


def test_the_cases_are_good_in_our_own_hands(walk: Walk) -> None:
    refused = []
    for route, bodies in CASES.items():
        for method, body in bodies.items():
            path = _path(route, walk.world.stream, walk)
            answer = _ask(walk.owner, method, path, _ours(body, walk), walk.world.secrets["api"])
            if answer.status_code >= 300:
                refused.append(f"{method} {route}: {answer.status_code} {answer.content!r}")

    assert not refused, "\n".join(refused)


@pytest.mark.parametrize("route", CASES)
def test_the_stranger_gets_nothing_from_a_rest_route(route: str, walk: Walk) -> None:
    wrong = []
    paths = {_path(route, walk.world.stream, walk)}
    if any(name in route for name in ("event_id", "viewer_id", "<slug:page>")):
        paths.add(_path(route, walk.other_world.stream, walk))
    for bearer in _bearers(walk):
        for path in paths:
            for method, body in CASES[route].items():
                answer = _ask(walk.stranger, method, path, _ours(body, walk), bearer.secret)
                call = Call(method.upper(), path, {"as": bearer.name})
                wrong += walk.leaks(call, answer)
                is_barred = (bearer.is_ours or "<" in route) and route not in PUBLIC
                if is_barred and answer.status_code not in {403, 404}:
                    wrong.append(f"{call} as {bearer.name}: answered {answer.status_code}")
    if rows_of(walk.studio.pk) != walk.rows:
        wrong.append(f"{route} changed a row of ours")

    assert not wrong, "\n".join(wrong)


def test_the_same_event_id_in_two_studios_is_two_events(walk: Walk) -> None:
    event = {**EVENT, "platform_id": "the-same-id"}
    answers = [
        _ask(
            walk.owner,
            "post",
            _path("streams/<uuid:stream_id>/events", world.stream, walk),
            event,
            world.secrets["dock"],
        )
        for world in (walk.world, walk.other_world)
    ]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["id"] != answers[1].json()["id"]
    for studio in (walk.studio, walk.other_studio):
        with studio_scope(studio.pk):
            assert InboxEvent.objects.filter(platform_id="the-same-id").count() == 1


def test_a_pass_buys_no_other_pass(walk: Walk) -> None:
    access = tokens.make_access(tokens.read(walk.world.secrets["dock"]))

    assert _ask(walk.owner, "post", "/api/v1/tickets", {}, access).status_code == 201
    assert _ask(walk.owner, "post", "/api/v1/session", {}, access).status_code == 403


# --- Sockets ------------------------------------------------------------------------------------------------------


class _Watched:
    """The channel layer, with a note of every group that was ever joined."""

    def __init__(self, layer: Any) -> None:
        self.layer = layer
        self.joined: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.layer, name)

    async def group_add(self, group: str, channel: str) -> None:
        self.joined.append(group)
        await self.layer.group_add(group, channel)


@pytest.fixture
def layer() -> Iterator[_Watched]:
    from vtcontrol.channel_layer import HomeLoopLayer

    watched = _Watched(HomeLoopLayer(capacity=100))
    before = channel_layers.set("default", watched)
    yield watched
    channel_layers.set("default", before)


def _sockets() -> list[Any]:
    from vtcontrol.routing import websocket_urlpatterns

    return list(websocket_urlpatterns)


def _knock(path: str, ticket: str) -> WebsocketCommunicator:
    return WebsocketCommunicator(URLRouter(_sockets()), f"/{path}", subprotocols=["vtcontrol.v1", f"ticket.{ticket}"])


def test_every_socket_has_a_case() -> None:
    assert {str(entry.pattern) for entry in _sockets()} == set(SOCKETS)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", SOCKETS)
async def test_our_own_ticket_opens_our_socket(path: str, walk: Walk, layer: _Watched) -> None:
    row = await sync_to_async(_token_of)(walk, SOCKETS[path], walk.world.stream)
    socket = _knock(path, await sync_to_async(make_ticket)(row))

    is_open, protocol = await socket.connect()
    hello = await socket.receive_json_from()
    await socket.disconnect()

    assert is_open
    assert protocol == "vtcontrol.v1"
    assert walk.world.stream.name in str(hello)


def _is_of(walk: Walk, group: str) -> bool:
    return walk.world.stream.pk.hex in group.replace("-", "")


def _token_of(walk: Walk, kind: TokenKind, stream: Any) -> ApiToken:
    with studio_scope(walk.studio.pk):
        return make_token(kind, stream=stream)[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", SOCKETS)
async def test_the_stranger_hears_nothing_of_ours_at_a_socket(path: str, walk: Walk, layer: _Watched) -> None:
    bearers = [bearer for bearer in await sync_to_async(lambda: list(_bearers(walk)))() if "token" in bearer.name]
    wrong = []
    for bearer in bearers:
        socket = _knock(path, await sync_to_async(make_ticket)(bearer.row))
        is_open, _code = await socket.connect()
        if is_open:
            heard = await socket.receive_output()
            wrong += [f"{bearer.name}: {word} heard" for word in walk.marks if word in str(heard)]
            wrong += [f"{bearer.name}: opened"] if bearer.is_ours else []
            wrong += [f"{bearer.name}: listens to {group}" for group in layer.groups if _is_of(walk, group)]
        await socket.disconnect()
        wrong += [f"{bearer.name}: stays in {group}" for group in layer.groups if _is_of(walk, group)]

    if await sync_to_async(rows_of)(walk.studio.pk) != walk.rows:
        wrong.append("changed a row of ours")

    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", SOCKETS)
@pytest.mark.parametrize("ticket", ["", "nonsense", "тайна"])
async def test_a_socket_without_a_good_ticket_stays_shut(path: str, ticket: str, walk: Walk, layer: _Watched) -> None:
    socket = _knock(path, ticket)

    is_open, _code = await socket.connect()
    await socket.disconnect()

    assert not is_open
    assert layer.joined == []


@pytest.mark.django_db(transaction=True)
async def test_a_ticket_opens_one_socket_of_two(walk: Walk, layer: _Watched) -> None:
    row = await sync_to_async(_token_of)(walk, TokenKind.DOCK, walk.world.stream)
    ticket = await sync_to_async(make_ticket)(row)
    first, second = _knock("ws/dock", ticket), _knock("ws/dock", ticket)

    opened = [(await first.connect())[0], (await second.connect())[0]]
    for socket in (first, second):
        await socket.disconnect()

    assert opened == [True, False]
