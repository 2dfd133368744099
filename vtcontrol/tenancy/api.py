"""The base of every REST view: bearer tokens only, the studio's scope, problem+json (RFC 9457)."""

from contextlib import ExitStack
from typing import Any, ClassVar, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from vtcontrol.kernel.errors import AccessDenied, Conflict, InputInvalid, NotFound
from vtcontrol.tenancy.access import TokenKind
from vtcontrol.tenancy.rates import RateExceeded
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.tokens import Claims

PROBLEM_JSON = "application/problem+json"


class ShallowJSONParser(JSONParser):
    """Reads JSON; a body nested deeper than Python goes is the sender's fault."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the parsed body.

        Raises:
            ParseError: It is no JSON, or nested without end.
        """
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise exceptions.ParseError(_("The body is nested too deeply.")) from None


class StudioView(APIView):
    """A REST view that runs in the scope of its caller's studio.

    Attributes:
        kinds: Kinds of token that open it.
    """

    kinds: ClassVar[frozenset[str]] = frozenset({TokenKind.API})
    parser_classes: ClassVar[list[type[JSONParser]]] = [ShallowJSONParser]  # type: ignore[misc]  # DRF declares it per instance

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer one request, inside the scope that `initial` enters."""
        with ExitStack() as self._entered:
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, authorise, then enter the scope."""
        super().initial(request, *args, **kwargs)
        self._entered.enter_context(studio_scope(self.claims.studio_id))

    @property
    def claims(self) -> Claims:
        """Who is calling."""
        return cast(Claims, self.request.auth)


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the problem+json answer to an error, or None for one that is a bug (which stays a logged 500)."""
    status, title, extra, headers = _classify(error)
    if status is None:
        return None
    body = {"type": "about:blank", "title": title, "status": status, "detail": _detail(error), **extra}
    return Response(body, status=status, headers=headers, content_type=PROBLEM_JSON)


def _classify(error: Exception) -> tuple[int | None, str, dict[str, Any], dict[str, str]]:
    if isinstance(error, exceptions.ValidationError):
        return 400, _("The request cannot be used"), {"errors": error.detail}, {}
    if isinstance(error, exceptions.APIException):
        challenge = {"WWW-Authenticate": header} if (header := getattr(error, "auth_header", "")) else {}
        return error.status_code, str(error.default_detail), {}, challenge
    if isinstance(error, InputInvalid):
        errors = {"errors": {error.field: [str(error)]}} if error.field else {}
        return 400, _("The request cannot be used"), errors, {}
    if isinstance(error, NotFound | Http404):
        return 404, _("Not found"), {}, {}
    if isinstance(error, AccessDenied | PermissionDenied):
        return 403, _("Not allowed"), {}, {}
    if isinstance(error, Conflict):
        return 409, _("The state moved on"), {}, {}
    if isinstance(error, RateExceeded):
        return 429, _("Too many requests"), {}, {"Retry-After": str(error.retry_after_s)}
    return None, "", {}, {}


def _detail(error: Exception) -> str:
    if isinstance(error, exceptions.ValidationError):
        return _("Some fields are missing or wrong.")
    if isinstance(error, exceptions.APIException):
        return str(error.detail)
    if isinstance(error, NotFound | Http404):
        return _("There is no such thing in this studio.")
    return str(error) or _("This is not allowed here.")
