"""A whole turn on virtual time: its events, their order, fallbacks, moderation, limits, and being closed anywhere."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.brains import HANG, BrainStep, FakeBrain, Wait
from tests.fakes.clocks import LoopClock, in_virtual_time, run_in_virtual_time
from tests.fakes.voices import FakeVoice, Mishap, pcm_of
from vtcontrol.kernel.chat import ChatEvent, ChatMessage, ChatRequest, ChatUsage, Output, Role
from vtcontrol.kernel.errors import Fault
from vtcontrol.kernel.ids import uuid7
from workers.turn.events import (
    ClauseGate,
    ModerationHit,
    Ruling,
    SegmentDone,
    SegmentReady,
    StageMarks,
    TurnDone,
    TurnEvent,
    TurnLimits,
    TurnOutcome,
    TurnPlan,
    TurnStats,
    TurnTally,
    Verdict,
    allow_everything,
)
from workers.turn.pipeline import perform
from workers.turn.vocabulary import EmotionStyle, Vocabulary
from workers.turn.voiced_segment import SegmentAudio, SegmentVisemes
from workers.turn.voicing import Failure, Part, Voice

VOCABULARY = Vocabulary(
    emotions={"neutral": EmotionStyle(), "joy": EmotionStyle(1.2, 1.1, 1.0)}, motions=frozenset({"wave", "nod"})
)
REQUEST = ChatRequest(messages=(ChatMessage(Role.USER, "Hi!"),))
REPLY = "[joy:0.5][wave] Oh it is so good to see you, my friend! I was just talking about you. Tell me, how was it?"
SPOKEN = ["Oh it is so good to see you,", "my friend! I was just talking about you.", "Tell me, how was it?"]
SORRY = "Let me answer that one instead."


def plan(**limits: Any) -> TurnPlan:
    return TurnPlan(uuid7(), REQUEST, VOCABULARY, limits=TurnLimits(**limits))


def turn(
    brains: FakeBrain | Sequence[FakeBrain],
    *engines: FakeVoice,
    gate: ClauseGate = allow_everything,
    tally: TurnTally | None = None,
    **limits: Any,
) -> "aclosing[AsyncGenerator[TurnEvent, None]]":
    chain = [brains] if isinstance(brains, FakeBrain) else brains
    voices = [Voice(engine, "alto") for engine in engines]
    return aclosing(perform(plan(**limits), chain, voices, gate=gate, clock=LoopClock(), tally=tally))


async def play(*args: Any, **kwargs: Any) -> list[TurnEvent]:
    async with turn(*args, **kwargs) as events:
        return [event async for event in events]


@in_virtual_time
async def test_an_answer_in_json_is_spoken_like_one_with_tags() -> None:
    reply = '{"emotion": "joy", "intensity": 0.5, "motion": "wave", "say": "' + REPLY.split("] ")[1] + '"}'
    asked = replace(plan(), output=Output.JSON)

    async with aclosing(perform(asked, [FakeBrain(reply)], [], clock=LoopClock())) as events:
        found = [event async for event in events]

    assert [one.text for one in ready(found)] == SPOKEN
    assert (ready(found)[0].emotion, ready(found)[0].intensity, ready(found)[0].motion) == ("joy", 0.5, "wave")


def stats(events: list[TurnEvent]) -> TurnStats:
    assert isinstance(events[-1], TurnDone)
    return events[-1].stats


def ready(events: list[TurnEvent]) -> list[SegmentReady]:
    return [event for event in events if isinstance(event, SegmentReady)]


def done(events: list[TurnEvent]) -> list[SegmentDone]:
    return [event for event in events if isinstance(event, SegmentDone)]


def texts(events: list[TurnEvent]) -> list[str]:
    return [event.text for event in ready(events)]


def pcm(events: list[TurnEvent]) -> bytes:
    return b"".join(event.pcm for event in events if isinstance(event, SegmentAudio))


def on_virtual_time(scenario: Callable[[], Awaitable[None]]) -> None:
    run_in_virtual_time(scenario)


@in_virtual_time
async def test_a_reply_is_spoken_in_order() -> None:
    events = await play(FakeBrain.saying(REPLY), FakeVoice())

    assert texts(events) == SPOKEN
    assert pcm(events) == b"".join(map(pcm_of, SPOKEN))
    first = ready(events)[0]
    assert (first.seg, first.voiced_text, first.emotion, first.intensity) == (0, SPOKEN[0], "joy", 0.5)
    assert (first.motion, first.sample_rate) == ("wave", 24_000)
    assert [event.seg for event in ready(events)] == [event.seg for event in done(events)] == [0, 1, 2]
    assert all(event.complete and event.engine == "fake-voice" for event in done(events))
    assert [event.characters for event in done(events)] == list(map(len, SPOKEN))


@in_virtual_time
async def test_events_of_segments_do_not_mix() -> None:
    events = await play(FakeBrain.saying(REPLY), FakeVoice(timestamps=True, every_s=0.01))

    where = -1
    for event in events[:-1]:
        if isinstance(event, SegmentReady):
            where += 1
        assert event.seg == where  # type: ignore[union-attr]  # TurnDone comes last
    for seg in range(3):
        own = [event for event in events[:-1] if event.seg == seg]  # type: ignore[union-attr]  # TurnDone comes last
        chunks = [event for event in own if isinstance(event, SegmentAudio)]
        assert isinstance(own[0], SegmentReady)
        assert isinstance(own[1], SegmentVisemes)
        assert isinstance(own[-1], SegmentDone)
        assert [chunk.seq for chunk in chunks] == list(range(len(chunks)))
        assert [chunk.last for chunk in chunks] == [False] * (len(chunks) - 1) + [True]


@in_virtual_time
async def test_the_figures_of_a_turn_add_up() -> None:
    brain = FakeBrain("<think>", Wait(0.1), "Hm.</think>[jo", Wait(0.1), "y][rage]Oh my, how nice", Wait(0.1), "!")
    brain.steps = (Wait(0.2), *brain.steps, Wait(0.3), ChatUsage(50, 7, "tiny", "stop"))

    events = await play(brain, FakeVoice(first_s=0.05))

    figures = stats(events)
    assert (figures.outcome, figures.fault, figures.brain) == (TurnOutcome.SPOKEN, None, "fake-brain")
    assert figures.usage == ChatUsage(50, 7, "tiny", "stop")
    assert (figures.deltas, figures.segments, figures.unknown_tags) == (4, 1, 1)
    assert figures.characters == {"fake-voice": 16}
    assert figures.audio_ms == 16 * 60
    assert figures.marks == StageMarks(
        request_sent=0.0,
        first_token=200.0,
        first_clause=500.0,
        tts_first_byte=550.0,
        first_audio=550.0,
        llm_done=800.0,
        audio_done=800.0,
    )


@in_virtual_time
async def test_the_voice_is_asked_at_the_moment_the_clause_is_complete() -> None:
    voice = FakeVoice()

    await play(FakeBrain("Oh it is so good", Wait(1), " to see you,", Wait(1), " my friend! And so on."), voice)

    assert voice.started_at[0] == pytest.approx(1.0)


@in_virtual_time
async def test_a_burst_of_tokens_does_not_keep_the_voice_waiting() -> None:
    voice = FakeVoice()
    asked_before_the_end = []

    class Bursting(FakeBrain):
        async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
            async for event in super().stream(request):
                yield event
            asked_before_the_end.extend(voice.requests)

    await play(Bursting("Oh it is so good to see you, ", *(["word "] * 50)), voice)

    assert len(asked_before_the_end) == 1


@in_virtual_time
async def test_voicing_runs_while_the_segment_is_being_committed() -> None:
    voice = FakeVoice(first_s=0.1)
    loop = asyncio.get_running_loop()
    heard_at = []

    async with turn(FakeBrain(REPLY), voice) as events:
        async for event in events:
            if isinstance(event, SegmentReady):
                await asyncio.sleep(0.1)  # the commit
            elif isinstance(event, SegmentAudio):
                heard_at.append(loop.time())

    assert heard_at[0] == pytest.approx(0.1)


@in_virtual_time
async def test_the_emotion_colours_the_request() -> None:
    voice = FakeVoice()

    await play(FakeBrain.saying(REPLY), voice)

    assert voice.requests[0].rate == pytest.approx(1.1)
    assert voice.requests[0].pitch == pytest.approx(1.05)


@in_virtual_time
async def test_what_cannot_be_voiced_is_shown_and_completed_silently() -> None:
    events = await play(FakeBrain("It is so good to see you! 😊"), FakeVoice())

    assert texts(events) == ["It is so good to see you!", "😊"]
    assert ready(events)[1].voiced_text is None
    assert done(events)[1] == SegmentDone(1, 0, "", True, 0)
    assert stats(events).outcome is TurnOutcome.SPOKEN


@in_virtual_time
async def test_a_motion_at_the_end_is_performed_in_silence() -> None:
    events = await play(FakeBrain("It is so good to see you! [nod]"), FakeVoice())

    assert [(event.text, event.motion) for event in ready(events)] == [("It is so good to see you!", None), ("", "nod")]


@in_virtual_time
async def test_without_a_voice_there_are_subtitles() -> None:
    events = await play(FakeBrain(REPLY))

    assert texts(events) == SPOKEN
    assert stats(events).outcome is TurnOutcome.SPOKEN
    assert stats(events).audio_ms == 0


EMPTY = [(), ("",), ("   \n",), ("[joy]",), ("<think>what now",), ("...",), ("[[[[",), ("*waves*",), (ChatUsage(1, 0),)]


@pytest.mark.parametrize("steps", EMPTY)
def test_an_answer_with_nothing_to_say_is_empty(steps: tuple[str, ...]) -> None:
    @in_virtual_time
    async def scenario() -> None:
        second = FakeBrain(SORRY)
        voice = FakeVoice()

        events = await play([FakeBrain(*steps), second], voice)

        assert stats(events).outcome is TurnOutcome.EMPTY
        assert stats(events).fault is None
        assert voice.requests == []
        assert second.requests == []

    scenario()


FAILURES = [
    *((fault, fault, 0.0) for fault in Fault),
    (RuntimeError("<html>Bad gateway</html>"), Fault.GARBAGE, 0.0),
    (HANG, Fault.TIMEOUT, 8.0),
]


@pytest.mark.parametrize(("step", "fault", "after_s"), FAILURES)
def test_a_brain_that_fails_at_once_is_replaced(step: BrainStep, fault: Fault, after_s: float) -> None:
    @in_virtual_time
    async def scenario() -> None:
        bad, good, voice = FakeBrain(step, name="bad"), FakeBrain(SORRY, name="good"), FakeVoice()

        events = await play([bad, good], voice)

        assert texts(events) == [SORRY]
        assert stats(events).outcome is TurnOutcome.SPOKEN
        assert stats(events).fault is None
        assert stats(events).brain == "good"
        assert stats(events).failures == (Failure(Part.BRAIN, "bad", fault),)
        assert voice.started_at == [pytest.approx(after_s)]
        assert bad.active == 0

    scenario()


@pytest.mark.parametrize(("step", "fault", "after_s"), [(Fault.SERVER, Fault.SERVER, 0.0), (HANG, Fault.TIMEOUT, 5.0)])
def test_a_brain_that_fails_before_its_first_clause_is_forgotten(step: BrainStep, fault: Fault, after_s: float) -> None:
    @in_virtual_time
    async def scenario() -> None:
        bad = FakeBrain("[joy] Oh it is so", step, name="bad")

        events = await play([bad, FakeBrain(Wait(1), SORRY, name="good")], FakeVoice())

        assert texts(events) == [SORRY]
        assert ready(events)[0].emotion == "neutral"
        assert stats(events).marks.first_token == pytest.approx(1000 * (after_s + 1))

    scenario()


@pytest.mark.parametrize("step", [Fault.SERVER, Fault.UNREACHABLE, RuntimeError("closed"), HANG])
def test_a_brain_that_fails_in_the_middle_ends_the_turn_with_what_there_is(step: BrainStep) -> None:
    @in_virtual_time
    async def scenario() -> None:
        second = FakeBrain(SORRY)
        first = FakeBrain("It is so good to see you, my friend. This is whole. And this is n", step)

        events = await play([first, second], FakeVoice())

        assert texts(events) == ["It is so good to see you,", "my friend. This is whole."]
        assert second.requests == []
        assert stats(events).outcome is TurnOutcome.SPOKEN
        assert stats(events).fault is not None
        assert all(event.complete for event in done(events))

    scenario()


@in_virtual_time
async def test_when_every_brain_fails_the_turn_fails_in_silence() -> None:
    voice = FakeVoice()

    events = await play([FakeBrain(Fault.AUTH), FakeBrain("Oh my", Fault.RATE_LIMITED)], voice)

    assert len(events) == 1
    assert (stats(events).outcome, stats(events).fault) == (TurnOutcome.FAILED, Fault.RATE_LIMITED)
    assert voice.requests == []


@in_virtual_time
async def test_without_a_brain_the_turn_fails() -> None:
    assert stats(await play([], FakeVoice())).outcome is TurnOutcome.FAILED


@in_virtual_time
async def test_an_endless_answer_is_ended() -> None:
    brain = FakeBrain(*(["<think>", Wait(1)] + ["hm ", Wait(1)] * 100))

    events = await play([brain, FakeBrain(SORRY)], FakeVoice())

    assert stats(events).failures[0] == Failure(Part.BRAIN, "fake-brain", Fault.TIMEOUT)
    assert brain.active == 0
    assert asyncio.get_running_loop().time() < 70


@in_virtual_time
async def test_a_voice_that_fails_is_replaced_and_the_turn_goes_on() -> None:
    bad, good = FakeVoice("bad", always=Mishap(HANG)), FakeVoice("good")

    events = await play(FakeBrain.saying(REPLY), bad, good)

    assert pcm(events) == b"".join(map(pcm_of, SPOKEN))
    assert {event.engine for event in done(events)} == {"good"}
    assert {failure.part for failure in stats(events).failures} == {Part.VOICE}
    assert stats(events).outcome is TurnOutcome.SPOKEN


@in_virtual_time
async def test_a_voice_that_breaks_off_costs_the_rest_of_its_segment() -> None:
    voice = FakeVoice(mishaps={0: Mishap(Fault.UNREACHABLE, after_pieces=4)})

    events = await play(FakeBrain.saying(REPLY), voice)

    assert [event.complete for event in done(events)] == [False, True, True]
    assert done(events)[0].audio_ms == 400
    assert texts(events) == SPOKEN


@in_virtual_time
async def test_when_every_voice_fails_the_subtitles_stay_and_the_turn_failed() -> None:
    events = await play(FakeBrain.saying(REPLY), FakeVoice(always=Mishap(Fault.AUTH)))

    assert texts(events) == SPOKEN
    assert pcm(events) == b""
    assert [event.audio_ms for event in done(events)] == [0, 0, 0]
    assert (stats(events).outcome, stats(events).fault) == (TurnOutcome.FAILED, Fault.AUTH)


def banning(word: str, verdict: Verdict) -> ClauseGate:
    def gate(tail: str, clause: str) -> Verdict:
        return verdict if word in f"{tail} {clause}" else Verdict()

    return gate


@in_virtual_time
async def test_moderation_may_replace_a_clause() -> None:
    voice = FakeVoice()
    gate = banning("good", Verdict(Ruling.REPLACE, "**Oh** hello there!", "mild words"))

    events = await play(FakeBrain("Oh it is so good to see you, my dear friend."), voice, gate=gate)

    assert texts(events) == ["Oh hello there!", "my dear friend."]
    assert [request.text for request in voice.requests] == texts(events)
    assert stats(events).moderation == (
        ModerationHit(Ruling.REPLACE, "Oh it is so good to see you,", "Oh hello there!", "mild words"),
    )


@in_virtual_time
async def test_moderation_may_skip_a_clause() -> None:
    events = await play(FakeBrain(REPLY), FakeVoice(), gate=banning("friend", Verdict(Ruling.SKIP)))

    assert texts(events) == [SPOKEN[0], SPOKEN[2]]
    assert [event.seg for event in ready(events)] == [0, 1]


@in_virtual_time
async def test_moderation_may_stop_the_answer() -> None:
    brain = FakeBrain.saying(REPLY)

    events = await play([brain, FakeBrain(SORRY)], FakeVoice(), gate=banning("friend", Verdict(Ruling.STOP)))

    assert texts(events) == SPOKEN[:1]
    assert stats(events).outcome is TurnOutcome.SPOKEN
    assert (brain.cancelled, brain.active) == (1, 0)


@pytest.mark.parametrize("ruling", [Ruling.SKIP, Ruling.STOP])
def test_an_answer_moderation_does_not_let_through_is_blocked(ruling: Ruling) -> None:
    @in_virtual_time
    async def scenario() -> None:
        second, voice = FakeBrain(SORRY), FakeVoice()

        events = await play([FakeBrain(REPLY), second], voice, gate=lambda tail, clause: Verdict(ruling))

        assert len(events) == 1
        assert stats(events).outcome is TurnOutcome.BLOCKED
        assert (voice.requests, second.requests) == ([], [])

    scenario()


@in_virtual_time
async def test_moderation_sees_what_was_said_before() -> None:
    seen = []

    def gate(tail: str, clause: str) -> Verdict:
        seen.append((tail.strip(), clause))
        return Verdict()

    await play(FakeBrain(REPLY), FakeVoice(), gate=gate, tail_characters=30)

    assert seen == [("", SPOKEN[0]), (SPOKEN[0], SPOKEN[1]), (SPOKEN[1][-30:].strip(), SPOKEN[2])]


@in_virtual_time
async def test_moderation_that_breaks_lets_nothing_through() -> None:
    def gate(tail: str, clause: str) -> Verdict:
        raise RuntimeError(clause)

    events = await play(FakeBrain(REPLY), FakeVoice(), gate=gate)

    assert stats(events).outcome is TurnOutcome.BLOCKED


@pytest.mark.parametrize("limits", [{"segments": 2}, {"characters": 70}])
def test_an_answer_that_is_too_long_is_ended_after_a_segment(limits: dict[str, int]) -> None:
    @in_virtual_time
    async def scenario() -> None:
        brain = FakeBrain.saying(REPLY + " And so on it goes." * 50)

        events = await play(brain, FakeVoice(), **limits)

        assert texts(events) == SPOKEN[:2]
        assert (brain.cancelled, brain.finished) == (1, 0)
        assert stats(events).outcome is TurnOutcome.SPOKEN

    scenario()


@pytest.mark.parametrize("flood", ["[", "<think>hm ", ", ", "😊", "[joy]", "*a ", "a"])
def test_a_flood_is_ended(flood: str) -> None:
    @in_virtual_time
    async def scenario() -> None:
        brain = FakeBrain(*[flood * 100] * 2000)

        events = await play(brain, FakeVoice())

        assert len(ready(events)) <= 24
        assert brain.finished == 0

    scenario()


SLOW: dict[str, Any] = {"every_s": 0.02, "piece_ms": 200}
EVENTS = 24  # more than the turn has


@pytest.mark.parametrize("count", range(EVENTS))
def test_closing_after_any_event_cancels_everything(count: int) -> None:
    @in_virtual_time
    async def scenario() -> None:
        brain, voice, tally = FakeBrain.saying(REPLY), FakeVoice(**SLOW), TurnTally()
        generator = perform(plan(), [brain], [Voice(voice, "alto")], clock=LoopClock(), tally=tally)
        closed_at = 0.0
        for _ in range(count):
            if await anext(generator, None) is None:
                break
            closed_at = asyncio.get_running_loop().time()

        await generator.aclose()

        assert (brain.active, voice.active) == (0, 0)
        assert asyncio.get_running_loop().time() == closed_at
        assert sum(tally.stats().characters.values()) <= sum(map(len, SPOKEN))

    scenario()


@pytest.mark.parametrize("ms", [*range(0, 400, 20), *range(400, 900, 100)])
@pytest.mark.parametrize("mishap", [None, Mishap(HANG), Mishap(Fault.SERVER, after_pieces=1)])
def test_cancelling_the_reader_at_any_time_cancels_everything(ms: int, mishap: Mishap | None) -> None:
    @in_virtual_time
    async def scenario() -> None:
        brain = FakeBrain.saying(REPLY)
        engines = [FakeVoice("first", mishaps={0: mishap} if mishap else {}, **SLOW), FakeVoice("second", **SLOW)]
        reader = asyncio.create_task(play(brain, *engines))
        await asyncio.sleep(ms / 1000)
        cancelled_at = asyncio.get_running_loop().time()

        reader.cancel()
        await asyncio.wait([reader])

        assert reader.cancelled() or reader.done()
        assert brain.active == engines[0].active == engines[1].active == 0
        assert asyncio.get_running_loop().time() == cancelled_at

    scenario()


@in_virtual_time
async def test_cancelling_the_reader_in_its_own_work_cancels_everything() -> None:
    brain, voice = FakeBrain.saying(REPLY), FakeVoice(first_s=0.5)

    async def reader() -> None:
        async with turn(brain, voice) as events:
            async for _ in events:
                await asyncio.sleep(1000)

    task = asyncio.create_task(reader())
    await asyncio.sleep(0.4)
    assert (brain.active, voice.active) == (1, 1)
    task.cancel()
    await asyncio.wait([task])

    assert (brain.active, voice.active, brain.cancelled, len(voice.cancelled)) == (0, 0, 1, 1)


@in_virtual_time
async def test_a_forgotten_turn_is_cleaned_up() -> None:
    brain, voice = FakeBrain.saying(REPLY), FakeVoice(first_s=5)
    generator = perform(plan(), [brain], [Voice(voice, "alto")])
    await anext(generator)

    del generator
    gc.collect()
    await asyncio.sleep(0.01)

    assert (brain.active, voice.active) == (0, 0)


@in_virtual_time
async def test_a_turn_closed_early_still_has_its_figures() -> None:
    tally = TurnTally()

    async with turn(FakeBrain.saying(REPLY), FakeVoice(), tally=tally) as events:
        async for event in events:
            if isinstance(event, SegmentAudio):
                break

    figures = tally.stats()
    assert figures.outcome is TurnOutcome.SPOKEN
    assert figures.audio_ms == 40
    assert figures.characters["fake-voice"] >= len(SPOKEN[0])
    assert figures.marks.first_audio is not None
    assert figures.marks.audio_done is None


@in_virtual_time
async def test_a_turn_never_read_asks_nobody() -> None:
    brain = FakeBrain(REPLY)

    async with turn(brain, FakeVoice()):
        pass

    assert brain.requests == []


@in_virtual_time
async def test_a_slow_reader_gets_everything() -> None:
    heard = b""

    async with turn(FakeBrain.saying(REPLY), FakeVoice()) as events:
        async for event in events:
            await asyncio.sleep(3)
            heard += event.pcm if isinstance(event, SegmentAudio) else b""

    assert heard == b"".join(map(pcm_of, SPOKEN))


@in_virtual_time
async def test_many_turns_at_once_do_not_disturb_each_other() -> None:
    voice = FakeVoice()

    all_events = await asyncio.gather(*(play(FakeBrain.saying(REPLY, cut=3 + n % 5), voice) for n in range(64)))

    assert {pcm(events) for events in all_events} == {b"".join(map(pcm_of, SPOKEN))}


@in_virtual_time
async def test_a_clause_that_is_only_noted_is_said_and_kept_on_record() -> None:
    gate = lambda _tail, clause: Verdict(Ruling.ALLOW, clause, "7:Taste" if "friend" in clause else "")  # noqa: E731 - a gate in a line

    events = await play(FakeBrain.saying(REPLY), FakeVoice(), gate=gate)

    assert texts(events) == SPOKEN
    assert stats(events).outcome is TurnOutcome.SPOKEN
    assert stats(events).moderation == (ModerationHit(Ruling.ALLOW, SPOKEN[1], SPOKEN[1], "7:Taste"),)
