"""Redis goes away and comes back: pages find their way back, and the character goes on as if nothing had been."""

import asyncio
import re
import shutil

import pytest

from bench.stand import Stand
from tests.stands.conftest import Audience, House

pytestmark = pytest.mark.services

PATIENCE_S = 60.0


def restart_redis(stand: Stand) -> None:
    """Start Redis again on its port, as empty as after a crash."""
    found = re.fullmatch(r"redis://127\.0\.0\.1:(\d+)/0", stand.environment["REDIS_URL"])
    assert found is not None
    program = shutil.which("redis-server")
    assert program is not None
    words = ["--port", found[1], "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(stand.folder)]
    first = stand.processes["redis"]
    first.popen = stand.start("redis", program, *words).popen  # the stand stops it at its end
    stand.processes["redis"] = first


async def test_after_redis_was_lost_the_next_line_is_answered(production_house: House, audience: Audience) -> None:
    house = production_house
    stream = house.character()
    page = await audience.stage(house, stream)
    dock = await audience.dock(house, stream)
    assert (await page.say("stub-say: Before the storm.")).outcome == "heard"

    await asyncio.to_thread(house.stand.processes["redis"].stop)
    await asyncio.to_thread(restart_redis, house.stand)
    await page.come_back()
    await dock.come_back()
    spoken = await page.say("stub-say: After the storm.", "Zoe", patience_s=PATIENCE_S)

    assert (spoken.text, spoken.outcome) == ("After the storm.", "heard")
    assert [turn["state"] for turn in house.clerk.turns(stream)] == ["heard", "heard"]
    await dock.until(lambda: "heard" in dock.statuses(spoken.turn))


async def test_a_line_that_came_while_redis_was_away_is_not_lost(production_house: House, audience: Audience) -> None:
    house = production_house
    stream = house.character()
    page = await audience.stage(house, stream)

    await asyncio.to_thread(house.stand.processes["redis"].stop)
    event = await page.post_line("stub-say: I heard you all the same.")
    await asyncio.to_thread(restart_redis, house.stand)
    settled = await page.settled(event, PATIENCE_S)

    assert settled["state"] == "answered"
    assert settled["turn"]["text"] == "I heard you all the same."
