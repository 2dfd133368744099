"""A turn with a second opinion, on virtual time: what is asked when, what waits for it, what a finding does."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

import pytest

from tests.fakes.brains import HANG, FakeBrain, Wait
from tests.fakes.clocks import LoopClock, in_virtual_time
from tests.fakes.voices import FakeVoice, pcm_of
from tests.turn.test_pipeline import REPLY, SPOKEN, pcm, plan, ready, stats, texts
from vtcontrol.kernel.errors import Fault
from workers.turn.events import (
    ModerationHit,
    Ruling,
    SegmentReady,
    TurnEvent,
    TurnOutcome,
    Verdict,
    allow_everything,
)
from workers.turn.pipeline import perform
from workers.turn.voicing import Failure, Part, Voice, VoicingLimits

QUESTION = "Bo: what about badgers?"
FOUND = "model:Guard: hate"
CLAUSES = [f"This is sentence {name} of the long answer." for name in ("one", "two", "three", "four", "five", "six")]


class FakeCheck:
    """Judges by words, after a while.

    Attributes:
        rulings: What is ruled about a text with a word in it.
        takes_s: How long an opinion takes.
        asked: What it was asked: tail and clause; ("?", …) for the question.
    """

    name = "Guard (moderation)"

    def __init__(self, takes_s: float = 0.0, question: Verdict | None = None, **rulings: Verdict) -> None:
        self.takes_s = takes_s
        self.deadline_s = 5.0
        self.rulings = rulings
        self.asked: list[tuple[str, str]] = []
        self.waiting = 0
        self._question = question or Verdict()

    async def question(self) -> Verdict:
        self.asked.append(("?", QUESTION))
        await self._wait()
        return self._question

    async def clause(self, tail: str, clause: str) -> Verdict:
        self.asked.append((tail.strip(), clause))
        await self._wait()
        found = [ruling for word, ruling in self.rulings.items() if word in f"{tail} {clause}"]
        return found[0] if found else Verdict()

    def late(self, clause: str) -> Verdict:
        return Verdict(fault=Fault.TIMEOUT)

    async def _wait(self) -> None:
        self.waiting += 1
        try:
            await asyncio.sleep(self.takes_s)
        finally:
            self.waiting -= 1


def ruled(ruling: Ruling, text: str = "", fault: Fault | None = None) -> Verdict:
    return Verdict(ruling, text, FOUND, fault)


async def play(
    check: FakeCheck | None, brains: FakeBrain | Sequence[FakeBrain], *engines: FakeVoice, **more: Any
) -> list[TurnEvent]:
    chain = [brains] if isinstance(brains, FakeBrain) else brains
    voices = [Voice(engine, "alto") for engine in engines]
    gate = more.pop("gate", allow_everything)
    turn = perform(plan(**more), chain, voices, gate=gate, check=check, clock=LoopClock())
    async with aclosing(turn) as events:
        return [event async for event in events]


@in_virtual_time
async def test_with_nothing_to_object_to_a_turn_is_the_same() -> None:
    check = FakeCheck(0.01)

    events = await play(check, FakeBrain(REPLY), FakeVoice())

    assert texts(events) == SPOKEN
    assert pcm(events) == b"".join(map(pcm_of, SPOKEN))
    assert (stats(events).outcome, stats(events).moderation) == (TurnOutcome.SPOKEN, ())
    assert check.asked == [
        ("?", QUESTION),
        ("", SPOKEN[0]),
        (SPOKEN[0], SPOKEN[1]),
        (f"{SPOKEN[0]} {SPOKEN[1]}", SPOKEN[2]),
    ]


@pytest.mark.parametrize(("takes_s", "first_ms"), [(0.01, 230), (0.08, 230), (0.2, 350), (0.6, 750)])
def test_the_first_sound_waits_only_for_what_the_check_takes_beyond_the_voice(takes_s: float, first_ms: int) -> None:
    @in_virtual_time
    async def scenario() -> None:
        # The first clause is there after 150 ms, its sound 80 ms later; the question is judged from the start.
        events = await play(FakeCheck(takes_s), FakeBrain(Wait(0.15), REPLY), FakeVoice(first_s=0.08))

        assert stats(events).marks.first_audio == pytest.approx(first_ms)
        assert stats(events).marks.tts_first_byte == pytest.approx(230)
        assert stats(events).marks.checked == pytest.approx(150 + takes_s * 1000)

    scenario()


@in_virtual_time
async def test_without_a_check_nothing_is_marked_or_waited_for() -> None:
    events = await play(None, FakeBrain(Wait(0.15), REPLY), FakeVoice(first_s=0.08))

    assert stats(events).marks.first_audio == pytest.approx(230)
    assert stats(events).marks.checked is None


@in_virtual_time
async def test_a_question_that_is_flagged_is_not_answered() -> None:
    check = FakeCheck(0.2, question=Verdict(Ruling.DROP, QUESTION, FOUND))
    brain, voice = FakeBrain(Wait(0.1), REPLY, HANG), FakeVoice()

    events = await play(check, [brain, FakeBrain("Me instead.")], voice)

    assert len(events) == 1
    assert stats(events).outcome is TurnOutcome.REFUSED
    assert stats(events).moderation == (ModerationHit(Ruling.DROP, QUESTION, "", FOUND),)
    assert (brain.active, voice.active, check.waiting) == (0, 0, 0)
    assert asyncio.get_running_loop().time() == pytest.approx(0.2)


@in_virtual_time
async def test_a_question_that_is_only_noted_is_answered() -> None:
    check = FakeCheck(question=Verdict(Ruling.ALLOW, QUESTION, FOUND))

    events = await play(check, FakeBrain(REPLY), FakeVoice())

    assert texts(events) == SPOKEN
    assert stats(events).moderation == (ModerationHit(Ruling.ALLOW, QUESTION, "", FOUND),)


@in_virtual_time
async def test_a_flagged_clause_in_the_middle_is_left_out_unseen_and_unheard() -> None:
    check, voice = FakeCheck(0.05, friend=ruled(Ruling.SKIP)), FakeVoice(first_s=1.0)

    events = await play(check, FakeBrain(REPLY), voice)

    assert texts(events) == [SPOKEN[0], SPOKEN[2]]
    assert [event.seg for event in ready(events)] == [0, 2]
    assert pcm(events) == pcm_of(SPOKEN[0]) + pcm_of(SPOKEN[2])
    assert stats(events).moderation == (ModerationHit(Ruling.SKIP, SPOKEN[1], "", FOUND),)
    assert (stats(events).outcome, voice.cancelled) == (TurnOutcome.SPOKEN, [SPOKEN[1]])


@in_virtual_time
async def test_a_clause_after_a_flagged_one_is_judged_without_it() -> None:
    check = FakeCheck(0.05, friend=ruled(Ruling.SKIP))

    await play(check, FakeBrain(REPLY), FakeVoice())

    assert check.asked[-1] == (SPOKEN[0], SPOKEN[2])


@pytest.mark.parametrize("ruling", [Ruling.SKIP, Ruling.REPLACE, Ruling.ALLOW])
@pytest.mark.parametrize("every_s", [0.0, 0.01])
def test_after_a_finding_a_phrase_cut_in_two_is_still_found(ruling: Ruling, every_s: float) -> None:
    @in_virtual_time
    async def scenario() -> None:
        verdict, both = ruled(ruling, "Anyway."), "five of the long answer. This is sentence six"
        check = FakeCheck(0.05, **{CLAUSES[0]: verdict, both: verdict})
        brain = FakeBrain.saying(" ".join(CLAUSES), first_s=0.0, every_s=every_s)

        events = await play(check, brain, FakeVoice())

        assert [hit.clause for hit in stats(events).moderation] == [CLAUSES[0], CLAUSES[5]]

    scenario()


@in_virtual_time
async def test_a_clause_is_asked_about_again_only_if_what_was_found_stood_before_it() -> None:
    check = FakeCheck(0.05, one=ruled(Ruling.SKIP), six=ruled(Ruling.SKIP))

    await play(check, FakeBrain(" ".join(CLAUSES)), FakeVoice(), tail_characters=60)

    clauses = [clause for _, clause in check.asked]
    assert {clause for clause in clauses if clauses.count(clause) > 1} == {CLAUSES[1]}


@in_virtual_time
async def test_a_phrase_cut_in_two_is_found() -> None:
    check = FakeCheck(0.05, **{"you, my": ruled(Ruling.SKIP)})

    events = await play(check, FakeBrain(REPLY), FakeVoice())

    assert texts(events) == [SPOKEN[0], SPOKEN[2]]


@in_virtual_time
async def test_a_flagged_clause_may_be_replaced() -> None:
    check, voice = FakeCheck(0.05, friend=ruled(Ruling.REPLACE, "Anyway.")), FakeVoice()

    events = await play(check, FakeBrain(REPLY), voice)

    assert texts(events) == [SPOKEN[0], "Anyway.", SPOKEN[2]]
    assert [event.seg for event in ready(events)] == [0, 1, 2]
    assert pcm(events) == pcm_of(SPOKEN[0]) + pcm_of("Anyway.") + pcm_of(SPOKEN[2])
    assert stats(events).moderation == (ModerationHit(Ruling.REPLACE, SPOKEN[1], "Anyway.", FOUND),)


@pytest.mark.parametrize("number", [0, 1, 4])
def test_a_replacement_does_not_wait_for_those_who_wait_for_it(number: int) -> None:
    @in_virtual_time
    async def scenario() -> None:
        # Whoever has one of the two slots keeps it until the reader comes: no buffer holds a whole clause.
        voice, voicing = FakeVoice(first_s=0.1), VoicingLimits(parallel=2, buffer_bytes=4096)
        check = FakeCheck(0.5, **{CLAUSES[number]: ruled(Ruling.REPLACE, "Anyway.")})

        events = await play(check, FakeBrain(" ".join(CLAUSES)), voice, voicing=voicing)

        said = [*CLAUSES[:number], "Anyway.", *CLAUSES[number + 1 :]]
        assert texts(events) == said
        assert pcm(events) == b"".join(map(pcm_of, said))
        assert voice.most_active <= voicing.parallel + 1

    scenario()


@in_virtual_time
async def test_a_replacement_is_voiced_at_once() -> None:
    check, voice = FakeCheck(0.5, one=ruled(Ruling.REPLACE, "Anyway.")), FakeVoice(first_s=1.0)

    events = await play(check, FakeBrain(" ".join(CLAUSES)), voice, voicing=VoicingLimits(parallel=2))

    assert stats(events).marks.first_audio == pytest.approx(1500)


@in_virtual_time
async def test_a_flagged_clause_may_end_the_answer() -> None:
    brain, voice = FakeBrain.saying(REPLY + " And so on it goes." * 50), FakeVoice(first_s=0.5)
    check = FakeCheck(0.05, friend=ruled(Ruling.STOP))

    events = await play(check, [brain, FakeBrain("Me instead.")], voice)

    assert texts(events) == SPOKEN[:1]
    assert (stats(events).outcome, stats(events).fault) == (TurnOutcome.SPOKEN, None)
    assert (brain.active, brain.finished, voice.active, check.waiting) == (0, 0, 0, 0)


@pytest.mark.parametrize("ruling", [Ruling.SKIP, Ruling.STOP])
def test_an_answer_of_which_nothing_passes_is_blocked(ruling: Ruling) -> None:
    @in_virtual_time
    async def scenario() -> None:
        second = FakeBrain("Me instead.")

        events = await play(FakeCheck(0.05, i=ruled(ruling)), [FakeBrain(REPLY), second], FakeVoice())

        assert len(events) == 1
        assert stats(events).outcome is TurnOutcome.BLOCKED
        assert second.requests == []

    scenario()


@in_virtual_time
async def test_what_the_gate_took_out_the_check_is_not_asked_about() -> None:
    def gate(tail: str, clause: str) -> Verdict:
        return Verdict(Ruling.SKIP) if "friend" in clause else Verdict()

    check = FakeCheck()

    await play(check, FakeBrain(REPLY), FakeVoice(), gate=gate)

    assert [clause for _, clause in check.asked] == [QUESTION, SPOKEN[0], SPOKEN[2]]


@in_virtual_time
async def test_a_missing_opinion_that_passes_is_told_once() -> None:
    check = FakeCheck(0.3, question=Verdict(fault=Fault.TIMEOUT), o=Verdict(fault=Fault.TIMEOUT))

    events = await play(check, FakeBrain(REPLY), FakeVoice())

    assert texts(events) == SPOKEN
    assert stats(events).moderation == ()
    assert stats(events).failures == (Failure(Part.CHECK, check.name, Fault.TIMEOUT),)


@in_virtual_time
async def test_a_missing_opinion_that_counts_as_flagged_is_not_asked_for_again() -> None:
    check = FakeCheck(0.3, o=ruled(Ruling.SKIP, fault=Fault.UNREACHABLE))

    events = await play(check, FakeBrain(REPLY), FakeVoice())

    assert (texts(events), stats(events).outcome) == ([], TurnOutcome.BLOCKED)
    assert len(check.asked) == 1 + len(SPOKEN)
    assert stats(events).failures == (Failure(Part.CHECK, check.name, Fault.UNREACHABLE, 0),)


@pytest.mark.parametrize("broken", ["question", "clause"])
def test_a_check_that_breaks_lets_nothing_through(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    @in_virtual_time
    async def scenario() -> None:
        async def breaks(self: FakeCheck, *words: str) -> Verdict:
            raise RuntimeError(*words)

        monkeypatch.setattr(FakeCheck, broken, breaks)
        voice = FakeVoice(first_s=1.0)

        events = await play(FakeCheck(0.05), FakeBrain(REPLY), voice)

        assert texts(events) == []
        assert stats(events).outcome in {TurnOutcome.REFUSED, TurnOutcome.BLOCKED}
        assert voice.active == 0

    scenario()


@pytest.mark.parametrize("at_s", [0.01, 0.12, 0.2, 0.4])
def test_a_turn_closed_while_it_is_checked_leaves_nobody_waiting(at_s: float) -> None:
    @in_virtual_time
    async def scenario() -> None:
        check, brain, voice = FakeCheck(0.35), FakeBrain(Wait(0.1), REPLY, HANG), FakeVoice(first_s=0.2)
        playing = asyncio.create_task(play(check, brain, voice))
        await asyncio.sleep(at_s)

        playing.cancel()
        await asyncio.wait({playing})

        assert (check.waiting, brain.active, voice.active) == (0, 0, 0)

    scenario()


@in_virtual_time
async def test_a_lone_motion_needs_no_opinion() -> None:
    check = FakeCheck()

    events = await play(check, FakeBrain("It is so good to see you! [nod]"), FakeVoice())

    assert [event.motion for event in events if isinstance(event, SegmentReady)] == [None, "nod"]
    assert len(check.asked) == 2
