"""The lore of a character as cards and lorebooks carry it."""

from collections import Counter
from collections.abc import Iterable

from django.db import transaction

from memory.models import Lore
from personas.domain.cards.lore import LoreText
from personas.models import Persona


class StudioLore:
    """Lore of the scope's studio, by character."""

    def read(self, persona: Persona) -> tuple[LoreText, ...]:
        """Return its lore in order. One query."""
        return tuple(_text(row) for row in Lore.objects.filter(persona=persona).order_by("position", "id"))

    @transaction.atomic
    def put_in(self, persona: Persona, lore: Iterable[LoreText]) -> int:
        """Add what it does not hold yet; return how many pieces."""
        missing = Counter(lore) - Counter(self.read(persona))
        rows = [
            Lore(
                persona=persona, keys=one.keys, content=one.content, is_constant=one.is_constant,
                is_enabled=one.is_enabled, position=one.position,
            )
            for one in missing.elements()
        ]  # fmt: skip
        Lore.objects.bulk_create(rows, batch_size=500)
        return len(rows)

    @transaction.atomic
    def take_out(self, persona: Persona, lore: Iterable[LoreText] | None = None) -> int:
        """Remove these pieces, or all; return how many."""
        rows = Lore.objects.filter(persona=persona)
        if lore is not None:
            unwanted = set(lore)
            rows = Lore.objects.filter(pk__in=[row.pk for row in rows if _text(row) in unwanted])
        deleted, _by_model = rows.delete()
        return int(deleted)


def studio_lore() -> StudioLore:
    """Return the shelf."""
    return StudioLore()


def _text(row: Lore) -> LoreText:
    content = row.content.replace("\r\n", "\n")
    return LoreText(row.keys, content, row.is_constant, row.is_enabled, row.position)
