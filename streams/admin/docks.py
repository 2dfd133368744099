"""The docks inside the admin: the same page as in OBS, opened by the member's session with the member's own role."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from streams.models import Stream
from streams.selectors.streams import session_of
from vtcontrol.tenancy.access import ON_THE_SHOW
from vtcontrol.tenancy.admin_actions import object_action, object_page
from vtcontrol.tenancy.scope import current_studio_id
from vtcontrol.tenancy.studios import Membership
from vtcontrol.tenancy.tokens import open_session

PANELS = {"show": _("Show"), "queue": _("Queue"), "viewer": _("Viewer"), "health": _("Health"), "scene": _("Scene")}


def panel_urls(dock_url: str) -> list[tuple[Any, str]]:
    """Return (name, address) of each panel as a dock of its own, from the address of the whole dock."""
    base, _hash, token = dock_url.partition("#")
    return [(name, f"{base}{panel}/#{token}") for panel, name in PANELS.items()]


def _hidden(_stream: Stream) -> bool:
    return False


class ShowsDocks:
    """Mixin of the streams' admin: a page with the dock, the dock itself for its frame, and its way in."""

    opts: Any
    admin_site: Any
    address: Any

    @object_page(label=_("Dock"), icon="dock_to_left")
    def dock(self, request: HttpRequest, stream: Stream) -> HttpResponse:
        """Show the dock inside the admin; `?panel=` names the panel it opens with."""
        panel = request.GET.get("panel", "show")
        panel = panel if panel in PANELS else "show"
        context = {
            **self.admin_site.each_context(request),
            "title": _("Dock"),
            "opts": self.opts,
            "original": stream,
            "panel": panel,
            "frame": f"{self.address(stream, 'dock_frame')}?panel={panel}",
            "may_act": request.user.has_perm(ON_THE_SHOW),
        }
        return TemplateResponse(request, "admin/docks/dock.html", context)

    @object_page(label=_("Dock"), icon="dock_to_left", shown=_hidden)
    def dock_frame(self, request: HttpRequest, stream: Stream) -> HttpResponse:
        """Answer with the dock's own page, which gets its pass from `dock_session`."""
        answer = render(request, "dock.html", {"sign_in": self.address(stream, "dock_session")})
        answer["X-Frame-Options"] = "SAMEORIGIN"
        return answer

    @object_action(label=_("Dock"), icon="dock_to_left", permission="view", shown=_hidden)
    def dock_session(self, request: HttpRequest, stream: Stream) -> HttpResponse:
        """Give the signed-in member a pass for the stream's dock, good for what the member's role may do."""
        held = Membership.objects.filter(studio_id=current_studio_id())
        member = held.filter(user_id=request.user.pk or 0).first()
        if member is None:
            raise PermissionDenied
        body = session_of(open_session(member, stream.pk), stream)
        return JsonResponse(body, headers={"Cache-Control": "no-store"})
