"""The circuit breaker: when it opens, what gets through, and what does not count."""

import pytest

from tests.fakes.clocks import FakeClock
from vtcontrol.kernel.errors import Fault
from workers.providers.breaker import BreakerRules, BreakerState, CircuitBreaker

RULES = BreakerRules(failures=3, open_s=10, longest_s=60)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def breaker(clock: FakeClock) -> CircuitBreaker:
    return CircuitBreaker(RULES, clock)


def fail(
    breaker: CircuitBreaker, times: int = 1, fault: Fault = Fault.SERVER, retry_after_s: float | None = None
) -> None:
    for _ in range(times):
        assert breaker.enter()
        breaker.failed(fault, retry_after_s)


def test_breaker_opens_after_failures_in_a_row(breaker: CircuitBreaker) -> None:
    fail(breaker, 2)
    assert not breaker.is_open

    fail(breaker)

    assert breaker.is_open
    assert not breaker.enter()
    assert breaker.status("x").state is BreakerState.OPEN


def test_success_in_between_starts_the_count_anew(breaker: CircuitBreaker) -> None:
    fail(breaker, 2)
    breaker.enter()
    breaker.succeeded(12.0)

    fail(breaker, 2)

    assert not breaker.is_open


def test_one_probe_gets_through_when_the_time_is_over(breaker: CircuitBreaker, clock: FakeClock) -> None:
    fail(breaker, 3)
    clock.advance(10)

    assert breaker.status("x").state is BreakerState.PROBING
    assert breaker.enter()
    assert not breaker.enter()


def test_good_probe_closes_and_bad_probe_opens_again(breaker: CircuitBreaker, clock: FakeClock) -> None:
    fail(breaker, 3)
    clock.advance(10)
    fail(breaker)
    assert breaker.is_open
    clock.advance(10)
    breaker.enter()

    breaker.succeeded(5.0)

    assert not breaker.is_open
    assert breaker.status("x").ok
    assert breaker.status("x").failures == 0


def test_probe_that_is_given_up_leaves_the_way_free(breaker: CircuitBreaker, clock: FakeClock) -> None:
    fail(breaker, 3)
    clock.advance(10)
    breaker.enter()

    breaker.left()

    assert breaker.enter()


def test_what_viewers_can_provoke_never_opens_it(breaker: CircuitBreaker) -> None:
    fail(breaker, 20, Fault.REJECTED)

    assert not breaker.is_open
    assert not breaker.status("x").ok


def test_server_that_asks_to_be_left_alone_is_left_alone(breaker: CircuitBreaker, clock: FakeClock) -> None:
    fail(breaker, 1, Fault.RATE_LIMITED, retry_after_s=30)
    assert breaker.retry_in_s == 30

    clock.advance(29)
    assert breaker.is_open
    clock.advance(1)

    assert breaker.enter()


def test_no_server_can_ask_for_ever(breaker: CircuitBreaker) -> None:
    fail(breaker, 1, Fault.RATE_LIMITED, retry_after_s=100_000)

    assert breaker.retry_in_s == 60


def test_status_tells_what_people_need(breaker: CircuitBreaker, clock: FakeClock) -> None:
    breaker.enter()
    breaker.succeeded(42.0)
    fail(breaker, 3, Fault.TIMEOUT)
    clock.advance(4)

    status = breaker.status("gpt")

    assert (status.name, status.ok, status.fault, status.failures) == ("gpt", False, Fault.TIMEOUT, 3)
    assert (status.retry_in_s, status.latency_ms) == (6, 42.0)
