"""The sound of an answer: from the bytes of whatever format came to mono 16-bit samples at the stage's rate.

Owns the way a body takes: recognised first, then passed on as it is where it already is what the stage plays, else
through the decoder's process. Must not know HTTP or vendors.
"""

from collections.abc import AsyncIterator

from workers.providers.audio_kind import MOST_SNIFFED, AudioKind, kind_of
from workers.providers.decoder import Decoder, Decoding
from workers.providers.decoder_process import Plan
from workers.providers.openai_faults import Garbled
from workers.providers.pcm import Samples, WholeSamples, read_wav_head

_OURS = "pcm_s16le"


class SoundReader:
    """Reads one body. Close it in any case.

    Args:
        decoder: Decodes what is not plain.
        content_type: Media type of the body, lower case, without parameters.
        raw_rate: Hertz of raw samples, which do not say.
        rate: Hertz of what `feed` returns.

    Attributes:
        kind: What the body turned out to be, None as long as nobody knows.
    """

    def __init__(self, decoder: Decoder, content_type: str, raw_rate: int, rate: int) -> None:
        self.kind: AudioKind | None = None
        self._decoder = decoder
        self._content_type = content_type
        self._raw_rate = raw_rate
        self._rate = rate
        self._head = b""
        self._plain: WholeSamples | None = None
        self._decoding: Decoding | None = None

    async def feed(self, data: bytes) -> AsyncIterator[bytes]:
        """Take the next bytes and yield the whole samples they complete, as soon as they are known.

        Raises:
            Garbled: It is no audio.
            DecoderLost: The decoder's process died or hangs.
        """
        if self._plain is None and self._decoding is None:
            self._head += data
            if not await self._begin(is_whole=False):
                return
            data, self._head = self._head, b""
        async for pcm in self._pass(data):
            yield pcm

    async def finish(self) -> bytes:
        """Say that the body ended; return the last samples.

        Raises:
            Garbled: It is no audio, or ends too early.
            DecoderLost: The decoder's process died or hangs.
        """
        rest = b""
        if self._head and self._plain is None and self._decoding is None:
            if not await self._begin(is_whole=True):
                return b""
            rest = b"".join([pcm async for pcm in self._pass(self._head)])
        if self._plain is not None:
            self._plain.finish()
        return rest + await self._decoding.finish() if self._decoding is not None else rest

    def close(self) -> None:
        """Let go of the decoder."""
        if self._decoding is not None:
            self._decoding.close()

    async def _pass(self, data: bytes) -> AsyncIterator[bytes]:
        if self._plain is not None:
            data = self._plain.feed(data)
        if self._decoding is None:
            yield data
            return
        async for pcm in self._decoding.feed(data):
            yield pcm

    async def _begin(self, *, is_whole: bool) -> bool:
        """Look at the beginning; True when it is clear what to do with the body, which then begins with its sound."""
        self.kind = self.kind or kind_of(self._head, self._content_type, is_whole=is_whole)
        if self.kind is None:
            if len(self._head) > MOST_SNIFFED:
                raise Garbled("something else instead of audio")
            return False
        if self.kind is AudioKind.PCM:
            await self._take(Samples(_OURS, self._raw_rate), None)
        elif self.kind is not AudioKind.WAV:
            self._decoding = await self._decoder.open(Plan(self.kind.value, self._rate))
        else:
            head = read_wav_head(self._head)
            if head is None:
                return False
            self._head = self._head[head.begins_at :]
            await self._take(head.samples, head.size)
        return True

    async def _take(self, samples: Samples, size: int | None) -> None:
        """Pass samples on as they are, or through the decoder where the stage plays them otherwise."""
        if samples != Samples(_OURS, self._rate):
            plan = Plan(samples.codec, self._rate, samples.rate, samples.channels)
            self._decoding = await self._decoder.open(plan)
        self._plain = WholeSamples(size, samples.bytes_a_second // 2)
