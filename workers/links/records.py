"""The database, reached from a link's loop: threads with the scope that the work needs."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.utils import InterfaceError, OperationalError

from vtcontrol.tenancy.scope import studio_scope

Result = TypeVar("Result")
THREADS = 3
LOST = (OperationalError, InterfaceError)
"""What the database raises when it is away; the same may work in a moment."""


class Records:
    """Runs services in threads of its own; a connection the server closed is opened anew at the next use."""

    def __init__(self, threads: int = THREADS) -> None:
        self._count = threads
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="links-db")

    async def in_studio(self, studio_id: UUID, work: Callable[..., Result], *args: Any) -> Result:
        """Run `work` in the studio's scope."""
        return await self._run(partial(_scoped, studio_id, partial(work, *args)))

    async def everywhere(self, work: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        """Run `work`, which enters a scope by itself."""
        return await self._run(partial(work, *args, **kwargs))

    async def _run(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _guarded, work)

    async def aclose(self) -> None:
        """Close the threads and their connections."""
        loop = asyncio.get_running_loop()
        closing = [loop.run_in_executor(self._threads, connection.close) for _ in range(self._count)]
        await asyncio.gather(*closing, return_exceptions=True)
        self._threads.shutdown(wait=False)


def _scoped(studio_id: UUID, work: Callable[[], Result]) -> Result:
    with studio_scope(studio_id):
        return work()


def _guarded(work: Callable[[], Result]) -> Result:
    try:
        return work()
    except LOST:
        connection.close()
        raise
