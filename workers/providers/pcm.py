"""PCM as speech servers really send it: raw, or with a WAV header in front, in pieces of any size.

Owns recognising what a body is and cutting it into whole samples. Pure; must not do I/O, and must not decode anything:
compressed audio is refused by name.

Format of WAV: "Multimedia Programming Interface and Data Specifications 1.0", RIFF and `fmt ` chunks.
"""

import re
import struct

from workers.providers.openai_faults import Garbled

MOST_HEADER_BYTES = 64 * 1024
_SNIFFED = 12
_UNKNOWN_SIZES = {0, 0xFFFF_FFFF, 0x7FFF_FFFF}
_PCM, _EXTENSIBLE = 1, 0xFFFE
_RAW_TYPES = {"audio/pcm", "audio/x-pcm", "audio/raw", "audio/basic;codec=pcm"}
_WAV_TYPES = {"audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"}
_VAGUE_TYPES = {"", "application/octet-stream", "binary/octet-stream", "audio/octet-stream"}
_MAGIC = ((b"ID3", "MP3"), (b"OggS", "Ogg"), (b"fLaC", "FLAC"), (b"\x1aE\xdf\xa3", "WebM"))
_MPEG_FRAME = re.compile(rb"\xff[\xe2\xe3\xea\xeb\xf2\xf3\xfa\xfb]")
_TEXTS = (b"{", b"[", b"<!", b"<h", b"<H", b"<?")


class PcmReader:
    """Reads one body.

    Args:
        content_type: Its media type, lower case, without parameters.
        sample_rate: Hertz of raw PCM; a WAV header says its own.

    Attributes:
        sample_rate: Hertz of what `feed` returns.

    Raises:
        Garbled: The media type is no PCM.
    """

    __slots__ = ("_header", "_is_vague", "_left", "_odd", "sample_rate")

    def __init__(self, content_type: str, sample_rate: int) -> None:
        if content_type not in _RAW_TYPES | _WAV_TYPES | _VAGUE_TYPES:
            raise Garbled(f"{content_type[:40]} instead of PCM")
        self.sample_rate = sample_rate
        self._is_vague = content_type in _VAGUE_TYPES
        self._header: bytes | None = b""
        self._left: int | None = None
        self._odd = b""

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and return the whole samples they complete.

        Raises:
            Garbled: It is something else than mono 16-bit PCM.
        """
        if self._header is not None:
            self._header += data
            if len(self._header) < _SNIFFED:
                return b""
            data = self._begin(self._header)
        if self._left is not None:
            data = data[: self._left]
            self._left -= len(data)
        data = self._odd + data
        whole = len(data) & ~1
        self._odd = data[whole:]
        return data[:whole]

    def finish(self) -> bytes:
        """Say that the body ended; return the samples of one too short to be recognised."""
        header, self._header = self._header, None
        if not header or header[:4] == b"RIFF":
            return b""
        self._refuse_others(header)
        return header[: len(header) & ~1]

    def _begin(self, head: bytes) -> bytes:
        """Look at the beginning; return the samples in it, b"" while a WAV header is not complete."""
        if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
            return self._skip_wav_header(head)
        self._refuse_others(head)
        self._header = None
        return head

    def _refuse_others(self, head: bytes) -> None:
        for magic, name in _MAGIC:
            if head.startswith(magic):
                raise Garbled(f"{name} instead of PCM")
        if self._is_vague and (head.startswith(_TEXTS) or _MPEG_FRAME.match(head)):
            raise Garbled("something else instead of PCM")

    def _skip_wav_header(self, head: bytes) -> bytes:
        at = 12
        while at + 8 <= len(head):
            name, size = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
            if name == b"data":
                self._left = None if size in _UNKNOWN_SIZES else size
                self._header = None
                return head[at + 8 :]
            if name == b"fmt " and at + 24 <= len(head):
                self._read_format(head[at + 8 : at + 24])
            at += 8 + size + size % 2
        if len(head) > MOST_HEADER_BYTES or at > MOST_HEADER_BYTES:
            raise Garbled("endless WAV header")
        return b""

    def _read_format(self, fields: bytes) -> None:
        kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", fields)
        if kind not in {_PCM, _EXTENSIBLE} or channels != 1 or bits != 16:
            raise Garbled("WAV that is not mono 16-bit PCM")
        self.sample_rate = rate
