"""The lore of a character as cards and lorebooks carry it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, fields

from django.db import transaction

from memory.models import Lore
from personas.domain.cards.lore import LoreText
from personas.models import Persona

LORE_FIELDS = tuple(one.name for one in fields(LoreText))


class StudioLore:
    """Lore of the scope's studio, by character."""

    def read(self, persona: Persona) -> tuple[LoreText, ...]:
        """Return its lore in order. One query."""
        return tuple(text_of_row(row) for row in Lore.objects.filter(persona=persona).order_by("position", "id"))

    @transaction.atomic
    def put_in(self, persona: Persona, lore: Iterable[LoreText]) -> int:
        """Add what it does not hold yet; return how many pieces."""
        missing = Counter(lore) - Counter(self.read(persona))
        rows = [Lore(persona=persona, **asdict(one)) for one in missing.elements()]
        Lore.objects.bulk_create(rows, batch_size=500)
        return len(rows)

    @transaction.atomic
    def take_out(self, persona: Persona, lore: Iterable[LoreText] | None = None) -> int:
        """Remove these pieces, or all; return how many."""
        rows = Lore.objects.filter(persona=persona)
        if lore is not None:
            unwanted = set(lore)
            rows = Lore.objects.filter(pk__in=[row.pk for row in rows if text_of_row(row) in unwanted])
        deleted, _by_model = rows.delete()
        return int(deleted)


def studio_lore() -> StudioLore:
    """Return the shelf."""
    return StudioLore()


def text_of_row(row: Lore) -> LoreText:
    """Return a piece of lore as cards carry it."""
    values = {name: getattr(row, name) for name in LORE_FIELDS}
    return LoreText(**{**values, "content": row.content.replace("\r\n", "\n")})
