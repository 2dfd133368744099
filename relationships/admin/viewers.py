"""The admin of viewers: one card a person.

Memories and events live on another floor: `streams.admin.viewers` adds what needs them, and registers `ViewerAdmin`.
"""

import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import BooleanRadioFilter, DropdownFilter, RangeDateTimeFilter, TextFilter
from unfold.decorators import display

from personas.models import Language
from personas.selectors import counter_of
from relationships.admin.chart import chart_of, entries_of
from relationships.admin.noting import NotedLog
from relationships.admin.scores import Bond, bond_of
from relationships.admin.transfer import ViewerResource
from relationships.domain.card import render
from relationships.models import Deed, FormerName, Identity, Relationship, Viewer, ViewerMerge
from relationships.selectors import former_names, scores_of, viewer_card
from relationships.services.audit import note
from relationships.services.bonds import family_of
from relationships.services.refusals import opt_in, opt_out
from vtcontrol.tenancy.admin_base import StudioModelAdmin, StudioTabularInline
from vtcontrol.tenancy.admin_forms import WORD_LONGEST, StudioForm, WordsField
from vtcontrol.tenancy.admin_marks import Tone, ago, chip, nothing
from vtcontrol.tenancy.admin_site import Place, Shelf
from vtcontrol.tenancy.admin_transfer import TransferMixin

LEDGER_SHOWN = 5
BULK_MOST = 2000
MANAGERS = "relationships.change_relationship"
"""A permission that managers and owners hold, and moderators do not."""
FRIENDS = 35.0
"""From this affinity on somebody is called a friend."""


class ViewerForm(StudioForm):
    """The form of a viewer."""

    tags = WordsField(label=_("tags"), required=False, help_text=_("With commas between them."))


class IdentityInline(StudioTabularInline):
    """Accounts on the platforms."""

    model = Identity
    fields = ("platform", "name", "platform_id")


class PlatformFilter(DropdownFilter):  # type: ignore[misc]  # unfold ships no types
    """Filters viewers by where they have an account."""

    title = _("platform")
    parameter_name = "platform"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the platforms there are."""
        found = Identity.objects.order_by().values_list("platform", flat=True).distinct()
        return [(name, name) for name in sorted(found)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Viewer]) -> QuerySet[Viewer]:
        """Return who has an account there."""
        accounts = Identity.objects.filter(platform=self.value()).order_by().values("viewer")
        return queryset.filter(pk__in=accounts) if self.value() else queryset


class ClosenessFilter(DropdownFilter):  # type: ignore[misc]  # unfold ships no types
    """Filters viewers by what binds them to any character."""

    title = _("closeness")
    parameter_name = "closeness"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the choices."""
        return [("friends", _("Friends")), ("loyal", _("Loyal supporters")), ("scarred", _("Broke the rules"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Viewer]) -> QuerySet[Viewer]:
        """Return whom the choice fits."""
        bonds = Relationship.objects.order_by()
        if self.value() == "friends":
            return queryset.filter(pk__in=bonds.filter(affinity__gte=FRIENDS).values("viewer"))
        if self.value() == "loyal":
            return queryset.filter(pk__in=bonds.filter(loyalty__gte=FRIENDS).values("viewer"))
        if self.value() == "scarred":
            return queryset.filter(pk__in=bonds.filter(scars__gt=0).values("viewer"))
        return queryset


class TagFilter(TextFilter):  # type: ignore[misc]  # unfold ships no types
    """Filters viewers by a tag, whole and as it is written."""

    title = _("tag")
    parameter_name = "tag"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Viewer]) -> QuerySet[Viewer]:
        """Return who has the tag; the database may hold it escaped."""
        if not (word := str(self.value() or "").strip()):
            return queryset
        plain, escaped = json.dumps(word, ensure_ascii=False), json.dumps(word)
        return queryset.filter(Q(tags__icontains=plain) | Q(tags__icontains=escaped))


