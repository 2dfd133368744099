"""What goes into a turn and what comes out of it: its plan, its limits, its events and its figures.

Owns the words between the pipeline and whoever plays a turn: plan, moderation's verdict, typed events, and the tally
that becomes the figures. Must not run anything: no tasks, no providers.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from vtcontrol.kernel.chat import ChatRequest, ChatUsage, Output
from vtcontrol.kernel.clock import Clock, SystemClock
from vtcontrol.kernel.errors import Fault
from workers.turn.vocabulary import Vocabulary
from workers.turn.voiced_segment import SegmentAudio, SegmentVisemes
from workers.turn.voicing import Failure, Part, VoicingLimits


class Ruling(StrEnum):
    """What moderation says to a clause."""

    ALLOW = "allow"
    REPLACE = "replace"
    SKIP = "skip"
    STOP = "stop"
    DROP = "drop"
    """Of a question: it is not answered."""
    HOLD = "hold"
    """A person is asked; only where an answer is thought to its end before it is voiced."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of a `ClauseGate` or an `AnswerCheck`.

    Attributes:
        ruling: `REPLACE` speaks `text` instead, `SKIP` leaves the clause out, `STOP` ends the answer before it.
        text: The replacement; of a question what was judged.
        reason: For the record, never spoken: which rule it was.
        fault: Why nobody judged, so that the ruling is only what was agreed on for that; None where somebody did.
    """

    ruling: Ruling = Ruling.ALLOW
    text: str = ""
    reason: str = ""
    fault: Fault | None = None


class ClauseGate(Protocol):
    """Moderation of what is about to be said; pure, quick, called once per segment before it is voiced or shown."""

    def __call__(self, tail: str, clause: str) -> Verdict:
        """Judge `clause`, which follows `tail` (the end of what this turn said so far)."""
        ...


class AnswerCheck(Protocol):
    """A second opinion that takes its time, so it is asked beside the work.

    It judges what is answered while the brain thinks, and each clause while it is voiced.

    Attributes:
        name: What it is called among the providers of a turn.
        deadline_s: The longest that anything waits for an opinion, in seconds.
    """

    name: str
    deadline_s: float

    async def question(self) -> Verdict:
        """Judge what is answered, within the deadline; anything but `ALLOW` leaves it unanswered."""
        ...

    async def clause(self, tail: str, clause: str) -> Verdict:
        """Judge `clause`, which follows `tail` (the end of what this turn said so far), whenever it is to be said."""
        ...

    def late(self, clause: str) -> Verdict:
        """Return what is agreed on for a clause that nobody judged within the deadline."""
        ...


def allow_everything(tail: str, clause: str) -> Verdict:
    """Let everything through."""
    return _ALLOWED


_ALLOWED = Verdict()


@dataclass(frozen=True, slots=True)
class TurnLimits:
    """How much a turn may say, and how long the brain may take.

    Attributes:
        segments: Most segments.
        characters: Most characters of subtitle text; the segment that would pass it is not spoken any more.
        raw_characters: Most characters read from a brain, spoken or not.
        tail_characters: Length of the window moderation sees before a clause.
        opinions: Most clauses a check is asked about at once, beside one that is waited for already.
        first_token_s: Longest wait for a brain's first token, in seconds.
        next_token_s: Longest wait between two tokens, in seconds.
        answer_s: Longest time for the whole answer, over all brains, in seconds.
        voicing: Limits of the voice.
    """

    segments: int = 24
    characters: int = 1500
    raw_characters: int = 30_000
    tail_characters: int = 240
    opinions: int = 2
    first_token_s: float = 8.0
    next_token_s: float = 5.0
    answer_s: float = 60.0
    voicing: VoicingLimits = field(default_factory=VoicingLimits)


@dataclass(frozen=True, slots=True)
class TurnPlan:
    """Everything a turn needs to know before it starts.

    Attributes:
        turn: Id of the turn.
        request: The prompt.
        vocabulary: Tags the answer may use, with the voice style of each emotion.
        language: BCP 47 tag of the answer; chooses the words that stand for what cannot be voiced.
        resting_emotion: Emotion of segments before the answer names one.
        limits: Sizes and deadlines.
        output: The form the answer was asked for in.
    """

    turn: UUID
    request: ChatRequest
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    language: str = "en"
    resting_emotion: str = "neutral"
    limits: TurnLimits = field(default_factory=TurnLimits)
    output: Output = Output.TAGS


@dataclass(frozen=True, slots=True)
class SegmentReady:
    """A segment passed moderation and is being voiced already; commit it, then read on for its audio.

    Attributes:
        seg: Number of the segment, from 0, rising; a number is missing where a check took a clause out.
        text: Subtitle text; "" for a lone motion at the end of an answer.
        voiced_text: What the engine is given, or None when there is nothing to voice.
        emotion: Name of the emotion.
        intensity: 0.0 to 1.0.
        motion: Name of the motion that begins with the segment, or None.
        sample_rate: Expected hertz of its audio (a fallback may change it; each chunk says its own); 0 when unknown.
    """

    seg: int
    text: str
    voiced_text: str | None
    emotion: str
    intensity: float
    motion: str | None
    sample_rate: int


@dataclass(frozen=True, slots=True)
class SegmentDone:
    """Everything of a segment was handed out.

    Attributes:
        seg: Number of the segment.
        audio_ms: Length of its audio; 0 when nothing was voiced.
        engine: Name of the engine that voiced it, or "".
        complete: Nothing is missing from its audio.
        characters: Characters that engine was given.
    """

    seg: int
    audio_ms: int
    engine: str
    complete: bool
    characters: int


class TurnOutcome(StrEnum):
    """How a turn ended."""

    SPOKEN = "spoken"
    EMPTY = "empty"
    BLOCKED = "blocked"
    REFUSED = "refused"
    """What it was to answer may not be answered."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StageMarks:
    """When each stage was reached first, in milliseconds since the turn began; None when it was not.

    Attributes:
        request_sent: The first brain was asked.
        first_token: The brain that answers sent its first text.
        first_clause: The first segment was complete.
        tts_first_byte: An engine delivered audio.
        checked: A check let the first segment through; None without one.
        first_audio: The first chunk was handed out.
        llm_done: The answer was read to its end.
        audio_done: The last chunk was handed out.
    """

    request_sent: float | None = None
    first_token: float | None = None
    first_clause: float | None = None
    tts_first_byte: float | None = None
    checked: float | None = None
    first_audio: float | None = None
    llm_done: float | None = None
    audio_done: float | None = None


