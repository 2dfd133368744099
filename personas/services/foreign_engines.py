"""Brains and voices made of what a file of another program names; those that are here already are taken instead."""

from django.db import transaction

from personas.domain.cards.foreign_engines import ForeignBrain, ForeignVoice, is_near
from personas.models import Brain, Voice, VoiceEngine
from personas.services.contents import check_row
from vtcontrol.tenancy.names import free_name


def known_brain(wanted: ForeignBrain) -> Brain | None:
    """Return the studio's brain of the same address and model."""
    found: Brain | None = Brain.objects.filter(base_url=wanted.base_url, model=wanted.model).first()
    return found


def known_voice(wanted: ForeignVoice) -> Voice | None:
    """Return the studio's voice of the same address, model and name."""
    same = {"base_url": wanted.base_url, "model": wanted.model, "voice_name": wanted.voice_name}
    found: Voice | None = Voice.objects.filter(engine=VoiceEngine.OPENAI, **same).first()
    return found


def is_trusted(base_url: str) -> bool:
    """Tell whether a server is of this network, or one that a brain or a voice of the studio speaks to already."""
    bare = base_url.rstrip("/")
    same = {"base_url__in": (bare, f"{bare}/")}
    return is_near(base_url) or Brain.objects.filter(**same).exists() or Voice.objects.filter(**same).exists()


@transaction.atomic
def make_brain(wanted: ForeignBrain, whose: str) -> Brain:
    """Make a brain without a key, whose people enter it themselves.

    Raises:
        InputInvalid: No form would take its values.
    """
    name = free_name(Brain, f"{wanted.model} ({whose})")
    brain = Brain(name=name, base_url=wanted.base_url, model=wanted.model)
    check_row(brain)
    brain.save()
    return brain


@transaction.atomic
def make_voice(wanted: ForeignVoice, whose: str) -> Voice:
    """Make a voice without a key, whose people enter it themselves.

    Raises:
        InputInvalid: No form would take its values.
    """
    name = free_name(Voice, f"{wanted.voice_name} ({whose})")
    voice = Voice(name=name, engine=VoiceEngine.OPENAI, base_url=wanted.base_url, model=wanted.model)
    voice.voice_name = wanted.voice_name
    check_row(voice)
    voice.save()
    return voice
