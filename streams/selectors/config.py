"""Reading a stream's configuration into frozen values: once per configuration version, for the live loop and intake."""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from django.utils.translation import gettext, override

from memory.selectors import lore_book
from personas.domain.inputs import PersonaText
from personas.models import Brain, Emotion, Experiment, Persona, Voice
from personas.selectors import Character, character_at, character_of, modes_of, overrides_of, persona_text
from streams.domain.approval import Approval, approval_of
from streams.domain.model_check import read_thresholds
from streams.domain.moderation import RuleSet
from streams.domain.plan import NARRATOR, BrainSpec, BudgetSpec, CheckSpec, EmotionSpec, Split, StreamConfig, VoiceSpec
from streams.domain.rules import Action
from streams.models import ModerationModel, Stream
from streams.selectors.cast import FIRST, cast_stream, voice_of_narration, with_cast
from streams.selectors.moderation import rules_of
from streams.selectors.stage import look_of, look_with
from vtcontrol.kernel.chat import Output
from vtcontrol.kernel.errors import InputInvalid, NotFound, SecretUnreadable
from vtcontrol.tenancy.compiled import CompiledQuery
from vtcontrol.tenancy.credentials import Credential
from vtcontrol.tenancy.metering import Budget

CONFIGS_KEPT = 512
SCRIPTED_MAX_TOKENS = 220
READ_WITH = ("studio", "persona__avatar", "layout", "moderation_model__credential")
CHAIN_LONGEST = 4
EngineT = TypeVar("EngineT", Brain, Voice)

_configs: OrderedDict[UUID, StreamConfig] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Versions:
    """What tells the live loop that its copies are old: the studio's configuration, the persona's memories."""

    config: int
    memory: int


_VERSIONS = CompiledQuery(
    lambda stream_id: (
        Stream.objects.filter(pk=stream_id).order_by().values_list("studio__config_version", "persona__memory_version")
    ),
    stream_id=UUID,
)


def read_versions(stream_id: UUID) -> Versions:
    """Return the versions of now.

    Raises:
        NotFound: No such stream in this studio.
    """
    rows = _VERSIONS.rows(stream_id=stream_id)
    if not rows:
        raise NotFound
    return Versions(*rows[0])


def current_config(studio_id: UUID, stream_id: UUID) -> StreamConfig:
    """Return a stream's configuration as of now, from this process's copy when nothing changed.

    Raises:
        NotFound: No such stream in this studio.
    """
    return config_of(studio_id, stream_id, read_versions(stream_id).config)


def config_of(studio_id: UUID, stream_id: UUID, version: int) -> StreamConfig:
    """Return a stream's configuration of the version just read, from this process's copy when it is that one.

    Raises:
        NotFound: No such stream in this studio.
    """
    with _lock:
        config = _configs.get(stream_id)
    if config is None or config.version != version or config.studio_id != studio_id:
        config = load_config(stream_id)
        with _lock:
            _configs[stream_id] = config
            while len(_configs) > CONFIGS_KEPT:
                _configs.popitem(last=False)
    return config


def load_config(stream_id: UUID, revision_id: UUID | None = None) -> StreamConfig:
    """Read a stream's configuration from the database.

    Args:
        stream_id: The stream.
        revision_id: Read the character as this revision of it has it; None reads it as it is on air.

    Raises:
        NotFound: No such stream in this studio, or its character has no such revision.
    """
    stream = cast_stream(pk=stream_id).select_related(*READ_WITH).first()
    if stream is None:
        raise NotFound
    persona: Persona = stream.persona
    character = character_of(persona) if revision_id is None else character_at(persona, revision_id)
    lead = config_with(stream, character)
    config = with_cast(stream, lead, lambda other: config_with(stream, character_of(other)))
    return config if revision_id is not None else with_narrator(stream, with_experiments(stream, config))


def with_narrator(stream: Stream, config: StreamConfig) -> StreamConfig:
    """Return a stream's configuration with the narrator of its open scene, where no character narrates. One query.

    It borrows the stream's rules and budgets; it has no face, no feelings and no brain: its words are the team's.
    """
    voice = voice_of_narration(stream.pk) if config.cast is not None else None
    if voice is None:
        return config
    problems: list[str] = []
    voices = tuple(_voice(row, problems) for row in _chain(Voice, voice[0]))
    with override(stream.language):
        name = gettext("Narrator")
    narrator = replace(
        config, persona=PersonaText(name), emotions=(), motions=(), brains=(), voices=voices, figure=NARRATOR,
        company=None, others=(), split=None, is_silent=voice[0] is None,
    )  # fmt: skip
    return replace(config, narrator=narrator, problems=tuple(dict.fromkeys((*config.problems, *problems))))


def with_experiments(stream: Stream, config: StreamConfig) -> StreamConfig:
    """Return a stream's configuration with the other arms of the experiments that run on its characters. One query."""
    everybody = (config, *config.others)
    running = Experiment.objects.filter(persona__in=[one.persona_id for one in everybody], ended_at=None)
    found = {one.persona_id: one for one in running.select_related("persona__avatar")}
    if not found:
        return config
    lead, *others = (_split(stream, one, found.get(one.persona_id)) for one in everybody)
    return replace(lead, others=tuple(others))


def _split(stream: Stream, config: StreamConfig, experiment: Experiment | None) -> StreamConfig:
    """Return a character's configuration with its other arm, which stands at the same place of the same stage."""
    if experiment is None:
        return config
    character = character_at(experiment.persona, experiment.other_id)
    look = look_with(config.look, config.figure or FIRST, character.persona)
    there = config_with(stream, character)
    other = replace(there, look=look, figure=config.figure, cast=config.cast, company=config.company)
    split = Split(str(experiment.pk), experiment.share, other)
    problems = tuple(dict.fromkeys((*config.problems, *other.problems)))
    return replace(config, split=split, problems=problems)


