"""The admin site: who may enter, in which studio, and how it is laid out.

Owns the site object every app registers with. It must not know any app's models: a model's admin says where in the
sidebar it stands (`Place`), and the site puts the sidebar together.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm as BaseAuthenticationForm
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.module_loading import import_string
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.forms import AuthenticationForm
from unfold.settings import get_config
from unfold.sites import UnfoldAdminSite

from vtcontrol.tenancy.middleware import choose_studio, studios_of
from vtcontrol.tenancy.rates import RateExceeded, spend

SEARCH_SHORTEST = 2
SEARCH_MOST = 6
LOGINS_A_MINUTE = 20


class Shelf(models.TextChoices):
    """The groups of the sidebar, in their order."""

    ON_AIR = "on_air", gettext_lazy("On air")
    CHARACTERS = "characters", gettext_lazy("Characters")
    MEMORY = "memory", gettext_lazy("Memory")
    AUDIENCE = "audience", gettext_lazy("Audience")
    STUDIO = "studio", gettext_lazy("Studio")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model stands in the sidebar.

    Attributes:
        shelf: Its group.
        order: Its place in the group, from 1.
        icon: Name of a Material symbol.
        is_searched: The command palette looks into its rows.
    """

    shelf: Shelf
    order: int
    icon: str
    is_searched: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A result of the command palette, in the shape its template takes."""

    title: str
    description: str
    link: str
    icon: str


class StudioLoginForm(AuthenticationForm):  # type: ignore[misc]  # unfold ships no types
    """Lets in whoever has a place in an active studio, staff or not, and the operator."""

    def clean(self) -> dict[str, Any]:
        """Check name and password, so many times a minute for one name.

        Raises:
            ValidationError: They do not fit, or were tried too often.
        """
        try:
            spend(f"login:{str(self.cleaned_data.get('username', '')).casefold()}", limit=LOGINS_A_MINUTE)
        except RateExceeded as exceeded:
            raise ValidationError(str(exceeded), code="too_many") from None
        found: dict[str, Any] = super().clean()
        return found

    def confirm_login_allowed(self, user: Any) -> None:
        """Refuse people without a studio.

        Raises:
            ValidationError: The account is closed, or has no place in an active studio.
        """
        BaseAuthenticationForm.confirm_login_allowed(self, user)
        if not user.is_superuser and not studios_of(user):
            raise ValidationError(
                _("This account has no place in an active studio. Ask the studio's owner to add you."), code="no_studio"
            )


class StudioAdminSite(UnfoldAdminSite):  # type: ignore[misc]  # unfold ships no types
    """The one admin site. Everything in it happens in the studio the session works in."""

    login_form = StudioLoginForm
    site_title = gettext_lazy("vtcontrol")
    index_title = gettext_lazy("Control room")
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Tell whether the user works in an active studio, or is the operator."""
        user = request.user
        return user.is_active and (user.is_superuser or getattr(request, "studio", None) is not None)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Return the site's addresses; the generic `view_on_site` redirect is left out, as no page needs it."""
        inherited = [one for one in super().get_urls() if getattr(one, "name", "") != "view_on_site"]
        return [path("studio/", self.admin_view(require_POST(self.choose_studio)), name="choose_studio"), *inherited]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sign in; a live part that comes here because the session is over sends its whole page."""
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(headers={"HX-Redirect": reverse(f"{self.name}:login")})
        answer: HttpResponse = super().login(request, extra_context)
        return answer

    def choose_studio(self, request: HttpRequest) -> HttpResponse:
        """Go on in another studio."""
        try:
            is_chosen = choose_studio(request, UUID(request.POST.get("studio", "")))
        except ValueError:
            is_chosen = False
        if not is_chosen:
            messages.error(request, _("You have no place in that studio."))
        return HttpResponseRedirect(reverse(f"{self.name}:index"))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what every page needs."""
        context: dict[str, Any] = super().each_context(request)
        studio = getattr(request, "studio", None)
        context["studio"] = studio
        context["studio_choices"] = studios_of(request.user) if self.has_permission(request) else []
        context["site_dropdown"] = len(context["studio_choices"]) > 1  # shows the switcher, see site_dropdown.html
        context["site_subheader"] = studio.name if studio else None
        context["colors"] = None  # they are in static/admin/studio.css: the CSP refuses inline styles
        return context

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the dashboard; the page itself asks for its live part alone, every few seconds."""
        if request.headers.get("HX-Request") != "true":
            answer: HttpResponse = super().index(request, extra_context)
            return answer
        context = {"studio": getattr(request, "studio", None), "has_permission": True}
        callback = import_string(get_config(self.settings_name)["DASHBOARD_CALLBACK"])
        return TemplateResponse(request, "admin/control_room.html", callback(request, context))

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return the sidebar: the dashboard, then each shelf with what the user may see."""
        home = reverse(f"{self.name}:index")
        first = {
            "title": _("Control room"),
            "icon": "space_dashboard",
            "link": home,
            "active": request.path == home,
            "has_permission": True,
        }
        shelves: dict[str, list[tuple[int, dict[str, Any]]]] = {shelf: [] for shelf in Shelf}
        for model_admin in self._registry.values():
            place: Place | None = getattr(model_admin, "place", None)
            if place is not None and model_admin.has_view_or_change_permission(request):
                shelves[place.shelf].append((place.order, self._entry(request, model_admin, place)))
        groups = [
            {"title": Shelf(shelf).label, "items": [entry for _order, entry in sorted(entries, key=lambda one: one[0])]}
            for shelf, entries in shelves.items()
            if entries
        ]
        return [{"title": "", "items": [first]}, *groups]

    def _entry(self, request: HttpRequest, model_admin: Any, place: Place) -> dict[str, Any]:
        opts = model_admin.opts
        link = reverse(f"{self.name}:{opts.app_label}_{opts.model_name}_changelist")
        return {
            "title": capfirst(str(opts.verbose_name_plural)),
            "icon": place.icon,
            "link": link,
            "active": request.path.startswith(link),
            "has_permission": True,
        }

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Answer the command palette: pages, then rows of this studio. Nothing is cached between studios."""
        wanted = request.GET.get("s", "").strip().lower()
        if len(wanted) < SEARCH_SHORTEST or getattr(request, "studio", None) is None:
            return HttpResponse()
        results = [*self._find_pages(request, wanted), *self._find_rows(request, wanted)]
        name = "command_results" if "extended" in request.GET else "search_results"
        context = {"results": results, "page_obj": {"count": len(results)}, "page_counter": 0, "execution_time": 0.0}
        context["command_show_history"] = False
        return TemplateResponse(request, f"unfold/helpers/{name}.html", context, headers={"HX-Trigger": "search"})

    def _find_pages(self, request: HttpRequest, wanted: str) -> list[Found]:
        return [
            Found(str(entry["title"]), str(group["title"]), str(entry["link"]), str(entry["icon"]))
            for group in self.get_sidebar_list(request)
            for entry in group["items"]
            if wanted in str(entry["title"]).lower()
        ]

    def _find_rows(self, request: HttpRequest, wanted: str) -> list[Found]:
        found = []
        for model, model_admin in self._registry.items():
            place: Place | None = getattr(model_admin, "place", None)
            if place is None or not place.is_searched or not model_admin.has_view_or_change_permission(request):
                continue
            rows, _may_repeat = model_admin.get_search_results(request, model_admin.get_queryset(request), wanted)
            opts = model._meta
            address = f"{self.name}:{opts.app_label}_{opts.model_name}_change"
            found += [
                Found(str(row), capfirst(str(opts.verbose_name)), reverse(address, args=(row.pk,)), place.icon)
                for row in rows[:SEARCH_MOST]
            ]
        return found


site = StudioAdminSite(name="admin")
