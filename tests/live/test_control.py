"""People's hands on the show: skip, panic, release, mute; and stage pages, of which one counts."""

from collections.abc import Callable
from typing import Any

import pytest

from streams.hints import control_group, dock_group, stage_group
from streams.models import InboxEvent, Stream
from streams.services import control, pages
from streams.services.leases import Lease
from streams.services.pages import PRIMARY_S
from tests.live.conftest import Wire
from tests.live.scenes import says, speak, state_of, take
from vtcontrol.kernel.errors import NotFound
from vtcontrol.kernel.events import EventState
from vtcontrol.tenancy.studios import Studio

Wait = Callable[[float], None]
Commit = Any


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Any) -> Commit:
    """Run what waits for the commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_a_skip_stops_the_pages_and_the_worker_and_leaves_the_queue(
    in_studio: Studio, stream: Stream, wire: Wire, commit: Commit
) -> None:
    event = says(stream)

    with commit():
        control.skip(stream.pk)

    assert wire.frames(stage_group(stream.pk)) == [{"type": "stop", "epoch": 1, "reason": "skip", "turn": None}]
    interrupt = {"type": "control.interrupt", "stream": str(stream.pk), "epoch": 1, "reason": "skip"}
    assert wire.messages(control_group(stream.pk)) == [interrupt]
    event.refresh_from_db()
    assert event.state == EventState.WAITING
    assert state_of(stream).control_epoch == 1


def test_a_skip_changes_nothing_a_dock_shows(in_studio: Studio, stream: Stream, wire: Wire, commit: Commit) -> None:
    before = state_of(stream).version

    with commit():
        control.skip(stream.pk)

    assert wire.frames(dock_group(stream.pk)) == []
    assert state_of(stream).version == before


def test_a_panic_silences_everything_and_clears_the_queue(
    in_studio: Studio, stream: Stream, wire: Wire, commit: Commit
) -> None:
    event = says(stream)

    with commit():
        control.panic(stream.pk)

    stop, state = wire.frames(stage_group(stream.pk))
    assert stop == {"type": "stop", "epoch": 1, "reason": "panic", "turn": None}
    assert state == {"type": "state", "panicked": True, "muted": False}
    assert wire.messages(control_group(stream.pk))[0]["reason"] == "panic"
    event.refresh_from_db()
    assert (event.state, event.reason) == (EventState.CANCELLED, "panic")
    assert event.decided_at is not None
    assert state_of(stream).panicked_at is not None


def test_stop_is_the_first_thing_a_page_hears_of_a_panic(
    in_studio: Studio, stream: Stream, wire: Wire, commit: Commit
) -> None:
    with commit():
        control.panic(stream.pk)

    assert wire.frames(stage_group(stream.pk))[0]["type"] == "stop"


def test_a_panic_leaves_the_event_being_answered_to_the_worker(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    event = says(stream)
    speak(lease, take(stream, lease))

    control.panic(stream.pk)

    event.refresh_from_db()
    assert event.state == EventState.TAKEN


def test_a_second_panic_raises_the_epoch_again(in_studio: Studio, stream: Stream) -> None:
    control.panic(stream.pk)
    control.panic(stream.pk)

    assert state_of(stream).control_epoch == 2


def test_docks_fetch_all_anew_when_a_panic_cancelled_lines(
    in_studio: Studio, stream: Stream, wire: Wire, commit: Commit
) -> None:
    says(stream)
    before = state_of(stream).version

    with commit():
        control.panic(stream.pk)

    (frame,) = wire.frames(dock_group(stream.pk))
    assert frame["version"] == state_of(stream).version == before + 2


def test_a_release_ends_the_panic_and_wakes_the_worker(
    in_studio: Studio, stream: Stream, wire: Wire, started: list[Any], commit: Commit
) -> None:
    control.panic(stream.pk)

    with commit():
        control.release(stream.pk)

    assert state_of(stream).panicked_at is None
    assert wire.frames(stage_group(stream.pk)) == [{"type": "state", "panicked": False, "muted": False}]
    assert wire.frames(dock_group(stream.pk))[-1]["state"]["panicked"] is False
    assert [name for name, _ in started] == ["live.perform"]


@pytest.mark.parametrize("is_muted", [True, False])
def test_mute_is_told_to_pages_and_docks(
    in_studio: Studio, stream: Stream, wire: Wire, commit: Commit, is_muted: bool
) -> None:
    with commit():
        control.mute(stream.pk, is_muted=is_muted)

    assert wire.frames(stage_group(stream.pk)) == [{"type": "state", "panicked": False, "muted": is_muted}]
    assert wire.frames(dock_group(stream.pk))[-1]["state"]["muted"] is is_muted
    assert state_of(stream).is_muted is is_muted


def test_nobody_lays_hands_on_another_studios_stream(
    in_studio: Studio, stream: Stream, other_stream: Stream, wire: Wire, commit: Commit
) -> None:
    with commit():
        for hand in (control.skip, control.panic, control.release):
            with pytest.raises(NotFound):
                hand(other_stream.pk)
        with pytest.raises(NotFound):
            control.mute(other_stream.pk, is_muted=True)

    assert wire.sent == []


def test_one_page_is_primary_until_it_leaves(in_studio: Studio, stream: Stream) -> None:
    assert pages.claim_primary(stream.pk, "first")
    assert not pages.claim_primary(stream.pk, "second")
    assert pages.claim_primary(stream.pk, "first")

    pages.leave_primary(stream.pk, "second")
    assert not pages.claim_primary(stream.pk, "second")
    pages.leave_primary(stream.pk, "first")
    assert pages.claim_primary(stream.pk, "second")


def test_a_page_that_fell_silent_loses_its_place(in_studio: Studio, stream: Stream, wait: Wait) -> None:
    pages.claim_primary(stream.pk, "first")

    wait(PRIMARY_S - 1)
    assert not pages.claim_primary(stream.pk, "second")
    wait(2)
    assert pages.claim_primary(stream.pk, "second")
    assert not pages.claim_primary(stream.pk, "first")


def test_docks_see_stage_pages_come_and_go(in_studio: Studio, stream: Stream, wire: Wire, commit: Commit) -> None:
    with commit():
        pages.claim_primary(stream.pk, "first")
    with commit():
        pages.claim_primary(stream.pk, "first")
    with commit():
        pages.leave_primary(stream.pk, "first")

    frames = wire.frames(dock_group(stream.pk))
    assert [frame["state"]["stage_pages"] for frame in frames] == [1, 0]


def test_a_first_page_warms_the_worker(in_studio: Studio, stream: Stream, started: list[Any], commit: Commit) -> None:
    with commit():
        pages.claim_primary(stream.pk, "first")
        pages.claim_primary(stream.pk, "first")

    assert [name for name, _ in started] == ["live.perform"]


def test_what_a_panic_cancelled_is_not_answered_after_the_release(
    in_studio: Studio, stream: Stream, lease: Lease
) -> None:
    says(stream)
    control.panic(stream.pk)
    control.release(stream.pk)
    after = says(stream, "And now?", "Ann")

    assert take(stream, lease).event.id == after.pk
    assert InboxEvent.objects.filter(state=EventState.CANCELLED).count() == 1
