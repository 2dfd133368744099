"""An address inside the house: the production default refuses it, says so, and nothing is ever sent there."""

import asyncio
import signal
from collections.abc import Iterator

import pytest

from bench.stand import start_live_worker
from tests.stands.conftest import Audience, House

pytestmark = pytest.mark.services


@pytest.fixture
def cautious(production_house: House) -> Iterator[House]:
    """A live worker that nobody told to allow private addresses; afterwards the usual one."""
    stand = production_house.stand
    stand.processes["live0"].stop(signal.SIGKILL)
    start_live_worker(stand, 0, {"VTCONTROL_ALLOW_PRIVATE_URLS": ""})
    yield production_house
    stand.processes["live0"].stop(signal.SIGKILL)
    start_live_worker(stand)


async def test_a_private_address_is_refused_by_default_and_shown(cautious: House, audience: Audience) -> None:
    stream = await asyncio.to_thread(cautious.character)
    page = await audience.stage(cautious, stream)
    dock = await audience.dock(cautious, stream)

    spoken = await page.say("stub-say: I leak.", patience_s=60.0)

    assert spoken.outcome == "heard"
    assert spoken.has_audio
    assert "leak" not in spoken.text
    await dock.until(lambda: "heard" in dock.statuses(spoken.turn))  # written down, not only heard
    state = (await page.state())["state"]
    assert state["brain"]["name"].startswith("scripted")
    assert (state["brain"]["ok"], state["voice"]["ok"]) == (False, False)
    assert "Bench brain" in state["brain"]["note"]
    assert "Bench voice" in state["voice"]["note"]
    for endpoint in ("models", "chat", "speech"):
        assert cautious.stub.stats(endpoint)["requests"] == 0
