"""Frames of a stage socket, as a server sends them."""

import math
from array import array
from typing import Any
from uuid import UUID

from workers.smoke.ears import HEADER, LAST_CHUNK, VERSION, AudioFrame, Ears, TurnHeard, read_audio

RATE = 16_000
TURN = "0190b5a0-0000-7000-8000-000000000001"


def hello(**fields: Any) -> dict[str, Any]:
    stream = {"id": TURN, "name": "Main", "language": "en"}
    usual = {"type": "hello", "v": 1, "stream": stream, "fence": 1, "primary": True, "muted": False, "panicked": False}
    return usual | fields


def start(seg: int = 0, text: str = "Hello.", **fields: Any) -> dict[str, Any]:
    return {"type": "say.start", "turn": TURN, "fence": 1, "seg": seg, "text": text, "emotion": "joy"} | fields


def visemes(count: int, seg: int = 0) -> dict[str, Any]:
    cues = [[at * 50, "aa"] for at in range(count)]
    return {"type": "say.visemes", "turn": TURN, "fence": 1, "seg": seg, "cues": cues}


def end(audio_ms: float, seg: int = 0) -> dict[str, Any]:
    return {"type": "say.end", "turn": TURN, "fence": 1, "seg": seg, "audio_ms": audio_ms}


def turn_end(outcome: str = "heard") -> dict[str, Any]:
    return {"type": "turn.end", "turn": TURN, "fence": 1, "outcome": outcome}


def stop(turn: str | None = None) -> dict[str, Any]:
    return {"type": "stop", "epoch": 2, "reason": "skip", "turn": turn}


def tone(ms: float, *, at_ms: float = 0.0, level: float = 0.3) -> bytes:
    """A piece of a 220 Hz tone, which goes on where the piece before it ended."""
    first, count = round(at_ms * RATE / 1000), round(ms * RATE / 1000)
    samples = (level * 32767 * math.sin(2 * math.pi * 220 * (first + n) / RATE) for n in range(count))
    return array("h", map(round, samples)).tobytes()


def packed(
    seq: int, pcm: bytes, *, seg: int = 0, last: bool = False, fence: int = 1, rate: int = RATE, turn: str = TURN
) -> bytes:
    flags = LAST_CHUNK if last else 0
    head = HEADER.pack(VERSION, flags, seg, seq, fence, rate, UUID(turn).bytes)
    return head + pcm


def chunk(seq: int, pcm: bytes, **fields: Any) -> AudioFrame:
    return read_audio(packed(seq, pcm, **fields))


def hear_sentence(ears: Ears, *, at: float = 10.0, level: float = 0.3) -> TurnHeard:
    """Let ears hear a whole turn of one sentence: three chunks of 100 ms, one after the other."""
    ears.hear(start(), at)
    ears.hear(visemes(4), at)
    for seq in range(3):
        pcm = tone(100, at_ms=seq * 100, level=level)
        ears.hear_audio(chunk(seq, pcm, last=seq == 2), at + seq * 0.05)
    ears.hear(end(300), at + 0.11)
    ears.hear(turn_end(), at + 0.5)
    return ears.turns[TURN]
