"""Scoring: whole audiences played through the rules, and what no viewer can do to them."""

import datetime as dt
import functools
import itertools
import uuid
from dataclasses import astuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relationships.domain.scoring import (
    SUPPORT_CAP_DAY,
    TALK_CAP_DAY,
    TALK_CAP_STREAM,
    WARMTH_AT_REST,
    DayTally,
    Interaction,
    InteractionKind,
    Scores,
    StreamTally,
    ceiling,
    cool,
    score,
    settle,
)

START = dt.datetime(2026, 5, 1, 18, tzinfo=dt.UTC)
CHAT, ANSWERED, SENTIMENT = InteractionKind.CHAT, InteractionKind.ANSWERED, InteractionKind.SENTIMENT
DONATION, SUBSCRIPTION = InteractionKind.DONATION, InteractionKind.SUBSCRIPTION
TIMEOUT, BAN = InteractionKind.TIMEOUT, InteractionKind.BAN

numbers = itertools.count(1)


def broadcast(day: int) -> uuid.UUID:
    return uuid.UUID(int=10_000 + day)


def happened(kind: InteractionKind, day: int, minute: float = 0.0, amount: float = 0.0) -> Interaction:
    at = START + dt.timedelta(days=day, minutes=minute)
    return Interaction(uuid.UUID(int=next(numbers)), kind, at, broadcast(day), amount)


def regular(days: int = 60) -> list[Interaction]:
    """Comes every evening, talks, is answered, subscribes monthly."""
    evening = [CHAT, CHAT, ANSWERED, CHAT, CHAT, CHAT, ANSWERED, CHAT]
    talk = [happened(kind, day, minute) for day in range(days) for minute, kind in enumerate(evening)]
    return talk + [happened(SUBSCRIPTION, day, 90) for day in range(0, days, 30)]


def lurker(days: int = 60) -> list[Interaction]:
    return [happened(CHAT, day) for day in range(0, days, 20)]


def whale(days: int = 60) -> list[Interaction]:
    """Gives a lot twice a month and hardly talks."""
    return [happened(DONATION, day, amount=500.0) for day in range(0, days, 15)] + lurker(days)


def spammer(days: int = 60) -> list[Interaction]:
    """Floods each show until thrown out."""
    flood = [happened(CHAT, day, minute / 10) for day in range(days) for minute in range(60)]
    return flood + [happened(TIMEOUT, day, 30) for day in range(days)]


def repenting_troll(days: int = 60) -> list[Interaction]:
    bad = [happened(CHAT, day) for day in range(3)] + [happened(TIMEOUT, day, 5) for day in range(3)]
    good = [happened(kind, day, minute) for day in range(10, days) for minute, kind in enumerate([CHAT, ANSWERED] * 3)]
    return bad + good


def test_audiences_end_in_the_expected_order() -> None:
    ends = {one.__name__: settle(one())[0] for one in (regular, lurker, whale, spammer, repenting_troll)}

    def order(name: str) -> list[str]:
        return sorted(ends, key=lambda who: -getattr(ends[who], name))

    assert order("affinity") == ["regular", "repenting_troll", "whale", "lurker", "spammer"]
    assert order("trust")[:2] == ["regular", "repenting_troll"]
    assert ends["whale"].trust == pytest.approx(ends["lurker"].trust)
    assert order("loyalty") == ["regular", "repenting_troll", "whale", "lurker", "spammer"]
    assert ends["spammer"].affinity < 1
    assert ends["spammer"].trust < 5
    assert 30 < ends["regular"].affinity < 70
    assert ends["repenting_troll"].trust < ceiling(3).trust + 0.01


def test_viewer_cannot_talk_score_up() -> None:
    flattery = [happened(SENTIMENT, 0, minute / 50, amount=1_000.0) for minute in range(2_000)]
    chatter = [happened(CHAT, 0, minute / 50) for minute in range(2_000)]

    scores, _ = settle(flattery + chatter)

    assert scores.affinity <= TALK_CAP_STREAM.affinity
    assert scores.trust <= Scores().trust + TALK_CAP_STREAM.trust


def test_many_streams_a_day_do_not_help() -> None:
    streams = [
        Interaction(
            uuid.UUID(int=next(numbers)), CHAT, START + dt.timedelta(seconds=number), uuid.UUID(int=number % 40 + 1)
        )
        for number in range(4_000)
    ]

    scores, _ = settle(streams)

    assert scores.affinity <= TALK_CAP_DAY.affinity + 1e-9
    assert scores.familiarity <= TALK_CAP_DAY.familiarity + 1e-9


