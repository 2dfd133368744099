"""From Twitch's chat into the character's mouth, with real processes, embedded and in production."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import aiohttp
import psutil
import pytest

from bench.stand import Process, embedded, production
from tests.fakes.twitch_irc import FakeTwitch, fake_twitch
from tests.stands.clerk import clerk_of
from tests.stands.conftest import Audience, House, Stub, _willing_stub, stub_server  # noqa: F401 - fixtures

STORY = "stub-say: Once upon a time there was a dragon. He was very small. He liked soup. He lived in a lighthouse."
SOON_S = 5.0
Json = dict[str, Any]


@pytest.fixture(scope="module")
def twitch() -> Iterator[FakeTwitch]:
    with fake_twitch() as made:
        yield made


@pytest.fixture(scope="module")
def embedded_house(stub_server: Stub, twitch: FakeTwitch) -> Iterator[House]:  # noqa: F811 - the fixture of above
    with pytest.MonkeyPatch.context() as surroundings:
        surroundings.setenv("VTCONTROL_TWITCH_URL", twitch.url)
        with embedded() as stand, clerk_of(stand) as clerk:
            yield House(stand, clerk, stub_server)


@pytest.fixture(scope="module")
def production_house(stub_server: Stub, twitch: FakeTwitch) -> Iterator[House]:  # noqa: F811 - the fixture of above
    with pytest.MonkeyPatch.context() as surroundings:
        surroundings.setenv("VTCONTROL_TWITCH_URL", twitch.url)
        with production() as stand, clerk_of(stand) as clerk:
            yield House(stand, clerk, stub_server)


@pytest.fixture
async def audience() -> AsyncIterator[Audience]:
    async with aiohttp.ClientSession() as http:
        made = Audience(http)
        yield made
        await made.leave()


def read_channel(house: House, stream: Json, channel: str) -> None:
    """Name the stream's channel, as the admin's form does."""
    words = "from uuid import UUID; from vtcontrol.tenancy.scope import studio_scope;"
    words += "from streams.services.links import set_twitch_channel\n"
    words += f"with studio_scope(UUID('{stream['studio']}')): "
    words += f"set_twitch_channel(UUID('{stream['id']}'), '{channel}')"
    house.stand.manage("shell", "-v", "0", "-c", words)


async def on_air(house: House, twitch: FakeTwitch, audience: Audience, channel: str, **options: Any) -> Any:
    """Cast a character whose stream reads a channel; give the stream and its stage page."""
    stream = house.character()
    page = await audience.stage(house, stream, **options)
    await asyncio.to_thread(read_channel, house, stream, channel)
    await asyncio.to_thread(twitch.in_channel, channel)
    return stream, page


async def holds(is_so: Callable[[], Any], patience_s: float = SOON_S) -> None:
    async with asyncio.timeout(patience_s):
        while not is_so():
            await asyncio.sleep(0.02)


async def ended(house: House, stream: Json, text: str) -> Json:
    """The row of a line once it is decided."""
    async with asyncio.timeout(25):
        while True:
            rows: list[Json] = await asyncio.to_thread(house.clerk.events, stream)
            found = [row for row in rows if row["text"] == text and row["state"] not in {"waiting", "taken"}]
            if found:
                return found[0]
            await asyncio.sleep(0.1)


async def test_a_line_of_twitch_is_answered_aloud(
    embedded_house: House, twitch: FakeTwitch, audience: Audience
) -> None:
    stream, page = await on_air(embedded_house, twitch, audience, "aloud")

    twitch.say("aloud", "stub-say: Hello Twitch.", "ann")
    await page.over(1)

    (turn,) = page.turns.values()
    assert (turn.text, turn.outcome) == ("Hello Twitch.", "heard")
    assert (await ended(embedded_house, stream, "stub-say: Hello Twitch."))["state"] == "answered"


async def test_a_line_deleted_while_it_is_spoken_about_silences_the_character(
    embedded_house: House, twitch: FakeTwitch, audience: Audience
) -> None:
    embedded_house.stub.call("timing", {"tokens_per_s": 8})
    stream, page = await on_air(embedded_house, twitch, audience, "spoken", is_listening=False)
    bad = twitch.say("spoken", STORY, "troll")
    spoken = await page.first_audio()

    twitch.delete("spoken", bad, "troll")

    stop = await page.stopped("deleted")
    await holds(lambda: embedded_house.stub.stats("chat")["active"] == 0)
    assert (await ended(embedded_house, stream, STORY))["state"] == "answered"
    page.said_nothing_after(stop, spoken)
    (turn,) = embedded_house.clerk.turns(stream)
    assert (turn["state"], turn["reason"]) == ("cut", "deleted")
    assert STORY not in [text for _who, text in embedded_house.clerk.history(stream)]


async def test_a_viewer_banned_while_the_character_thinks_gets_no_answer(
    embedded_house: House, twitch: FakeTwitch, audience: Audience
) -> None:
    stream, page = await on_air(embedded_house, twitch, audience, "thinking")
    embedded_house.stub.call("fail", {"endpoint": "chat", "mode": "hang", "times": 1})
    twitch.say("thinking", STORY, "troll")
    await holds(lambda: embedded_house.stub.stats("chat")["active"] > 0)

    twitch.ban("thinking", "troll", 600)

    await holds(lambda: embedded_house.stub.stats("chat")["active"] == 0)
    row = await ended(embedded_house, stream, STORY)
    assert (row["state"], row["reason"]) == ("cancelled", "deleted")
    assert not any(turn.has_audio for turn in page.turns.values())
    twitch.say("thinking", "stub-say: Who is there?", "ann")
    await page.over(1)


async def test_a_line_deleted_while_it_waits_is_never_answered(
    embedded_house: House, twitch: FakeTwitch, audience: Audience
) -> None:
    stream, page = await on_air(embedded_house, twitch, audience, "waiting", is_listening=False)
    twitch.say("waiting", "stub-say: One long sentence about nothing at all.", "ann")
    await page.first_audio()
    bad = twitch.say("waiting", "stub-say: Something bad.", "troll")
    await holds(lambda: len(embedded_house.clerk.events(stream)) == 2)

    twitch.delete("waiting", bad, "troll")

    row = await ended(embedded_house, stream, "stub-say: Something bad.")
    assert (row["state"], row["reason"]) == ("cancelled", "deleted")
    assert page.stops == []
    page.is_listening = True
    twitch.say("waiting", "stub-say: Something nice.", "zoe")
    await page.until(lambda: any("nice" in turn.text for turn in page.turns.values()))
    assert not any("bad" in turn.text for turn in page.turns.values())


async def test_pages_and_health_answer_during_a_flood(
    embedded_house: House, twitch: FakeTwitch, audience: Audience
) -> None:
    stream, page = await on_air(embedded_house, twitch, audience, "flooded")

    for first in range(0, 3000, 200):
        lines = (twitch.line("flooded", f"line {first + number}", f"v{number}")[0] for number in range(200))
        twitch.send("flooded", *lines)
    async with aiohttp.ClientSession() as http, http.get(f"{embedded_house.url}/healthz") as answer:
        assert answer.status == 200
    twitch.say("flooded", "stub-say: Benchy is still here.", "ann", bits="100")

    await page.until(lambda: any("still here" in turn.text for turn in page.turns.values()))
    await holds(lambda: len(embedded_house.clerk.events(stream)) == 3001, 60)


def start_links(house: House, number: int) -> Process:
    return house.stand.start(f"links{number}", sys.executable, "manage.py", "links")


def reader_of(processes: list[Process], twitch: FakeTwitch) -> Process:
    """The link process that is connected to Twitch now."""
    port = int(twitch.url.rpartition(":")[2])
    for process in processes:
        for one in psutil.Process(process.popen.pid).net_connections("tcp"):
            if one.raddr and one.raddr.port == port and one.status == psutil.CONN_ESTABLISHED:
                return process
    raise AssertionError("nobody is connected")


@pytest.mark.services
async def test_of_two_link_processes_one_reads_and_the_other_takes_over_when_it_is_killed(
    production_house: House, twitch: FakeTwitch, audience: Audience
) -> None:
    processes = [start_links(production_house, number) for number in (1, 2)]
    stream, page = await on_air(production_house, twitch, audience, "shared")
    twitch.say("shared", "stub-say: The first one reads.", "ann")
    await page.over(1)
    assert len(twitch.in_channel("shared")) == 1

    killed = reader_of(processes, twitch)
    await asyncio.to_thread(killed.stop, signal.SIGKILL)
    await asyncio.to_thread(twitch.until, lambda: len([one for one in twitch.past if "shared" in one.channels]) >= 2)
    twitch.say("shared", "stub-say: The second one reads.", "zoe")
    await page.over(2)

    assert [turn.text for turn in page.turns.values()] == ["The first one reads.", "The second one reads."]
    (heir,) = [one for one in processes if one is not killed]
    assert await asyncio.to_thread(heir.stop, signal.SIGTERM) == 0
    assert heir.tail().splitlines()[-1] == "Stopped."
    assert "Traceback" not in heir.tail(300)
    assert {row["state"] for row in production_house.clerk.events(stream)} == {"answered"}
    assert not [visitor for visitor in twitch.present if "shared" in visitor.channels]


def test_an_embedded_installation_needs_no_link_process(embedded_house: House) -> None:
    process = start_links(embedded_house, 9)

    assert process.popen.wait(60) == 1
    assert (
        process.tail().strip() == "CommandError: An embedded installation reads its links by itself: ./run is enough."
    )
