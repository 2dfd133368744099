"""A viewer's own way to be one person on two platforms: a one-time code, asked for here, typed there.

A code is kept as a keyed digest, lasts a quarter of an hour and works once. It is handed over in private only: whoever
typed a code read in public would get hold of somebody else's card.
"""

import datetime as dt
import secrets

from django.utils import timezone
from django.utils.translation import gettext as _

from relationships.models import Identity, LinkCode, MergeReason, ViewerMerge
from relationships.services.merging import merge
from relationships.services.refusals import digest_of
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.tenancy.rates import spend

CODE_LASTS = dt.timedelta(minutes=15)
CODE_LENGTH = 8
TRIES_A_MINUTE = 5
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that looks like something else


def issue_code(identity: Identity) -> str:
    """Return a new code of an account; codes it had before end."""
    code = "".join(secrets.choice(_ALPHABET) for _place in range(CODE_LENGTH))
    LinkCode.objects.filter(identity=identity).delete()
    LinkCode(identity=identity, digest=_digest(code), expires_at=timezone.now() + CODE_LASTS).save()
    return code


def use_code(identity: Identity, code: str) -> ViewerMerge:
    """Join the viewer of `identity` with the one who asked for the code.

    Raises:
        InputInvalid: There is no such code, it is over, or both accounts are one viewer already.
        RateExceeded: Too many codes were tried.
    """
    spend(f"linkcode:{identity.pk}", limit=TRIES_A_MINUTE)
    found = LinkCode.objects.filter(digest=_digest(code.strip().upper())).select_related("identity__viewer").first()
    if found is None or not LinkCode.objects.filter(pk=found.pk).delete()[0] or found.expires_at < timezone.now():
        raise InputInvalid(_("This code is unknown, used up or over."))
    if found.identity.viewer_id == identity.viewer_id:
        raise InputInvalid(_("Both accounts are one viewer already."))
    return merge(found.identity.viewer, identity.viewer, reason=MergeReason.CODE)


def _digest(code: str) -> str:
    return digest_of("link code", code)
