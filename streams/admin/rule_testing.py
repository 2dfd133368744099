"""The rule tester: what the rules would do to a text, or would have done to a show, as saved or with one edited.

Owns the form and the page. Nothing is written; what the rules say comes from `streams.domain.rule_trials`. Words are
sent by POST only, so that nothing a viewer wrote stands in an address.
"""

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from personas.models import Language, Persona
from streams.domain.disguise import Disguise
from streams.domain.rule_texts import RuleText, read_rule
from streams.domain.rule_trials import Finding, Line, Piece, Replay, findings_of, judge, pieces_of, replay
from streams.domain.rules import Outcome, Rule, RuleScope, Verdict
from streams.domain.turns import rule_key
from streams.models import RULE_ACTIONS, RULE_KINDS, RULE_SCOPES, Broadcast, ModerationRule, Stream
from streams.selectors.moderation import text_of
from streams.selectors.rule_trials import TrialRules, lines_of, trial_rules
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.tenancy.admin_actions import object_page
from vtcontrol.tenancy.admin_marks import Tone, chip
from vtcontrol.tenancy.rates import RateExceeded, spend
from vtcontrol.tenancy.scope import current_studio_id

REPLAY_S = 8.0
TRIALS_A_MINUTE = 30
TEXT_LONGEST = 2000
SHOWS_OFFERED = 20
DRAFT = "edited"

OUTCOMES: dict[Outcome, tuple[Any, Tone, str]] = {
    Outcome.ALLOW: (gettext_lazy("Let through"), Tone.GOOD, "check_circle"),
    Outcome.REPLACE: (gettext_lazy("Words replaced"), Tone.CAUTION, "find_replace"),
    Outcome.HOLD: (gettext_lazy("Held for a person"), Tone.CAUTION, "pan_tool"),
    Outcome.DROP: (gettext_lazy("Dropped"), Tone.BAD, "block"),
    Outcome.SKIP: (gettext_lazy("Clause left out"), Tone.BAD, "skip_next"),
    Outcome.STOP: (gettext_lazy("Answer stopped"), Tone.BAD, "stop_circle"),
}
DISGUISES: dict[Disguise, Any] = {
    Disguise.INVISIBLE: gettext_lazy("Characters nobody sees"),
    Disguise.SPACING: gettext_lazy("Letters spaced out"),
    Disguise.LOOKALIKE: gettext_lazy("Letters of another alphabet"),
    Disguise.LEETSPEAK: gettext_lazy("Digits and signs for letters"),
    Disguise.DRAWN_OUT: gettext_lazy("Letters drawn out"),
    Disguise.DECORATED: gettext_lazy("Accents or another width"),
    Disguise.INFLECTED: gettext_lazy("Another form of the word"),
}


