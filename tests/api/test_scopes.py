"""What each kind of token, and each scope, may do."""

from typing import Any

import pytest

from streams.models import Stream
from tests.api.conftest import Program, problem
from tests.factories.tenancy import make_token
from tests.tenancy.routes import API, all_routes
from vtcontrol.tenancy import tokens
from vtcontrol.tenancy.access import Scope, TokenKind
from vtcontrol.tenancy.api import StudioView
from vtcontrol.tenancy.scope import studio_scope

READS = ["streams/{id}/state", "streams/{id}/events", "streams/{id}/turns", "streams/{id}/transcript"]
LISTS = ["streams", "personas", "viewers", "memory/memories", "rules"]
CONTROLS = ["skip", "panic", "release"]


def _status(program: Program, path: str) -> int:
    verb = path.rpartition("/")[2]
    if verb in CONTROLS:
        return int(program.post(path).status_code)
    return int(program.get(path).status_code)


@pytest.mark.parametrize("path", [*READS, *LISTS, *(f"streams/{{id}}/{verb}" for verb in CONTROLS)])
@pytest.mark.parametrize("scope", list(Scope))
def test_an_api_token_does_what_its_scopes_say(program: Program, path: str, scope: Scope) -> None:
    needed = Scope.CONTROL if path.rpartition("/")[2] in CONTROLS else Scope.READ
    narrow = program.may(scope)

    status = _status(narrow, path)

    assert status in ({200, 202} if scope == needed else {403})


def test_events_have_a_scope_of_their_own(program: Program) -> None:
    bot = program.may(Scope.EVENTS)

    accepted = bot.post("streams/{id}/events", {"text": "Hello!"})

    assert accepted.status_code == 202
    assert bot.get(f"streams/{{id}}/events/{accepted.json()['id']}").status_code == 200
    problem(bot.get("streams/{id}/events"), 403)
    problem(program.may(Scope.READ).post("streams/{id}/events", {"text": "Hello!"}), 403)


def test_a_refusal_names_the_scope(program: Program) -> None:
    body = problem(program.may(Scope.READ).post("streams/{id}/panic"), 403)

    assert "control" in body["detail"]


def test_a_token_without_scopes_does_nothing(program: Program) -> None:
    assert {_status(program.may(), path) for path in [*READS, *LISTS]} == {403}


def test_a_ticket_of_an_api_token_needs_to_read(program: Program) -> None:
    assert program.may(Scope.READ).post("tickets").status_code == 201
    problem(program.may(Scope.EVENTS).post("tickets"), 403)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("kind", [TokenKind.DOCK, TokenKind.STAGE])
def test_lists_of_the_studio_are_for_api_tokens(program: Program, stream: Stream, path: str, kind: TokenKind) -> None:
    with studio_scope(stream.studio_id):
        secret = make_token(kind, stream=stream)[1]

    problem(program.bearing(secret).get(path), 403)


def test_a_pass_has_the_scopes_of_its_token(program: Program) -> None:
    narrow = program.may(Scope.READ)
    access = narrow.post("session").json()["access"]

    assert program.bearing(access).get("streams/{id}/state").status_code == 200
    problem(program.bearing(access).post("streams/{id}/skip"), 403)


def test_a_token_is_stored_with_known_scopes_only(in_studio: Any) -> None:
    row, _secret = tokens.issue(TokenKind.API, "odd", scopes=("read", "nonsense", "events"))

    assert row.scopes == "read events"
    assert tokens.issue(TokenKind.DOCK, "dock")[0].scopes == ""


def test_every_post_can_be_repeated_or_says_why_not() -> None:
    """Sessions and tickets hand out secrets, which are never kept; an event is its own key."""
    apart = {"SessionView", "TicketView", "EventsView"}
    views = {route.view.view_class for route in all_routes() if route.template.startswith(API)}
    posts = {view for view in views if issubclass(view, StudioView) and hasattr(view, "post")}

    assert {view.__name__ for view in posts if not getattr(view.post, "is_once", False)} == apart
