"""The words of a language model call. Pure values."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """Who a message is from."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class Output(StrEnum):
    """The form an answer is asked for in."""

    TAGS = "tags"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of the prompt."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Brief:
    """What the messages were made from, for a brain that is no language model (see workers.providers.scripted).

    Attributes:
        character: The character's name.
        viewer: Display name of who is being answered, or "" (silence, director, system event).
        kind: Kind of the event (`vtcontrol.kernel.events.EventKind` value).
        text: What was said, unescaped.
        language: BCP 47 tag of the answer.
        phrases: Openers and sayings of the persona, by topic ("greeting", "question", "thanks", "chatter", …).
        memories: Recalled memories, most relevant first.
        facts: Short facts about the viewer.
        emotions: Names of the emotions that may be tagged.
        motions: Names of the motions that may be tagged.
        reaction: The reaction template for this kind of event, or "".
        amount: Amount with its unit for a donation, or "".
        recent_replies: The character's last lines, newest last (so that it does not repeat itself).
    """

    character: str = ""
    viewer: str = ""
    kind: str = "chat"
    text: str = ""
    language: str = "en"
    phrases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    memories: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    emotions: tuple[str, ...] = ()
    motions: tuple[str, ...] = ()
    reaction: str = ""
    amount: str = ""
    recent_replies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One call of a language model.

    Attributes:
        messages: The prompt, in order.
        max_tokens: Most tokens the answer may have.
        temperature: 0.0 to 2.0.
        top_p: 0.0 to 1.0.
        stop: Sequences that end the answer.
        frequency_penalty: -2.0 to 2.0: how much a word is held against its repeats; 0.0 leaves it to the engine.
        presence_penalty: -2.0 to 2.0: how much it is held against a word that it was used at all.
        seed: For engines that sample reproducibly, else None.
        brief: What the messages were made from.
    """

    messages: tuple[ChatMessage, ...]
    max_tokens: int = 300
    temperature: float = 0.8
    top_p: float = 1.0
    stop: tuple[str, ...] = ()
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    seed: int | None = None
    brief: Brief = field(default_factory=Brief)


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the answer, however the stream happened to be cut."""

    text: str


@dataclass(frozen=True, slots=True)
class ChatUsage:
    """What the answer cost; comes at most once, at the end. Counts are tokens; 0 means "not told"."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    model: str = ""
    finish_reason: str = ""


ChatEvent = TextDelta | ChatUsage
