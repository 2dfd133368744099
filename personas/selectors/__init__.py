"""Reading characters: their rows, and what their revisions kept."""

from personas.domain.shapes import lines_of
from personas.selectors.characters import (
    EMOTION_FIELDS,
    PERSONA_FIELDS,
    REACTION_FIELDS,
    REVISED_FIELDS,
    content_of,
    counter_of,
    modes_of,
    overrides_of,
    persona_text,
    reaction_to,
    vocabulary_of,
)
from personas.selectors.contents import LINK_FIELDS, Character, character_at, character_from, character_of, on_air_id

__all__ = [
    "EMOTION_FIELDS",
    "LINK_FIELDS",
    "PERSONA_FIELDS",
    "REACTION_FIELDS",
    "REVISED_FIELDS",
    "Character",
    "character_at",
    "character_from",
    "character_of",
    "content_of",
    "counter_of",
    "lines_of",
    "modes_of",
    "on_air_id",
    "overrides_of",
    "persona_text",
    "reaction_to",
    "vocabulary_of",
]
