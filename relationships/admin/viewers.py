"""The admin of viewers: one card a person."""

from collections import defaultdict
from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, RangeDateTimeFilter
from unfold.decorators import display

from relationships.admin.scores import Bond, bond_of
from relationships.models import Identity, Interaction, Relationship, Viewer
from vtcontrol.tenancy.admin_base import StudioModelAdmin, StudioTabularInline
from vtcontrol.tenancy.admin_forms import StudioForm, WordsField
from vtcontrol.tenancy.admin_marks import Tone, ago, chip, nothing
from vtcontrol.tenancy.admin_site import Place, Shelf, site

LEDGER_SHOWN = 5


class ViewerForm(StudioForm):
    """The form of a viewer."""

    tags = WordsField(label=_("tags"), required=False, help_text=_("With commas between them."))


class IdentityInline(StudioTabularInline):
    """Accounts on the platforms."""

    model = Identity
    fields = ("platform", "name", "platform_id")


@admin.register(Viewer, site=site)
class ViewerAdmin(StudioModelAdmin):
    """People in the audience."""

    place = Place(Shelf.AUDIENCE, 1, "groups", is_searched=True)
    about = _("People in the audience, one card a person, whatever platform they come from.")
    next_step = _("Viewers appear by themselves when they write in chat.")
    form = ViewerForm
    inlines = (IdentityInline,)
    ordering = (F("last_seen_at").desc(nulls_last=True), "name")
    list_display = ("name", "accounts", "marks", "messages", "last_seen")
    list_filter = (
        ("is_ignored", BooleanRadioFilter),
        ("has_opted_out", BooleanRadioFilter),
        ("last_seen_at", RangeDateTimeFilter),
    )
    search_fields = ("name", "identities__name", "notes")
    search_help_text = _("Name, name on a platform, or a word of the notes")
    readonly_fields = ("messages", "first_seen_at", "last_seen_at")
    actions = ("ignore", "listen")
    change_form_outer_before_template = "admin/relationships/viewer/card.html"
    fieldsets = (
        (None, {"fields": ("name", "notes", "never_mention", "tags")}),
        (_("Treatment"), {"fields": ("is_ignored", "ignored_until", "has_opted_out")}),
        (_("Seen"), {"fields": (("messages", "first_seen_at", "last_seen_at"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Viewer]:
        """Return viewers with their accounts."""
        rows: QuerySet[Viewer] = super().get_queryset(request)
        return rows.prefetch_related("identities")

    @display(description=_("accounts"))
    def accounts(self, viewer: Viewer) -> SafeString:
        """Show the platforms."""
        platforms = sorted({identity.platform for identity in viewer.identities.all()})
        return format_html_join(" ", "{}", ((chip(name),) for name in platforms)) if platforms else nothing()

    @display(description=_("marks"))
    def marks(self, viewer: Viewer) -> SafeString:
        """Show how the viewer is treated."""
        found = [
            chip(_("Ignored"), Tone.BAD, "block") if viewer.is_ignored else "",
            chip(_("Opted out"), Tone.CAUTION, "visibility_off") if viewer.has_opted_out else "",
            chip(_("Never mention …"), Tone.CAUTION, "do_not_disturb_on") if viewer.never_mention.strip() else "",
        ]
        return format_html("{} {} {}", *found) if any(found) else nothing()

    @display(description=_("last seen"), ordering="last_seen_at")
    def last_seen(self, viewer: Viewer) -> SafeString:
        """Show when."""
        return ago(viewer.last_seen_at)

    @admin.action(description=_("Ignore: never answer"), permissions=["change"])
    def ignore(self, request: HttpRequest, queryset: QuerySet[Viewer]) -> None:
        """Ignore several."""
        queryset.update(is_ignored=True)

    @admin.action(description=_("Answer again"), permissions=["change"])
    def listen(self, request: HttpRequest, queryset: QuerySet[Viewer]) -> None:
        """Answer several again."""
        queryset.update(is_ignored=False)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Add the card: the bonds to characters, cooled to now, and the last entries of the ledger."""
        viewer = kwargs.get("obj")
        if viewer is not None:
            context["bonds"] = self._bonds(viewer)
        return super().render_change_form(request, context, **kwargs)

    def _bonds(self, viewer: Viewer) -> list[Bond]:
        rows = list(Relationship.objects.filter(viewer=viewer).select_related("persona"))
        latest = Interaction.objects.filter(relationship__in=rows)[: LEDGER_SHOWN * max(1, len(rows))]
        ledger: dict[Any, list[Interaction]] = defaultdict(list)
        for entry in latest:
            ledger[entry.relationship_id].append(entry)
        return [bond_of(row, ledger[row.pk][:LEDGER_SHOWN]) for row in rows]
