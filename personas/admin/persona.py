"""The admin of personas: the character in tabs, its emotions and reactions beside it, and a look at its prompt."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from personas.admin.cards import CardsAdmin
from personas.admin.drafts import DraftPartsFormSet, DraftsAdmin, list_url
from personas.admin.phrases import PhrasesField
from personas.admin.preview import PreviewForm, preview_of, shown_effects
from personas.admin.rehearse import RehearseButton
from personas.domain.shapes import MOTIONS
from personas.models import Emotion, Persona, Reaction
from personas.services import record_revision
from vtcontrol.tenancy.admin_actions import object_page
from vtcontrol.tenancy.admin_base import StudioStackedInline, StudioTabularInline, is_looking_back
from vtcontrol.tenancy.admin_forms import LongText, Slider, StudioForm
from vtcontrol.tenancy.admin_history import TrackedAdmin
from vtcontrol.tenancy.admin_marks import Tone, ago, chip, nothing
from vtcontrol.tenancy.admin_site import Place, Shelf, site

MOTION_LABELS = {"wave": _("Wave"), "nod": _("Nod"), "shake": _("Shake of the head"), "bounce": _("Bounce")}


class PersonaForm(StudioForm):
    """The character's form."""

    phrases = PhrasesField(
        label=_("phrases"), required=False,
        help_text=_("One phrase a line. {name} stands for the viewer. The scripted brain speaks from these."),
    )  # fmt: skip
    motions = forms.MultipleChoiceField(
        label=_("motions"), required=False, choices=[(motion, MOTION_LABELS[motion]) for motion in MOTIONS],
        widget=UnfoldAdminCheckboxSelectMultipleWidget, help_text=_("Movements it may make while it speaks."),
    )  # fmt: skip
    revision_note = forms.CharField(
        label=_("what changed"), required=False, max_length=200, widget=UnfoldAdminTextInputWidget,
        help_text=_("A note for the list of revisions; may stay empty."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["revision_note"] = getattr(self.instance, "shown_note", "")

    class Media:
        js = (forms.Script("admin/persona_preview.js", type="module"),)

    class Meta:
        widgets = {
            "identity": LongText({"rows": 9}),
            "consistency": Slider(0, 1),
            "creativity": Slider(0, 1),
            "adaptability": Slider(0, 1),
        }


class EmotionInline(StudioTabularInline):
    """What the character can feel."""

    model = Emotion
    formset = DraftPartsFormSet
    fields = ("name", "face", "aliases", "intensity", "rate", "pitch", "volume", "position")
    ordering_field = "position"
    hide_ordering_field = True
    hide_title = True


class ReactionInline(StudioStackedInline):
    """What the character does about events."""

    model = Reaction
    formset = DraftPartsFormSet
    fields = (("kind", "emotion", "is_enabled"), "template")
    collapsible = True


@admin.register(Persona, site=site)
class PersonaAdmin(RehearseButton, DraftsAdmin, CardsAdmin, TrackedAdmin):
    """Characters. Saving one records a revision when anything changed."""

    place = Place(Shelf.CHARACTERS, 1, "face_5", is_searched=True)
    about = _("Who is on air: what the character is, how it speaks, sounds and looks. Changes reach its next line.")
    next_step = _("Add a persona: a name, a few sentences of who it is, a voice and an avatar are enough to go on air.")
    form = PersonaForm
    inlines = (EmotionInline, ReactionInline)
    object_actions = ("preview_prompt", "live_preview", "revisions", "card", "rehearse")
    change_form_outer_after_template = "admin/personas/persona/live_panel.html"
    change_form_before_template = "admin/personas/persona/draft.html"
    list_before_template = "admin/personas/cards/list_before.html"
    ordering = ("name",)
    list_display = ("name", "language_chip", "brain_name", "voice", "avatar", "on_air", "changed")
    list_filter = (("language", ChoicesDropdownFilter), ("brain", RelatedDropdownFilter))
    list_select_related = ("brain", "voice", "avatar")
    search_fields = ("name", "identity")
    search_help_text = _("Name or a word of its identity")
    autocomplete_fields = ("brain", "voice", "avatar")
    fieldsets = (
        (None, {"fields": (("name", "language"),)}),
        (
            _("Character"),
            {"classes": ("tab",), "fields": ("identity", "do_rules", "dont_rules", "knowledge")},
        ),
        (_("Speaking"), {"classes": ("tab",), "fields": ("style_rules", "speech_samples", "output_format")}),
        (
            _("Modes"),
            {
                "classes": ("tab",),
                "fields": ("stream_mode", "spicy_mode", "consistency", "creativity", "adaptability", "asks_a_person"),
            },
        ),
        (
            _("Sampling"),
            {
                "classes": ("tab",),
                "fields": (
                    ("temperature", "top_p"),
                    ("frequency_penalty", "presence_penalty"),
                    "max_tokens",
                    "stop_sequences",
                ),
            },
        ),
        (_("Voice and look"), {"classes": ("tab",), "fields": ("brain", "voice", "avatar", "motions")}),
        (_("Scripted phrases"), {"classes": ("tab",), "fields": ("phrases",)}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the layout; the note about a change is for who may change an existing persona."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or is_looking_back(request) or not self.has_change_permission(request, obj):
            return fieldsets
        (title, options), *others = fieldsets
        return [(title, {**options, "fields": (*options["fields"], "revision_note")}), *others]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Persona]:
        """Return the personas with the number of their streams."""
        rows: QuerySet[Persona] = super().get_queryset(request)
        return rows.annotate(stream_count=Count("streams"))

    @display(description=_("language"), ordering="language")
    def language_chip(self, persona: Persona) -> SafeString:
        """Show the language."""
        return chip(persona.get_language_display())

    @display(description=_("brain"), ordering="brain__name")
    def brain_name(self, persona: Persona) -> str | SafeString:
        """Show which brain answers."""
        return persona.brain.name if persona.brain else chip(_("Scripted brain"), Tone.NOTE, "theater_comedy")

    @display(description=_("streams"), ordering="stream_count")
    def on_air(self, persona: Persona) -> int | SafeString:
        """Show how many streams it has."""
        return getattr(persona, "stream_count", 0) or nothing()

    @display(description=_("changed"), ordering="updated_at")
    def changed(self, persona: Persona) -> SafeString:
        """Show when it was changed."""
        return ago(persona.updated_at)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's hook
        """Save emotions and reactions, then keep the revision."""
        super().save_related(request, form, formsets, change)
        if not getattr(request, "saves_aside", False):
            record_revision(form.instance, by=request.user, note=form.cleaned_data.get("revision_note", ""))

    @object_page(label=_("Revisions"), icon="history_edu")
    def revisions(self, request: HttpRequest, persona: Persona) -> HttpResponse:
        """Open the list of the persona's drafts and revisions."""
        return HttpResponseRedirect(list_url(persona.pk))

    @object_page(label=_("Preview prompt"), icon="visibility")
    def preview_prompt(self, request: HttpRequest, persona: Persona) -> HttpResponse:
        """Show what the model would be sent for an example line."""
        form = PreviewForm(request.GET or None)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Prompt preview"),
            "opts": self.opts,
            "original": persona,
            "form": form,
            "preview": preview_of(persona, form.example()),
        }
        return TemplateResponse(request, "admin/personas/persona/preview.html", context)

    @object_page(label=_("Preview prompt"), icon="visibility", permission="change", shown=lambda _persona: False)
    def live_preview(self, request: HttpRequest, persona: Persona) -> HttpResponse:
        """Return what the modes do and the prompt, as the form that was sent stands; nothing is saved."""
        if request.method == "POST":
            self.get_form(request, persona, change=True)(request.POST, instance=persona).is_valid()
        context = {"preview": preview_of(persona, PreviewForm().example()), "effects": shown_effects(persona)}
        return TemplateResponse(request, "admin/personas/persona/live.html", context)
