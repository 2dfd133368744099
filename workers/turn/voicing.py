"""Voicing: turns the segments of one turn into audio, in parallel, delivered strictly in order.

Owns the requests to the speech engines: when they start, how many run, which engine of the chain is asked, how long it
may take. Must not know language models, moderation, sockets or rows.

Every segment has one task that fills a bounded buffer; whoever reads the segments one after the other gets them in
order while the later ones are already being made.

An engine that fails is followed by the next of the chain: from the beginning of the segment while nothing of it was
read, else from where the first one broke off. One that is silent while the stage has nothing left to play has failed.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from vtcontrol.kernel.errors import Fault, ProviderFailed
from vtcontrol.kernel.ports import SpeechEngine
from vtcontrol.kernel.speech import AudioChunk, SpeechEvent, SpeechRequest
from workers.turn.continuation import rest_of, usual_ms
from workers.turn.playout import Impatience, Playout
from workers.turn.vocabulary import EmotionStyle
from workers.turn.voiced_segment import VoicedSegment
from workers.turn.watchdog import Watchdog

logger = logging.getLogger(__name__)

STRIKES = 2  # failures after which an engine is not asked again in this turn


@dataclass(frozen=True, slots=True)
class Voice:
    """One rung of the chain of engines: who speaks, and how it sounds without any emotion.

    Attributes:
        engine: The engine.
        name: The engine's own name of the voice.
        language: BCP 47 tag.
        rate: Speed of this character, 1.0 is the voice's own; emotions multiply it.
        pitch: The same for pitch.
        volume: The same for loudness.
        usual_s: How long it usually takes to its first audio, in seconds.
    """

    engine: SpeechEngine
    name: str
    language: str = "en"
    rate: float = 1.0
    pitch: float = 1.0
    volume: float = 1.0
    usual_s: float = 0.0

    def request(self, text: str, style: EmotionStyle, intensity: float) -> SpeechRequest:
        """Return the request for `text`, its style blended in by `intensity` (0.0 to 1.0) and kept within bounds."""
        return SpeechRequest(
            text=text,
            voice=self.name,
            language=self.language,
            rate=_blend(self.rate, style.rate, intensity, least=0.5),
            pitch=_blend(self.pitch, style.pitch, intensity, least=0.5),
            volume=_blend(self.volume, style.volume, intensity, least=0.0),
        )


@dataclass(frozen=True, slots=True)
class VoicingLimits:
    """What voicing may take.

    Attributes:
        parallel: Most segments being voiced at once, beside one that is waited for already.
        first_audio_s: Longest wait for an engine's first audio, in seconds.
        next_audio_s: Longest wait between two pieces of audio, in seconds.
        buffer_bytes: Audio of one segment made ahead of its delivery before the engine is made to wait.
        gap_s: Longest silence of the stage in the middle of a turn before the next engine takes over, in seconds.
        begin_s: How long an engine may take to begin a segment in any case, in seconds.
    """

    parallel: int = 3
    first_audio_s: float = 4.0
    next_audio_s: float = 3.0
    buffer_bytes: int = 1 << 20
    gap_s: float = 0.25
    begin_s: float = 1.2


class Part(StrEnum):
    """Which part of a turn a provider plays."""

    BRAIN = "brain"
    VOICE = "voice"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Failure:
    """A provider that failed in this turn.

    Attributes:
        part: What it was asked for.
        provider: Its name.
        fault: How it failed.
        seg: The segment it was voicing or judging, or None.
    """

    part: Part
    provider: str
    fault: Fault
    seg: int | None = None


class VoicingLedger(Protocol):
    """Where voicing writes down what happened, at the moment it happens."""

    def first_byte(self) -> None:
        """An engine delivered audio (called for every segment)."""
        ...

    def voiced(self, engine: str, characters: int) -> None:
        """An engine began to deliver audio for this many characters (and will bill them)."""
        ...

    def failed(self, failure: Failure) -> None:
        """An engine failed."""
        ...


def _blend(own: float, factor: float, intensity: float, *, least: float) -> float:
    return min(2.0, max(least, own * (1.0 + (factor - 1.0) * intensity)))


class Voicing:
    """The voice of one turn.

    Args:
        voices: The chain of engines, best first; empty for a character without a voice.
        limits: What it may take.
        ledger: Where it writes down what happened.

    """

    __slots__ = (
        "_has_begun", "_ledger", "_limits", "_makers", "_paces", "_playout", "_slots", "_strikes", "_voices",
    )  # fmt: skip

    def __init__(self, voices: Sequence[Voice], limits: VoicingLimits, ledger: VoicingLedger) -> None:
        self._voices = voices
        self._limits = limits
        self._ledger = ledger
        self._slots = asyncio.Semaphore(limits.parallel)
        self._strikes = [0] * len(voices)
        self._paces = [0.0] * len(voices)  # how long a voice takes for what usually takes 1; 0.0: not known yet
        self._playout = Playout()
        self._has_begun = False
        self._makers: dict[VoicedSegment, asyncio.Task[None]] = {}

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """The tasks that run now. Whoever owns the turn cancels and awaits them when it ends early."""
        return list(self._makers.values())

    @property
    def sample_rate(self) -> int:
        """Hertz of the engine that would be asked next; 0 when none would, or when it does not say."""
        index = self._best(set())
        return 0 if index is None else self._voices[index].engine.capabilities.sample_rate

    def begin(
        self, seg: int, text: str | None, style: EmotionStyle, intensity: float, *, is_due: bool = False
    ) -> VoicedSegment:
        """Start voicing a segment, as soon as one of the parallel slots is free, and return where to read it.

        Args:
            seg: Number of the segment; segments are to be read in this order.
            text: Plain speakable text, or None when there is nothing to voice.
            style: How its emotion colours the voice.
            intensity: How much of that, 0.0 to 1.0.
            is_due: It is read before all that wait for a slot, so it takes none: those who hold them may be waiting for
                it to be read.
        """
        segment = VoicedSegment(seg, is_first=not self._has_begun, playout=self._playout)
        if text is None or not self._voices:
            segment.is_complete = text is None
            segment.end()
            return segment
        self._has_begun = True
        slot = nullcontext() if is_due else self._slots
        task = asyncio.create_task(self._voice(segment, seg, text, style, intensity, slot))
        self._makers[segment] = task
        task.add_done_callback(lambda done: self._forget(segment, done))
        return segment

    def drop(self, segment: VoicedSegment) -> None:
        """Stop voicing a segment that nobody will read."""
        if (task := self._makers.get(segment)) is not None:
            task.cancel()

    def _forget(self, segment: VoicedSegment, task: asyncio.Task[None]) -> None:
        del self._makers[segment]
        if not task.cancelled():
            task.exception()

    async def _voice(
        self,
        segment: VoicedSegment,
        seg: int,
        text: str,
        style: EmotionStyle,
        intensity: float,
        slot: AbstractAsyncContextManager[None],
    ) -> None:
        tried: set[int] = set()
        try:
            async with slot:
                while text and (index := self._best(tried)) is not None:
                    tried.add(index)
                    voice = self._voices[index]
                    request = voice.request(text, style, intensity)
                    fault = await self._attempt(segment, voice, request, tried)
                    segment.is_complete = fault is None
                    if fault is None:
                        self._learn_pace(index, segment, request)
                        return
                    self._strike(index, seg, fault)
                    text = self._rest(index, segment, request)
        finally:
            segment.end()

    def _rest(self, index: int, segment: VoicedSegment, request: SpeechRequest) -> str:
        """Return what the next engine has to say: all of it while nothing was read, else what is left."""
        if not segment.is_delivered:
            return request.text
        made_ms, words = segment.made
        pace = self._paces[index] / request.rate
        return rest_of(request.text, request.language, made_ms, pace=pace, words=words)

    def _learn_pace(self, index: int, segment: VoicedSegment, request: SpeechRequest) -> None:
        usual = usual_ms(request.text, request.language)
        if usual:
            self._paces[index] = segment.made[0] * request.rate / usual

    def _best(self, tried: set[int]) -> int | None:
        """Return the engine to ask: the first of those that failed least and were not `tried`."""
        able = [index for index, strikes in enumerate(self._strikes) if strikes < STRIKES and index not in tried]
        return min(able, key=self._strikes.__getitem__, default=None)

    def _strike(self, index: int, seg: int, fault: Fault) -> None:
        """Remember a failure; a text the engine rejects says nothing about the next one."""
        if fault is Fault.AUTH:
            self._strikes[index] = STRIKES
        elif fault is not Fault.REJECTED:
            self._strikes[index] += 1
        self._ledger.failed(Failure(Part.VOICE, self._voices[index].engine.name, fault, seg))

    async def _attempt(
        self, segment: VoicedSegment, voice: Voice, request: SpeechRequest, tried: set[int]
    ) -> Fault | None:
        guessed = None if voice.engine.capabilities.timestamps else request
        (segment.go_on if segment.is_delivered else segment.start_over)(guessed)
        impatience: Impatience | None = None
        try:
            with Watchdog() as watchdog:
                watchdog.allow(self._limits.first_audio_s)
                impatience = self._watched(segment, watchdog, tried)
                async with aclosing(voice.engine.stream(request)) as events:
                    async for event in events:
                        await self._receive(segment, voice, request, event, watchdog)
        except ProviderFailed as failed:
            return failed.fault
        except TimeoutError:
            return Fault.TIMEOUT
        except Exception as error:
            note = {"provider": voice.engine.name, "error": type(error).__name__}
            logger.warning("speech engine broke its contract", extra=note)
            return Fault.GARBAGE
        finally:
            segment.on_wait = None
            if impatience is not None:
                impatience.stop()
        return None if segment.made[0] else Fault.GARBAGE

    def _watched(self, segment: VoicedSegment, watchdog: Watchdog, tried: set[int]) -> Impatience:
        """Watch over the silence of the stage while an engine works on a segment."""
        following = self._best(tried)
        lead_s = 0.0 if following is None else self._voices[following].usual_s

        def give_up() -> bool:
            if self._best(tried) is None:
                return False
            watchdog.bite()
            return True

        impatience = Impatience(
            segment, self._playout, give_up, gap_s=self._limits.gap_s, lead_s=lead_s, least_s=self._limits.begin_s
        )
        segment.on_wait = impatience.look
        impatience.look()
        return impatience

    async def _receive(
        self, segment: VoicedSegment, voice: Voice, request: SpeechRequest, event: SpeechEvent, watchdog: Watchdog
    ) -> None:
        is_first = not segment.made[0]
        segment.put(event, voice.engine.name)
        if not isinstance(event, AudioChunk) or not event.pcm:
            return
        if is_first:
            segment.engine = voice.engine.name
            segment.characters += len(request.text)
            self._ledger.first_byte()
            self._ledger.voiced(segment.engine, len(request.text))
        if segment.buffered >= self._limits.buffer_bytes:
            watchdog.rest()
            await segment.room(self._limits.buffer_bytes)
        watchdog.allow(self._limits.next_audio_s)
