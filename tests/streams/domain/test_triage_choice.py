"""Triage: who is answered first, who waits, and that nobody is forgotten or answered twice."""

import datetime as dt
import uuid
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain.ranks import Rank, rank
from streams.domain.triage import Candidate, Decision, Reason, TriagePolicy, TriageState, choose
from vtcontrol.kernel.events import EventKind, EventState

NOW = dt.datetime(2026, 5, 1, 18, tzinfo=dt.UTC)
BUSY = TriageState(arrivals=1_000)
POLICY = TriagePolicy()


def seconds(number: float) -> dt.timedelta:
    return dt.timedelta(seconds=number)


def event(
    number: int, kind: EventKind = EventKind.CHAT, text: str = "", age: float = 0.0, **details: object
) -> Candidate:
    usual = Candidate(uuid.UUID(int=number), kind, NOW - seconds(age), f"viewer{number}", text or f"line {number} here")
    return replace(usual, **details)


def decide(*events: Candidate, state: TriageState = BUSY, policy: TriagePolicy = POLICY, at: float = 0.0) -> Decision:
    return choose(events, state, policy, NOW + seconds(at))


def picked(decision: Decision) -> int | None:
    return decision.pick.id.int if decision.pick else None


def reasons(decision: Decision) -> dict[int, Reason]:
    return {end.event_id.int: end.reason for end in decision.dispositions}


def test_classes_come_in_their_order() -> None:
    waiting = [
        event(1, EventKind.SILENCE),
        event(2, text="nice weather"),
        event(3, text="is it raining?"),
        event(4, text="good day", is_first=True),
        event(5, EventKind.VICTORY),
        event(6, EventKind.SPEECH),
        event(7, text="Mira, look", is_mention=True),
        event(8, EventKind.DONATION),
    ]

    order = []
    while waiting:
        decision = decide(*waiting)
        order.append(picked(decision))
        gone = {one.event_id for one in decision.dispositions}
        waiting = [one for one in waiting if one != decision.pick and one.id not in gone]

    assert order == [8, 7, 6, 5, 4, 3, 2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("how are you", Rank.QUESTION),
        ("Сколько стоит игра", Rank.QUESTION),
        ("правда?", Rank.QUESTION),
        ("你喜欢什么", Rank.QUESTION),
        ("howl at the moon", Rank.CHATTER),
        ("lol", Rank.CHATTER),
    ],
)
def test_questions_are_told_from_chatter(text: str, expected: Rank) -> None:
    assert rank(EventKind.CHAT, text) is expected


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_has_a_class_and_a_freshness(kind: EventKind) -> None:
    assert rank(kind) in POLICY.fresh_s


def test_support_is_first_come_first_served() -> None:
    assert picked(decide(event(1, EventKind.GIFT, age=5), event(2, EventKind.DONATION, age=50))) == 2


def test_in_a_busy_stream_the_newest_chatter_comes_first_and_in_a_quiet_one_the_oldest() -> None:
    lines = [event(number, age=number) for number in (1, 2, 3)]

    assert picked(decide(*lines)) == 1
    assert picked(decide(*lines, state=TriageState())) == 3


def test_in_a_quiet_stream_everything_is_answered_at_once() -> None:
    state = TriageState(
        answered_at=NOW, viewers={"viewer1": NOW}, chatter=tuple(NOW for _ in range(50)), arrivals=POLICY.quiet_arrivals
    )

    assert picked(decide(event(1), state=state)) == 1
    assert picked(decide(event(1), state=replace(state, arrivals=POLICY.quiet_arrivals + 1))) is None


def test_stale_events_expire() -> None:
    decision = decide(event(1, age=31), event(2, EventKind.DONATION, age=599), event(3, EventKind.SPEECH, age=20))

    assert picked(decision) == 2
    assert reasons(decision) == {1: Reason.STALE, 3: Reason.STALE}
    assert {end.state for end in decision.dispositions} == {EventState.EXPIRED}


