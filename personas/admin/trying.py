"""Trying a brain or a voice from its form, saved or not: the address behind the buttons, and what the page shows.

Owns reading the form, the key that may be used, rates and the record of who tried. What is tried stands in
`personas.trials`. The answer is JSON for static/admin/trying.js; nothing is saved.
"""

import base64
import logging
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.urls import URLPattern, path
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from personas.admin.tokenizer_words import with_tokenizer
from personas.models import Brain, Emotion, Language, Voice, VoiceEngine
from personas.trials import BrainDraft, Trial, VoiceDraft, trials
from vtcontrol.kernel.errors import SecretUnreadable, VtcontrolError
from vtcontrol.tenancy.rates import RateExceeded, spend
from vtcontrol.tenancy.scope import current_studio_id

logger = logging.getLogger(__name__)

TRIALS_A_MINUTE = 20
LONGEST_TEXT = 300
EMOTIONS_OFFERED = 60


class TryingAdmin:
    """Mixin of an engine's admin: the address `try/`, and the panel beside the form."""

    opts: Any
    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        """Return the admin's addresses and that of the buttons."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_try"
        own = [path("try/", self.admin_site.admin_view(self.try_view), name=name)]
        inherited: list[URLPattern] = super().get_urls()  # type: ignore[misc]  # the admin it is mixed into has it
        return own + inherited

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Add what the panel needs; who may not change the engine gets none."""
        engine = kwargs.get("obj")
        context["can_try"] = self._may_try(request, engine)
        context["try_url"] = "admin:" + f"{self.opts.app_label}_{self.opts.model_name}_try"
        context["try_languages"] = Language.choices
        context["try_language"] = _language_of(engine)
        context["try_emotions"] = _emotions_of(engine) if context["can_try"] else []
        answer: HttpResponse = super().render_change_form(request, context, **kwargs)  # type: ignore[misc]  # as above
        return answer

    def try_view(self, request: HttpRequest) -> HttpResponse:
        """Try what the form says; the answer tells in words how it went.

        Raises:
            Http404: No such engine in this studio.
            PermissionDenied: The user's role may not change it.
        """
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        engine = self._engine(request)
        if not self._may_try(request, engine):
            raise PermissionDenied
        try:
            spend(f"engine-trial:{current_studio_id()}", limit=TRIALS_A_MINUTE)
        except RateExceeded as refusal:
            return JsonResponse({"ok": False, "sentence": str(refusal)}, status=429)
        form, problem = self._form(request, engine)
        if problem:
            return JsonResponse({"ok": False, "sentence": problem})
        try:
            trial = self.tried(request, form)
        except VtcontrolError as refusal:
            return JsonResponse({"ok": False, "sentence": str(refusal) or _("Engines cannot be tried here.")})
        self._record(request, engine, trial)
        return JsonResponse(_told(trial))

    def tried(self, request: HttpRequest, form: Any) -> Trial:
        """Try an engine as its form stands.

        Raises:
            VtcontrolError: Its key cannot be read, or nothing can be tried here.
        """
        return _try(request, form)

    def _engine(self, request: HttpRequest) -> Any:
        """Return the saved engine the form is about, None for a new one."""
        wanted = request.POST.get("object_id", "")
        if not wanted:
            return None
        try:
            engine = self.get_object(request, str(UUID(wanted)))  # type: ignore[attr-defined]  # the admin has it
        except ValueError:
            engine = None
        if engine is None:
            raise Http404
        return engine

    def _may_try(self, request: HttpRequest, engine: Any) -> bool:
        if engine is None:
            return bool(self.has_add_permission(request))  # type: ignore[attr-defined]  # the admin has it
        return bool(self.has_change_permission(request, engine))  # type: ignore[attr-defined]  # as above

    def _form(self, request: HttpRequest, engine: Any) -> tuple[Any, str]:
        """Return the form as it was filled in, and what is wrong with the fields that matter for a trial."""
        kind = self.get_form(request, engine, change=engine is not None)  # type: ignore[attr-defined]  # the admin has it
        form = kind(request.POST, instance=engine)
        for name, errors in form.errors.items():
            if name not in {"name", "price", "prompt_price", "completion_price", "max_tokens", "context_tokens"}:
                label = form.fields[name].label if name in form.fields else ""
                return form, f"{label}: {errors[0]}" if label else str(errors[0])
        return form, ""

    def _record(self, request: HttpRequest, engine: Any, trial: Trial) -> None:
        """Keep who tried what, where an object can carry it; the sentence holds no secret."""
        note = _("Tried: %(sentence)s") % {"sentence": trial.sentence}
        logger.info(
            "an engine was tried", extra={"kind": self.opts.model_name, "user": request.user.pk, "ok": trial.ok}
        )
        if engine is not None:
            self.log_change(request, engine, note)  # type: ignore[attr-defined]  # the admin has it


