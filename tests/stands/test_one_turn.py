"""The same turn in both topologies: a line comes in, the character answers aloud, and everything is written down."""

from typing import Any

import pytest

from tests.stands.conftest import REPLY, Audience, House
from tests.stands.pages import Spoken

STAGES = ("claimed", "request_sent", "first_token", "first_clause", "committed", "first_audio", "llm_done", "heard")
AUDIBLE = 0.01


def is_in_order(spoken: Spoken) -> None:
    """Every segment came whole: in order, none missing, closed by its last chunk, as long as it says."""
    for number, piece in enumerate(spoken.pieces):
        assert piece.start["seg"] == number
        assert piece.disorder == 0
        assert piece.end is not None
        assert piece.end["audio_ms"] == pytest.approx(piece.audio_ms, abs=1)
        if piece.chunks:
            assert piece.is_closed


def moves_its_mouth(spoken: Spoken) -> None:
    """The mouth moves through several shapes while there is sound, and closes with it."""
    for piece in spoken.pieces:
        times = [at for at, _ in piece.cues]
        assert times == sorted(times)
        assert len({viseme for _, viseme in piece.cues}) >= 3
        assert times[-1] <= piece.audio_ms + 250
        assert piece.cues[-1][1] == "sil"


async def test_a_line_is_answered_aloud_and_written_down(house: House, audience: Audience) -> None:
    stream = house.character()
    page, dock = await audience.stage(house, stream), await audience.dock(house, stream)

    spoken = await page.say("turn-1 what about the dragon?")

    is_in_order(spoken)
    moves_its_mouth(spoken)
    assert spoken.outcome == "heard"
    assert spoken.text == " ".join(REPLY.replace("[joy]", "").replace("[sad]", "").split())
    assert all(piece.rms > AUDIBLE for piece in spoken.pieces)
    feelings = [piece.start["emotion"] for piece in spoken.pieces]
    assert feelings[0] == "joy"
    assert "sad" in feelings
    assert page.strays == []
    await dock.until(lambda: dock.statuses(spoken.turn)[-1:] == ["heard"])
    assert dock.statuses(spoken.turn) == ["preparing", "speaking", "heard"]
    is_written_down(house, stream, spoken)


def is_written_down(house: House, stream: dict[str, Any], spoken: Spoken) -> None:
    (turn,) = house.clerk.turns(stream)
    assert (turn["id"], turn["state"], turn["reason"], turn["fence"]) == (spoken.turn, "heard", "", spoken.fence)
    assert turn["text"] == turn["heard_text"] == spoken.text
    assert (turn["brain"], turn["voice"]) == ("Bench brain: stub", "Bench voice")
    assert set(STAGES) <= turn["timings"].keys()
    reached = [
        turn["timings"][stage] for stage in ("claimed", "request_sent", "first_token", "first_clause", "first_audio")
    ]
    assert reached == sorted(reached)
    assert turn["prompt_tokens"] > 50
    assert turn["completion_tokens"] > 20
    assert turn["characters"] >= len(spoken.text) * 0.9
    assert [one["audio_ms"] for one in turn["segments"]] == [round(piece.audio_ms) for piece in spoken.pieces]
    assert {one["heard_by"] for one in turn["segments"]} == {"page"}
    (event,) = house.clerk.events(stream)
    assert (event["state"], event["attempts"]) == ("answered", 1)
    assert house.clerk.history(stream) == [["viewer", event["text"]], ["character", spoken.text]]


async def test_without_any_service_the_character_answers_by_itself(house: House, audience: Audience) -> None:
    stream = house.clerk.cast({})[0]
    page = await audience.stage(house, stream)

    spoken = await page.say("Hello, who are you?")

    is_in_order(spoken)
    moves_its_mouth(spoken)
    assert spoken.outcome == "heard"
    assert all(piece.rms > AUDIBLE for piece in spoken.pieces)
    (turn,) = house.clerk.turns(stream)
    assert turn["brain"].startswith("scripted")
    assert turn["voice"] == "espeak"


async def test_a_turn_without_any_page_is_over_when_it_would_have_been_heard(house: House, audience: Audience) -> None:
    stream = house.character()
    page = await audience.stage(house, stream, is_listening=False)
    await page.close()

    event = await page.post_line("stub-say: Hi there.")
    found = await page.settled(event)

    assert found["state"] == "answered"
    assert found["turn"]["heard_text"] == "Hi there."
    assert [one["heard_by"] for one in found["turn"]["segments"]] == ["deadline"]


async def test_a_page_that_opens_late_hears_the_rest_and_the_next_turn(house: House, audience: Audience) -> None:
    stream = house.character()
    early = await audience.stage(house, stream, is_listening=False)
    event = await early.post_line("stub-say: Let me tell you about dragons.")
    first = await early.first_audio()

    late = await audience.stage(house, stream)
    await early.close()
    assert (late.hello["fence"], late.hello["primary"]) == (first.fence, False)
    await late.settled(event)
    again = await late.say("stub-say: That was all.", "Zoe")

    assert again.outcome == "heard"
    is_in_order(again)


async def test_lines_that_come_while_one_is_answered_are_answered_after_it(house: House, audience: Audience) -> None:
    stream = house.character()
    page = await audience.stage(house, stream)

    for number in range(4):
        await page.post_line(f"stub-say: This is answer {number} for you.", f"viewer {number}")
    await page.until(lambda: sum(turn.outcome == "heard" for turn in page.turns.values()) == 4)

    assert sorted(turn.text for turn in page.turns.values()) == [f"This is answer {n} for you." for n in range(4)]
    order = [frame["turn"] for frame in page.frames if frame["type"] in {"say.start", "turn.end"}]
    assert order == [turn for turn in page.turns for _ in range(2)]
    assert page.strays == []


async def test_muting_is_told_to_the_page_and_the_show_goes_on(house: House, audience: Audience) -> None:
    stream = house.character()
    page = await audience.stage(house, stream)

    await page.control("mute", muted=True)
    await page.until(lambda: [frame for frame in page.frames if frame["type"] == "state" and frame["muted"]])
    spoken = await page.say("stub-say: Hi there.")

    assert spoken.outcome == "heard"
