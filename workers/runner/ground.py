"""What every runner of a worker stands on: threads for the database, engines, and a way to the other workers."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from channels.layers import get_channel_layer
from django.db import close_old_connections, connection
from django.db.utils import InterfaceError, OperationalError

from streams.hints import control_group, nudge
from vtcontrol.tenancy.scope import studio_scope
from workers.runner.engines import Engines

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
DATABASE_THREADS = 4


class Ground:
    """The shared base of a worker's runners.

    Args:
        owner: The worker's name in leases: unique among all workers, ever.
    """

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.engines = Engines()
        self._threads = ThreadPoolExecutor(DATABASE_THREADS, thread_name_prefix="live-db")

    async def in_database(self, studio_id: UUID, work: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        """Run `work` in a database thread, in the studio's scope."""
        job = partial(_scoped, studio_id, partial(work, *args, **kwargs))
        return await asyncio.get_running_loop().run_in_executor(self._threads, job)

    async def unscoped(self, work: Callable[[], Result]) -> Result:
        """Run `work`, which enters its own scope, in a database thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(_guarded, work))

    async def forward_nudge(self, stream_id: UUID) -> None:
        """Tell whoever holds the lease that the inbox has something; if that fails, they look by themselves soon."""
        try:
            await get_channel_layer().group_send(control_group(stream_id), nudge(stream_id))
        except Exception as error:
            logger.warning("a nudge was lost: the channel layer failed", extra={"error": type(error).__name__})

    async def aclose(self) -> None:
        """Close the engines and the threads' connections."""
        await self.engines.aclose()
        loop = asyncio.get_running_loop()
        closing = [loop.run_in_executor(self._threads, connection.close) for _ in range(DATABASE_THREADS)]
        await asyncio.gather(*closing, return_exceptions=True)
        self._threads.shutdown(wait=False)


def _scoped(studio_id: UUID, work: Callable[[], Result]) -> Result:
    with studio_scope(studio_id):
        return _guarded(work)


def _guarded(work: Callable[[], Result]) -> Result:
    """Run `work`; a connection the server closed is dropped, so that the next use opens a new one."""
    try:
        return work()
    except (OperationalError, InterfaceError):
        close_old_connections()
        connection.close()
        raise
