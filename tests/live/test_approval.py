"""Held lines in the database: held before they are said, decided once, said once, given up in time."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from relationships.models import Identity, Viewer
from streams.domain.approval import APPROVED, Asked, HeldBy, HeldReply
from streams.domain.turns import Claim
from streams.hints import dock_group
from streams.models import HeldLine, Stream, Turn, TurnState
from streams.selectors.approval import held_item, held_of
from streams.selectors.state import dock_snapshot
from streams.services import approval, control, queue
from streams.services.deletions import Deletion, take_back
from streams.services.erasure import erase_rows
from streams.services.leases import Lease
from streams.services.viewers import mute_viewer
from tests.factories.relationships import make_viewer
from tests.factories.rows import create
from tests.factories.streams import make_rule, make_stream
from tests.live.conftest import Wire
from tests.live.scenes import (
    HEIR,
    answer,
    end,
    find_nothing,
    hold,
    inherit,
    says,
    speak,
    state_of,
    swept,
    take,
)
from vtcontrol.kernel.errors import Conflict, InputInvalid, Interrupted, NotFound
from vtcontrol.kernel.events import EventState
from vtcontrol.tenancy.studios import Studio

Wait = Callable[[float], None]
WORDS = "[joy] Cats? Always. [motion:wave] Bye."


@pytest.fixture
def asking(stream: Stream) -> Stream:
    """A stream where a person is asked about every answer."""
    set_up(stream, approval="everything")
    return stream


def set_up(stream: Stream, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(stream, name, value)
    stream.save()


def keep(stream: Stream, lease: Lease, claim: Claim, text: str = WORDS) -> HeldLine:
    """The thought answer waits for a person."""
    reply = HeldReply(text, Asked(HeldBy.STREAM), claim.epoch)
    end(stream, lease, claim, segments=(), state="held", event_state=EventState.HELD, held=reply, emotion="joy")
    return HeldLine.objects.get(turn_id=claim.turn_id)


def held(stream: Stream, lease: Lease, text: str = "Do you like cats?", author: str = "Bo") -> HeldLine:
    says(stream, text, author)
    return keep(stream, lease, take(stream, lease))


def known(name: str, **fields: Any) -> Viewer:
    """Who writes under this name on Twitch has a card."""
    viewer = make_viewer(name=name, **fields)
    create(Identity, viewer=viewer, platform="twitch", platform_id=f"id-{name.lower()}", name=name)
    return viewer


def asks_about(stream: Stream, word: str, **fields: Any) -> None:
    make_rule(name=f"about {word}", content=word, action="hold", **fields)


def now_of(row: HeldLine) -> tuple[str, str, str, str]:
    """State and reason of the line, state of its turn and of its event."""
    row = HeldLine.objects.select_related("turn", "event").get(pk=row.pk)
    return row.state, row.reason, row.turn.state if row.turn else "", row.event.state


def test_a_held_answer_is_not_said_and_the_show_goes_on(in_studio: Studio, asking: Stream, lease: Lease) -> None:
    row = held(asking, lease)
    other = says(asking, "And dogs?", "Ann")

    claim = take(asking, lease)

    assert claim.event.id == other.pk
    assert now_of(row) == ("held", "", TurnState.HELD, EventState.HELD)
    turn = Turn.objects.get(pk=row.turn_id)
    assert (turn.text, turn.heard_text, turn.emotion) == ("Cats? Always. Bye.", "", "joy")
    assert (turn.finished_at, turn.completion_tokens) == (None, 20)


def test_a_stream_that_waits_answers_nothing_else_until_the_decision(
    in_studio: Studio, asking: Stream, lease: Lease
) -> None:
    set_up(asking, approval_waits=True)
    row = held(asking, lease)
    says(asking, "And dogs?", "Ann")

    find_nothing(asking, lease)
    approval.approve(asking.pk, row.pk, by="Vera")
    claim = take(asking, lease)

    assert claim.turn_id == row.turn_id


def test_an_approved_answer_is_said_next_by_the_turn_that_thought_it(
    in_studio: Studio, asking: Stream, lease: Lease
) -> None:
    row = held(asking, lease)
    says(asking, "Mira, and dogs?", "Ann")

    approval.approve(asking.pk, row.pk, by="Vera")
    claim = take(asking, lease)

    assert (claim.turn_id, claim.event.id) == (row.turn_id, row.event_id)
    assert claim.approved is not None
    assert (claim.approved.text, claim.approved.decided_by) == (WORDS, "Vera")
    assert claim.prompt.brief.text == WORDS
    assert claim.memories == ()
    assert claim.note_ids == ()


def test_what_was_said_after_approval_keeps_what_was_written_of_the_thinking(
    in_studio: Studio, asking: Stream, lease: Lease
) -> None:
    row = held(asking, lease)
    before = Turn.objects.get(pk=row.turn_id)
    approval.approve(asking.pk, row.pk, by="Vera")
    claim = take(asking, lease)
    speak(lease, claim)

    turn = end(asking, lease, claim, approved=claim.approved, prompt_record={}, prompt_tokens=0, brain="verbatim")

    assert (turn.state, turn.text, turn.heard_text) == (TurnState.HEARD, "Cats? Always.", "Cats? Always.")
    assert (bytes(turn.prompt), turn.brain, turn.prompt_tokens) == (bytes(before.prompt), before.brain, 100)
    assert turn.cost == 2 * before.cost
    assert turn.timings["first_token"] == before.timings["first_token"]
    assert now_of(row) == ("approved", "", TurnState.HEARD, EventState.ANSWERED)
    find_nothing(asking, lease)


def test_the_same_approval_again_changes_nothing(in_studio: Studio, asking: Stream, lease: Lease) -> None:
    row = held(asking, lease)
    first = approval.approve(asking.pk, row.pk, by="Vera")

    again = approval.approve(asking.pk, row.pk, by="Otto")

    assert (again.decided_by, again.decided_at) == ("Vera", HeldLine.objects.get().decided_at)
    assert first.decided_at == again.decided_at
    answer(asking, lease)
    approval.approve(asking.pk, row.pk, by="Otto")
    find_nothing(asking, lease)


def test_a_second_opinion_comes_too_late(in_studio: Studio, asking: Stream, lease: Lease) -> None:
    row = held(asking, lease)
    approval.reject(asking.pk, row.pk, by="Vera", note="Off topic")

    with pytest.raises(Conflict, match="Vera rejected"):
        approval.approve(asking.pk, row.pk, by="Otto")

    assert now_of(row) == ("rejected", "not_approved", TurnState.REJECTED, EventState.PASSED_OVER)
    assert HeldLine.objects.get().note == "Off topic"
    find_nothing(asking, lease)


def test_rejecting_what_was_approved_is_refused(in_studio: Studio, asking: Stream, lease: Lease) -> None:
    row = held(asking, lease)
    approval.approve(asking.pk, row.pk, by="Vera")

    with pytest.raises(Conflict, match="Vera approved"):
        approval.reject(asking.pk, row.pk, by="Otto")

    assert take(asking, lease).turn_id == row.turn_id


def test_time_rejects_what_nobody_decided_on(in_studio: Studio, asking: Stream, lease: Lease, wait: Wait) -> None:
    row = held(asking, lease)
    wait(61)

    with pytest.raises(Conflict, match="Too late"):
        approval.approve(asking.pk, row.pk, by="Vera")
    gone = swept()

    assert gone == 1
    assert now_of(row) == ("expired", "undecided", TurnState.EXPIRED, EventState.EXPIRED)
    assert swept() == 0
    find_nothing(asking, hold(asking, HEIR))


def test_the_time_to_decide_is_the_streams(in_studio: Studio, asking: Stream, lease: Lease, wait: Wait) -> None:
    set_up(asking, approval_timeout_s=300)
    row = held(asking, lease)
    wait(200)

    assert swept() == 0
    assert (row.expires_at - row.held_at).total_seconds() == 300


def test_the_oldest_is_given_up_when_one_too_many_is_held(in_studio: Studio, asking: Stream, lease: Lease) -> None:
    set_up(asking, approval_most=2)
    rows = [held(asking, lease, f"Question {number}?", f"Viewer{number}") for number in range(3)]

    assert now_of(rows[0])[:2] == ("expired", "held_too_many")
    assert [now_of(row)[0] for row in rows[1:]] == ["held", "held"]


def test_edited_words_are_said_instead_and_shown(in_studio: Studio, asking: Stream, lease: Lease) -> None:
    row = held(asking, lease)

    approval.approve(asking.pk, row.pk, by="Vera", text="[sad] Rather  not.")
    claim = take(asking, lease)

    assert claim.approved is not None
    assert claim.approved.text == "[sad] Rather not."
    row.refresh_from_db()
    assert (row.text, row.edited_text, row.decided_by) == (WORDS, "[sad] Rather not.", "Vera")
    assert Turn.objects.get().text == "Rather not."


@pytest.mark.parametrize("text", ["", "[joy]", "x" * 1501, "That is a nasty word."])
def test_edited_words_go_through_moderation_again(in_studio: Studio, asking: Stream, lease: Lease, text: str) -> None:
    make_rule(name="nasty words", content="nasty", action="drop")
    row = held(asking, lease)

    with pytest.raises(InputInvalid):
        approval.approve(asking.pk, row.pk, by="Vera", text=text)

    assert now_of(row)[0] == "held"


def test_a_rule_that_asks_a_person_is_content_with_the_person_who_edits(
    in_studio: Studio, stream: Stream, lease: Lease
) -> None:
    asks_about(stream, "bomb")
    row = held(stream, lease)

    approval.approve(stream.pk, row.pk, by="Vera", text="A bath bomb.")

    assert take(stream, lease).turn_id == row.turn_id


def test_a_line_of_another_stream_is_not_found(in_studio: Studio, asking: Stream, lease: Lease) -> None:
    row = held(asking, lease)
    other = make_stream(asking.persona, "Other ")

    with pytest.raises(NotFound):
        approval.approve(other.pk, row.pk, by="Vera")


def test_panic_gives_up_what_is_held_and_what_was_approved_and_release_says_none_of_it(
    in_studio: Studio, asking: Stream, lease: Lease
) -> None:
    first, second = held(asking, lease), held(asking, lease, "And dogs?", "Ann")
    approval.approve(asking.pk, first.pk, by="Vera")

    control.panic(asking.pk)
    with pytest.raises(Conflict, match="given up"):
        approval.approve(asking.pk, second.pk, by="Vera")
    control.release(asking.pk)

    for row in (first, second):
        assert now_of(row) == ("expired", "panic", TurnState.EXPIRED, EventState.EXPIRED)
    find_nothing(asking, lease)


def test_an_answer_that_was_thought_while_panic_began_is_not_held(
    in_studio: Studio, asking: Stream, lease: Lease
) -> None:
    says(asking)
    claim = take(asking, lease)
    control.panic(asking.pk)

    with pytest.raises(Interrupted):
        keep(asking, lease, claim)

    assert not HeldLine.objects.exists()


def test_held_and_approved_lines_survive_the_worker(in_studio: Studio, asking: Stream, lease: Lease) -> None:
    first, second = held(asking, lease), held(asking, lease, "And dogs?", "Ann")
    approval.approve(asking.pk, first.pk, by="Vera")

    heirs = inherit(asking)

    assert now_of(second)[0] == "held"
    assert take(asking, heirs).turn_id == first.turn_id


def test_an_approved_line_whose_worker_died_before_a_word_is_said_by_the_heir(
    in_studio: Studio, asking: Stream, lease: Lease
) -> None:
    row = held(asking, lease)
    approval.approve(asking.pk, row.pk, by="Vera")
    take(asking, lease)

    heirs = inherit(asking)
    claim = take(asking, heirs)

    assert claim.turn_id == row.turn_id
    assert claim.approved is not None
    assert claim.approved.text == WORDS


def test_an_approved_line_that_reached_ears_is_never_said_again(
    in_studio: Studio, asking: Stream, lease: Lease
) -> None:
    row = held(asking, lease)
    approval.approve(asking.pk, row.pk, by="Vera")
    speak(lease, take(asking, lease))

    heirs = inherit(asking)

    assert now_of(row) == ("approved", "", TurnState.CUT, EventState.ANSWERED)
    approval.approve(asking.pk, row.pk, by="Vera")
    find_nothing(asking, heirs)


@pytest.mark.parametrize("is_approved", [False, True])
def test_a_deleted_message_takes_the_held_line_with_it(
    in_studio: Studio, asking: Stream, lease: Lease, is_approved: bool
) -> None:
    row = held(asking, lease)
    if is_approved:
        approval.approve(asking.pk, row.pk, by="Vera")

    met = take_back(asking.pk, Deletion("twitch", row.event.platform_id))

    assert met == 1
    assert now_of(row) == ("cancelled", "deleted", TurnState.CUT, EventState.CANCELLED)
    find_nothing(asking, lease)


def test_a_ban_takes_the_held_line_with_it(in_studio: Studio, asking: Stream, lease: Lease) -> None:
    row = held(asking, lease)

    take_back(asking.pk, Deletion("twitch", author_id="id-bo"))

    assert now_of(row)[0] == "cancelled"


def test_muting_a_viewer_takes_their_held_line_back(in_studio: Studio, asking: Stream, lease: Lease) -> None:
    viewer = known("Bo")
    row = held(asking, lease)

    mute_viewer(asking.pk, viewer.pk, minutes=5)

    assert now_of(row)[:2] == ("cancelled", "ignored_viewer")


def test_erasing_a_viewer_cancels_and_empties_what_is_held(in_studio: Studio, asking: Stream, lease: Lease) -> None:
    viewer = known("Bo")
    row = held(asking, lease)

    erase_rows(viewer)

    assert now_of(row)[0] == "cancelled"
    row.refresh_from_db()
    assert (row.text, row.edited_text, row.turn.text if row.turn else "") == ("", "", "")
    find_nothing(asking, lease)


def test_the_words_for_somebody_who_opted_out_stand_in_no_row(in_studio: Studio, asking: Stream, lease: Lease) -> None:
    known("Bo", has_opted_out=True)
    row = held(asking, lease)

    shown = held_item(HeldLine.objects.select_related("event").get())
    approval.approve(asking.pk, row.pk, by="Vera", text="[sad] Rather not.")
    approval.approve(asking.pk, row.pk, by="Bob", text="[sad] Rather not.")  # the same again changes nothing
    claim = take(asking, lease)

    row.refresh_from_db()
    assert (row.text, row.edited_text, Turn.objects.get().text) == ("", "", "")
    assert (shown["text"], shown["question"]) == (WORDS, "Do you like cats?")
    assert claim.approved is not None
    assert claim.approved.text == "[sad] Rather not."


def test_words_of_somebody_who_opted_out_while_their_line_waited_are_not_stored_either(
    in_studio: Studio, asking: Stream, lease: Lease
) -> None:
    viewer = known("Bo")
    row, other = held(asking, lease), held(asking, lease, "And dogs?")
    viewer.has_opted_out = True
    viewer.save()

    approval.approve(asking.pk, row.pk, by="Vera", text="[sad] Rather not.")
    approval.reject(asking.pk, other.pk, by="Vera", note="Bo again")
    claim = take(asking, lease)

    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.text, row.edited_text, other.note) == ("", "", "")
    assert "Rather not" not in Turn.objects.get(pk=row.turn_id).text
    assert claim.approved is not None
    assert claim.approved.text == "[sad] Rather not."


def test_a_dropped_approved_line_is_given_up_by_the_sweeper(in_studio: Studio, asking: Stream, lease: Lease) -> None:
    row = held(asking, lease)
    approval.approve(asking.pk, row.pk, by="Vera")

    queue.drop(asking.pk, row.event_id)
    swept()

    assert now_of(row) == ("expired", "dropped", TurnState.EXPIRED, EventState.CANCELLED)


def test_a_held_line_is_neither_pinned_nor_dropped(in_studio: Studio, asking: Stream, lease: Lease) -> None:
    row = held(asking, lease)

    with pytest.raises(Conflict, match="held"):
        queue.pin(asking.pk, row.event_id)
    with pytest.raises(Conflict):
        queue.drop(asking.pk, row.event_id)


def test_a_viewers_line_that_a_rule_asks_about_waits_before_it_may_be_answered(
    in_studio: Studio, stream: Stream, lease: Lease
) -> None:
    asks_about(stream, "password")
    event = says(stream, "What is your password?")

    row = HeldLine.objects.get()

    assert (event.state, row.turn_id, row.rule_name) == (EventState.HELD, None, "about password")
    find_nothing(stream, lease)
    approval.approve(stream.pk, row.pk, by="Vera")
    claim = take(stream, lease)
    assert (claim.event.text, claim.approved) == ("What is your password?", None)
    assert claim.event.is_let_in


def test_a_released_line_is_answered_however_long_the_decision_took(
    in_studio: Studio, stream: Stream, wait: Wait
) -> None:
    set_up(stream, approval_timeout_s=600, chat_fresh_s=30)
    asks_about(stream, "password")
    says(stream, "What is your password?")
    wait(500)

    approval.approve(stream.pk, HeldLine.objects.get().pk, by="Vera")

    assert take(stream, hold(stream)).event.text == "What is your password?"


def test_a_rejected_line_is_never_answered(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    asks_about(stream, "password")
    event = says(stream, "What is your password?")

    approval.reject(stream.pk, HeldLine.objects.get().pk, by="Vera")

    event.refresh_from_db()
    assert (event.state, event.reason) == (EventState.PASSED_OVER, "not_approved")
    find_nothing(stream, lease)


def test_where_nobody_is_asked_such_a_rule_drops_the_line(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    set_up(stream, approval="off")
    asks_about(stream, "password")

    event = says(stream, "What is your password?")

    assert (event.state, event.reason) == (EventState.PASSED_OVER, "moderated")
    assert not HeldLine.objects.exists()


def test_a_line_held_at_the_door_while_panic_holds_is_cancelled(in_studio: Studio, stream: Stream) -> None:
    asks_about(stream, "password")
    control.panic(stream.pk)

    event = says(stream, "What is your password?")

    assert (event.state, event.reason) == (EventState.CANCELLED, "panic")
    assert not HeldLine.objects.exists()


def test_docks_are_told_of_every_step_by_consecutive_versions(
    in_studio: Studio, asking: Stream, lease: Lease, wire: Wire, django_capture_on_commit_callbacks: Any
) -> None:
    row = held(asking, lease)
    before = state_of(asking).version

    with django_capture_on_commit_callbacks(execute=True):
        approval.approve(asking.pk, row.pk, by="Vera")

    frames = wire.frames(dock_group(asking.pk))
    assert [frame["version"] for frame in frames] == [before + 1, before + 2]
    assert [(frame["line"]["status"], frame["line"]["reason"]) for frame in frames] == [
        ("waiting", APPROVED), ("approved", ""),
    ]  # fmt: skip
    assert frames[1]["line"]["decided_by"] == "Vera"
    assert state_of(asking).version == before + 2


def test_a_new_dock_is_told_who_decided(in_studio: Studio, asking: Stream, lease: Lease) -> None:
    row = held(asking, lease)
    approval.reject(asking.pk, row.pk, by="Vera")

    line = next(one for one in dock_snapshot(asking.pk)["transcript"] if one["id"] == str(row.turn_id))

    assert (line["status"], line["decided_by"], line["text"]) == ("rejected", "Vera", "Cats? Always. Bye.")


def test_the_held_list_shows_question_words_rule_and_time(in_studio: Studio, asking: Stream, lease: Lease) -> None:
    row = held(asking, lease)
    done = held(asking, lease, "And dogs?", "Ann")
    approval.reject(asking.pk, done.pk, by="Vera", note="Dull")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        shown = held_of(asking.pk)

    assert len(queries) <= 5
    (one,) = shown["held"]
    assert (one["id"], one["name"], one["question"], one["text"]) == (str(row.pk), "Bo", "Do you like cats?", WORDS)
    assert dt.datetime.fromisoformat(one["expires_at"]) == row.expires_at
    (other,) = shown["recent"]
    assert (other["state"], other["decided_by"], other["note"]) == ("rejected", "Vera", "Dull")


def test_a_stream_that_asks_nobody_costs_no_query_more(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    def queries_of_a_turn() -> int:
        says(stream)
        with CaptureQueriesContext(connection) as queries:
            answer(stream, lease)
        return sum("heldline" in one["sql"] for one in queries)

    assert queries_of_a_turn() == 0
    set_up(stream, approval="everything")
    assert queries_of_a_turn() == 0


def test_the_database_keeps_a_line_from_being_held_twice_or_half_decided(
    in_studio: Studio, asking: Stream, lease: Lease
) -> None:
    row = held(asking, lease)

    with pytest.raises(IntegrityError), transaction.atomic():
        HeldLine(
            stream=asking, event=row.event, held_by=HeldBy.STREAM, held_at=row.held_at, expires_at=row.expires_at
        ).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        HeldLine.objects.filter(pk=row.pk).update(state="approved")


@pytest.mark.parametrize(("field", "value"), [("approval_timeout_s", 5), ("approval_most", 0), ("approval", "maybe")])
def test_settings_stay_within_reason(in_studio: Studio, stream: Stream, field: str, value: Any) -> None:
    setattr(stream, field, value)

    with pytest.raises(ValidationError):
        stream.full_clean()