def test_a_viewer_just_answered_waits_and_another_goes_first() -> None:
    state = replace(BUSY, viewers={"viewer1": NOW - seconds(5)})

    decision = decide(event(1, text="is it me?"), event(2), state=state)
    alone = decide(event(1, text="is it me?"), state=state)

    assert picked(decision) == 2
    assert picked(alone) is None
    assert alone.wait_until == NOW + seconds(15)
    assert picked(decide(event(1, text="is it me?"), state=state, at=15)) == 1


def test_a_cooldown_longer_than_freshness_ends_it_at_once() -> None:
    state = replace(BUSY, viewers={"viewer1": NOW})

    decision = decide(event(1, age=15), state=state)

    assert reasons(decision) == {1: Reason.VIEWER_COOLDOWN}
    assert decision.dispositions[0].state is EventState.PASSED_OVER
    assert decision.wait_until is None


def test_support_knows_no_cooldown() -> None:
    state = replace(BUSY, viewers={"viewer1": NOW}, answered_at=NOW)

    assert picked(decide(event(1, EventKind.DONATION), state=state)) == 1


def test_plain_chatter_has_a_budget_and_questions_do_not() -> None:
    spent = replace(BUSY, chatter=tuple(NOW - seconds(50 - 5 * number) for number in range(POLICY.chatter_per_minute)))

    decision = decide(event(1), state=spent)

    assert picked(decision) is None
    assert decision.wait_until == NOW + seconds(10)
    assert picked(decide(event(1), state=spent, at=10)) == 1
    assert picked(decide(event(1, text="what now?"), state=spent)) == 1
    assert reasons(decide(event(1), policy=replace(POLICY, chatter_per_minute=0))) == {1: Reason.BUDGET}


def test_the_same_words_are_folded_into_the_pick() -> None:
    decision = decide(
        event(1, text="When is the RAFFLE??"),
        event(2, text="when is the raffle", age=1),
        event(3, text="whennnnn is the raffle?!", age=2),
        event(4, text="when is the next big game raffle today?", age=3),
        event(5, text="guys when is the raffle?", age=4),
        event(6, EventKind.DONATION, text="When is the RAFFLE??", age=900),
    )

    assert picked(decision) == 1
    assert reasons(decision) == {
        2: Reason.DUPLICATE,
        3: Reason.DUPLICATE,
        5: Reason.NEAR_DUPLICATE,
        6: Reason.STALE,
    }
    assert decision.dispositions[-1].state is EventState.FOLDED


def test_support_is_never_folded() -> None:
    decision = decide(
        event(1, EventKind.DONATION, text="hi", age=9), event(2, EventKind.DONATION, text="hi"), event(3, text="hi")
    )

    assert picked(decision) == 1
    assert decision.dispositions == ()


def test_wordless_messages_are_folded_only_when_equal() -> None:
    decision = decide(event(1, text="!!!"), event(2, text="!!!", age=1), event(3, text=":)", age=2))

    assert picked(decision) == 1
    assert reasons(decision) == {2: Reason.DUPLICATE}


def test_silence_gives_way_to_anything() -> None:
    assert reasons(decide(event(1, EventKind.SILENCE), event(2))) == {1: Reason.SUPERSEDED}
    alone = decide(event(1, EventKind.SILENCE, age=2), event(2, EventKind.SILENCE, age=1))
    assert picked(alone) == 2
    assert reasons(alone) == {1: Reason.SUPERSEDED}


def test_empty_and_ignored_events_are_passed_over() -> None:
    policy = replace(POLICY, ignored_kinds=frozenset({EventKind.FOLLOW}))

    decision = decide(event(1, text="  "), event(2, EventKind.FOLLOW), policy=policy)

    assert reasons(decision) == {1: Reason.EMPTY, 2: Reason.IGNORED_KIND}


