"""Cards in the admin: a page that shows a file before anything is written, and the files a character leaves as.

Owns the upload's stay between look and decision, and the forms. What is written stands in `personas.card_services`.
"""

import hashlib
from typing import Any

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanSwitchWidget,
)
from unfold.widgets import UnfoldAdminTextInputWidget as TextInput

from personas import card_services
from personas.admin.card_words import CAUTIONS, LEFT, REFUSALS
from personas.card_services import Choice, Wish
from personas.domain.cards.files import CardFile, is_foreign, read_file, without_keys
from personas.domain.cards.flaws import FILE_LARGEST, CardRefused, Flaw
from personas.domain.cards.foreign_engines import ForeignBrain, ForeignEngines, ForeignVoice
from personas.domain.cards.lore import lore_of
from personas.domain.cards.mapping import read_character
from personas.models import Avatar, Brain, Persona, Voice
from personas.services.foreign_engines import is_trusted, known_brain, known_voice
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.tenancy.admin_actions import object_page
from vtcontrol.tenancy.rates import RateExceeded, spend
from vtcontrol.tenancy.scope import current_studio_id

UPLOAD_KEPT_S = 3600
UPLOADS_A_MINUTE = 20
SHOWN_MOST = 12
EXPORTS = {
    "v3": (gettext_lazy("JSON, V3"), gettext_lazy("Everything the card can hold.")),
    "v2": (gettext_lazy("JSON, V2"), gettext_lazy("For programs that do not know V3 yet.")),
    "v1": (gettext_lazy("JSON, V1"), gettext_lazy("For the oldest programs: flat, without lore of its own.")),
    "picture": (gettext_lazy("Picture (PNG)"), gettext_lazy("The imported picture, or a plain one; V3 and V2 inside.")),
    "bundle": (gettext_lazy("CHARX"), gettext_lazy("V3 with the files that came with it.")),
    "book": (gettext_lazy("Lorebook"), gettext_lazy("The lore alone, as V3.")),
}
CHOICES = {
    Choice.NEW: gettext_lazy("A new character"),
    Choice.REPLACE: gettext_lazy("Replace the character of this name"),
    Choice.BOTH: gettext_lazy("Keep both; the new one gets a number"),
}
BOOK_CHOICES = {
    Choice.BOTH: gettext_lazy("Keep the lore there is, and add what is missing"),
    Choice.REPLACE: gettext_lazy("Replace all its lore"),
}


class ScopedForm(forms.Form):
    """A form whose choices are rows of the scope's studio, read when it is made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in (("voice", Voice), ("avatar", Avatar), ("persona", Persona), ("brain", Brain)):
            field = self.fields.get(name)
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = model.objects.all()


class UploadForm(forms.Form):
    """Asks for the file."""

    file = forms.FileField(label=gettext_lazy("File"), widget=UnfoldAdminFileFieldWidget)

    def clean_file(self) -> Any:
        """Refuse files that are too large before they are read."""
        file = self.cleaned_data["file"]
        if file.size > FILE_LARGEST:
            raise forms.ValidationError(REFUSALS[Flaw.TOO_LARGE])
        return file


class CardForm(ScopedForm):
    """Asks what becomes of a card."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60, widget=TextInput)
    choice = forms.ChoiceField(
        label=gettext_lazy("What becomes of it"), choices=[(key.value, label) for key, label in CHOICES.items()],
        widget=UnfoldAdminRadioSelectWidget,
    )  # fmt: skip
    voice: Any = forms.ModelChoiceField(None, label=gettext_lazy("Voice"), widget=UnfoldAdminSelectWidget)
    avatar: Any = forms.ModelChoiceField(None, label=gettext_lazy("Avatar"), widget=UnfoldAdminSelectWidget)


class SettingsForm(CardForm):
    """Asks the same of a file of another program, and what becomes of the model and the voice it names."""

    makes_voice = forms.BooleanField(
        label=gettext_lazy("Make the voice the file names, and use it"), required=False,
        widget=UnfoldBooleanSwitchWidget,
    )  # fmt: skip
    brain: Any = forms.ModelChoiceField(
        None, label=gettext_lazy("Brain"), required=False, widget=UnfoldAdminSelectWidget,
        empty_label=gettext_lazy("None"),
    )  # fmt: skip
    makes_brain = forms.BooleanField(
        label=gettext_lazy("Make the brain the file names, and use it"), required=False,
        widget=UnfoldBooleanSwitchWidget,
    )  # fmt: skip


