"""The pure values of the kernel: ids that sort by time, errors that name no secret, lengths of sound."""

import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtcontrol.kernel.clock import SystemClock
from vtcontrol.kernel.errors import Fault, ProviderFailed, VtcontrolError
from vtcontrol.kernel.events import EventState
from vtcontrol.kernel.ids import uuid7
from vtcontrol.kernel.speech import AudioChunk, Viseme


def test_an_id_is_a_version_7_uuid_of_now() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7()
    after = time.time_ns() // 1_000_000

    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert before <= made.int >> 80 <= after


def test_ids_differ_and_sort_by_the_time_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for millis in (1_700_000_000_000, 1_700_000_000_001, 1_900_000_000_000):
        monkeypatch.setattr(time, "time_ns", lambda millis=millis: millis * 1_000_000)
        made += [uuid7()]

    assert made == sorted(made)
    assert len({uuid7() for _ in range(1000)}) == 1000


def test_the_clock_shows_utc_and_never_steps_back() -> None:
    clock = SystemClock()

    assert clock.now().utcoffset().total_seconds() == 0  # type: ignore[union-attr]  # it is aware
    assert clock.monotonic() <= clock.monotonic()


@given(st.integers(0, 48_000), st.sampled_from([16_000, 22_050, 24_000, 48_000]))
def test_a_chunks_length_is_its_samples_over_the_rate(samples: int, rate: int) -> None:
    assert AudioChunk(bytes(2 * samples), rate).duration_ms == pytest.approx(samples * 1000 / rate)


def test_the_viseme_set_has_fifteen_shapes() -> None:
    assert len(Viseme) == 15


def test_a_provider_error_names_the_provider_and_the_fault() -> None:
    error = ProviderFailed("openai", Fault.RATE_LIMITED, retry_after_s=2.0)

    assert isinstance(error, VtcontrolError)
    assert str(error) == "openai: rate_limited"
    assert error.fault.is_transient
    assert not Fault.AUTH.is_transient


def test_two_states_of_an_event_are_open() -> None:
    assert [state for state in EventState if state in {EventState.WAITING, EventState.TAKEN}] == list(EventState)[:2]
