"""`./run bench formats`: what a turn costs beyond model and voice, by the format the voice sends.

Overhead as in `bench.turn`. The voice asks for plain PCM first, then for MP3, which is decoded in a process of its own;
the stub sends real audio in both.
"""

import asyncio
from typing import Any

from bench.figures import Figures
from bench.stand import Stand, embedded, scratch_folder, stub
from bench.turn import IS_SHORT, MEMORIES, REPLY, WARM_TURNS, check, overheads, stub_call, talk

FORMATS = ("pcm", "mp3")
TURNS = 4 if IS_SHORT else 30


def run() -> Figures:
    """Run the bench."""
    figures = Figures("formats")
    with scratch_folder() as folder, stub(folder) as url:
        for form in FORMATS:
            with embedded() as stand:
                _measure(figures, form, stand, url)
    return figures


def _measure(figures: Figures, form: str, stand: Stand, url: str) -> None:
    """Measure one format on a fresh stand."""
    stream: dict[str, Any] = stand.seed(streams=1, memories=MEMORIES, stub=url, audio_format=form)["streams"][0]
    stub_call(url, "reset", {})
    stub_call(url, "script", {"reply": REPLY})
    warm = asyncio.run(talk(stand, stream, WARM_TURNS))
    heard = asyncio.run(talk(stand, stream, TURNS, first=1000))
    name = f"overhead_{form}"
    check(figures, warm | heard, name)
    for marker, turn in heard.items():
        figures.require(turn.audio_ms > 4000, f"{name} {marker}: only {turn.audio_ms:.0f} ms of audio")
    figures.add(name, overheads(heard, url), "ms")
