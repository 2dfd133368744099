"""The engines of a live worker: one adapter an endpoint, shared by its streams, behind the guards.

Owns their lifetime on one event loop. A changed specification gets a new adapter; unused ones are closed.
"""

import asyncio
import random
from collections import OrderedDict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.conf import settings

from streams.domain.plan import BrainSpec, CheckSpec, StreamConfig, VoiceSpec
from vtcontrol.kernel.clock import Clock, SystemClock
from vtcontrol.kernel.ports import LanguageModel, Moderator, SpeechEngine
from workers.providers.audio_kind import AudioKind
from workers.providers.breaker import CircuitBreaker
from workers.providers.decoder import Decoder
from workers.providers.espeak import EspeakEngine, default_voice
from workers.providers.guarded import (
    CHAT_LIMITS,
    SPEECH_LIMITS,
    Guard,
    GuardedModel,
    GuardedModerator,
    GuardedSpeech,
    Limits,
    RetryRules,
)
from workers.providers.openai_chat import OpenAIChat
from workers.providers.openai_client import OpenAIClients, OpenAIEndpoint
from workers.providers.openai_moderation import OpenAIModeration
from workers.providers.openai_speech import AUTOMATIC, OpenAISpeech
from workers.providers.scripted import ScriptedBrain
from workers.providers.verbatim import VerbatimBrain
from workers.turn.events import TurnStats
from workers.turn.voicing import Voice

ADAPTERS_KEPT = 256
CHECK_RETRY_S = 0.05
CHECK_LONGEST_S = 6.5  # a clause that is not due yet may take longer than the deadline, but not for ever
CHECK_AHEAD_S = 0.01  # a model the turn gives up at its deadline counts as failing, if it was asked by then
USUAL_S = 0.4  # to the first audio of a voice behind a network that nobody has measured yet
ESPEAK_USUAL_S = 0.02


@dataclass(frozen=True, slots=True)
class Prices:
    """What an engine costs, per million units."""

    prompt: Decimal = Decimal(0)
    completion: Decimal = Decimal(0)
    characters: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Chains:
    """The brains and voices of one turn, first choice first, their prices, and who moderates beside the rules."""

    brains: tuple[LanguageModel, ...]
    voices: tuple[Voice, ...]
    prices: dict[str, Prices]
    moderator: Moderator | None = None

    def is_metered(self, name: str) -> bool:
        """Tell whether a brain or voice counts against budgets; the built-in ones do not."""
        return name in self.prices

    def verbatim(self) -> "Chains":
        """Return the same voices behind the brain that repeats what it is given."""
        return replace(self, brains=(VerbatimBrain(),))

    def cost_micros(self, stats: TurnStats) -> int:
        """Return the cost of a turn in millionths of the currency."""
        brain = self.prices.get(stats.brain, Prices())
        cost = brain.prompt * stats.usage.prompt_tokens
        cost += brain.completion * (stats.usage.completion_tokens or stats.deltas)
        for engine, count in stats.characters.items():
            cost += self.prices.get(engine, Prices()).characters * count
        return int(cost)