def _try(request: HttpRequest, form: Any) -> Trial:
    if isinstance(form.instance, Brain):
        return with_tokenizer(draft_of(form), trials().try_brain)
    draft = _voice_draft(request, form.cleaned_data, _key(form.cleaned_data, form.instance))
    if request.POST.get("what") == "sample":
        return trials().speak(draft, request.POST.get("text", "")[:LONGEST_TEXT])
    return trials().try_voice(draft)


def draft_of(form: Any) -> BrainDraft:
    """Return what a form says of a model and where it is.

    Raises:
        SecretUnreadable: Its key cannot be decrypted.
    """
    found = form.cleaned_data
    return BrainDraft(found.get("base_url", ""), found.get("model", ""), _key(found, form.instance))


def _key(found: dict[str, Any], engine: Any) -> str:
    """Return the key a save of this form would leave the engine with; the form refuses to move a key to another host.

    Raises:
        SecretUnreadable: It cannot be decrypted.
    """
    if found.get("api_key"):
        return str(found["api_key"])
    credential = found.get("credential", engine.credential)
    if credential is None or found.get("remove_key"):
        return ""
    try:
        return str(credential.reveal())
    except SecretUnreadable:
        raise SecretUnreadable(_("The stored key cannot be read: enter it again.")) from None


def _voice_draft(request: HttpRequest, found: dict[str, Any], key: str) -> VoiceDraft:
    language = request.POST.get("language", "")
    style = _style(request.POST.get("emotion", ""))
    return VoiceDraft(
        engine=found.get("engine") or VoiceEngine.ESPEAK,
        voice_name=found.get("voice_name", ""),
        language=language if language in Language.values else "en",
        base_url=found.get("base_url") or "",
        model=found.get("model") or "",
        key=key,
        rate=_bounded(found.get("rate", 1.0) * style[0], 0.5),
        pitch=_bounded(found.get("pitch", 1.0) * style[1], 0.5),
        volume=_bounded(found.get("volume", 1.0) * style[2], 0.0),
        audio_format=found.get("audio_format") or "auto",
        raw_rate=found.get("raw_rate") or 24_000,
    )


def _style(emotion_id: str) -> tuple[float, float, float]:
    """Return what an emotion at its usual intensity makes of speed, pitch and volume."""
    try:
        emotion = Emotion.objects.filter(pk=UUID(emotion_id)).first()
    except ValueError:
        emotion = None
    if emotion is None:
        return 1.0, 1.0, 1.0
    rate, pitch, volume = (
        1.0 + (one - 1.0) * emotion.intensity for one in (emotion.rate, emotion.pitch, emotion.volume)
    )
    return rate, pitch, volume


def _bounded(value: float, least: float) -> float:
    return min(2.0, max(least, value))


def _language_of(engine: Any) -> str:
    """Return the language to speak: the voice's own where its name says so, else the page's."""
    own = engine.voice_name.partition("+")[0].partition("-")[0] if isinstance(engine, Voice) else ""
    page = (get_language() or "en").partition("-")[0]
    spoken = {"cmn": "zh", **{code: code for code in Language.values}}
    return spoken.get(own) or spoken.get(page, "en")


def _emotions_of(engine: Any) -> list[tuple[str, str]]:
    """Return the feelings of the characters that speak with a voice."""
    if not isinstance(engine, Voice):
        return []
    rows = Emotion.objects.filter(persona__voice=engine).select_related("persona")[:EMOTIONS_OFFERED]
    return [(str(row.pk), f"{row.persona.name}: {row.name}") for row in rows]


def _told(trial: Trial) -> dict[str, Any]:
    return {
        "ok": trial.ok,
        "sentence": trial.sentence,
        "latency_ms": None if trial.latency_ms is None else round(trial.latency_ms),
        "models": trial.models,
        "voices": trial.voices,
        "wav": base64.b64encode(trial.wav).decode(),
    }
