"""Services that fail, through the whole system: somebody else answers, the dock shows why, the queue goes on.

Every way to fail has a character of its own, and all of them are spoken to at once, so the file takes as long as its
slowest failure.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from tests.stands.conftest import Audience, House
from tests.stands.pages import Json, Spoken, StagePage

CHAT_MODES = (
    "error_500", "rate_limited", "no_credit", "unauthorised", "html", "redirect", "hang", "reset", "empty",
    "garbage_sse", "wrong_shape", "endless_error",
)  # fmt: skip
BROKEN_OFF_MODES = ("close_mid", "hang_mid")
SPEECH_MODES = ("error_500", "rate_limited", "html", "redirect", "hang", "close", "empty", "fake_mp3")
FOREIGN_WORDS = ("server_error", "error", "quota", "rate limit", "Wi-Fi", "<html", "API key", "Traceback", "politely")
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Case:
    """What came of one failing service: two lines were posted, one after the other."""

    settled: list[Json]
    spoken: list[Spoken]
    state: Json
    strays: int


@pytest.fixture(scope="module")
def cases(embedded_house: House) -> dict[tuple[str, str], Case]:
    """Let every service fail at once."""
    house = embedded_house
    house.stub.reset()
    keys = [("brain", mode) for mode in (*CHAT_MODES, *BROKEN_OFF_MODES)] + [("voice", mode) for mode in SPEECH_MODES]
    streams = house.clerk.cast(*({"stub": house.stub.url, part: f"stub-{mode}"} for part, mode in keys))
    return dict(zip(keys, asyncio.run(_play(house, streams)), strict=True))


async def _play(house: House, streams: list[Json]) -> list[Case]:
    async with aiohttp.ClientSession() as http:
        return list(await asyncio.gather(*(_play_one(http, house, stream) for stream in streams)))


async def _play_one(http: aiohttp.ClientSession, house: House, stream: Json) -> Case:
    page = StagePage(http, house.url, stream)
    await page.open()
    settled = []
    for number in range(2):
        event = await page.post_line(f"turn-{number} what about the dragon and the lighthouse?", f"viewer {number}")
        await page.over(number + 1, PATIENCE_S)
        settled.append(await page.settled(event, PATIENCE_S))
    state = (await page.state())["state"]
    await page.close()
    spoken = [page.turns[one["turn"]["id"]] for one in settled if one["turn"]["id"] in page.turns]
    return Case(settled, spoken, state, len(page.strays))


def says_nothing_foreign(spoken: Spoken) -> None:
    for words in FOREIGN_WORDS:
        assert words.casefold() not in spoken.text.casefold()


def is_heard_whole(case: Case) -> None:
    """Both lines were answered aloud, in order, each once."""
    assert [one["state"] for one in case.settled] == ["answered", "answered"]
    assert len(case.spoken) == 2
    for spoken in case.spoken:
        assert spoken.outcome == "heard"
        assert spoken.has_audio
        assert all(piece.disorder == 0 for piece in spoken.pieces)
        says_nothing_foreign(spoken)
    assert case.strays == 0


@pytest.mark.parametrize("mode", CHAT_MODES)
def test_when_the_model_fails_the_scripted_brain_answers(cases: dict[Any, Case], mode: str) -> None:
    case = cases["brain", mode]

    is_heard_whole(case)
    for one in case.settled:
        assert one["turn"]["brain"].startswith("scripted")
        assert one["turn"]["voice"] == "Bench voice"
    assert case.state["brain"]["ok"] is False
    assert "Bench brain" in case.state["brain"]["note"]
    assert case.state["voice"]["ok"] is True


@pytest.mark.parametrize("mode", BROKEN_OFF_MODES)
def test_a_model_that_breaks_off_is_heard_up_to_there_or_replaced(cases: dict[Any, Case], mode: str) -> None:
    case = cases["brain", mode]

    is_heard_whole(case)
    assert case.state["brain"]["ok"] is False


@pytest.mark.parametrize("mode", SPEECH_MODES)
def test_when_the_voice_fails_espeak_speaks_the_same_words(cases: dict[Any, Case], mode: str) -> None:
    case = cases["voice", mode]

    is_heard_whole(case)
    for one in case.settled:
        assert one["turn"]["brain"] == "Bench brain: stub"
        assert "espeak" in one["turn"]["voice"]
        assert one["turn"]["text"].startswith("Oh it is so good to see you here")
    assert case.state["voice"]["ok"] is False
    assert "Bench voice" in case.state["voice"]["note"]
    assert case.state["brain"]["ok"] is True


@pytest.fixture
async def recovering(embedded_house: House, audience: Audience) -> tuple[House, StagePage]:
    """A character whose service fails for a while."""
    return embedded_house, await audience.stage(embedded_house, embedded_house.character())


async def test_one_slip_is_repeated_and_nobody_notices(recovering: tuple[House, StagePage]) -> None:
    house, page = recovering
    house.stub.call("fail", {"endpoint": "chat", "mode": "error_500", "times": 1})
    house.stub.call("fail", {"endpoint": "speech", "mode": "unavailable", "times": 1})

    spoken = await page.say("stub-say: Here I am.")

    assert (spoken.text, spoken.outcome) == ("Here I am.", "heard")
    state = (await page.state())["state"]
    assert (state["brain"]["ok"], state["voice"]["ok"]) == (True, True)


async def test_a_service_that_is_well_again_is_shown_so(recovering: tuple[House, StagePage]) -> None:
    house, page = recovering
    house.stub.call("fail", {"endpoint": "chat", "mode": "bad_request", "times": 1})
    await page.say("stub-say: Here I am.")
    assert (await page.state())["state"]["brain"]["ok"] is False

    spoken = await page.say("stub-say: Back to myself.", "Zoe")

    assert spoken.text == "Back to myself."
    assert (await page.state())["state"]["brain"] == {"name": "Bench brain: stub", "ok": True, "note": ""}
