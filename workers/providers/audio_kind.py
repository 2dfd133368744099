"""What audio a server really sends, whatever it was asked for and whatever it calls it: told from the first bytes.

Owns recognising formats, and refusing by name what is no audio, so that nothing but audio is ever played. Pure; must
not do I/O, and must not decode anything.

Formats: ISO/IEC 11172-3 and 13818-3 (headers of MPEG frames), 14496-3 (ADTS), RFC 3533 and 7845 (Opus in Ogg).
"""

import re
from array import array
from enum import StrEnum
from itertools import pairwise

from workers.providers.openai_faults import Garbled

MOST_SNIFFED = 8192


class AudioKind(StrEnum):
    """A format that can be played; the values are names of `response_format`."""

    PCM = "pcm"
    WAV = "wav"
    MP3 = "mp3"
    OPUS = "opus"
    AAC = "aac"
    FLAC = "flac"


_LEAST = 12
_PLAUSIBLE_BYTES = 512
_RAW_TYPES = frozenset({"audio/pcm", "audio/x-pcm", "audio/raw", "audio/basic;codec=pcm"})
_VAGUE_TYPES = frozenset({"", "application/octet-stream", "binary/octet-stream", "audio/octet-stream"})
_TEXT = re.compile(rb"[\t\n\r -~\xc2-\xf4\x80-\xbf]{12,}", re.DOTALL)
_REFUSED = ((b"\x1aE\xdf\xa3", "WebM"), (b"PK\x03\x04", "a ZIP file"), (b"\x1f\x8b", "gzip"), (b"%PDF", "a PDF"))
_LOUD, _ALIKE = 9000, 1.0


def kind_of(head: bytes, content_type: str, *, is_whole: bool = False) -> AudioKind | None:
    """Return what a body is, None while more of it is needed to tell.

    Args:
        head: Its first bytes.
        content_type: Its media type, lower case, without parameters; believed only for raw samples, which have no mark.
        is_whole: There is no more of it.

    Raises:
        Garbled: It is nothing that can be played.
    """
    if len(head) < _LEAST and not is_whole:
        return None
    if (kind := _marked(head, is_whole=is_whole)) is not None:
        return kind
    if head.startswith(b"OggS"):
        return None
    if _TEXT.match(head[:64]) and _TEXT.fullmatch(head[:64]):
        raise Garbled(_instead("text", content_type))
    if (kind := _framed(head)) is not None or _may_be_framed(head, is_whole=is_whole):
        return kind
    if content_type not in _RAW_TYPES | _VAGUE_TYPES:
        raise Garbled(f"{content_type[:40]} that holds something else")
    if len(head) < _PLAUSIBLE_BYTES and not is_whole:
        return None
    if sounds_like_noise(head):
        raise Garbled("noise instead of audio")
    return AudioKind.PCM


def _marked(head: bytes, *, is_whole: bool) -> AudioKind | None:
    """Recognise formats that begin with a mark of their own."""
    for mark, name in _REFUSED:
        if head.startswith(mark):
            raise Garbled(f"{name} instead of audio")
    if head[4:8] == b"ftyp":
        raise Garbled("MP4 instead of audio")
    if head.startswith((b"RIFF", b"RF64")):
        if head[8:12] != b"WAVE":
            raise Garbled("RIFF without sound")
        return AudioKind.WAV
    if head.startswith(b"OggS"):
        return _ogg(head, is_whole=is_whole)
    return AudioKind.FLAC if head.startswith(b"fLaC") else AudioKind.MP3 if head.startswith(b"ID3") else None


def _ogg(head: bytes, *, is_whole: bool) -> AudioKind | None:
    at = 27 + head[26] if len(head) > 26 else len(head)
    mark = head[at : at + 8]
    if mark == b"OpusHead":
        return AudioKind.OPUS
    if len(mark) == 8 or is_whole:
        raise Garbled("Ogg without Opus")
    return None


def _framed(head: bytes) -> AudioKind | None:
    """Recognise MPEG and ADTS frames: two headers of the same kind, as far apart as the first one says."""
    size = mpeg_frame_bytes(head)
    if size and mpeg_frame_bytes(head[size:]) and (head[1] ^ head[size + 1]) & 0xFE == 0:
        return AudioKind.MP3
    size = adts_frame_bytes(head)
    return AudioKind.AAC if size and adts_frame_bytes(head[size:]) else None


def _may_be_framed(head: bytes, *, is_whole: bool) -> bool:
    """Tell whether the second header is still to come."""
    sizes = (mpeg_frame_bytes(head), adts_frame_bytes(head))
    return not is_whole and any(size and len(head) < size + 8 for size in sizes)


_BITRATES = {
    (3, 3): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (3, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 3): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 1): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}  # kbit/s by (version, layer) as the header writes them; MPEG 2.5 is like 2
_SAMPLE_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def mpeg_frame_bytes(head: bytes) -> int:
    """Return the length of the MPEG audio frame that begins here, 0 where none does."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    rate_at, speed_at, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer == 0 or not 0 < rate_at < 15 or speed_at == 3:
        return 0
    bits = _BITRATES[3 if version == 3 else 2, layer][rate_at - 1] * 1000
    rate = _SAMPLE_RATES[version][speed_at]
    if layer == 3:
        return (12 * bits // rate + padding) * 4
    return (72 if layer == 1 and version != 3 else 144) * bits // rate + padding


def adts_frame_bytes(head: bytes) -> int:
    """Return the length of the ADTS frame that begins here, 0 where none does."""
    if len(head) < 6 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 15 > 12:
        return 0
    size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return size if size > 7 else 0


def sounds_like_noise(head: bytes) -> bool:
    """Tell whether bytes taken as 16-bit samples are noise at full volume, as every compressed format is.

    A voice is either softer or changes less from one sample to the next than its own level.
    """
    samples = array("h", head[: len(head) & ~1][:4096])
    if len(samples) < _PLAUSIBLE_BYTES // 2:
        return False
    level = sum(map(abs, samples)) / len(samples)
    if level <= _LOUD:
        return False
    change = sum(abs(after - before) for before, after in pairwise(samples)) / len(samples)
    return change > _ALIKE * level


def _instead(what: str, content_type: str) -> str:
    return f"{content_type[:40] or what} instead of audio"
