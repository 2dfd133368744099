"""The admin of brains and voices. A key goes in and never comes out; it never follows its engine to another host."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldBooleanSwitchWidget

from personas.admin.tokenizer_words import tokenizer_chip
from personas.admin.trying import TryingAdmin
from personas.models import Brain, Voice, VoiceEngine
from personas.services import check_fallback, remove_key, store_key
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.tenancy.admin_forms import SecretField, Slider, StudioForm
from vtcontrol.tenancy.admin_history import TrackedAdmin
from vtcontrol.tenancy.admin_marks import Tone, ago, chip, nothing
from vtcontrol.tenancy.admin_site import Place, Shelf, site

KEY_SETS = "tenancy.change_credential"
REMOTE_FIELDS = ("base_url", "model", "api_key", "remove_key", "credential", "audio_format", "raw_rate", "price")


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port


def engine_status(engine: Brain | Voice) -> SafeString:
    """Return how the engine did when it was last used."""
    if engine.last_fault:
        return chip(_("Failing: %(fault)s") % {"fault": engine.last_fault}, Tone.BAD, "error")
    if engine.last_ok_at:
        return format_html("{} {}", chip(_("Working"), Tone.GOOD, "check_circle"), ago(engine.last_ok_at))
    return chip(_("Not used yet"), Tone.PLAIN, "schedule")


class EngineForm(StudioForm):
    """A form of something with an address and a key."""

    api_key = SecretField(label=_("API key"))
    remove_key = forms.BooleanField(
        label=_("remove key"), required=False, widget=UnfoldBooleanSwitchWidget,
        help_text=_("Forget the stored key when this is saved."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = self.instance.credential.hint if self.instance.credential else ""
        if "api_key" in self.fields:
            self.fields["api_key"].help_text = (
                _("A key ending with …%(hint)s is stored. Leave empty to keep it.") % {"hint": hint}
                if hint
                else _("Stored encrypted and never shown again. Local servers need none.")
            )

    class Media:
        js = (forms.Script("admin/trying.js", type="module"),)

    def clean_base_url(self) -> str:
        """Refuse addresses that are none, or that carry a password.

        Raises:
            ValidationError: Which of the two.
        """
        url: str = self.cleaned_data["base_url"]
        try:
            parts, _port = urlsplit(url), urlsplit(url).port
        except ValueError:
            raise forms.ValidationError(_("This is no usable address.")) from None
        if url and parts.scheme not in {"http", "https"}:
            raise forms.ValidationError(_("The address begins with http:// or https://."))
        if parts.username or parts.password:
            raise forms.ValidationError(_("Put the key into the field for keys, not into the address."))
        return url

    def clean(self) -> dict[str, Any]:
        """Refuse to send a stored key to another host than the one it was given for, and fallbacks in a circle."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if found.get("api_key") and found.get("remove_key"):
            self.add_error("remove_key", _("Either a new key or none: you asked for both."))
        before, after = self.initial.get("base_url") or "", found.get("base_url") or ""
        is_kept = self.instance.credential_id and not found.get("api_key") and not found.get("remove_key")
        if before and after and is_kept and origin(before) != origin(after) and "credential" not in self.changed_data:
            message = _("The stored key was given for %(host)s. Enter the key for the new address, or remove it.")
            self.add_error("api_key", forms.ValidationError(message, params={"host": origin(before)[1]}))
        try:
            check_fallback(self.instance, found.get("fallback"))
        except InputInvalid as problem:
            self.add_error("fallback", str(problem))
        return found


class BrainForm(EngineForm):
    """The form of a brain."""