class ViewerAdmin(NotedLog, TransferMixin, StudioModelAdmin):
    """People in the audience."""

    place = Place(Shelf.AUDIENCE, 1, "groups", is_searched=True)
    about = _("People in the audience, one card a person, whatever platform they come from.")
    next_step = _("Viewers appear by themselves when they write in chat.")
    form = ViewerForm
    resource_classes = (ViewerResource,)
    inlines = (IdentityInline,)
    ordering = (F("last_seen_at").desc(nulls_last=True), "name")
    list_display: Any = ("name", "accounts", "labels", "marks", "messages", "last_seen")
    list_filter = (
        PlatformFilter,
        TagFilter,
        ClosenessFilter,
        ("is_ignored", BooleanRadioFilter),
        ("has_opted_out", BooleanRadioFilter),
        ("last_seen_at", RangeDateTimeFilter),
    )
    list_disable_select_all = True
    search_fields = ("name", "notes")
    search_help_text = _("Name, name on a platform now or before, or a word of the notes")
    readonly_fields = ("messages", "first_seen_at", "last_seen_at")
    actions: Any = ("add_tag", "listen")
    change_form_outer_before_template = "admin/relationships/viewer/card.html"
    fieldsets = (
        (None, {"fields": ("name", "notes", "never_mention", "avoid", "tags")}),
        (_("Treatment"), {"fields": ("is_ignored", "ignored_until", "has_opted_out")}),
        (_("Seen"), {"fields": (("messages", "first_seen_at", "last_seen_at"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Viewer]:
        """Return viewers with their accounts; who was absorbed by another card is not shown."""
        rows: QuerySet[Viewer] = super().get_queryset(request)
        return rows.filter(merged_into=None).prefetch_related("identities")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Viewer], search_term: str
    ) -> tuple[QuerySet[Viewer], bool]:
        """Find by card, and by name on a platform now or before: without a join, so nobody is found twice."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if not search_term.strip():
            return found, may_repeat
        called = Identity.objects.filter(name__icontains=search_term).order_by().values("viewer")
        was = FormerName.objects.filter(name__icontains=search_term).order_by().values("identity__viewer")
        return found | queryset.filter(Q(pk__in=called) | Q(pk__in=was)), False

    @display(description=_("accounts"))
    def accounts(self, viewer: Viewer) -> SafeString:
        """Show the platforms."""
        platforms = sorted({identity.platform for identity in viewer.identities.all()})
        return format_html_join(" ", "{}", ((chip(name),) for name in platforms)) if platforms else nothing()

    @display(description=_("tags"))
    def labels(self, viewer: Viewer) -> SafeString:
        """Show the tags."""
        return format_html_join(" ", "{}", ((chip(tag),) for tag in viewer.tags)) if viewer.tags else nothing()

    @display(description=_("marks"))
    def marks(self, viewer: Viewer) -> SafeString:
        """Show how the viewer is treated."""
        now = timezone.now()
        found = [
            chip(_("Ignored"), Tone.BAD, "block") if viewer.is_muted_at(now) else "",
            chip(_("Opted out"), Tone.CAUTION, "visibility_off") if viewer.has_opted_out else "",
            chip(_("Never mention …"), Tone.CAUTION, "do_not_disturb_on") if viewer.never_mention.strip() else "",
        ]
        return format_html("{} {} {}", *found) if any(found) else nothing()

    @display(description=_("last seen"), ordering="last_seen_at")
    def last_seen(self, viewer: Viewer) -> SafeString:
        """Show when."""
        return ago(viewer.last_seen_at)

    @admin.action(description=_("Answer again"), permissions=["change"])
    def listen(self, request: HttpRequest, queryset: QuerySet[Viewer]) -> None:
        """Answer several again."""
        viewers = list(queryset)
        queryset.update(is_ignored=False, ignored_until=None)
        self.log_fields(request, viewers, "is_ignored", "ignored_until")

    @admin.action(description=_("Add or take off a tag …"), permissions=["change"])
    def add_tag(self, request: HttpRequest, queryset: QuerySet[Viewer]) -> HttpResponse | None:
        """Ask for a tag, then give it to several or take it off."""
        word = " ".join(request.POST.get("tag", "").replace(",", " ").split())[:WORD_LONGEST]
        if word and "apply" in request.POST:
            changed = _tag(queryset[:BULK_MOST], word, is_off=request.POST["apply"] == "off")
            self.log_fields(request, changed, "tags")
            count = len(changed)
            message = ngettext("%(count)d viewer changed.", "%(count)d viewers changed.", count) % {"count": count}
            self.message_user(request, message, messages.SUCCESS)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Tag viewers"),
            "opts": self.opts,
            "viewers": queryset[:BULK_MOST],
            "chosen": request.POST.getlist("_selected_action"),
        }
        return TemplateResponse(request, "admin/relationships/viewer/tag.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show or save a card, and write down who looked."""
        viewer = self.get_object(request, object_id)
        if request.method == "GET" and viewer is not None and self.has_view_permission(request, viewer):
            note(request.user, Deed.SAW, viewer.pk)
        answer: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        return answer

    def save_model(self, request: HttpRequest, obj: Viewer, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's hook
        """Save, and let opting out or in reach every account."""
        super().save_model(request, obj, form, change)
        if "has_opted_out" in form.changed_data:
            (opt_out if obj.has_opted_out else opt_in)(obj)

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Tell whether the user may take a whole list in: managers and owners."""
        return bool(request.user.has_perm(MANAGERS))

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Tell whether the user may take the whole list home: managers and owners."""
        return bool(request.user.has_perm(MANAGERS))

    def export_action(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Hand out the list, and write down who took it."""
        if request.method == "POST" and self.has_export_permission(request):
            note(request.user, Deed.EXPORTED, None)
        answer: HttpResponse = super().export_action(request, *args, **kwargs)
        return answer

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Take a list in, and write down who did."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        note(request.user, Deed.IMPORTED, None)
        return super().process_import(request, **kwargs)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Add what binds the viewer to characters, the card as each sees it, names and merges."""
        viewer = kwargs.get("obj")
        if viewer is not None:
            context["bonds"] = self._bonds(viewer)
            context["former_names"] = FormerName.objects.filter(identity__viewer=viewer).select_related("identity")
            merges = ViewerMerge.objects.filter(kept=viewer, undone_at=None).select_related("absorbed")
            context["merges"] = merges
        return super().render_change_form(request, context, **kwargs)

    def _bonds(self, viewer: Viewer) -> list[Bond]:
        """Return what binds a viewer to each character. Two queries a bond."""
        rows = Relationship.objects.filter(viewer=viewer).select_related("persona__brain")
        family, former, now = family_of(viewer.pk), former_names(viewer), timezone.now()
        bonds = []
        for row in rows:
            entries = entries_of(row, family)
            card = viewer_card(viewer, row, now=now, former_names=former, persona_id=row.persona_id)
            languages = dict.fromkeys((row.persona.language, *Language.values))
            counter = counter_of(row.persona)
            cards = tuple((Language(one).label, render(card, language=one, counter=counter)) for one in languages)
            chart = chart_of(scores_of(row), entries, now=now)
            bonds.append(bond_of(row, entries[:LEDGER_SHOWN], chart=chart, cards=cards))
        return bonds


def _tag(viewers: QuerySet[Viewer], word: str, *, is_off: bool) -> list[Viewer]:
    """Give a tag to viewers or take it off; return those that changed."""
    changed = []
    for viewer in viewers:
        if (word in viewer.tags) is is_off:
            viewer.tags = [tag for tag in viewer.tags if tag != word] + ([] if is_off else [word])
            changed.append(viewer)
    Viewer.objects.bulk_update(changed, ["tags"], batch_size=200)
    return changed
