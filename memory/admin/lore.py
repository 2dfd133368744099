"""The admin of lore, in lists, forms and files."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from import_export import fields
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display

from memory.admin.columns import OF_PERSONA, persona_column, persona_named
from memory.admin.lore_match import LoreMatchPage
from memory.models import Lore
from memory.services import save_lore
from memory.services.shelf import LORE_FIELDS
from memory.services.writing import lore_problems
from vtcontrol.tenancy.admin_base import StudioModelAdmin
from vtcontrol.tenancy.admin_forms import StudioForm
from vtcontrol.tenancy.admin_marks import Tone, chip, clipped
from vtcontrol.tenancy.admin_site import Place, Shelf, site
from vtcontrol.tenancy.admin_transfer import StudioResource, TransferMixin


class LoreResource(StudioResource):
    """Lore as files: one row a piece, found by persona and content."""

    persona = persona_column()
    keys = fields.Field("keys", "keys")
    needed = ("persona", "content")

    class Meta:
        model = Lore
        fields = ("persona", *LORE_FIELDS)
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True

    def find(self, row: dict[str, Any]) -> Lore | None:
        """Return the piece with the same content."""
        persona = persona_named(row)
        content = str(row.get("content", "")).strip()
        found: Lore | None = Lore.objects.filter(persona=persona, content=content).first() if persona else None
        return found

    def import_instance(self, instance: Lore, row: dict[str, Any], **kwargs: Any) -> None:
        """Take the row's values over.

        Raises:
            ValidationError: The persona is unknown here.
        """
        if persona_named(row) is None:
            raise ValidationError({"persona": _("There is no such persona in this studio.")})
        for name in ("keys", "secondary_keys", "excluded_keys"):
            if isinstance(row.get(name), list):
                row[name] = ", ".join(row[name])
        super().import_instance(instance, row, **kwargs)

    def save_row(self, instance: Lore) -> None:
        """Save, keys tidied."""
        save_lore(instance)


class LoreForm(StudioForm):
    """The form of a piece of lore."""

    def clean(self) -> dict[str, Any]:
        """Ask for what brings it up."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        for name, problem in lore_problems(found).items():
            self.add_error(name, problem)
        return found


@admin.register(Lore, site=site)
class LoreAdmin(LoreMatchPage, TransferMixin, StudioModelAdmin):
    """Knowledge by keyword."""

    place = Place(Shelf.MEMORY, 2, "menu_book")
    about = _("Knowledge that comes up when its words are mentioned: names, places, running jokes.")
    next_step = _("Add a piece of lore: the words that bring it up, and what the character then knows.")
    form = LoreForm
    resource_classes = (LoreResource,)
    list_display = ("brings_up", "persona", "what", "is_constant", "is_enabled", "position")
    list_filter = (OF_PERSONA, ("is_constant", BooleanRadioFilter), ("is_enabled", BooleanRadioFilter))
    list_select_related = ("persona",)
    search_fields = ("keys", "content")
    autocomplete_fields = ("persona",)
    list_before_template = "admin/memory/lore/list_before.html"
    fieldsets = (
        (None, {"fields": ("persona", "keys", "content", ("is_constant", "is_enabled"))}),
        (
            _("When it comes up"),
            {
                "classes": ("tab",),
                "fields": (
                    ("secondary_keys", "logic"),
                    "excluded_keys",
                    ("is_case_sensitive", "is_whole_words"),
                    ("scan_depth", "probability"),
                    ("starts_others", "is_started_by_others"),
                ),
            },
        ),
        (
            _("Where it stands"),
            {"classes": ("tab",), "fields": ("place", ("depth", "role"), ("position", "priority"))},
        ),
    )

    @display(description=_("keys"), ordering="keys")
    def brings_up(self, lore: Lore) -> SafeString:
        """Show the keys."""
        return clipped(lore.keys, 40) if lore.keys else chip(_("Always"), Tone.ACCENT, "all_inclusive")

    @display(description=_("knowledge"))
    def what(self, lore: Lore) -> SafeString:
        """Show the beginning."""
        return clipped(lore.content, 80)

    def save_model(self, request: HttpRequest, obj: Lore, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's hook
        """Save, keys tidied."""
        save_lore(obj)
