"""Voicing: turns the segments of one turn into audio, in parallel, delivered strictly in order.

Owns the requests to the speech engines: when they start, how many run, which engine of the chain is asked, how long it
may take, and how its audio is cut into chunks. Must not know language models, moderation, sockets or rows.

Every segment has one task that fills a bounded buffer; whoever reads the segments one after the other gets them in
order while the later ones are already being made. Sizes of chunks depend on the audio alone, never on timing. Where an
engine tells no mouth shapes, they are guessed from text and loudness as the audio leaves.
"""

import asyncio
import logging
import math
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Protocol

from vtcontrol.kernel.errors import Fault, ProviderFailed
from vtcontrol.kernel.ports import SpeechEngine
from vtcontrol.kernel.speech import AudioChunk, SpeechEvent, SpeechRequest, VisemeCue
from workers.turn.tags import EmotionStyle
from workers.turn.visemes import TextTrack

logger = logging.getLogger(__name__)

FIRST_CHUNK_MS = 40  # of the turn: the sooner it leaves, the sooner the character is heard
FIRST_CHUNK_OF_LATER_SEGMENT_MS = 160
LONGEST_CHUNK_MS = 500
SHORTEST_TAIL_MS = 60  # less than this never becomes a chunk of its own
LEAST_SAMPLE_RATE = 4000  # Hz
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
    """

    engine: SpeechEngine
    name: str
    language: str = "en"
    rate: float = 1.0
    pitch: float = 1.0
    volume: float = 1.0

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
        parallel: Most segments being voiced at once.
        first_audio_s: Longest wait for an engine's first audio, in seconds.
        next_audio_s: Longest wait between two pieces of audio, in seconds.
        buffer_bytes: Audio of one segment made ahead of its delivery before the engine is made to wait.
    """

    parallel: int = 3
    first_audio_s: float = 4.0
    next_audio_s: float = 3.0
    buffer_bytes: int = 1 << 20


class Part(StrEnum):
    """Which part of a turn a provider plays."""

    BRAIN = "brain"
    VOICE = "voice"


@dataclass(frozen=True, slots=True)
class Failure:
    """A provider that failed in this turn.

    Attributes:
        part: What it was asked for.
        provider: Its name.
        fault: How it failed.
        seg: The segment it was voicing, or None for a brain.
    """

    part: Part
    provider: str
    fault: Fault
    seg: int | None = None


@dataclass(frozen=True, slots=True)
class SegmentVisemes:
    """More mouth shapes of segment `seg`; comes before the audio they describe."""

    seg: int
    cues: tuple[VisemeCue, ...]


@dataclass(frozen=True, slots=True)
class SegmentAudio:
    """The next audio of segment `seg`: mono signed 16-bit little-endian PCM, whole samples.

    Attributes:
        seg: The segment, from 0.
        seq: Number of this chunk in its segment, from 0 without gaps.
        pcm: The samples; empty only where the end became known after the last samples had left.
        sample_rate: Hertz; one rate for all chunks of a segment.
        last: No more chunks of this segment follow.
    """

    seg: int
    seq: int
    pcm: bytes
    sample_rate: int
    last: bool


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


class Watchdog:
    """Cancels what runs inside it when it makes no progress; `TimeoutError` comes out.

    Like `asyncio.timeout`, but made for loops over many small events: `allow` only writes down a number, one timer
    looks at it when it fires and goes on sleeping while there was progress. A context manager, for one task.

    Args:
        total_s: Longest time from entering on, in seconds, whatever the progress.
    """

    __slots__ = ("_cancelling", "_due", "_has_bitten", "_loop", "_task", "_timer", "_total_s", "_until")

    def __init__(self, total_s: float = math.inf) -> None:
        self._total_s = total_s
        self._has_bitten = False
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> "Watchdog":
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a watchdog needs a task to watch")
        self._task: asyncio.Task[object] = task
        self._loop = asyncio.get_running_loop()
        self._cancelling = task.cancelling()
        self._until = self._loop.time() + self._total_s
        self._due = math.inf
        self._set(self._until)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._has_bitten and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def allow(self, seconds: float) -> None:
        """Start waiting anew: the next progress may take this long."""
        self._set(min(self._loop.time() + seconds, self._until))

    def rest(self) -> None:
        """Stop waiting until the next `allow`: it is our own side that takes its time."""
        self._due = self._until

    def _set(self, due: float) -> None:
        self._due = due
        if due < (self._timer.when() if self._timer else math.inf):
            if self._timer:
                self._timer.cancel()
            self._timer = self._loop.call_at(due, self._fire)

    def _fire(self) -> None:
        self._timer = None
        if self._due > self._loop.time():
            if self._due < math.inf:
                self._timer = self._loop.call_at(self._due, self._fire)
        else:
            self._has_bitten = True
            self._task.cancel()


