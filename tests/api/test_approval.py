"""Held lines over REST: who may see and decide, what is answered, and that a decision counts once."""

from typing import Any

import pytest
from django.test import Client

from streams.models import HeldLine, Stream
from streams.selectors.unnamed import MARK
from streams.services.unnamed import keep_words
from tests.factories.streams import make_event, make_held, make_turn
from vtcontrol.kernel.events import EventState
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.access import TokenKind
from vtcontrol.tenancy.idempotency import KeptAnswer
from vtcontrol.tenancy.studios import MemberRole, Studio
from vtcontrol.tenancy.tokens import issue


@pytest.fixture
def row(in_studio: Studio, stream: Stream) -> HeldLine:
    event = make_event(stream, state=EventState.HELD)
    return make_held(event, turn=make_turn(stream, event=event, state="held"))


def ask(stream: Stream, secret: str, method: str, what: str, body: Any = None, **headers: str) -> Any:
    path = f"/api/v1/streams/{stream.pk}/held{what}"
    sent = {"Authorization": f"Bearer {secret}", **headers}
    if method == "get":
        return Client().get(path, headers=sent)
    return Client().post(path, body or {}, "application/json", headers=sent)


def secret_of(stream: Stream, **fields: Any) -> str:
    return issue(TokenKind.DOCK, "Dock of Vera", stream_id=stream.pk, **fields)[1]


def test_a_dock_sees_what_is_held_and_approves_it_under_its_name(row: HeldLine, stream: Stream) -> None:
    secret = secret_of(stream)

    listed = ask(stream, secret, "get", "")
    answer = ask(stream, secret, "post", f"/{row.pk}/approve")

    assert [one["id"] for one in listed.json()["held"]] == [str(row.pk)]
    assert (answer.status_code, answer.json()["state"]) == (202, "approved")
    assert answer.json()["decided_by"] == "Dock of Vera"
    assert ask(stream, secret, "get", f"/{row.pk}").json() == answer.json()


def test_the_same_key_decides_once_and_another_decision_is_a_conflict(row: HeldLine, stream: Stream) -> None:
    secret, key = secret_of(stream), uuid7().hex

    first = ask(stream, secret, "post", f"/{row.pk}/reject", {"reason": "Dull"}, **{"Idempotency-Key": key})
    again = ask(stream, secret, "post", f"/{row.pk}/reject", {"reason": "Dull"}, **{"Idempotency-Key": key})
    other = ask(stream, secret, "post", f"/{row.pk}/approve")

    assert (first.status_code, again.status_code, other.status_code) == (202, 202, 409)
    assert first.json() == again.json()
    assert (first.json()["note"], first.json()["reason"]) == ("Dull", "not_approved")
    assert other.headers["Content-Type"].startswith("application/problem+json")
    assert "rejected" in other.json()["detail"]


def test_an_observer_only_sees(row: HeldLine, stream: Stream) -> None:
    secret = secret_of(stream, role=MemberRole.OBSERVER)

    assert ask(stream, secret, "get", "").status_code == 200
    assert ask(stream, secret, "post", f"/{row.pk}/approve").status_code == 403
    assert ask(stream, secret, "post", f"/{row.pk}/reject").status_code == 403
    assert HeldLine.objects.get().state == "held"


def test_a_moderator_decides(row: HeldLine, stream: Stream) -> None:
    secret = secret_of(stream, role=MemberRole.MODERATOR)

    assert ask(stream, secret, "post", f"/{row.pk}/reject").status_code == 202


@pytest.mark.parametrize("body", [{"text": ""}, {"text": "x" * 1501}, {"text": ["no"]}])
def test_words_that_are_none_are_refused_with_their_field(row: HeldLine, stream: Stream, body: Any) -> None:
    answer = ask(stream, secret_of(stream), "post", f"/{row.pk}/approve", body)

    assert answer.status_code == 400
    assert HeldLine.objects.get().state == "held"


def test_an_unknown_line_is_not_found(row: HeldLine, stream: Stream) -> None:
    assert ask(stream, secret_of(stream), "get", f"/{uuid7()}").status_code == 404
    assert ask(stream, secret_of(stream), "post", f"/{uuid7()}/approve").status_code == 404


def test_words_of_somebody_who_opted_out_are_shown_but_not_kept_with_the_answer(
    in_studio: Studio, stream: Stream
) -> None:
    event = make_event(stream, state=EventState.HELD, author_id=MARK, author_name="", text="")
    row = make_held(event, turn=make_turn(stream, event=event, state="held", text=""), text="")
    keep_words(event.pk, "Shy", "My cat is called Waffle.")
    keep_words(row.pk, "", "[joy] Waffle!")
    secret = secret_of(stream)

    shown = ask(stream, secret, "get", f"/{row.pk}").json()
    answer = ask(stream, secret, "post", f"/{row.pk}/approve", **{"Idempotency-Key": "once"})

    assert (shown["name"], shown["question"], shown["text"]) == ("Shy", "My cat is called Waffle.", "[joy] Waffle!")
    assert answer.status_code == 202
    kept = str(KeptAnswer.objects.get().body)
    assert "Shy" not in kept
    assert "Waffle" not in kept