class Engines:
    """All adapters of one live worker.

    Args:
        chance: Chooses between the scripted brain's lines; a seeded one makes the same replies every time.
    """

    def __init__(self, chance: random.Random | None = None) -> None:
        self._clients = OpenAIClients()
        self._adapters: OrderedDict[Any, Any] = OrderedDict()
        self._scripted = ScriptedBrain(chance or random.Random())  # noqa: S311 - chooses between lines
        self._espeak = EspeakEngine()
        self._decoder = Decoder()
        self._closing: set[asyncio.Task[None]] = set()

    def chains(self, config: StreamConfig, *, is_degraded: bool = False) -> Chains:
        """Return the chains a stream is configured for; free engines alone when its budget is used up."""
        brains: list[LanguageModel] = []
        voices: list[Voice] = []
        prices: dict[str, Prices] = {}
        for brain in () if is_degraded else config.brains:
            brains.append(self._brain(brain))
            prices[brain.name] = Prices(prompt=brain.prompt_price, completion=brain.completion_price)
        for voice in config.voices:
            if voice.engine == "openai" and not is_degraded:
                speech = self._speech(voice)
                usual_s = (speech.status.latency_ms or USUAL_S * 1000) / 1000
                voices.append(_voice(speech, voice, config.language, usual_s))
                shared = prices.get(voice.name, Prices())  # a brain may have the same name
                prices[voice.name] = replace(shared, characters=voice.price)
            elif voice.engine == "espeak":
                voices.append(_voice(self._espeak, voice, config.language, ESPEAK_USUAL_S))
        if config.is_silent:
            voices.clear()
        elif not any(voice.engine is self._espeak for voice in voices):
            voices.append(Voice(self._espeak, default_voice(config.language), config.language, usual_s=ESPEAK_USUAL_S))
        moderator = self._moderator(config.check) if config.check is not None else None
        return Chains((*brains, self._scripted), tuple(voices), prices, moderator)

    async def warm(self, chains: Chains) -> None:
        """Open the connections and processes the first turn would otherwise wait for."""
        warming = [brain.warm() for brain in chains.brains] + [voice.engine.warm() for voice in chains.voices]
        if chains.moderator is not None:
            warming.append(chains.moderator.warm())
        await asyncio.gather(*warming)

    async def warm_built_in(self) -> None:
        """Start the engines every stream can fall back to."""
        await self._espeak.warm()

    async def aclose(self) -> None:
        """Close every adapter."""
        for adapter in self._adapters.values():
            await adapter.aclose()
        self._adapters.clear()
        await self._espeak.aclose()
        await self._decoder.aclose()
        await self._clients.aclose()

    def _brain(self, spec: BrainSpec) -> LanguageModel:
        def make() -> LanguageModel:
            inner = OpenAIChat(self._clients, _endpoint(spec), spec.model, name=spec.name)
            return GuardedModel(inner, Guard(CircuitBreaker(), CHAT_LIMITS))

        adapter: LanguageModel = self._kept(spec, make)
        return adapter

    def _speech(self, spec: VoiceSpec) -> GuardedSpeech:
        def make() -> GuardedSpeech:
            inner = OpenAISpeech(
                self._clients,
                _endpoint(spec),
                spec.model,
                name=spec.name,
                formats=formats_of(spec.audio_format),
                raw_rate=spec.raw_rate,
                decoder=self._decoder,
            )
            return GuardedSpeech(inner, Guard(CircuitBreaker(), SPEECH_LIMITS))

        adapter: GuardedSpeech = self._kept(spec, make)
        return adapter

    def _moderator(self, spec: CheckSpec) -> Moderator:
        def make() -> Moderator:
            inner = OpenAIModeration(self._clients, _endpoint(spec), spec.model, name=spec.label)
            return GuardedModerator(inner, check_guard(spec.deadline_ms / 1000))

        adapter: Moderator = self._kept(spec, make)
        return adapter

    def _kept(self, key: Any, make: Any) -> Any:
        if key not in self._adapters:
            self._adapters[key] = make()
        self._adapters.move_to_end(key)
        while len(self._adapters) > ADAPTERS_KEPT:
            _, unused = self._adapters.popitem(last=False)
            closing = asyncio.get_running_loop().create_task(unused.aclose())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
        return self._adapters[key]


def check_guard(deadline_s: float, clock: Clock | None = None) -> Guard:
    """Return what guards a moderation model that turns wait for no longer than `deadline_s` seconds."""
    late_s = deadline_s - CHECK_AHEAD_S
    retry = RetryRules(first_wait_s=CHECK_RETRY_S, longest_wait_s=late_s / 2, budget_s=late_s)
    limits = Limits(CHECK_LONGEST_S, CHECK_LONGEST_S, late_s)
    return Guard(CircuitBreaker(clock=clock), limits, retry, clock=clock or SystemClock())


def _endpoint(spec: BrainSpec | VoiceSpec | CheckSpec) -> OpenAIEndpoint:
    return OpenAIEndpoint(spec.base_url, spec.key, allow_private=settings.ALLOW_PRIVATE_URLS)


def formats_of(audio_format: str) -> tuple[AudioKind, ...]:
    """Return what to ask a server for, by the value of a voice's `AudioFormat`."""
    return AUTOMATIC if audio_format == "auto" else (AudioKind(audio_format),)


def _voice(engine: SpeechEngine, spec: VoiceSpec, language: str, usual_s: float) -> Voice:
    return Voice(engine, spec.voice_name, language, spec.rate, spec.pitch, spec.volume, usual_s)
