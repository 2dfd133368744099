"""The admin of the stage: its layout beside a mini-stage that follows every slider, and the pages that are open."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from personas.models import Persona
from streams.models import RANGES, StageLayout, Stream
from streams.selectors.stage import avatar_of, look_of, open_pages
from streams.services import looks, pages
from vtcontrol.kernel.errors import NotFound
from vtcontrol.tenancy.access import ON_THE_SHOW
from vtcontrol.tenancy.admin_actions import object_action, object_page
from vtcontrol.tenancy.admin_forms import Slider, StudioForm
from vtcontrol.tenancy.admin_history import TrackedAdmin
from vtcontrol.tenancy.admin_marks import Tone, chip
from vtcontrol.tenancy.admin_site import Place, Shelf, site

WHOLE = {"subtitle_size", "subtitle_plate", "volume", "queue_most_s"}
GUESTS_MOST = 50
PRESETS = (
    ("right", _("Right"), {"figure_x": 82, "subtitle_x": 33, "subtitle_width": 62}),
    ("left", _("Left"), {"figure_x": 18, "subtitle_x": 67, "subtitle_width": 62}),
    ("middle", _("Middle"), {"figure_x": 50, "subtitle_x": 50, "subtitle_width": 92}),
    (
        "pair",
        _("Two side by side"),
        {
            "figure_x": 83,
            "figure_height": 62,
            "guest_x": 17,
            "guest_height": 62,
            "subtitle_x": 50,
            "subtitle_width": 44,
        },
    ),
)  # fmt: skip


def _step(field: str) -> float:
    return 1 if field in WHOLE else 0.5


class LayoutForm(StudioForm):
    """The layout, each number a slider over its range."""

    class Meta:
        widgets = {field: Slider(least, most, _step(field)) for field, (least, most, _usual) in RANGES.items()}

    class Media:
        js = (forms.Script("admin/stage_preview.js", type="module"),)
        css = {"all": ("admin/stage_preview.css",)}


@admin.register(StageLayout, site=site)
class StageLayoutAdmin(TrackedAdmin):
    """Layouts: one a stream, made with it."""

    place = Place(Shelf.ON_AIR, 3, "aspect_ratio")
    about = _("Where character and subtitles stand on each stream’s stage, and how loud it is.")
    next_step = _("A stream comes with a layout; open it and drag things where they belong.")
    form = LayoutForm
    object_actions = ("reset",)
    list_display = ("stream", "size", "guest")
    list_select_related = ("stream", "guest")
    search_fields = ("stream__name",)
    change_form_outer_before_template = "admin/streams/stagelayout/preview.html"
    fieldsets = (
        (_("Character"), {"fields": ("figure_x", "figure_y", "figure_height", "is_mirrored")}),
        (
            _("Subtitles"),
            {
                "fields": (
                    "subtitle_x", "subtitle_y", "subtitle_width", "subtitle_size", "subtitle_words", "subtitle_plate",
                    "shows_name",
                )
            },
        ),
        (_("Margins"), {"fields": ("safe_top", "safe_right", "safe_bottom", "safe_left", "badge_place")}),
        (_("Voice"), {"fields": ("volume", "boost_db", "ceiling_db", "queue_most_s", "second_pages")}),
        (
            _("Second character"),
            {"fields": ("guest", "guest_x", "guest_y", "guest_height", "is_guest_mirrored")},
        ),
    )  # fmt: skip

    @display(description=_("subtitles"), ordering="subtitle_size")
    def size(self, layout: StageLayout) -> Any:
        """Show how large words are."""
        return chip(_("%(size)s px") % {"size": layout.subtitle_size})

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """A layout comes with its stream."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It goes with its stream."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's hook
        """Save; open pages follow at once."""
        looks.lay_out(obj)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Add what the mini-stage shows."""
        layout = kwargs.get("obj")
        if layout is not None:
            context["stage_look"] = json.dumps(look_of(layout.stream))
            guests = Persona.objects.select_related("avatar").order_by("name")[:GUESTS_MOST]
            context["stage_guests"] = json.dumps(
                {str(one.pk): {"name": one.name, "avatar": avatar_of(one.avatar)} for one in guests}
            )
            context["stage_presets"] = [(name, label, json.dumps(values)) for name, label, values in PRESETS]
        return super().render_change_form(request, context, **kwargs)

    @object_action(
        label=_("Reset to default"), icon="restart_alt",
        confirm=_("Places, subtitles and voice go back to those of a new stream, on air too. Reset?"),
    )  # fmt: skip
    def reset(self, request: HttpRequest, layout: StageLayout) -> None:
        """Put everything back."""
        looks.reset_layout(layout)
        self.log_change(request, layout, _now("Reset to default."))
        self.message_user(request, _now("The layout is that of a new stream."), messages.SUCCESS)


class StagePages:
    """Mixin of the streams' admin: the way to the layout, and the open pages."""

    admin_site: Any
    opts: Any

    @object_page(label=_("Stage layout"), icon="aspect_ratio", permission="streams.view_stagelayout")
    def layout(self, request: HttpRequest, stream: Stream) -> HttpResponse:
        """Lead to the stream's layout."""
        layout, _made = StageLayout.objects.get_or_create(stream=stream)
        return HttpResponseRedirect(reverse("admin:streams_stagelayout_change", args=(layout.pk,)))

    @object_page(label=_("Open stage pages"), icon="tv", permission=ON_THE_SHOW)
    def pages(self, request: HttpRequest, stream: Stream) -> HttpResponse:
        """Show where the stage is open, which page counts, and make another one primary."""
        chosen = request.POST.get("primary", "")
        if request.method == "POST" and chosen:
            try:
                pages.make_primary(stream.pk, chosen)
            except NotFound:
                messages.error(request, _now("That page is not open any more."))
            else:
                messages.success(request, _now("That page is primary now."))
            return HttpResponseRedirect(request.get_full_path())
        context = {
            **self.admin_site.each_context(request),
            "title": _("Open stage pages"),
            "opts": self.opts,
            "original": stream,
            "pages": [{**row, "chips": _chips(row)} for row in open_pages(stream.pk)],
        }
        return TemplateResponse(request, "admin/streams/stream/pages.html", context)


def _chips(row: dict[str, Any]) -> list[Any]:
    """Return what a page is and how it does, as chips."""
    page = row["page"]
    chips = []
    if row["is_primary"]:
        chips.append(chip(_("Primary"), Tone.GOOD, "star"))
    if page.is_preview:
        chips.append(chip(_("Preview"), Tone.PLAIN, "visibility"))
    chips.append(
        chip(_("In OBS"), Tone.ACCENT, "videocam") if page.is_obs else chip(_("In a browser"), Tone.PLAIN, "tab")
    )
    if page.audio == pages.SILENT:
        chips.append(chip(_("Sound held back"), Tone.CAUTION, "volume_off"))
    return chips
