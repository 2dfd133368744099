"""What a prompt is made from: frozen values, gathered by one read before the turn is thought of.

Owns the words of the prompt's inputs. It must not render them: that is `personas.domain.sections`.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from personas.domain.modes import Modes, SamplingOverrides
from vtcontrol.kernel.chat import Output, Role
from vtcontrol.kernel.events import EventKind


@dataclass(frozen=True, slots=True)
class PersonaText:
    """The character as the community manager wrote it; all of it is trusted.

    Attributes:
        name: What it is called.
        identity: Who it is, written to the character ("You are …"); any number of lines.
        style: Rules of speaking, one a string.
        do: What it always does.
        dont: What it never does.
        samples: Lines that show how it sounds.
        languages: BCP 47 tags it may answer in; the first is its own.
        knowledge: Things it knows, one a string, the most important first.
        phrases: Openers and sayings by topic, for a brain that is no language model.
    """

    name: str
    identity: str = ""
    style: tuple[str, ...] = ()
    do: tuple[str, ...] = ()
    dont: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    knowledge: tuple[str, ...] = ()
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expression:
    """An emotion or a motion that may be tagged: its name, and when to use it (or "")."""

    name: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tags of the answer.

    Attributes:
        emotions: Emotions the avatar can show; the first is the neutral one.
        motions: Motions the avatar can make.
        emotion_tag: How an emotion is tagged; `{name}` stands for its name.
        motion_tag: How a motion is tagged; `{name}` stands for its name.
    """

    emotions: tuple[Expression, ...] = ()
    motions: tuple[Expression, ...] = ()
    emotion_tag: str = "[{name}]"
    motion_tag: str = "[motion:{name}]"

    def tag_emotion(self, name: str) -> str:
        """Return the tag of an emotion."""
        return self.emotion_tag.replace("{name}", name)


@dataclass(frozen=True, slots=True)
class MemoryText:
    """A recalled memory; its text may repeat a viewer's words, so it is data.

    Attributes:
        id: The memory.
        text: What is remembered.
        score: How well it fits; the least fitting is left out first.
    """

    id: uuid.UUID
    text: str
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class LorePiece:
    """A piece of lore that came up; written by the team, so it is trusted.

    Attributes:
        text: What is known.
        place: "before" or "after" the character, or at a "depth" among the lines.
        depth: How many lines follow it there.
        role: Who says it there.
        worth: How dear it is; the least dear is left out first.
    """

    text: str
    place: str = "after"
    depth: int = 0
    role: Role = Role.SYSTEM
    worth: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """A line that was heard (never one that was cut before its first word, or not yet spoken).

    Attributes:
        speaker: Who said it, as shown.
        text: What was heard, without tags.
        is_self: The character itself said it.
        emotion: The emotion it was said with (the character's own lines), or "".
        is_company: Another character said it.
    """

    speaker: str
    text: str
    is_self: bool = False
    emotion: str = ""
    is_company: bool = False


@dataclass(frozen=True, slots=True)
class Companion:
    """Another character on stage, as this one knows it; data.

    Attributes:
        name: What it is called.
        about: What is known of it, or "".
        role: What it plays in the scene, or "".
    """

    name: str
    about: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Company:
    """Who shares the stage with the character, and what they play; of its own part only what it may know.

    Attributes:
        others: The other characters.
        scene: What everybody in the scene knows, or "" outside one; trusted.
        role: What it plays itself, or "".
        goal: What its role wants; no other role is told.
        secret: What only its role knows.
        is_narrator: It tells the scene and plays nobody.
    """

    others: tuple[Companion, ...] = ()
    scene: str = ""
    role: str = ""
    goal: str = ""
    secret: str = ""
    is_narrator: bool = False


@dataclass(frozen=True, slots=True)
class EventText:
    """What is answered; all of it is data.

    Attributes:
        kind: What happened.
        name: Display name of who did it, or "".
        text: What was said, at most 2,000 characters.
        amount: Amount with its unit, for example "5 EUR", or "".
    """

    kind: EventKind
    name: str = ""
    text: str = ""
    amount: str = ""


@dataclass(frozen=True, slots=True)
class PromptInputs:
    """Everything one prompt is made from.

    Attributes:
        persona: The character.
        event: What it answers.
        modes: How it is tuned.
        vocabulary: Emotions and motions it may tag.
        reaction: Template for this kind of event, or ""; trusted. {name}, {amount}, {text}, {character} are filled in.
        viewer_card: The rendered card of whom it answers (`relationships.domain.card`), or ""; data.
        viewer_facts: Short facts about the viewer, for a brain that is no language model.
        memories: What it recalls, in any order.
        lore: Matched lore in its order; trusted.
        notes: Director's notes, oldest first; trusted, and last in the prompt.
        transcript: What was heard lately, oldest first.
        company: Who else is on stage, or None when the character is alone.
        overrides: Sampling set by hand.
        output: The form of the answer.
        budget_tokens: Most tokens the prompt may take (the answer's tokens are not in it).
    """

    persona: PersonaText
    event: EventText
    modes: Modes = field(default_factory=Modes)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    reaction: str = ""
    viewer_card: str = ""
    viewer_facts: tuple[str, ...] = ()
    memories: tuple[MemoryText, ...] = ()
    lore: tuple[LorePiece, ...] = ()
    notes: tuple[str, ...] = ()
    transcript: tuple[TranscriptLine, ...] = ()
    company: Company | None = None
    overrides: SamplingOverrides = field(default_factory=SamplingOverrides)
    output: Output = Output.TAGS
    budget_tokens: int = 3_000
