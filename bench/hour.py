"""`./run bench hour`: what an hour of talking leaves in the memory of the embedded process.

An hour is counted in the character's own sound, answered by the scripted brain and voiced by espeak-ng for a changing
crowd of viewers. The page says at once that it heard, so that the hour passes in minutes.
"""

import asyncio
import os
from typing import Any

import aiohttp

from bench.client import Page
from bench.figures import Figures
from bench.stand import Stand, embedded

IS_SHORT = bool(os.environ.get("CI"))
TALK_MS = (60 if IS_SHORT else 3600) * 1000
MEMORIES = 1000 if IS_SHORT else 10_000
VIEWERS = 60
LOOKS = 20
"""So many times on the way the memory is read; the first fifth of them is the warming up."""
SUBJECTS = ("the dragon", "your favourite song", "the weather", "that boss fight", "my cat", "pizza", "the lighthouse")


async def talk(stand: Stand, stream: dict[str, Any], figures: Figures) -> list[float]:
    """Talk for the hour; return the process's resident megabytes along the way."""
    resident: list[float] = []
    spoken_ms, turns = 0.0, 0
    async with aiohttp.ClientSession() as http:
        page = Page(http, stand.url, stream, is_patient=False)
        await page.open()
        while spoken_ms < TALK_MS:
            line = f"turn {turns}: tell me about {SUBJECTS[turns % len(SUBJECTS)]}, what do you think?"
            heard = await page.say(line, viewer=f"viewer{turns * 7 % VIEWERS}")
            figures.require(heard.outcome == "heard", f"turn {turns}: {heard.outcome or 'no end'}")
            figures.require(heard.disorder() == 0, f"turn {turns}: audio out of order")
            spoken_ms, turns = spoken_ms + heard.audio_ms, turns + 1
            if spoken_ms >= TALK_MS * (len(resident) + 1) / LOOKS:
                resident.append(stand.processes["studio"].rss_mb())
        await page.close()
    return resident


def run() -> Figures:
    """Run the bench."""
    figures = Figures("hour")
    with embedded() as stand:
        stream = stand.seed(streams=1, memories=MEMORIES)["streams"][0]
        resident = asyncio.run(talk(stand, stream, figures))
    figures.add("resident_mb", resident, "MB")
    warm = resident[LOOKS // 5 :]
    figures.add("growth_mb", [warm[-1] - warm[0]], "MB")
    return figures
