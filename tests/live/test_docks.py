"""The docks' way in and what each may do: links that act, links that watch, members inside the admin, strangers."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from relationships.models import Viewer
from streams.models import InboxEvent, Stream, StreamState, Turn
from tests.factories.relationships import make_interaction, make_relationship
from tests.factories.streams import make_event, make_turn
from tests.factories.tenancy import make_budget, make_token, make_usage
from tests.live.scenes import says
from vtcontrol.kernel.events import EventState
from vtcontrol.tenancy import tokens
from vtcontrol.tenancy.access import ApiToken, TokenKind
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import MemberRole, Membership, Studio
from vtcontrol.tenancy.tokens import issue

HANDS: dict[str, Any] = {
    "events": {"text": "hi", "author_name": "Bo"},
    "skip": {},
    "panic": {},
    "release": {},
    "mute": {"muted": True},
    "say": {"text": "We are back!"},
    "notes": {"text": "Mention the charity drive."},
    "events/{event}/pin": {},
    "events/{event}/unpin": {},
    "events/{event}/drop": {},
    "events/{event}/restore": {},
    "viewers/{viewer}/mute": {"minutes": 5},
    "viewers/{viewer}/unmute": {},
    "viewers/{viewer}/notes": {"text": "Plays the cello."},
}
LOOKS = ("state", "queue", "health", "viewers/current", "viewers/{viewer}")


class Dock:
    """A dock's calls about one stream."""

    def __init__(self, client: Client, stream: Stream, bearer: str) -> None:
        self.client, self.stream, self.bearer = client, stream, bearer
        with studio_scope(stream.studio_id):
            event = says(stream)
            self.ids = {"event": event.pk, "viewer": event.viewer_id}

    def post(self, what: str, body: Any = None, **headers: str) -> Any:
        return self.client.post(
            f"/api/v1/streams/{self.stream.pk}/{what.format(**self.ids)}",
            json.dumps(body or {}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.bearer}"} | headers,
        )

    def get(self, what: str) -> Any:
        path = f"/api/v1/streams/{self.stream.pk}/{what.format(**self.ids)}"
        return self.client.get(path, headers={"Authorization": f"Bearer {self.bearer}"})


def link(stream: Stream, role: MemberRole) -> str:
    with studio_scope(stream.studio_id):
        return issue(TokenKind.DOCK, "dock", stream_id=stream.pk, role=role)[1]


@pytest.fixture
def dock(client: Client, stream: Stream) -> Dock:
    return Dock(client, stream, link(stream, MemberRole.MANAGER))


def test_a_dock_link_does_everything(dock: Dock) -> None:
    order = [*(what for what in HANDS if what not in {"panic", "release"}), "panic", "release"]

    answers = {what: dock.post(what, HANDS[what]).status_code for what in order}

    assert {what: status for what, status in answers.items() if status >= 300} == {}


def test_a_watching_link_sees_everything_and_changes_nothing(client: Client, stream: Stream) -> None:
    dock = Dock(client, stream, link(stream, MemberRole.OBSERVER))
    with studio_scope(stream.studio_id):
        before = list(InboxEvent.objects.values()), list(StreamState.objects.values()), list(Viewer.objects.values())

    looks = [dock.get(what).status_code for what in LOOKS]
    hands = [dock.post(what, body).status_code for what, body in HANDS.items()]

    assert looks == [200] * len(LOOKS)
    assert hands == [403] * len(HANDS)
    with studio_scope(stream.studio_id):
        after = list(InboxEvent.objects.values()), list(StreamState.objects.values()), list(Viewer.objects.values())
    assert after == before


@pytest.mark.parametrize("role", list(MemberRole))
def test_a_member_has_her_own_role_inside_the_admin(
    role: MemberRole, client: Client, stream: Stream, request: Any
) -> None:
    client.force_login(request.getfixturevalue(role.value))

    session = client.post(reverse("admin:streams_stream_dock_session", args=[stream.pk])).json()
    dock = Dock(client, stream, session["access"])

    may_act = role != MemberRole.OBSERVER
    assert ("control" in session["scopes"]) is may_act
    assert dock.get("queue").status_code == 200
    assert dock.post("say", {"text": "Hello"}).status_code == (202 if may_act else 403)
    assert dock.post("events/{event}/pin").status_code == (202 if may_act else 403)


