"""Approval on the live loop: nothing of a held answer reaches the stage before a person let it through."""

import asyncio
from typing import Any

import pytest

from personas.models import Persona
from streams.models import HeldLine, InboxEvent, Segment, Stream, Turn
from streams.services import approval, control
from tests.factories.streams import make_rule
from tests.fakes.brains import HANG, FakeBrain
from tests.live.test_runner import (
    PATIENCE_S,
    STORY,
    Cast,
    Ears,
    cast,
    ears,
    holds,
    inside,
    live,
    looks,
    nudge,
    says,
    settled,
    turn_of,
    worker,
)
from vtcontrol.kernel.events import EventState
from vtcontrol.tenancy.scope import studio_scope
from workers.runner.host import Host

__all__ = ["cast", "ears", "live"]  # fixtures

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asking(stream: Stream) -> Stream:
    """A stream where a person is asked about every answer."""
    return set_up(stream, approval="everything")


def set_up(stream: Stream, **fields: Any) -> Stream:
    with studio_scope(stream.studio_id):
        for name, value in fields.items():
            setattr(stream, name, value)
        stream.save()
    return stream


async def held_of(stream: Stream, event: InboxEvent) -> HeldLine:
    """What is held of an event, once it is."""
    async with asyncio.timeout(PATIENCE_S):
        async for found in looks(stream, lambda: HeldLine.objects.filter(event=event).first()):
            if found is not None:
                break
    assert isinstance(found, HeldLine)
    return found


async def test_a_held_answer_is_thought_and_nothing_of_it_is_voiced_or_shown(
    live: Host, ears: Ears, asking: Stream, cast: Cast
) -> None:
    event = await says(live, asking)

    row = await held_of(asking, event)

    turn = await turn_of(asking, event)
    assert row.text == STORY
    assert (turn.state, turn.text) == ("held", STORY.removeprefix("[joy] "))
    assert turn.completion_tokens > 0
    assert (ears.frames, ears.audio) == ([], [])


async def test_approved_words_are_said_once_with_their_feelings(
    live: Host, ears: Ears, asking: Stream, cast: Cast
) -> None:
    event = await says(live, asking)
    row = await held_of(asking, event)

    await inside(asking, approval.approve, asking.pk, row.pk, by="Vera")
    await nudge(live, asking)

    ended = await settled(asking, event)
    turn = await turn_of(asking, event)
    assert (ended.state, turn.state, turn.pk) == (EventState.ANSWERED, "heard", row.turn_id)
    assert [frame["text"] for frame in ears.of("say.start")] == [
        "I like cats a lot.",
        "They purr at night.",
        "And they sleep all day long.",
    ]
    assert {frame["emotion"] for frame in ears.of("say.start")} == {"joy"}
    assert len(cast.brain.requests) == 1
    assert turn.brain.startswith("fake-brain")
    assert await inside(asking, lambda: Segment.objects.filter(turn=turn).count()) == 3


async def test_the_show_goes_on_while_a_line_is_held(live: Host, ears: Ears, asking: Stream) -> None:
    first = await says(live, asking)
    await held_of(asking, first)

    second = await says(live, asking, "Mira, and dogs?", "Ann")

    assert (await held_of(asking, second)).event_id == second.pk


async def test_where_rules_ask_an_answer_without_a_hit_is_said_after_it_was_thought(
    live: Host, ears: Ears, stream: Stream, cast: Cast
) -> None:
    await inside(stream, make_rule, name="about bombs", content="bomb", action="hold")
    event = await says(live, stream)

    await settled(stream, event)

    turn = await turn_of(stream, event)
    assert (turn.state, turn.heard_text) == ("heard", STORY.removeprefix("[joy] "))
    assert (turn.brain.startswith("fake-brain"), turn.completion_tokens > 0) == (True, True)
    assert turn.timings["llm_done"] <= turn.timings["first_audio"]
    assert {"first_token", "tts_first_byte", "audio_done", "heard"} <= turn.timings.keys()


