"""The door to a character's lore, which stands a floor above: said here, installed from there."""

from collections.abc import Callable, Iterable
from typing import Protocol

from personas.domain.cards.lore import LoreText
from personas.models import Persona
from vtcontrol.kernel.errors import Conflict


class LoreShelf(Protocol):
    """Reads and writes the lore of a character of the scope's studio."""

    def read(self, persona: Persona) -> tuple[LoreText, ...]:
        """Return its lore in order. One query."""
        ...

    def put_in(self, persona: Persona, lore: Iterable[LoreText]) -> int:
        """Add what it does not hold yet; return how many pieces."""
        ...

    def take_out(self, persona: Persona, lore: Iterable[LoreText] | None = None) -> int:
        """Remove these pieces, or all; return how many."""
        ...


_doors: list[Callable[[], LoreShelf]] = []


def install(door: Callable[[], LoreShelf]) -> None:
    """Say who keeps lore; called once, when the floor above is ready."""
    _doors[:] = [door]


def lore_shelf() -> LoreShelf:
    """Return who keeps lore.

    Raises:
        Conflict: Nobody does in this process.
    """
    if not _doors:
        raise Conflict
    return _doors[0]()