def test_a_role_taken_away_counts_at_once(client: Client, stream: Stream, moderator: Any) -> None:
    client.force_login(moderator)
    session = client.post(reverse("admin:streams_stream_dock_session", args=[stream.pk])).json()
    dock = Dock(client, stream, session["access"])
    Membership.objects.filter(user=moderator).update(role=MemberRole.OBSERVER)

    assert dock.post("skip").status_code == 403
    with studio_scope(stream.studio_id):
        Membership.objects.filter(user=moderator).delete()
    assert dock.get("state").status_code == 401


def test_an_account_that_was_closed_opens_no_dock(client: Client, stream: Stream, moderator: Any) -> None:
    client.force_login(moderator)
    session = client.post(reverse("admin:streams_stream_dock_session", args=[stream.pk])).json()
    dock = Dock(client, stream, session["access"])
    type(moderator).objects.filter(pk=moderator.pk).update(is_active=False)

    assert dock.get("state").status_code == 401


def test_sessions_of_the_admin_are_one_hidden_token_a_member(client: Client, stream: Stream, owner: Any) -> None:
    client.force_login(owner)
    for _ in range(3):
        client.post(reverse("admin:streams_stream_dock_session", args=[stream.pk]))

    with studio_scope(stream.studio_id):
        assert ApiToken.objects.filter(member__user=owner).count() == 1
    assert b"None yet." in client.get(reverse("admin:streams_stream_links", args=[stream.pk])).content


def test_a_stranger_gets_no_session_of_ours(client: Client, stream: Stream, stranger: Any) -> None:
    client.force_login(stranger)

    assert client.post(reverse("admin:streams_stream_dock_session", args=[stream.pk])).status_code == 404
    assert client.get(reverse("admin:streams_stream_dock_frame", args=[stream.pk])).status_code == 404


def test_nobody_signed_in_is_led_to_the_login(client: Client, stream: Stream) -> None:
    assert client.post(reverse("admin:streams_stream_dock_session", args=[stream.pk])).status_code == 302


def test_the_session_needs_a_post_with_djangos_token(stream: Stream, owner: Any) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(owner)
    url = reverse("admin:streams_stream_dock_session", args=[stream.pk])

    assert careful.get(url).status_code == 405
    assert careful.post(url).status_code == 403


@pytest.mark.parametrize("panel", ["", "show/", "queue/", "viewer/", "health/"])
def test_each_panel_has_an_address(client: Client, panel: str) -> None:
    assert client.get(f"/dock/{panel}").status_code == 200


def test_an_unknown_panel_is_not_there(client: Client) -> None:
    assert client.get("/dock/cellar/").status_code == 404


def test_the_admins_dock_may_be_framed_by_the_admin_only(client: Client, stream: Stream, observer: Any) -> None:
    client.force_login(observer)

    frame = client.get(reverse("admin:streams_stream_dock_frame", args=[stream.pk]))
    page = client.get(reverse("admin:streams_stream_dock", args=[stream.pk]), {"panel": "queue"})

    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert b"data-sign-in" in frame.content
    assert b"dock-frame/?panel=queue" in page.content
    assert b"your role is observer" in page.content


def test_the_same_key_says_the_words_once(dock: Dock, in_studio: Studio) -> None:
    answers = [dock.post("say", {"text": "Hello"}, **{"Idempotency-Key": "k"}).json() for _ in range(2)]

    assert answers[0]["id"] == answers[1]["id"]
    assert InboxEvent.objects.filter(kind="director_say").count() == 1


def test_a_taken_event_is_a_conflict_in_words(dock: Dock, in_studio: Studio) -> None:
    InboxEvent.objects.update(state=EventState.TAKEN)

    answer = dock.post("events/{event}/pin")

    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == "This line is being answered right now."


def test_nobody_says_the_directors_words_through_the_entrance_for_events(dock: Dock) -> None:
    assert dock.post("events", {"kind": "director_say", "text": "Hello"}).status_code == 400


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("say", {"text": ""}),
        ("say", {"text": "x" * 1001}),
        ("say", {"text": "a\0b"}),
        ("notes", {"text": "hi", "lines": 0}),
        ("viewers/{viewer}/mute", {"minutes": 0}),
        ("viewers/{viewer}/mute", {"minutes": "soon"}),
        ("viewers/{viewer}/notes", {"text": "  "}),
        ("viewers/{viewer}/notes", {"text": "x" * 301}),
    ],
)
def test_what_cannot_be_used_is_refused(what: str, body: Any, dock: Dock) -> None:
    assert dock.post(what, body).status_code == 400


