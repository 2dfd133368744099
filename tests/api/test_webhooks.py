"""Webhooks against a real HTTP server: what is told, how it is signed, and what happens when nobody takes it."""

import base64
import datetime as dt
import hashlib
import hmac
import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from streams.api.schema import document
from streams.models import Stream
from streams.selectors.unnamed import MARK
from streams.services import approval, control, webhooks
from streams.services.unnamed import keep_words
from tests.conftest import OTHER
from tests.factories.streams import make_event, make_held, make_segment, make_stream, make_turn
from tests.factories.tenancy import make_delivery, make_webhook
from vtcontrol.tenancy.scope import studio_scope, unscoped
from vtcontrol.tenancy.studios import Studio
from vtcontrol.tenancy.webhooks import ASKED_FOR, Delivery, Webhook
from workers.tasks.webhooks import deliver, run_webhooks


class Ear:
    """A program of the studio's that takes messages.

    Attributes:
        heard: (headers, body), in order.
        status: What it answers.
    """

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        ear = self

        class Taking(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                ear.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(ear.status)
                if ear.status in {301, 302, 307}:
                    self.send_header("Location", f"{ear.url}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _headers, body in self.heard]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def ear() -> Iterator[Ear]:
    made = Ear()
    yield made
    made.close()


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Put the clock forward by so many seconds."""
    ahead = dt.timedelta()
    now = timezone.now

    def forward(seconds: float) -> None:
        nonlocal ahead
        ahead += dt.timedelta(seconds=seconds)

    monkeypatch.setattr(timezone, "now", lambda: now() + ahead)
    return forward


@pytest.fixture
def hook(in_studio: Studio, stream: Stream, ear: Ear) -> Webhook:
    return make_webhook(url=ear.url, on_passed_over=True)


def run() -> None:
    """What beat starts every two seconds."""
    with unscoped("as the task does"):
        run_webhooks.run()


def told(ear: Ear) -> list[str]:
    return [body["type"] for body in ear.bodies]


def test_an_answer_that_ended_is_told_once_and_signed(hook: Webhook, stream: Stream, ear: Ear) -> None:
    event = make_event(stream, text="Do you like cats?")
    turn = make_turn(stream, event=event)
    make_segment(turn)

    for _ in range(3):
        run()

    ((headers, body),) = ear.heard
    message = json.loads(body)
    assert message["type"] == "turn.ended"
    assert message["data"]["turn"]["id"] == str(turn.pk)
    assert message["data"]["event"]["text"] == "Do you like cats?"
    assert len(message["data"]["turn"]["segments"]) == 1
    assert message["data"]["turn"]["started_at"] == turn.started_at.isoformat()
    key = base64.b64decode(hook.reveal().removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60


def test_an_event_that_was_passed_over_is_told(hook: Webhook, stream: Stream, ear: Ear) -> None:
    now = timezone.now()
    make_event(stream, text="spoiler", state="passed_over", reason="moderated", decided_at=now)
    make_event(stream, text="fine", state="answered", decided_at=now)

    run()

    (body,) = ear.bodies
    assert (body["type"], body["data"]["event"]["reason"]) == ("event.passed_over", "moderated")


def test_a_state_that_changed_is_told_and_a_first_look_is_no_change(hook: Webhook, stream: Stream, ear: Ear) -> None:
    run()
    assert ear.heard == []

    control.panic(stream.pk)
    run()
    run()

    (body,) = ear.bodies
    assert body["type"] == "state.changed"
    assert (body["data"]["before"]["panicked"], body["data"]["state"]["panicked"]) == (False, True)


def test_a_line_that_is_held_and_every_decision_on_it_are_told_once(
    in_studio: Studio, stream: Stream, ear: Ear, wait: Callable[[float], None]
) -> None:
    make_webhook(url=ear.url, on_turn_ended=False, on_line_held=True, on_line_decided=True)
    event = make_event(stream, state="held")
    row = make_held(event, turn=make_turn(stream, event=event, state="held", finished_at=None))

    run()
    approval.approve(stream.pk, row.pk, by="Vera", text="[joy] Always.")
    for _ in range(3):
        run()
    control.panic(stream.pk)
    for _ in range(2):
        wait(5)
        run()

    messages = [body for body in ear.bodies if body["type"] != "state.changed"]
    assert [(body["type"], body["data"]["line"]["decision"]) for body in messages] == [
        ("line.held", None), ("line.decided", "edited"), ("line.decided", "given_up"),
    ]  # fmt: skip
    line = messages[1]["data"]["line"]
    assert (line["id"], line["text"], line["decided_by"]) == (str(row.pk), "[joy] Always.", "Vera")
    assert messages[0]["data"]["stream"] == str(stream.pk)
    assert (messages[0]["data"]["line"]["name"], messages[0]["data"]["line"]["question"]) == (
        event.author_name, event.text,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "fields", "decision"),
    [
        ("approved", {}, "approved"),
        ("rejected", {"note": "Off topic"}, "rejected"),
        ("expired", {"reason": "undecided"}, "timed_out"),
        ("expired", {"reason": "held_too_many"}, "given_up"),
        ("cancelled", {"reason": "deleted"}, "cancelled"),
    ],
)
def test_a_decision_is_told_by_its_name(
    in_studio: Studio, stream: Stream, ear: Ear, state: str, fields: dict[str, str], decision: str
) -> None:
    make_webhook(url=ear.url, on_line_decided=True)
    make_held(make_event(stream), state=state, decided_at=timezone.now(), **fields)

    run()

    (body,) = ear.bodies
    assert (body["type"], body["data"]["line"]["decision"]) == ("line.decided", decision)


def test_a_held_line_of_somebody_who_opted_out_is_told_without_words(
    in_studio: Studio, stream: Stream, ear: Ear
) -> None:
    make_webhook(url=ear.url, on_line_held=True)
    event = make_event(stream, state="held", author_id=MARK, author_name="", text="")
    row = make_held(event, turn=make_turn(stream, event=event, state="held", finished_at=None), text="")
    keep_words(event.pk, "Shy", "My cat is called Waffle.")
    keep_words(row.pk, "", "[joy] Waffle!")

    run()

    line = ear.bodies[0]["data"]["line"]
    assert (line["name"], line["question"], line["text"]) == ("", "", "")


def test_the_document_describes_every_message(in_studio: Studio, stream: Stream, ear: Ear) -> None:
    hook = make_webhook(url=ear.url, **dict.fromkeys(ASKED_FOR.values(), True))
    run()
    event = make_event(stream, state="passed_over", decided_at=timezone.now())
    make_turn(stream, event=event)
    make_held(event, state="rejected", decided_at=timezone.now())
    control.panic(stream.pk)
    webhooks.ping(hook)
    run()

    told = {body["type"]: body["data"].keys() for body in ear.bodies}
    schema = json.loads(document("json"))
    described = {
        topic: one["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]["data"]
        for topic, one in schema["x-webhooks"].items()
    }
    assert told == {topic: data["properties"].keys() for topic, data in described.items()}
    shapes = {part.rpartition("/")[2] for part in re.findall(r'"(#/components/schemas/\w+)"', json.dumps(described))}
    assert shapes <= schema["components"]["schemas"].keys()


def test_a_webhook_hears_only_what_it_asked_for(in_studio: Studio, stream: Stream, ear: Ear) -> None:
    second = make_stream(stream.persona, name="Second stage")
    make_webhook(url=ear.url, stream=second, on_state_changed=False)

    make_turn(stream)
    make_event(second, state="passed_over", decided_at=timezone.now())
    wanted = make_turn(second)
    run()

    assert [body["data"]["turn"]["id"] for body in ear.bodies] == [str(wanted.pk)]


def test_another_studio_is_told_nothing(hook: Webhook, stream: Stream, other_stream: Stream, ear: Ear) -> None:
    with studio_scope(other_stream.studio_id):
        make_turn(other_stream, OTHER)
        event = make_event(other_stream, OTHER, state="passed_over", decided_at=timezone.now())
        make_held(event, OTHER, state="rejected", decided_at=timezone.now())
    Webhook.objects.update(on_line_held=True, on_line_decided=True)

    run()

    assert ear.heard == []


@pytest.mark.parametrize("status", [500, 404, 302, 307])
def test_what_is_not_taken_is_tried_again_later_and_given_up_in_the_end(
    hook: Webhook, stream: Stream, ear: Ear, wait: Callable[[float], None], status: int
) -> None:
    ear.status = status
    make_turn(stream)

    run()
    run()
    assert len(ear.heard) == 1
    for pause_s in webhooks.ATTEMPTS_AFTER_S:
        wait(pause_s + 1)
        run()

    row = Delivery.objects.get()
    assert len(ear.heard) == 1 + len(webhooks.ATTEMPTS_AFTER_S)
    assert len({headers["webhook-id"] for headers, _body in ear.heard}) == 1
    assert (row.state, row.status, row.body) == ("failed", status, "")
    assert "elsewhere" not in str(ear.heard)


def test_a_message_that_was_taken_late_ends_the_failing(
    hook: Webhook, stream: Stream, ear: Ear, wait: Callable[[float], None]
) -> None:
    ear.status = 503
    make_turn(stream)
    run()
    hook.refresh_from_db()
    assert hook.failures == 1

    ear.status = 200
    wait(20)
    run()

    hook.refresh_from_db()
    row = Delivery.objects.get()
    assert (hook.failures, row.state, row.status, row.attempts, row.body) == (0, "delivered", 200, 2, "")


def test_a_webhook_that_fails_again_and_again_is_stopped_and_can_be_started(
    hook: Webhook, stream: Stream, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "FAILURES_MOST", 3)
    ear.status = 500
    for _ in range(5):
        make_delivery(hook)
    run()
    hook.refresh_from_db()
    assert hook.stopped_at is not None
    assert set(Delivery.objects.values_list("state", "trouble")) == {("failed", "the webhook was stopped")} | (
        set(Delivery.objects.exclude(status=None).values_list("state", "trouble"))
    )

    heard = len(ear.heard)
    make_turn(stream)
    run()
    assert len(ear.heard) == heard

    ear.status = 200
    webhooks.start_again(hook)
    make_turn(stream)
    run()
    assert len(ear.heard) == heard + 1


def test_an_address_that_is_gone_stops_at_once(hook: Webhook, stream: Stream, ear: Ear) -> None:
    ear.status = 410
    make_turn(stream)

    run()

    hook.refresh_from_db()
    assert hook.stopped_at is not None


@pytest.mark.parametrize(
    ("url", "trouble"),
    [
        ("http://169.254.169.254/latest/meta-data", "refused: link-local or metadata address"),
        ("http://127.0.0.1:6379/", "refused: port 6379 is not allowed"),
        ("http://2130706433/", "refused"),
        ("http://127.0.0.1:1/", "refused"),
    ],
)
def test_the_guard_refuses_what_must_not_be_reached(in_studio: Studio, url: str, trouble: str) -> None:
    make_delivery(make_webhook(url=url))

    with unscoped("as the task does"):
        assert deliver() == 1

    row = Delivery.objects.get()
    assert (row.status, row.state) == (None, "waiting")
    assert row.trouble.startswith(trouble)


def test_a_private_address_needs_the_operators_leave(hook: Webhook, ear: Ear, settings: Settings) -> None:
    settings.ALLOW_PRIVATE_URLS = False
    webhooks.ping(hook)

    run()

    assert ear.heard == []
    assert Delivery.objects.get().trouble == "refused: private address"


def test_nobody_there_is_said_so(in_studio: Studio, ear: Ear) -> None:
    ear.close()
    make_delivery(make_webhook(url=ear.url))

    with unscoped("as the task does"):
        deliver()

    assert Delivery.objects.get().trouble == "cannot be reached"


def test_a_test_message_is_sent_whatever_is_listened_to(hook: Webhook, ear: Ear) -> None:
    webhooks.ping(hook)
    webhooks.ping(hook)

    run()

    assert told(ear) == ["ping", "ping"]


def test_two_workers_send_a_message_once(hook: Webhook, ear: Ear) -> None:
    webhooks.ping(hook)

    with unscoped("as the task does"):
        first, second = webhooks.claim_due(), webhooks.claim_due()

    assert (len(first), len(second)) == (1, 0)


def test_a_worker_that_died_leaves_the_message_to_the_next(
    hook: Webhook, ear: Ear, wait: Callable[[float], None]
) -> None:
    webhooks.ping(hook)
    with unscoped("as the task does"):
        webhooks.claim_due()

    run()
    assert ear.heard == []
    wait(61)
    run()

    assert told(ear) == ["ping"]


def test_one_webhook_does_not_keep_the_others_waiting(in_studio: Studio, ear: Ear) -> None:
    busy, quiet = make_webhook("Busy ", url=ear.url), make_webhook("Quiet ", url=ear.url)
    for _ in range(30):
        make_delivery(busy)
    make_delivery(quiet)

    with unscoped("as the task does"):
        posts = webhooks.claim_due()

    assert [post.delivery.webhook_id for post in posts].count(busy.pk) == webhooks.AT_ONCE_EACH
    assert quiet.pk in {post.delivery.webhook_id for post in posts}


def test_a_flood_is_told_piece_by_piece(
    hook: Webhook, stream: Stream, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "FACTS_MOST", 3)
    for _ in range(7):
        make_event(stream, state="passed_over", decided_at=timezone.now())

    counts = []
    with unscoped("as the task does"):
        for _ in range(4):
            hook.refresh_from_db()
            counts.append(webhooks.collect(hook))

    assert sum(counts) == 7


def test_neither_secret_nor_address_is_in_a_log_or_a_text(
    hook: Webhook, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    ear.status = 500
    webhooks.ping(hook)
    run()

    row = Delivery.objects.get()
    shown = f"{caplog.text} {row.trouble} {row} {hook}"
    assert hook.reveal() not in shown
    assert ear.url not in shown
    assert hook.reveal().removeprefix("whsec_") not in hook.sealed
