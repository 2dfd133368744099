"""Who changed or deleted which card: the admin's own log, and the record of access that the owner reads.

Whatever the admin logs is on record, so no page or action is forgotten; an action that changes rows by itself says so
with `log_change`. Looking and taking copies are not logged by the admin: their pages note them.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from relationships.models import Deed
from relationships.services.audit import note
from vtcontrol.tenancy.admin_discreet import DiscreetLog


class NotedLog(DiscreetLog):
    """Mixin of the admin of rows about people. Stands before the admin's own class."""

    def subject_of(self, obj: Any) -> UUID:
        """Return whose card a row is, or belongs to."""
        return UUID(str(obj.pk))

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's hook
        """Return what was changed, with the names of fields instead of their labels."""
        said = super().construct_change_message(request, form, formsets, add)  # type: ignore[misc]  # the admin has it
        for part in said:
            if "fields" in (changed := part.get("changed", {})) and "name" not in changed:
                changed["fields"] = list(form.changed_data)
        return said

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Log that a row was added."""
        note(request.user, Deed.CHANGED, self.subject_of(obj))
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Log which fields were changed."""
        changed = [name for part in message for name in part.get("changed", {}).get("fields", ())]
        note(request.user, Deed.CHANGED, self.subject_of(obj), changed)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Log that rows are deleted."""
        for obj in queryset:
            note(request.user, Deed.DELETED, self.subject_of(obj))
        return super().log_deletions(request, queryset)

    def log_fields(self, request: HttpRequest, rows: Iterable[Any], *fields: str) -> None:
        """Log that an action changed fields of several rows."""
        for row in rows:
            self.log_change(request, row, [{"changed": {"fields": list(fields)}}])
