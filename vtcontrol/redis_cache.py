"""The cache of production: Django's over Redis, with one pool of connections a process.

Django keeps a cache object for each thread and, in a server like ours, for each request; every one of them would open a
connection of its own.
"""

import threading
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.utils.functional import cached_property


class PooledClient(RedisCacheClient):
    """A client that is made once for reading and once for writing; redis-py's are safe to share between threads."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **options)
        self._clients: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """Return the client."""
        if write not in self._clients:
            self._clients[write] = super().get_client(key, write=write)
        return self._clients[write]


_clients: dict[Any, PooledClient] = {}
_lock = threading.Lock()


class PooledRedisCache(RedisCache):
    """Django's cache over Redis; all of a process share its connections."""

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._key = (tuple(self._servers), tuple(sorted(self._options.items())))  # type: ignore[attr-defined]  # not in the stubs

    @cached_property
    def _cache(self) -> PooledClient:
        with _lock:
            if self._key not in _clients:
                _clients[self._key] = PooledClient(self._servers, **self._options)  # type: ignore[attr-defined]  # as above
            return _clients[self._key]
