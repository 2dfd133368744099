"""What the database holds, so that a test can show that a refused call changed nothing."""

from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from vtcontrol.tenancy.scope import unscoped

Rows = dict[str, dict[Any, dict[str, Any]]]

NOT_TENANT_DATA = {"sessions.Session", "admin.LogEntry"}


def snapshot() -> Rows:
    """Return every row of every table: model label → primary key → fields."""
    with unscoped("a test compares the whole database"):
        return {
            model._meta.label: {row["pk"]: row for row in model._default_manager.values("pk", *_columns(model))}
            for model in apps.get_models()
            if model._meta.label not in NOT_TENANT_DATA
        }


def rows_of(studio_id: UUID) -> Rows:
    """Return every row that belongs to one studio, its history too, with the studio's own row and its members."""
    own: Rows = {}
    for label, rows in snapshot().items():
        mine = {pk: row for pk, row in rows.items() if row.get("studio_id") == studio_id or pk == studio_id}
        if mine:
            own[label] = mine
    return own


def rows_pointing_to(studio_id: UUID) -> list[str]:
    """Return rows of other studios that name a row of this one, by any UUID column."""
    everything = snapshot()
    ours = {pk for rows in rows_of(studio_id).values() for pk in rows if isinstance(pk, UUID)}
    return [
        f"{label} {pk}: {column}"
        for label, rows in everything.items()
        for pk, row in rows.items()
        if "studio_id" in row and row["studio_id"] != studio_id
        for column, value in row.items()
        if isinstance(value, UUID) and value in ours
    ]


def _columns(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]
