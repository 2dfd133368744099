"""The admin of rows with a history of their values. Owns the guard before every page of that history."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.utils import flatten_fieldsets
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from simple_history.admin import SimpleHistoryAdmin

from vtcontrol.tenancy.admin_base import StudioModelAdmin, is_looking_back
from vtcontrol.tenancy.admin_forms import StudioForm


class TrackedAdmin(SimpleHistoryAdmin, StudioModelAdmin):  # type: ignore[misc]  # simple_history ships no types
    """An admin of rows with a history of their values.

    Old versions are shown, never written back through the history page: what they link to may be gone.
    """

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show what changed and when.

        Raises:
            Http404: No such object in this studio, whether or not there was one once.
        """
        self.require_object(request, object_id)
        context = {"admin_user_view": "", **(extra_context or {})}
        return super().history_view(request, object_id, context)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Show one old version.

        Raises:
            Http404: No such object or version in this studio.
        """
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        self.require_object(request, object_id)
        if not version_id.isdecimal():
            raise Http404
        request.is_looking_back = True  # type: ignore[attr-defined]  # read by get_readonly_fields
        answer: HttpResponse = super().history_form_view(request, object_id, version_id, extra_context)
        return answer

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        """Old versions are for looking at."""
        return True

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        """Return the fields that cannot be edited: all of them in an old version."""
        fixed = list(super().get_readonly_fields(request, obj))
        if is_looking_back(request):
            shown = flatten_fieldsets(self.get_fieldsets(request, obj))
            fixed += [name for name in shown if name not in fixed]
        return fixed

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the layout; an old version shows only columns, not the form's own fields."""
        if not is_looking_back(request):
            return super().get_fieldsets(request, obj)
        columns = [field.name for field in self.opts.fields if field.editable]
        return [(None, {"fields": [self._readers.get(name, name) for name in columns]})]

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Return the form; an old version needs none."""
        if is_looking_back(request):
            kwargs |= {"form": StudioForm, "fields": []}
        return super().get_form(request, obj, **kwargs)
