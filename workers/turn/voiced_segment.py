"""The audio of one segment on its way from the task that makes it to whoever reads it.

Owns the buffer between the two, and what comes out of it: chunks of audio, each after the mouth shapes it goes with.
Where an engine tells no mouth shapes, they are guessed from text and loudness as the audio leaves. Must not ask
engines.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from vtcontrol.kernel.errors import Fault, ProviderFailed
from vtcontrol.kernel.speech import AudioChunk, SpeechEvent, SpeechRequest, VisemeCue, WordCue
from workers.turn.playout import Playout
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
        sample_rate: Hertz; it changes within a segment only where another engine goes on.
        last: No more chunks of this segment follow.
    """

    seg: int
    seq: int
    pcm: bytes
    sample_rate: int
    last: bool


class _Stretch:
    """What one engine makes of a segment.

    Attributes:
        from_ms: Where in the segment it begins.
        words: The words it told the times of, counted from its own beginning.
    """

    __slots__ = ("_cues", "_guess", "_guessed", "_is_first", "_made", "from_ms", "rate", "sound", "words")

    def __init__(self, from_ms: float, guessed: SpeechRequest | None, *, is_first: bool) -> None:
        self.from_ms = from_ms
        self.rate = 0
        self.sound: Rechunker | None = None
        self.words: list[WordCue] = []
        self._made = 0
        self._is_first = is_first
        self._guessed = guessed
        self._guess: TextTrack | None = None
        self._cues: list[VisemeCue] = []

    @property
    def made_ms(self) -> float:
        """Milliseconds of audio made so far."""
        return self._made / 2 / self.rate * 1000 if self.rate else 0.0

    def put(self, event: SpeechEvent, engine: str) -> None:
        """Add what the engine delivered."""
        if not isinstance(event, AudioChunk):
            self._cues.extend(event.cues)
            self.words.extend(event.words)
            self._guessed = None
            return
        if event.sample_rate < LEAST_SAMPLE_RATE or self.rate not in (0, event.sample_rate):
            raise ProviderFailed(engine, Fault.GARBAGE, detail="sample rate")
        if self.sound is None:
            self.sound = Rechunker(event.sample_rate, is_first=self._is_first)
            self.rate = event.sample_rate
        self.sound.add(event.pcm)
        self._made += len(event.pcm)

    def cues_before(self, pcm: bytes, *, is_end: bool) -> tuple[VisemeCue, ...]:
        """Return the mouth shapes that go with the next chunk, in the segment's time."""
        request = self._guessed
        if request is None:
            cues, self._cues = tuple(self._cues), []
        else:
            if self._guess is None:
                self._guess = TextTrack(request.text, request.language, request.rate)
            cues = self._guess.hear(AudioChunk(pcm, self.rate))
            cues = (*cues, *self._guess.finish()) if is_end else cues
        offset = round(self.from_ms)
        return tuple(VisemeCue(cue.at_ms + offset, cue.viseme) for cue in cues) if offset else cues


