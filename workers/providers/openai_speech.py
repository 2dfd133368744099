"""Voices behind `/v1/audio/speech`: OpenAI, and local engines that imitate it (Kokoro, XTTS, Piper servers …).

Owns what a speech request looks like on the wire and how its body becomes audio with mouth shapes. The engine tells no
times, so the shapes are guessed from text and loudness (`workers.turn.visemes.TextTrack`).
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from vtcontrol.kernel.clock import Clock, SystemClock
from vtcontrol.kernel.ports import Capabilities
from vtcontrol.kernel.speech import AudioChunk, SpeechEvent, SpeechRequest, VisemeTrack
from workers.providers.openai_client import Borrower, OpenAIClients, OpenAIEndpoint, Patience, RawStream
from workers.providers.openai_faults import Garbled, Overdue
from workers.providers.pcm import PcmReader
from workers.turn.visemes import TextTrack

SAMPLE_RATE = 24_000
SPEECH_PATIENCE = Patience(connect_s=2.5, first_s=3.5, silence_s=2.6, total_s=60.0)
LONGEST_AUDIO_S = 180
WARM_CONNECTIONS = 2
EAGER_MS = 500.0  # audio that leaves at once; later audio may gather while this is played
GATHER_S = 0.03


class OpenAISpeech:
    """A `SpeechEngine` over the openai SDK.

    Args:
        clients: The clients of this event loop.
        endpoint: Where the API is.
        model: Name of the model.
        name: Name of this provider in errors, figures and status.
        sample_rate: Hertz of raw PCM, which does not say; OpenAI's is 24,000.
        patience: How long it may take. Keep it below what the turn allows, so that the failure gets its proper name.
        clock: Time.
    """

    def __init__(
        self,
        clients: OpenAIClients,
        endpoint: OpenAIEndpoint,
        model: str,
        *,
        name: str = "openai",
        sample_rate: int = SAMPLE_RATE,
        patience: Patience = SPEECH_PATIENCE,
        clock: Clock | None = None,
    ) -> None:
        self.name = name
        self.model = model
        self.capabilities = Capabilities(streams=True, timestamps=False, styles=True, sample_rate=sample_rate)
        self._patience = patience
        self._clock = clock or SystemClock()
        self._borrower = Borrower(name, clients, endpoint, self._clock)

    def stream(self, request: SpeechRequest) -> AsyncGenerator[SpeechEvent, None]:
        """Yield audio as it arrives, each piece after the mouth shapes that go with it.

        Of the request's style only the rate has an effect: the API knows neither pitch nor volume.

        Raises:
            ProviderFailed: It did not work out, before or in the middle of the audio.
        """
        return self._borrower.translated(self._speak(request))

    async def warm(self) -> None:
        """Open connections: the first segments are voiced at the same time."""
        await self._borrower.knock(WARM_CONNECTIONS, self._patience)

    async def aclose(self) -> None:
        """Give the client back."""
        await self._borrower.aclose()

    async def _speak(self, request: SpeechRequest) -> AsyncGenerator[SpeechEvent, None]:
        began = self._clock.monotonic()
        stream = await self._borrower.client().post("/audio/speech", body_of(self.model, request), self._patience)
        try:
            track = TextTrack(request.text, request.language, request.rate)
            async with aclosing(self._audio(stream, began)) as pieces:
                async for piece in pieces:
                    if cues := track.hear(piece):
                        yield VisemeTrack(cues)
                    yield piece
            if cues := track.finish():
                yield VisemeTrack(cues)
        finally:
            await stream.aclose()

    async def _audio(self, stream: RawStream, began: float) -> AsyncGenerator[AudioChunk, None]:
        rate = stream.parameters.get("rate", "")
        reader = PcmReader(stream.content_type, int(rate) if rate.isdecimal() else self.capabilities.sample_rate)
        patience = self._patience
        until = began + patience.first_s
        left = LONGEST_AUDIO_S * 2 * reader.sample_rate
        heard_ms = 0.0
        async with aclosing(stream.chunks()) as chunks:
            async for data in chunks:
                if pcm := reader.feed(data):
                    until = began + patience.total_s
                    left -= len(pcm)
                    piece = AudioChunk(pcm, reader.sample_rate)
                    heard_ms += piece.duration_ms
                    yield piece
                if left < 0:
                    raise Garbled("endless audio")
                if self._clock.monotonic() > until:
                    raise Overdue
                stream.settle(gather_s=GATHER_S if heard_ms > EAGER_MS else 0.0, silence_s=patience.silence_s)
        if pcm := reader.finish():
            yield AudioChunk(pcm, reader.sample_rate)
        elif not heard_ms:
            raise Garbled("no audio")


def body_of(model: str, request: SpeechRequest) -> dict[str, object]:
    """Return the JSON of a request. A rate of 1.0 is left out: some servers refuse to be told their own speed."""
    body: dict[str, object] = {
        "model": model,
        "voice": request.voice,
        "input": request.text,
        "response_format": "pcm",
    }
    if abs(request.rate - 1.0) >= 0.01:
        body["speed"] = round(min(4.0, max(0.25, request.rate)), 2)
    return body