@dataclass(frozen=True, slots=True)
class ModerationHit:
    """A clause that moderation did not let through as it was, or only noted (`ALLOW`).

    Attributes:
        ruling: What was done.
        clause: What the model wanted to say.
        replacement: What was said instead, or "".
        reason: Which rule it was.
    """

    ruling: Ruling
    clause: str
    replacement: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TurnStats:
    """What a turn took and how it ended.

    Attributes:
        outcome: How it ended.
        fault: What made it fail, or broke its answer off after something was spoken; else None.
        brain: Name of the brain that answered (or was asked last).
        usage: What the brain says it cost; zeros where it does not say.
        deltas: Pieces of text read, an estimate of the tokens where `usage` is silent.
        marks: When each stage was reached.
        began_s: Monotonic seconds the marks count from.
        segments: Segments handed to the voice.
        audio_ms: Audio handed out.
        characters: Characters voiced, by engine, as the engines bill them.
        unknown_tags: Tags dropped because the vocabulary does not know them.
        failures: Providers that failed on the way, in order.
        moderation: Clauses moderation touched, in order.
    """

    outcome: TurnOutcome
    fault: Fault | None
    brain: str
    usage: ChatUsage
    deltas: int
    marks: StageMarks
    began_s: float
    segments: int
    audio_ms: int
    characters: dict[str, int]
    unknown_tags: int
    failures: tuple[Failure, ...]
    moderation: tuple[ModerationHit, ...]


