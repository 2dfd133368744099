"""The order people see is the order triage takes; what people ask for comes before it."""

import datetime as dt
import random
import uuid

import pytest

from streams.domain.queue import line_up
from streams.domain.ranks import Rank, rank
from streams.domain.triage import Candidate, Reason, TriagePolicy, TriageState, choose
from vtcontrol.kernel.events import EventKind

NOW = dt.datetime(2026, 11, 21, 20, 0, tzinfo=dt.UTC)
POLICY = TriagePolicy(stream_gap_s=0.0, likeness=2.0)


def event(text: str = "hello", *, age_s: float = 1.0, viewer: str = "", **fields: object) -> Candidate:
    at = NOW - dt.timedelta(seconds=age_s)
    usual = {"id": uuid.uuid4(), "kind": EventKind.CHAT, "received_at": at, "viewer": viewer, "text": text}
    return Candidate(**{**usual, **fields})


@pytest.mark.parametrize("seed", range(12))
def test_choosing_again_and_again_takes_the_order_shown(seed: int) -> None:
    chance, is_busy = random.Random(seed), seed % 2 == 0
    kinds = [EventKind.CHAT, EventKind.CHAT, EventKind.DONATION, EventKind.FOLLOW, EventKind.DIRECTOR_SAY]
    events = [
        event(
            f"line {number}", age_s=chance.uniform(0, 20), kind=chance.choice(kinds), is_mention=chance.random() < 0.2
        )
        for number in range(chance.randint(1, 20 if is_busy else POLICY.quiet_arrivals))
    ]
    state = TriageState(arrivals=50 if is_busy else 0)

    shown = [place.candidate.id for place in line_up(events, state, POLICY, NOW) if place.held_by is None]

    taken, left = [], list(events)
    while (pick := choose(left, state, POLICY, NOW).pick) is not None:
        taken.append(pick.id)
        left.remove(pick)
    assert taken == shown


def test_what_is_pinned_comes_first_in_the_order_of_the_pins() -> None:
    gift = event(kind=EventKind.DONATION)
    late = event("b", pinned_at=NOW - dt.timedelta(seconds=1))
    early = event("a", pinned_at=NOW - dt.timedelta(seconds=5), age_s=500)

    places = line_up([gift, late, early], TriageState(), POLICY, NOW)

    assert [place.candidate for place in places] == [early, late, gift]
    assert places[0].rank is Rank.DIRECTOR


def test_a_pin_knows_neither_age_nor_cooldown_nor_crowd() -> None:
    crowd = [event(f"line {number}?") for number in range(40)]
    pinned = event("again", viewer="bo", age_s=3600, pinned_at=NOW)
    state = TriageState(answered_at=NOW, viewers={"bo": NOW}, arrivals=100)

    decision = choose([*crowd, pinned], state, POLICY, NOW)

    assert decision.pick is pinned


def test_a_pinned_line_is_folded_into_no_other() -> None:
    first = event("what is this", pinned_at=NOW - dt.timedelta(seconds=2))
    second = event("what is this", pinned_at=NOW - dt.timedelta(seconds=1))

    decision = choose([first, second], TriageState(), TriagePolicy(), NOW)

    assert decision.pick is first
    assert decision.dispositions == ()


def test_a_line_that_is_held_back_says_by_what_and_until_when() -> None:
    crowd = [event(f"line {number}?") for number in range(12)]
    bo = event("again?", viewer="bo")
    state = TriageState(viewers={"bo": NOW - dt.timedelta(seconds=5)}, arrivals=100)

    place = next(one for one in line_up([*crowd, bo], state, POLICY, NOW) if one.candidate is bo)

    assert place.held_by is Reason.VIEWER_COOLDOWN
    assert place.eligible_at == NOW + dt.timedelta(seconds=POLICY.viewer_cooldown_s - 5)


def test_what_is_too_old_has_no_place() -> None:
    assert line_up([event(age_s=3600)], TriageState(), POLICY, NOW) == []


def test_the_directors_words_are_of_the_highest_class() -> None:
    assert rank(EventKind.DIRECTOR_SAY, "hello?") is max(Rank)
