"""Characters: a persona with a voice, an avatar and feelings, and what else belongs to one."""

from dataclasses import dataclass
from typing import Any

from personas.models import (
    Avatar,
    Brain,
    CardSource,
    Emotion,
    Experiment,
    Persona,
    Reaction,
    Revision,
    RevisionState,
    Scenario,
    Voice,
)
from tests.factories.rows import create
from vtcontrol.kernel.events import EventKind
from vtcontrol.tenancy.credentials import Credential

FEELINGS = ("neutral", "joy", "sad", "angry", "surprised", "shy")


@dataclass(frozen=True, slots=True)
class Character:
    """A persona, ready to go on air."""

    persona: Persona
    voice: Voice
    avatar: Avatar
    emotions: tuple[Emotion, ...]


def make_voice(marker: str = "", **fields: Any) -> Voice:
    return create(Voice, **{"name": f"{marker}Soft voice", "voice_name": "en-us+f3", **fields})


def make_avatar(marker: str = "", **fields: Any) -> Avatar:
    return create(Avatar, **{"name": f"{marker}Puppet", **fields})


def make_brain(marker: str = "", *, credential: Credential | None = None, **fields: Any) -> Brain:
    return create(
        Brain,
        **{
            "name": f"{marker}Local model",
            "base_url": f"http://localhost:11434/{marker}v1",
            "model": f"{marker}llama3.2",
            "credential": credential,
            **fields,
        },
    )


def make_persona(
    marker: str = "", *, voice: Voice | None = None, avatar: Avatar | None = None, **fields: Any
) -> Persona:
    texts = {
        "identity": f"{marker}You are Mira, a night-owl radio host.",
        "style_rules": f"{marker}Short sentences.",
        "do_rules": f"{marker}Greet newcomers by name.",
        "dont_rules": f"{marker}Never talk about politics.",
        "speech_samples": f"{marker}Evening, owls!",
        "knowledge": f"{marker}The show starts at nine.",
    }
    return create(
        Persona,
        **{
            "name": f"{marker}Mira",
            **texts,
            "phrases": {"greeting": [f"{marker}Hi there!"]},
            "motions": ["wave", "nod"],
            "voice": voice or make_voice(marker),
            "avatar": avatar or make_avatar(marker),
            **fields,
        },
    )


def make_emotions(persona: Persona, marker: str = "") -> tuple[Emotion, ...]:
    rows = [
        Emotion(persona=persona, name=face, face=face, aliases=f"{marker}{face}-ish", position=place)
        for place, face in enumerate(FEELINGS)
    ]
    return tuple(Emotion.objects.bulk_create(rows))


def make_character(marker: str = "", **persona_fields: Any) -> Character:
    persona = make_persona(marker, **persona_fields)
    return Character(persona, persona.voice, persona.avatar, make_emotions(persona, marker))


def make_reaction(persona: Persona, marker: str = "", *, kind: EventKind = EventKind.RAID) -> Reaction:
    return create(Reaction, persona=persona, kind=kind, template=f"{marker}Welcome, {{name}}!", emotion="joy")


def make_revision(persona: Persona, marker: str = "", *, number: int = 1, **fields: Any) -> Revision:
    content = {"name": persona.name, "identity": f"{marker}an older self"}
    return create(Revision, persona=persona, number=number, content=content, digest=f"{number:064x}", **fields)


def make_experiment(persona: Persona, marker: str = "", *, number: int = 2, **fields: Any) -> Experiment:
    content = {"name": persona.name, "identity": f"{marker}a bolder self"}
    draft = Revision(persona=persona, number=number, content=content, digest=f"{number:064x}", note=f"{marker}bolder")
    draft.state = RevisionState.DRAFT
    draft.save()
    return create(Experiment, **{"persona": persona, "other": draft, "note": f"{marker}Do they write more?", **fields})


def make_scenario(persona: Persona, marker: str = "") -> Scenario:
    return create(
        Scenario,
        persona=persona,
        name=f"{marker}A rude guest",
        script=f"{marker}Grump: {marker}You are boring.",
        must_not_say=f"{marker}shut up",
    )


def make_card_source(persona: Persona, marker: str = "") -> CardSource:
    data = {"name": persona.name, "description": f"{marker}A night-owl.", "creator_notes": f"{marker}by Ann"}
    card = {"spec": "chara_card_v2", "spec_version": "2.0", "data": {**data, "extensions": {}}}
    return create(CardSource, persona=persona, container="json", card=card)
