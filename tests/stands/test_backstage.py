"""What a team does beside the show, in real processes: approve lines, publish drafts at a time, rehearse."""

import asyncio
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from bench.stand import start_upkeep_worker
from tests.stands.conftest import Audience, House
from tests.stands.pages import PATIENCE_S, DockPage, Json, StagePage

LINES = 12


async def held(dock: DockPage, stream: Json) -> list[Json]:
    path, token = f"/api/v1/streams/{stream['id']}/held", stream["tokens"]["dock"]
    async with asyncio.timeout(PATIENCE_S):
        while not (rows := (await dock.get(path, token))["held"]):
            await asyncio.sleep(0.1)
    return list(rows)


async def decide(dock: DockPage, stream: Json, line: Json, verb: str, **body: Any) -> None:
    path = f"/api/v1/streams/{stream['id']}/held/{line['id']}/{verb}"
    await dock.post(path, stream["tokens"]["dock"], body)


def is_silent(page: StagePage) -> bool:
    return not any(frame["type"].startswith("say.") for frame in page.frames) and not page.turns


async def test_a_held_line_is_silent_until_somebody_approves_it(house: House, audience: Audience) -> None:
    stream = house.character()
    house.clerk.ask("hold_everything", stream=stream["id"], timeout_s=120)
    page, dock = await audience.stage(house, stream), await audience.dock(house, stream)
    event = await page.post_line("stub-say: The dragon sleeps.")

    (line,) = await held(dock, stream)
    assert is_silent(page)
    await decide(dock, stream, line, "approve")
    await page.over(1)

    (spoken,) = page.turns.values()
    assert spoken.text == "The dragon sleeps."
    assert spoken.has_audio
    assert (await page.settled(event))["state"] == "answered"


async def test_a_rejected_line_and_one_whose_time_is_over_are_never_said(house: House, audience: Audience) -> None:
    stream = house.character()
    house.clerk.ask("hold_everything", stream=stream["id"], timeout_s=5)
    page, dock = await audience.stage(house, stream), await audience.dock(house, stream)
    rejected = await page.post_line("stub-say: The dragon is a fake.")
    (line,) = await held(dock, stream)
    await decide(dock, stream, line, "reject", reason="Off topic")
    await page.settled(rejected)

    late = await page.post_line("stub-say: Nobody looks at this.", "Bo")
    async with asyncio.timeout(PATIENCE_S):
        while (await page.outcome(late))["state"] in {"waiting", "taken", "held"}:
            await asyncio.sleep(0.2)

    assert is_silent(page)
    assert all(row["state"] != "answered" for row in house.clerk.events(stream))


@pytest.mark.services
def test_sweeps_at_the_same_moment_publish_each_draft_once(production_house: House) -> None:
    stream = production_house.character()
    words = [f"Secret number {number}" for number in range(4)]
    production_house.clerk.ask("schedule", stream=stream["id"], words=words)

    decided = production_house.clerk.ask("sweep_at_once", stream=stream["id"], sweeps=4)

    found = production_house.clerk.ask("revisions", stream=stream["id"])
    published = [knowledge for state, knowledge in found["rows"] if state == "published"]
    assert sum(decided) <= len(words)  # the clock of the stand may have had a share
    assert len(published) == 1
    assert found["knowledge"] == published[0]
    assert found["knowledge"] in words


@pytest.fixture
def mortal_upkeep(production_house: House) -> Iterator[House]:
    """A house whose upkeep worker may be killed; afterwards it has one again."""
    yield production_house
    if production_house.stand.processes["upkeep"].popen.poll() is not None:
        start_upkeep_worker(production_house.stand)


@pytest.mark.services
async def test_a_rehearsal_outlives_the_worker_that_carries_it(mortal_upkeep: House) -> None:
    clerk, stand = mortal_upkeep.clerk, mortal_upkeep.stand
    run = clerk.ask("rehearse", stream=mortal_upkeep.character()["id"], lines=LINES)
    await reaches(mortal_upkeep, run, lambda found: found["done"] >= 2)
    stand.processes["upkeep"].stop(signal.SIGKILL)

    start_upkeep_worker(stand)
    clerk.ask("take_up_rehearsals")
    found = await reaches(mortal_upkeep, run, lambda found: found["state"] == "done")

    assert found == {"state": "done", "done": LINES, "steps": list(range(LINES))}


async def reaches(house: House, run: str, is_there: Any) -> Json:
    async with asyncio.timeout(2 * PATIENCE_S):
        while not is_there(found := house.clerk.ask("rehearsal", run=run)):
            await asyncio.sleep(0.05)
    return dict(found)