class Rechunker:
    """Cuts the audio of one segment into chunks that grow: 40, 80, 160, 320, 500, 500, … ms.

    The very first chunk of a turn leaves as soon as it is full. Every other one waits until a little more than itself
    is there, so that the end of a segment never comes as a crumb.

    Args:
        sample_rate: Hertz.
        is_first: This is the first audio of its turn.
    """

    __slots__ = ("_buffer", "_has_ended", "_has_lasted", "_is_first", "_rate", "_size_ms", "taken")

    def __init__(self, sample_rate: int, *, is_first: bool) -> None:
        self._buffer = bytearray()
        self._rate = sample_rate
        self._is_first = is_first
        self._size_ms = FIRST_CHUNK_MS if is_first else FIRST_CHUNK_OF_LATER_SEGMENT_MS
        self._has_ended = False
        self._has_lasted = False
        self.taken = 0  # chunks so far

    def __len__(self) -> int:
        return len(self._buffer)

    def add(self, pcm: bytes) -> None:
        """Put more audio in."""
        self._buffer += pcm

    def end(self) -> None:
        """Say that no more audio comes; half a sample at the end is dropped."""
        self._has_ended = True
        if len(self._buffer) % 2:
            del self._buffer[-1:]

    @property
    def is_ready(self) -> bool:
        """Whether `take` may be called."""
        if self._has_ended:
            return not self._has_lasted and (bool(self._buffer) or self.taken > 0)
        size = len(self._buffer)
        if self._is_first and self.taken == 0:
            return size >= self._bytes(self._size_ms)
        return size > self._bytes(self._size_ms + SHORTEST_TAIL_MS)

    def take(self) -> tuple[bytes, bool]:
        """Return the next chunk, and whether it is the last one."""
        size = self._next_bytes()
        pcm = bytes(self._buffer[:size])
        del self._buffer[:size]
        self.taken += 1
        self._size_ms = min(2 * self._size_ms, LONGEST_CHUNK_MS)
        self._has_lasted = self._has_ended and not self._buffer
        return pcm, self._has_lasted

    def _next_bytes(self) -> int:
        size = len(self._buffer)
        is_rest = self._has_ended and size <= self._bytes(self._size_ms + SHORTEST_TAIL_MS)
        if not is_rest or (self._is_first and self.taken == 0):
            return min(size, self._bytes(self._size_ms))
        return size if size <= self._bytes(LONGEST_CHUNK_MS) else size // 4 * 2

    def _bytes(self, ms: int) -> int:
        return self._rate * ms // 1000 * 2


class VoicedSegment:
    """The audio of one segment: filled by its task, read once, from one place.

    Attributes:
        engine: Name of the engine that is heard, "" while none is.
        characters: How many characters that engine was given.
        is_complete: Everything that was to be voiced was voiced (also when there was nothing to voice).
        is_delivered: Something was read, so that another engine cannot start over.
    """

    __slots__ = (
        "_cues",
        "_guess",
        "_guessed",
        "_has_ended",
        "_held",
        "_is_first",
        "_room",
        "_sample_rate",
        "_samples",
        "_seg",
        "_sound",
        "_waiter",
        "characters",
        "engine",
        "is_complete",
        "is_delivered",
    )

    def __init__(self, seg: int, *, is_first: bool) -> None:
        self._seg = seg
        self._is_first = is_first
        self._waiter: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._has_ended = False
        self._held: SegmentAudio | None = None
        self._samples = 0
        self.is_complete = False
        self.is_delivered = False
        self.start_over()

    def start_over(self, guessed: SpeechRequest | None = None) -> None:
        """Begin with an engine, forgetting the one before it, of which nothing was read.

        Args:
            guessed: The request, if its mouth shapes are to be guessed because the engine tells none.
        """
        self._guessed = guessed
        self._guess: TextTrack | None = None
        self._sound: Rechunker | None = None
        self._sample_rate = 0
        self._cues: list[VisemeCue] = []
        self.engine = ""
        self.characters = 0

    @property
    def audio_ms(self) -> int:
        """Milliseconds of audio read so far."""
        return round(self._samples / self._sample_rate * 1000) if self._sample_rate else 0

    @property
    def buffered(self) -> int:
        """Bytes of audio waiting to be read."""
        return len(self._sound) if self._sound else 0

    def put(self, event: SpeechEvent, engine: str) -> None:
        """Add what the engine delivered.

        Raises:
            ProviderFailed: The sample rate makes no sense, or changed in the middle.
        """
        if not isinstance(event, AudioChunk):
            self._cues.extend(event.cues)
            self._guessed = None
            return
        if event.sample_rate < LEAST_SAMPLE_RATE or self._sample_rate not in (0, event.sample_rate):
            raise ProviderFailed(engine, Fault.GARBAGE, detail="sample rate")
        if self._sound is None:
            self._sound = Rechunker(event.sample_rate, is_first=self._is_first)
            self._sample_rate = event.sample_rate
        self._sound.add(event.pcm)
        self._wake()

    def end(self) -> None:
        """Say that nothing more comes."""
        self._has_ended = True
        if self._sound:
            self._sound.end()
        self._wake()

    async def next(self) -> SegmentVisemes | SegmentAudio | None:
        """Return what comes next, waiting for it; None at the end."""
        while True:
            event = self._take()
            if event is not None or self._has_ended:
                return event
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None

    async def room(self, limit: int) -> None:
        """Wait while `limit` bytes or more are buffered and could be read."""
        while self.buffered >= limit and self._sound and self._sound.is_ready:
            self._room = asyncio.get_running_loop().create_future()
            try:
                await self._room
            finally:
                self._room = None

    def _take(self) -> SegmentVisemes | SegmentAudio | None:
        if self._held is not None:
            audio, self._held = self._held, None
            return audio
        sound = self._sound
        if sound is None or not sound.is_ready:
            return None
        self.is_delivered = True
        seq = sound.taken
        pcm, last = sound.take()
        self._samples += len(pcm) // 2
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
        audio = SegmentAudio(self._seg, seq, pcm, self._sample_rate, last)
        cues = self._cues_before(audio)
        if not cues:
            return audio
        self._held = audio
        return SegmentVisemes(self._seg, cues)

    def _cues_before(self, audio: SegmentAudio) -> tuple[VisemeCue, ...]:
        request = self._guessed
        if request is None:
            cues, self._cues = tuple(self._cues), []
            return cues
        if self._guess is None:
            self._guess = TextTrack(request.text, request.language, request.rate)
        guessed = self._guess.hear(AudioChunk(audio.pcm, audio.sample_rate))
        return (*guessed, *self._guess.finish()) if audio.last else guessed

    def _wake(self) -> None:
        if self._waiter is None or self._waiter.done():
            return
        if self._has_ended or (self._sound and self._sound.is_ready):
            self._waiter.set_result(None)


