"""The REST entrance: what each call answers, and every refusal as a problem with its own status."""

import json
from typing import Any

import pytest
from django.test import Client

from streams.api import views
from streams.models import InboxEvent, Stream
from streams.services import control
from tests.conftest import OTHER
from tests.factories.streams import make_stream
from tests.factories.tenancy import make_token
from tests.live.scenes import arrive, chat, says, state_of
from vtcontrol.kernel.events import HOUSE_KINDS, HOUSE_PLATFORMS, EventKind, EventState
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.access import TokenKind
from vtcontrol.tenancy.rates import Rate
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio
from vtcontrol.tenancy.tokens import revoke

VERBS = ("skip", "panic", "release")


class Api:
    """A program that calls with a token."""

    def __init__(self, client: Client, secret: str) -> None:
        self.client = client
        self.secret = secret

    def post(self, path: str, body: Any = None, *, secret: str | None = None, **headers: str) -> Any:
        return self.client.post(
            f"/api/v1/{path}",
            data=body if isinstance(body, str | bytes) else json.dumps({} if body is None else body),
            content_type="application/json",
            headers=self._headers(secret) | headers,
        )

    def get(self, path: str, *, secret: str | None = None) -> Any:
        return self.client.get(f"/api/v1/{path}", headers=self._headers(secret))

    def _headers(self, secret: str | None) -> dict[str, str]:
        shown = self.secret if secret is None else secret
        return {"Authorization": f"Bearer {shown}"} if shown else {}


def secret_of(stream: Stream, kind: TokenKind = TokenKind.API, *, is_bound: bool = True) -> str:
    with studio_scope(stream.studio_id):
        return make_token(kind, stream=stream if is_bound else None)[1]


@pytest.fixture
def api(client: Client, stream: Stream) -> Api:
    return Api(client, secret_of(stream))


@pytest.fixture
def events(stream: Stream) -> str:
    return f"streams/{stream.pk}/events"