class BookForm(ScopedForm):
    """Asks what becomes of a lorebook."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    persona: Any = forms.ModelChoiceField(None, label=gettext_lazy("Persona"), widget=UnfoldAdminSelectWidget)
    choice = forms.ChoiceField(
        label=gettext_lazy("What becomes of it"), choices=[(key.value, label) for key, label in BOOK_CHOICES.items()],
        widget=UnfoldAdminRadioSelectWidget,
    )  # fmt: skip


class CardsAdmin:
    """Mixin of the personas' admin: the import beside the list, and the export of one character."""

    opts: Any
    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        """Return the admin's addresses and that of the import."""
        view = self.admin_site.admin_view(self.import_card_view)
        inherited: list[URLPattern] = super().get_urls()  # type: ignore[misc]  # the admin it is mixed into has it
        return [path("import-card/", view, name="personas_persona_import_card"), *inherited]

    def import_card_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for a file, show what it holds, and carry out what was decided.

        Raises:
            PermissionDenied: The user's role may not add and change characters and their lore.
        """
        wanted = ("personas.add_persona", "personas.change_persona", "memory.add_lore", "memory.delete_lore")
        if not all(request.user.has_perm(name) for name in wanted):
            raise PermissionDenied
        if request.method == "POST" and "digest" in request.POST:
            return self._decide(request)
        form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
        if form.is_bound and form.is_valid():
            try:
                spend(f"card-upload:{current_studio_id()}", limit=UPLOADS_A_MINUTE)
                uploaded = form.cleaned_data["file"].read(FILE_LARGEST + 1)
                raw = without_keys(uploaded)
                file = read_file(raw)
            except CardRefused as refusal:
                form.add_error("file", REFUSALS[refusal.flaw])
            except RateExceeded as refusal:
                form.add_error("file", str(refusal))
            else:
                digest = hashlib.sha256(raw).hexdigest()
                cache.set(_place(request), (digest, raw), UPLOAD_KEPT_S)
                return self._page(request, file, _first_form(file, digest, makes_engines=is_foreign(uploaded)))
        return self._page(request, None, form)

    def _decide(self, request: HttpRequest) -> HttpResponse:
        """Write what was shown, if it still is what was shown."""
        digest, raw = cache.get(_place(request)) or ("", b"")
        if not digest or digest != request.POST["digest"]:
            sentence = _("The uploaded file is no longer here. Upload it again; nothing was changed.")
            self.message_user(request, sentence, messages.ERROR)  # type: ignore[attr-defined]  # the admin has it
            return HttpResponseRedirect(request.path)
        file = read_file(raw)
        form: forms.Form = _form_class(file)(request.POST)
        if form.is_valid():
            try:
                persona, sentence = _written(request, file, raw, form.cleaned_data)
            except InputInvalid as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            else:
                cache.delete(_place(request))
                self.log_change(request, persona, sentence)  # type: ignore[attr-defined]  # the admin has it
                self.message_user(request, sentence)  # type: ignore[attr-defined]  # as above
                return HttpResponseRedirect(self.address(persona))  # type: ignore[attr-defined]  # as above
        return self._page(request, file, form)

    def _page(self, request: HttpRequest, file: CardFile | None, form: forms.Form) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import a card or a lorebook"),
            "opts": self.opts,
            "form": form,
            "shown": _shown(file) if file else None,
        }
        return TemplateResponse(request, "admin/personas/cards/import.html", context)

    @object_page(label=gettext_lazy("Export card"), icon="id_card", permission="change")
    def card(self, request: HttpRequest, persona: Persona) -> HttpResponse:
        """Offer the files of the character, or send one."""
        form = request.GET.get("as", "")
        if form in EXPORTS:
            content, media_type, end = card_services.exported(persona, form)
            headers = {"Content-Disposition": content_disposition_header(True, f"{persona.name}{end}")}  # noqa: FBT003 - Django's signature
            return HttpResponse(content, content_type=media_type, headers=headers)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Export card"),
            "opts": self.opts,
            "original": persona,
            "exports": [(name, label, about) for name, (label, about) in EXPORTS.items()],
        }
        return TemplateResponse(request, "admin/personas/cards/export.html", context)


def _place(request: HttpRequest) -> str:
    """Return where the upload waits: one for each person in each studio."""
    return f"card:{current_studio_id()}:{request.user.pk}"


def _first_form(file: CardFile, digest: str, *, makes_engines: bool) -> forms.Form:
    """Return the form as it is first shown.

    Args:
        file: What was uploaded.
        digest: Of it.
        makes_engines: Engines the file names may be switched on at first. Never those of a card: whoever made it would
            choose the server that hears the chat.
    """
    if file.card is None:
        return BookForm(initial={"digest": digest, "choice": Choice.BOTH.value})
    name = read_character(file.card).draft.name
    choice = Choice.BOTH if card_services.namesake(name) else Choice.NEW
    first = {"voice": Voice.objects.first(), "avatar": Avatar.objects.first()}
    initial = {"digest": digest, "name": name, "choice": choice.value, **first}
    named = card_services.foreign_engines(file.card)
    if named is None:
        return CardForm(initial=initial)
    brain = known_brain(named.brain) if named.brain else None
    voice = known_voice(named.voice) if named.voice else None
    initial |= {"brain": brain, "makes_brain": makes_engines and brain is None and _is_offered(named.brain)}
    initial |= {"makes_voice": makes_engines and voice is None and _is_offered(named.voice)}
    return SettingsForm(initial=initial | ({"voice": voice} if voice else {}))


def _is_offered(engine: ForeignBrain | ForeignVoice | None) -> bool:
    """Tell whether the switch of an engine the file names may be on before anybody touched it."""
    return engine is not None and is_trusted(engine.base_url)


def _form_class(file: CardFile) -> type[forms.Form]:
    """Return the form that asks what becomes of a file."""
    if file.card is None:
        return BookForm
    return CardForm if card_services.foreign_engines(file.card) is None else SettingsForm


def _written(request: HttpRequest, file: CardFile, raw: bytes, found: dict[str, Any]) -> tuple[Persona, str]:
    """Write a card or a lorebook; return whose it is now, and a sentence."""
    choice = Choice(found["choice"])
    if file.book is not None:
        count = card_services.import_book(file.book, found["persona"], choice)
        said = ngettext("%(count)d piece of lore came in.", "%(count)d pieces of lore came in.", count)
        return found["persona"], said % {"count": count}
    engines: dict[str, Any] = {name: found[name] for name in ("brain", "makes_brain", "makes_voice") if name in found}
    for kind in ("brain", "voice"):
        if engines.get(f"makes_{kind}") and not request.user.has_perm(f"personas.add_{kind}"):
            raise PermissionDenied
    own = {"voice": found["voice"], "avatar": found["avatar"]}
    wish = Wish(name=found["name"], choice=choice, by=request.user, **own, **engines)
    persona = card_services.import_card(file, raw, wish)
    return persona, _("%(name)s came in from a card.") % {"name": persona.name}


def _shown(file: CardFile) -> dict[str, Any]:
    """Return what the page tells of a file."""
    if file.card is None:
        lore, cautions = lore_of(file.book) if file.book is not None else ((), {})
        return {"name": file.book.name if file.book else "", **_lore_shown(lore), "cautions": _told(cautions)}
    card = file.card
    reading, engines = read_character(card), card_services.foreign_engines(card)
    return {
        "name": reading.draft.name,
        "draft": reading.draft,
        "greetings": reading.draft.phrases.get("greeting", [])[:SHOWN_MOST],
        "version": card.version.value,
        "creator": card.text("creator"),
        "notes": card.text("creator_notes"),
        "tags": card.texts("tags")[:SHOWN_MOST],
        "namesake": card_services.namesake(reading.draft.name),
        "cautions": _told(reading.cautions),
        "engines": engines,
        "left": _left_shown(engines),
        **_lore_shown(reading.lore),
    }


def _left_shown(engines: ForeignEngines | None) -> list[tuple[str, Any]]:
    return [(path, LEFT[why]) for path, why in engines.left] if engines is not None else []


def _lore_shown(lore: Any) -> dict[str, Any]:
    return {"lore": lore[:SHOWN_MOST], "lore_count": len(lore)}


def _told(cautions: dict[Any, int]) -> list[tuple[Any, int]]:
    return [(CAUTIONS[caution], count) for caution, count in cautions.items()]
