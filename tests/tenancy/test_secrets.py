"""Stored secrets: sealed with the operator's keys, and a wrong key is an error, never the ciphertext."""

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from tests.factories.tenancy import make_credential
from vtcontrol.kernel.errors import SecretUnreadable
from vtcontrol.tenancy.credentials import Credential
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.secrets import reseal, seal, unseal
from vtcontrol.tenancy.studios import Studio

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
SECRET = "sk-a-secret-of-the-studio"


def _keys(*arguments: str) -> str:
    out = StringIO()
    call_command("keys", *arguments, stdout=out)
    return out.getvalue()


@given(st.text())
def test_what_is_sealed_comes_back_and_is_not_readable_before(secret: str) -> None:
    sealed = seal(secret)

    assert unseal(sealed) == secret
    assert len(secret) < 4 or secret not in sealed


def test_the_same_secret_is_sealed_differently_each_time() -> None:
    assert seal(SECRET) != seal(SECRET)


def test_a_wrong_key_is_an_error_that_names_neither_secret_nor_ciphertext(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    sealed = seal(SECRET)
    settings.ENCRYPTION_KEYS = [NEW]

    with pytest.raises(SecretUnreadable) as refused:
        unseal(sealed)

    assert SECRET not in str(refused.value)
    assert sealed not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("sealed", ["", "plain text", "gAAAAABnot-really", "тайна", SECRET])
def test_what_was_never_sealed_is_an_error(sealed: str) -> None:
    with pytest.raises(SecretUnreadable):
        unseal(sealed)


@pytest.mark.parametrize("keys", [[], ["too short"], ["ключ"], [OLD, "broken"]])
def test_keys_that_are_none_are_an_error(keys: list[str], settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = keys

    with pytest.raises(SecretUnreadable):
        seal(SECRET)


def test_the_first_key_seals_and_every_key_opens(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    sealed = seal(SECRET)
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    sealed_anew = reseal(sealed)

    assert unseal(sealed) == SECRET
    settings.ENCRYPTION_KEYS = [NEW]
    assert unseal(sealed_anew) == SECRET


def test_a_credential_keeps_only_the_sealed_secret_and_a_hint(in_studio: Studio) -> None:
    credential = make_credential(secret=f"  {SECRET}\n")

    stored = Credential.objects.filter(pk=credential.pk).values().get()

    assert SECRET not in repr(stored)
    assert stored["hint"] == SECRET[-4:]
    assert credential.reveal() == SECRET
    assert SECRET not in f"{credential} {credential!r}"


@pytest.mark.parametrize(("secret", "hint"), [("", ""), ("short", "•"), ("twelve chars", "hars")])
def test_the_hint_never_gives_a_short_secret_away(secret: str, hint: str, in_studio: Studio) -> None:
    assert make_credential(secret=secret).hint == hint


def test_an_emptied_credential_reveals_nothing(in_studio: Studio) -> None:
    assert make_credential(secret="  ").reveal() == ""


def test_keys_new_prints_a_usable_key_even_where_none_is_configured(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = []

    Fernet(_keys("new").strip())


def test_keys_rotate_seals_every_studios_secrets_with_the_first_key(
    studio: Studio, other_studio: Studio, settings: Settings
) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    for home in (studio, other_studio):
        with studio_scope(home.pk):
            make_credential(secret=SECRET)
            make_credential("empty ", secret="")

    settings.ENCRYPTION_KEYS = [NEW, OLD]
    said = _keys("rotate")

    settings.ENCRYPTION_KEYS = [NEW]
    assert "2" in said
    assert SECRET not in said
    for home in (studio, other_studio):
        with studio_scope(home.pk):
            assert Credential.objects.exclude(sealed="").get().reveal() == SECRET
    assert "2" in _keys("check")


def test_keys_rotate_leaves_what_it_cannot_read_and_says_which(in_studio: Studio, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    lost = make_credential("lost ", secret=SECRET)
    settings.ENCRYPTION_KEYS = [NEW]
    readable = make_credential(secret=SECRET)

    for verb in ("rotate", "check"):
        with pytest.raises(CommandError, match=str(lost.pk)) as refused:
            _keys(verb)
        assert SECRET not in str(refused.value)
        assert str(readable.pk) not in str(refused.value)

    assert Credential.objects.get(pk=lost.pk).sealed == lost.sealed
    assert Credential.objects.get(pk=readable.pk).reveal() == SECRET


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["rotate", "check"])
def test_keys_touches_no_secret_while_the_environment_is_wrong(verb: str, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["not a key"]

    with pytest.raises(SystemCheckError, match="VTCONTROL_ENCRYPTION_KEYS"):
        _keys(verb)
