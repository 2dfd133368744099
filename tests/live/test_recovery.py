"""After a crash: what reached ears is never spoken again, what did not is tried once more, and nobody is forgotten."""

from collections.abc import Callable
from typing import Any

import pytest
from celery import current_app
from django.core.cache import cache

from streams.models import InboxEvent, Stream, Turn, TurnState
from streams.services import control, leases, recovery
from streams.services.broadcasts import IDLE, close_idle_broadcasts
from streams.services.leases import Lease
from streams.services.recovery import streams_in_need
from streams.services.sweeping import looks
from tests.factories.streams import make_stream
from tests.factories.tenancy import make_webhook
from tests.live.scenes import (
    HEIR,
    answer,
    arrive,
    chat,
    find_nothing,
    hold,
    inherit,
    let_expire,
    says,
    speak,
    state_of,
    take,
)
from vtcontrol.kernel.events import EventState
from vtcontrol.tenancy.scope import studio_scope, unscoped
from vtcontrol.tenancy.studios import Studio

Wait = Callable[[float], None]


def test_a_turn_that_reached_ears_is_closed_and_never_spoken_again(
    in_studio: Studio, stream: Stream, lease: Lease
) -> None:
    event = says(stream)
    speak(lease, take(stream, lease))

    heirs = inherit(stream)

    turn = Turn.objects.get()
    assert (turn.state, turn.reason) == (TurnState.CUT, "worker_lost")
    assert turn.finished_at is not None
    event.refresh_from_db()
    assert (event.state, event.reason) == (EventState.ANSWERED, "cut_short")
    assert event.decided_at is not None
    find_nothing(stream, heirs)


def test_a_turn_nobody_heard_is_tried_once_more_and_then_given_up(
    in_studio: Studio, stream: Stream, lease: Lease
) -> None:
    event = says(stream)
    take(stream, lease)

    heirs = inherit(stream)
    event.refresh_from_db()
    assert (event.state, event.reason, event.decided_at) == (EventState.WAITING, "", None)
    again = take(stream, heirs)
    let_expire(stream)
    third = hold(stream, "worker-3")
    recovery.recover(third)

    event.refresh_from_db()
    assert (event.state, event.reason, event.attempts) == (EventState.FAILED, "worker_lost", 2)
    find_nothing(stream, third)
    assert set(Turn.objects.values_list("state", "reason")) == {(TurnState.FAILED, "worker_lost")}
    assert again.event.id == event.pk


def test_what_a_crash_left_is_not_retried_when_it_is_stale(
    in_studio: Studio, stream: Stream, lease: Lease, wait: Wait
) -> None:
    event = says(stream)
    take(stream, lease)
    wait(stream.chat_fresh_s + 1)

    find_nothing(stream, inherit(stream))

    event.refresh_from_db()
    assert (event.state, event.reason) == (EventState.EXPIRED, "stale")


