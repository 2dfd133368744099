"""The vocabulary: the emotions and motions a reply may name, and what an emotion does to the voice.

Owns names, aliases and how they are matched. Must not know how tags are written in an answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class TagKind(StrEnum):
    """What a tag moves."""

    EMOTION = "emotion"
    MOTION = "motion"


@dataclass(frozen=True, slots=True)
class Tag:
    """A declared tag, found at this place of the text.

    Attributes:
        kind: What it moves.
        name: Name as the vocabulary spells it, never an alias.
        intensity: 0.0 to 1.0; 1.0 when the tag does not say.
    """

    kind: TagKind
    name: str
    intensity: float = 1.0


@dataclass(frozen=True, slots=True)
class EmotionStyle:
    """How an emotion colours the voice: factors on the voice's own rate, pitch and volume at full intensity."""

    rate: float = 1.0
    pitch: float = 1.0
    volume: float = 1.0


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tags a reply may use. Names and aliases are matched without regard to case.

    Attributes:
        emotions: Voice style by emotion name.
        motions: Names of the motions the avatar knows.
        aliases: Other words for an emotion or a motion, by alias ("happy" -> "joy", "laughs" -> "joy").
    """

    emotions: Mapping[str, EmotionStyle] = field(default_factory=dict)
    motions: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = field(default_factory=dict)
    _emotions: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _motions: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        emotions = {_fold(name): name for name in self.emotions}
        motions = {_fold(name): name for name in self.motions}
        for alias, name in self.aliases.items():
            for table in (emotions, motions):
                if _fold(name) in table:
                    table.setdefault(_fold(alias), table[_fold(name)])
        object.__setattr__(self, "_emotions", emotions)
        object.__setattr__(self, "_motions", motions)

    def resolve(self, word: str, kind: TagKind | None = None, intensity: float = 1.0) -> Tag | None:
        """Return the tag `word` names, or None; an emotion wins over a motion of the same name unless `kind` says."""
        key = _fold(word)
        if kind is not TagKind.MOTION and key in self._emotions:
            return Tag(TagKind.EMOTION, self._emotions[key], intensity)
        if kind is not TagKind.EMOTION and key in self._motions:
            return Tag(TagKind.MOTION, self._motions[key], intensity)
        return None

    def style(self, emotion: str) -> EmotionStyle:
        """Return the voice style of `emotion`; the plain one when it is unknown."""
        return self.emotions.get(emotion, _PLAIN)


_PLAIN = EmotionStyle()


def _fold(word: str) -> str:
    return " ".join(word.replace("_", " ").replace("-", " ").casefold().split())
