"""The admin of held lines: what waits for a person, with the decision, and what was decided before."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter, RelatedDropdownFilter
from unfold.decorators import display

from streams.admin.words import reason_words
from streams.domain.approval import HeldState, plain
from streams.models import HeldLine, Turn
from streams.selectors.approval import held_item
from streams.services import approval
from vtcontrol.kernel.errors import Conflict, InputInvalid, NotFound
from vtcontrol.tenancy.admin_actions import object_action
from vtcontrol.tenancy.admin_base import EndlessAdmin
from vtcontrol.tenancy.admin_marks import Tone, ago, chip, clipped, nothing
from vtcontrol.tenancy.admin_site import Place, Shelf, site

MAY_DECIDE = "streams.change_heldline"
STATE_MARKS = {
    HeldState.HELD: (Tone.CAUTION, "back_hand"),
    HeldState.APPROVED: (Tone.GOOD, "check_circle"),
    HeldState.REJECTED: (Tone.BAD, "block"),
    HeldState.EXPIRED: (Tone.PLAIN, "timer_off"),
    HeldState.CANCELLED: (Tone.PLAIN, "cancel"),
}


def is_open(row: HeldLine) -> bool:
    """Tell whether somebody can still decide."""
    return bool(row.state == HeldState.HELD and row.expires_at > timezone.now())


def decision_on(turn: Turn) -> dict[str, Any] | None:
    """Return what "Why did it say that?" shows of a person's decision, or None where nobody was asked."""
    row = HeldLine.objects.filter(turn=turn).first()
    if row is None:
        return None
    return {
        "state": chip(row.get_state_display(), *STATE_MARKS[HeldState(row.state)]),
        "why": row.rule_name or row.get_held_by_display(),
        "who": row.decided_by,
        "when": ago(row.decided_at) if row.decided_at else "",
        "reason": reason_words(row.reason) if row.reason else "",
        "note": row.note,
        "before": plain(row.text) if row.edited_text else "",
    }


@admin.register(HeldLine, site=site)
class HeldLineAdmin(EndlessAdmin):
    """Lines that wait for a person, and those that did."""

    place = Place(Shelf.ON_AIR, 4, "back_hand")
    about = _("Lines held until somebody of the team approves them, and what became of those before.")
    next_step = _("A stream that asks a person, or a moderation rule with “Ask a person first”, holds lines here.")
    actions = ("approve_several", "reject_several")  # type: ignore[assignment]  # records are decided on, not changed
    object_actions = ("approve", "reject")
    list_display = ("when", "exchange", "why", "state_chip", "decision")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("stream", RelatedDropdownFilter),
        ("held_by", ChoicesDropdownFilter),
        ("held_at", RangeDateTimeFilter),
    )
    list_select_related = ("event",)
    list_display_links = ("when", "exchange")
    search_fields = ("text", "edited_text", "event__text", "event__author_name", "rule_name")
    search_help_text = _("Words, a viewer's name, or a rule")
    fieldsets = (
        (None, {"fields": ("stream", "question", "words", "edited", "why")}),
        (_("The decision"), {"fields": ("state_chip", "held_at", "expires_at", "decision", "note")}),
    )

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Tell whether the user's role may decide."""
        return bool(request.user.has_perm(MAY_DECIDE))

    @display(description=_("held"), ordering="held_at")
    def when(self, row: HeldLine) -> SafeString:
        """Show when."""
        return ago(row.held_at)

    @display(description=_("line and answer"))
    def exchange(self, row: HeldLine) -> SafeString:
        """Show the viewer's line above the held answer."""
        item = held_item(row)
        heard = format_html('<span class="vt-line"><b>{}</b> {}</span>', item["name"], clipped(item["question"], 80))
        if not row.turn_id:
            return format_html('<span class="vt-exchange">{}</span>', heard)
        said = clipped(plain(item["text"]), 90)
        return format_html('<span class="vt-exchange">{}<span class="vt-said">{}</span></span>', heard, said)

    @display(description=_("viewer's line"))
    def question(self, row: HeldLine) -> str:
        """Show what the viewer wrote."""
        item = held_item(row)
        return f"{item['name']}: {item['question']}" if item["name"] else str(item["question"])

    @display(description=_("words"))
    def words(self, row: HeldLine) -> str | SafeString:
        """Show what the character wants to say, with its tags."""
        return row.text or nothing()

    @display(description=_("words as edited"))
    def edited(self, row: HeldLine) -> str | SafeString:
        """Show what somebody made of it."""
        return row.edited_text or nothing()

    @display(description=_("held by"), ordering="held_by")
    def why(self, row: HeldLine) -> SafeString:
        """Show who asked for a person."""
        return chip(row.rule_name or row.get_held_by_display(), Tone.NOTE, "gavel" if row.rule_name else "")

    @display(description=_("state"), ordering="state")
    def state_chip(self, row: HeldLine) -> SafeString:
        """Show the state."""
        return chip(row.get_state_display(), *STATE_MARKS[HeldState(row.state)])

    @display(description=_("decided"))
    def decision(self, row: HeldLine) -> Any:
        """Show who decided and when, or until when somebody can."""
        if row.decided_at is None:
            return format_html("{} {}", _("until"), ago(row.expires_at))
        who = row.decided_by or (reason_words(row.reason) if row.reason else "")
        return format_html("{} {}", who, ago(row.decided_at))

    @object_action(label=_("Approve"), icon="check", permission=MAY_DECIDE, tone="primary", shown=is_open)
    def approve(self, request: HttpRequest, row: HeldLine) -> None:
        """Have the line said, or answered."""
        approval.approve(row.stream_id, row.pk, by=str(request.user))
        self.message_user(request, _now("Approved: it is said next."), messages.SUCCESS)

    @object_action(label=_("Reject"), icon="block", permission=MAY_DECIDE, tone="danger", shown=is_open)
    def reject(self, request: HttpRequest, row: HeldLine) -> None:
        """Have the line not said."""
        approval.reject(row.stream_id, row.pk, by=str(request.user))
        self.message_user(request, _now("Rejected: nobody hears it."), messages.SUCCESS)

    @admin.action(description=_("Approve"), permissions=["decide"])
    def approve_several(self, request: HttpRequest, queryset: QuerySet[HeldLine]) -> None:
        """Approve the chosen lines, in the order they were held."""
        self._each(request, queryset, approval.approve)

    @admin.action(description=_("Reject"), permissions=["decide"])
    def reject_several(self, request: HttpRequest, queryset: QuerySet[HeldLine]) -> None:
        """Reject the chosen lines."""
        self._each(request, queryset, approval.reject)

    def _each(self, request: HttpRequest, queryset: QuerySet[HeldLine], decide: Any) -> None:
        done = 0
        for row in queryset.order_by("held_at"):
            try:
                decide(row.stream_id, row.pk, by=str(request.user))
                done += 1
            except (Conflict, InputInvalid, NotFound) as refused:
                self.message_user(request, str(refused), messages.WARNING)
        if done:
            told = ngettext("%(count)d line is decided.", "%(count)d lines are decided.", done) % {"count": done}
            self.message_user(request, told, messages.SUCCESS)
