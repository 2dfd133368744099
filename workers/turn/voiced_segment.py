"""The audio of one segment on its way from the task that makes it to whoever reads it.

Owns the buffer between the two, and what comes out of it: chunks of audio, each after the mouth shapes it goes with.
Where an engine tells no mouth shapes, they are guessed from text and loudness as the audio leaves. Must not ask
engines.
"""

import asyncio
from dataclasses import dataclass

from vtcontrol.kernel.errors import Fault, ProviderFailed
from vtcontrol.kernel.speech import AudioChunk, SpeechEvent, SpeechRequest, VisemeCue
from workers.turn.rechunker import Rechunker
from workers.turn.visemes import TextTrack

LEAST_SAMPLE_RATE = 4000  # Hz


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
