"""Keys and tokens go in, or are shown once, and never come out again."""

import re
from typing import Any

import pytest
from django.test import Client

from personas.models import Brain, Voice
from tests.admin.pages import address, errors, page_text, save
from tests.factories.personas import make_brain, make_voice
from tests.factories.tenancy import make_credential, make_token
from tests.factories.world import World
from vtcontrol.tenancy.access import ApiToken, TokenKind
from vtcontrol.tenancy.credentials import Credential
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio
from vtcontrol.tenancy.tokens import read

KEY = "sk-live-0123456789abcdef"
NEW_KEY = "sk-live-fedcba9876543210"
TOKEN = re.compile(r"vtc_(?:api|stage|dock)_[\w-]{20,}")


@pytest.fixture
def brain(studio: Studio) -> Brain:
    with studio_scope(studio.pk):
        credential = make_credential(secret=KEY)
        return make_brain(credential=credential, name="Cloud", base_url="https://one.example/v1")


def _key(studio: Studio, engine: Any) -> str:
    with studio_scope(studio.pk):
        engine.refresh_from_db()
        return engine.credential.reveal() if engine.credential else ""


def test_a_stored_key_is_in_no_page(as_owner: Client, brain: Brain, studio: Studio) -> None:
    with studio_scope(studio.pk):
        credential = brain.credential
    pages = [address(brain), address(Brain, "changelist"), address(Credential, "changelist"), address(credential)]
    pages += [address(brain, "history"), address(credential, "history"), "/admin/"]

    for page in pages:
        text = page_text(as_owner, page)
        assert KEY not in text
        assert credential.sealed not in text
    assert "…cdef" in page_text(as_owner, address(brain))


def test_a_typed_key_does_not_come_back_with_an_error(as_owner: Client, brain: Brain) -> None:
    answer = save(as_owner, address(brain), name="", api_key=NEW_KEY)

    assert answer.status_code == 200
    assert NEW_KEY not in answer.content.decode()


def test_an_empty_field_keeps_the_key(as_manager: Client, brain: Brain, studio: Studio) -> None:
    answer = save(as_manager, address(brain), model="another")

    assert answer.status_code == 302
    assert _key(studio, brain) == KEY


def test_a_new_key_takes_the_old_ones_place(as_manager: Client, brain: Brain, studio: Studio) -> None:
    save(as_manager, address(brain), api_key=NEW_KEY)

    assert _key(studio, brain) == NEW_KEY
    with studio_scope(studio.pk):
        assert Credential.objects.count() == 1


def test_a_removed_key_is_forgotten(as_manager: Client, brain: Brain, studio: Studio) -> None:
    save(as_manager, address(brain), remove_key="on")

    assert _key(studio, brain) == ""
    with studio_scope(studio.pk):
        assert not Credential.objects.exists()


def test_a_key_that_two_engines_share_stays_the_others(as_manager: Client, brain: Brain, studio: Studio) -> None:
    with studio_scope(studio.pk):
        voice = make_voice(credential=brain.credential)

    save(as_manager, address(brain), api_key=NEW_KEY)

    assert _key(studio, brain) == NEW_KEY
    assert _key(studio, voice) == KEY


def test_removing_a_shared_key_leaves_it_to_the_other(as_manager: Client, brain: Brain, studio: Studio) -> None:
    with studio_scope(studio.pk):
        voice = make_voice(credential=brain.credential)

    save(as_manager, address(brain), remove_key="on")

    assert _key(studio, brain) == ""
    assert _key(studio, voice) == KEY


@pytest.mark.parametrize("url", ["https://evil.example/v1", "http://one.example/v1", "https://one.example:8443/v1"])
def test_a_key_never_follows_its_engine_to_another_host(
    url: str, as_manager: Client, brain: Brain, studio: Studio
) -> None:
    answer = save(as_manager, address(brain), base_url=url)

    assert "one.example" in errors(answer)
    with studio_scope(studio.pk):
        brain.refresh_from_db()
    assert brain.base_url == "https://one.example/v1"


def test_with_a_new_key_the_host_may_change(as_manager: Client, brain: Brain, studio: Studio) -> None:
    answer = save(as_manager, address(brain), base_url="https://two.example/v1", api_key=NEW_KEY)

    assert answer.status_code == 302
    assert _key(studio, brain) == NEW_KEY


def test_on_the_same_host_the_path_may_change(as_manager: Client, brain: Brain, studio: Studio) -> None:
    assert save(as_manager, address(brain), base_url="https://one.example/openai/v1").status_code == 302
    assert _key(studio, brain) == KEY