async def test_where_rules_ask_the_whole_answer_is_held_though_only_its_end_breaks_one(
    live: Host, ears: Ears, stream: Stream
) -> None:
    await inside(stream, make_rule, name="about sleep", content="sleep", action="hold")
    event = await says(live, stream)

    row = await held_of(stream, event)

    assert (row.held_by, row.rule_name, row.text) == ("rule", "about sleep", STORY)
    assert ears.frames == []
    await inside(stream, approval.approve, stream.pk, row.pk, by="Vera")
    await nudge(live, stream)
    await settled(stream, event)
    assert len(ears.of("say.start")) == 3


async def test_an_answer_in_json_is_held_and_said_like_any_other(
    live: Host, ears: Ears, asking: Stream, cast: Cast
) -> None:
    await inside(asking, lambda: Persona.objects.update(output_format="json"))
    await inside(asking, asking.save)
    cast.brain = FakeBrain.saying('{"emotion": "joy", "say": "I like cats a lot."}', first_s=0.0, every_s=0.0)
    event = await says(live, asking)

    row = await held_of(asking, event)
    await inside(asking, approval.approve, asking.pk, row.pk, by="Vera")
    await nudge(live, asking)
    await settled(asking, event)

    assert row.text == "[joy] I like cats a lot."
    assert [(frame["text"], frame["emotion"]) for frame in ears.of("say.start")] == [("I like cats a lot.", "joy")]


async def test_a_character_that_always_asks_is_held_on_a_stream_that_never_does(
    live: Host, ears: Ears, stream: Stream
) -> None:
    await inside(stream, lambda: Persona.objects.update(asks_a_person=True))
    await inside(stream, set_up, stream, approval="off")

    row = await held_of(stream, await says(live, stream))

    assert row.held_by == "persona"
    assert ears.frames == []


async def test_an_answer_that_is_blocked_or_empty_is_not_held(
    live: Host, ears: Ears, asking: Stream, cast: Cast
) -> None:
    cast.brain = FakeBrain.saying("[joy]", first_s=0.0, every_s=0.0)

    ended = await settled(asking, await says(live, asking))

    assert (ended.state, ended.reason) == (EventState.PASSED_OVER, "nothing_to_say")
    assert not await inside(asking, lambda: HeldLine.objects.exists())


async def test_a_skip_while_an_answer_is_thought_cancels_it(live: Host, ears: Ears, asking: Stream, cast: Cast) -> None:
    cast.brain = FakeBrain("[joy] I like cats a lot. ", HANG)
    event = await says(live, asking)
    await holds(lambda: cast.brain.active)

    await inside(asking, control.skip, asking.pk)

    ended = await settled(asking, event)
    assert (ended.state, ended.reason) == (EventState.CANCELLED, "skip")
    assert ears.of("say.start") == []


async def test_panic_gives_held_lines_up_and_release_says_none(live: Host, ears: Ears, asking: Stream) -> None:
    event = await says(live, asking)
    row = await held_of(asking, event)

    await inside(asking, control.panic, asking.pk)
    await inside(asking, control.release, asking.pk)
    await nudge(live, asking)
    await held_of(asking, await says(live, asking, "Mira, and dogs?", "Ann"))

    turn = await turn_of(asking, event)
    assert (turn.pk, turn.state, turn.reason) == (row.turn_id, "expired", "panic")
    assert ears.of("say.start") == []


async def test_another_worker_says_what_was_approved_while_nobody_worked(
    ears: Ears, asking: Stream, cast: Cast
) -> None:
    async with worker() as first:
        event = await says(first, asking)
        row = await held_of(asking, event)
    await inside(asking, approval.approve, asking.pk, row.pk, by="Vera")

    async with worker() as heir:
        await nudge(heir, asking)
        ended = await settled(asking, event)

    assert ended.state == EventState.ANSWERED
    assert len(ears.of("say.start")) == 3
    assert (await inside(asking, lambda: Turn.objects.get())).state == "heard"
