"""Accounts nothing is stored of: who opted out, and who was erased.

They are known by a keyed digest of studio, platform and account id, so the list names nobody and yet finds everybody
again, also in a database that was restored from a backup (`streams.services.tombstones`).
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from relationships.models import Refusal, RefusalKind, Viewer
from vtcontrol.tenancy.scope import current_studio_id

Key = tuple[str, str]


def digest_of(platform: str, platform_id: str, *, studio_id: UUID | None = None) -> str:
    """Return the digest of an account (HMAC-SHA-256 under `TOMBSTONE_KEY`), of the scope's studio unless named."""
    named = "\0".join((str(studio_id or current_studio_id()), platform, platform_id))
    return hmac.new(settings.TOMBSTONE_KEY.encode(), named.encode(errors="replace"), hashlib.sha256).hexdigest()


def refusals(digests: Collection[str]) -> "QuerySet[Refusal]":
    """Return the refusals that hold, of these digests."""
    known: QuerySet[Refusal] = Refusal.objects.filter(digest__in=digests)
    return known.exclude(kind=RefusalKind.READMITTED).order_by()


def refused(accounts: Iterable[Key]) -> set[Key]:
    """Return those of the accounts, (platform, id), nothing is stored of. One query."""
    by_digest = {digest_of(*key): key for key in accounts}
    return {by_digest[digest] for digest in refusals(list(by_digest)).values_list("digest", flat=True)}


def refuse(accounts: Iterable[Key], kind: RefusalKind) -> None:
    """Store nothing of these accounts from now on. One that was erased stays erased, whatever is said later."""
    digests = {digest_of(*key) for key in accounts}
    known = Refusal.objects.filter(digest__in=digests)
    if kind is RefusalKind.OPTED_OUT:
        known.exclude(kind=RefusalKind.ERASED).update(kind=kind, at=timezone.now())
    else:
        known.update(kind=kind, at=timezone.now())
    new = digests - set(known.values_list("digest", flat=True))
    Refusal.objects.bulk_create([Refusal(digest=one, kind=kind) for one in sorted(new)])


def readmit(accounts: Iterable[Key]) -> None:
    """Let accounts be stored again."""
    known = Refusal.objects.filter(digest__in={digest_of(*key) for key in accounts})
    known.exclude(kind=RefusalKind.READMITTED).update(kind=RefusalKind.READMITTED, at=timezone.now())


def opt_out(viewer: Viewer) -> None:
    """Stop remembering a viewer: nothing new is stored, nothing known is used."""
    Viewer.objects.filter(pk=viewer.pk).update(has_opted_out=True)
    refuse(viewer.identities.values_list("platform", "platform_id"), RefusalKind.OPTED_OUT)


def opt_in(viewer: Viewer) -> None:
    """Remember a viewer again."""
    Viewer.objects.filter(pk=viewer.pk).update(has_opted_out=False)
    readmit(viewer.identities.values_list("platform", "platform_id"))
