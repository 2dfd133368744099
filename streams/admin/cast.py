"""The admin of the cast: who shares a stream's stage, and the role-plays they play, with a page to conduct one."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from streams.models import RolePart, RolePlay, SceneState, StreamCharacter, Turn
from streams.selectors.cast import OPEN_SCENES
from streams.services import roleplay
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.admin_actions import object_action, object_page
from vtcontrol.tenancy.admin_base import StudioStackedInline, StudioTabularInline
from vtcontrol.tenancy.admin_history import TrackedAdmin
from vtcontrol.tenancy.admin_marks import Tone, ago, chip
from vtcontrol.tenancy.admin_site import Place, Shelf, site

ON_THE_SHOW = "streams.change_turn"  # who may put a hand on the show: moderators and above
LINES_SHOWN = 40
SCENE_MARKS = {
    SceneState.PLANNED: (Tone.PLAIN, "edit_note"),
    SceneState.RUNNING: (Tone.GOOD, "theater_comedy"),
    SceneState.PAUSED: (Tone.CAUTION, "pause_circle"),
    SceneState.ENDED: (Tone.PLAIN, "stop_circle"),
}


class CastInline(StudioTabularInline):
    """Who shares the stage with the stream's own character."""

    model = StreamCharacter
    verbose_name_plural = _("Cast: other characters on this stage")
    fields = ("persona", "names", "about", "weight", "x", "height", "is_mirrored", "is_enabled", "position")
    ordering_field = "position"
    hide_ordering_field = True
    autocomplete_fields = ("persona",)


class PartInline(StudioStackedInline):
    """Who plays what."""

    model = RolePart
    fields = (("persona", "role"), "goal", "secret")
    autocomplete_fields = ("persona",)


def is_open(scene: RolePlay) -> bool:
    """Tell whether a scene is being played, or paused."""
    return scene.state in OPEN_SCENES


