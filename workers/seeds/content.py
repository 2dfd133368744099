"""Shapes of the demo studio's content. Pure: the words are in `mira_en` and `mira_ru`, the rows are made in `demo`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

CONTACTS = r"""[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,24})+
\+?\d(?:[ ().-]{0,2}\d){9,14}"""
"""Patterns of an e-mail address and of a telephone number with its code."""


@dataclass(frozen=True, slots=True)
class Feeling:
    """An emotion: its tag, its face and how it changes the voice (factors on the voice's own)."""

    name: str
    face: str
    aliases: tuple[str, ...] = ()
    rate: float = 1.0
    pitch: float = 1.0
    volume: float = 1.0
    intensity: float = 0.8


@dataclass(frozen=True, slots=True)
class Sound:
    """A voice of espeak-ng."""

    name: str
    voice_name: str
    rate: float
    pitch: float


@dataclass(frozen=True, slots=True)
class Look:
    """An avatar: its name, and the ready look and palette it wears (personas/appearance.py)."""

    name: str
    look: str
    palette: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said at an event; `{name}`, `{amount}` and `{text}` are filled in."""

    kind: str
    template: str
    emotion: str


@dataclass(frozen=True, slots=True)
class Recollection:
    """A memory.

    Attributes:
        text: A sentence that can be read out as it stands.
        kind: `MemoryKind` value.
        about: Name of the guest it is about, or "".
        tags: The team's labels.
        importance: 0 to 1.
        emotion: Tag of what it felt like, or "".
        is_pinned: Always in the prompt.
    """

    text: str
    kind: str
    about: str = ""
    tags: tuple[str, ...] = ()
    importance: float = 0.5
    emotion: str = ""
    is_pinned: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A piece of lore; without keys it is in every prompt."""

    content: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bond:
    """What binds a guest to the character: scores 0 to 100, warmth 0 to 1."""

    affinity: float
    trust: float
    familiarity: float
    loyalty: float
    warmth: float


@dataclass(frozen=True, slots=True)
class Guest:
    """A person in the audience.

    Attributes:
        name: As shown; the dock's chat box knows them by it.
        accounts: Account names by platform.
        notes: What the character knows, the most important first.
        never_mention: What it never says.
        tags: The team's labels.
        messages: How often they wrote.
        days_away: Days since they were last here.
        bond: None for somebody who is ignored.
    """

    name: str
    accounts: Mapping[str, str]
    notes: tuple[str, ...] = ()
    never_mention: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    messages: int = 1
    days_away: int = 0
    bond: Bond | None = None


@dataclass(frozen=True, slots=True)
class Barrier:
    """A moderation rule."""

    name: str
    kind: str
    content: str = ""
    scope: str = "both"
    action: str = "replace"
    replacement: str = "…"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A scenario: its script (`personas.domain.rehearsal.script`), and what must not be answered."""

    name: str
    script: str
    must_not_say: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """The character in words; tuples hold one rule or line each."""

    identity: str
    style: tuple[str, ...]
    always: tuple[str, ...]
    never: tuple[str, ...]
    samples: tuple[str, ...]
    knowledge: tuple[str, ...]
    phrases: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Show:
    """A character with its stream, its world and its audience, in one language.

    Attributes:
        studio: Name of the studio when this is the newcomer's language.
        house_rules: Moderation for every stream, taken from the newcomer's language.
        own_rules: Moderation that only makes sense in this language.
    """

    language: str
    studio: str
    stream: str
    character: str
    script: Script
    sound: Sound
    look: Look
    reactions: tuple[Answer, ...]
    memories: tuple[Recollection, ...]
    lore: tuple[Entry, ...]
    guests: tuple[Guest, ...]
    note: str
    rehearsals: tuple[Rehearsal, ...]
    house_rules: tuple[Barrier, ...]
    own_rules: tuple[Barrier, ...]
    consistency: float = 0.75
    creativity: float = 0.65
    adaptability: float = 0.6
    motions: tuple[str, ...] = field(default=("wave", "nod", "shake", "bounce"))