class TrialForm(forms.Form):
    """What is tried, and where."""

    text = forms.CharField(
        label=gettext_lazy("Text"), max_length=TEXT_LONGEST, required=False,
        widget=UnfoldAdminTextareaWidget({"rows": 3, "autofocus": True}),
    )  # fmt: skip
    direction = forms.ChoiceField(
        label=gettext_lazy("Direction"), choices=[("in", gettext_lazy("A viewer writes it")),
                                                  ("out", gettext_lazy("The character says it"))],
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    author = forms.CharField(
        label=gettext_lazy("Viewer’s name"), max_length=80, required=False, widget=UnfoldAdminTextInputWidget
    )
    tail = forms.CharField(
        label=gettext_lazy("Said just before"), max_length=400, required=False, widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("For what the character says: the end of the same answer."),
    )  # fmt: skip
    on_stream: Any = forms.ModelChoiceField(
        None, label=gettext_lazy("Stream"), required=False, widget=UnfoldAdminSelectWidget,
        empty_label=gettext_lazy("Any stream"),
    )  # fmt: skip
    by_persona: Any = forms.ModelChoiceField(
        None, label=gettext_lazy("Persona"), required=False, widget=UnfoldAdminSelectWidget,
        empty_label=gettext_lazy("The stream’s own"),
    )  # fmt: skip
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), required=False, widget=UnfoldAdminSelectWidget,
        choices=[("", gettext_lazy("The stream’s")), *Language.choices],
    )  # fmt: skip
    broadcast: Any = forms.ModelChoiceField(
        None, label=gettext_lazy("Show"), required=False, widget=UnfoldAdminSelectWidget,
        empty_label=gettext_lazy("The last one"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shows = Broadcast.objects.select_related("stream").order_by("-started_at")
        rows = {"on_stream": Stream.objects.order_by("name"), "by_persona": Persona.objects.order_by("name"),
                "broadcast": shows}  # fmt: skip
        for name, queryset in rows.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
            field.queryset = queryset
        offered: Any = self.fields["broadcast"]
        named = [(show.pk, f"{show.stream.name}: {show}") for show in shows[:SHOWS_OFFERED]]
        offered.widget.choices = [("", offered.empty_label), *named]


class DraftForm(forms.Form):
    """A rule as it stands in its form; the names are those of `RuleForm`."""

    kind = forms.ChoiceField(label=gettext_lazy("Looks for"), choices=RULE_KINDS, widget=UnfoldAdminSelectWidget)
    content = forms.CharField(
        label=gettext_lazy("Content"), required=False, max_length=100_000, widget=UnfoldAdminTextareaWidget({"rows": 4})
    )
    scope = forms.ChoiceField(label=gettext_lazy("Where"), choices=RULE_SCOPES, widget=UnfoldAdminSelectWidget)
    action = forms.ChoiceField(label=gettext_lazy("Then"), choices=RULE_ACTIONS, widget=UnfoldAdminSelectWidget)
    replacement = forms.CharField(
        label=gettext_lazy("Replacement"), required=False, max_length=60, widget=UnfoldAdminTextInputWidget
    )
    timeout_minutes = forms.IntegerField(
        label=gettext_lazy("Timeout, minutes"), required=False, widget=UnfoldAdminIntegerFieldWidget
    )
    severity = forms.IntegerField(
        label=gettext_lazy("Severity"), required=False, min_value=1, max_value=5, widget=UnfoldAdminIntegerFieldWidget
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"), choices=Language.choices, required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )  # fmt: skip

    def rule(self, rule_id: str, name: str) -> Rule:
        """Return the rule.

        Raises:
            InputInvalid: It cannot be used.
        """
        found = self.cleaned_data
        text = RuleText(
            kind=found["kind"],
            content=found["content"],
            name=name,
            scope=found["scope"],
            action=found["action"],
            replacement=found["replacement"],
            severity=found["severity"] or 3,
            languages=tuple(found["languages"]),
            minutes=found["timeout_minutes"] or 10,
        )
        return read_rule(rule_id, text)


@dataclass(frozen=True, slots=True)
class Shown:
    """A judged line as the page shows it."""

    line: Line
    chip: SafeString
    pieces: list[Piece]
    name_pieces: list[Piece]
    findings: list["ShownFinding"]
    text: str
    name: str
    is_changed: bool


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A hit as the page shows it."""

    finding: Finding
    rule: str
    url: str
    action: Any
    disguises: list[Any]


@dataclass(frozen=True, slots=True)
class _Setting:
    """Where a trial takes place."""

    rules: TrialRules
    language: str
    only: str


class RuleTester:
    """Mixin of the rules' admin: the tester beside the list, and the way there from a rule."""

    opts: Any
    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        """Return the admin's addresses, the tester's first."""
        view = self.admin_site.admin_view(self.tester_page)
        inherited: list[URLPattern] = super().get_urls()  # type: ignore[misc]  # the admin it is mixed into has it
        return [path("tester/", view, name="streams_moderationrule_tester"), *inherited]

    @object_page(label=gettext_lazy("Try this rule"), icon="science")
    def try_rule(self, request: HttpRequest, rule: ModerationRule) -> HttpResponse:
        """Open the tester with the rule in it."""
        return HttpResponseRedirect(f"{reverse('admin:streams_moderationrule_tester')}?rule={rule.pk}")

    def tester_page(self, request: HttpRequest) -> HttpResponse:
        """Ask for words or a show, and tell what the rules would do.

        Raises:
            PermissionDenied: The user's role may not see rules.
        """
        if not self.has_view_permission(request):  # type: ignore[attr-defined]  # the admin has it
            raise PermissionDenied
        edited = self._edited(request)
        asked = request.POST.get("what", "")
        form = TrialForm(request.POST if asked in {"text", "replay"} else None)
        draft = _draft_form(request, edited)
        context: dict[str, Any] = {"form": form, "draft": draft, "edited": edited, "has_draft": draft is not None}
        if form.is_bound and form.is_valid() and (draft is None or draft.is_valid()):
            try:
                spend(f"rule-trial:{current_studio_id()}", limit=TRIALS_A_MINUTE)
                context |= self._tried(asked, form.cleaned_data, draft, edited)
            except (InputInvalid, RateExceeded) as problem:
                context["problem"] = str(problem)
        base = {**self.admin_site.each_context(request), "opts": self.opts, "title": _("Rule tester")}
        return TemplateResponse(request, "admin/streams/moderationrule/tester.html", {**base, **context})

    def _edited(self, request: HttpRequest) -> ModerationRule | None:
        """Return the saved rule the draft stands in for, if there is one in this studio."""
        wanted = request.POST.get("rule") or request.GET.get("rule") or ""
        try:
            found: ModerationRule | None = ModerationRule.objects.filter(pk=UUID(wanted)).first()
        except ValueError:
            found = None
        return found

    def _tried(
        self, asked: str, wish: dict[str, Any], draft: DraftForm | None, edited: ModerationRule | None
    ) -> dict[str, Any]:
        """Return what the page shows of a trial.

        Raises:
            InputInvalid: The edited rule cannot be used, or there is no show.
        """
        rule = (
            draft.rule(str(edited.pk) if edited else DRAFT, edited.name if edited else _("Edited rule"))
            if draft
            else None
        )
        show = _show(wish) if asked == "replay" else None
        stream = wish["on_stream"] or (show.stream if show else None)
        rules = trial_rules(stream, wish["by_persona"], rule, edited.pk if edited and rule else None)
        language = wish["language"] or (stream.language if stream else "")
        setting = _Setting(rules, language, rule.id if rule else "")
        told: dict[str, Any] = {"unusable": rules.unusable}
        if show is not None:
            return told | {"show": show, "replay": _replayed(setting, show)}
        line = Line(wish["text"], RuleScope(wish["direction"]), wish["author"], wish["tail"])
        if line.scope is RuleScope.OUT:
            line = Line(line.text, line.scope, "", line.tail)
        verdict = judge(rules.rules, line, language)
        return told | {"judged": _shown(line, verdict), "rule_fired": rule is None or rule.id in verdict.rule_ids}


def _draft_form(request: HttpRequest, edited: ModerationRule | None) -> DraftForm | None:
    """Return the edited rule: as it was sent, or as it is saved when the page was opened from it."""
    if "kind" in request.POST:
        return DraftForm(request.POST)
    if edited is None or request.method == "POST":
        return DraftForm() if "draft" in request.GET else None
    saved = text_of(edited)
    names = ("kind", "content", "scope", "action", "replacement", "severity")
    values = {name: getattr(saved, name) for name in names}
    return DraftForm(initial={**values, "timeout_minutes": saved.minutes, "languages": list(saved.languages)})


def _show(wish: dict[str, Any]) -> Broadcast:
    """Return the show to look at again.

    Raises:
        InputInvalid: There is none.
    """
    rows = Broadcast.objects.select_related("stream__persona").order_by("-started_at")
    if wish["on_stream"] is not None:
        rows = rows.filter(stream=wish["on_stream"])
    chosen: Broadcast | None = wish["broadcast"] or rows.filter(ended_at__isnull=False).first() or rows.first()
    if chosen is None:
        raise InputInvalid("There was no show yet.")
    return chosen


def _replayed(setting: _Setting, show: Broadcast) -> dict[str, Any]:
    until = time.monotonic() + REPLAY_S
    found: Replay = replay(
        setting.rules.rules, lines_of(show), setting.language, only=setting.only,
        time_left=lambda: time.monotonic() < until,
    )  # fmt: skip
    return {
        "found": found,
        "is_cut": found.looked_at < found.total,
        "outcomes": [(outcome_chip(outcome), count) for outcome, count in sorted(found.outcomes.items(), reverse=True)],
        "rules": [
            {"name": name, "url": _rule_url(rule_id), "count": count, "decided": found.deciding[rule_id, name]}
            for (rule_id, name), count in found.rules.most_common()
        ],
        "examples": [_shown(line, verdict) for line, verdict in found.examples],
    }


def outcome_chip(outcome: Outcome) -> SafeString:
    """Return what becomes of a line."""
    label, tone, icon = OUTCOMES[outcome]
    return chip(label, tone, icon)


def _shown(line: Line, verdict: Verdict) -> Shown:
    findings = findings_of(line, verdict)
    labels = dict(RULE_ACTIONS)
    return Shown(
        line=line,
        chip=outcome_chip(verdict.outcome),
        pieces=pieces_of(line.text, [hit for hit in verdict.hits if hit.place == "text"]),
        name_pieces=pieces_of(line.name, [hit for hit in verdict.hits if hit.place == "name"]),
        findings=[
            ShownFinding(
                finding=one,
                rule=one.hit.rule_name,
                url=_rule_url(one.hit.rule_id),
                action=labels.get(one.hit.action, _("Leave the clause out")),
                disguises=[DISGUISES[disguise] for disguise in one.disguises],
            )
            for one in findings
        ],
        text=verdict.text,
        name=verdict.name,
        is_changed=bool(verdict.text) and (verdict.text, verdict.name) != (line.text, line.name),
    )


def _rule_url(rule_id: str) -> str:
    """Return the page of a saved rule, "" for those of the house and for one that is not saved."""
    key = rule_key(rule_id)
    return reverse("admin:streams_moderationrule_change", args=(key,)) if key else ""
