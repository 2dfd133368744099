"""A whole character as values: from its rows, or from what a revision kept of it. Owns reading a revision's content.

Whoever needs a character reads it through here, so that a draft and the published one differ in nothing but words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID, uuid5

from personas.models import Avatar, Brain, Emotion, Persona, Reaction, Revision, RevisionState, Voice
from personas.selectors.characters import EMOTION_FIELDS, REACTION_FIELDS, REVISED_FIELDS
from vtcontrol.kernel.errors import NotFound

Linked = type[Brain] | type[Voice] | type[Avatar]
LINK_FIELDS: Mapping[str, Linked] = {"brain": Brain, "voice": Voice, "avatar": Avatar}


PartT = TypeVar("PartT", Emotion, Reaction)


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


def on_air_id(persona: Persona) -> UUID | None:
    """Return the revision that is on air, None before the first was recorded."""
    found = Revision.objects.filter(persona=persona, state=RevisionState.PUBLISHED)
    revision_id: UUID | None = found.values_list("id", flat=True).first()
    return revision_id


def character_of(persona: Persona) -> Character:
    """Return the character that is on air: the persona's own rows. Three queries."""
    return Character(
        persona=persona,
        emotions=tuple(Emotion.objects.filter(persona=persona)),
        reactions=tuple(Reaction.objects.filter(persona=persona)),
        revision_id=on_air_id(persona),
    )


def character_at(persona: Persona, revision_id: UUID) -> Character:
    """Return the character as a revision of it has it. Six queries.

    Raises:
        NotFound: The persona has no such revision.
    """
    found = Revision.objects.filter(persona=persona, pk=revision_id).values_list("content", flat=True).first()
    if found is None:
        raise NotFound
    return character_from(persona, found, revision_id)


def character_from(persona: Persona, content: Mapping[str, Any], revision_id: UUID | None = None) -> Character:
    """Return the character a content describes. Five queries.

    Args:
        persona: Whose content it is; what the content does not name yet is as the persona has it.
        content: As `content_of` returns it.
        revision_id: The revision that kept it, if one did.
    """
    there = _like(persona)
    for name in REVISED_FIELDS:
        if name in content:
            setattr(there, name, content[name])
    gone = tuple(name for name, model in LINK_FIELDS.items() if not _link(there, name, model, content))
    seed = revision_id or persona.pk
    emotions = _parts(Emotion, persona, "name", EMOTION_FIELDS, content.get("emotions", ()), seed)
    reactions = _parts(Reaction, persona, "kind", REACTION_FIELDS, content.get("reactions", ()), seed)
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


def _parts(
    model: type[PartT],
    persona: Persona,
    key: str,
    names: tuple[str, ...],
    content: Iterable[Mapping[str, Any]],
    seed: UUID,
) -> list[PartT]:
    """Return feelings or reactions as a content has them.

    One the persona has too keeps its row's id, another gets one that is the same each time the revision is read: a form
    that was filled from it finds it again.
    """
    known = dict(model.objects.filter(persona=persona).values_list(key, "id"))
    parts = []
    for one in content:
        values = {name: one[name] for name in names if name in one}
        row_id = known.get(one[key]) or uuid5(seed, f"{model.__name__} {one[key]}")
        parts.append(model(id=row_id, persona=persona, studio_id=persona.studio_id, **values))
    return parts
