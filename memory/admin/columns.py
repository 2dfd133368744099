"""What memory's lists and files have in common."""

from typing import Any

from import_export import fields, widgets
from unfold.contrib.filters.admin import RelatedDropdownFilter

from personas.models import Persona

OF_PERSONA = ("persona", RelatedDropdownFilter)


def persona_column() -> fields.Field:
    """Return the column that names the persona."""
    return fields.Field("persona", "persona", widgets.ForeignKeyWidget(Persona, field="name"))


def persona_named(row: dict[str, Any]) -> Persona | None:
    """Return the persona a row of a file names."""
    found: Persona | None = Persona.objects.filter(name=str(row.get("persona", "")).strip()).first()
    return found
