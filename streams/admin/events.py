"""The admin of what came in: each event with the one state it ended in, and why."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from streams.admin.words import REASONS, event_chip, kind_chip, reason_words
from streams.domain.lines import amount_words
from streams.models import InboxEvent
from vtcontrol.tenancy.admin_base import EndlessAdmin
from vtcontrol.tenancy.admin_marks import ago, clipped, nothing
from vtcontrol.tenancy.admin_site import Place, Shelf, site


class ReasonFilter(DropdownFilter):  # type: ignore[misc]  # unfold ships no types
    """Filters events by why they ended so."""

    title = _("reason")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the reasons."""
        return list(REASONS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[InboxEvent]) -> QuerySet[InboxEvent]:
        """Return the events that ended for the chosen reason."""
        return queryset.filter(reason=self.value()) if self.value() else queryset


@admin.register(InboxEvent, site=site)
class InboxEventAdmin(EndlessAdmin):
    """What came in."""

    place = Place(Shelf.ON_AIR, 3, "inbox")
    about = _("Everything that came in: chat, donations, raids. Each ends answered or not, with the reason.")
    next_step = _("Events appear here as soon as somebody writes in a connected chat or in the dock.")
    list_display = ("when", "kind_mark", "author_name", "what", "state_chip", "why", "platform")
    list_filter = (
        ("stream", RelatedDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ReasonFilter,
        ("kind", ChoicesDropdownFilter),
        ("viewer", AutocompleteSelectFilter),
        ("received_at", RangeDateTimeFilter),
    )
    list_display_links = ("when", "what")
    search_fields = ("text", "author_name")
    search_help_text = _("Words, or a viewer's name")
    fieldsets = (
        (None, {"fields": ("stream", "viewer", "kind_mark", "author_name", "text", "worth")}),
        (_("What became of it"), {"fields": ("state_chip", "why", "attempts", "decided_at")}),
        (_("Where it came from"), {"fields": ("platform", "platform_id", "author_id", "happened_at", "received_at")}),
        (_("How it was ranked"), {"fields": ("priority", "is_mention", "is_first")}),
    )

    @display(description=_("when"), ordering="received_at")
    def when(self, event: InboxEvent) -> SafeString:
        """Show when."""
        return ago(event.received_at)

    @display(description=_("kind"), ordering="kind")
    def kind_mark(self, event: InboxEvent) -> SafeString:
        """Show the kind."""
        return kind_chip(event)

    @display(description=_("text"))
    def what(self, event: InboxEvent) -> SafeString:
        """Show what was said."""
        amount = format_html('<b class="vt-number">{}</b> ', self.worth(event)) if event.amount is not None else ""
        return format_html("{}{}", amount, clipped(event.text, 90))

    @display(description=_("amount"))
    def worth(self, event: InboxEvent) -> str | SafeString:
        """Show the amount with its unit."""
        return amount_words(event.amount, event.currency) or nothing()

    @display(description=_("state"), ordering="state")
    def state_chip(self, event: InboxEvent) -> SafeString:
        """Show how it ended."""
        return event_chip(event)

    @display(description=_("reason"), ordering="reason")
    def why(self, event: InboxEvent) -> Any:
        """Show why."""
        return reason_words(event.reason) if event.reason else nothing()
