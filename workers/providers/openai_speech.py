"""Voices behind `/v1/audio/speech`: OpenAI, and local engines that imitate it (Kokoro, XTTS, Piper servers …).

Owns what a speech request looks like on the wire and how its body becomes audio with mouth shapes. The engine tells no
times, so the shapes are guessed from text and loudness (`workers.turn.visemes.TextTrack`). What format comes back is
looked at, never believed: servers answer with what they have (`workers.providers.sound`).
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import openai

from vtcontrol.kernel.clock import Clock, SystemClock
from vtcontrol.kernel.ports import Capabilities
from vtcontrol.kernel.speech import AudioChunk, SpeechEvent, SpeechRequest, VisemeTrack
from workers.providers.audio_kind import AudioKind
from workers.providers.decoder import Decoder
from workers.providers.openai_client import Borrower, OpenAIClients, OpenAIEndpoint, Patience, RawStream
from workers.providers.openai_faults import Garbled, Overdue, is_about
from workers.providers.sound import SoundReader
from workers.turn.visemes import TextTrack

SAMPLE_RATE = 24_000  # of everything that leaves here
SPEECH_PATIENCE = Patience(connect_s=2.5, first_s=3.5, silence_s=2.6, total_s=60.0)
LONGEST_AUDIO_S = 180
WARM_CONNECTIONS = 2
EAGER_MS = 500.0  # audio that leaves at once; later audio may gather while this is played
GATHER_S = 0.03
AUTOMATIC = (AudioKind.PCM, AudioKind.WAV, AudioKind.MP3)
"""What is asked for, in this order, until the server takes one; what it sends may be something else again."""


class OpenAISpeech:
    """A `SpeechEngine` over the openai SDK.

    Args:
        clients: The clients of this event loop.
        endpoint: Where the API is.
        model: Name of the model.
        name: Name of this provider in errors, figures and status.
        formats: What to ask for; the next one when the server refuses the one before.
        raw_rate: Hertz of raw PCM, which does not say; OpenAI's is 24,000.
        decoder: Decodes what is not plain; one of its own when None.
        patience: How long it may take. Keep it below what the turn allows, so that the failure gets its proper name.
        clock: Time.

    Attributes:
        heard: The format the server sent last, None before it sent any.
    """

    def __init__(
        self,
        clients: OpenAIClients,
        endpoint: OpenAIEndpoint,
        model: str,
        *,
        name: str = "openai",
        formats: Sequence[AudioKind] = AUTOMATIC,
        raw_rate: int = SAMPLE_RATE,
        decoder: Decoder | None = None,
        patience: Patience = SPEECH_PATIENCE,
        clock: Clock | None = None,
    ) -> None:
        self.name = name
        self.model = model
        self.heard: AudioKind | None = None
        self.capabilities = Capabilities(streams=True, timestamps=False, styles=True, sample_rate=SAMPLE_RATE)
        self._formats = tuple(formats)
        self._raw_rate = raw_rate
        self._decoder = decoder or Decoder()
        self._owns_decoder = decoder is None
        self._has_speed = True
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
        """Open connections, since the first segments are voiced at the same time; start the decoder if it is needed."""
        if AudioKind.PCM not in self._formats or self._raw_rate != SAMPLE_RATE:
            await self._decoder.warm()
        await self._borrower.knock(WARM_CONNECTIONS, self._patience)

    async def aclose(self) -> None:
        """Give the client back."""
        if self._owns_decoder:
            await self._decoder.aclose()
        await self._borrower.aclose()

    async def _speak(self, request: SpeechRequest) -> AsyncGenerator[SpeechEvent, None]:
        began = self._clock.monotonic()
        stream = await self._open(request)
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

    async def _open(self, request: SpeechRequest) -> RawStream:
        """Send the request in the first form the server takes, and remember which that is."""
        refusal: openai.APIStatusError | None = None
        for wanted in self._formats:
            try:
                stream = await self._post(request, wanted)
            except openai.APIStatusError as error:
                if len(self._formats) == 1 or error.status_code not in {400, 415, 422}:
                    raise
                refusal = refusal or error
            else:
                self._formats = (wanted,)
                return stream
        raise refusal or Garbled("no format to ask for")

    async def _post(self, request: SpeechRequest, wanted: AudioKind) -> RawStream:
        client = self._borrower.client()
        body = body_of(self.model, request, wanted)
        if not self._has_speed:
            body.pop("speed", None)
        try:
            return await client.post("/audio/speech", body, self._patience)
        except openai.APIStatusError as error:
            if "speed" not in body or not is_about(error, "speed"):
                raise
        self._has_speed = False
        del body["speed"]
        return await client.post("/audio/speech", body, self._patience)

    async def _audio(self, stream: RawStream, began: float) -> AsyncGenerator[AudioChunk, None]:
        rate = stream.parameters.get("rate", "")
        reader = SoundReader(
            self._decoder, stream.content_type, int(rate) if rate.isdecimal() else self._raw_rate, SAMPLE_RATE
        )
        patience = self._patience
        until = began + patience.first_s
        left = LONGEST_AUDIO_S * 2 * SAMPLE_RATE
        heard_ms = 0.0
        try:
            async with aclosing(stream.chunks()) as chunks:
                async for data in chunks:
                    async for pcm in reader.feed(data):
                        if not pcm:
                            continue
                        until = began + patience.total_s
                        left -= len(pcm)
                        piece = AudioChunk(pcm, SAMPLE_RATE)
                        heard_ms += piece.duration_ms
                        yield piece
                    if left < 0:
                        raise Garbled("endless audio")
                    if self._clock.monotonic() > until:
                        raise Overdue
                    stream.settle(gather_s=GATHER_S if heard_ms > EAGER_MS else 0.0, silence_s=patience.silence_s)
            if pcm := await reader.finish():
                yield AudioChunk(pcm, SAMPLE_RATE)
            elif not heard_ms:
                raise Garbled("no audio")
            self.heard = reader.kind
        finally:
            reader.close()


def body_of(model: str, request: SpeechRequest, wanted: AudioKind = AudioKind.PCM) -> dict[str, object]:
    """Return the JSON of a request. A rate of 1.0 is left out: some servers refuse to be told their own speed."""
    body: dict[str, object] = {
        "model": model,
        "voice": request.voice,
        "input": request.text,
        "response_format": wanted.value,
    }
    if abs(request.rate - 1.0) >= 0.01:
        body["speed"] = round(min(4.0, max(0.25, request.rate)), 2)
    return body
