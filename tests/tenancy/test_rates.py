"""Rate limits: exactly the limit gets through, however many ask at once."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from django.core.cache import cache

from vtcontrol.tenancy import rates
from vtcontrol.tenancy.rates import RateExceeded, spend

NOON = 1_000_000_060.0  # 20 s before the next full minute's window


@pytest.fixture(autouse=True)
def _stopped_time(monkeypatch: pytest.MonkeyPatch) -> None:
    _set_time(monkeypatch, NOON)


def _set_time(monkeypatch: pytest.MonkeyPatch, now: float) -> None:
    monkeypatch.setattr(rates, "time", SimpleNamespace(time=lambda: now))


def _try(key: str, **options: int) -> bool:
    try:
        spend(key, **{"limit": 10, **options})
    except RateExceeded:
        return False
    return True


def test_exactly_the_limit_passes_in_a_window() -> None:
    assert [_try("mute") for _ in range(12)] == [True] * 10 + [False] * 2


def test_of_many_threads_at_once_exactly_the_limit_pass() -> None:
    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(lambda _number: _try("events"), range(200))) == 10


def test_keys_windows_and_amounts_are_counted_apart() -> None:
    assert _try("a", limit=1)
    assert _try("b", limit=1)
    assert not _try("a", limit=1)
    assert _try("a", limit=1, window_s=3600)
    assert _try("c", limit=10, amount=9)
    assert not _try("c", limit=10, amount=2)


def test_the_next_window_starts_anew_and_the_error_says_when(monkeypatch: pytest.MonkeyPatch) -> None:
    spend("a", limit=1)

    with pytest.raises(RateExceeded) as refused:
        spend("a", limit=1)

    assert refused.value.retry_after_s == 20
    assert "20" in str(refused.value)
    _set_time(monkeypatch, NOON + refused.value.retry_after_s)
    spend("a", limit=1)


@pytest.mark.parametrize("key", ["a viewer with spaces", "зритель", "x" * 500, "new\nline"])
def test_any_text_is_a_key(key: str) -> None:
    assert _try(key, limit=1)
    assert not _try(key, limit=1)


def test_a_counter_the_cache_threw_away_starts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    spend("a", limit=2)
    monkeypatch.setattr(cache, "add", lambda *_args, **_options: False)
    cache.clear()

    assert [_try("a", limit=2) for _ in range(3)] == [True, True, False]


def test_a_crowd_of_other_keys_does_not_wash_a_counter_away() -> None:
    spend("a", limit=1)

    for number in range(2000):
        spend(f"viewer {number}", limit=1)

    assert not _try("a", limit=1)