def test_after_a_crash_the_next_event_is_answered(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    says(stream)
    speak(lease, take(stream, lease))
    next_event = says(stream, "And dogs?", "Ann")

    turn = answer(stream, inherit(stream))

    assert turn.event_id == next_event.pk
    assert turn.state == TurnState.HEARD


def test_an_event_that_was_decided_meanwhile_stays_decided(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    event = says(stream)
    take(stream, lease)
    InboxEvent.objects.update(state=EventState.CANCELLED, reason="deleted")

    inherit(stream)

    event.refresh_from_db()
    assert (event.state, event.reason) == (EventState.CANCELLED, "deleted")


def test_recovery_leaves_finished_turns_alone(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    says(stream)
    turn = answer(stream, lease)

    inherit(stream)

    assert Turn.objects.get().state == turn.state == TurnState.HEARD


def test_docks_are_told_what_a_crash_left_behind(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    event = says(stream)
    claim = take(stream, lease)
    speak(lease, claim)
    before = state_of(stream).version
    let_expire(stream)

    frames = recovery.recover(hold(stream, HEIR))

    assert [frame["version"] for frame in frames] == list(range(before + 1, before + 4))
    told = {frame["line"]["id"]: frame["line"]["status"] for frame in frames if frame["type"] == "line"}
    assert told == {str(event.pk): "answered", str(claim.turn_id): "cut"}
    assert frames[-1]["state"]["speaking_turn"] is None


@pytest.fixture
def needy(in_studio: Studio) -> Callable[[], list[Any]]:
    """The streams the sweeper would wake."""

    def find() -> list[Any]:
        with unscoped("the sweeper's own view"):
            return [stream_id for _, stream_id in streams_in_need()]

    return find


def test_a_stream_with_waiting_events_and_no_worker_is_found(stream: Stream, needy: Callable[[], list[Any]]) -> None:
    assert needy() == []

    says(stream)

    assert needy() == [stream.pk]


def test_a_stream_whose_worker_lives_is_left_to_it(stream: Stream, needy: Callable[[], list[Any]]) -> None:
    says(stream)
    lease = hold(stream)
    assert needy() == []

    let_expire(stream)
    assert needy() == [stream.pk]

    leases.release(lease)
    assert needy() == [stream.pk]


def test_a_turn_left_open_is_found_even_when_nothing_waits(stream: Stream, needy: Callable[[], list[Any]]) -> None:
    says(stream)
    lease = hold(stream)
    speak(lease, take(stream, lease))
    let_expire(stream)

    assert needy() == [stream.pk]


def test_a_stream_that_may_not_speak_is_not_woken(
    in_studio: Studio, stream: Stream, needy: Callable[[], list[Any]]
) -> None:
    says(stream)

    control.panic(stream.pk)
    says(stream)
    assert needy() == []

    control.release(stream.pk)
    says(stream)
    assert needy() == [stream.pk]

    stream.is_enabled = False
    stream.save()
    assert needy() == []

    stream.is_enabled = True
    stream.save()
    in_studio.is_active = False
    in_studio.save()
    assert needy() == []


def test_a_stream_with_a_thousand_waiting_events_is_woken_once(stream: Stream, needy: Callable[[], list[Any]]) -> None:
    arrive(stream, *(chat(f"line {number}") for number in range(1000)))

    assert needy() == [stream.pk]


def test_the_sweeper_wakes_each_stream_in_its_studios_name(
    studio: Studio,
    other_studio: Studio,
    stream: Stream,
    other_stream: Stream,
    started: list[tuple[str, dict[str, Any]]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    for home, one in ((studio, stream), (other_studio, other_stream)):
        with studio_scope(home.pk):
            says(one)
    started.clear()

    with django_capture_on_commit_callbacks(execute=True):
        sweep()

    assert sorted(started, key=str) == sorted(
        [
            ("live.perform", {"stream_id": str(stream.pk), "studio_id": str(studio.pk)}),
            ("live.perform", {"stream_id": str(other_stream.pk), "studio_id": str(other_studio.pk)}),
        ],
        key=str,
    )


def sweep(*, has_room: bool = True) -> None:
    """What a live worker does every two seconds."""
    for look in looks(has_room=has_room):
        look()


def test_a_worker_without_room_wakes_nobody(
    in_studio: Studio,
    stream: Stream,
    started: list[tuple[str, dict[str, Any]]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    says(stream)
    started.clear()

    with django_capture_on_commit_callbacks(execute=True):
        sweep(has_room=False)
    assert started == []
    with django_capture_on_commit_callbacks(execute=True):
        sweep()
    assert [name for name, _ in started] == ["live.perform"]


def test_while_redis_is_away_nobody_is_woken(
    in_studio: Studio, stream: Stream, started: list[tuple[str, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any, **_options: Any) -> bool:
        raise ConnectionError

    says(stream)
    started.clear()
    monkeypatch.setattr(cache, "add", refuse)

    assert looks(has_room=True) == ()


def test_of_all_workers_one_sweeps_at_a_time(
    in_studio: Studio,
    stream: Stream,
    started: list[tuple[str, dict[str, Any]]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    says(stream)
    started.clear()

    with django_capture_on_commit_callbacks(execute=True):
        sweep()
        sweep()

    assert [name for name, _ in started] == ["live.perform"]


def test_the_sweep_has_webhooks_told_where_there_is_one(in_studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(current_app.tasks["upkeep.webhooks"], "apply_async", lambda **options: asked.append(options))

    sweep()
    assert asked == []

    hook = make_webhook(is_enabled=False)
    cache.clear()  # time goes by
    sweep()
    assert asked == []

    hook.is_enabled = True
    hook.save()
    cache.clear()
    sweep()
    assert len(asked) == 1


def test_the_sweeper_ends_broadcasts_nobody_is_at_any_more(
    in_studio: Studio, stream: Stream, lease: Lease, wait: Wait
) -> None:
    says(stream)
    answer(stream, lease)
    broadcast = stream.broadcasts.get()

    wait(IDLE.total_seconds() - 60)
    assert close_idle_broadcasts() == 0
    wait(120)
    assert close_idle_broadcasts() == 1

    broadcast.refresh_from_db()
    assert broadcast.ended_at is not None
    says(stream, "Is anybody here?", "Ann")
    assert stream.broadcasts.count() == 2


def test_a_stream_made_while_others_run_has_its_live_state(in_studio: Studio, stream: Stream) -> None:
    other = make_stream(stream.persona, name="Second stage")

    assert hold(other).fence == 1
    assert hold(stream).fence == 1
