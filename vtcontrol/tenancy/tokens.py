"""Making, reading and revoking tokens, access passes and socket tickets.

A long-lived *token* is exchanged for a short-lived signed *access pass*; a pass buys a single-use *ticket*, which opens
one socket. Nothing here is ever logged.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeGuard
from uuid import UUID

from django.core import signing
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from vtcontrol.kernel.errors import AccessDenied
from vtcontrol.tenancy.access import ApiToken, Scope, Ticket, TokenKind
from vtcontrol.tenancy.compiled import CompiledQuery, CompiledSweep, first
from vtcontrol.tenancy.scope import studio_scope, unscoped
from vtcontrol.tenancy.studios import MemberRole, Membership

ACCESS_SECONDS = 900
TICKET_SECONDS = 30
SESSION_SECONDS = 1800
ACCESS_PREFIX = "vta_"
TOKEN_PREFIX = "vtc_"  # noqa: S105 - a marker, not a secret
TOUCH_EVERY = dt.timedelta(minutes=1)
_SALT = "vtcontrol.access"


@dataclass(frozen=True, slots=True)
class Claims:
    """Who is calling with a token.

    Attributes:
        token_id: The token's id.
        studio_id: Its studio.
        kind: What it opens (`TokenKind` value).
        stream_id: The one stream it opens, or None for all of the studio.
        is_pass: The caller showed an access pass, not the token itself; a pass buys tickets, never another pass.
        scopes: What it may do over REST (`Scope` values).
    """

    token_id: UUID
    studio_id: UUID
    kind: str
    stream_id: UUID | None
    is_pass: bool = False
    scopes: frozenset[str] = frozenset()

    def opens(self, stream_id: UUID) -> bool:
        """Tell whether the token is good for this stream (the scope already guards the studio)."""
        return self.stream_id is None or self.stream_id == stream_id


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def issue(
    kind: TokenKind,
    name: str,
    *,
    stream_id: UUID | None = None,
    scopes: Iterable[str] = tuple(Scope.values),
    created_by: Any = None,
    role: str = MemberRole.MANAGER,
) -> tuple[ApiToken, str]:
    """Make a token in the current studio; the text is returned this once and never stored."""
    secret = f"{TOKEN_PREFIX}{kind.value}_{secrets.token_urlsafe(32)}"
    token = ApiToken(name=name, kind=kind, stream_id=stream_id, prefix=secret[:14], digest=_digest(secret))
    token.scopes = " ".join(scope for scope in Scope.values if scope in set(scopes)) if kind == TokenKind.API else ""
    token.role, token.created_by = role, created_by
    token.save()
    return token, secret


def open_session(membership: Membership, stream_id: UUID) -> Claims:
    """Return the claims of a member who works on a stream's dock inside the admin, for `SESSION_SECONDS`.

    They have the member's role of the moment, and end with the membership. The token behind them has no text: only
    passes made from these claims open anything.
    """
    nobody = _digest(secrets.token_urlsafe(32))
    until = timezone.now() + dt.timedelta(seconds=SESSION_SECONDS)
    usual = {"name": str(membership.user)[:80], "kind": TokenKind.DOCK, "digest": nobody, "expires_at": until}
    token, _made = ApiToken.objects.update_or_create(
        member=membership,
        stream_id=stream_id,
        defaults={"expires_at": until, "revoked_at": None},
        create_defaults=usual | {"created_by": membership.user},
    )
    return _claims(token)


def revoke(token: ApiToken) -> None:
    """End a token now; passes and tickets bought with it end too."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
    Ticket.objects.filter(token=token).delete()


def is_good(token_id: UUID) -> bool:
    """Tell whether a token of the current studio still opens what it opened. One query."""
    return _opens(first(_OURS.objects(token_id=token_id)))


def _tokens() -> QuerySet[ApiToken]:
    found: QuerySet[ApiToken] = ApiToken.objects.select_related("studio", "member__user").order_by()
    return found


_OURS = CompiledQuery(lambda token_id: _tokens().filter(pk=token_id), token_id=UUID)
_BY_ID = CompiledSweep(lambda token_id: _tokens().filter(pk=token_id), token_id=UUID)
_BY_DIGEST = CompiledSweep(lambda digest: _tokens().filter(digest=digest), digest=str)


def _opens(token: ApiToken | None) -> TypeGuard[ApiToken]:
    return token is not None and token.is_valid and token.studio.is_active


def _claims(token: ApiToken | None, *, is_pass: bool = False) -> Claims:
    if not _opens(token):
        raise AccessDenied(_("The token is unknown, expired or revoked."))
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > TOUCH_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return Claims(token.pk, token.studio_id, token.kind, token.stream_id, is_pass, token.granted)


def read(bearer: str) -> Claims:
    """Return who calls with a token or an access pass.

    Raises:
        AccessDenied: It is unknown, expired or revoked.
    """
    with unscoped("a bearer token names its studio"):
        if bearer.startswith(ACCESS_PREFIX):
            try:
                token_id = signing.loads(bearer.removeprefix(ACCESS_PREFIX), salt=_SALT, max_age=ACCESS_SECONDS)
            except signing.BadSignature:
                raise AccessDenied(_("The access pass is expired or not ours.")) from None
            return _claims(first(_BY_ID.objects(token_id=UUID(token_id))), is_pass=True)
        return _claims(first(_BY_DIGEST.objects(digest=_digest(bearer))))


def make_access(claims: Claims) -> str:
    """Return a pass that stands for the token for `ACCESS_SECONDS`, unless the token is revoked before."""
    return ACCESS_PREFIX + signing.dumps(str(claims.token_id), salt=_SALT)


def issue_ticket(claims: Claims) -> str:
    """Return a ticket that opens one socket once, within `TICKET_SECONDS`."""
    secret = secrets.token_urlsafe(24)
    with studio_scope(claims.studio_id):
        expires_at = timezone.now() + dt.timedelta(seconds=TICKET_SECONDS)
        Ticket(digest=_digest(secret), token_id=claims.token_id, expires_at=expires_at).save()
    return secret


def redeem_ticket(secret: str) -> Claims:
    """Use a ticket up and return who holds it.

    Raises:
        AccessDenied: It was used before, is expired, or never existed.
    """
    with unscoped("a ticket names its studio"):
        ticket = (
            Ticket.objects.select_related("token__studio", "token__member__user").filter(digest=_digest(secret)).first()
        )
        if ticket is None or not Ticket.objects.filter(pk=ticket.pk).delete()[0] or ticket.expires_at < timezone.now():
            raise AccessDenied(_("The ticket is used up or expired."))
        return _claims(ticket.token)