class Voicing:
    """The voice of one turn.

    Args:
        voices: The chain of engines, best first; empty for a character without a voice.
        limits: What it may take.
        ledger: Where it writes down what happened.

    Attributes:
        tasks: The tasks that run now. Whoever owns the turn cancels and awaits them when it ends early.
    """

    __slots__ = ("_has_begun", "_ledger", "_limits", "_slots", "_strikes", "_voices", "tasks")

    def __init__(self, voices: Sequence[Voice], limits: VoicingLimits, ledger: VoicingLedger) -> None:
        self._voices = voices
        self._limits = limits
        self._ledger = ledger
        self._slots = asyncio.Semaphore(limits.parallel)
        self._strikes = [0] * len(voices)
        self._has_begun = False
        self.tasks: set[asyncio.Task[None]] = set()

    @property
    def sample_rate(self) -> int:
        """Hertz of the engine that would be asked next; 0 when none would, or when it does not say."""
        index = self._best(set())
        return 0 if index is None else self._voices[index].engine.capabilities.sample_rate

    def begin(self, seg: int, text: str | None, style: EmotionStyle, intensity: float) -> VoicedSegment:
        """Start voicing a segment, as soon as one of the parallel slots is free, and return where to read it.

        Args:
            seg: Number of the segment; segments are to be read in this order.
            text: Plain speakable text, or None when there is nothing to voice.
            style: How its emotion colours the voice.
            intensity: How much of that, 0.0 to 1.0.
        """
        segment = VoicedSegment(seg, is_first=not self._has_begun)
        if text is None or not self._voices:
            segment.is_complete = text is None
            segment.end()
            return segment
        self._has_begun = True
        task = asyncio.create_task(self._voice(segment, seg, text, style, intensity))
        self.tasks.add(task)
        task.add_done_callback(self._forget)
        return segment

    def _forget(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled():
            task.exception()

    async def _voice(self, segment: VoicedSegment, seg: int, text: str, style: EmotionStyle, intensity: float) -> None:
        tried: set[int] = set()
        try:
            async with self._slots:
                while not segment.is_delivered and (index := self._best(tried)) is not None:
                    tried.add(index)
                    voice = self._voices[index]
                    fault = await self._attempt(segment, voice, voice.request(text, style, intensity))
                    segment.is_complete = fault is None
                    if fault is None:
                        return
                    self._strike(index, seg, fault)
        finally:
            segment.end()

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

    async def _attempt(self, segment: VoicedSegment, voice: Voice, request: SpeechRequest) -> Fault | None:
        segment.start_over(None if voice.engine.capabilities.timestamps else request)
        try:
            with Watchdog() as watchdog:
                watchdog.allow(self._limits.first_audio_s)
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
        return None if segment.engine else Fault.GARBAGE

    async def _receive(
        self, segment: VoicedSegment, voice: Voice, request: SpeechRequest, event: SpeechEvent, watchdog: Watchdog
    ) -> None:
        segment.put(event, voice.engine.name)
        if not isinstance(event, AudioChunk) or not event.pcm:
            return
        if not segment.engine:
            segment.engine = voice.engine.name
            segment.characters = len(request.text)
            self._ledger.first_byte()
            self._ledger.voiced(segment.engine, segment.characters)
        if segment.buffered >= self._limits.buffer_bytes:
            watchdog.rest()
            await segment.room(self._limits.buffer_bytes)
        watchdog.allow(self._limits.next_audio_s)
