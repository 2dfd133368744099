"""Refusals as RFC 9457 problem+json: from the REST views, and from Django itself under `/api/`.

Owns every status and title a refusal can have. A bug stays a logged 500; its answer tells nothing of it.
"""

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response

from vtcontrol.kernel.errors import AccessDenied, Conflict, InputInvalid, NotFound
from vtcontrol.tenancy.rates import RateExceeded

PROBLEM_JSON = "application/problem+json"
API_PATH = "/api/"
TITLES = {
    400: gettext_lazy("The request cannot be used"),
    401: gettext_lazy("No token that works"),
    403: gettext_lazy("Not allowed"),
    404: gettext_lazy("Not found"),
    405: gettext_lazy("Not done this way"),
    406: gettext_lazy("No answer of that type"),
    409: gettext_lazy("The state moved on"),
    413: gettext_lazy("The request is too large"),
    415: gettext_lazy("A body of that type is not read"),
    429: gettext_lazy("Too many requests"),
    500: gettext_lazy("Something broke on our side"),
    503: gettext_lazy("No room now"),
}


class BodyTooLarge(exceptions.APIException):
    """The body is longer than the route takes."""

    status_code = 413
    default_detail = gettext_lazy("The body is larger than this route takes.")


class Overloaded(exceptions.APIException):
    """This process has no room for the request now.

    Attributes:
        retry_after_s: Seconds after which to come back.
    """

    status_code = 503
    default_detail = gettext_lazy("There is no room for this now.")
    retry_after_s = 5


def problem_body(status: int, detail: str, **extra: Any) -> dict[str, Any]:
    """Return the members of a problem: type, title, status, detail, and `errors` by field where there are any."""
    title = str(TITLES.get(status, TITLES[400 if status < 500 else 500]))
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, **extra}


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the problem+json answer to an error, or None for one that is a bug (which stays a logged 500)."""
    status = _status(error)
    if status is None:
        return None
    body = problem_body(status, _detail(error), **_errors(error))
    return Response(body, status=status, headers=_headers(error), content_type=PROBLEM_JSON)


def _status(error: Exception) -> int | None:
    if isinstance(error, exceptions.APIException):
        return error.status_code
    for kinds, status in _STATUSES:
        if isinstance(error, kinds):
            return status
    return None


_STATUSES: tuple[tuple[tuple[type[Exception], ...], int], ...] = (
    ((InputInvalid, UnreadablePostError), 400),
    ((AccessDenied, PermissionDenied), 403),
    ((NotFound, Http404), 404),
    ((Conflict,), 409),
    ((RequestDataTooBig,), 413),
    ((RateExceeded,), 429),
)


def _errors(error: Exception) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        return {"errors": error.detail}
    if isinstance(error, InputInvalid) and error.field:
        return {"errors": {error.field: [str(error)]}}
    return {}


def _headers(error: Exception) -> dict[str, str]:
    if isinstance(error, RateExceeded):
        return {"Retry-After": str(error.retry_after_s), **error.allowance.headers()}
    if isinstance(error, Overloaded):
        return {"Retry-After": str(error.retry_after_s)}
    challenge = getattr(error, "auth_header", "") if isinstance(error, exceptions.APIException) else ""
    return {"WWW-Authenticate": challenge} if challenge else {}


def _detail(error: Exception) -> str:
    if isinstance(error, exceptions.ValidationError):
        return _("Some fields are missing or wrong.")
    if isinstance(error, exceptions.APIException):
        return str(error.detail)
    if isinstance(error, NotFound | Http404):
        return _("There is no such thing in this studio.")
    if isinstance(error, RequestDataTooBig | UnreadablePostError):
        return _("The body cannot be read.")
    return str(error) or _("This is not allowed here.")


# --- Where no REST view was reached ----------------------------------------------------------------------------------


def _plain(request: HttpRequest, status: int, detail: str) -> JsonResponse | None:
    """Return a problem for an address of the API; None for a page, which has its own way to say no."""
    if not request.path_info.startswith(API_PATH):
        return None
    return JsonResponse(problem_body(status, detail), status=status, content_type=PROBLEM_JSON)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django itself refuses, for example one for an unknown host."""
    return _plain(request, 400, _("The request cannot be read.")) or defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that is not allowed."""
    refused = _plain(request, 403, _("This is not allowed here."))
    return refused or defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request for an address that does not exist."""
    return _plain(request, 404, _("There is no such address.")) or defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer after a bug of ours: it is in the log, and nothing of it here."""
    return _plain(request, 500, _("It is in our log. Try again.")) or defaults.server_error(request)
