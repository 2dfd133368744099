"""The lore of a character, ready to be matched."""

from functools import lru_cache
from uuid import UUID

from memory.domain.lore import SCAN_DEPTH, Logic, LoreBook, LoreEntry
from memory.models import Lore
from personas.domain.cards.keys import split_keys
from personas.domain.cards.mapping import CHAR, USER, VIEWER

BOOKS_KEPT = 64


def lore_book(persona_id: UUID, *, character: str = "", language: str = "en") -> LoreBook:
    """Return a character's enabled lore. One query; the same lore is compiled once in a process.

    Args:
        persona_id: Whose.
        character: What `{{char}}` stands for.
        language: BCP 47 tag of the word `{{user}}` stands for.
    """
    viewer = VIEWER.get(language.partition("-")[0], VIEWER["en"])
    rows = Lore.objects.filter(persona=persona_id, is_enabled=True).order_by("position", "id")
    return _compiled(tuple(_entry(row, character, viewer) for row in rows))


def _entry(row: Lore, character: str, viewer: str) -> LoreEntry:
    def said(text: str) -> str:
        return USER.sub(lambda _found: viewer, CHAR.sub(lambda _found: character, text))

    content = said(row.content)
    return LoreEntry(
        id=str(row.pk),
        content=content,
        label=row.keys or row.content[:40],
        keys=split_keys(said(row.keys)),
        secondary=split_keys(said(row.secondary_keys)),
        logic=Logic(row.logic),
        excluded=split_keys(said(row.excluded_keys)),
        is_constant=row.is_constant,
        is_case_sensitive=row.is_case_sensitive,
        is_whole_words=row.is_whole_words,
        place=row.place,
        depth=row.depth,
        role=row.role,
        scan_depth=SCAN_DEPTH if row.scan_depth is None else row.scan_depth,
        order=row.position,
        priority=row.priority,
        probability=row.probability,
        starts_others=row.starts_others,
        is_started_by_others=row.is_started_by_others,
    )


@lru_cache(maxsize=BOOKS_KEPT)
def _compiled(entries: tuple[LoreEntry, ...]) -> LoreBook:
    return LoreBook(entries)
