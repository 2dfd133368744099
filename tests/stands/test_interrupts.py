"""Skip and panic while the character speaks: the pages fall silent, the services are told off, and it stays so."""

import asyncio
from collections.abc import Callable

from bench.stand import restart_embedded
from tests.stands.conftest import Audience, House, Stub

STORY = "stub-say: Once upon a time there was a dragon. He was very small. He liked soup. He lived in a lighthouse."
SOON_S = 3.0


async def cut_off(stub: Stub, endpoint: str) -> None:
    """Wait until nothing of an endpoint's is under way any more; something of it was cancelled."""
    await holds(lambda: stub.stats(endpoint)["active"] == 0)
    assert stub.stats(endpoint)["cancelled"] >= 1


async def holds(is_so: Callable[[], bool], patience_s: float = SOON_S) -> None:
    async with asyncio.timeout(patience_s):
        while not is_so():
            await asyncio.sleep(0.02)


async def test_a_skip_ends_the_line_and_the_next_one_follows(house: House, audience: Audience) -> None:
    house.stub.call("timing", {"tokens_per_s": 8})
    stream = house.character()
    page = await audience.stage(house, stream, is_listening=False)
    event = await page.post_line(STORY)
    spoken = await page.first_audio()

    await page.control("skip")
    stop = await page.stopped("skip")
    await cut_off(house.stub, "chat")

    settled = await page.settled(event)
    page.said_nothing_after(stop, spoken)
    assert (settled["state"], settled["reason"]) == ("answered", "cut_short")
    assert (settled["turn"]["state"], settled["turn"]["reason"]) == ("cut", "skip")
    assert len(settled["turn"]["heard_text"]) < len("Once upon a time there was a dragon.")
    house.stub.reset()
    page.is_listening = True
    following = await page.say("stub-say: Here I am again.", "Zoe")
    assert (following.text, following.outcome) == ("Here I am again.", "heard")
    assert following.turn != spoken.turn


async def test_a_skip_before_the_first_sound_cancels_what_was_asked_for(house: House, audience: Audience) -> None:
    stream = house.character()
    page = await audience.stage(house, stream)
    house.stub.call("fail", {"endpoint": "speech", "mode": "hang", "times": 0})
    event = await page.post_line(STORY)
    await holds(lambda: house.stub.stats("speech")["active"] > 0)

    await page.control("skip")

    await cut_off(house.stub, "speech")
    settled = await page.settled(event)
    assert settled["turn"]["state"] == "cut"
    assert settled["turn"]["heard_text"] == ""
    assert not any(turn.has_audio for turn in page.turns.values())


async def test_a_skip_while_the_model_thinks_ends_the_wait(house: House, audience: Audience) -> None:
    stream = house.character()
    page = await audience.stage(house, stream)
    house.stub.call("fail", {"endpoint": "chat", "mode": "hang", "times": 1})
    event = await page.post_line(STORY)
    await holds(lambda: house.stub.stats("chat")["active"] > 0)

    await page.control("skip")

    await cut_off(house.stub, "chat")
    settled = await page.settled(event)
    assert (settled["state"], settled["reason"]) == ("cancelled", "skip")


async def test_a_panic_silences_the_stream_until_it_is_released(house: House, audience: Audience) -> None:
    house.stub.call("timing", {"tokens_per_s": 8})
    stream = house.character()
    page, dock = await audience.stage(house, stream, is_listening=False), await audience.dock(house, stream)
    event = await page.post_line(STORY)
    spoken = await page.first_audio()
    waiting = await page.post_line("And then?", "Zoe")

    await page.control("panic")
    stop = await page.stopped("panic")
    await cut_off(house.stub, "chat")
    refused = await page.post_line("Hello?", "Kim")

    assert (await page.settled(event))["turn"]["reason"] == "panic"
    page.said_nothing_after(stop, spoken)
    for line in (waiting, refused):
        outcome = await page.settled(line)
        assert (outcome["state"], outcome["reason"]) == ("cancelled", "panic")
    await dock.until(lambda: dock.state["panicked"])
    house.stub.reset()
    page.is_listening = True
    await page.control("release")
    assert (await page.say("stub-say: I am back.", "Bo")).outcome == "heard"
    assert dock.state["panicked"] is False


async def test_a_panic_outlives_a_restart(embedded_house: House, audience: Audience) -> None:
    stand = embedded_house.stand
    stream = embedded_house.character()
    page = await audience.stage(embedded_house, stream)
    await page.control("panic")
    await page.close()

    await asyncio.to_thread(stand.processes["studio"].stop)
    await asyncio.to_thread(restart_embedded, stand)
    await page.come_back()
    refused = await page.post_line("Hello?")

    assert page.hello["panicked"] is True
    assert (refused["state"], refused["reason"]) == ("cancelled", "panic")
    await page.control("release")
    assert (await page.say("stub-say: I am back.")).outcome == "heard"
