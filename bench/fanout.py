"""`./run bench fanout`: 64 streams on one live worker: one turn each every 8 s, then all at once.

Overhead is as in `bench.turn`; `lost` counts turns that did not come, came twice or out of order.
"""

import asyncio
import os
import random
from typing import Any

import aiohttp

from bench.client import Heard, Page
from bench.figures import Figures
from bench.stand import Stand, production, scratch_folder, stub
from bench.turn import MEMORIES, REPLY, overheads, stub_call

IS_SHORT = bool(os.environ.get("CI"))
STREAMS = 8 if IS_SHORT else 64
ROUNDS = 1 if IS_SHORT else 3
BURSTS = 1 if IS_SHORT else 2
EVERY_S = 8.0


async def paced(pages: list[Page], chance: random.Random) -> dict[str, Heard]:
    """Each stream has a turn every `EVERY_S` seconds, at its own moment."""
    heard: dict[str, Heard] = {}

    async def one(place: int, page: Page) -> None:
        await asyncio.sleep(chance.random() * EVERY_S)
        for number in range(ROUNDS):
            began = asyncio.get_running_loop().time()
            marker = f"turn-{1000 * (number + 1) + place}"
            heard[marker] = await page.say(f"{marker} and the dragon?", timeout_s=90)
            await asyncio.sleep(max(0.0, began + EVERY_S - asyncio.get_running_loop().time()))

    await asyncio.gather(*(one(place, page) for place, page in enumerate(pages)))
    return heard


async def burst(pages: list[Page], number: int) -> dict[str, Heard]:
    """Every stream has a turn at the same moment."""
    markers = [f"turn-{100_000 * (number + 1) + place}" for place in range(len(pages))]
    turns = await asyncio.gather(
        *(page.say(f"{marker} and the dragon?", timeout_s=90) for marker, page in zip(markers, pages, strict=True))
    )
    return dict(zip(markers, turns, strict=True))


async def _show(stand: Stand, streams: list[dict[str, Any]]) -> tuple[dict[str, Heard], dict[str, Heard], int]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        pages = [Page(http, stand.url, stream) for stream in streams]
        for page in pages:
            await page.open()
        await asyncio.sleep(3)
        for number in range(2):  # warm-up
            await burst(pages[:4], 50 + number)
        calm = await paced(pages, random.Random(3))
        storm: dict[str, Heard] = {}
        for number in range(BURSTS):
            storm |= await burst(pages, number)
        strangers = sum(page.strangers for page in pages)
        for page in pages:
            await page.close()
        return calm, storm, strangers


def run() -> Figures:
    """Run the bench."""
    figures = Figures("fanout")
    with scratch_folder() as folder, stub(folder) as url, production() as stand:
        stub_call(url, "script", {"reply": REPLY})
        seeded = stand.seed(streams=STREAMS, memories=MEMORIES, stub=url)
        before = stand.cpu_s()
        calm, storm, strangers = asyncio.run(_show(stand, seeded["streams"]))
        spent = (stand.cpu_s() - before) * 1000 / (len(calm) + len(storm))
        figures.add("overhead_64_paced", overheads(calm, url), "ms")
        figures.add("overhead_64_burst", overheads(storm, url), "ms")
        turns = {**calm, **storm}
        lost = sum(turn.outcome != "heard" or turn.disorder() > 0 for turn in turns.values())
        figures.add("lost", [float(lost)], "turns")
        figures.add("cpu_per_turn_64", [spent], "ms")
        figures.require(lost == 0, f"{lost} turns lost or out of order")
        figures.require(strangers == 0, f"{strangers} audio frames belonged to no turn")
    return figures
