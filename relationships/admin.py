"""The admin of the audience: viewers and what binds them to characters."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    BooleanRadioFilter,
    DropdownFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from relationships.domain.scoring import InteractionKind, cool
from relationships.models import Identity, Interaction, Relationship, Viewer
from relationships.selectors import scores_of
from vtcontrol.tenancy.admin_base import EndlessAdmin, StudioModelAdmin, StudioTabularInline
from vtcontrol.tenancy.admin_forms import Slider, StudioForm, WordsField
from vtcontrol.tenancy.admin_marks import Tone, ago, chip, nothing
from vtcontrol.tenancy.admin_site import Place, Shelf, site

SCORE_LABELS = {
    "affinity": _("affinity"),
    "trust": _("trust"),
    "familiarity": _("familiarity"),
    "loyalty": _("loyalty"),
}
KIND_LABELS = {
    InteractionKind.CHAT: _("Wrote in chat"),
    InteractionKind.ANSWERED: _("Was answered"),
    InteractionKind.SENTIMENT: _("Mood of the words"),
    InteractionKind.FOLLOW: _("Followed"),
    InteractionKind.REDEMPTION: _("Redeemed points"),
    InteractionKind.SUBSCRIPTION: _("Subscribed"),
    InteractionKind.GIFT: _("Gave a gift"),
    InteractionKind.DONATION: _("Donated"),
    InteractionKind.RAID: _("Raided"),
    InteractionKind.TIMEOUT: _("Was timed out"),
    InteractionKind.BAN: _("Was banned"),
}
LEDGER_SHOWN = 8


def gauge(value: float, most: float, label: Any) -> SafeString:
    """Return a bar with its number."""
    return format_html(
        '<span class="vt-gauge"><meter min="0" max="{}" value="{}" title="{}"></meter><b>{}</b></span>',
        most, f"{value:.2f}", label, f"{value:.0f}" if most > 1 else f"{value:.2f}",
    )  # fmt: skip


def kind_label(kind: str) -> Any:
    """Return the name of a kind of interaction."""
    return KIND_LABELS.get(kind, kind)


def moves(entry: Interaction) -> SafeString:
    """Return what an entry of the ledger moved, as signed numbers."""
    labels = {**SCORE_LABELS, "warmth": _("warmth")}
    found = [
        (Tone.GOOD if value > 0 else Tone.BAD, f"{labels[name]} {value:+.2g}")
        for name, value in entry.deltas.items()
        if name in labels and isinstance(value, int | float) and value
    ]
    return format_html_join(" ", "{}", ((chip(text, tone),) for tone, text in found)) if found else nothing()


@dataclass(frozen=True, slots=True)
class Bond:
    """A relationship as the card shows it.

    Attributes:
        row: The relationship.
        gauges: Label and bar of each score, warmth cooled to now.
        ledger: Its last entries: kind, time, what it moved.
    """

    row: Relationship
    gauges: tuple[tuple[Any, SafeString], ...]
    ledger: tuple[tuple[Any, SafeString, SafeString], ...]


def bond_of(row: Relationship, ledger: list[Interaction]) -> Bond:
    """Return a relationship as the card shows it."""
    scores = cool(scores_of(row), timezone.now())
    gauges = [(label, gauge(getattr(scores, name), 100, label)) for name, label in SCORE_LABELS.items()]
    gauges.append((_("warmth"), gauge(scores.warmth, 1, _("warmth"))))
    return Bond(row, tuple(gauges), tuple((kind_label(one.kind), ago(one.at), moves(one)) for one in ledger))


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
        (_("Treatment"), {"fields": ("is_ignored", "has_opted_out")}),
        (_("Seen"), {"fields": (("messages", "first_seen_at", "last_seen_at"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Viewer]:
        """Return viewers with their accounts."""
        return super().get_queryset(request).prefetch_related("identities")  # type: ignore[no-any-return]

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


class RelationshipForm(StudioForm):
    """The form of a relationship."""

    class Meta:
        widgets = {
            **{name: Slider(0, 100, 1) for name in SCORE_LABELS},
            "warmth": Slider(0, 1),
        }


@admin.register(Relationship, site=site)
class RelationshipAdmin(StudioModelAdmin):
    """Bonds."""

    place = Place(Shelf.AUDIENCE, 2, "favorite")
    about = _("What binds viewers to characters. Rules move the scores; nothing a viewer says about them does.")
    next_step = _("Bonds appear by themselves when the character answers somebody.")
    form = RelationshipForm
    list_display = ("viewer", "persona", "affinity_bar", "trust_bar", "familiarity_bar", "loyalty_bar", "scars", "changed")
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
                "description": _("Change them by hand only to put something right: the rules go on from here."),
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Keep whose bond it is."""
        return ("viewer", "persona") if obj else ()

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
        return [(kind.value, label) for kind, label in KIND_LABELS.items()]

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
