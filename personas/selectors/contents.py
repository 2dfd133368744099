"""A whole character as values: from its rows, or from what a revision kept of it. Owns reading a revision's content.

Whoever needs a character reads it through here, so that a draft and the published one differ in nothing but words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from personas.models import Avatar, Brain, Emotion, Persona, Reaction, Revision, Voice
from personas.selectors.characters import EMOTION_FIELDS, PERSONA_FIELDS, REACTION_FIELDS
from vtcontrol.kernel.errors import NotFound

Linked = type[Brain] | type[Voice] | type[Avatar]
LINK_FIELDS: Mapping[str, Linked] = {"brain": Brain, "voice": Voice, "avatar": Avatar}


@dataclass(frozen=True, slots=True)
class Character:
    """Everything that makes a character, as rows; those of a revision are never saved.

    Attributes:
        persona: Its own row, or one like it with the revision's values.
        emotions: In order; the first is its resting face.
        reactions: In the order of their events.
        revision_id: The revision it is, or None before the first was recorded.
        gone: Names of the fields whose brain, voice or avatar is no more; the persona's own stands in.
    """

    persona: Persona
    emotions: tuple[Emotion, ...]
    reactions: tuple[Reaction, ...]
    revision_id: UUID | None
    gone: tuple[str, ...] = ()


def character_of(persona: Persona) -> Character:
    """Return the character that is on air: the persona's own rows. Three queries."""
    newest = Revision.objects.filter(persona=persona).order_by("-number").values_list("id", flat=True).first()
    return Character(
        persona=persona,
        emotions=tuple(Emotion.objects.filter(persona=persona)),
        reactions=tuple(Reaction.objects.filter(persona=persona)),
        revision_id=newest,
    )


def character_at(persona: Persona, revision_id: UUID) -> Character:
    """Return the character as a revision of it has it. Four queries.

    Raises:
        NotFound: The persona has no such revision.
    """
    found = Revision.objects.filter(persona=persona, pk=revision_id).values_list("content", flat=True).first()
    if found is None:
        raise NotFound
    return character_from(persona, found, revision_id)


def character_from(persona: Persona, content: Mapping[str, Any], revision_id: UUID | None = None) -> Character:
    """Return the character a content describes. Three queries.

    Args:
        persona: Whose content it is; what the content does not name yet is as the persona has it.
        content: As `content_of` returns it.
        revision_id: The revision that kept it, if one did.
    """
    there = _like(persona)
    for name in PERSONA_FIELDS:
        if name in content:
            setattr(there, name, content[name])
    gone = tuple(name for name, model in LINK_FIELDS.items() if not _link(there, name, model, content))
    emotions = [
        Emotion(persona=persona, studio_id=persona.studio_id, **_named(one, EMOTION_FIELDS))
        for one in content.get("emotions", ())
    ]
    reactions = [
        Reaction(persona=persona, studio_id=persona.studio_id, **_named(one, REACTION_FIELDS))
        for one in content.get("reactions", ())
    ]
    return Character(
        persona=there,
        emotions=tuple(sorted(emotions, key=lambda one: (one.position, one.name))),
        reactions=tuple(sorted(reactions, key=lambda one: one.kind)),
        revision_id=revision_id,
        gone=gone,
    )


def _like(persona: Persona) -> Persona:
    """Return a row with the persona's values and none of its links read yet."""
    there = Persona(**{field.attname: getattr(persona, field.attname) for field in Persona._meta.concrete_fields})
    there._state.adding = False
    return there


def _link(there: Persona, name: str, model: Linked, content: Mapping[str, Any]) -> bool:
    """Set what a content links to; tell whether it is still there, or the content says nothing of it."""
    if name not in content:
        return True
    wanted = content[name]
    found = model.objects.filter(pk=wanted).first() if wanted else None
    if found is not None or (name == "brain" and not wanted):
        setattr(there, name, found)
        return True
    return False


def _named(values: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}
