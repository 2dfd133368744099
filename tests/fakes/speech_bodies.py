"""What the stub's `/v1/audio/speech` answers with: real audio in every format, and everything that only claims to be.

Compressed audio is made with PyAV when it is first asked for, and kept.
"""

import functools
import io
import random
from typing import Any

from tests.fakes import openai_replies as replies

HTML = b"<!DOCTYPE html><html><body><h1>Welcome to the Wi-Fi portal</h1></body></html>" * 20
FAKE_MP3 = b"ID3\x04\x00\x00\x00\x00\x00\x00\xff\xfb\x90\x64" + b"\x00" * 400
TYPES = {
    "pcm": "audio/pcm",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
}
_CONTAINERS = {
    "mp3": ("mp3", "libmp3lame", "s16p"),
    "opus": ("ogg", "libopus", "s16"),
    "aac": ("adts", "aac", "fltp"),
    "flac": ("flac", "flac", "s16"),
    "webm": ("webm", "libopus", "s16"),
}


@functools.lru_cache(maxsize=64)
def encoded(pcm: bytes, form: str, *, rate: int = replies.SAMPLE_RATE, channels: int = 1) -> bytes:
    """Return mono PCM16 at 24 kHz as a file of this format, at another rate and width if wished."""
    import av

    container, codec, sample_format = _CONTAINERS[form]
    out, layout = io.BytesIO(), "mono" if channels == 1 else "stereo"
    options = {"page_duration": "20000"} if container == "ogg" else {}
    with av.open(out, "w", format=container, options=options) as file:
        stream: Any = file.add_stream(codec, rate=rate)
        stream.layout, stream.bit_rate = layout, 64_000
        stream.codec_context.open()
        size = stream.codec_context.frame_size or 1024
        for frame in _frames(pcm, sample_format, layout, rate, size):
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return out.getvalue()


def _frames(pcm: bytes, sample_format: str, layout: str, rate: int, size: int) -> Any:
    import av

    whole = av.AudioFrame(format="s16", layout="mono", samples=len(pcm) // 2)
    whole.planes[0].update(pcm)
    whole.sample_rate = replies.SAMPLE_RATE
    resampler = av.AudioResampler(format=sample_format, layout=layout, rate=rate)
    queue = av.AudioFifo()
    for frame in (*resampler.resample(whole), *resampler.resample(None)):
        frame.pts = None
        queue.write(frame)
    while (frame := queue.read(size, partial=True)) is not None:
        frame.pts = None
        yield frame


@functools.cache
def noise(size: int = 48_000) -> bytes:
    """Return random bytes: what anything compressed sounds like when it is played as samples."""
    return random.Random(5).randbytes(size)


def body_of(form: str, pcm: bytes) -> tuple[str, bytes]:
    """Return media type and body of this audio in a format."""
    if form == "pcm":
        return TYPES["pcm"], pcm
    if form == "wav":
        return TYPES["wav"], replies.wav_header(len(pcm)) + pcm
    return TYPES[form], encoded(pcm, form)


def _streamed_wav(pcm: bytes) -> tuple[str, bytes]:
    header = bytearray(replies.wav_header(0))
    header[4:8] = header[40:44] = b"\xff\xff\xff\xff"
    return "application/octet-stream", bytes(header) + pcm


def _doubled(pcm: bytes) -> bytes:
    """Return every sample twice: a second channel, or twice the rate."""
    return b"".join(pcm[at : at + 2] * 2 for at in range(0, len(pcm), 2))


def _stereo_wav(pcm: bytes) -> tuple[str, bytes]:
    both = _doubled(pcm)
    return "audio/wav", replies.wav_header(len(both), sample_rate=24_000, channels=2) + both


SPOILT = {
    "streamed_wav": _streamed_wav,
    "stereo_wav": _stereo_wav,
    "short_wav": lambda pcm: ("audio/wav", replies.wav_header(2 * len(pcm)) + pcm),
    "mp3_as_pcm": lambda pcm: ("audio/pcm", encoded(pcm, "mp3")),
    "fake_mp3": lambda _: ("audio/mpeg", FAKE_MP3),
    "html_as_mp3": lambda _: ("audio/mpeg", HTML),
    "html_as_pcm": lambda _: ("audio/pcm", HTML),
    "noise": lambda _: ("audio/pcm", noise()),
    "noise_in_ogg": lambda pcm: ("audio/ogg", encoded(pcm, "opus")[:2000] + noise()),
    "noise_in_mp3": lambda pcm: ("audio/mpeg", encoded(pcm, "mp3")[:2000] + noise()),
    "cut_ogg": lambda pcm: ("audio/ogg", encoded(pcm, "opus")[:-700]),
    "webm": lambda pcm: ("audio/webm", encoded(pcm, "webm")),
    "mp3_44100_stereo": lambda pcm: ("audio/mpeg", encoded(pcm, "mp3", rate=44_100, channels=2)),
    "l16_at_48000": lambda pcm: (
        "audio/pcm;rate=48000",
        _doubled(pcm),
    ),
}
"""Bodies that ignore what was asked for, by the name of the stub's mode."""
