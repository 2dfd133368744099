"""The admin of what programs use: webhooks, scopes of tokens, ready commands. Secrets are shown once."""

import re

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from streams.services import webhooks
from tests.admin.pages import address, errors, page_text
from tests.factories.tenancy import make_delivery, make_webhook
from tests.factories.world import World
from vtcontrol.tenancy.access import ApiToken
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio
from vtcontrol.tenancy.webhooks import Delivery, Webhook

SECRET = re.compile(r"whsec_[\w+/=]{40,}")
TOKEN = re.compile(r"vt[ca]_\w{6,}")
FORM = {"name": "Overlay", "url": "https://example.com/hook", "on_turn_ended": "on", "is_enabled": "on"}


def test_a_new_webhooks_secret_is_shown_once(as_owner: Client, studio: Studio) -> None:
    answer = as_owner.post(address(Webhook, "add"), FORM)

    (secret,) = set(SECRET.findall(answer.content.decode()))
    assert "no-store" in answer["Cache-Control"]
    with studio_scope(studio.pk):
        made = Webhook.objects.get()
    assert made.reveal() == secret
    for page in (address(made), address(Webhook, "changelist"), address(made, "history")):
        assert secret not in page_text(as_owner, page)
        assert made.sealed not in page_text(as_owner, page)


def test_a_new_secret_takes_the_place_of_the_old(as_owner: Client, in_studio: Studio) -> None:
    made = make_webhook()
    before = made.reveal()

    answer = as_owner.post(address(made, "new_secret"))

    made.refresh_from_db()
    assert made.reveal() != before
    assert made.reveal() in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"url": "ftp://example.com/x"}, "valid URL"),
        ({"url": "https://user:secret@example.com/x"}, "user name or password"),
        ({"on_turn_ended": ""}, "told nothing"),
    ],
)
def test_a_webhook_that_cannot_work_is_refused(as_owner: Client, change: dict[str, str], words: str) -> None:
    sent = {name: value for name, value in {**FORM, **change}.items() if value}

    assert words in errors(as_owner.post(address(Webhook, "add"), sent))


def test_a_test_and_a_new_start_are_buttons(as_owner: Client, in_studio: Studio) -> None:
    made = make_webhook()
    as_owner.post(address(made, "ping"))
    assert Delivery.objects.get().topic == "ping"
    Webhook.objects.update(stopped_at=made.created_at, failures=20)
    assert "Stopped after failing" in page_text(as_owner, address(made))

    as_owner.post(address(made, "start_again"))

    made.refresh_from_db()
    assert (made.stopped_at, made.failures) == (None, 0)


def test_the_log_shows_what_happened_and_no_texts(as_owner: Client, in_studio: Studio) -> None:
    row = make_delivery(make_webhook(), body='{"said": "something private"}')
    webhooks.settle(row, webhooks.Outcome(500, "not accepted", 120))

    shown = page_text(as_owner, address(Delivery, "changelist")) + page_text(as_owner, address(row))

    assert "not accepted" in shown
    assert "something private" not in shown


@pytest.mark.parametrize("page", ["changelist", "add"])
def test_webhooks_are_the_owners(as_manager: Client, page: str) -> None:
    assert as_manager.get(address(Webhook, page)).status_code == 403


def test_new_keys_take_the_secrets_of_webhooks_along(in_studio: Studio, settings: Settings) -> None:
    made = make_webhook()
    secret, before = made.reveal(), made.sealed
    new = "dGhlIG5ldyBrZXkuLi4uLi4uLi4uLi4uLi4uLi4uLi4="
    settings.ENCRYPTION_KEYS = [new, *settings.ENCRYPTION_KEYS]

    call_command("keys", "rotate", verbosity=0)

    settings.ENCRYPTION_KEYS = [new]
    made.refresh_from_db()
    assert made.sealed != before
    assert made.reveal() == secret


def test_a_token_gets_the_scopes_that_were_ticked(as_owner: Client, studio: Studio) -> None:
    as_owner.post(address(ApiToken, "add"), {"name": "Bot", "kind": "api", "scopes": ["read", "events"]})

    with studio_scope(studio.pk):
        assert ApiToken.objects.get(name="Bot").scopes == "read events"


def test_an_api_token_that_may_nothing_is_refused(as_owner: Client) -> None:
    assert "could do nothing" in errors(as_owner.post(address(ApiToken, "add"), {"name": "Bot", "kind": "api"}))


def test_ready_commands_are_filled_in_but_for_the_token(as_observer: Client, world: World) -> None:
    text = page_text(as_observer, address(world.stream, "commands"))

    assert f"http://testserver/api/v1/streams/{world.stream.pk}/panic" in text
    assert "YOUR_TOKEN" in text
    assert not TOKEN.findall(text)
