"""A turn beside a slow moderation model, guarded as on air, on virtual time: what is judged, what waits how long."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from streams.domain.model_check import CheckPolicy
from streams.domain.plan import CheckSpec
from streams.domain.rules import Action
from tests.fakes.brains import HANG, FakeBrain, Wait
from tests.fakes.clocks import LoopClock, in_virtual_time
from tests.fakes.moderators import FakeModerator
from tests.fakes.voices import FakeVoice
from tests.turn.test_pipeline import plan, stats, texts
from vtcontrol.kernel.errors import Fault
from vtcontrol.kernel.ids import uuid7
from vtcontrol.kernel.moderation import Assessment
from workers.providers.breaker import BreakerState
from workers.providers.guarded import GuardedModerator
from workers.runner.checking import ModelCheck
from workers.runner.engines import check_guard
from workers.turn.events import TurnEvent
from workers.turn.pipeline import perform
from workers.turn.voicing import Failure, Part, Voice

QUESTION = "Bo: what about badgers?"
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
CLAUSES = [f"This is sentence {number} of the long answer." for number in NUMBERS]
DEADLINE_MS = 800


@dataclass
class OneAtATime(FakeModerator):
    """A moderation model on a small machine: it judges one text after the other.

    Attributes:
        most_asked: The most texts it was asked about at once.
    """

    most_asked: int = 0
    _waiting: int = 0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def assess(self, text: str) -> Assessment:
        self._waiting += 1
        self.most_asked = max(self.most_asked, self._waiting)
        try:
            async with self._lock:
                return await super().assess(text)
        finally:
            self._waiting -= 1


async def play(
    moderator: FakeModerator, brain: FakeBrain, voice: FakeVoice
) -> tuple[list[TurnEvent], GuardedModerator]:
    guarded = GuardedModerator(moderator, check_guard(DEADLINE_MS / 1000, LoopClock()))
    policy = CheckPolicy(action=Action.DROP)
    spec = CheckSpec(uuid7(), "Guard", "http://127.0.0.1", "", "", DEADLINE_MS, policy)
    check = ModelCheck(spec, guarded, QUESTION)
    turn = perform(plan(), [brain], [Voice(voice, "alto")], check=check, clock=LoopClock())
    async with aclosing(turn) as events:
        return [event async for event in events], guarded


@in_virtual_time
async def test_a_burst_is_judged_one_by_one_in_time() -> None:
    moderator = OneAtATime(words={"sentence ten": "hate"}, first_s=0.15)

    events, guarded = await play(moderator, FakeBrain(" ".join(CLAUSES)), FakeVoice())

    assert texts(events) == CLAUSES[:-1]
    assert stats(events).failures == ()
    assert len(moderator.asked) == 1 + len(CLAUSES)
    assert all(asked.endswith(text) for asked, text in zip(moderator.asked, [QUESTION, *CLAUSES], strict=True))
    assert moderator.most_asked == 3  # the question, and two clauses
    assert (guarded.status.state, guarded.status.failures) == (BreakerState.CLOSED, 0)


@in_virtual_time
async def test_a_clause_that_is_due_later_may_take_longer_than_the_deadline() -> None:
    def delay(text: str) -> float:
        return 1.2 if text.endswith(CLAUSES[1]) else 0.1

    moderator = FakeModerator(words={"sentence two": "hate"}, first_s=0.0, delay=delay)

    events, _ = await play(moderator, FakeBrain(" ".join(CLAUSES[:3])), FakeVoice(first_s=1.0))

    assert texts(events) == [CLAUSES[0], CLAUSES[2]]
    assert stats(events).failures == ()


@in_virtual_time
async def test_one_that_hangs_delays_the_first_clause_by_the_deadline_and_is_left_alone() -> None:
    moderator = FakeModerator(always=HANG)

    events, guarded = await play(moderator, FakeBrain(Wait(0.15), " ".join(CLAUSES)), FakeVoice(first_s=0.08))

    assert texts(events) == CLAUSES
    assert stats(events).marks.first_audio == pytest.approx(150 + DEADLINE_MS)
    assert stats(events).failures == (Failure(Part.CHECK, "Guard (moderation)", Fault.TIMEOUT),)
    assert guarded.status.state is BreakerState.OPEN
    assert moderator.cancelled == len(moderator.asked) < len(CLAUSES)
    assert asyncio.get_running_loop().time() < 3