def test_money_counts_by_its_logarithm_to_a_cap_a_day_and_never_buys_trust() -> None:
    small, _ = settle([happened(DONATION, 0, amount=5)])
    large, _ = settle([happened(DONATION, 0, amount=5_000)])
    split, _ = settle([happened(DONATION, 0, minute, amount=5_000) for minute in range(50)])

    assert small.loyalty < large.loyalty < small.loyalty * 6
    assert split.loyalty <= SUPPORT_CAP_DAY.loyalty
    assert split.affinity <= SUPPORT_CAP_DAY.affinity
    assert split.trust == Scores().trust


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), -100.0])
def test_senseless_amounts_move_nothing(amount: float) -> None:
    scores, _ = settle([happened(DONATION, 0, amount=amount), happened(SENTIMENT, 0, amount=float("nan"))])

    assert astuple(scores)[:4] == astuple(Scores())[:4]


def test_absence_costs_warmth_only() -> None:
    met, _ = settle(regular(10))

    back = cool(met, met.warmth_at + dt.timedelta(days=7))
    much_later = cool(met, met.warmth_at + dt.timedelta(days=700))

    assert back.warmth - WARMTH_AT_REST == pytest.approx((met.warmth - WARMTH_AT_REST) / 2)
    assert much_later.warmth == pytest.approx(WARMTH_AT_REST)
    assert astuple(back)[:4] == astuple(met)[:4]


def test_a_bad_word_weighs_three_times_a_good_one_but_has_a_floor() -> None:
    friends, _ = settle(regular(40))
    good = score(friends, happened(SENTIMENT, 50, amount=1.0), StreamTally(), DayTally()).entry.deltas.affinity
    bad = score(friends, happened(SENTIMENT, 50, amount=-1.0), StreamTally(), DayTally()).entry.deltas.affinity

    bullied, _ = settle(regular(40) + [happened(SENTIMENT, 50, minute / 10, amount=-9.0) for minute in range(500)])

    assert bad < -3 * good < 0
    assert friends.affinity - bullied.affinity == pytest.approx(2.0)


def test_a_timeout_takes_back_the_streams_gain_and_ends_it() -> None:
    before, _ = settle(regular(20))
    evening = [happened(CHAT, 30, minute) for minute in range(30)]
    after = [happened(CHAT, 30, 60 + minute) for minute in range(30)] + [happened(DONATION, 30, 95, amount=100)]

    scores, entries = settle(regular(20) + evening + [happened(TIMEOUT, 30, 50)] + after)

    assert scores.affinity == pytest.approx(before.affinity * 0.9)
    assert scores.trust == pytest.approx(before.trust * 0.75)
    assert scores.loyalty == pytest.approx(before.loyalty)
    assert scores.scars == 1
    assert all(entry.deltas.affinity == 0 for entry in entries[-31:])


def test_gifts_do_not_heal_scars() -> None:
    banned = [happened(BAN, 0)]
    gifts = [happened(DONATION, day, amount=10_000.0) for day in range(1, 400)]

    scores, _ = settle(banned + gifts + regular(400)[8:])

    assert scores.scars == 6
    assert scores.affinity <= ceiling(6).affinity
    assert scores.trust <= ceiling(6).trust


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(list(InteractionKind)),
        st.integers(0, 5),
        st.floats(0, 1_000),
        st.floats(allow_nan=True, allow_infinity=True),
    ),
    max_size=40,
)


@given(events=EVENTS, random=st.randoms())
@settings(max_examples=60)
def test_order_and_repeats_of_events_do_not_matter(events: list, random: object) -> None:
    once = [happened(*event) for event in events]
    often = once * 2
    random.shuffle(often)

    assert settle(often) == settle(once)


@given(events=EVENTS)
@settings(max_examples=60)
def test_scores_stay_in_range_and_are_the_sum_of_their_ledger(events: list) -> None:
    scores, entries = settle([happened(*event) for event in events])

    for name, start in (("affinity", 0.0), ("trust", 20.0), ("familiarity", 0.0), ("loyalty", 0.0)):
        value = getattr(scores, name)
        assert 0 <= value <= getattr(ceiling(scores.scars), name)
        assert value == pytest.approx(start + sum(getattr(entry.deltas, name) for entry in entries), abs=1e-6)
    assert 0 <= scores.warmth <= 1
    assert scores.scars == sum(entry.scars for entry in entries)


@given(events=EVENTS)
@settings(max_examples=30)
def test_no_day_gives_more_by_talk_or_support_than_its_cap(events: list) -> None:
    _, entries = settle([happened(*event) for event in events])

    for day in range(6):
        date = (START + dt.timedelta(days=day)).date()
        tally = functools.reduce(DayTally.after, [entry for entry in entries if entry.at.date() == date], DayTally())
        for had, cap in ((tally.talk, TALK_CAP_DAY), (tally.support, SUPPORT_CAP_DAY)):
            assert all(value <= most + 1e-9 for value, most in zip(astuple(had), astuple(cap), strict=True))
