"""What a language's lines for the scripted brain are made of: shapes, moods and the small template in them.

Owns the form; the words are `scripted_english`, `scripted_russian` and `scripted_chinese`. Pure.

Holes in a template: ``{name}`` (a line with it is only used when there is a name), ``{, name}`` and ``{name, }``
(nothing is left of them when there is none), ``{amount}``, ``{memory}``, ``{fact}``, ``{character}``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from workers.providers.scripted_topics import Topic


class Mood(Enum):
    """How a line feels: names of emotions that would fit, best first."""

    JOY = ("joy", "happy", "happiness", "smile", "cheerful", "радость")
    EXCITED = ("excited", "excitement", "excite", "delight", "thrilled", "восторг", *JOY)
    LOVE = ("love", "affection", "tender", "tenderness", "warm", "adore", "gratitude", "любовь", "нежность", *JOY)
    PROUD = ("proud", "pride", "confident", "smug", "гордость", *JOY)
    MISCHIEF = ("mischief", "playful", "smug", "wink", "smirk", "tease", "озорство", "игривость", *JOY)
    LAUGH = ("laugh", "laughing", "amused", "amusement", "смех", *JOY)
    SHY = ("shy", "embarrassed", "embarrassment", "blush", "bashful", "смущение", *JOY)
    SURPRISE = ("surprise", "surprised", "amazed", "wonder", "shock", "удивление", *EXCITED)
    THINKING = ("thinking", "think", "thoughtful", "curious", "curiosity", "pensive", "задумчивость", "interest")
    CALM = ("calm", "relaxed", "serene", "peaceful", "neutral", "спокойствие")
    SAD = ("sad", "sadness", "sorrow", "sympathy", "грусть", "печаль", *CALM)
    WORRY = ("worried", "worry", "concern", "nervous", "anxious", "fear", "тревога", *SAD)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one topic. A reply is an opener, a body and sometimes a question back.

    Attributes:
        mood: How they feel.
        motion: What the body does, "" for nothing.
        openers: First sentences; they name the viewer and are short, so that the voice begins early.
        bodies: Second sentences.
        asks: Questions back.
    """

    mood: Mood
    openers: tuple[str, ...]
    bodies: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    motion: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """All lines of one language.

    Attributes:
        topics: Lines by topic.
        memory_known: Sentences that tell a memory.
        memory_fact: Sentences that tell a fact about the viewer.
        memory_aside: Sentences that let a memory fall in passing.
        instructions: Matches a reaction template that tells what to do, not what to say.
        spaced: Words are separated by spaces.
    """

    topics: Mapping[Topic, Lines]
    memory_known: tuple[str, ...]
    memory_fact: tuple[str, ...]
    memory_aside: tuple[str, ...]
    instructions: re.Pattern[str]
    spaced: bool = True


HOLE = re.compile(r"\{(?P<before>\W*)(?P<name>[a-z]+)(?P<after>\W*)\}")
"""A hole of a template; punctuation inside it stays only when it is filled."""


def needs(template: str) -> set[str]:
    """Return the names of the holes that must be filled for the template to make sense."""
    return {hole["name"] for hole in HOLE.finditer(template) if not hole["before"] and not hole["after"]}


def is_sound(template: str) -> bool:
    """Return whether a template says something and has no broken holes; people write some of them."""
    return bool(template.strip()) and not set("{}") & set(HOLE.sub("", template))


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return the template with its holes filled, beginning with a capital letter."""

    def put(hole: re.Match[str]) -> str:
        value = values.get(hole["name"], "")
        return f"{hole['before']}{value}{hole['after']}" if value else ""

    text = HOLE.sub(put, template).strip()
    return text[:1].upper() + text[1:]


def bones(template: str) -> str:
    """Return what of a template can be recognised in an old reply: letters of its longest piece without a hole."""
    pieces = HOLE.sub("\0", template).split("\0")
    return max(("".join(filter(str.isalnum, piece.casefold())) for piece in pieces), key=len)
