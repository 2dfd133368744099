"""The cache of production, on a Redis of its own."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bench.stand import redis, scratch_folder
from vtcontrol.redis_cache import PooledRedisCache

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with scratch_folder() as folder, redis(folder) as (_process, address):
        yield address


def test_every_thread_and_request_shares_the_connections(url: str) -> None:
    def count(_number: int) -> int:
        mine: Any = PooledRedisCache(url, {})
        mine.add("calls", 0)
        return int(mine.incr("calls"))

    with ThreadPoolExecutor(4) as threads:
        counted = sorted(threads.map(count, range(40)))

    first: Any = PooledRedisCache(url, {})
    assert counted == list(range(1, 41))
    assert len(first._cache.get_client().client_list()) <= 4


def test_what_was_put_in_comes_out(url: str) -> None:
    cache: Any = PooledRedisCache(url, {"OPTIONS": {"socket_timeout": 5}})
    cache.set("look", {"hat": "red"}, timeout=60)

    assert cache.get("look") == {"hat": "red"}
    assert cache.get("none") is None