@dataclass(frozen=True, slots=True)
class TurnDone:
    """The turn ended by itself; always the last event."""

    stats: TurnStats


TurnEvent = SegmentReady | SegmentVisemes | SegmentAudio | SegmentDone | TurnDone


class TurnTally:
    """Counts while a turn runs. Give one to `perform` to have the figures of a turn that was closed early, too."""

    def __init__(self) -> None:
        self._clock: Clock = SystemClock()
        self._began_s = 0.0
        self._marks: dict[str, float] = {}
        self._characters: dict[str, int] = {}
        self._failures: list[Failure] = []
        self._to_voice = 0
        self._texts = 0
        self.broken: Fault | None = None
        self.is_refused = False
        self.brain = ""
        self.usage = ChatUsage()
        self.deltas = 0
        self.segments = 0
        self.audio_ms = 0.0
        self.unknown_tags = 0
        self.moderation: list[ModerationHit] = []

    def begin(self, clock: Clock) -> None:
        """Start counting time."""
        self._clock = clock
        self._began_s = clock.monotonic()

    def mark(self, stage: str) -> None:
        """Write down when `stage` (a field of `StageMarks`) was reached, the first time."""
        if stage not in self._marks:
            self._marks[stage] = round((self._clock.monotonic() - self._began_s) * 1000, 3)

    def first_byte(self) -> None:
        """See `VoicingLedger`."""
        self.mark("tts_first_byte")

    def voiced(self, engine: str, characters: int) -> None:
        """See `VoicingLedger`."""
        self._characters[engine] = self._characters.get(engine, 0) + characters

    def failed(self, failure: Failure) -> None:
        """See `VoicingLedger`."""
        self._failures.append(failure)

    def asked(self, brain: str) -> None:
        """A brain is asked; whatever the one before it answered does not count."""
        self.mark("request_sent")
        self.brain = brain
        self.broken = None
        self.usage = ChatUsage()
        self.deltas = 0
        self._marks.pop("first_token", None)
        self._marks.pop("first_clause", None)

    def staged(self, *, has_text: bool, is_voiced: bool) -> None:
        """A segment is handed to the voice."""
        self.segments += 1
        self._texts += has_text
        self._to_voice += is_voiced

    def taken_out(self, *, has_text: bool, is_voiced: bool) -> None:
        """A segment that was handed to the voice is not said after all."""
        self._texts -= has_text
        self._to_voice -= is_voiced

    def handed_out(self, audio: SegmentAudio) -> None:
        """A chunk leaves."""
        self.mark("first_audio")
        self.audio_ms += len(audio.pcm) / 2 / audio.sample_rate * 1000

    def stats(self) -> TurnStats:
        """Return the figures so far."""
        outcome, fault = self._outcome()
        return TurnStats(
            outcome=outcome,
            fault=fault,
            brain=self.brain,
            usage=self.usage,
            deltas=self.deltas,
            marks=StageMarks(**self._marks),
            began_s=self._began_s,
            segments=self.segments,
            audio_ms=round(self.audio_ms),
            characters=dict(self._characters),
            unknown_tags=self.unknown_tags,
            failures=tuple(self._failures),
            moderation=tuple(self.moderation),
        )

    def _outcome(self) -> tuple[TurnOutcome, Fault | None]:
        if self.is_refused:
            return TurnOutcome.REFUSED, None
        if self._to_voice and not self.audio_ms:
            faults = [failure.fault for failure in self._failures if failure.part is Part.VOICE]
            return TurnOutcome.FAILED, faults[-1] if faults else self.broken
        if self._texts:
            return TurnOutcome.SPOKEN, self.broken
        if self.moderation:
            return TurnOutcome.BLOCKED, self.broken
        return (TurnOutcome.FAILED if self.broken else TurnOutcome.EMPTY), self.broken
