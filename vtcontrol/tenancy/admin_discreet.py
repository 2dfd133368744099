"""The admin's log of rows that are about people: who, when and which fields, never the row's own words."""

import json
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest


class DiscreetLog:
    """Mixin of a model's admin: its log entries name no row by its text. Stands before the admin's own class."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Log that a row was added."""
        return self._unnamed(super().log_addition(request, obj, message))  # type: ignore[misc]  # the admin has it

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Log which fields were changed."""
        return self._unnamed(super().log_change(request, obj, message))  # type: ignore[misc]  # the admin has it

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Log that rows were deleted."""
        entries = super().log_deletions(request, queryset)  # type: ignore[misc]  # the admin has it
        for entry in entries if isinstance(entries, list) else [entries]:
            self._unnamed(entry)
        return entries

    @staticmethod
    def _unnamed(entry: LogEntry) -> LogEntry:
        """Take the names out of an entry; what inline rows are called stands in its message."""
        fields = _fields_in(entry.change_message) if entry.change_message.startswith("[") else []
        entry.object_repr, entry.change_message = "", ", ".join(fields)
        LogEntry.objects.filter(pk=entry.pk).update(object_repr="", change_message=entry.change_message)
        return entry


def _fields_in(message: str) -> list[str]:
    """Return the names of the fields a structured message says were changed."""
    found: list[str] = []
    for part in json.loads(message):
        found += [str(name) for name in part.get("changed", {}).get("fields", [])]
    return found
