"""The admin of memories, in lists, forms and files.

Viewers live on another floor: `streams.admin.memories` shows and picks them, and registers `MemoryAdmin` so completed.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from import_export import fields
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import display

from memory.admin.asking import SplitForm, asked
from memory.admin.bulk import BulkActions
from memory.admin.columns import OF_PERSONA, persona_column, persona_named
from memory.admin.inbox import InboxPages, evidence_of
from memory.admin.seeds import SeedPage
from memory.domain.stems import stem_line
from memory.models import Memory, MemorySource, MemoryTier, Review
from memory.services import bulk, find_twin, save_memory
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.tenancy.admin_actions import object_page
from vtcontrol.tenancy.admin_base import StudioModelAdmin
from vtcontrol.tenancy.admin_forms import Slider, StudioForm, WordsField
from vtcontrol.tenancy.admin_marks import Tone, ago, chip, clipped, nothing
from vtcontrol.tenancy.admin_site import Place, Shelf
from vtcontrol.tenancy.admin_transfer import StudioResource, TransferMixin, WordsWidget, uuid_or_none

REVIEW_MARKS = {Review.DOUBTFUL: (Tone.CAUTION, "help"), Review.REJECTED: (Tone.PLAIN, "block")}
SOURCE_MARKS = {
    MemorySource.ADMIN: (Tone.ACCENT, "edit"),
    MemorySource.RULES: (Tone.PLAIN, "rule"),
    MemorySource.LLM: (Tone.NOTE, "neurology"),
    MemorySource.IMPORT: (Tone.PLAIN, "upload_file"),
}


class MemoryResource(StudioResource):
    """Memories as files: one row a memory, found by persona, viewer and words."""

    persona = persona_column()
    tags = fields.Field("tags", "tags", WordsWidget())
    viewer = fields.Field("viewer_id", "viewer")
    needed = ("persona", "text")

    class Meta:
        model = Memory
        fields = (
            *("persona", "text", "viewer", "kind", "tier", "tags", "emotion"),
            *("importance", "confidence", "is_pinned", "is_locked", "slot", "review"),
            *("valid_from", "valid_to", "expires_at"),
        )
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True

    def knows_viewer(self, viewer_id: Any) -> bool:
        """Tell whether there is such a viewer; this floor knows none."""
        return False

    def find(self, row: dict[str, Any]) -> Memory | None:
        """Return the memory with the same words."""
        persona = persona_named(row)
        if persona is None:
            return None
        return find_twin(
            Memory(persona=persona, viewer_id=uuid_or_none(row.get("viewer")), text=str(row.get("text", "")))
        )

    def import_instance(self, instance: Memory, row: dict[str, Any], **kwargs: Any) -> None:
        """Take the row's values over.

        Raises:
            ValidationError: The persona or the viewer is unknown here.
        """
        if persona_named(row) is None:
            raise ValidationError({"persona": _("There is no such persona in this studio.")})
        viewer_id = uuid_or_none(row.get("viewer"))
        if viewer_id is not None and not self.knows_viewer(viewer_id):
            raise ValidationError({"viewer_id": _("There is no such viewer in this studio.")})
        row["viewer"] = viewer_id
        super().import_instance(instance, row, **kwargs)
        instance.content_key, instance.stems = Memory.key_of(instance.text), stem_line(instance.text)
        if instance._state.adding:
            instance.source = MemorySource.IMPORT

    def save_row(self, instance: Memory) -> None:
        """Save with stems and version."""
        save_memory(instance)


class MemoryForm(StudioForm):
    """The form of a memory."""

    tags = WordsField(label=_("tags"), required=False, help_text=_("With commas between them."))

    class Meta:
        widgets = {"importance": Slider(0, 1), "confidence": Slider(0, 1)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"valid_from", "review"} & self.fields.keys():
            self.fields[name].required = False  # left out, they are now and accepted

    def clean(self) -> dict[str, Any]:
        """Refuse to remember the same twice."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        persona, text = found.get("persona"), found.get("text")
        if persona and text and not found.get("valid_to"):
            candidate = Memory(
                pk=self.instance.pk, persona=persona, text=text,
                viewer_id=found.get("viewer_id", self.instance.viewer_id),
            )  # fmt: skip
            if find_twin(candidate) is not None:
                self.add_error("text", _("The character already remembers exactly this."))
        return found


