"""Reading characters: a persona's rows as the frozen values the prompt is made from."""

from typing import Any

from personas.domain.inputs import Expression, PersonaText, Vocabulary
from personas.domain.modes import Modes, SamplingOverrides
from personas.domain.shapes import lines_of
from personas.domain.tokens import TokenCounter
from personas.models import Emotion, Persona, Reaction
from personas.tokenizers import counter_for

EMOTION_FIELDS = ("name", "face", "aliases", "rate", "pitch", "volume", "intensity", "position")
REACTION_FIELDS = ("kind", "template", "emotion", "is_enabled")
PERSONA_FIELDS = (
    "name",
    "language",
    "identity",
    "style_rules",
    "do_rules",
    "dont_rules",
    "speech_samples",
    "knowledge",
    "phrases",
    "stream_mode",
    "spicy_mode",
    "consistency",
    "creativity",
    "adaptability",
    "motions",
    "output_format",
    "temperature",
    "top_p",
    "frequency_penalty",
    "presence_penalty",
    "max_tokens",
    "stop_sequences",
)
"""What cards carry too."""
REVISED_FIELDS = (*PERSONA_FIELDS, "asks_a_person")
"""Every field of its own that a persona's form has, and so every draft."""


def counter_of(persona: Persona) -> TokenCounter:
    """Return what counts the tokens of the model a character thinks with."""
    return counter_for(persona.brain.model if persona.brain else "")


def persona_text(persona: Persona) -> PersonaText:
    """Return the character in words."""
    phrases = {topic: tuple(lines) for topic, lines in persona.phrases.items()}
    return PersonaText(
        name=persona.name,
        identity=persona.identity,
        style=lines_of(persona.style_rules),
        do=lines_of(persona.do_rules),
        dont=lines_of(persona.dont_rules),
        samples=lines_of(persona.speech_samples),
        languages=(persona.language,),
        knowledge=lines_of(persona.knowledge),
        phrases=phrases,
    )


def modes_of(persona: Persona) -> Modes:
    """Return how the character is tuned."""
    return Modes(
        stream_mode=persona.stream_mode,
        spicy_mode=persona.spicy_mode,
        consistency=persona.consistency,
        creativity=persona.creativity,
        adaptability=persona.adaptability,
    )


def overrides_of(persona: Persona, brain_tokens: int | None = None) -> SamplingOverrides:
    """Return the sampling set by hand.

    Args:
        persona: The character.
        brain_tokens: What the brain allows at most, or None.
    """
    return SamplingOverrides(
        temperature=persona.temperature,
        top_p=persona.top_p,
        max_tokens=persona.max_tokens,
        stop=lines_of(persona.stop_sequences),
        frequency_penalty=persona.frequency_penalty,
        presence_penalty=persona.presence_penalty,
        most_tokens=brain_tokens,
    )


def vocabulary_of(persona: Persona) -> Vocabulary:
    """Return the tags the character may use. One query."""
    names = Emotion.objects.filter(persona=persona).values_list("name", flat=True)
    return Vocabulary(
        emotions=tuple(Expression(name) for name in names),
        motions=tuple(Expression(str(motion)) for motion in persona.motions),
    )


def reaction_to(persona: Persona, kind: str) -> str:
    """Return the template for a kind of event, or ""."""
    found = Reaction.objects.filter(persona=persona, kind=kind, is_enabled=True)
    return found.values_list("template", flat=True).first() or ""


def content_of(persona: Persona) -> dict[str, Any]:
    """Return everything that makes the character what it is, as a revision keeps it. Two queries."""
    content: dict[str, Any] = {name: getattr(persona, name) for name in REVISED_FIELDS}
    content["brain"] = str(persona.brain_id) if persona.brain_id else None
    content["voice"] = str(persona.voice_id)
    content["avatar"] = str(persona.avatar_id)
    content["emotions"] = [*map(_plain, Emotion.objects.filter(persona=persona).values(*EMOTION_FIELDS))]
    content["reactions"] = [*map(_plain, Reaction.objects.filter(persona=persona).values(*REACTION_FIELDS))]
    return _plain(content)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Return values with the lines of texts ended in one way, as no browser does."""
    return {name: one.replace("\r\n", "\n") if isinstance(one, str) else one for name, one in values.items()}