def test_a_flood_leaves_a_short_queue_and_what_matters_in_it() -> None:
    flood = [event(number, age=number % 25, text=f"spam {number} {number * 7}") for number in range(1, 10_001)]
    precious = [
        event(20_000, EventKind.DONATION),
        event(20_001, EventKind.DONATION, age=3),
        event(20_002, is_mention=True),
    ]

    decision = decide(*flood, *precious)

    left = {one.id for one in flood + precious} - {end.event_id for end in decision.dispositions}
    assert picked(decision) == 20_001
    assert len(left) == POLICY.backlog + len(precious)
    assert {one.id for one in precious} <= left
    assert set(reasons(decision).values()) == {Reason.CROWDED}


def test_state_remembers_what_the_rules_ask_for() -> None:
    state = TriageState(
        viewers={"old": NOW - seconds(4_000), "new": NOW - seconds(10)}, chatter=(NOW - seconds(61), NOW - seconds(5))
    )

    after = state.after(event(1), NOW)

    assert after.answered_at == NOW
    assert after.viewers == {"new": NOW - seconds(10), "viewer1": NOW}
    assert after.chatter == (NOW - seconds(5), NOW)
    assert state.after(event(2, EventKind.DONATION), NOW).chatter == (NOW - seconds(5),)


EVENTS = st.lists(
    st.tuples(
        st.sampled_from([EventKind.CHAT] * 6 + list(EventKind)),
        st.sampled_from(["hello all", "hello all!", "what is it?", "", "go", "🎉", "one two three four five"]),
        st.floats(0, 90),
        st.integers(0, 4),
        st.booleans(),
        st.booleans(),
    ),
    max_size=40,
)


@given(rows=EVENTS, arrivals=st.sampled_from([0, 50]), answer_s=st.floats(0.5, 12), backlog=st.integers(1, 10))
@settings(max_examples=80)
def test_every_event_is_picked_once_or_disposed_of_once(
    rows: list, arrivals: int, answer_s: float, backlog: int
) -> None:
    events = [
        Candidate(uuid.UUID(int=number + 1), kind, NOW + seconds(at), f"v{who}", text, mention, first)
        for number, (kind, text, at, who, mention, first) in enumerate(rows)
    ]
    policy = replace(POLICY, backlog=backlog)
    ends: Counter[uuid.UUID] = Counter()
    state, now, waiting, coming = (
        TriageState(arrivals=arrivals),
        NOW,
        [],
        sorted(events, key=lambda one: one.received_at),
    )

    for _ in range(len(events) * 60 + 10):
        waiting += [one for one in coming if one.received_at <= now]
        coming = [one for one in coming if one.received_at > now]
        decision = choose(waiting, state, policy, now)
        ends.update(end.event_id for end in decision.dispositions)
        if decision.pick is not None:
            ends[decision.pick.id] += 1
            state = state.after(decision.pick, now + seconds(answer_s))
        waiting = [one for one in waiting if one.id not in ends]
        if decision.pick is None:
            assert decision.wait_until is None or decision.wait_until > now
            assert (decision.wait_until is None) == (not waiting)
        ways = [at for at in (decision.wait_until, coming[0].received_at if coming else None) if at is not None]
        now = now + seconds(answer_s) if decision.pick else min(ways, default=now)
        if not waiting and not coming:
            break

    assert ends == Counter(one.id for one in events)


@given(rows=EVENTS, random=st.randoms())
@settings(max_examples=40)
def test_the_order_in_the_inbox_does_not_matter(rows: list, random: object) -> None:
    events = [
        Candidate(uuid.UUID(int=number + 1), kind, NOW - seconds(at), f"v{who}", text, mention, first)
        for number, (kind, text, at, who, mention, first) in enumerate(rows)
    ]
    shuffled = list(events)
    random.shuffle(shuffled)

    one, other = choose(events, BUSY, POLICY, NOW), choose(shuffled, BUSY, POLICY, NOW)

    assert one.pick == other.pick
    assert set(one.dispositions) == set(other.dispositions)
