"""What the OpenAI-compatible stub says and how it sounds: reply scripts cut into tokens, and vowel-like PCM."""

import functools
import math
import re
from array import array

SAMPLE_RATE = 24_000
STANDARD_REPLY = (
    "[joy] Oh it is so good to see you here, I was just telling everyone about my dragon! "
    "He lives behind the microphone and guards all of our snacks. "
    "Honestly he is not very good at it, because he keeps eating them. "
    "So tell me, what would you name a tiny dragon like that?"
)
MARKER = re.compile(r"\bturn-\d+\b")
SAY = re.compile(r"stub-say:\s*([^<\"\n]+)")
TAG = re.compile(r"\[[^\]]*\]|<[^>]*>")
TOKEN = re.compile(r"\s*(?:\w+|[^\w\s])|\s+$")
CLAUSE_END = re.compile(r"[,.!?;:…、，。！？；：]$")
SHORTEST_CLAUSE_CHARS = 12


def tokens_of(reply: str) -> list[str]:
    """Cut a reply into pieces about the size of a model's tokens; joined again they are the reply."""
    return TOKEN.findall(reply)


def first_clause_token(tokens: list[str]) -> int:
    """Return the index of the token that ends the first clause worth speaking, tags not counted."""
    said = ""
    for index, token in enumerate(tokens):
        said += token
        spoken = TAG.sub("", said).strip()
        if len(spoken) >= SHORTEST_CLAUSE_CHARS and "[" not in spoken and CLAUSE_END.search(spoken):
            return index
    return len(tokens) - 1


@functools.cache
def vowel(pitch_hz: int, duration_ms: int) -> bytes:
    """Return PCM16 mono at 24 kHz: a voiced, vowel-like tone with syllables in its loudness; never silent for long."""
    period = SAMPLE_RATE // pitch_hz
    wave = [
        math.sin(2 * math.pi * n / period)
        + 0.6 * math.sin(6 * math.pi * n / period)
        + 0.3 * math.sin(10 * math.pi * n / period)
        for n in range(period)
    ]
    count = SAMPLE_RATE * duration_ms // 1000
    block = SAMPLE_RATE // 100
    samples = array("h")
    for start in range(0, count, block):
        loudness = 4500 + 2500 * math.sin(2 * math.pi * 4 * start / SAMPLE_RATE)
        samples.extend(int(loudness * wave[n % period]) for n in range(start, min(start + block, count)))
    return samples.tobytes()


def wav_header(pcm_bytes: int, *, sample_rate: int = SAMPLE_RATE, channels: int = 1) -> bytes:
    """Return the 44 bytes of a PCM16 WAV header."""
    rate = sample_rate * channels * 2
    return b"".join(
        (
            b"RIFF" + (36 + pcm_bytes).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little"),
            (1).to_bytes(2, "little") + channels.to_bytes(2, "little") + sample_rate.to_bytes(4, "little"),
            rate.to_bytes(4, "little") + (channels * 2).to_bytes(2, "little") + (16).to_bytes(2, "little"),
            b"data" + pcm_bytes.to_bytes(4, "little"),
        )
    )
