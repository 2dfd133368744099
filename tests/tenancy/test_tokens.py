"""Tokens, access passes and tickets: hashed at rest, scoped, revocable, and a ticket opens one socket once."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.utils import timezone

from streams.models import Stream
from tests.factories.tenancy import make_ticket, make_token
from vtcontrol.kernel.errors import AccessDenied, ScopeMissing
from vtcontrol.tenancy import tokens
from vtcontrol.tenancy.access import ApiToken, Ticket, TokenKind
from vtcontrol.tenancy.scope import studio_scope, unscoped
from vtcontrol.tenancy.studios import Studio


@pytest.fixture
def token(in_studio: Studio) -> tuple[ApiToken, str]:
    return make_token(TokenKind.DOCK)


def test_a_token_is_hashed_at_rest_and_shown_only_by_its_start(token: tuple[ApiToken, str]) -> None:
    row, secret = token

    stored = repr(ApiToken.objects.filter(pk=row.pk).values().get())

    assert secret not in stored
    assert secret.split("_")[-1] not in stored
    assert row.prefix == secret[:14]
    assert len(secret.split("_", 2)[-1]) >= 43  # 256 random bits
    assert secret not in f"{row} {row!r}"


def test_a_token_names_its_studio_kind_and_stream(studio: Studio, stream: Stream) -> None:
    with studio_scope(studio.pk):
        row, secret = make_token(TokenKind.STAGE, stream=stream)

    claims = tokens.read(secret)

    assert claims == tokens.Claims(row.pk, studio.pk, "stage", stream.pk)
    assert claims.opens(stream.pk)
    assert not claims.opens(row.pk)


def test_a_token_without_a_stream_opens_every_stream_of_its_studio(token: tuple[ApiToken, str], stream: Stream) -> None:
    assert tokens.read(token[1]).opens(stream.pk)


def test_a_token_can_only_be_made_in_a_studio() -> None:
    with pytest.raises(ScopeMissing):
        make_token()


@pytest.mark.django_db
@pytest.mark.parametrize("bearer", ["", "vtc_", "vtc_api_nonsense", "vta_", "vta_a.b.c", "vta_тайна", "x" * 5000])
def test_what_is_no_token_opens_nothing(bearer: str) -> None:
    with pytest.raises(AccessDenied):
        tokens.read(bearer)


def test_a_digest_is_no_token(token: tuple[ApiToken, str]) -> None:
    with pytest.raises(AccessDenied):
        tokens.read(token[0].digest)


def test_a_pass_stands_for_its_token_for_fifteen_minutes(
    token: tuple[ApiToken, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = tokens.read(token[1])
    access = tokens.make_access(claims)
    assert tokens.read(access) == replace(claims, is_pass=True)

    later = time.time() + tokens.ACCESS_SECONDS + 1
    monkeypatch.setattr(signing, "time", SimpleNamespace(time=lambda: later))

    with pytest.raises(AccessDenied):
        tokens.read(access)


def test_a_pass_signed_for_something_else_opens_nothing(token: tuple[ApiToken, str]) -> None:
    forged = tokens.ACCESS_PREFIX + signing.dumps(str(token[0].pk), salt="another purpose")

    with pytest.raises(AccessDenied):
        tokens.read(forged)


def test_revoking_ends_the_token_its_passes_and_its_tickets(token: tuple[ApiToken, str]) -> None:
    row, secret = token
    access, ticket = tokens.make_access(tokens.read(secret)), make_ticket(row)

    tokens.revoke(row)
    tokens.revoke(row)

    for bearer in (secret, access):
        with pytest.raises(AccessDenied):
            tokens.read(bearer)
    with pytest.raises(AccessDenied):
        tokens.redeem_ticket(ticket)
    assert not Ticket.objects.exists()


def test_a_ticket_of_a_token_that_is_revoked_by_hand_opens_nothing(token: tuple[ApiToken, str]) -> None:
    ticket = make_ticket(token[0])

    ApiToken.objects.update(revoked_at=timezone.now())

    with pytest.raises(AccessDenied):
        tokens.redeem_ticket(ticket)


def test_an_expired_token_opens_nothing(token: tuple[ApiToken, str]) -> None:
    row, secret = token
    ticket = make_ticket(row)

    ApiToken.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))

    with pytest.raises(AccessDenied):
        tokens.read(secret)
    with pytest.raises(AccessDenied):
        tokens.redeem_ticket(ticket)


def test_the_tokens_of_an_inactive_studio_open_nothing(token: tuple[ApiToken, str], studio: Studio) -> None:
    row, secret = token
    access, ticket = tokens.make_access(tokens.read(secret)), make_ticket(row)

    Studio.objects.filter(pk=studio.pk).update(is_active=False)

    for bearer in (secret, access):
        with pytest.raises(AccessDenied):
            tokens.read(bearer)
    with pytest.raises(AccessDenied):
        tokens.redeem_ticket(ticket)


def test_a_ticket_is_hashed_at_rest_and_opens_once(token: tuple[ApiToken, str]) -> None:
    ticket = make_ticket(token[0])
    assert ticket not in repr(list(Ticket.objects.values()))

    assert tokens.redeem_ticket(ticket) == tokens.read(token[1])

    with pytest.raises(AccessDenied):
        tokens.redeem_ticket(ticket)


def test_a_ticket_is_good_for_thirty_seconds(token: tuple[ApiToken, str]) -> None:
    ticket = make_ticket(token[0])
    row = Ticket.objects.get()
    assert dt.timedelta(seconds=28) < row.expires_at - timezone.now() <= dt.timedelta(seconds=30)

    Ticket.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))

    with pytest.raises(AccessDenied):
        tokens.redeem_ticket(ticket)


@pytest.mark.django_db
@pytest.mark.parametrize("ticket", ["", "nonsense", "ticket.nonsense"])
def test_what_is_no_ticket_opens_nothing(ticket: str) -> None:
    with pytest.raises(AccessDenied):
        tokens.redeem_ticket(ticket)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_redeem_a_ticket_at_once_one_gets_in(token: tuple[ApiToken, str]) -> None:
    ticket = make_ticket(token[0])

    def redeem(_number: int) -> bool:
        try:
            tokens.redeem_ticket(ticket)
        except AccessDenied:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(redeem, range(24))) == 1


def test_the_last_use_is_noted_at_most_once_a_minute(
    token: tuple[ApiToken, str], django_assert_num_queries: Any
) -> None:
    tokens.read(token[1])
    first = ApiToken.objects.get().last_used_at

    with django_assert_num_queries(1):
        tokens.read(token[1])

    assert first is not None
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=first - tokens.TOUCH_EVERY * 2)
    tokens.read(token[1])
    assert ApiToken.objects.get().last_used_at >= first


def test_reading_a_token_leaves_the_callers_scope_as_it_was(token: tuple[ApiToken, str], other_studio: Studio) -> None:
    with studio_scope(other_studio.pk):
        tokens.read(token[1])

        assert not ApiToken.objects.exists()
    with unscoped("a test counts all rows"):
        assert ApiToken.objects.count() == 1