class VoicedSegment:
    """The audio of one segment: filled by its task, read once, from one place.

    Args:
        seg: Number of the segment.
        is_first: It is the first one with a voice in its turn.
        playout: Is told what was read.

    Attributes:
        engine: Name of the engine that was heard last, "" while none is.
        characters: How many characters engines were given.
        is_complete: Everything that was to be voiced was voiced (also when there was nothing to voice).
        heard_at: Loop time at which an engine delivered audio last.
        is_delivered: Something was read, so that another engine cannot start over.
        on_wait: Called when a reader begins to wait, or gets too little.
    """

    __slots__ = (
        "_has_ended", "_has_lasted", "_held", "_is_first", "_playout", "_rate", "_read_ms", "_room", "_seg", "_seq",
        "_stretches", "_waiter", "characters", "engine", "heard_at", "is_complete", "is_delivered", "on_wait",
    )  # fmt: skip

    def __init__(self, seg: int, *, is_first: bool, playout: Playout | None = None) -> None:
        self._seg = seg
        self._is_first = is_first
        self._playout = playout or Playout()
        self._waiter: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._has_ended = self._has_lasted = False
        self._held: SegmentAudio | None = None
        self._seq = 0
        self._rate = 0
        self.heard_at = 0.0
        self._read_ms = 0.0
        self.on_wait: Callable[[], None] | None = None
        self.is_complete = False
        self.is_delivered = False
        self.start_over()

    def start_over(self, guessed: SpeechRequest | None = None) -> None:
        """Begin with an engine, forgetting the one before it, of which nothing was read.

        Args:
            guessed: The request, if its mouth shapes are to be guessed because the engine tells none.
        """
        self._stretches = deque([_Stretch(0.0, guessed, is_first=self._is_first)])
        self.engine = ""
        self.characters = 0

    def go_on(self, guessed: SpeechRequest | None = None) -> None:
        """Let another engine go on behind what was made so far.

        Args:
            guessed: As in `start_over`.
        """
        last = self._stretches[-1]
        if last.sound is None:
            self._stretches.pop()
        else:
            last.sound.end()
        self._stretches.append(_Stretch(last.from_ms + last.made_ms, guessed, is_first=True))
        self._wake()

    @property
    def made(self) -> tuple[float, tuple[WordCue, ...]]:
        """Milliseconds of audio made by the engine that speaks now, and the words it told the times of."""
        return self._stretches[-1].made_ms, tuple(self._stretches[-1].words)

    @property
    def audio_ms(self) -> int:
        """Milliseconds of audio read so far."""
        return round(self._read_ms)

    @property
    def buffered(self) -> int:
        """Bytes of audio waiting to be read."""
        return sum(len(stretch.sound) for stretch in self._stretches if stretch.sound is not None)

    @property
    def is_awaited(self) -> bool:
        """Somebody waits for more of it now."""
        return self._waiter is not None and not self._waiter.done()

    @property
    def has_begun(self) -> bool:
        """The engine that is asked now has delivered audio."""
        return self._stretches[-1].made_ms > 0

    @property
    def is_holding_back(self) -> bool:
        """Some audio is there and waits to become a whole chunk."""
        return self.buffered > 1 and not self._is_ready

    def release(self) -> None:
        """Let go of what is held back, as one chunk."""
        sound = self._stretches[-1].sound
        if sound is not None:
            sound.release()
        self._wake()

    def put(self, event: SpeechEvent, engine: str) -> None:
        """Add what the engine delivered.

        Raises:
            ProviderFailed: The sample rate makes no sense, or changed in the middle.
        """
        self._stretches[-1].put(event, engine)
        self.heard_at = asyncio.get_running_loop().time()
        self._wake()
        if self.is_awaited and self.on_wait is not None:
            self.on_wait()

    def end(self) -> None:
        """Say that nothing more comes."""
        self._has_ended = True
        sound = self._stretches[-1].sound
        if sound is not None:
            sound.end()
        self._wake()

    async def next(self) -> SegmentVisemes | SegmentAudio | None:
        """Return what comes next, waiting for it; None at the end."""
        while True:
            event = self._take()
            if event is not None or self._has_ended:
                return event
            self._waiter = asyncio.get_running_loop().create_future()
            if self.on_wait is not None:
                self.on_wait()
            try:
                await self._waiter
            finally:
                self._waiter = None

    async def room(self, limit: int) -> None:
        """Wait while `limit` bytes or more are buffered and could be read."""
        while self.buffered >= limit and self._is_ready:
            self._room = asyncio.get_running_loop().create_future()
            try:
                await self._room
            finally:
                self._room = None

    @property
    def _is_ready(self) -> bool:
        return any(stretch.sound is not None and stretch.sound.is_ready for stretch in self._stretches)

    def _take(self) -> SegmentVisemes | SegmentAudio | None:
        if self._held is not None:
            audio, self._held = self._held, None
            return audio
        while (chunk := self._next_chunk()) is not None:
            stretch, pcm, is_end = chunk
            is_last = is_end and self._has_ended and stretch is self._stretches[-1]
            if pcm or is_last:
                return self._read(stretch, pcm, is_end=is_end, is_last=is_last)
        if self._has_ended and self._seq and not self._has_lasted:  # an engine that should have gone on said nothing
            return self._read(self._stretches[-1], b"", is_end=True, is_last=True)
        return None

    def _next_chunk(self) -> tuple[_Stretch, bytes, bool] | None:
        """Take the next chunk off the first stretch that still has one."""
        stretch = self._stretches[0]
        while stretch.sound is None or not stretch.sound.is_ready:
            if len(self._stretches) == 1:
                return None
            self._stretches.popleft()
            stretch = self._stretches[0]
        return stretch, *stretch.sound.take()

    def _read(self, stretch: _Stretch, pcm: bytes, *, is_end: bool, is_last: bool) -> SegmentVisemes | SegmentAudio:
        self.is_delivered = True
        self._has_lasted = is_last
        self._rate = stretch.rate or self._rate
        seconds = len(pcm) / 2 / self._rate
        self._read_ms += seconds * 1000
        self._playout.gave(seconds)
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
        audio = SegmentAudio(self._seg, self._seq, pcm, self._rate, is_last)
        self._seq += 1
        cues = stretch.cues_before(pcm, is_end=is_end) if stretch.rate else ()
        if not cues:
            return audio
        self._held = audio
        return SegmentVisemes(self._seg, cues)

    def _wake(self) -> None:
        if self._waiter is None or self._waiter.done():
            return
        if self._has_ended or self._is_ready:
            self._waiter.set_result(None)
