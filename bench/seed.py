"""Fills a stand's database: `python -m bench.seed '{"streams": 64, "memories": 10000, "stub": "http://…"}'`.

Prints one line of JSON: the ids and tokens the bench's client needs.
"""

import json
import os
import sys
from collections.abc import Sequence
from typing import Any

WORDS = [
    "dragon",
    "lighthouse",
    "soup",
    "bicycle",
    "midnight",
    "radio",
    "window",
    "tomato",
    "guitar",
    "rain",
    "harbour",
    "penguin",
    "marathon",
    "puzzle",
    "violin",
    "candle",
    "comet",
    "garden",
    "robot",
    "whistle",
    "lantern",
    "mango",
    "submarine",
    "chess",
    "cactus",
    "pillow",
    "thunder",
    "waffle",
    "compass",
    "river",
]

LOOKS = (
    {"hair": "#4f9d69", "tips": "#c9e265", "crown": "hat", "eyes": "#4a7a2c"},
    {"hair": "#3a6ea5", "tips": "#7fd1ff", "crown": "horns", "eyes": "#3a6ea5"},
)


def main() -> None:
    """Seed as the argument says."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vtcontrol.settings")
    import django

    django.setup()
    print(json.dumps(seed(**json.loads(sys.argv[1]))))
    analyse()


def analyse() -> None:
    """Give PostgreSQL's planner the statistics that autovacuum would gather within a minute."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def seed(
    *,
    streams: int = 1,
    memories: int = 0,
    stub: str = "",
    studio: str = "bench",
    audio_format: str = "auto",
    others: Sequence[str] = (),
) -> dict[str, Any]:
    """Make a studio with one character, so many streams and memories; the stub answers and speaks when given.

    Each of `others` is a further character with a brain, a voice and a face of its own, in the cast of every stream.
    """
    from streams.models import Stream, StreamCharacter
    from vtcontrol.tenancy.access import TokenKind
    from vtcontrol.tenancy.models import Studio
    from vtcontrol.tenancy.scope import studio_scope
    from vtcontrol.tenancy.tokens import issue

    home, _ = Studio.objects.get_or_create(slug=studio, defaults={"name": studio})
    with studio_scope(home.pk):
        persona = _persona(stub, audio_format)
        _memories(persona, memories)
        further = [_persona(stub, audio_format, name) for name in others]
        rows = []
        for number in range(streams):
            stream = Stream(name=f"Stream {number}", persona=persona, viewer_cooldown_s=0)
            stream.save()
            for place, other in enumerate(further):
                StreamCharacter(stream=stream, persona=other, x=20.0 + 25 * place).save()
            tokens = {
                kind.value: issue(kind, "bench", stream_id=stream.pk)[1]
                for kind in (TokenKind.STAGE, TokenKind.DOCK, TokenKind.API)
            }
            rows.append({"id": str(stream.pk), "tokens": tokens})
    cast = {one.name: str(one.pk) for one in (persona, *further)}
    return {"studio": str(home.pk), "persona": str(persona.pk), "cast": cast, "streams": rows}


def _persona(stub: str, audio_format: str, name: str = "") -> Any:
    from personas.models import Avatar, Brain, Emotion, Persona, Voice, VoiceEngine

    whose, name = name or "Bench", name or "Benchy"
    brain = None
    voice = Voice(name=f"{whose} voice")
    if stub:
        brain = Brain(name=f"{whose} brain", base_url=f"{stub}/v1", model="stub" if whose == "Bench" else whose)
        brain.save()
        voice = Voice(
            name=f"{whose} voice",
            engine=VoiceEngine.OPENAI,
            base_url=f"{stub}/v1",
            model=f"{whose.lower()}-voice",
            voice_name="alloy",
            audio_format=audio_format,
        )
    voice.save()
    avatar = Avatar(name=f"{whose} avatar", **LOOKS[sum(map(ord, whose)) % len(LOOKS)] if whose != "Bench" else {})
    avatar.save()
    persona = Persona(
        name=name, identity=f"You are {name}, who talks about dragons.", voice=voice, avatar=avatar, brain=brain,
        motions=["wave", "nod"],
    )  # fmt: skip
    persona.save()
    for place, name in enumerate(("neutral", "joy", "sad", "angry", "surprised", "shy")):
        Emotion(persona=persona, name=name, face=name, position=place).save()
    return persona


def _memories(persona: Any, count: int) -> None:
    import random

    from memory.models import Memory
    from memory.services import remember_many

    chance = random.Random(7)
    remember_many(
        Memory(persona=persona, text=f"Note {number}: {' '.join(chance.choices(WORDS, k=9))}")
        for number in range(count)
    )


if __name__ == "__main__":
    main()
