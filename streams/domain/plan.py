"""What the live loop knows of a stream's configuration: frozen values, read once per configuration version. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from memory.domain.lore import LoreBook
from personas.domain.experiments import hears_other
from personas.domain.inputs import Company, PersonaText
from personas.domain.modes import Modes, SamplingOverrides
from streams.domain.approval import Approval
from streams.domain.cast import CastPlan
from streams.domain.model_check import CheckPolicy
from streams.domain.moderation import RuleSet
from vtcontrol.kernel.chat import Output

NARRATOR = "narrator"
"""Key of a speaker that has no figure on the stage."""


@dataclass(frozen=True, slots=True)
class BrainSpec:
    """A language model to ask.

    Attributes:
        id: The brain's row.
        name: Its name in the admin.
        base_url: OpenAI-compatible endpoint.
        model: Name of the model there.
        key: The secret, or "".
        max_tokens: Longest answer.
        context_tokens: Most tokens of the prompt.
        prompt_price: Money per million prompt tokens.
        completion_price: Money per million answer tokens.
    """

    id: UUID
    name: str
    base_url: str
    model: str
    key: str = field(repr=False)
    max_tokens: int
    context_tokens: int
    prompt_price: Decimal
    completion_price: Decimal


@dataclass(frozen=True, slots=True)
class VoiceSpec:
    """A voice to speak with.

    Attributes:
        id: The voice's row.
        name: Its name in the admin.
        engine: `VoiceEngine` value.
        voice_name: The engine's own name of the voice.
        base_url: Endpoint, for engines behind one.
        model: Name of the model there.
        key: The secret, or "".
        rate: Speed, 1.0 is the voice's own.
        pitch: Pitch, 1.0 is the voice's own.
        volume: Loudness, 1.0 is the voice's own.
        price: Money per million characters.
        audio_format: `AudioFormat` value.
        raw_rate: Hertz of plain samples, which do not say.
    """

    id: UUID
    name: str
    engine: str
    voice_name: str
    base_url: str
    model: str
    key: str = field(repr=False)
    rate: float
    pitch: float
    volume: float
    price: Decimal
    audio_format: str = "auto"
    raw_rate: int = 24_000


MODERATION = " (moderation)"


def is_well(note: str) -> bool:
    """Tell from an engine's note, "name" or "name|trouble; trouble", whether it is well.

    What a moderation model missed is told there too, and is no trouble of the brain's.
    """
    troubles = filter(None, note.partition("|")[2].split("; "))
    return all(f"{MODERATION}: " in trouble for trouble in troubles)


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """A moderation model to ask beside the rules.

    Attributes:
        id: The model's row.
        name: Its name in the admin.
        base_url: OpenAI-compatible endpoint.
        model: Name of the model there, or "".
        key: The secret, or "".
        deadline_ms: The longest wait for its opinion.
        policy: What counts, and what is done then.
    """

    id: UUID
    name: str
    base_url: str
    model: str
    key: str = field(repr=False)
    deadline_ms: int
    policy: CheckPolicy

    @property
    def label(self) -> str:
        """What it is called among the engines of a turn: brains and voices may have the same name."""
        return f"{self.name}{MODERATION}"


@dataclass(frozen=True, slots=True)
class EmotionSpec:
    """A feeling: its tag, its face and how it changes the voice (factors)."""

    name: str
    face: str
    aliases: tuple[str, ...]
    rate: float
    pitch: float
    volume: float
    intensity: float


@dataclass(frozen=True, slots=True)
class BudgetSpec:
    """A daily limit of one meter, for the stream or (None) for the whole studio."""

    meter: str
    stream_id: UUID | None
    daily_limit: int


@dataclass(frozen=True, slots=True)
class Split:
    """A running experiment: a share of the viewers hears another revision of the character.

    Attributes:
        experiment: Its id, as text: it decides who is on which side.
        share: Percent of the viewers who hear the other revision.
        other: The configuration with that revision.
    """

    experiment: str
    share: int
    other: "StreamConfig"


@dataclass(frozen=True, slots=True)
class StreamConfig:
    """Everything configured that a turn needs.

    Attributes:
        studio_id: The studio.
        stream_id: The stream.
        version: The studio's configuration version this was read at.
        name: The stream's name.
        language: BCP 47 tag the character answers in.
        is_enabled: Whether the stream takes part at all.
        look: What the stage page needs: badge, subtitles, avatar, character's name.
        persona_id: The character.
        revision_id: Its revision, or None before the first was recorded.
        persona: The character in words.
        modes: Its tuning.
        sampling: What of its sampling is set by hand, and what its brain allows.
        output: The form it answers in.
        emotions: What it can feel; the first is its resting face.
        motions: What it can do.
        reactions: Template by kind of event.
        lore: What it knows of names, places and jokes, ready to be matched.
        brains: The chain of models, first choice first; empty: the scripted brain alone.
        voices: The chain of voices, first choice first.
        rules: Moderation.
        budgets: Daily limits.
        viewer_cooldown_s: Pause before plain chat of one viewer is answered again.
        chat_fresh_s: Seconds a chat line stays worth an answer.
        uses_relationships: The card of the viewer is in the prompt, and scores move.
        answers_commands: The character says so when a viewer asked for something about their data.
        approval: What is held for a person.
        check: The moderation model asked beside the rules, or None.
        figure: What the stage calls the character, or "" for the first.
        narrator: Who tells what happens in the open scene where no character does, or None.
        is_silent: Its words are shown, not voiced.
        cast: Who else is on stage and who takes which line, or None where the character is alone.
        company: What the prompt tells of the others and of the scene.
        others: The configurations of the rest of the cast (of the stream's own character only).
        split: The experiment that runs, or None.
        problems: What cannot be used (a key that cannot be read), for the status line.
    """

    studio_id: UUID
    stream_id: UUID
    version: int
    name: str
    language: str
    is_enabled: bool
    look: Mapping[str, object]
    persona_id: UUID
    revision_id: UUID | None
    persona: PersonaText
    modes: Modes
    emotions: tuple[EmotionSpec, ...]
    motions: tuple[str, ...]
    reactions: Mapping[str, str]
    lore: LoreBook
    brains: tuple[BrainSpec, ...]
    voices: tuple[VoiceSpec, ...]
    rules: RuleSet
    budgets: tuple[BudgetSpec, ...]
    viewer_cooldown_s: int
    chat_fresh_s: int
    sampling: SamplingOverrides = field(default_factory=SamplingOverrides)
    output: Output = Output.TAGS
    uses_relationships: bool = True
    answers_commands: bool = True
    approval: Approval = field(default_factory=Approval)
    check: CheckSpec | None = None
    figure: str = ""
    narrator: "StreamConfig | None" = None
    is_silent: bool = False
    cast: CastPlan | None = None
    company: Company | None = None
    others: tuple["StreamConfig", ...] = ()
    split: Split | None = None
    problems: tuple[str, ...] = ()

    @property
    def model(self) -> str:
        """Name of the model that is asked first, whose tokens count; "" for the scripted brain."""
        return self.brains[0].model if self.brains else ""

    def of(self, persona_id: UUID) -> "StreamConfig":
        """Return the configuration of a character of the cast; its own when there is no such character."""
        return next((one for one in self.others if one.persona_id == persona_id), self)

    @property
    def off_stage_name(self) -> str:
        """The name of a voice without a character, as the narrator's is; "" for a character."""
        return self.persona.name if self.figure == NARRATOR else ""

    def heard_by(self, who: str) -> "StreamConfig":
        """Return the configuration somebody hears: the other arm's where an experiment puts them there.

        Args:
            who: What tells people apart, or "" for nobody in particular.
        """
        split = self.split
        if split is None or not hears_other(split.experiment, who, split.share):
            return self
        return split.other
