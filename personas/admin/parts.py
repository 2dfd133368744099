"""The admin of what belongs to a persona: emotions, reactions, revisions."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from personas.models import Emotion, Persona, Reaction
from personas.services import record_revision
from vtcontrol.tenancy.admin_base import StudioModelAdmin
from vtcontrol.tenancy.admin_forms import Slider, StudioForm
from vtcontrol.tenancy.admin_marks import Tone, chip, clipped
from vtcontrol.tenancy.admin_site import Place, Shelf, site

OF_PERSONA = ("persona", RelatedDropdownFilter)


class PartAdmin(StudioModelAdmin):
    """A part of the persona's content: every change of it records a revision."""

    list_select_related = ("persona",)
    autocomplete_fields = ("persona",)

    def _record(self, request: HttpRequest, personas: Iterable[Persona]) -> None:
        for persona in personas:
            record_revision(persona, by=request.user)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's hook
        """Save, and keep the revision of the persona (of both, when the part moved)."""
        touched = {obj.persona_id, form.initial.get("persona")} - {None}
        super().save_model(request, obj, form, change)
        self._record(request, Persona.objects.filter(pk__in=touched))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete, and keep the revision."""
        super().delete_model(request, obj)
        self._record(request, Persona.objects.filter(pk=obj.persona_id))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete several, and keep a revision of each persona."""
        touched = list(queryset.order_by().values_list("persona_id", flat=True).distinct())
        super().delete_queryset(request, queryset)
        self._record(request, Persona.objects.filter(pk__in=touched))


class EmotionForm(StudioForm):
    """The form of an emotion."""

    class Meta:
        widgets = {
            "intensity": Slider(0, 1), "rate": Slider(0.5, 2), "pitch": Slider(0.5, 2), "volume": Slider(0, 2),
        }  # fmt: skip


@admin.register(Emotion, site=site)
class EmotionAdmin(PartAdmin):
    """Feelings."""

    place = Place(Shelf.CHARACTERS, 5, "mood")
    about = _(
        "Feelings a character can show. The model writes the tag, face and voice follow; the first is its resting face."
    )
    next_step = _("Add emotions on the persona's own page, or here.")
    form = EmotionForm
    list_display = ("tag", "persona", "face", "aliases", "rate", "pitch", "volume")
    list_filter = (OF_PERSONA, ("face", ChoicesDropdownFilter))
    search_fields = ("name", "aliases", "persona__name")
    fieldsets = (
        (None, {"fields": ("persona", "name", "face", "aliases", "position")}),
        (_("How it sounds"), {"fields": ("intensity", "rate", "pitch", "volume")}),
    )

    @display(description=_("tag"), ordering="name")
    def tag(self, emotion: Emotion) -> SafeString:
        """Show the tag as the model writes it."""
        return chip(f"[{emotion.name}]", Tone.ACCENT)


@admin.register(Reaction, site=site)
class ReactionAdmin(PartAdmin):
    """Answers to events."""

    place = Place(Shelf.CHARACTERS, 6, "celebration")
    about = _("What a character does about donations, raids, victories and the like.")
    next_step = _("Add a reaction: choose the event and write what to say or do about it.")
    list_display = ("kind", "persona", "what", "emotion", "is_enabled")
    list_filter = (OF_PERSONA, ("kind", ChoicesDropdownFilter), ("is_enabled", BooleanRadioFilter))
    search_fields = ("template", "persona__name")
    fields = ("persona", "kind", "template", "emotion", "is_enabled")

    @display(description=_("reaction"))
    def what(self, reaction: Reaction) -> SafeString:
        """Show the template's beginning."""
        return clipped(reaction.template, 80)
