"""Link processes: a supervisor on a loop of its own, as a whole program or beside the embedded server."""

import asyncio
import logging
import os
import signal
import socket
import threading

from django.conf import settings
from django.db.utils import Error as DatabaseError

from streams.services.links import release_links
from vtcontrol.kernel.ids import uuid7
from workers.links.supervisor import LinkSupervisor

logger = logging.getLogger(__name__)

HANDOVER_S = 4.0


def process_name() -> str:
    """Return a name no other link process has or had."""
    return f"links:{socket.gethostname()[:20]}:{os.getpid()}:{uuid7().hex[-8:]}"


async def serve_links() -> None:
    """Read links until SIGTERM or SIGINT; a second one ends the process at once."""
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()

    def stop(*_: object) -> None:
        if stopping.is_set():
            os._exit(130)
        loop.call_soon_threadsafe(stopping.set)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    await _serve_until(stopping, handover_s=HANDOVER_S)


async def _serve_until(stopping: asyncio.Event, *, handover_s: float) -> None:
    supervisor = LinkSupervisor(process_name(), settings.TWITCH_URL)
    logger.info("chat links are read from now on")
    running = asyncio.create_task(supervisor.run())
    try:
        await stopping.wait()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await supervisor.stop(handover_s=handover_s)


class LinkThread:
    """The links of the embedded process, on a thread and loop of their own, so that no flood holds the pages up."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._serve, name="links", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self, patience_s: float) -> None:
        """End, and wait so long for it. Called from another thread."""
        if self._loop is not None and self._stopping is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(patience_s)

    def _serve(self) -> None:
        try:
            asyncio.run(self._run())
        except Exception:
            logger.exception("the links ended; chat of platforms is not read until the next start")

    async def _run(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        try:
            await asyncio.to_thread(release_links)  # nobody else runs: what a crash left is free
        except DatabaseError as error:
            logger.warning("links of the last run could not be freed", extra={"error": type(error).__name__})
        await _serve_until(self._stopping, handover_s=0.0)
