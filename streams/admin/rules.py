"""The admin of moderation: rules, in lists, forms and files, and the record of where they fired."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from import_export import fields, widgets
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from streams.admin.words import ACTIONS
from streams.domain.moderation import read_rule
from streams.models import ModerationRule, Stream, Verdict
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.tenancy.admin_base import EndlessAdmin
from vtcontrol.tenancy.admin_forms import StudioForm
from vtcontrol.tenancy.admin_history import TrackedAdmin
from vtcontrol.tenancy.admin_marks import Tone, ago, chip, clipped, nothing
from vtcontrol.tenancy.admin_site import Place, Shelf, site
from vtcontrol.tenancy.admin_transfer import StudioResource, TransferMixin

HITS_DAYS = 7
ACTION_TONES = {"drop": Tone.BAD, "replace": Tone.CAUTION, "warn": Tone.NOTE}


def check_rule(rule: ModerationRule) -> None:
    """Refuse a rule the live loop could not use.

    Raises:
        ValidationError: Why it cannot be used.
    """
    try:
        read_rule(
            str(rule.pk), rule.kind, rule.content, scope=rule.scope, action=rule.action, replacement=rule.replacement
        )
    except InputInvalid as problem:
        raise ValidationError({"content": str(problem)}) from None


class RuleResource(StudioResource):
    """Rules as files: one row a rule, found by its name."""

    stream = fields.Field("stream", "stream", widgets.ForeignKeyWidget(Stream, field="name"))
    needed = ("name", "kind")

    class Meta:
        model = ModerationRule
        fields = ("name", "stream", "kind", "content", "scope", "action", "replacement", "is_enabled")
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True

    def find(self, row: dict[str, Any]) -> ModerationRule | None:
        """Return the rule of that name."""
        found: ModerationRule | None = ModerationRule.objects.filter(name=str(row.get("name", "")).strip()).first()
        return found

    def import_instance(self, instance: ModerationRule, row: dict[str, Any], **kwargs: Any) -> None:
        """Take the row's values over.

        Raises:
            ValidationError: The stream is unknown here, or the rule cannot be used.
        """
        stream = str(row.get("stream") or "").strip()
        if stream and not Stream.objects.filter(name=stream).exists():
            raise ValidationError({"stream": _("There is no such stream in this studio.")})
        if isinstance(row.get("content"), list):
            row["content"] = "\n".join(row["content"])
        super().import_instance(instance, row, **kwargs)
        if all(getattr(instance, name) in _offered(name) for name in ("kind", "scope", "action")):
            check_rule(instance)


def _offered(name: str) -> set[str]:
    """Return the values a field of a rule may have."""
    field = ModerationRule._meta.get_field(name)
    return {str(value) for value, _label in getattr(field, "choices", None) or ()}


class RuleForm(StudioForm):
    """The form of a rule."""

    def _post_clean(self) -> None:
        """Try the rule out, once its values are known to be of the right form."""
        super()._post_clean()  # type: ignore[misc]  # Django's own hook
        if not self.errors:
            try:
                check_rule(self.instance)
            except ValidationError as problem:
                self.add_error(None, problem)


@admin.register(ModerationRule, site=site)
class ModerationRuleAdmin(TransferMixin, TrackedAdmin):
    """Rules."""

    place = Place(Shelf.ON_AIR, 5, "gavel", is_searched=True)
    about = _("What may not come in or go out. Built-in rules against the worst are always there; these are your own.")
    next_step = _("Add a rule: words one a line, or a pattern. It holds from the next line on.")
    form = RuleForm
    resource_classes = (RuleResource,)
    list_display = ("name", "kind", "scope", "action_chip", "where", "hits", "is_enabled")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("scope", ChoicesDropdownFilter),
        ("stream", RelatedDropdownFilter),
        ("is_enabled", BooleanRadioFilter),
    )
    list_select_related = ("stream",)
    search_fields = ("name", "content")
    fieldsets = (
        (None, {"fields": ("name", "is_enabled", "stream")}),
        (_("When"), {"fields": ("kind", "content", "scope")}),
        (_("Then"), {"fields": ("action", "replacement")}),
    )
    conditional_fields = {"replacement": "action == 'replace'", "content": "kind != 'links'"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModerationRule]:
        """Return rules with how often they fired lately."""
        since = timezone.now() - dt.timedelta(days=HITS_DAYS)
        fired = Verdict.objects.filter(rule=OuterRef("pk"), at__gt=since).order_by().values("rule")
        count = Subquery(fired.annotate(count=Count("id")).values("count"))
        rows: QuerySet[ModerationRule] = super().get_queryset(request)
        return rows.annotate(hit_count=count)

    @display(description=_("then"), ordering="action")
    def action_chip(self, rule: ModerationRule) -> SafeString:
        """Show what is done."""
        return chip(rule.get_action_display(), ACTION_TONES.get(rule.action, Tone.PLAIN))

    @display(description=_("stream"), ordering="stream__name")
    def where(self, rule: ModerationRule) -> Any:
        """Show for which stream."""
        return rule.stream.name if rule.stream else _("All streams")

    @display(description=_("fired in a week"), ordering="hit_count")
    def hits(self, rule: ModerationRule) -> Any:
        """Show how often it fired lately."""
        return getattr(rule, "hit_count", None) or nothing()


@admin.register(Verdict, site=site)
class VerdictAdmin(EndlessAdmin):
    """Where rules fired."""

    place = Place(Shelf.ON_AIR, 6, "policy")
    about = _("Every time a rule fired, on what came in or on what was about to be said.")
    next_step = _("Nothing has been stopped so far.")
    list_display = ("when", "rule_name", "done", "on_what")
    list_filter = (("rule", RelatedDropdownFilter), ("at", RangeDateTimeFilter))
    list_select_related = ("event", "turn")
    search_fields = ("rule_name",)
    fields = ("rule_name", "rule", "done", "on_what", "at")

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
