"""How the REST views describe themselves in OpenAPI. Owns what is the same for all: refusals, key, rates, security.

A view adds only `@extend_schema(request=…, responses={200: …})` to its handlers; names, chapters, words, refusals and
the `Idempotency-Key` come from the view itself.
"""

import re
from functools import cache
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from vtcontrol.tenancy.api import StudioView
from vtcontrol.tenancy.idempotency import HEADER, KEY_LONGEST, REPLAYED
from vtcontrol.tenancy.pages import CURSOR_LONGEST, LIMIT, LIMIT_MOST
from vtcontrol.tenancy.problems import PROBLEM_JSON

REFUSALS = {
    "400": "It cannot be used.",
    "401": "No token, or one that is unknown, expired or revoked.",
    "403": "A token of another kind, or without the scope.",
    "404": "No such thing in this studio, or for this token.",
    "406": "Another type of answer was asked for.",
    "409": "The state moved on, or the key was used for another request.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "429": "Too many calls; `Retry-After` says how many seconds to wait.",
}
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
NUMBER = {"schema": {"type": "integer"}}
RATE_HEADERS = {
    "RateLimit-Limit": {**NUMBER, "description": "Calls a window."},
    "RateLimit-Remaining": {**NUMBER, "description": "Calls left in this window."},
    "RateLimit-Reset": {**NUMBER, "description": "Seconds until the next window."},
}
KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "maxLength": KEY_LONGEST, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="The same key and the same request are done once; a repetition gets the first answer.",
)
PAGING = [
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": LIMIT_MOST, "default": LIMIT},
        description="Most items of the page.",
    ),
    OpenApiParameter(
        "cursor",
        {"type": "string", "maxLength": CURSOR_LONGEST},
        description="The `next` of the page before.",
    ),
]


class ProblemSerializer(serializers.Serializer[object]):
    """A refusal (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]  # a declared field is taken off the class
        required=False, help_text="What is wrong, by field."
    )


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself untyped
    """The one way in."""

    target_class = "vtcontrol.tenancy.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Return the scheme."""
        return {"type": "http", "scheme": "bearer", "description": "A token of the admin, or an access pass."}


class ViewSchema(AutoSchema):
    """Describes one method of one view."""

    view: Any

    def get_operation_id(self) -> str:
        """Return a name such as `post_skip`."""
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(self.view).__name__.removesuffix("View")).lower()
        return f"{self.method.lower()}_{name}"

    def get_tags(self) -> list[str]:
        """Return the chapter."""
        return [getattr(self.view, "tag", "Other")]

    def get_summary(self) -> str:
        """Return the first line of the handler's own words."""
        words = (getattr(self.view, self.method.lower()).__doc__ or "").strip()
        return words.splitlines()[0] if words else ""

    def get_description(self) -> str:  # type: ignore[override]  # the package's own signature
        """Return what the view is for, and who may call it."""
        words = (type(self.view).__doc__ or "").strip().splitlines()[0]
        if not isinstance(self.view, StudioView):
            return words
        needed = self.view.needs(self.method)
        kinds = ", ".join(f"`{kind}`" for kind in sorted(self.view.kinds))
        return f"{words}\n\nTokens: {kinds}." + (f" Scope: `{needed}`." if needed else "")

    def get_override_parameters(self) -> list[Any]:
        """Add the key of what is done once."""
        is_once = getattr(getattr(self.view, self.method.lower()), "is_once", False)
        return [KEY] if is_once else []

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        """Add every refusal, and the headers that say what is left."""
        found = super()._get_response_bodies(direction)
        if not isinstance(self.view, StudioView):
            return found
        for status, answer in found.items():
            headers = (
                {**RATE_HEADERS, **answer.get("headers", {})}
                if self.view.costs(self.method)
                else answer.get("headers", {})
            )
            if HEADER in {one.name for one in self.get_override_parameters() if isinstance(one, OpenApiParameter)}:
                headers[REPLAYED] = {"schema": {"type": "string"}, "description": "`true`: the answer of before."}
            found[status] = {**answer, "headers": headers} if headers else answer
        for status, words in self._refusals().items():
            refusal = OpenApiResponse(ProblemSerializer, description=words)
            answer = self._get_response_for_code(refusal, status, [PROBLEM_JSON], direction)  # type: ignore[no-untyped-call]  # the package leaves it untyped
            if status == "429":
                answer["headers"] = {"Retry-After": {**NUMBER, "description": "Seconds."}, **RATE_HEADERS}
            found.setdefault(status, answer)
        return found

    def _refusals(self) -> dict[str, str]:
        apart = set() if self.method in WITH_BODY else {"409", "415"}
        return {status: words for status, words in REFUSALS.items() if status not in apart}


@cache
def whole_schema() -> dict[str, Any]:
    """Return the OpenAPI document of the REST interface; the same for everybody."""
    from django.utils.translation import override

    with override("en"):
        made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # the package leaves it untyped
    return made


def only_api(endpoints: list[Any]) -> list[Any]:
    """Keep the views of the versioned interface; preprocessing hook."""
    return [one for one in endpoints if one[0].startswith("/api/v1/")]