def problem(response: Any, status: int) -> dict[str, Any]:
    """The refusal, which must be a problem of this status."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body


def test_an_event_is_accepted(api: Api, events: str, in_studio: Studio) -> None:
    response = api.post(events, {"kind": "chat", "text": "Hello!", "author_name": "Bo", "platform": "dock"})

    assert response.status_code == 202
    row = InboxEvent.objects.get()
    assert response.json() == {
        "id": str(row.pk),
        "state": "waiting",
        "reason": "",
        "received_at": row.received_at.isoformat(),
    }
    assert (row.text, row.author_name, row.author_id, row.platform) == ("Hello!", "Bo", "Bo", "dock")


def test_the_same_key_is_the_same_event(api: Api, events: str, in_studio: Studio) -> None:
    body = {"text": "Hello!", "author_name": "Bo"}

    answers = [api.post(events, body, **{"Idempotency-Key": "k-1"}).json() for _ in range(2)]
    other = api.post(events, body, **{"Idempotency-Key": "k-2"}).json()

    assert answers[0] == answers[1]
    assert other["id"] != answers[0]["id"]
    assert InboxEvent.objects.count() == 2


def test_without_a_key_every_post_is_an_event(api: Api, events: str, in_studio: Studio) -> None:
    for _ in range(2):
        assert api.post(events, {"text": "Hello!"}).status_code == 202

    assert InboxEvent.objects.count() == 2


def test_two_programs_with_the_same_key_do_not_meet(api: Api, events: str, stream: Stream, in_studio: Studio) -> None:
    for secret in (api.secret, secret_of(stream)):
        assert api.post(events, {"text": "Hello!"}, secret=secret, **{"Idempotency-Key": "k"}).status_code == 202

    assert InboxEvent.objects.count() == 2


def test_the_same_key_for_something_else_is_a_conflict(api: Api, events: str) -> None:
    api.post(events, {"text": "Hello!"}, **{"Idempotency-Key": "k-1"})

    problem(api.post(events, {"text": "Something else"}, **{"Idempotency-Key": "k-1"}), 409)


def test_a_platforms_id_is_the_key(api: Api, events: str, in_studio: Studio) -> None:
    body = {"text": "Hello!", "platform": "twitch", "platform_id": "abc"}

    first, again = api.post(events, body).json(), api.post(events, body, **{"Idempotency-Key": "other"}).json()

    assert first["id"] == again["id"]
    problem(api.post(events, body | {"text": "Edited"}), 409)


def test_an_event_at_the_door_tells_why_it_will_not_be_answered(
    api: Api, events: str, stream: Stream, in_studio: Studio
) -> None:
    control.panic(stream.pk)

    response = api.post(events, {"text": "Hello!"})

    assert response.status_code == 202
    assert (response.json()["state"], response.json()["reason"]) == ("cancelled", "panic")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "x" * 2001}, "text"),
        ({"text": ""}, "text"),
        ({"text": "   "}, "text"),
        ({}, "text"),
        ({"text": 5.5, "kind": "nonsense"}, "kind"),
        ({"text": ["a"]}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"text": "hi", "author_name": "n" * 81}, "author_name"),
        ({"text": "hi", "author_id": "i" * 129}, "author_id"),
        ({"text": "hi", "platform": "Not A Slug"}, "platform"),
        ({"text": "hi", "platform": ""}, "platform"),
        ({"text": "hi", "platform_id": "i" * 129}, "platform_id"),
        ({"text": "hi", "amount": "-1"}, "amount"),
        ({"text": "hi", "amount": "1e99"}, "amount"),
        ({"text": "hi", "amount": "NaN"}, "amount"),
        ({"text": "hi", "currency": "c" * 9}, "currency"),
        ({"text": "hi", "is_mention": "perhaps"}, "is_mention"),
    ],
)
def test_an_event_that_cannot_be_used_names_the_field(api: Api, events: str, body: Any, field: str) -> None:
    assert list(problem(api.post(events, body), 400)["errors"]) == [field]


@pytest.mark.parametrize("body", ["", "no json", "[]", "5", '"text"', "null", "{", "\xff", "[" * 50_000])
def test_a_body_that_is_no_object_is_refused(api: Api, events: str, body: str) -> None:
    problem(api.post(events, body.encode("latin-1")), 400)


def test_a_lone_surrogate_is_refused(api: Api, events: str) -> None:
    problem(api.post(events, '{"text": "a\\ud800b"}'), 400)


@pytest.mark.parametrize("key", ["k" * 101, "a\tb"])
def test_a_key_that_cannot_be_used_is_refused(api: Api, events: str, key: str) -> None:
    problem(api.post(events, {"text": "Hello!"}, **{"Idempotency-Key": key}), 400)


@pytest.mark.parametrize("platform", sorted(HOUSE_PLATFORMS))
def test_the_houses_own_platforms_are_refused(api: Api, events: str, in_studio: Studio, platform: str) -> None:
    answer = api.post(events, {"text": "The ship sinks.", "platform": platform})

    assert answer.status_code == 400
    assert not InboxEvent.objects.exists()


@pytest.mark.parametrize("kind", [kind.value for kind in EventKind if kind not in HOUSE_KINDS])
def test_every_kind_of_event_has_its_way_in(api: Api, events: str, in_studio: Studio, kind: str) -> None:
    text = "Hello!" if kind in {"chat", "speech", "direct"} else ""
    body = {"kind": kind, "text": text, "author_name": "Bo", "amount": "5.00", "currency": "EUR"}

    assert api.post(events, body).status_code == 202
    assert InboxEvent.objects.get().kind == kind


def test_a_disabled_stream_is_a_conflict(api: Api, events: str, stream: Stream, in_studio: Studio) -> None:
    stream.is_enabled = False
    stream.save()

    problem(api.post(events, {"text": "Hello!"}), 409)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("kind", [TokenKind.API, TokenKind.DOCK])
def test_hands_are_laid_on_with_api_and_dock_tokens(
    api: Api, stream: Stream, in_studio: Studio, verb: str, kind: TokenKind
) -> None:
    response = api.post(f"streams/{stream.pk}/{verb}", secret=secret_of(stream, kind))

    assert (response.status_code, response.json()) == (202, {})


def test_a_panic_and_its_release(api: Api, stream: Stream, in_studio: Studio) -> None:
    event = says(stream)

    api.post(f"streams/{stream.pk}/panic")
    assert state_of(stream).panicked_at is not None
    event.refresh_from_db()
    assert event.state == EventState.CANCELLED

    api.post(f"streams/{stream.pk}/release")
    assert state_of(stream).panicked_at is None


def test_muting_says_how(api: Api, stream: Stream, in_studio: Studio) -> None:
    for is_muted in (True, False):
        assert api.post(f"streams/{stream.pk}/mute", {"muted": is_muted}).status_code == 202
        assert state_of(stream).is_muted is is_muted

    for body in ({}, {"muted": "perhaps"}, {"muted": None}):
        problem(api.post(f"streams/{stream.pk}/mute", body), 400)


def test_the_state_is_what_a_dock_shows(api: Api, stream: Stream, in_studio: Studio) -> None:
    arrive(stream, chat("one"), chat("two"))

    body = api.get(f"streams/{stream.pk}/state").json()

    assert [line["text"] for line in body["transcript"]] == ["one", "two"]
    assert body["version"] == state_of(stream).version
    assert body["state"]["waiting"] == 2
    assert body["stream"]["id"] == str(stream.pk)


def test_what_became_of_an_event_can_be_asked(api: Api, events: str, stream: Stream, in_studio: Studio) -> None:
    event = says(stream)

    body = api.get(f"{events}/{event.pk}").json()

    assert (body["id"], body["state"], body["turn"]) == (str(event.pk), "waiting", None)
    problem(api.get(f"{events}/{uuid7()}"), 404)


CALLS = [("get", "state"), *(("post", verb) for verb in VERBS), ("post", "mute"), ("post", "events")]


def call(api: Api, method: str, path: str, **options: Any) -> Any:
    body = {"muted": True, "text": "Hello!"}
    return api.get(path, **options) if method == "get" else api.post(path, body, **options)


@pytest.mark.parametrize(("method", "name"), CALLS)
@pytest.mark.parametrize("secret", ["", "made-up", "vtc_api_made-up", "vta_made-up"])
def test_a_call_without_a_good_token_is_401(api: Api, stream: Stream, method: str, name: str, secret: str) -> None:
    response = call(api, method, f"streams/{stream.pk}/{name}", secret=secret)

    problem(response, 401)
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "name"), CALLS)
def test_a_stage_token_opens_none_of_them(api: Api, stream: Stream, method: str, name: str) -> None:
    problem(call(api, method, f"streams/{stream.pk}/{name}", secret=secret_of(stream, TokenKind.STAGE)), 403)


@pytest.mark.parametrize(("method", "name"), CALLS)
def test_a_revoked_token_opens_none_of_them(
    api: Api, stream: Stream, in_studio: Studio, method: str, name: str
) -> None:
    row, secret = make_token(TokenKind.API, stream=stream)
    revoke(row)

    problem(call(api, method, f"streams/{stream.pk}/{name}", secret=secret), 401)


@pytest.mark.parametrize(("method", "name"), CALLS)
def test_another_studios_stream_is_not_there(
    api: Api, other_stream: Stream, stream: Stream, method: str, name: str
) -> None:
    for secret in (api.secret, secret_of(stream, is_bound=False)):
        response = call(api, method, f"streams/{other_stream.pk}/{name}", secret=secret)
        problem(response, 404)
        assert OTHER not in response.content.decode()
    with studio_scope(other_stream.studio_id):
        assert state_of(other_stream).control_epoch == 0
        assert not InboxEvent.objects.exists()


def test_a_token_of_one_stream_does_not_open_the_next(api: Api, stream: Stream, in_studio: Studio) -> None:
    second = make_stream(stream.persona, name="Second stage")

    problem(api.get(f"streams/{second.pk}/state"), 404)
    assert api.get(f"streams/{second.pk}/state", secret=secret_of(stream, is_bound=False)).status_code == 200


def test_too_many_calls_are_429_and_say_when_to_come_back(
    api: Api, events: str, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views.EventsView, "rate", Rate("events", 2))

    answers = [api.post(events, {"text": "Hello!"}) for _ in range(3)]

    problem(answers[2], 429)
    assert 1 <= int(answers[2]["Retry-After"]) <= 60
    assert [answer.status_code for answer in answers[:2]] == [202, 202]


@pytest.mark.parametrize("kind", [TokenKind.STAGE, TokenKind.DOCK])
def test_a_pages_token_buys_a_pass_and_the_pass_buys_tickets(api: Api, stream: Stream, kind: TokenKind) -> None:
    session = api.post("session", secret=secret_of(stream, kind)).json()
    ticket = api.post("tickets", secret=session["access"])

    assert session["kind"] == kind
    assert session["stream"] == {"id": str(stream.pk), "name": "Evening show"}
    assert session["expires_in"] > 60
    assert ticket.status_code == 201
    assert ticket.json().keys() == {"ticket", "expires_in"}


def test_a_pass_buys_no_other_pass(api: Api, stream: Stream) -> None:
    access = api.post("session", secret=secret_of(stream, TokenKind.DOCK)).json()["access"]

    problem(api.post("session", secret=access), 403)


def test_a_pass_of_a_dock_works_the_controls(api: Api, stream: Stream) -> None:
    access = api.post("session", secret=secret_of(stream, TokenKind.DOCK)).json()["access"]

    assert api.post(f"streams/{stream.pk}/skip", secret=access).status_code == 202


def test_a_pass_ends_with_its_token(api: Api, stream: Stream, in_studio: Studio) -> None:
    row, secret = make_token(TokenKind.DOCK, stream=stream)
    access = api.post("session", secret=secret).json()["access"]

    revoke(row)

    problem(api.post("tickets", secret=access), 401)
    problem(api.get(f"streams/{stream.pk}/state", secret=access), 401)


def test_a_pages_token_that_names_no_stream_opens_no_page(api: Api, stream: Stream) -> None:
    problem(api.post("session", secret=secret_of(stream, TokenKind.DOCK, is_bound=False)), 404)


@pytest.mark.parametrize("path", ["session", "tickets"])
def test_a_page_without_a_token_gets_nothing(api: Api, path: str) -> None:
    problem(api.post(path, secret=""), 401)


@pytest.mark.parametrize("verb", ["put", "delete", "patch"])
def test_other_methods_are_405(api: Api, events: str, client: Client, verb: str) -> None:
    response = getattr(client, verb)(f"/api/v1/{events}", headers={"Authorization": f"Bearer {api.secret}"})

    problem(response, 405)


def test_an_api_call_needs_no_cookie_and_sets_none(events: str, stream: Stream) -> None:
    strict = Client(enforce_csrf_checks=True)

    response = Api(strict, secret_of(stream)).post(events, {"text": "Hello!"})

    assert response.status_code == 202
    assert not response.cookies
