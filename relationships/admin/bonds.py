"""The admin of relationships and of the ledger that moved them."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    DropdownFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from relationships.admin.chart import SCORE_LABELS
from relationships.admin.noting import NotedLog
from relationships.admin.scores import KIND_LABELS, gauge, kind_label, moves
from relationships.models import Interaction, Relationship
from relationships.selectors import scores_of
from relationships.services.bonds import adjust
from vtcontrol.tenancy.admin_base import EndlessAdmin, StudioModelAdmin
from vtcontrol.tenancy.admin_forms import Slider, StudioForm
from vtcontrol.tenancy.admin_marks import ago, chip
from vtcontrol.tenancy.admin_site import Place, Shelf, site


class RelationshipForm(StudioForm):
    """The form of a relationship."""

    class Meta:
        widgets = {
            **{name: Slider(0, 100, 1) for name in SCORE_LABELS},
            "warmth": Slider(0, 1),
        }


@admin.register(Relationship, site=site)
class RelationshipAdmin(NotedLog, StudioModelAdmin):
    """Bonds."""

    place = Place(Shelf.AUDIENCE, 2, "favorite")
    about = _("What binds viewers to characters. Rules move the scores; nothing a viewer says about them does.")
    next_step = _("Bonds appear by themselves when the character answers somebody.")
    form = RelationshipForm
    ordering = ("-updated_at",)
    list_display = (
        "viewer",
        "persona",
        "affinity_bar",
        "trust_bar",
        "familiarity_bar",
        "loyalty_bar",
        "scars",
        "changed",
    )
    list_filter = (("persona", RelatedDropdownFilter), ("viewer", AutocompleteSelectFilter))
    list_select_related = ("viewer", "persona")
    search_fields = ("viewer__name", "persona__name")
    autocomplete_fields = ("viewer", "persona")
    fieldsets = (
        (None, {"fields": ("viewer", "persona")}),
        (
            _("Scores"),
            {
                "fields": (*SCORE_LABELS, "warmth", "scars"),
                "description": _("Change them by hand only to put something right: it becomes an entry of the ledger."),
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Keep whose bond it is."""
        return ("viewer", "persona") if obj else ()

    def save_model(self, request: HttpRequest, obj: Relationship, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's hook
        """Put scores right through the ledger."""
        if not change:
            super().save_model(request, obj, form, change)
        elif not adjust(obj, scores_of(obj), at=timezone.now()):
            obj.save(update_fields=["updated_at"])

    def subject_of(self, obj: Relationship) -> UUID:
        """Return whose card the bond belongs to."""
        return UUID(str(obj.viewer_id))

    @display(description=_("affinity"), ordering="affinity")
    def affinity_bar(self, bond: Relationship) -> SafeString:
        """Show affinity."""
        return gauge(bond.affinity, 100, SCORE_LABELS["affinity"])

    @display(description=_("trust"), ordering="trust")
    def trust_bar(self, bond: Relationship) -> SafeString:
        """Show trust."""
        return gauge(bond.trust, 100, SCORE_LABELS["trust"])

    @display(description=_("familiarity"), ordering="familiarity")
    def familiarity_bar(self, bond: Relationship) -> SafeString:
        """Show familiarity."""
        return gauge(bond.familiarity, 100, SCORE_LABELS["familiarity"])

    @display(description=_("loyalty"), ordering="loyalty")
    def loyalty_bar(self, bond: Relationship) -> SafeString:
        """Show loyalty."""
        return gauge(bond.loyalty, 100, SCORE_LABELS["loyalty"])

    @display(description=_("changed"), ordering="updated_at")
    def changed(self, bond: Relationship) -> SafeString:
        """Show when."""
        return ago(bond.updated_at)


class KindFilter(DropdownFilter):  # type: ignore[misc]  # unfold ships no types
    """Filters the ledger by what happened."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the kinds."""
        return list(KIND_LABELS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Interaction]) -> QuerySet[Interaction]:
        """Return the entries of the chosen kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Interaction, site=site)
class InteractionAdmin(EndlessAdmin):
    """The ledger."""

    place = Place(Shelf.AUDIENCE, 3, "receipt_long")
    about = _("The ledger behind the scores: each event counts once, and this is what it moved.")
    next_step = _("Entries appear by themselves when something happens between a viewer and a character.")
    list_display = ("when", "who", "character", "kind_chip", "moved")
    list_filter = (KindFilter, ("at", RangeDateTimeFilter))
    list_select_related = ("relationship__viewer", "relationship__persona")
    search_fields = ("relationship__viewer__name",)
    fields = ("relationship", "kind", "at", "moved")

    @display(description=_("at"), ordering="at")
    def when(self, entry: Interaction) -> SafeString:
        """Show when."""
        return ago(entry.at)

    @display(description=_("viewer"))
    def who(self, entry: Interaction) -> str:
        """Show whose bond moved."""
        return self.link_to(entry.relationship.viewer)

    @display(description=_("persona"))
    def character(self, entry: Interaction) -> str:
        """Show towards whom."""
        return str(entry.relationship.persona)

    @display(description=_("kind"), ordering="kind")
    def kind_chip(self, entry: Interaction) -> SafeString:
        """Show what happened."""
        return chip(kind_label(entry.kind))

    @display(description=_("changes"))
    def moved(self, entry: Interaction) -> SafeString:
        """Show what it moved."""
        return moves(entry)
