"""A speech engine that follows a script: audio that belongs to its text, and every way to fail."""

import asyncio
import hashlib
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field

from tests.fakes.brains import HANG, Never
from vtcontrol.kernel.errors import Fault, ProviderFailed
from vtcontrol.kernel.ports import Capabilities
from vtcontrol.kernel.speech import AudioChunk, SpeechEvent, SpeechRequest, Viseme, VisemeCue, VisemeTrack, WordCue

__all__ = ["HANG", "FakeVoice", "Mishap", "pcm_of"]


@dataclass(frozen=True, slots=True)
class Mishap:
    """What goes wrong with a request.

    Attributes:
        step: A `Fault` (raised as `ProviderFailed`), any error, `HANG`, or None for a stream that just ends.
        after_pieces: Pieces of audio delivered before.
    """

    step: Fault | BaseException | Never | None
    after_pieces: int = 0


def pcm_of(text: str, sample_rate: int = 24_000, ms_per_char: int = 60) -> bytes:
    """Return audio only `text` has: mono signed 16-bit PCM, `ms_per_char` for every character."""
    size = len(text) * ms_per_char * sample_rate // 1000 * 2
    pattern = hashlib.sha256(text.encode()).digest() * 8
    return (pattern * (size // len(pattern) + 1))[:size]


def _no_delay(_: SpeechRequest) -> float:
    return 0.0


@dataclass
class FakeVoice:
    """Voices every request with `pcm_of` its text, cut into pieces.

    Attributes:
        name: Name of the engine.
        sample_rate: Hertz.
        ms_per_char: Length of the audio.
        piece_ms: Length of a piece as the engine delivers it.
        first_s: Wait before the first piece; `delay` adds to it.
        every_s: Wait before each later piece.
        delay: More seconds before the first piece of a request.
        timestamps: Whether it tells a mouth shape with each piece.
        words: Whether it tells when each word begins.
        mishaps: What goes wrong, by number of the request; `always` for the rest.
        always: What goes wrong with every other request.
        requests: What it was asked, in order.
        started_at: Loop time of each request.
        active: Streams open now; `most_active` at any time.
        finished: Texts voiced to their end.
        cancelled: Texts whose streams were closed or cancelled before their end.
    """

    name: str = "fake-voice"
    sample_rate: int = 24_000
    ms_per_char: int = 60
    piece_ms: int = 100
    first_s: float = 0.08
    every_s: float = 0.0
    delay: Callable[[SpeechRequest], float] = _no_delay
    timestamps: bool = False
    words: bool = False
    mishaps: Mapping[int, Mishap] = field(default_factory=dict)
    always: Mishap | None = None
    requests: list[SpeechRequest] = field(default_factory=list)
    started_at: list[float] = field(default_factory=list)
    active: int = 0
    most_active: int = 0
    finished: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)

    @property
    def capabilities(self) -> Capabilities:
        """See `vtcontrol.kernel.ports.SpeechEngine`."""
        return Capabilities(timestamps=self.timestamps, styles=True, sample_rate=self.sample_rate)

    async def stream(self, request: SpeechRequest) -> AsyncGenerator[SpeechEvent, None]:
        """See `vtcontrol.kernel.ports.SpeechEngine`."""
        mishap = self.mishaps.get(len(self.requests), self.always)
        self.requests.append(request)
        self.started_at.append(asyncio.get_running_loop().time())
        self.active += 1
        self.most_active = max(self.active, self.most_active)
        try:
            async with aclosing(self._play(request, mishap)) as events:
                async for event in events:
                    yield event
            self.finished.append(request.text)
        except (asyncio.CancelledError, GeneratorExit):
            self.cancelled.append(request.text)
            raise
        finally:
            self.active -= 1

    async def _play(self, request: SpeechRequest, mishap: Mishap | None) -> AsyncGenerator[SpeechEvent, None]:
        await asyncio.sleep(self.first_s + self.delay(request))
        pieces = self._pieces(request.text)
        if self.words:
            places = (match.start() for match in re.finditer(r"\S+", request.text))
            yield VisemeTrack((), tuple(WordCue(place * self.ms_per_char, place) for place in places))
        for number, piece in enumerate(pieces[: mishap.after_pieces] if mishap else pieces):
            if number:
                await asyncio.sleep(self.every_s)
            if self.timestamps:
                yield VisemeTrack((VisemeCue(number * self.piece_ms, Viseme.AA if number % 2 else Viseme.PP),))
            yield AudioChunk(piece, self.sample_rate)
        if mishap is not None:
            await self._fail(mishap)

    def _pieces(self, text: str) -> list[bytes]:
        pcm = pcm_of(text, self.sample_rate, self.ms_per_char)
        size = self.sample_rate * self.piece_ms // 1000 * 2
        return [pcm[at : at + size] for at in range(0, len(pcm), size)]

    async def _fail(self, mishap: Mishap) -> None:
        if isinstance(mishap.step, Fault):
            raise ProviderFailed(self.name, mishap.step)
        if isinstance(mishap.step, BaseException):
            raise mishap.step
        if mishap.step is HANG:
            await asyncio.get_running_loop().create_future()

    async def warm(self) -> None:
        """See `vtcontrol.kernel.ports.SpeechEngine`."""

    async def aclose(self) -> None:
        """See `vtcontrol.kernel.ports.SpeechEngine`."""
