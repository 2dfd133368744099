"""Enters the studio's scope for pages with a session: the admin. REST and sockets enter theirs by token."""

from collections.abc import Callable
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest, HttpResponse

from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Membership, Studio

SESSION_KEY = "studio"


def studios_of(user: AbstractBaseUser | AnonymousUser) -> list[Studio]:
    """Return the active studios a signed-in user may enter, by name; all of them for the operator."""
    if user.pk is None or not user.is_active:
        return []
    if getattr(user, "is_superuser", False):
        return list(Studio.objects.filter(is_active=True))
    found = Membership.objects.filter(user_id=user.pk, studio__is_active=True)
    return [membership.studio for membership in found.select_related("studio").order_by("studio__name")]


def chosen_studio(request: HttpRequest) -> Studio | None:
    """Return the studio this session works in: the chosen one, else the first."""
    studios = studios_of(request.user)
    chosen = request.session.get(SESSION_KEY)
    return next((studio for studio in studios if str(studio.pk) == chosen), studios[0] if studios else None)


def choose_studio(request: HttpRequest, studio_id: UUID) -> bool:
    """Make the session work in another studio; False when the user has no place there."""
    if all(studio.pk != studio_id for studio in studios_of(request.user)):
        return False
    request.session[SESSION_KEY] = str(studio_id)
    return True


class StudioMiddleware:
    """Runs every admin request in the scope of the session's studio, and relaxes the CSP where Alpine needs it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        if not request.path_info.startswith("/admin/"):
            return self._get_response(request)
        studio = chosen_studio(request)
        request.studio = studio  # type: ignore[attr-defined]  # read by the admin site
        if studio is None:
            response = self._get_response(request)
        else:
            with studio_scope(studio.pk):
                response = self._get_response(request)
        response._csp_update = {"script-src": ["'unsafe-eval'"]}  # type: ignore[attr-defined]  # django-csp's own
        return response