class VoiceForm(EngineForm):
    """The form of a voice."""

    class Meta:
        widgets = {"rate": Slider(0.5, 2), "pitch": Slider(0.5, 2), "volume": Slider(0, 2)}

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen engine cannot do without."""
        found = super().clean()
        if found.get("engine") == VoiceEngine.OPENAI:
            for name in ("base_url", "model"):
                if not found.get(name) and name not in self.errors:
                    self.add_error(name, _("An OpenAI-compatible engine needs this."))
        return found


class EngineAdmin(TryingAdmin, TrackedAdmin):
    """What brains and voices have in common."""

    readonly_fields: tuple[str, ...] = ("status",)
    list_select_related: Any = ("credential", "fallback")
    autocomplete_fields: Any = ("fallback",)
    change_form_outer_after_template = "admin/personas/engine/trying.html"

    @display(description=_("status"))
    def status(self, engine: Brain | Voice) -> SafeString:
        """Show how it did when it was last used."""
        return engine_status(engine)

    @display(description=_("key"))
    def key_hint(self, engine: Brain | Voice) -> SafeString:
        """Show the end of the stored key."""
        return chip(f"…{engine.credential.hint}", Tone.PLAIN, "key") if engine.credential else nothing()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Offer the studio's stored keys to those who may see them, and removal where there is something to remove."""
        hidden = set() if request.user.has_perm(KEY_SETS) else {"credential"}
        if obj is None or obj.credential_id is None:
            hidden.add("remove_key")
        return [
            (name, {**options, "fields": [field for field in options["fields"] if field not in hidden]})
            for name, options in super().get_fieldsets(request, obj)
        ]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's hook
        """Store or forget the key, then save."""
        if secret := form.cleaned_data.get("api_key"):
            store_key(obj, secret)
        super().save_model(request, obj, form, change)
        if form.cleaned_data.get("remove_key"):
            remove_key(obj)


@admin.register(Brain, site=site)
class BrainAdmin(EngineAdmin):
    """Language models."""

    place = Place(Shelf.CHARACTERS, 2, "neurology", is_searched=True)
    about = _(
        "Language models that think for characters: any OpenAI-compatible address, in the cloud or on your machine."
    )
    next_step = _("Without one the built-in scripted brain answers. Add one for real conversation.")
    form = BrainForm
    list_display = ("name", "model", "host", "key_hint", "fallback", "status")
    readonly_fields = (*EngineAdmin.readonly_fields, "tokenizer")
    search_fields = ("name", "model")
    fieldsets = (
        (None, {"fields": ("name", "status")}),
        (_("Where it is"), {"fields": ("base_url", "model", "api_key", "remove_key", "credential")}),
        (_("When it fails"), {"fields": ("fallback",)}),
        (_("Limits"), {"fields": ("max_tokens", "context_tokens", "tokenizer")}),
        (
            _("Prices"),
            {
                "fields": ("prompt_price", "completion_price"),
                "description": _("For the cost of each line; leave 0 for models that cost nothing."),
            },
        ),
    )

    @display(description=_("host"))
    def host(self, brain: Brain) -> str:
        """Show where it is."""
        return origin(brain.base_url)[1]

    @display(description=_("tokenizer"))
    def tokenizer(self, brain: Brain) -> SafeString:
        """Show what counts the tokens of its prompts, and how to get the model's own."""
        return tokenizer_chip(brain.model)

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Say where a model on this machine is found, where that is allowed."""
        if settings.ALLOW_PRIVATE_URLS:
            hint = _("For example https://api.openai.com/v1. Ollama on this machine: http://localhost:11434/v1.")
            kwargs.setdefault("help_texts", {"base_url": hint})
        return super().get_form(request, obj, **kwargs)


@admin.register(Voice, site=site)
class VoiceAdmin(EngineAdmin):
    """Speech engines."""

    place = Place(Shelf.CHARACTERS, 3, "record_voice_over", is_searched=True)
    about = _(
        "How characters sound. espeak-ng is built in and needs nothing; other engines are reached by their address."
    )
    next_step = _("Add a voice: the built-in engine with en-us+f3 speaks at once.")
    form = VoiceForm
    list_display = ("name", "engine_chip", "voice_name", "key_hint", "fallback", "status")
    list_filter = (("engine", ChoicesDropdownFilter),)
    search_fields = ("name", "voice_name")
    conditional_fields = dict.fromkeys(REMOTE_FIELDS, f"engine == '{VoiceEngine.OPENAI.value}'")
    fieldsets = (
        (None, {"fields": ("name", "engine", "voice_name", "status")}),
        (_("Where it is"), {"fields": REMOTE_FIELDS}),
        (_("When it fails"), {"fields": ("fallback",)}),
        (_("How it sounds"), {"fields": ("rate", "pitch", "volume")}),
    )

    @display(description=_("engine"), ordering="engine")
    def engine_chip(self, voice: Voice) -> SafeString:
        """Show the engine."""
        return chip(voice.get_engine_display(), Tone.ACCENT if voice.engine == VoiceEngine.OPENAI else Tone.PLAIN)
