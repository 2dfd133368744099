"""The admin of experiments: what A and B did to the audience, stopping, and taking B. A revision's page starts one."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display

from personas.admin.drafts import revision_url
from personas.domain.experiments import Comparison
from personas.models import Experiment
from personas.services import experiments
from streams.selectors.experiments import REPLY_WITHIN, Arm, Report, report_of
from vtcontrol.tenancy.admin_actions import object_action
from vtcontrol.tenancy.admin_base import ReadOnlyAdmin
from vtcontrol.tenancy.admin_marks import Tone, ago, chip, clipped
from vtcontrol.tenancy.admin_site import Place, Shelf, site

EXPERIMENTERS = "personas.change_experiment"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the report: both arms, and what the difference is worth."""

    label: Any
    about: Any
    a: str
    b: str
    verdict: str = ""
    is_telling: bool = False


def rows_of(report: Report) -> tuple[Row, ...]:
    """Return the report's lines in people's words."""
    a, b = report.a, report.b
    minutes = int(REPLY_WITHIN.total_seconds() // 60)
    return (
        Row(_("Answers"), _("Turns that answered a person."), str(a.turns), str(b.turns)),
        Row(_("Viewers"), _("People who heard one to its end."), str(a.viewers), str(b.viewers)),
        _share(
            _("Wrote again"), _now("Of these viewers, within %(count)d minutes.") % {"count": minutes},
            (a.replied, a.viewers), (b.replied, b.viewers), report.replies,
        ),
        _share(_("Skipped or cut"), _("Of the answers."), (a.cut, a.turns), (b.cut, b.turns), report.cuts),
        _share(
            _("Moderation"), _("Of the answers, with a rule that fired."),
            (a.hits, a.turns), (b.hits, b.turns), report.hits,
        ),
        Row(_("Without an answer"), _("The brain failed or had nothing to say."), str(a.failed), str(b.failed)),
        Row(_("Tokens an answer"), _("Prompt and answer, on average."), _each(a.tokens, a), _each(b.tokens, b)),
        Row(_("Cost"), _("All together."), f"{a.cost:.4f}", f"{b.cost:.4f}"),
    )  # fmt: skip


def _share(label: Any, about: Any, a: tuple[int, int], b: tuple[int, int], found: Comparison) -> Row:
    return Row(label, about, _percent(*a), _percent(*b), verdict_of(found), found.is_telling)


def _percent(hits: int, count: int) -> str:
    return f"{100 * hits / count:.0f} % ({hits} / {count})" if count else "—"


def _each(total: int, arm: Arm) -> str:
    return f"{total / arm.turns:.0f}" if arm.turns else "—"


def verdict_of(found: Comparison) -> str:
    """Return what a difference is worth, as a sentence."""
    if found.difference is None:
        return _now("Nothing to compare yet.")
    if found.chance is None:
        return _now("Too few to say anything.")
    if not found.is_telling:
        return _now("Within chance: equal arms differ as much in %(percent).0f of 100 tries.") % {
            "percent": 100 * found.chance
        }
    words = _now("B is higher") if found.difference > 0 else _now("B is lower")
    return _now("%(what)s, hardly by chance (%(percent).1f of 100 tries).") % {
        "what": words,
        "percent": max(0.1, 100 * found.chance),  # rounded up: nothing is certain
    }


def _runs(experiment: Experiment) -> bool:
    return experiment.ended_at is None


@admin.register(Experiment, site=site)
class ExperimentAdmin(ReadOnlyAdmin):
    """A draft tried on a part of the audience."""

    place = Place(Shelf.CHARACTERS, 9, "balance")
    about = _("Two versions of a character on air at once: a share of the viewers hears B, always the same ones.")
    next_step = _("Save a draft on a persona's page, open it and choose “Try on viewers”.")
    object_actions = ("take_b", "stop")
    list_display = ("persona", "tried", "percent", "stands", "started", "about_it")
    list_filter = (("persona", RelatedDropdownFilter),)
    list_select_related = ("persona", "other")
    search_fields = ("persona__name", "note")
    fields = ("persona", "other", "share")

    @display(description=_("B"))
    def tried(self, experiment: Experiment) -> str:
        """Show the revision that is tried."""
        return str(experiment.other)

    @display(description=_("share of B"), ordering="share")
    def percent(self, experiment: Experiment) -> str:
        """Show the share."""
        return f"{experiment.share} %"

    @display(description=_("state"))
    def stands(self, experiment: Experiment) -> SafeString:
        """Show whether it runs, or how it ended."""
        if _runs(experiment):
            return chip(_("Running"), Tone.GOOD, "balance")
        return chip(experiment.get_outcome_display(), Tone.PLAIN, "flag")

    @display(description=_("started"), ordering="started_at")
    def started(self, experiment: Experiment) -> SafeString:
        """Show when."""
        return ago(experiment.started_at)

    @display(description=_("note"))
    def about_it(self, experiment: Experiment) -> SafeString:
        """Show what it is to find out."""
        return clipped(experiment.note, 80)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the report."""
        experiment: Experiment = self.require_object(request, object_id)
        report = report_of(experiment)
        context = {
            **self.admin_site.each_context(request),
            "title": _now("A and B of %(name)s") % {"name": experiment.persona.name},
            "opts": self.opts,
            "original": experiment,
            "state": self.stands(experiment),
            "report": report,
            "rows": rows_of(report),
            "a_share": 100 - experiment.share,
            "other_url": revision_url(experiment.other),
            "object_buttons": self.buttons(request, experiment),
        }
        return TemplateResponse(request, "admin/personas/experiment/report.html", context)

    @object_action(
        label=_("Take B"), icon="podcasts", tone="primary", permission=EXPERIMENTERS, shown=_runs,
        confirm=_("B goes on air for everybody, from the next line, and the experiment ends. Take it?"),
    )  # fmt: skip
    def take_b(self, request: HttpRequest, experiment: Experiment) -> HttpResponse:
        """Publish what was tried."""
        taken = experiments.take_other(experiment, by=request.user)
        messages.success(request, _now("%(revision)s is on air from the next line.") % {"revision": taken})
        return HttpResponseRedirect(revision_url(taken))

    @object_action(
        label=_("Stop"), icon="stop_circle", permission=EXPERIMENTERS, shown=_runs,
        confirm=_("From the next line everybody hears what is on air. Stop the experiment?"),
    )  # fmt: skip
    def stop(self, request: HttpRequest, experiment: Experiment) -> None:
        """End it; everybody hears A."""
        experiments.stop_experiment(experiment, by=request.user)
        messages.success(request, _now("Everybody hears what is on air again."))
