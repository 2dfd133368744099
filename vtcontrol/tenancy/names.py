"""Names the house gives by itself, where no two rows of a studio may have the same."""

from collections.abc import Iterator
from itertools import chain, count
from typing import Any

ROOM = 6  # characters kept for a number


def free_name(model: Any, wanted: str) -> str:
    """Return `wanted`, or with the first number behind it that no row of the scope's studio has: "Mira", "Mira 2".

    Args:
        model: Of the rows; its field `name` says how long a name may be. A longer one is cut.
        wanted: What it would be called.
    """
    most = model._meta.get_field("name").max_length
    taken = set(model.objects.filter(name__startswith=wanted[: most - ROOM]).values_list("name", flat=True))
    return next(name for name in _numbered(wanted, most) if name not in taken)


def _numbered(wanted: str, most: int) -> Iterator[str]:
    for end in chain([""], (f" {number}" for number in count(2))):
        yield f"{wanted[: most - len(end)]}{end}"
