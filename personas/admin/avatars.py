"""The admin of avatars: parts and colours beside the living face."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminColorInputWidget

from personas.admin.persona import MOTION_LABELS
from personas.appearance import COLOURS, FACES, LOOKS, PARTS, VISEMES
from personas.models import Avatar
from vtcontrol.tenancy.admin_forms import StudioForm
from vtcontrol.tenancy.admin_history import TrackedAdmin
from vtcontrol.tenancy.admin_site import Place, Shelf, site


class AvatarForm(StudioForm):
    """Parts and colours."""

    class Meta:
        widgets = dict.fromkeys(COLOURS, UnfoldAdminColorInputWidget())

    class Media:
        js = (forms.Script("admin/avatar/preview.js", type="module"),)
        css = {"all": ("admin/avatar/avatar.css",)}


@admin.register(Avatar, site=site)
class AvatarAdmin(TrackedAdmin):
    """Faces."""

    place = Place(Shelf.CHARACTERS, 4, "palette")
    about = _("How characters look: the built-in puppet, put together from parts, in your colours.")
    next_step = _("Add an avatar: start from a ready look and watch the face beside it change.")
    form = AvatarForm
    list_display = ("name", "parts_worn", "colours")
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": ("name",)}),
        (_("Parts"), {"fields": tuple(PARTS.values())}),
        (_("Colours"), {"fields": COLOURS}),
    )
    change_form_outer_before_template = "admin/personas/avatar/face.html"

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Add what the face beside the form needs."""
        avatar = kwargs.get("obj") or Avatar()
        is_new = kwargs.get("obj") is None
        may_edit = self.has_add_permission(request) if is_new else self.has_change_permission(request, avatar)
        context["faces"] = FACES.items()
        context["motions"] = MOTION_LABELS.items()
        context["visemes"] = VISEMES
        context["looks"] = ready_looks() if may_edit else ()
        context["face_wear"] = json.dumps({"palette": avatar.palette, "parts": avatar.parts})
        context["face_parts"] = json.dumps(dict(PARTS))
        return super().render_change_form(request, context, **kwargs)

    @display(description=_("wears"))
    def parts_worn(self, avatar: Avatar) -> str:
        """Name what makes the silhouette."""
        worn = (avatar.get_crown_display(), avatar.get_hair_style_display(), avatar.get_outfit_style_display())
        return " · ".join(str(word) for word in worn)

    @display(description=_("colours"))
    def colours(self, avatar: Avatar) -> SafeString:
        """Show the palette as dots."""
        dots = format_html_join(
            "",
            '<circle cx="{}" cy="10" r="8" fill="{}"/>',
            ((10 + 22 * at, colour) for at, colour in enumerate(avatar.palette.values())),
        )
        return format_html('<svg class="vt-palette" viewBox="0 0 154 20" aria-hidden="true">{}</svg>', dots)


def ready_looks() -> list[dict[str, Any]]:
    """Return the ready looks for the page; `values` is JSON of the fields each fills."""
    return [
        {
            "label": look.label,
            "about": look.about,
            "values": json.dumps({**look.parts, **look.palettes[0].colours}),
            "palettes": [
                {"label": palette.label, "values": json.dumps(dict(palette.colours)), **palette.colours}
                for palette in look.palettes
            ],
        }
        for look in LOOKS
    ]