@admin.register(RolePlay, site=site)
class RolePlayAdmin(TrackedAdmin):
    """Scenes with roles, goals and secrets."""

    place = Place(Shelf.ON_AIR, 5, "theater_comedy")
    about = _("Scenes that the characters of a stream play together: each role has a goal and a secret of its own.")
    next_step = _("Add a role-play: the scene, and at least two roles. Then start it and conduct it from its page.")
    inlines = (PartInline,)
    object_actions = ("conduct", "start", "move_on", "pause", "resume", "end")
    list_display = ("name", "stream", "state_chip", "roles", "lines", "begun")
    list_filter = (("stream", RelatedDropdownFilter), ("state", ChoicesDropdownFilter))
    list_select_related = ("stream",)
    search_fields = ("name", "scene")
    autocomplete_fields = ("stream", "narrator", "narrator_voice")
    fieldsets = (
        (None, {"fields": (("stream", "name"), "scene")}),
        (_("Who narrates"), {"fields": (("narrator", "narrator_voice"),)}),
        (_("How it goes on"), {"fields": ("advance", ("pace_s", "lines_most"))}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[RolePlay]:
        """Return scenes with the number of their roles."""
        rows: QuerySet[RolePlay] = super().get_queryset(request)
        return rows.annotate(role_count=Count("parts")).order_by("-created_at")

    @display(description=_("state"), ordering="state")
    def state_chip(self, scene: RolePlay) -> SafeString:
        """Show whether it is played."""
        return chip(scene.get_state_display(), *SCENE_MARKS[SceneState(scene.state)])

    @display(description=_("roles"), ordering="role_count")
    def roles(self, scene: RolePlay) -> Any:
        """Show how many roles it has."""
        return getattr(scene, "role_count", 0)

    @display(description=_("lines"), ordering="lines_said")
    def lines(self, scene: RolePlay) -> str:
        """Show how many lines were said, of those that may come by themselves."""
        return f"{scene.lines_said} / {scene.lines_most}"

    @display(description=_("started"), ordering="started_at")
    def begun(self, scene: RolePlay) -> Any:
        """Show when it began."""
        return ago(scene.started_at) if scene.started_at else "—"

    @object_action(
        label=_("Start scene"), icon="play_arrow", permission=ON_THE_SHOW, tone="primary",
        shown=lambda scene: not is_open(scene),
    )  # fmt: skip
    def start(self, request: HttpRequest, scene: RolePlay) -> HttpResponse:
        """Begin the scene, and show the page to conduct it from."""
        roleplay.start(scene.pk)
        self.message_user(request, _now("The scene has begun."))
        return HttpResponseRedirect(self.address(scene, "conduct"))

    @object_action(
        label=_("Next line"), icon="skip_next", permission=ON_THE_SHOW,
        shown=lambda scene: scene.state == SceneState.RUNNING,
    )  # fmt: skip
    def move_on(self, request: HttpRequest, scene: RolePlay) -> HttpResponse:
        """Give the next line to whoever's turn it is."""
        roleplay.move_on(scene.pk)
        return HttpResponseRedirect(self.address(scene, "conduct"))

    @object_action(
        label=_("Pause scene"), icon="pause", permission=ON_THE_SHOW,
        shown=lambda scene: scene.state == SceneState.RUNNING,
    )  # fmt: skip
    def pause(self, request: HttpRequest, scene: RolePlay) -> None:
        """Stop it where it is."""
        roleplay.pause(scene.pk)
        self.message_user(request, _now("The scene is paused. The characters are themselves again until it goes on."))

    @object_action(
        label=_("Go on"), icon="play_arrow", permission=ON_THE_SHOW, tone="primary",
        shown=lambda scene: scene.state == SceneState.PAUSED,
    )  # fmt: skip
    def resume(self, request: HttpRequest, scene: RolePlay) -> HttpResponse:
        """Go on with it."""
        roleplay.resume(scene.pk)
        return HttpResponseRedirect(self.address(scene, "conduct"))

    @object_action(label=_("End scene"), icon="stop", permission=ON_THE_SHOW, shown=is_open)
    def end(self, request: HttpRequest, scene: RolePlay) -> None:
        """End it."""
        roleplay.end(scene.pk)
        self.message_user(request, _now("The scene is over."))

    @object_page(label=_("Conduct"), icon="theater_comedy", permission=ON_THE_SHOW)
    def conduct(self, request: HttpRequest, scene: RolePlay) -> HttpResponse:
        """Show the scene's lines, and speak for a role or narrate."""
        if request.method == "POST":
            self._act(request, scene)
            return HttpResponseRedirect(request.get_full_path())
        lines = Turn.objects.none()
        if scene.started_at is not None:
            lines = Turn.objects.filter(stream_id=scene.stream_id, started_at__gte=scene.started_at)
            lines = lines.filter(started_at__lte=scene.ended_at) if scene.ended_at else lines
        context = {
            **self.admin_site.each_context(request),
            "title": scene.name,
            "opts": self.opts,
            "original": scene,
            "scene": scene,
            "state": self.state_chip(scene),
            "is_open": is_open(scene),
            "parts": RolePart.objects.filter(roleplay=scene).select_related("persona"),
            "lines": lines.select_related("persona").defer("prompt")[:LINES_SHOWN],
            "buttons": [one for one in self.buttons(request, scene) if not one.action.is_page],
        }
        return TemplateResponse(request, "admin/streams/roleplay/conduct.html", context)

    def _act(self, request: HttpRequest, scene: RolePlay) -> None:
        """Take a role, give it back, speak in it, or narrate."""
        text, name = request.POST.get("text", ""), request.user.get_username()
        if "narrate" in request.POST:
            roleplay.narrate(scene.pk, text, key=uuid7().hex, name=name)
            return
        part = RolePart.objects.filter(pk=_id_in(request.POST.get("part", "")), roleplay=scene).first()
        if part is None:
            raise Http404
        if "take" in request.POST or "back" in request.POST:
            roleplay.take_over(scene.pk, part.pk, is_taken="take" in request.POST, by=request.user)
        else:
            roleplay.say(part, text, key=uuid7().hex, name=name)


def _id_in(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
