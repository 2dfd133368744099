"""Studios, people, keys and tokens."""

import datetime as dt
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from tests.factories.rows import create
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.access import ApiToken, TokenKind
from vtcontrol.tenancy.credentials import Credential
from vtcontrol.tenancy.idempotency import KeptAnswer
from vtcontrol.tenancy.metering import Budget, Meter, Usage
from vtcontrol.tenancy.studios import MemberRole, Membership, Studio
from vtcontrol.tenancy.tokens import Claims, issue, issue_ticket
from vtcontrol.tenancy.webhooks import Delivery, Webhook


def make_studio(name: str = "Lantern Lane", *, slug: str = "lantern-lane") -> Studio:
    return Studio.objects.create(name=name, slug=slug)


def make_person(username: str, **fields: Any) -> Any:
    """A person who cannot sign in by password: tests use `client.force_login`, which spares the hashing."""
    person = get_user_model()(username=username, email=f"{username}@example.com", **fields)
    person.set_unusable_password()
    person.save()
    return person


def make_member(studio: Studio, role: MemberRole, username: str, **fields: Any) -> Any:
    person = make_person(username, is_staff=True, **fields)
    Membership.objects.create(studio=studio, user=person, role=role)
    return person


def make_credential(marker: str = "", *, secret: str = "sk-not-a-real-key-1234") -> Credential:
    credential = Credential(name=f"{marker}Language model")
    credential.put(secret)
    credential.save()
    return credential


def make_token(
    kind: TokenKind = TokenKind.API, marker: str = "", *, stream: Any = None, created_by: Any = None
) -> tuple[ApiToken, str]:
    """Return the row and the secret a person would paste."""
    return issue(kind, f"{marker}{kind.value}", stream_id=stream and stream.pk, created_by=created_by)


def make_ticket(token: ApiToken) -> str:
    return issue_ticket(Claims(token.pk, token.studio_id, token.kind, token.stream_id))


def make_kept_answer(token: ApiToken, marker: str = "") -> KeptAnswer:
    """What a POST under a key was answered."""
    expires_at = timezone.now() + dt.timedelta(hours=24)
    body = {"said": f"{marker}once"}
    return create(KeptAnswer, token=token, key=f"{marker}key", digest="0" * 64, body=body, expires_at=expires_at)


def make_webhook(marker: str = "", *, stream: Any = None, **fields: Any) -> Webhook:
    webhook = Webhook(name=f"{marker}Overlay", stream_id=stream and stream.pk, **fields)
    webhook.url = webhook.url or f"https://example.com/{marker}hook"
    webhook.new_secret()
    webhook.save()
    return webhook


def make_delivery(webhook: Webhook, marker: str = "", **fields: Any) -> Delivery:
    now = timezone.now()
    usual = {"topic": "ping", "subject": f"{marker}{uuid7().hex}", "body": f'{{"said":"{marker}hi"}}', "next_at": now}
    return create(Delivery, webhook=webhook, **{**usual, "expires_at": now + dt.timedelta(days=7), **fields})


def make_budget(stream: Any = None) -> Budget:
    return create(Budget, meter=Meter.LLM_TOKENS, stream_id=stream and stream.pk, daily_limit=50_000)


def make_usage(marker: str = "", *, stream: Any = None, day: dt.date | None = None) -> Usage:
    return create(
        Usage,
        day=day or timezone.now().date(),
        stream_id=stream.pk if stream else uuid7(),
        meter=Meter.LLM_TOKENS,
        provider=f"{marker}scripted",
        quantity=120,
    )