class MemoryAdmin(InboxPages, SeedPage, BulkActions, TransferMixin, StudioModelAdmin):
    """Memories."""

    place = Place(Shelf.MEMORY, 1, "psychology")
    about = _("What characters remember: five that fit are recalled for each line, pinned ones always.")
    next_step = _("Write down the first thing your character should remember, or import a list.")
    form = MemoryForm
    resource_classes = (MemoryResource,)
    list_display: Any = ("what", "persona", "kind_chip", "marks", "origin", "changed")
    list_filter = (
        OF_PERSONA,
        ("kind", ChoicesDropdownFilter),
        ("tier", ChoicesDropdownFilter),
        ("source", ChoicesDropdownFilter),
        ("review", ChoicesDropdownFilter),
        ("is_pinned", BooleanRadioFilter),
    )
    list_select_related = ("persona",)
    list_before_template = "admin/memory/memory/list_before.html"
    list_disable_select_all = True
    search_fields = ("text",)
    search_help_text = _("Words of the memory")
    autocomplete_fields = ("persona",)
    readonly_fields = ("origin", "rests_on", "replaced_by")
    object_actions = ("split",)
    actions = (
        *("approve", "reject", "pin", "unpin", "lock", "unlock", "end"),
        *("change_kind", "retag", "merge"),
    )
    fieldsets: Any = (
        (None, {"fields": ("persona", "text", "kind", "tags", "emotion")}),
        (_("How much it matters"), {"fields": ("importance", "confidence", "is_pinned", "is_locked", "review")}),
        (_("How long"), {"fields": ("tier", "slot", "valid_from", "valid_to", "expires_at")}),
        (_("Where it comes from"), {"fields": ("origin", "rests_on", "replaced_by")}),
    )

    @display(description=_("memory"), ordering="text")
    def what(self, memory: Memory) -> SafeString:
        """Show the words."""
        return clipped(memory.text)

    @display(description=_("about"), ordering="kind")
    def kind_chip(self, memory: Memory) -> SafeString:
        """Show what it is about."""
        return chip(memory.get_kind_display())

    @display(description=_("marks"))
    def marks(self, memory: Memory) -> SafeString:
        """Show how long it is kept, if not as usual, and whether it is pinned or locked."""
        found = [
            chip(memory.get_tier_display(), Tone.NOTE, "schedule") if memory.tier != MemoryTier.LONG else "",
            chip(_("Pinned"), Tone.ACCENT, "keep") if memory.is_pinned else "",
            chip(_("Locked"), Tone.CAUTION, "lock") if memory.is_locked else "",
            chip(memory.get_review_display(), *REVIEW_MARKS[Review(memory.review)])
            if memory.review in REVIEW_MARKS
            else "",
            chip(_("Over"), Tone.PLAIN, "history") if memory.valid_to and memory.valid_to <= timezone.now() else "",
        ]
        return format_html("{} {} {} {} {}", *found) if any(found) else nothing()

    @display(description=_("source"), ordering="source")
    def origin(self, memory: Memory) -> SafeString:
        """Show where it comes from."""
        tone, icon = SOURCE_MARKS.get(MemorySource(memory.source), (Tone.PLAIN, "help"))
        return chip(memory.get_source_display(), tone, icon)

    @display(description=_("changed"), ordering="updated_at")
    def changed(self, memory: Memory) -> SafeString:
        """Show when."""
        return ago(memory.updated_at)

    def save_model(self, request: HttpRequest, obj: Memory, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's hook
        """Save with stems and version."""
        save_memory(obj)

    @display(description=_("rests on"))
    def rests_on(self, memory: Memory) -> SafeString:
        """Show what was said that it rests on."""
        said = evidence_of(memory)
        return format_html_join("", "<p>{}: {}</p>", ((one.name, one.text) for one in said)) or nothing()

    @display(description=_("replaced by"))
    def replaced_by(self, memory: Memory) -> Any:
        """Link to what replaced it."""
        return self.link_to(memory.superseded_by) if memory.superseded_by else nothing()

    @object_page(label=_("Split"), icon="call_split", permission="change")
    def split(self, request: HttpRequest, memory: Memory) -> HttpResponse | None:
        """Make several memories of one."""
        form = asked(request, SplitForm, {"parts": memory.text})
        if form.is_valid():
            try:
                bulk.split(memory, form.cleaned_data["parts"])
            except InputInvalid as error:
                form.add_error(None, str(error))
            else:
                self.message_user(request, _("It is several memories now."), messages.SUCCESS)
                return None
        context = {**self.admin_site.each_context(request), "opts": self.opts, "original": memory}
        context |= {"title": _("Split"), "form": form}
        return TemplateResponse(request, "admin/memory/memory/split.html", context)
