"""Who calls the REST API: bearer tokens only. Apart from `api`, because REST framework loads this before its views."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from vtcontrol.kernel.errors import AccessDenied
from vtcontrol.tenancy.tokens import Claims, read


class Caller:
    """A token's holder, in the place where REST framework expects a user."""

    is_authenticated = True

    def __init__(self, claims: Claims) -> None:
        self.claims = claims


class TokenAuthentication(BaseAuthentication):
    """Reads `Authorization: Bearer …` and nothing else: no session, so no CSRF."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the caller, or None when no bearer token is sent."""
        scheme, _space, bearer = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not bearer.strip():
            return None
        try:
            claims = read(bearer.strip())
        except AccessDenied as denied:
            raise AuthenticationFailed(str(denied)) from None
        return Caller(claims), claims

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a missing token is 401."""
        return "Bearer"


class HasScope(BasePermission):
    """Lets a token in whose kind the view names and which may do what the view does."""

    message = ""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Tell whether the caller's token opens this view."""
        kinds: frozenset[str] = getattr(view, "kinds", frozenset())
        if not isinstance(request.auth, Claims) or request.auth.kind not in kinds:
            self.message = _("A token of this kind does not open this.")
            return False
        needed = view.needs(request.method)
        if needed is not None and needed not in request.auth.scopes:
            self.message = _("The token may not do this: it lacks the scope “%(scope)s”.") % {"scope": needed}
            return False
        return True