def test_a_manager_cannot_pick_a_stored_key_for_an_address_of_his_own(
    as_manager: Client, brain: Brain, studio: Studio
) -> None:
    with studio_scope(studio.pk):
        own = make_brain(name="Mine", base_url="https://evil.example/v1")

    save(as_manager, address(own), credential=str(brain.credential_id))

    assert _key(studio, own) == ""
    assert 'name="credential"' not in page_text(as_manager, address(own))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://one.example/v1", "http://"),
        ("https://user:pass@one.example/v1", "not into the address"),
        ("https://one.example:port/v1", "valid URL"),
    ],
)
def test_an_address_is_a_plain_web_address(url: str, said: str, as_manager: Client, brain: Brain) -> None:
    assert said in errors(save(as_manager, address(brain), base_url=url, api_key=NEW_KEY))


def test_a_new_engine_keeps_its_first_key(as_manager: Client, studio: Studio) -> None:
    as_manager.post(
        address(Voice, "add"),
        {
            "name": "Nova", "engine": "openai", "voice_name": "nova", "base_url": "https://one.example/v1",
            "model": "tts", "api_key": KEY, "price": "0", "rate": "1", "pitch": "1", "volume": "1", "_save": "Save",
            "audio_format": "auto", "raw_rate": "24000",
        },
    )  # fmt: skip

    with studio_scope(studio.pk):
        assert Voice.objects.get(name="Nova").credential.reveal() == KEY


def test_a_new_token_is_shown_once_and_stored_as_a_digest(as_owner: Client, world: World, studio: Studio) -> None:
    data = {"name": "Deck", "kind": "dock", "stream": str(world.stream.pk), "_save": "Save"}

    answer = as_owner.post(address(ApiToken, "add"), data)

    secrets = set(TOKEN.findall(answer.content.decode()))
    assert len(secrets) == 1
    assert "no-store" in answer["Cache-Control"]
    assert f"/dock/#{next(iter(secrets))}" in answer.content.decode()
    assert read(secrets.pop()).stream_id == world.stream.pk
    with studio_scope(studio.pk):
        token = ApiToken.objects.get(name="Deck")
    for page in (address(token), address(ApiToken, "changelist"), address(token, "history")):
        text = page_text(as_owner, page)
        assert not TOKEN.findall(text)
        assert token.digest not in text


def test_a_page_token_needs_its_stream(as_owner: Client, world: World) -> None:
    assert "choose it" in errors(as_owner.post(address(ApiToken, "add"), {"name": "Deck", "kind": "stage"}))


def test_a_token_is_bound_to_no_foreign_stream(as_owner: Client, other_stream: Any, studio: Studio) -> None:
    data = {"name": "Deck", "kind": "dock", "stream": str(other_stream.pk)}

    assert "valid choice" in errors(as_owner.post(address(ApiToken, "add"), data))
    with studio_scope(studio.pk):
        assert not ApiToken.objects.exists()


def test_a_revoked_token_opens_nothing(as_owner: Client, studio: Studio) -> None:
    with studio_scope(studio.pk):
        token, _secret = make_token(TokenKind.API)

    as_owner.post(address(token, "revoke"))

    with studio_scope(studio.pk):
        token.refresh_from_db()
    assert not token.is_valid


def test_a_link_of_a_stream_is_shown_once(as_owner: Client, world: World) -> None:
    url = address(world.stream, "links")

    made = as_owner.post(url, {"kind": "stage"})
    again = as_owner.get(url)

    assert len(set(TOKEN.findall(made.content.decode()))) == 1
    assert "/stage/#vtc_stage_" in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    assert not TOKEN.findall(again.content.decode())
    assert "Stage of" in again.content.decode()


def test_only_who_may_make_tokens_makes_links(as_manager: Client, world: World, studio: Studio) -> None:
    with studio_scope(studio.pk):
        before = ApiToken.objects.count()

    assert as_manager.post(address(world.stream, "links"), {"kind": "stage"}).status_code == 403
    with studio_scope(studio.pk):
        assert ApiToken.objects.count() == before


def test_a_revoked_link_is_gone(as_owner: Client, world: World, studio: Studio) -> None:
    url = address(world.stream, "links")
    with studio_scope(studio.pk):
        token = ApiToken.objects.filter(kind="stage").get()

    as_owner.post(url, {"revoke": str(token.pk)})

    with studio_scope(studio.pk):
        token.refresh_from_db()
    assert token.revoked_at is not None
    assert as_owner.post(url, {"revoke": "nonsense"}).status_code == 404
