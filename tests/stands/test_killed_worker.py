"""kill -9 of the live worker at three moments at once: nothing is spoken twice, and the next line is answered.

One stream's model was still thinking, one's voice had been asked for its first sound, one was already speaking.
"""

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
import pytest

from bench.stand import start_live_worker
from tests.stands.conftest import House
from tests.stands.pages import Json, Spoken, StagePage

pytestmark = pytest.mark.services

STORY = "stub-say: Once upon a time there was a dragon. He was very small. He liked soup."
PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What the pages and the database know of a stream whose worker was killed.

    Attributes:
        before: What of its turn had arrived when the worker died, in samples.
        settled: How the interrupted line ended.
        following: The turn that answered the next line.
    """

    page: StagePage
    before: int
    settled: Json
    following: Spoken
    turns: list[Json]
    event: Json


@pytest.fixture(scope="module")
def aftermath(production_house: House) -> dict[str, Aftermath]:
    production_house.stub.reset()
    return asyncio.run(_play(production_house))


async def _play(house: House) -> dict[str, Aftermath]:
    streams = house.clerk.cast(*[{"stub": house.stub.url}] * 3)
    async with aiohttp.ClientSession() as http:
        pages = [StagePage(http, house.url, stream, is_listening=False) for stream in streams]
        for page in pages:
            await page.open()
        thinking, voicing, speaking = pages
        events = [await _while_hanging(house, thinking, "chat"), await _while_hanging(house, voicing, "speech")]
        events.append(await speaking.post_line(STORY))
        await speaking.first_audio()

        before = [_samples(page) for page in pages]
        await asyncio.to_thread(house.stand.processes["live0"].stop, signal.SIGKILL)
        house.stub.reset()
        start_live_worker(house.stand, 0)
        cases = zip(pages, events, before, streams, strict=True)
        found = await asyncio.gather(*(_follow(house, *case) for case in cases))
        for page in pages:
            await page.close()
        return dict(zip(("thinking", "voicing", "speaking"), found, strict=True))


async def _while_hanging(house: House, page: StagePage, endpoint: str) -> Json:
    """Post a line whose request to the endpoint never ends."""
    house.stub.call("fail", {"endpoint": endpoint, "mode": "hang", "times": 0})
    event = await page.post_line(STORY)
    await holds(lambda: house.stub.stats(endpoint)["active"] > 0)
    house.stub.call("fail", {"endpoint": endpoint, "mode": ""})
    return event


async def holds(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():
            await asyncio.sleep(0.02)


def _samples(page: StagePage) -> int:
    return sum(len(piece.pcm) for turn in page.turns.values() for piece in turn.pieces)


async def _follow(house: House, page: StagePage, event: Json, before: int, stream: Json) -> Aftermath:
    page.is_listening = True
    settled = await page.settled(event, PATIENCE_S)
    following = await page.say("stub-say: Here I am again.", "Zoe")
    return Aftermath(page, before, settled, following, house.clerk.turns(stream), event)


def answered_next(case: Aftermath) -> None:
    """A new worker answered the next line, under a higher fence."""
    assert (case.following.text, case.following.outcome) == ("Here I am again.", "heard")
    fences = [turn["fence"] for turn in case.turns]
    assert fences == sorted(fences)
    assert fences[-1] > fences[0]
    assert case.page.strays == []


def test_a_line_whose_model_was_still_thinking_is_answered_by_the_heir(aftermath: dict[str, Aftermath]) -> None:
    case = aftermath["thinking"]

    assert case.before == 0
    assert (case.settled["state"], case.settled["reason"]) == ("answered", "")
    lost, again, _ = case.turns
    assert (lost["state"], lost["reason"], lost["text"]) == ("failed", "worker_lost", "")
    assert (again["state"], again["event_id"]) == ("heard", case.event["id"])
    assert [turn.text.startswith("Once upon") for turn in case.page.turns.values()].count(True) == 1
    answered_next(case)


@pytest.mark.parametrize("moment", ["voicing", "speaking"])
def test_a_line_that_was_committed_to_be_spoken_is_never_spoken_again(
    aftermath: dict[str, Aftermath], moment: str
) -> None:
    case = aftermath[moment]

    assert (case.before > 0) == (moment == "speaking")
    assert (case.settled["state"], case.settled["reason"]) == ("answered", "cut_short")
    cut, _ = case.turns
    assert (cut["state"], cut["reason"]) == ("cut", "worker_lost")
    heard = case.page.turns.get(cut["id"])
    assert all(piece.disorder == 0 for piece in (heard.pieces if heard else ()))
    assert [turn.text.startswith("Once upon") for turn in case.page.turns.values()].count(True) == 1
    answered_next(case)
