"""A stream's configuration with another revision of its character: the same path, other words."""

from dataclasses import replace

import pytest

from personas.models import Emotion, Persona, Reaction, Revision
from personas.services import record_revision
from streams.models import Stream
from streams.selectors.config import load_config
from tests.factories.personas import make_brain, make_persona
from vtcontrol.kernel.errors import NotFound
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.studios import Studio


def kept(persona: Persona) -> Revision:
    """The revision of the persona as it is now."""
    revision = record_revision(persona)
    assert revision is not None
    return revision


def test_the_newest_revision_reads_as_the_rows_do(in_studio: Studio, stream: Stream) -> None:
    revision = kept(stream.persona)

    there = load_config(stream.pk, revision.pk)

    now, apart = (
        load_config(stream.pk),
        {"rules": None, "lore": None, "approval": None},
    )  # rules and lore compare by identity
    assert replace(there, **apart) == replace(now, **apart)  # type: ignore[arg-type]  # nothing reads them here
    assert there.revision_id == revision.pk


def test_an_older_revision_speaks_with_its_own_words_and_feelings(in_studio: Studio, stream: Stream) -> None:
    persona = stream.persona
    persona.brain = make_brain()
    persona.save()
    older = kept(persona)
    feelings = load_config(stream.pk).emotions
    persona.identity, persona.spicy_mode, persona.brain = "You are a pirate.", True, None
    persona.save()
    Emotion.objects.filter(persona=persona).delete()
    Reaction.objects.filter(persona=persona).delete()

    there = load_config(stream.pk, older.pk)

    assert there.persona.identity == older.content["identity"] != "You are a pirate."
    assert (there.modes.spicy_mode, there.emotions, len(there.brains)) == (False, feelings, 1)
    assert load_config(stream.pk).persona.identity == "You are a pirate."


def test_a_brain_that_is_no_more_is_named_and_the_personas_own_stands_in(in_studio: Studio, stream: Stream) -> None:
    persona = stream.persona
    persona.brain = make_brain()
    persona.save()
    older = kept(persona)
    persona.brain.delete()

    there = load_config(stream.pk, older.pk)

    assert there.brains == ()
    assert there.problems == ("the brain of this revision is no more",)


def test_a_revision_of_somebody_else_is_not_found(in_studio: Studio, stream: Stream) -> None:
    theirs = kept(make_persona("other "))

    for unknown in (theirs.pk, uuid7()):
        with pytest.raises(NotFound):
            load_config(stream.pk, unknown)


def test_reading_a_revision_writes_nothing(in_studio: Studio, stream: Stream) -> None:
    revision = kept(stream.persona)
    Persona.objects.filter(pk=stream.persona_id).update(name="Renamed")

    load_config(stream.pk, revision.pk)

    assert Persona.objects.get(pk=stream.persona_id).name == "Renamed"
