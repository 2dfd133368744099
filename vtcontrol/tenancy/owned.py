"""Rows that belong to a studio: the fail-closed manager and the abstract models.

A query outside a scope raises, whatever form it takes: `get_queryset` itself refuses, so `.exists()`,
`.bulk_create()` and `async for` are closed with all the rest. The same manager is the models' base manager, so a
foreign key followed, a refresh and the `UPDATE` behind `save()` see the scope's rows only. Writes are checked too: a
row of one studio can neither be saved nor linked to in the scope of another.
"""

from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from vtcontrol.kernel.errors import ScopeCrossed
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.scope import current_studio_id, scoped_studio_id
from vtcontrol.tenancy.studios import Studio


def claim(row: "StudioOwned") -> None:
    """Give a row without a studio the scope's, and refuse a row of another or one that points there."""
    scope = scoped_studio_id()
    if cast(UUID | None, row.studio_id) is None:
        row.studio_id = current_studio_id()
    elif scope is not None and row.studio_id != scope:
        raise ScopeCrossed(f"A {row._meta.label} of another studio cannot be written here.")
    for field in row._meta.fields:
        if isinstance(field, models.ForeignKey) and field.is_cached(row):
            _check_link(row, field.get_cached_value(row))


def _check_link(row: "StudioOwned", target: object) -> None:
    if isinstance(target, StudioOwned) and target.studio_id not in {None, row.studio_id}:
        raise ScopeCrossed(f"A {row._meta.label} cannot point to a {target._meta.label} of another studio.")


OwnedRow = TypeVar("OwnedRow", bound="StudioOwned")


