"""What moderators take back on a platform: what waits is cancelled, what is being answered stops, the rest stays."""

from typing import Any

import pytest

from memory.models import Utterance
from streams.domain.lines import TOLD_MOST
from streams.hints import control_group, dock_group, stage_group
from streams.models import InboxEvent, Stream
from streams.services.deletions import Deletion, take_back
from streams.services.leases import Lease
from tests.factories.relationships import make_identity, make_viewer
from tests.live.conftest import Wire
from tests.live.scenes import arrive, chat, end, find_nothing, inherit, says, speak, state_of, take
from vtcontrol.kernel.errors import InputInvalid, Interrupted
from vtcontrol.kernel.events import EventKind, EventState
from vtcontrol.tenancy.studios import Studio


def one(platform_id: str) -> Deletion:
    return Deletion("twitch", platform_id=platform_id)


def state_and_reason(event: InboxEvent) -> tuple[str, str]:
    event.refresh_from_db()
    return event.state, event.reason


def test_a_deleted_message_is_not_answered(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    event, other = says(stream, "first", "Bo"), says(stream, "second", "Zoe")

    met = take_back(stream.pk, one(event.platform_id))

    assert met == 1
    assert state_and_reason(event) == (EventState.CANCELLED, "deleted")
    assert event.decided_at is not None
    assert take(stream, lease).event.id == other.pk


def test_a_deleted_message_of_somebody_who_opted_out_is_not_answered(
    in_studio: Studio, stream: Stream, lease: Lease
) -> None:
    make_identity(make_viewer(has_opted_out=True))
    event = says(stream, "first", author_id="1001", platform_id="message-1")

    met = take_back(stream.pk, one("message-1"))

    assert event.platform_id != "message-1"
    assert met == 1
    assert state_and_reason(event) == (EventState.CANCELLED, "deleted")
    find_nothing(stream, lease)


def test_a_banned_viewers_lines_go_and_everybody_elses_stay(in_studio: Studio, stream: Stream) -> None:
    mine = [says(stream, f"line {number}", "Bo") for number in range(3)]
    elsewhere = says(stream, "hello", "Bo", platform="youtube")
    other = says(stream, "hello", "Zoe")

    met = take_back(stream.pk, Deletion("twitch", author_id="id-bo"))

    assert met == 3
    assert {state_and_reason(event) for event in mine} == {(EventState.CANCELLED, "deleted")}
    assert {event.state for event in (elsewhere, other) if event.refresh_from_db() is None} == {EventState.WAITING}


def test_a_cleared_chat_takes_everything_of_the_platform(in_studio: Studio, stream: Stream) -> None:
    says(stream, "one", "Bo")
    says(stream, "two", "Zoe", kind=EventKind.DONATION)
    stays = says(stream, "three", "Kim", platform="dock")

    assert take_back(stream.pk, Deletion("twitch")) == 2

    assert state_and_reason(stays) == (EventState.WAITING, "")


def test_a_message_that_is_being_answered_stops_the_turn(
    in_studio: Studio, stream: Stream, lease: Lease, wire: Wire, django_capture_on_commit_callbacks: Any
) -> None:
    event = says(stream)
    claim = take(stream, lease)
    speak(lease, claim)

    with django_capture_on_commit_callbacks(execute=True):
        take_back(stream.pk, one(event.platform_id))

    stop = wire.frames(stage_group(stream.pk))[-1]
    interrupt = wire.messages(control_group(stream.pk))[-1]
    assert (stop["type"], stop["reason"]) == ("stop", "deleted")
    assert (interrupt["type"], interrupt["reason"]) == ("control.interrupt", "deleted")
    assert interrupt["epoch"] == stop["epoch"] == claim.epoch + 1
    with pytest.raises(Interrupted) as interrupted:
        speak(lease, claim, "And another thing.", is_first=False)
    assert interrupted.value.reason == "deleted"


def test_other_deletions_do_not_stop_the_turn(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    says(stream, "answer me", "Bo")
    claim = take(stream, lease)
    waiting = says(stream, "second", "Zoe")

    take_back(stream.pk, one(waiting.platform_id))
    take_back(stream.pk, Deletion("twitch", author_id="id-kim"))

    assert state_of(stream).control_epoch == claim.epoch
    speak(lease, claim)


def test_what_was_answered_already_stays_so(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    event = says(stream)
    claim = take(stream, lease)
    speak(lease, claim)
    end(stream, lease, claim)

    assert take_back(stream.pk, one(event.platform_id)) == 0

    assert state_and_reason(event) == (EventState.ANSWERED, "")
    assert state_of(stream).control_epoch == claim.epoch


def test_a_deletion_outlives_the_worker_that_was_thinking(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    event = says(stream)
    take(stream, lease)
    take_back(stream.pk, one(event.platform_id))

    heir = inherit(stream)

    assert state_and_reason(event) == (EventState.CANCELLED, "deleted")
    find_nothing(stream, heir)


def test_a_deletion_twice_is_one(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    event = says(stream)

    assert [take_back(stream.pk, one(event.platform_id)) for _ in range(2)] == [1, 0]


def test_the_same_id_on_another_stream_or_platform_is_not_meant(
    in_studio: Studio, stream: Stream, other_stream: Stream
) -> None:
    event = says(stream, platform_id="7", platform="youtube")

    assert take_back(stream.pk, one("7")) == 0
    assert take_back(other_stream.pk, Deletion("youtube", platform_id="7")) == 0
    assert state_and_reason(event) == (EventState.WAITING, "")


def test_a_deletion_names_its_platform(in_studio: Studio, stream: Stream) -> None:
    with pytest.raises(InputInvalid):
        take_back(stream.pk, Deletion(""))


@pytest.mark.parametrize("count", [2, TOLD_MOST + 5])
def test_docks_are_told_with_versions_they_can_follow(
    in_studio: Studio, stream: Stream, wire: Wire, count: int, django_capture_on_commit_callbacks: Any
) -> None:
    arrive(stream, *(chat(f"line {number}") for number in range(count)))
    before = state_of(stream).version

    with django_capture_on_commit_callbacks(execute=True):
        take_back(stream.pk, Deletion("twitch", author_id="id-bo"))

    frames = wire.frames(dock_group(stream.pk))
    lines = [frame for frame in frames if frame["type"] == "line"]
    gap = count > TOLD_MOST
    assert [frame["version"] for frame in frames] == list(range(before + 1 + gap, before + len(frames) + 1 + gap))
    assert frames[-1]["type"] == "state"
    assert frames[-1]["state"]["waiting"] == 0
    assert {(line["line"]["status"], line["line"]["reason"]) for line in lines} == {("cancelled", "deleted")}
    assert state_of(stream).version == frames[-1]["version"]


def test_words_that_were_taken_back_become_no_history(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    event = says(stream, "my address is 7 Elm Street")
    claim = take(stream, lease)
    speak(lease, claim)
    take_back(stream.pk, one(event.platform_id))

    turn = end(stream, lease, claim, state="cut", reason="deleted", event_reason="cut_short")

    assert turn.reason == "deleted"
    assert list(Utterance.objects.values_list("speaker", flat=True)) == ["character"]
