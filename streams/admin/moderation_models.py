"""The admin of moderation models: where they are, what counts of their opinion, and what is done then."""

from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from personas.admin.engines import EngineAdmin, EngineForm, origin
from personas.admin.trying import draft_of
from personas.trials import Trial, trials
from streams.domain.model_check import read_thresholds
from streams.models import ModerationModel
from vtcontrol.kernel.moderation import Assessment
from vtcontrol.tenancy.admin_marks import chip, nothing
from vtcontrol.tenancy.admin_site import Place, Shelf, site

LINE_LONGEST = 500
SUREST_SHOWN = 5


class ModerationModelForm(EngineForm):
    """The form of a moderation model."""


def _told(row: ModerationModel, opinion: Assessment) -> str:
    """Return what a form's values make of an opinion, in words."""
    found = row.policy(read_thresholds(row.thresholds)).finding(opinion)
    told = gettext("Nothing counts.")
    if found:
        told = gettext("“%(category)s” counts: %(action)s.") % {"category": found, "action": row.get_action_display()}
    surest = sorted(opinion.scores.items(), key=lambda one: (-one[1], one[0]))[:SUREST_SHOWN]
    scores = ", ".join(f"{name} {number_format(score, 2)}" for name, score in surest)
    if not scores:
        return told + " " + gettext("The server tells no scores.")
    return told + " " + gettext("Surest of: %(scores)s.") % {"scores": scores}


@admin.register(ModerationModel, site=site)
class ModerationModelAdmin(EngineAdmin):
    """Moderation models."""

    place = Place(Shelf.ON_AIR, 6, "shield", is_searched=True)
    about = _(
        "Models that judge what comes in and what is said, beside the rules and at the same time as the work on the "
        "answer. A stream names the one it asks."
    )
    next_step = _("Without one the rules decide alone. Add one, then choose it on a stream.")
    form = ModerationModelForm
    list_display = ("name", "model", "host", "streams_chips", "action", "key_hint", "status")
    list_select_related = ("credential",)
    autocomplete_fields = ()
    search_fields = ("name", "model")
    fieldsets = (
        (None, {"fields": ("name", "status")}),
        (_("Where it is"), {"fields": ("base_url", "model", "api_key", "remove_key", "credential")}),
        (_("What counts"), {"fields": ("scope", "threshold", "thresholds")}),
        (_("What is done then"), {"fields": ("action", "replacement")}),
        (_("When it is late or fails"), {"fields": ("deadline_ms", "missing")}),
    )
    conditional_fields = {"replacement": "action == 'replace'"}

    def get_queryset(self, request: HttpRequest) -> Any:
        """Read the streams that ask each of them along."""
        return super().get_queryset(request).prefetch_related("streams")

    def tried(self, request: HttpRequest, form: Any) -> Trial:
        """Ask the model for an opinion as the form stands: on a line, or on a harmless sentence."""
        if request.POST.get("what") != "judge":
            return trials().try_moderator(draft_of(form))
        text = request.POST.get("text", "").strip()[:LINE_LONGEST]
        if not text:
            return Trial(ok=False, sentence=gettext("Write the line that is to be judged."))
        trial = trials().try_moderator(draft_of(form), text)
        return trial if trial.opinion is None else replace(trial, sentence=_told(form.instance, trial.opinion))

    @display(description=_("host"))
    def host(self, row: ModerationModel) -> str:
        """Show where it is."""
        return origin(row.base_url)[1]

    @display(description=_("streams"))
    def streams_chips(self, row: ModerationModel) -> SafeString:
        """Show which streams ask it."""
        names = [stream.name for stream in row.streams.all()]
        return chip(", ".join(names)) if names else nothing()
