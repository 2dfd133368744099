"""Memories together with the viewers they are about: the one floor that knows both registers their admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.views import ChangeList

from memory.admin.memories import MemoryAdmin, MemoryForm, MemoryResource
from memory.models import Memory
from relationships.models import Identity, Viewer
from vtcontrol.tenancy.admin_marks import nothing
from vtcontrol.tenancy.admin_site import site


class KnownViewerResource(MemoryResource):
    """Memories as files, with viewers checked."""

    class Meta(MemoryResource.Meta):
        pass

    def knows_viewer(self, viewer_id: Any) -> bool:
        """Tell whether there is such a viewer in the studio."""
        return bool(Viewer.objects.filter(pk=viewer_id).exists())


class AboutViewerForm(MemoryForm):
    """The form of a memory, with a viewer to pick."""

    viewer: Any = forms.ModelChoiceField(
        queryset=None, label=_("about viewer"), required=False, help_text=_("Empty: known in every conversation.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("viewer")
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Viewer.objects.all()
            # The picker asks the autocomplete view of a foreign key to viewers; any such key will do.
            field.widget = AutocompleteSelect(Identity._meta.get_field("viewer"), site)
            field.widget.choices = field.choices
            self.initial.setdefault("viewer", self.instance.viewer_id)

    def clean(self) -> dict[str, Any]:
        """Keep the picked viewer's id."""
        if "viewer" in self.fields:
            viewer = self.cleaned_data.get("viewer")
            self.instance.viewer_id = viewer.pk if viewer else None
        return super().clean()


class NamedChangeList(ChangeList):  # type: ignore[misc]  # unfold ships no types
    """A page of memories with the names of their viewers: one query a page, however many memories there are."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        """Read the page, then the names."""
        super().get_results(request)
        memories: Any = list(self.result_list)
        ids = {memory.viewer_id for memory in memories if memory.viewer_id}
        names = dict(Viewer.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
        for memory in memories:
            memory.viewer_name = names.get(memory.viewer_id)
        self.result_list = memories


@admin.register(Memory, site=site)
class AboutViewerAdmin(MemoryAdmin):
    """Memories, and whom they are about."""

    form = AboutViewerForm
    resource_classes = (KnownViewerResource,)
    list_display = ("what", "persona", "about_whom", "kind_chip", "marks", "origin", "changed")
    fieldsets = (
        (None, {"fields": ("persona", "text", "kind", "viewer", "tags", "emotion")}),
        *MemoryAdmin.fieldsets[1:],
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the list that knows its viewers."""
        return NamedChangeList

    @display(description=_("viewer"))
    def about_whom(self, memory: Memory) -> Any:
        """Show whom it is about."""
        return getattr(memory, "viewer_name", None) or nothing()