def config_with(stream: Stream, character: Character) -> StreamConfig:
    """Return the configuration of a stream on which a character speaks, on air or as a revision has it.

    Args:
        stream: With its studio read; it keeps its own character.
        character: Of the same studio.
    """
    persona = character.persona
    problems = [f"the {name} of this revision is no more" for name in character.gone]
    rules = rules_of(stream, persona, problems)
    brains = tuple(_brain(brain, problems) for brain in _chain(Brain, persona.brain_id))
    check = _check(stream, problems)
    return StreamConfig(
        studio_id=stream.studio_id,
        stream_id=stream.pk,
        version=stream.studio.config_version,
        name=stream.name,
        language=stream.language,
        is_enabled=stream.is_enabled and stream.studio.is_active,
        look=look_of(stream),
        persona_id=persona.pk,
        revision_id=character.revision_id,
        persona=_persona_text(persona, stream.language),
        modes=modes_of(persona),
        sampling=overrides_of(persona, brains[0].max_tokens if brains else SCRIPTED_MAX_TOKENS),
        output=Output(persona.output_format),
        emotions=tuple(_emotion(row) for row in character.emotions),
        motions=tuple(persona.motions),
        reactions={row.kind: row.template for row in character.reactions if row.is_enabled},
        lore=lore_book(persona.pk, character=persona.name, language=stream.language),
        brains=brains,
        voices=tuple(_voice(voice, problems) for voice in _chain(Voice, persona.voice_id)),
        rules=rules,
        budgets=tuple(_budgets(stream.pk)),
        viewer_cooldown_s=stream.viewer_cooldown_s,
        chat_fresh_s=stream.chat_fresh_s,
        uses_relationships=stream.uses_relationships,
        answers_commands=stream.answers_commands,
        approval=_approval(stream, persona, rules, check),
        check=check,
        problems=tuple(problems),
    )


def _persona_text(persona: Persona, language: str) -> PersonaText:
    """Return the character in words, the stream's language first."""
    words = persona_text(persona)
    return words if language == persona.language else replace(words, languages=(language, persona.language))


def _chain(model: type[EngineT], first_id: UUID | None) -> Iterator[EngineT]:
    """Yield an engine and its fallbacks; a loop in them ends the chain."""
    seen: set[UUID] = set()
    next_id = first_id
    while next_id is not None and next_id not in seen and len(seen) < CHAIN_LONGEST:
        seen.add(next_id)
        engine = model.objects.select_related("credential").filter(pk=next_id).first()
        if engine is None:
            return
        yield engine
        next_id = engine.fallback_id


def _approval(stream: Stream, persona: Persona, rules: RuleSet, check: CheckSpec | None) -> Approval:
    return approval_of(
        rules,
        stream.approval,
        is_always=persona.asks_a_person,
        model_asks=check is not None and check.policy.action is Action.HOLD,
        timeout_s=stream.approval_timeout_s,
        most=stream.approval_most,
        is_waiting=stream.approval_waits,
    )


def _secret(credential: Credential | None, what: str, problems: list[str]) -> str:
    """Return a stored key; one that cannot be read is a visible problem, not the end of the show."""
    if credential is None:
        return ""
    try:
        return credential.reveal()
    except SecretUnreadable:
        problems.append(f"the key of {what} cannot be read")
        return ""


def _brain(row: Brain, problems: list[str]) -> BrainSpec:
    return BrainSpec(
        id=row.pk,
        name=row.name,
        base_url=row.base_url,
        model=row.model,
        key=_secret(row.credential, row.name, problems),
        max_tokens=row.max_tokens,
        context_tokens=row.context_tokens,
        prompt_price=row.prompt_price,
        completion_price=row.completion_price,
    )


def _voice(row: Voice, problems: list[str]) -> VoiceSpec:
    return VoiceSpec(
        id=row.pk,
        name=row.name,
        engine=row.engine,
        voice_name=row.voice_name,
        base_url=row.base_url,
        model=row.model,
        key=_secret(row.credential, row.name, problems),
        rate=row.rate,
        pitch=row.pitch,
        volume=row.volume,
        price=row.price,
        audio_format=row.audio_format,
        raw_rate=row.raw_rate,
    )


def _check(stream: Stream, problems: list[str]) -> CheckSpec | None:
    row: ModerationModel | None = stream.moderation_model
    if row is None:
        return None
    try:
        thresholds = read_thresholds(row.thresholds)
    except InputInvalid:
        problems.append(f"the thresholds of {row.name} cannot be read")
        thresholds = ()
    return CheckSpec(
        id=row.pk,
        name=row.name,
        base_url=row.base_url,
        model=row.model,
        key=_secret(row.credential, row.name, problems),
        deadline_ms=row.deadline_ms,
        policy=row.policy(thresholds),
    )


def _emotion(row: Emotion) -> EmotionSpec:
    aliases = tuple(alias.strip() for alias in row.aliases.split(",") if alias.strip())
    return EmotionSpec(row.name, row.face, aliases, row.rate, row.pitch, row.volume, row.intensity)


def _budgets(stream_id: UUID) -> Iterator[BudgetSpec]:
    for row in Budget.objects.filter(is_enabled=True):
        if row.stream_id in {None, stream_id}:
            yield BudgetSpec(row.meter, row.stream_id, row.daily_limit)
