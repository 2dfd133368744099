"""Making a persona what a content says. Owns the way from a content into rows; the caller opens the transaction."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from personas.models import Emotion, Persona, Reaction
from personas.selectors import (
    EMOTION_FIELDS,
    LINK_FIELDS,
    REACTION_FIELDS,
    REVISED_FIELDS,
    Character,
    character_from,
    content_of,
)
from vtcontrol.kernel.errors import InputInvalid

Part = Emotion | Reaction


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the digest under which the same character is the same revision."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def write_character(persona: Persona, character: Character) -> None:
    """Make a persona's rows what a character read from a content is. Feelings and reactions that stay keep their rows.

    Args:
        persona: Locked by the caller.
        character: From `personas.selectors.character_from` for this persona.

    Raises:
        InputInvalid: What it links to is gone, or a form would not take its values.
    """
    if character.gone:
        columns = {field.name: str(field.verbose_name) for field in Persona._meta.concrete_fields}
        labels = ", ".join(columns[name] for name in character.gone)
        raise InputInvalid(
            _("What it uses is no more: %(what)s. Choose another and save the draft.") % {"what": labels}
        )
    for name in (*REVISED_FIELDS, *LINK_FIELDS):
        setattr(persona, name, getattr(character.persona, name))
    check_row(persona)
    persona.save()
    write_parts(persona, character)


def content_taken(persona: Persona, content: Mapping[str, Any], seed: UUID | None = None) -> dict[str, Any]:
    """Return a content as the rows would have it: it is written, read again and taken back.

    Args:
        persona: Whose it would be; its own values are not to be relied on afterwards.
        content: As `content_of` returns it.
        seed: The revision that keeps it, if there is one.

    Raises:
        InputInvalid: As in `write_character`.
    """
    persona._history_user = None  # type: ignore[attr-defined]  # read by simple_history; a program's caller is no user
    with transaction.atomic():
        write_character(persona, character_from(persona, content, seed))
        taken = content_of(persona)
        transaction.set_rollback(True)
    return taken


def write_parts(persona: Persona, character: Character) -> None:
    """Give a persona the feelings and reactions of a character.

    Raises:
        InputInvalid: A form would not take one of them.
    """
    _write_parts(persona, Emotion, EMOTION_FIELDS, character.emotions)
    _write_parts(persona, Reaction, REACTION_FIELDS, character.reactions)


def check_row(row: Any) -> None:
    """Refuse a row whose values no form would take.

    Raises:
        InputInvalid: Which field is wrong, and why.
    """
    try:
        row.full_clean(exclude=["studio"] if row.studio_id is None else None)
    except ValidationError as problem:
        name, sentences = next(iter(problem.message_dict.items()))
        label = row._meta.get_field(name).verbose_name if name != "__all__" else row._meta.verbose_name
        raise InputInvalid(
            _("“%(field)s” cannot be taken over: %(problem)s") % {"field": label, "problem": sentences[0]}
        ) from None


def _write_parts(persona: Persona, model: type[Part], names: tuple[str, ...], wanted: tuple[Part, ...]) -> None:
    """Write feelings or reactions; nothing is written where nothing differs."""
    there = {row.pk: row for row in model.objects.filter(persona=persona)}
    model.objects.filter(pk__in=there.keys() - {row.pk for row in wanted}).delete()
    for one in wanted:
        row = there.get(one.pk, one)
        if row is not one and all(getattr(row, name) == getattr(one, name) for name in names):
            continue
        for name in names:
            setattr(row, name, getattr(one, name))
        check_row(row)
        row.save(force_insert=row is one)
