"""What a turn leaves in the database: nothing is said before it is committed, only what was heard becomes history."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from memory.models import Speaker, Utterance
from streams.domain.turns import Firing
from streams.models import Segment, Stream, Turn, TurnState, Verdict
from streams.services import control, turns
from streams.services.evidence import UTTERANCES_KEPT
from streams.services.leases import Lease
from tests.factories.streams import make_rule, make_stream
from tests.factories.tenancy import make_budget
from tests.live.scenes import (
    answer,
    config_of,
    end,
    hold,
    prompt_record,
    report,
    says,
    segment,
    speak,
    state_of,
    take,
)
from vtcontrol.kernel.errors import Interrupted, LeaseLost
from vtcontrol.kernel.events import EventState
from vtcontrol.tenancy.metering import Meter, Usage
from vtcontrol.tenancy.studios import Studio

Wait = Callable[[float], None]


def test_speaking_is_committed_with_the_words(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    says(stream)
    claim = take(stream, lease)

    speak(lease, claim, "Cats?")
    speak(lease, claim, "Cats? Always.", is_first=False)

    turn = Turn.objects.get()
    assert (turn.state, turn.text, turn.emotion) == (TurnState.SPEAKING, "Cats? Always.", "joy")


@pytest.mark.parametrize(("hand", "reason"), [(control.skip, "skip"), (control.panic, "panic")])
def test_after_an_interrupt_nothing_more_of_the_turn_may_be_said(
    in_studio: Studio, stream: Stream, lease: Lease, hand: Callable[[Any], None], reason: str
) -> None:
    says(stream)
    claim = take(stream, lease)
    speak(lease, claim, "Cats?")
    hand(stream.pk)
    version = state_of(stream).version

    with pytest.raises(Interrupted) as interrupted:
        speak(lease, claim, "Cats? Always.", is_first=False)

    assert interrupted.value.reason == reason
    assert Turn.objects.get().text == "Cats?"
    assert state_of(stream).version == version


def test_a_panic_that_was_released_meanwhile_still_ends_the_turn(
    in_studio: Studio, stream: Stream, lease: Lease
) -> None:
    says(stream)
    claim = take(stream, lease)
    control.panic(stream.pk)
    control.release(stream.pk)

    with pytest.raises(Interrupted):
        speak(lease, claim)


def test_a_finished_turn_holds_everything_that_led_to_it(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    event = says(stream)
    claim = take(stream, lease)
    speak(lease, claim)

    turn = end(stream, lease, claim, segments=(segment("Cats?", 0), segment("Always.", 1, emotion="love")))

    assert (turn.state, turn.text, turn.heard_text, turn.emotion) == (
        TurnState.HEARD,
        "Cats? Always.",
        "Cats? Always.",
        "joy",
    )
    assert (turn.brain, turn.voice) == ("Local model", "espeak")
    assert turn.timings["first_audio"] == 260.0
    assert (turn.prompt_tokens, turn.completion_tokens, turn.characters) == (100, 20, 13)
    assert turn.cost == Decimal("0.0015")
    assert turn.finished_at is not None
    assert prompt_record(turn)["messages"] == [{"role": "user", "content": "hi"}]
    rows = Segment.objects.order_by("number").values_list("number", "text", "emotion", "motion", "engine", "heard_by")
    assert list(rows) == [(0, "Cats?", "joy", "nod", "espeak", "page"), (1, "Always.", "love", "nod", "espeak", "page")]
    event.refresh_from_db()
    assert (event.state, event.reason) == (EventState.ANSWERED, "")
    assert event.decided_at is not None
    assert stream.broadcasts.get().ended_at is None


def test_a_turn_is_finished_once(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    says(stream)
    claim = take(stream, lease)
    end(stream, lease, claim)

    with pytest.raises(LeaseLost):
        turns.finish(lease, config_of(stream), report(claim))

    assert Segment.objects.count() == 1
    assert Utterance.objects.count() == 2


def test_what_was_heard_and_what_it_answered_become_history(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    event = says(stream)
    turn = answer(stream, lease)

    lines = list(Utterance.objects.order_by("said_at"))
    assert [(line.speaker, line.name, line.text) for line in lines] == [
        (Speaker.VIEWER, "Bo", "Do you like cats?"),
        (Speaker.CHARACTER, "Mira", "Cats? Always."),
    ]
    for line in lines:
        assert (line.turn_id, line.viewer_id, line.persona) == (turn.pk, event.viewer_id, stream.persona)
    assert lines[1].expires_at - lines[1].said_at == UTTERANCES_KEPT


@pytest.mark.parametrize(
    ("heard_ms", "heard"),
    [(1000, "one two three four"), (900, "one two three four"), (500, "one two"), (249, ""), (0, "")],
)
def test_of_a_segment_only_as_much_was_heard_as_its_time_says(
    in_studio: Studio, stream: Stream, lease: Lease, heard_ms: int, heard: str
) -> None:
    says(stream)
    claim = take(stream, lease)

    turn = end(stream, lease, claim, segments=(segment("one two three four", heard_ms=heard_ms),), state="cut")

    assert turn.text == "one two three four"
    assert turn.heard_text == heard
    assert Utterance.objects.filter(speaker=Speaker.CHARACTER).count() == bool(heard)


def test_what_was_cut_before_it_was_all_made_was_not_heard_to_its_end(
    in_studio: Studio, stream: Stream, lease: Lease
) -> None:
    says(stream)
    claim = take(stream, lease)
    begun = segment("one two three four", audio_ms=400, heard_ms=400, whole_ms=1600)

    turn = end(stream, lease, claim, segments=(begun,), state="cut")

    assert turn.heard_text == "one"


def test_a_line_that_was_only_shown_counts_and_one_never_voiced_does_not(
    in_studio: Studio, stream: Stream, lease: Lease
) -> None:
    says(stream)
    claim = take(stream, lease)
    shown = segment("*waves*", 0, audio_ms=0, heard_ms=0, whole_ms=0)
    never = segment("and so on", 1, audio_ms=0, heard_ms=0, whole_ms=585)

    turn = end(stream, lease, claim, segments=(shown, never), state="cut")

    assert turn.heard_text == "*waves*"


def test_a_turn_nobody_heard_leaves_no_history(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    says(stream)
    claim = take(stream, lease)

    turn = end(stream, lease, claim, segments=(), state="failed", reason="timeout", event_state=EventState.FAILED)

    assert (turn.state, turn.text, turn.heard_text) == (TurnState.FAILED, "", "")
    assert not Utterance.objects.exists()


def test_what_a_turn_used_is_added_to_the_days_meters(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    for author in ("Bo", "Ann"):
        says(stream, "Mira, do you like cats?", author)
        answer(stream, lease, characters={"espeak": 13, "OpenAI": 7})

    rows = {(row.meter, row.provider): row.quantity for row in Usage.objects.filter(stream_id=stream.pk)}
    assert rows == {
        (Meter.LLM_TOKENS, "Local model"): 240,
        (Meter.TTS_CHARACTERS, "espeak"): 26,
        (Meter.TTS_CHARACTERS, "OpenAI"): 14,
        (Meter.COST_MICROS, "all"): 3000,
    }


def test_moderation_of_the_answer_is_kept_as_verdicts(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    rule = make_rule()
    says(stream)
    claim = take(stream, lease)
    firings = (Firing(rule.pk, "No spoilers", "skip"), Firing(None, "house rule", "replace"))

    turn = end(stream, lease, claim, firings=firings)

    rows = set(Verdict.objects.filter(turn=turn).values_list("rule_id", "rule_name", "action"))
    assert rows == {(rule.pk, "No spoilers", "skip"), (None, "house rule", "replace")}


def test_the_relationship_follows_on_commit(
    in_studio: Studio,
    stream: Stream,
    lease: Lease,
    started: list[tuple[str, dict[str, Any]]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    says(stream)
    with django_capture_on_commit_callbacks(execute=True):
        turn = answer(stream, lease)

    assert ("upkeep.absorb", {"turn_id": str(turn.pk), "studio_id": str(in_studio.pk)}) in started


def test_every_change_a_turn_makes_has_the_next_version(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    says(stream)
    before = state_of(stream).version

    claim = take(stream, lease)
    frames = list(claim.frames)
    frames += speak(lease, claim, "Cats?")
    frames += speak(lease, claim, "Cats? Always.", is_first=False)
    frames += turns.finish(lease, config_of(stream), report(claim))

    assert [frame["version"] for frame in frames] == list(range(before + 1, before + 1 + len(frames)))
    assert state_of(stream).version == frames[-1]["version"]
    statuses = [frame["line"]["status"] for frame in frames if frame["type"] == "line"]
    assert statuses == ["taken", "preparing", "speaking", "speaking", "answered", "heard"]
    states = [frame["state"] for frame in frames if frame["type"] == "state"]
    assert [state["speaking_turn"] for state in states] == [str(claim.turn_id), None]


def degraded(stream: Stream, lease: Lease, author: str) -> bool:
    """Whether the next turn has to do with what costs nothing."""
    says(stream, "Mira, hello!", author)
    claim = take(stream, lease)
    end(stream, lease, claim)
    return claim.is_degraded


def test_a_budget_used_up_degrades_the_next_turn_until_the_next_day(
    in_studio: Studio, stream: Stream, lease: Lease, wait: Wait
) -> None:
    budget = make_budget()
    budget.daily_limit = 200
    budget.save()

    assert [degraded(stream, lease, author) for author in ("Bo", "Ann", "Zoe")] == [False, False, True]
    wait(24 * 3600)
    assert not degraded(stream, lease, "Kim")


def test_a_budget_of_one_stream_leaves_another_alone(
    in_studio: Studio, stream: Stream, other_studio: Studio, lease: Lease
) -> None:

    elsewhere = make_stream(stream.persona, name="Second stage")
    budget = make_budget(elsewhere)
    budget.daily_limit = 1
    budget.save()
    other_lease = hold(elsewhere)

    assert not any(degraded(stream, lease, author) for author in ("Bo", "Ann"))
    assert [degraded(elsewhere, other_lease, author) for author in ("Kim", "Zoe")] == [False, True]


def test_a_budget_for_the_studio_counts_all_of_its_streams(in_studio: Studio, stream: Stream, lease: Lease) -> None:

    elsewhere = make_stream(stream.persona, name="Second stage")
    budget = make_budget()
    budget.daily_limit = 200
    budget.save()

    assert not degraded(stream, lease, "Bo")
    assert not degraded(elsewhere, hold(elsewhere), "Kim")
    assert degraded(stream, lease, "Ann")


def test_a_budget_that_is_switched_off_limits_nothing(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    budget = make_budget()
    budget.daily_limit = 0
    budget.is_enabled = False
    budget.save()

    assert not degraded(stream, lease, "Bo")
