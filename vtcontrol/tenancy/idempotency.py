"""Doing a POST once, however often it is sent: the answer is kept under its `Idempotency-Key`.

The key, the effect and the answer are one transaction: a repetition that comes while the first is under way waits for
it, a process that dies in between leaves neither, and a refusal keeps nothing, because nothing happened.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.request import Request
from rest_framework.response import Response

from vtcontrol.kernel.errors import Conflict, InputInvalid
from vtcontrol.tenancy.access import ApiToken
from vtcontrol.tenancy.owned import StudioOwned
from vtcontrol.tenancy.tokens import Claims

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEY_LONGEST = 100
KEPT = dt.timedelta(hours=24)
KEPT_MOST = 5000  # answers kept for one token; retention drops the oldest beyond

Post = TypeVar("Post", bound=Callable[..., Response])


class KeptAnswer(StudioOwned):
    """What a POST under a key was answered."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="kept_answers")
    key = models.CharField(max_length=KEY_LONGEST)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = gettext_lazy("kept answer")
        verbose_name_plural = gettext_lazy("kept answers")
        constraints = (models.UniqueConstraint(fields=("token", "key"), name="one_answer_a_key"),)

    def __str__(self) -> str:
        return str(self.id)


def read_key(request: Request) -> str:
    """Return the request's key, or "" when it has none.

    Raises:
        InputInvalid: It is too long, or not printable.
    """
    key = str(request.headers.get(HEADER, ""))
    if len(key) > KEY_LONGEST or not key.isprintable():
        message = _("An Idempotency-Key has at most %(most)d printable characters.") % {"most": KEY_LONGEST}
        raise InputInvalid(message, field=HEADER)
    return key


def once(post: Post) -> Post:
    """Make a view's `post` happen once for each `Idempotency-Key` of a token; without a key it happens each time.

    The same key for another request is a conflict. The handler must change nothing but the database.
    """

    @wraps(post)
    def answer(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = read_key(request)
        if not key:
            return post(view, request, *args, **kwargs)
        claims: Claims = view.claims
        digest = _digest(request)
        with transaction.atomic():
            kept = _begin(claims, key, digest)
            if kept is None:
                return _replayed(claims, key, digest)
            response = post(view, request, *args, **kwargs)
            kept.status, kept.body = response.status_code, response.data
            kept.save(update_fields=["status", "body"])
            return response

    answer.is_once = True  # type: ignore[attr-defined]  # read by the schema and by the tests
    return cast(Post, answer)


def _digest(request: Request) -> str:
    """Return what tells one request from another: method, address and body."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    digest.update(json.dumps(request.data, sort_keys=True, default=str).encode())
    return digest.hexdigest()


def _begin(claims: Claims, key: str, digest: str) -> KeptAnswer | None:
    """Write the key down; None when it is known already."""
    now = timezone.now()
    KeptAnswer.objects.filter(token_id=claims.token_id, key=key, expires_at__lt=now).delete()
    kept = KeptAnswer(token_id=claims.token_id, key=key, digest=digest, expires_at=now + KEPT)
    try:
        with transaction.atomic():
            kept.save(force_insert=True)
    except IntegrityError:
        return None
    return kept


def _replayed(claims: Claims, key: str, digest: str) -> Response:
    kept = KeptAnswer.objects.get(token_id=claims.token_id, key=key)
    if kept.digest != digest:
        raise Conflict(_("This Idempotency-Key was used before for another request."))
    return Response(kept.body, status=kept.status, headers={REPLAYED: "true"})


def forget_surplus() -> int:
    """Drop the oldest answers of tokens that keep more than `KEPT_MOST`. Runs over all studios."""
    gone = 0
    counted = KeptAnswer.objects.order_by().values("token_id").annotate(count=models.Count("id"))
    for row in counted.filter(count__gt=KEPT_MOST):
        own = KeptAnswer.objects.filter(token_id=row["token_id"])
        oldest = own.order_by("expires_at").values_list("pk", flat=True)[: row["count"] - KEPT_MOST]
        gone += KeptAnswer.objects.filter(pk__in=list(oldest)).delete()[0]
    return gone
