"""The REST API as somebody outside calls it. Follows no redirects, so a token goes to the given host only."""

import http.client
import ipaddress
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from workers.smoke.failing import SmokeFailed

BODY_MOST = 2_000_000  # bytes


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any) -> None:
        """Let a redirect be an error."""


def is_loopback(url: str) -> bool:
    """Tell whether an address is this very machine's, which no proxy can reach."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True)
class Rest:
    """A vtcontrol server's REST API.

    Attributes:
        url: Its address without a path, for example http://localhost:8700.
        patience_s: How long one call may take.
    """

    url: str
    patience_s: float = 10.0

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SmokeFailed(_("{url} is no address such as http://localhost:8700.").format(url=self.url))

    def call(self, method: str, path: str, bearer: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Make one call and return the JSON object it answers with. Blocks.

        Raises:
            SmokeFailed: Nothing answers, the answer is a refusal, or it is not vtcontrol's.
        """
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked above
            f"{self.url.rstrip('/')}/api/v1/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {bearer}", "Content-Type": "application/json"},
        )
        handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
        if is_loopback(self.url):
            handlers.append(urllib.request.ProxyHandler({}))
        try:
            with urllib.request.build_opener(*handlers).open(request, timeout=self.patience_s) as answer:
                return self._object(answer.read(BODY_MOST))
        except urllib.error.HTTPError as error:
            raise SmokeFailed(self._refusal(error)) from None
        except (OSError, http.client.HTTPException) as error:
            raise SmokeFailed(self._silence(error)) from None

    def _object(self, body: bytes) -> dict[str, Any]:
        try:
            found = json.loads(body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise SmokeFailed(_("What answers at {url} is not vtcontrol.").format(url=self.url))
        return found

    def _refusal(self, error: urllib.error.HTTPError) -> str:
        with error:
            if error.code == 401:
                return _("The server refused the token: it is unknown, expired or revoked.")
            if 300 <= error.code < 400:
                return _("{url} leads elsewhere; give the final address.").format(url=self.url)
            try:
                problem = json.loads(error.read(BODY_MOST))
                detail = str(problem.get("detail") or problem.get("title") or "")
            except (ValueError, AttributeError, OSError):
                detail = ""
        return _("The server answered {status}. {detail}").format(status=error.code, detail=detail).strip()

    def _silence(self, error: Exception) -> str:
        cause = getattr(error, "reason", error)
        if isinstance(cause, TimeoutError):
            return _("{url} takes calls but does not answer.").format(url=self.url)
        return _("Nothing answers at {url}. Is vtcontrol running there?").format(url=self.url)
