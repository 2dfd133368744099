"""The admin of avatars: colours beside the living face."""

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

from personas.models import Avatar
from vtcontrol.tenancy.admin_forms import StudioForm
from vtcontrol.tenancy.admin_history import TrackedAdmin
from vtcontrol.tenancy.admin_site import Place, Shelf, site

PARTS = ("hair", "eyes", "skin", "outfit", "accent")
MOODS = (
    ("neutral", _("Calm")),
    ("joy", _("Joy")),
    ("laugh", _("Laughter")),
    ("sad", _("Sadness")),
    ("angry", _("Anger")),
    ("surprised", _("Surprise")),
    ("shy", _("Shyness")),
    ("thinking", _("Thinking")),
    ("smug", _("Smugness")),
)


class AvatarForm(StudioForm):
    """The colours."""

    class Meta:
        widgets = {part: UnfoldAdminColorInputWidget({"data-part": part}) for part in PARTS}

    class Media:
        js = (forms.Script("admin/avatar_preview.js", type="module"),)


@admin.register(Avatar, site=site)
class AvatarAdmin(TrackedAdmin):
    """Faces."""

    place = Place(Shelf.CHARACTERS, 4, "palette")
    about = _("How characters look: the built-in puppet in your colours.")
    next_step = _("Add an avatar: pick colours and watch the face beside them change.")
    form = AvatarForm
    list_display = ("name", "colours")
    search_fields = ("name",)
    fieldsets = ((None, {"fields": ("name",)}), (_("Colours"), {"fields": PARTS}))
    change_form_outer_before_template = "admin/personas/avatar/face.html"

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Add what the face beside the colours needs."""
        avatar = kwargs.get("obj")
        context["moods"] = MOODS
        context["face_palette"] = json.dumps(avatar.palette) if avatar is not None else ""
        return super().render_change_form(request, context, **kwargs)

    @display(description=_("colours"))
    def colours(self, avatar: Avatar) -> SafeString:
        """Show the palette as dots."""
        dots = format_html_join(
            "",
            '<circle cx="{}" cy="10" r="8" fill="{}"/>',
            ((10 + 22 * at, c) for at, c in enumerate(avatar.palette.values())),
        )
        return format_html('<svg class="vt-palette" viewBox="0 0 110 20" aria-hidden="true">{}</svg>', dots)