def test_the_card_of_whoever_is_answered(dock: Dock, stream: Stream, in_studio: Studio) -> None:
    nobody = dock.get("viewers/current").json()
    viewer = Viewer.objects.get()
    Viewer.objects.update(notes="Plays the cello.\nLives in Riga.", never_mention="the old job")
    bond = make_relationship(viewer, stream.persona, affinity=64.0)
    make_interaction(bond)
    event = make_event(stream, viewer=viewer, author_name="Bo the Cellist")
    make_turn(stream, event=event, state="speaking", finished_at=None)

    panel = dock.get("viewers/current").json()

    assert nobody == {"is_now": False, "name": "", "why_none": "nobody_yet", "viewer": None}
    card = panel["viewer"]
    assert panel["is_now"]
    assert (card["notes"], card["never_mention"]) == (["Plays the cello.", "Lives in Riga."], ["the old job"])
    assert card["bond"]["affinity"] == 64.0
    assert [one["name"] for one in card["names"]] == ["Bo the Cellist"]
    assert len(card["lines"]) == 2


def test_whoever_opted_out_has_no_card(dock: Dock, stream: Stream, in_studio: Studio) -> None:
    make_turn(stream, event=make_event(stream, viewer=None, author_name="Ann"))

    panel = dock.get("viewers/current").json()

    assert (panel["name"], panel["why_none"], panel["viewer"]) == ("Ann", "no_card", None)


def test_the_health_of_a_stream(dock: Dock, stream: Stream, in_studio: Studio) -> None:
    for wait in (80, 120, 95):
        make_turn(stream, timings={"claimed": 4000.0, "first_audio": 4000.0 + wait})
    make_turn(stream, state="failed", reason="timeout", timings={})
    make_budget(stream)
    make_usage(stream=stream)

    health = dock.get("health").json()

    assert [one["ms"] for one in health["latency"]] == [80, 120, 95]
    assert [one["kind"] for one in health["links"]] == ["brain", "voice", "stage"]
    assert [(one["status"], one["reason"]) for one in health["troubles"]] == [("failed", "timeout")]
    (budget,) = health["budgets"]
    assert (budget["meter"], budget["used"], budget["limit"]) == ("llm_tokens", 120, 50_000)
    assert Turn.objects.count() == 4


def test_a_stage_link_opens_no_panel(client: Client, stream: Stream) -> None:
    with studio_scope(stream.studio_id):
        dock = Dock(client, stream, make_token(TokenKind.STAGE, stream=stream)[1])

    assert {dock.get(what).status_code for what in LOOKS} == {403}


def test_a_pass_of_the_admin_buys_a_ticket(client: Client, stream: Stream, observer: Any) -> None:
    client.force_login(observer)
    session = client.post(reverse("admin:streams_stream_dock_session", args=[stream.pk])).json()

    answer = client.post("/api/v1/tickets", headers={"Authorization": f"Bearer {session['access']}"})

    assert answer.status_code == 201
    assert tokens.redeem_ticket(answer.json()["ticket"]).stream_id == stream.pk


def test_sessions_of_the_admin_are_not_listed_among_the_tokens(client: Client, stream: Stream, owner: Any) -> None:
    client.force_login(owner)
    client.post(reverse("admin:streams_stream_dock_session", args=[stream.pk]))
    with studio_scope(stream.studio_id):
        hidden = ApiToken.objects.get(member__user=owner)

    assert str(hidden.pk).encode() not in client.get(reverse("admin:tenancy_apitoken_changelist")).content


def test_a_link_that_only_watches_is_made_on_the_streams_page(client: Client, stream: Stream, owner: Any) -> None:
    client.force_login(owner)
    url = reverse("admin:streams_stream_links", args=[stream.pk])

    page = client.post(url, {"kind": "dock", "only": "watch"})

    with studio_scope(stream.studio_id):
        assert ApiToken.objects.get().role == MemberRole.OBSERVER
    for panel in ("show", "queue", "viewer", "health", "scene"):
        assert f"/dock/{panel}/#vtc_dock_".encode() in page.content
