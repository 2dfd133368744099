"""Samples as speech servers really send them: raw, or with a WAV header in front, in pieces of any size.

Owns reading WAV headers and cutting a body into whole samples. Pure; must not do I/O, and must not convert anything.

Format of WAV: "Multimedia Programming Interface and Data Specifications 1.0", RIFF and `fmt ` chunks.
"""

import struct
from dataclasses import dataclass

from workers.providers.openai_faults import Garbled

MOST_HEADER_BYTES = 64 * 1024
SHORTFALL_MS = 250  # of a WAV that says how long it is; less is lost without anybody noticing
_LONGEST_TOLD = 0x7FFF_0000  # sizes from here on are written by servers that do not know
_INTEGER, _FLOAT, _A_LAW, _MU_LAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_CODECS = {
    (_INTEGER, 8): "pcm_u8",
    (_INTEGER, 16): "pcm_s16le",
    (_INTEGER, 24): "pcm_s24le",
    (_INTEGER, 32): "pcm_s32le",
    (_FLOAT, 32): "pcm_f32le",
    (_FLOAT, 64): "pcm_f64le",
    (_A_LAW, 8): "pcm_alaw",
    (_MU_LAW, 8): "pcm_mulaw",
}
_MOST_CHANNELS = 2
_RATES = range(4_000, 192_001)


@dataclass(frozen=True, slots=True)
class Samples:
    """How samples are written.

    Attributes:
        codec: FFmpeg's name; "pcm_s16le" is ours.
        rate: Hertz.
        channels: 1 or 2.
    """

    codec: str
    rate: int
    channels: int = 1

    @property
    def bytes_a_second(self) -> int:
        """How many bytes make a second."""
        bits = "".join(char for char in self.codec if char.isdigit()) or "8"
        return int(bits) // 8 * self.channels * self.rate


@dataclass(frozen=True, slots=True)
class WavHead:
    """A WAV header.

    Attributes:
        samples: How its samples are written.
        begins_at: Where they begin, in bytes.
        size: How many bytes of them there are, None where the header does not know.
    """

    samples: Samples
    begins_at: int
    size: int | None


def read_wav_head(head: bytes) -> WavHead | None:
    """Read the header of a WAV; None while it is not complete.

    Raises:
        Garbled: Its samples cannot be played, or it never ends.
    """
    at = 12
    samples: Samples | None = None
    while at + 8 <= len(head):
        name, size = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        if name == b"data":
            if samples is None:
                raise Garbled("WAV without a format")
            return WavHead(samples, at + 8, size if 0 < size < _LONGEST_TOLD else None)
        if name == b"fmt " and at + 24 <= len(head):
            samples = _samples_of(head[at + 8 : at + 8 + max(16, size)])
        at += 8 + size + size % 2
    if len(head) > MOST_HEADER_BYTES or at > MOST_HEADER_BYTES:
        raise Garbled("endless WAV header")
    return None


def _samples_of(fields: bytes) -> Samples:
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", fields)
    if kind == _EXTENSIBLE:
        kind = int.from_bytes(fields[24:26], "little") or _INTEGER
    codec = _CODECS.get((kind, bits))
    if codec is None or not 1 <= channels <= _MOST_CHANNELS or rate not in _RATES:
        raise Garbled("WAV in a form that nothing here plays")
    return Samples(codec, rate, channels)


class WholeSamples:
    """Passes on a body of 16-bit samples, whole ones only.

    Args:
        size: How many bytes there are; None: until it ends.
        rate: Hertz.
    """

    __slots__ = ("_left", "_odd", "_rate")

    def __init__(self, size: int | None = None, rate: int = 24_000) -> None:
        self._left = size
        self._rate = rate
        self._odd = b""

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and return the whole samples they complete."""
        if self._left is not None:
            data = data[: self._left]
            self._left -= len(data)
        if self._odd:
            data = self._odd + data
        whole = len(data) & ~1
        self._odd = data[whole:]
        return data[:whole]

    def finish(self) -> None:
        """Say that the body ended.

        Raises:
            Garbled: More was promised.
        """
        if self._left is not None and self._left > self._rate * 2 * SHORTFALL_MS // 1000:
            raise Garbled("the audio ends too early")
