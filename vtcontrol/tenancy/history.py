"""The history of rows: who changed what, when. Owns the fail-closed manager of history tables.

A history row carries its studio like the row it remembers, so it is filtered and checked the same way: no scope, no
history, and nothing of another studio.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import models
from simple_history.manager import HistoricalQuerySet, HistoryManager
from simple_history.models import HistoricalRecords

from vtcontrol.kernel.errors import ScopeCrossed
from vtcontrol.tenancy.scope import scoped_studio_id


class HistoryRows(models.Manager["StudioHistory"]):
    """The default manager of a history table: filtered by the scope, and closed without one."""

    def get_queryset(self) -> "models.QuerySet[StudioHistory]":
        """Return the history of the scope's studio.

        Raises:
            ScopeMissing: No scope is entered.
        """
        studio_id = scoped_studio_id()
        rows = super().get_queryset()
        return rows if studio_id is None else rows.filter(studio_id=studio_id)  # type: ignore[misc]  # copied at run time


class RowHistory(HistoryManager):  # type: ignore[misc]  # simple_history ships no types
    """The manager behind `Model.history` and `row.history`: filtered by the scope, and closed without one."""

    def get_super_queryset(self) -> Any:
        """Return the history of the scope's studio.

        Raises:
            ScopeMissing: No scope is entered.
        """
        studio_id = scoped_studio_id()
        rows = super().get_super_queryset()
        return rows if studio_id is None else rows.filter(studio_id=studio_id)


class StudioHistory(models.Model):
    """Base of history tables; the `studio` itself is copied from the row that is remembered."""

    objects: ClassVar[Any] = HistoryRows()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save in the scope's studio.

        Raises:
            ScopeMissing: No scope is entered.
            ScopeCrossed: The row is another studio's.
        """
        scope = scoped_studio_id()
        if scope is not None and getattr(self, "studio_id", None) != scope:
            raise ScopeCrossed(f"A {self._meta.label} of another studio cannot be written here.")
        super().save(*args, **kwargs)


def studio_history(*, excluded: Sequence[str] = ()) -> HistoricalRecords:
    """Return the history of a model of `StudioOwned` rows.

    Args:
        excluded: Fields whose changes are not worth remembering.
    """
    return HistoricalRecords(
        bases=[StudioHistory],
        history_manager=RowHistory,
        historical_queryset=HistoricalQuerySet,
        excluded_fields=list(excluded),
    )
