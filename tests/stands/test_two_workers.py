"""Two live workers and eight streams: each stream has one owner at a time, and every line is answered once."""

import asyncio
import signal
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import aiohttp
import pytest

from bench.stand import start_live_worker
from tests.stands.conftest import House
from tests.stands.pages import Json, StagePage

pytestmark = pytest.mark.services

STREAMS, LINES = 8, 4


@pytest.fixture
def crowded(production_house: House) -> Iterator[House]:
    """Two live workers, each with room for half of the streams; afterwards the usual one."""
    stand = production_house.stand
    stand.processes["live0"].stop(signal.SIGKILL)
    for number in range(2):
        start_live_worker(stand, number, {"VTCONTROL_LIVE_RUNNERS": str(STREAMS // 2)})
    assert len(production_house.clerk.ask("workers", count=3)) == 3  # and the upkeep worker
    yield production_house
    for number in range(2):
        stand.processes.pop(f"live{number}").stop(signal.SIGKILL)
    start_live_worker(stand)


def owners(house: House, streams: list[Json]) -> set[str]:
    found: list[str] = house.clerk.ask("owners", streams=[stream["id"] for stream in streams])
    return set(filter(None, found))


async def test_two_workers_never_speak_over_each_other(crowded: House) -> None:
    streams = crowded.clerk.cast(*[{"stub": crowded.stub.url}] * STREAMS)
    async with aiohttp.ClientSession() as http:
        pages = [StagePage(http, crowded.url, stream) for stream in streams]
        await asyncio.gather(*(page.open() for page in pages))

        for number in range(LINES):
            lines = (page.post_line(f"stub-say: Answer {number} is here.", f"viewer {number}") for page in pages)
            events = await asyncio.gather(*lines)
        seen = await watch(crowded, pages, streams)
        await asyncio.gather(*(page.settled(event) for page, event in zip(pages, events, strict=True)))
        for page in pages:
            await page.close()

    assert len(seen) == 2, "both workers had streams"
    for page, stream in zip(pages, streams, strict=True):
        is_told_once(page)
        is_recorded_once(crowded, stream)


async def watch(house: House, pages: list[StagePage], streams: list[Json]) -> set[str]:
    """Wait until every line was answered; return the names of the workers that had a stream meanwhile."""
    seen: set[str] = set()
    listening = asyncio.gather(*(page.over(LINES, 60.0) for page in pages))
    while not listening.done():
        seen |= owners(house, streams)
        await asyncio.wait([listening], timeout=0.1)
    await listening
    return seen


def is_told_once(page: StagePage) -> None:
    """Turns came one after the other, whole, under one fence each, which never fell."""
    order = [frame["turn"] for frame in page.frames if frame["type"] in {"say.start", "turn.end"}]
    assert order == [turn for turn in page.turns for _ in range(2)]
    assert Counter(turn.text for turn in page.turns.values()) == {f"Answer {n} is here.": 1 for n in range(LINES)}
    fences = [turn.fence for turn in page.turns.values()]
    assert fences == sorted(fences)
    assert page.strays == []
    assert all(piece.disorder == 0 and piece.is_closed for turn in page.turns.values() for piece in turn.pieces)


def is_recorded_once(house: House, stream: Json) -> None:
    turns = house.clerk.turns(stream)
    assert Counter(turn["event_id"] for turn in turns).most_common(1)[0][1] == 1
    assert {turn["state"] for turn in turns} == {"heard"}
    for one, following in pairwise(turns):
        assert one["finished_at"] <= following["started_at"]
    assert [event["state"] for event in house.clerk.events(stream)] == ["answered"] * LINES
