"""How a factory makes a row: through the model's own `save`, with everything it checks."""

from typing import Any, TypeVar

from vtcontrol.tenancy.owned import StudioOwned

Row = TypeVar("Row", bound=StudioOwned)


def create(model: type[Row], /, **fields: Any) -> Row:
    """Return a saved row of the studio whose scope is entered."""
    row = model(**fields)
    row.save()
    return row
