"""The queue in people's hands: what it shows, pinning, dropping, undoing, words put into the character's mouth."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from memory.models import Utterance
from relationships.models import Viewer
from streams.hints import dock_group
from streams.models import DirectorNote, InboxEvent, Stream
from streams.selectors.queue import queue_of
from streams.selectors.state import dock_snapshot
from streams.services import control, queue, viewers
from streams.services.leases import Lease
from tests.factories.relationships import make_identity, make_viewer
from tests.factories.streams import make_rule
from tests.live.conftest import Wire
from tests.live.dock import Dock
from tests.live.scenes import answer, arrive, chat, end, find_nothing, says, speak, state_of, take
from vtcontrol.kernel.errors import Conflict, InputInvalid, NotFound
from vtcontrol.kernel.events import EventKind, EventState
from vtcontrol.kernel.ids import uuid7

pytestmark = pytest.mark.usefixtures("in_studio")


def test_words_that_panic_cancelled_are_not_said_under_the_same_key(stream: Stream) -> None:
    queue.say(stream.pk, "Hello!", key="one")
    control.panic(stream.pk)
    control.release(stream.pk)

    with pytest.raises(Conflict, match="cancelled"):
        queue.say(stream.pk, "Hello!", key="one")


def test_the_queue_stands_in_the_order_triage_takes_it(stream: Stream, lease: Lease) -> None:
    for text, author in (("nice", "Ann"), ("what is this?", "Ben"), ("Mira, hi", "Cid")):
        says(stream, text, author)
    shown = queue_of(stream.pk)["waiting"]

    taken = [take_and_end(stream, lease) for _ in shown]

    assert [row["text"] for row in shown] == taken
    assert shown[0]["rank"] == "direct"
    assert all(row["expires_at"] > row["at"] for row in shown)


def take_and_end(stream: Stream, lease: Lease) -> str:
    turn = answer(stream, lease)
    return InboxEvent.objects.get(turns=turn).text


def test_lines_of_somebody_who_opted_out_stand_where_triage_takes_them(stream: Stream, lease: Lease) -> None:
    make_identity(make_viewer(has_opted_out=True))
    lines = [says(stream, text, author_id="1001") for text in ("Mira, hi", "Mira, what is this?", "nice")]

    shown = queue_of(stream.pk)["waiting"]

    assert {row["id"]: row["rank"] for row in shown} == {
        str(line.pk): name for line, name in zip(lines, ("direct", "direct", "chatter"), strict=True)
    }
    assert {row["text"] for row in shown} == {""}
    assert shown[0]["id"] == str(take(stream, lease).event.id)


def test_a_busy_queue_says_what_holds_a_line_back(stream: Stream, lease: Lease) -> None:
    says(stream, "hello", "Bo")
    answer(stream, lease)
    arrive(stream, *(chat(f"line {number}", f"viewer {number}") for number in range(12)))

    says(stream, "and again", "Bo")

    held = next(row for row in queue_of(stream.pk)["waiting"] if row["text"] == "and again")
    assert held["held_by"] == "viewer_cooldown"
    assert dt.datetime.fromisoformat(held["eligible_at"]) > timezone.now()


def test_a_flood_is_counted_not_listed(stream: Stream, django_assert_max_num_queries: Any) -> None:
    arrive(stream, *(chat(f"line {number}?", f"viewer {number}") for number in range(300)))
    queue_of(stream.pk)

    with django_assert_max_num_queries(10):
        shown = queue_of(stream.pk)

    assert shown["total"] == 300
    assert len(shown["waiting"]) <= 40


def test_what_was_passed_over_stands_there_with_its_reason(
    stream: Stream, lease: Lease, wait: Callable[..., None]
) -> None:
    says(stream, "old news", "Bo")
    wait(300)
    find_nothing(stream, lease)

    shown = queue_of(stream.pk)

    assert [(row["text"], row["status"], row["reason"]) for row in shown["recent"]] == [
        ("old news", "expired", "stale")
    ]
    assert shown["recent_counts"] == [{"state": "expired", "reason": "stale", "count": 1}]


def test_a_pinned_line_is_answered_next(stream: Stream, lease: Lease) -> None:
    late = says(stream, "nice", "Ann")
    says(stream, "Mira, hi", "Cid", kind=EventKind.DONATION)

    queue.pin(stream.pk, late.pk)

    assert queue_of(stream.pk)["waiting"][0]["is_pinned"]
    assert take(stream, lease).event.id == late.pk


def test_pins_are_answered_in_the_order_they_were_made(stream: Stream, lease: Lease, wait: Callable[..., None]) -> None:
    first, second = says(stream, "one", "Ann"), says(stream, "two", "Ben")
    queue.pin(stream.pk, second.pk)
    wait(1)
    queue.pin(stream.pk, first.pk)

    assert [take_and_end(stream, lease) for _ in range(2)] == ["two", "one"]


def test_a_passed_over_line_is_answered_after_all(stream: Stream, lease: Lease, wait: Callable[..., None]) -> None:
    event = says(stream, "old news", "Bo")
    wait(300)
    find_nothing(stream, lease)

    queue.pin(stream.pk, event.pk)

    assert take(stream, lease).event.id == event.pk


def test_a_line_that_was_just_taken_cannot_be_pinned_or_dropped(stream: Stream, lease: Lease) -> None:
    event = says(stream)
    claim = take(stream, lease)
    speak(lease, claim)

    with pytest.raises(Conflict, match="right now"):
        queue.pin(stream.pk, event.pk)
    with pytest.raises(Conflict, match="Skip it instead"):
        queue.drop(stream.pk, event.pk)
    assert InboxEvent.objects.get(pk=event.pk).state == EventState.TAKEN


def test_an_answered_line_is_not_answered_again(stream: Stream, lease: Lease) -> None:
    event = says(stream)
    answer(stream, lease)

    with pytest.raises(Conflict, match="already"):
        queue.pin(stream.pk, event.pk)


def test_what_moderation_took_out_stays_out(stream: Stream) -> None:
    event = says(stream)
    InboxEvent.objects.filter(pk=event.pk).update(state=EventState.PASSED_OVER, reason="moderated")

    with pytest.raises(Conflict, match="Moderation"):
        queue.pin(stream.pk, event.pk)


def test_unpinning_leaves_the_line_to_triage(stream: Stream, lease: Lease) -> None:
    plain, direct = says(stream, "nice", "Ann"), says(stream, "Mira, hi", "Cid")
    queue.pin(stream.pk, plain.pk)

    queue.unpin(stream.pk, plain.pk)

    assert take(stream, lease).event.id == direct.pk


def test_a_dropped_line_is_never_answered_unless_it_is_put_back(stream: Stream, lease: Lease) -> None:
    event = says(stream)

    queue.drop(stream.pk, event.pk)
    find_nothing(stream, lease)
    row = InboxEvent.objects.get(pk=event.pk)
    queue.restore(stream.pk, event.pk)

    assert (row.state, row.reason) == (EventState.CANCELLED, "dropped")
    assert take(stream, lease).event.id == event.pk


def test_repeating_a_hand_changes_nothing(stream: Stream) -> None:
    event = says(stream)
    for hand in (queue.pin, queue.unpin, queue.drop, queue.restore):
        hand(stream.pk, event.pk)
        version = state_of(stream).version
        hand(stream.pk, event.pk)
        assert state_of(stream).version == version


def test_only_what_was_dropped_is_put_back(stream: Stream, lease: Lease) -> None:
    event = says(stream)
    answer(stream, lease)

    with pytest.raises(Conflict, match="not dropped"):
        queue.restore(stream.pk, event.pk)


@pytest.mark.parametrize("hand", [queue.pin, queue.unpin, queue.drop, queue.restore])
def test_a_strange_event_is_not_there(hand: Callable[..., Any], stream: Stream) -> None:
    with pytest.raises(NotFound):
        hand(stream.pk, uuid7())


def test_docks_that_listened_show_what_a_new_one_shows(
    stream: Stream, lease: Lease, wire: Wire, django_capture_on_commit_callbacks: Any
) -> None:
    event = says(stream)
    dock = Dock(lambda: dock_snapshot(stream.pk))

    with django_capture_on_commit_callbacks(execute=True):
        for hand in (queue.pin, queue.drop, queue.restore, queue.pin):
            hand(stream.pk, event.pk)
    dock.receive(wire.frames(dock_group(stream.pk)))

    assert dock.gaps == 0
    assert dock.differences(dock_snapshot(stream.pk)) == []
    assert dock.lines[str(event.pk)]["is_pinned"]


def test_the_directors_words_come_before_everything(stream: Stream, lease: Lease) -> None:
    says(stream, "Mira, hi", "Cid", kind=EventKind.DONATION)

    said = queue.say(stream.pk, "[joy] We are back!", key="k", name="Olga")

    claim = take(stream, lease)
    assert claim.event.id == said.id
    assert claim.prompt.brief.text == "[joy] We are back!"
    assert claim.note_ids == ()
    line = next(one for one in dock_snapshot(stream.pk)["transcript"] if one["id"] == str(said.id))
    assert (line["who"], line["name"], line["text"]) == ("director", "Olga", "[joy] We are back!")


def test_the_directors_words_are_no_viewers_words(stream: Stream, lease: Lease) -> None:
    queue.say(stream.pk, "We are back!", key="k", name="Olga")
    claim = take(stream, lease)
    speak(lease, claim, "We are back!")
    end(stream, lease, claim)

    assert [one.speaker for one in Utterance.objects.all()] == ["character"]
    assert not Viewer.objects.exists()


def test_rules_for_the_chat_do_not_bind_the_director(stream: Stream, lease: Lease) -> None:
    make_rule(scope="in")

    queue.say(stream.pk, "A spoiler is coming.", key="k")

    assert take(stream, lease).event.text == "A spoiler is coming."


def test_nothing_is_said_or_pinned_while_panic_holds(stream: Stream) -> None:
    event = says(stream)
    control.panic(stream.pk)

    with pytest.raises(Conflict, match="Panic"):
        queue.say(stream.pk, "Hello", key="k")
    with pytest.raises(Conflict, match="Panic"):
        queue.pin(stream.pk, event.pk)


@pytest.mark.parametrize("text", ["", "   ", "x" * 1001])
def test_words_that_cannot_be_said_are_refused(text: str, stream: Stream) -> None:
    with pytest.raises(InputInvalid):
        queue.say(stream.pk, text, key="k")


def test_a_muted_viewer_is_passed_over_and_answered_again_later(stream: Stream, lease: Lease, wait: Any) -> None:
    event = says(stream, "first", "Bo")
    viewers.mute_viewer(stream.pk, event.viewer_id, minutes=10)
    during = says(stream, "second", "Bo")
    wait(601)
    after = says(stream, "third", "Bo")

    event.refresh_from_db()
    assert (event.state, event.reason) == (EventState.PASSED_OVER, "ignored_viewer")
    assert (during.state, during.reason) == (EventState.PASSED_OVER, "ignored_viewer")
    assert after.state == EventState.WAITING


def test_muting_without_an_end_holds_until_unmuted(stream: Stream, wait: Any) -> None:
    event = says(stream, "first", "Bo")
    viewers.mute_viewer(stream.pk, event.viewer_id, minutes=None)
    wait(86_400)

    assert says(stream, "second", "Bo").state == EventState.PASSED_OVER
    viewers.unmute_viewer(stream.pk, event.viewer_id)
    assert says(stream, "third", "Bo").state == EventState.WAITING


def test_docks_are_told_of_everything_a_mute_passes_over(
    stream: Stream, wire: Wire, django_capture_on_commit_callbacks: Any
) -> None:
    event = says(stream, "one?", "Bo")
    arrive(stream, *(chat(f"line {number}?", "Bo") for number in range(30)))
    dock = Dock(lambda: dock_snapshot(stream.pk))

    with django_capture_on_commit_callbacks(execute=True):
        viewers.mute_viewer(stream.pk, event.viewer_id, minutes=5)
    dock.receive(one for one in wire.frames(dock_group(stream.pk)) if "version" in one)

    assert dock.differences(dock_snapshot(stream.pk)) == []


def test_a_note_stands_on_top_of_the_card_once(stream: Stream) -> None:
    viewer_id = says(stream, "hi", "Bo").viewer_id
    for _ in range(2):
        viewers.note_viewer(stream.pk, viewer_id, "Plays  the cello.", never_mention=False)
    viewers.note_viewer(stream.pk, viewer_id, "Moved to Riga.", never_mention=False)
    viewers.note_viewer(stream.pk, viewer_id, "The exam.", never_mention=True)

    viewer = Viewer.objects.get(pk=viewer_id)
    assert viewer.notes == "Moved to Riga.\nPlays the cello."
    assert viewer.never_mention == "The exam."


def test_nothing_is_written_about_whoever_opted_out(stream: Stream) -> None:
    viewer = Viewer(name="Bo", has_opted_out=True)
    viewer.save()

    with pytest.raises(Conflict, match="not to be remembered"):
        viewers.note_viewer(stream.pk, viewer.pk, "Plays the cello.", never_mention=False)


def test_a_directors_note_steers_the_next_lines(stream: Stream, lease: Lease) -> None:
    note_id = viewers.note_stream(stream.pk, "Mention the charity drive.", lines=2)
    says(stream)

    assert take(stream, lease).note_ids == (note_id,)
    assert DirectorNote.objects.get(pk=note_id).turns_left == 2
