"""The base of every REST view: bearer tokens only, the studio's scope, rates, bounded bodies.

A view says which kinds of token open it (`kinds`), which scope reading and writing need (`reads`, `writes`), and what
it counts (`rate`). Refusals are problems (`vtcontrol.tenancy.problems`); a `post` is decorated with
`vtcontrol.tenancy.idempotency.once`; lists come in pages (`vtcontrol.tenancy.pages`).
"""

from contextlib import ExitStack
from typing import Any, ClassVar, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from vtcontrol.tenancy.access import Scope, TokenKind
from vtcontrol.tenancy.problems import BodyTooLarge
from vtcontrol.tenancy.rates import Allowance, Rate
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.tokens import Claims

BODY_MOST = 64 * 1024
CALLS = Rate("control", 240)
READING = frozenset({"GET", "HEAD", "OPTIONS"})


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
        reads: Scope a token needs to GET, or None when its kind is enough.
        writes: Scope a token needs for everything else, or None.
        rate: What a call counts as; each token has its own count. None: nothing is counted.
        body_most: Longest body it takes, in bytes.
        tag: Chapter of the schema and of its page.
    """

    kinds: ClassVar[frozenset[str]] = frozenset({TokenKind.API})
    reads: ClassVar[Scope | None] = Scope.READ
    writes: ClassVar[Scope | None] = Scope.CONTROL
    rate: ClassVar[Rate | None] = CALLS
    body_most: ClassVar[int] = BODY_MOST
    tag: ClassVar[str] = "Show"
    parser_classes: ClassVar[list[type[JSONParser]]] = [ShallowJSONParser]  # type: ignore[misc]  # DRF declares it per instance
    _allowance: Allowance | None = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer one request, inside the scope that `initial` enters."""
        with ExitStack() as self._entered:
            return super().dispatch(request, *args, **kwargs)

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Give a body that comes in chunks a length: REST framework takes it for empty without one."""
        if "CONTENT_LENGTH" not in request.META and "HTTP_TRANSFER_ENCODING" in request.META:
            head = request.read(self.body_most + 1)
            request._body = head  # what Django keeps of a body that was read
            request.META["CONTENT_LENGTH"] = str(len(head))
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, authorise, count, then enter the scope.

        Raises:
            BodyTooLarge: The body is longer than `body_most`.
            RateExceeded: The token called too often.
        """
        super().initial(request, *args, **kwargs)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > self.body_most:
            raise BodyTooLarge
        rate = self.costs(request.method)
        if rate is not None:
            self._allowance = rate.spend(self.claims.token_id)
        self._entered.enter_context(studio_scope(self.claims.studio_id))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Tell the caller what is left of the rate."""
        answer: Response = super().finalize_response(request, response, *args, **kwargs)
        if self._allowance is not None:
            for name, value in self._allowance.headers().items():
                answer.headers.setdefault(name, value)
        return answer

    @classmethod
    def needs(cls, method: str | None) -> Scope | None:
        """Return the scope a token needs for a method, or None."""
        return cls.reads if method in READING else cls.writes

    @classmethod
    def costs(cls, _method: str | None) -> Rate | None:
        """Return what a call with this method counts as, or None."""
        return cls.rate

    @property
    def claims(self) -> Claims:
        """Who is calling."""
        return cast(Claims, self.request.auth)
