"""What passes between the live loop and the services around a turn: frozen values. Pure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from personas.domain.prompt import Prompt
from streams.domain.approval import ApprovedWords, HeldReply, plain
from streams.domain.plan import StreamConfig
from streams.domain.triage import Candidate

TAIL_MS = 120  # a segment is heard to its end when no more than this is missing


@dataclass(frozen=True, slots=True)
class ChosenEvent:
    """The event a turn answers.

    `is_private` is that whoever it is from opted out: their words are answered and kept nowhere. `exchange` counts what
    characters have said to each other before it. `is_let_in`: a person approved it, after it was held.
    """

    id: UUID
    kind: str
    platform: str
    author_name: str
    text: str
    amount: str
    viewer_id: UUID | None
    is_private: bool
    received_at: dt.datetime
    exchange: int = 0
    is_let_in: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A turn that is ours to perform.

    Attributes:
        candidate: What it answers, as triage saw it.
        turn_id: The turn's id.
        started_at: When it was claimed; aware.
        event: What it answers.
        epoch: Control epoch it began in; a higher one interrupts it.
        prompt: What the brain is asked.
        memories: What was recalled, for the record: id, text, score, why.
        note_ids: Director's notes in the prompt.
        is_degraded: A budget is used up: only engines that cost nothing.
        frames: What docks are to be told.
        never: What is never to be mentioned in this answer.
        approved: Words a person let through, said as they stand; None where the answer is still to be thought.
        lore: What came up of it, and what nearly did, for the record: id, label, why, key, used, tokens.
        speaker: The configuration of who answers: of the cast, and of the experiment's arm.
    """

    candidate: Candidate
    turn_id: UUID
    started_at: dt.datetime
    event: ChosenEvent
    epoch: int
    prompt: Prompt
    memories: tuple[dict[str, Any], ...]
    note_ids: tuple[UUID, ...]
    is_degraded: bool
    frames: tuple[dict[str, Any], ...]
    never: tuple[str, ...] = ()
    approved: ApprovedWords | None = None
    lore: tuple[dict[str, Any], ...] = ()
    speaker: StreamConfig | None = None


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing to answer now.

    Attributes:
        wait_s: Look again after so many seconds at the latest.
        frames: What docks are to be told (events that ended unanswered).
    """

    wait_s: float
    frames: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Stale:
    """The configuration moved on: read it anew and ask again."""


@dataclass(frozen=True, slots=True)
class SpokenSegment:
    """A segment as it was voiced and heard.

    Attributes:
        number: From 0.
        text: Subtitle text.
        emotion: Feeling it was said with.
        intensity: 0.0 to 1.0.
        motion: Motion it began with, or "".
        engine: Engine that voiced it, or "".
        audio_ms: Length of its audio.
        heard_ms: How much of it was heard.
        heard_by: `HeardSource` value: who says so.
        whole_ms: Length of all its audio, estimated if it was cut before all was made; 0 when it was only shown.
    """

    number: int
    text: str
    emotion: str
    intensity: float
    motion: str
    engine: str
    audio_ms: int
    heard_ms: int
    heard_by: str
    whole_ms: int

    @property
    def heard_text(self) -> str:
        """The words that were heard: all of them, or as many as fit the time."""
        if self.whole_ms == 0 or (self.heard_ms and self.heard_ms >= self.whole_ms - TAIL_MS):
            return self.text
        words = self.text.split()
        return " ".join(words[: int(len(words) * self.heard_ms / self.whole_ms)])


@dataclass(frozen=True, slots=True)
class Firing:
    """A moderation rule fired on what the character was about to say."""

    rule_id: UUID | None
    rule_name: str
    action: str


@dataclass(frozen=True, slots=True)
class EngineFault:
    """An engine that failed in a turn: what it was asked for ("brain", "voice" or "check"), its name, how it failed."""

    part: str
    engine: str
    fault: str

    def __str__(self) -> str:
        """Return it as people read it."""
        return f"{self.engine}: {self.fault}"


@dataclass(frozen=True, slots=True)
class TurnReport:
    """How a turn ended.

    Attributes:
        turn_id: The turn.
        started_at: When it was claimed; aware.
        event: What it answered.
        state: `TurnState` value.
        reason: Code of why, or "".
        event_state: Terminal state of the event, or "waiting" to try it again.
        event_reason: Code of why.
        segments: What was spoken.
        brain: Who answered.
        voice: Who voiced.
        timings: Stage → milliseconds since the event was accepted.
        prompt_tokens: Tokens of the prompt.
        completion_tokens: Tokens of the answer.
        characters: Voiced characters by engine.
        cost_micros: Millionths of the currency.
        firings: Moderation rules that fired.
        prompt_record: What "Why did it say that?" shows; JSON.
        note_ids: Director's notes that steered it.
        held: The answer waits for a person; nothing of it was said.
        emotion: The feeling it would begin with, where nothing was said.
        approved: It was said after a person let it through.
        failures: Engines that failed on the way, in order.
    """

    turn_id: UUID
    started_at: dt.datetime
    event: ChosenEvent
    state: str
    reason: str
    event_state: str
    event_reason: str
    segments: tuple[SpokenSegment, ...] = ()
    brain: str = ""
    voice: str = ""
    timings: Mapping[str, float] = field(default_factory=dict)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    characters: Mapping[str, int] = field(default_factory=dict)
    cost_micros: int = 0
    firings: tuple[Firing, ...] = ()
    prompt_record: Mapping[str, Any] = field(default_factory=dict)
    note_ids: tuple[UUID, ...] = ()
    held: HeldReply | None = None
    emotion: str = ""
    approved: ApprovedWords | None = None
    failures: tuple[EngineFault, ...] = ()

    @property
    def text(self) -> str:
        """What was said, or is held."""
        if self.held is not None:
            return plain(self.held.text)
        return " ".join(segment.text for segment in self.segments if segment.text)

    @property
    def heard_ms(self) -> int | None:
        """Milliseconds that were heard, or None when nothing was spoken."""
        return sum(segment.heard_ms for segment in self.segments) if self.segments else None

    @property
    def heard_text(self) -> str:
        """What was heard."""
        return " ".join(text for segment in self.segments if (text := segment.heard_text))


def rule_key(rule_id: str) -> UUID | None:
    """Return the row of a moderation rule, or None for one that comes with the house."""
    try:
        return UUID(rule_id)
    except ValueError:
        return None
