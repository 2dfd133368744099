"""The admin of moderation: rules, how often they fire, and the record of where they did."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display
from unfold.views import ChangeList

from streams.admin.rule_forms import RuleForm, RuleResource
from streams.admin.rule_testing import RuleTester
from streams.admin.rule_words import WordLists
from streams.admin.words import ACTIONS
from streams.models import ModerationRule, Verdict
from streams.selectors.rule_hits import RuleHits, hits_of, idle, shadowed, with_week
from vtcontrol.tenancy.admin_base import EndlessAdmin
from vtcontrol.tenancy.admin_history import TrackedAdmin
from vtcontrol.tenancy.admin_marks import Tone, ago, chip, clipped, nothing
from vtcontrol.tenancy.admin_site import Place, Shelf, site
from vtcontrol.tenancy.admin_transfer import TransferMixin

ACTION_TONES = {
    "drop": Tone.BAD,
    "timeout": Tone.BAD,
    "stop": Tone.BAD,
    "hold": Tone.CAUTION,
    "replace": Tone.CAUTION,
    "warn": Tone.NOTE,
}


class RuleList(ChangeList):  # type: ignore[misc]  # unfold ships no types
    """The list of rules; each row on the page brings how often it fired."""

    def get_results(self, request: HttpRequest) -> None:
        """Read the page’s rows, then their hits in one query."""
        super().get_results(request)
        hits = hits_of([rule.pk for rule in self.result_list], timezone.now())
        for rule in self.result_list:
            rule.hits = hits.get(rule.pk, RuleHits())


def sparkline(days: tuple[int, ...], label: str) -> SafeString:
    """Return a small drawing of one number a day."""
    most = max(*days, 1)
    bars = format_html_join(
        "", '<rect x="{}" y="{}" width="2" height="{}"/>',
        ((3 * place, 16 - height, height) for place, count in enumerate(days) if (height := -(-16 * count // most))),
    )  # fmt: skip
    return format_html(
        '<svg class="vt-spark" width="90" height="16" role="img" aria-label="{}"><title>{}</title>{}</svg>',
        label,
        label,
        bars,
    )


class UseFilter(admin.SimpleListFilter):
    """Finds rules that do nothing."""

    title = _("use")
    parameter_name = "use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the choices."""
        return [("idle", _("Silent for 30 days")), ("shadowed", _("Another rule always decides"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[ModerationRule]") -> "QuerySet[ModerationRule]":
        """Return the rules of the choice."""
        chosen = {"idle": idle, "shadowed": shadowed}.get(self.value() or "")
        return chosen(queryset, timezone.now()) if chosen else queryset


@admin.register(ModerationRule, site=site)
class ModerationRuleAdmin(RuleTester, WordLists, TransferMixin, TrackedAdmin):
    """Rules."""

    place = Place(Shelf.ON_AIR, 5, "gavel", is_searched=True)
    about = _("What may not come in or go out. Built-in rules against the worst are always there; these are your own.")
    next_step = _("Add a rule: words one a line, or a pattern. It holds from the next line on.")
    list_before_template = "admin/streams/moderationrule/list_before.html"
    change_form_outer_after_template = "admin/streams/moderationrule/try_button.html"
    object_actions = ("try_rule", "export_words", "undo_words")
    form = RuleForm
    resource_classes = (RuleResource,)
    list_display = ("name", "kind", "scope", "action_chip", "severity", "where", "fired", "month", "last", "is_enabled")
    list_filter = (
        UseFilter,
        ("kind", ChoicesDropdownFilter),
        ("scope", ChoicesDropdownFilter),
        ("action", ChoicesDropdownFilter),
        ("stream", RelatedDropdownFilter),
        ("persona", RelatedDropdownFilter),
        ("is_enabled", BooleanRadioFilter),
    )
    list_select_related = ("stream", "persona")
    search_fields = ("name", "content")
    fieldsets = (
        (None, {"fields": ("name", "is_enabled")}),
        (_("When"), {"fields": ("kind", "content", "scope")}),
        (_("Then"), {"fields": ("action", "replacement", "timeout_minutes", "severity")}),
        (_("Only for"), {"fields": ("stream", "persona", "languages")}),
    )
    conditional_fields = {
        "replacement": "action == 'replace'",
        "timeout_minutes": "action == 'timeout'",
        "content": "kind != 'links'",
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModerationRule]:
        """Return rules with how often they fired lately, to sort by."""
        return with_week(super().get_queryset(request), timezone.now())

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[RuleList]:
        """Return the list that knows the hits of its page."""
        return RuleList

    @display(description=_("then"), ordering="action")
    def action_chip(self, rule: ModerationRule) -> SafeString:
        """Show what is done."""
        return chip(rule.get_action_display(), ACTION_TONES.get(rule.action, Tone.PLAIN))

    @display(description=_("for"), ordering="stream__name")
    def where(self, rule: ModerationRule) -> Any:
        """Show for which stream, character and languages."""
        parts = [str(one) for one in (rule.stream, rule.persona) if one] + [tag.upper() for tag in rule.languages]
        return ", ".join(parts) or _("Everywhere")

    @display(description=_("in 7 days"), ordering="week_hits")
    def fired(self, rule: ModerationRule) -> Any:
        """Show how often it fired in a week."""
        return rule.hits.week or nothing()  # type: ignore[attr-defined]  # set by RuleList

    @display(description=_("in 30 days"))
    def month(self, rule: ModerationRule) -> SafeString:
        """Show how often it fired in a month, day by day, and whether it still does anything."""
        hits: RuleHits = rule.hits  # type: ignore[attr-defined]  # set by RuleList
        if not hits.month:
            return nothing()
        said = ngettext("%(count)d hit", "%(count)d hits", hits.month) % {"count": hits.month}
        if hits.is_shadowed:
            return format_html("{} {}", sparkline(hits.days, said), chip(_now("Never decides"), Tone.CAUTION, "layers"))
        return format_html('<span class="vt-sparked">{} {}</span>', sparkline(hits.days, said), hits.month)

    @display(description=_("last"), ordering="last_hit")
    def last(self, rule: ModerationRule) -> SafeString:
        """Show when it fired last."""
        return ago(getattr(rule, "last_hit", None))


@admin.register(Verdict, site=site)
class VerdictAdmin(EndlessAdmin):
    """Where rules fired."""

    place = Place(Shelf.ON_AIR, 6, "policy")
    about = _("Every time a rule fired, on what came in or on what was about to be said.")
    next_step = _("Nothing has been stopped so far.")
    list_display = ("when", "rule_name", "done", "on_what")
    list_filter = (("rule", RelatedDropdownFilter), ("decided", BooleanRadioFilter), ("at", RangeDateTimeFilter))
    list_select_related = ("event", "turn")
    search_fields = ("rule_name",)
    fields = ("rule_name", "rule", "done", "decided", "on_what", "at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Verdict]:
        """Return verdicts without the stored prompts of their turns."""
        rows: QuerySet[Verdict] = super().get_queryset(request)
        return rows.defer("turn__prompt")

    @display(description=_("at"), ordering="at")
    def when(self, verdict: Verdict) -> SafeString:
        """Show when."""
        return ago(verdict.at)

    @display(description=_("done"), ordering="action")
    def done(self, verdict: Verdict) -> SafeString:
        """Show what was done."""
        return chip(ACTIONS.get(verdict.action, verdict.action), ACTION_TONES.get(verdict.action, Tone.PLAIN))

    @display(description=_("on"))
    def on_what(self, verdict: Verdict) -> SafeString:
        """Show the line it fired on."""
        if verdict.turn:
            return clipped(verdict.turn.text) if verdict.turn.text else nothing()
        return clipped(str(verdict.event)) if verdict.event else nothing()