class StudioQuerySet(models.QuerySet[OwnedRow]):
    """A query set that also checks the studio of rows written in bulk."""

    def bulk_create(  # type: ignore[override]  # options by name only, so that none slips past the check
        self, objs: Iterable[OwnedRow], batch_size: int | None = None, **options: Any
    ) -> list[OwnedRow]:
        """Insert many rows, each claimed for the scope's studio first.

        Raises:
            ScopeCrossed: A row is another studio's, or a conflict could be settled by overwriting one that is.
        """
        if options.get("update_conflicts") and "studio" not in (options.get("unique_fields") or ()):
            raise ScopeCrossed("Rows are overwritten on conflict only where `unique_fields` names the studio.")
        rows = list(objs)
        for row in rows:
            claim(row)
        return super().bulk_create(rows, batch_size, **options)

    def bulk_update(self, objs: Iterable[OwnedRow], *args: Any, **kwargs: Any) -> int:
        """Update many rows, each checked first."""
        rows = list(objs)
        for row in rows:
            claim(row)
        return super().bulk_update(rows, *args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        """Update rows in place; the studio of a row never changes."""
        if "studio" in kwargs or "studio_id" in kwargs:
            raise ScopeCrossed("A row never moves to another studio.")
        scope = scoped_studio_id()
        if scope and any(isinstance(value, StudioOwned) and value.studio_id != scope for value in kwargs.values()):
            raise ScopeCrossed(f"A {self.model._meta.label} cannot point to a row of another studio.")
        return super().update(**kwargs)

    def raw(self, *args: Any, **kwargs: Any) -> "models.query.RawQuerySet[Any]":
        """Run SQL of one's own; it knows no scope, so only an unscoped block may.

        Raises:
            ScopeCrossed: A studio's scope is entered.
        """
        if scoped_studio_id() is not None:
            raise ScopeCrossed("Raw SQL would show the rows of every studio.")
        return super().raw(*args, **kwargs)


class StudioManager(models.Manager.from_queryset(StudioQuerySet)):  # type: ignore[misc]  # built at run time
    """The manager of every studio's rows: filtered by the scope, and closed without one."""

    def get_queryset(self) -> "StudioQuerySet[Any]":
        """Return the rows of the scope's studio.

        Raises:
            ScopeMissing: No scope is entered.
        """
        studio_id = scoped_studio_id()
        rows: StudioQuerySet[Any] = super().get_queryset()
        return rows if studio_id is None else rows.filter(studio_id=studio_id)


class StudioOwned(models.Model):
    """A row of one studio."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    studio = models.ForeignKey(
        Studio, on_delete=models.CASCADE, related_name="+", editable=False, verbose_name=_("studio")
    )

    objects: ClassVar[Any] = StudioManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save in the scope's studio.

        Raises:
            ScopeMissing: No scope is entered.
            ScopeCrossed: The row is another studio's.
        """
        claim(self)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the row, checked like a save; a row the scope does not show stays."""
        claim(self)
        if not type(self).objects.filter(pk=self.pk).exists():
            return 0, {}
        return super().delete(*args, **kwargs)

    def clean(self) -> None:
        """Refuse links to rows of another studio.

        Raises:
            ValidationError: A foreign key points outside the studio.
        """
        super().clean()
        home = cast(UUID | None, self.studio_id) or current_studio_id()
        for field in self._meta.fields:
            if not isinstance(field, models.ForeignKey) or not issubclass(field.related_model, StudioOwned):
                continue
            target_id = getattr(self, field.attname)
            if target_id and not field.related_model.objects.filter(pk=target_id, studio_id=home).exists():
                raise ValidationError({field.name: _("There is no such entry in this studio.")})


LiveRow = TypeVar("LiveRow", bound="LiveConfig")


class LiveQuerySet(StudioQuerySet[LiveRow]):
    """Bulk changes of what the live loop reads; they move the studio's configuration version too."""

    def bulk_create(  # type: ignore[override]  # options by name only, see above
        self, objs: Iterable[LiveRow], batch_size: int | None = None, **options: Any
    ) -> list[LiveRow]:
        """Insert many rows and tell the live loop."""
        with transaction.atomic(savepoint=False):
            rows = super().bulk_create(objs, batch_size, **options)
            Studio.config_changed({row.studio_id for row in rows})
        return rows

    def update(self, **kwargs: Any) -> int:
        """Update rows in place and tell the live loop, unless only quiet fields change."""
        if self.model.quiet_fields.issuperset(kwargs):
            return super().update(**kwargs)
        with transaction.atomic(savepoint=False):
            studio_ids = self._studio_ids()
            changed = super().update(**kwargs)
            Studio.config_changed(studio_ids)
        return changed

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete rows and tell the live loop."""
        with transaction.atomic(savepoint=False):
            studio_ids = self._studio_ids()
            deleted = super().delete()
            Studio.config_changed(studio_ids)
        return deleted

    delete.queryset_only = True  # type: ignore[attr-defined]  # else the manager offers it and empties the table

    def _studio_ids(self) -> set[UUID]:
        return set(self.order_by().values_list("studio_id", flat=True).distinct())


class LiveManager(StudioManager.from_queryset(LiveQuerySet)):  # type: ignore[misc]  # built at run time
    """The manager of what the live loop reads."""


class LiveConfig(StudioOwned):
    """A row the live loop keeps a copy of. Every change moves `Studio.config_version`, so the next turn reads anew.

    Attributes:
        quiet_fields: Fields the loop writes itself and does not read; a change of these alone moves nothing.
    """

    objects: ClassVar[Any] = LiveManager()
    quiet_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and tell the live loop."""
        claim(self)  # before the transaction: a refusal must not break the caller's
        update_fields = kwargs.get("update_fields")
        with transaction.atomic(savepoint=False):
            super().save(*args, **kwargs)
            if update_fields is None or not self.quiet_fields.issuperset(update_fields):
                Studio.config_changed({self.studio_id})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete, and tell the live loop."""
        claim(self)  # as in `save`
        with transaction.atomic(savepoint=False):
            deleted = super().delete(*args, **kwargs)
            Studio.config_changed({self.studio_id})
        return deleted
