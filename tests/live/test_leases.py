"""The lease: one worker a stream, told apart by a fencing token; whoever lost it cannot write a word."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from streams.models import Segment, Stream, StreamState, Turn, TurnState
from streams.services import leases, recovery, turns
from streams.services.leases import LEASE_S, RENEW_S, Lease
from tests.factories.personas import make_character
from tests.factories.streams import make_stream
from tests.factories.tenancy import make_studio
from tests.live.scenes import (
    HEIR,
    WORKER,
    config_of,
    hold,
    let_expire,
    renewed,
    report,
    says,
    speak,
    state_of,
    take,
)
from vtcontrol.kernel.errors import LeaseLost
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

Wait = Callable[[float], None]


def test_a_lease_is_taken_once(in_studio: Studio, stream: Stream) -> None:
    mine = hold(stream)

    assert leases.acquire(stream.pk, HEIR) is None
    assert mine == Lease(stream.pk, WORKER, 1)


def test_a_lease_runs_out_unless_it_is_renewed(in_studio: Studio, stream: Stream, wait: Wait) -> None:
    mine = hold(stream)
    for _ in range(10):
        wait(RENEW_S)
        leases.renew(mine)
    assert leases.acquire(stream.pk, HEIR) is None

    wait(LEASE_S + 1)

    heirs = leases.acquire(stream.pk, HEIR)
    assert heirs is not None
    assert heirs.fence > mine.fence


def test_a_lease_may_miss_a_renewal(in_studio: Studio, stream: Stream, wait: Wait) -> None:
    hold(stream)

    wait(2 * RENEW_S)

    assert leases.acquire(stream.pk, HEIR) is None


def test_a_lease_that_was_given_back_is_free(in_studio: Studio, stream: Stream) -> None:
    leases.release(hold(stream))

    assert leases.acquire(stream.pk, HEIR) is not None


def test_the_same_worker_takes_its_lease_anew_with_a_new_fence(in_studio: Studio, stream: Stream) -> None:
    before, after = hold(stream), hold(stream)

    assert after.fence > before.fence
    with pytest.raises(LeaseLost):
        leases.renew(before)


def test_whoever_lost_the_lease_cannot_give_away_the_heirs(in_studio: Studio, stream: Stream) -> None:
    mine = hold(stream)
    let_expire(stream)
    heirs = hold(stream, HEIR)

    leases.release(mine)

    leases.renew(heirs)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_one_gets_the_lease(in_studio: Studio, stream: Stream) -> None:
    def try_it(number: int) -> Lease | None:
        try:
            with studio_scope(in_studio.pk):
                return leases.acquire(stream.pk, f"worker-{number}")
        finally:
            connection.close()

    for _ in range(3):
        let_expire(stream)
        with ThreadPoolExecutor(6) as threads:
            won = [lease for lease in threads.map(try_it, range(12)) if lease]

        assert len(won) == 1
        assert state_of(stream).lease_owner == won[0].owner


def test_a_worker_renews_all_its_leases_at_once_over_all_studios(
    studio: Studio, other_studio: Studio, stream: Stream, other_stream: Stream, wait: Wait
) -> None:
    held = {}
    for home, one in ((studio, stream), (other_studio, other_stream)):
        with studio_scope(home.pk):
            held[one.pk] = hold(one).fence
    wait(LEASE_S - 1)

    standings = leases.renew_all(WORKER, held)

    assert standings.keys() == held.keys()
    wait(LEASE_S - 1)
    with studio_scope(other_studio.pk):
        assert leases.acquire(other_stream.pk, HEIR) is None


def test_a_lease_that_was_lost_is_missing_from_the_renewal(in_studio: Studio, stream: Stream) -> None:
    mine = hold(stream)
    let_expire(stream)
    hold(stream, HEIR)

    standings = leases.renew_all(WORKER, {stream.pk: mine.fence, uuid7(): 3})

    assert standings == {}
    assert state_of(stream).lease_owner == HEIR


def test_a_renewal_with_an_old_fence_does_not_count(in_studio: Studio, stream: Stream) -> None:
    old = hold(stream)
    hold(stream)

    assert leases.renew_all(WORKER, {stream.pk: old.fence}) == {}


def test_a_renewal_tells_the_epoch_and_whether_panic_holds(in_studio: Studio, stream: Stream) -> None:
    from streams.services import control

    mine = hold(stream)
    control.skip(stream.pk)
    control.panic(stream.pk)

    assert leases.renew(mine) == leases.Standing(epoch=2, is_panicked=True)
    assert leases.renew_all(WORKER, {stream.pk: mine.fence}) == {stream.pk: leases.Standing(2, is_panicked=True)}


def test_an_embedded_start_frees_every_lease(in_studio: Studio, stream: Stream) -> None:
    hold(stream)

    assert leases.release_all() == 1

    assert leases.acquire(stream.pk, HEIR) is not None


def test_whoever_lost_the_lease_can_neither_claim_speak_nor_finish(in_studio: Studio, stream: Stream) -> None:
    says(stream)
    says(stream, "And dogs?", "Ann")
    mine = hold(stream)
    claim = take(stream, mine)
    let_expire(stream)
    hold(stream, HEIR)
    before = state_of(stream)

    with pytest.raises(LeaseLost):
        speak(mine, claim)
    with pytest.raises(LeaseLost):
        turns.finish(mine, config_of(stream), report(claim))
    with pytest.raises(LeaseLost):
        turns.claim(mine, config_of(stream))
    with pytest.raises(LeaseLost):
        recovery.recover(mine)

    turn = Turn.objects.get()
    assert (turn.state, turn.text) == (TurnState.PREPARING, "")
    assert not Segment.objects.exists()
    after = state_of(stream)
    assert (after.version, after.lease_until, after.fence) == (before.version, before.lease_until, before.fence)


def test_a_turn_of_an_older_fence_cannot_be_spoken_by_the_same_worker(in_studio: Studio, stream: Stream) -> None:
    says(stream)
    claim = take(stream, hold(stream))
    mine = hold(stream)

    with pytest.raises(LeaseLost):
        speak(mine, claim)


def test_a_made_up_lease_holds_nothing(in_studio: Studio, stream: Stream) -> None:
    mine = hold(stream)

    for wrong in (
        renewed(mine, fence=mine.fence + 1),
        renewed(mine, owner="somebody"),
        renewed(mine, stream_id=uuid7()),
    ):
        with pytest.raises(LeaseLost):
            leases.renew(wrong)


class TestAnyOrderOfThings(TestCase):
    """Whatever workers do in whatever order: at most one of all the leases ever given holds."""

    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(st.tuples(st.sampled_from(["acquire", "release", "expire", "renew"]), st.integers(0, 2)), max_size=14)
    )
    def test_at_most_one_lease_holds(self, steps: list[tuple[str, int]]) -> None:
        studio = make_studio()
        with studio_scope(studio.pk):
            stream = make_stream(make_character().persona)
            given_out: list[Lease] = []
            for step, worker in steps:
                given_out += _do(step, f"worker-{worker}", stream, given_out)

                assert sum(_holds(lease) for lease in given_out) <= 1
                fences = [lease.fence for lease in given_out]
                assert fences == sorted(set(fences))


def _do(step: str, worker: str, stream: Stream, given_out: list[Lease]) -> list[Lease]:
    mine = [lease for lease in given_out if lease.owner == worker]
    if step == "acquire":
        lease = leases.acquire(stream.pk, worker)
        return [lease] if lease else []
    if step == "expire":
        let_expire(stream)
    elif step == "release" and mine:
        leases.release(mine[-1])
    elif step == "renew" and mine:
        leases.renew_all(worker, {stream.pk: mine[-1].fence})
    return []


def _holds(lease: Lease) -> bool:
    row = StreamState.objects.filter(stream_id=lease.stream_id, lease_owner=lease.owner, fence=lease.fence)
    return row.exists()
