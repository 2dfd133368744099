"""The embedded server: daphne, a Celery worker on threads, beat and the live host in one process and on one loop."""

import asyncio
import logging
import os
import socket
import threading
from collections.abc import Callable
from typing import Any

from celery import current_app
from celery.beat import EmbeddedService, Scheduler
from channels.routing import get_default_application
from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server
from django.conf import settings

from vtcontrol.channel_layer import HomeLoopLayer
from workers.links.process import LinkThread
from workers.runner.host import Host, settle

logger = logging.getLogger(__name__)

WORKER_THREADS = 6
STOP_S = 4.0
LINKS_STOP_S = 1.5


class EmbeddedServer:
    """Serves HTTP and sockets on a listening socket and runs every queue beside it.

    Args:
        listener: A bound, listening socket.
    """

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._host: Host | None = None
        self._worker: Any = None
        self._links = LinkThread()
        self._is_stopping = False
        self.on_ready: Callable[[], None] = lambda: None

    def run(self) -> None:
        """Serve until `stop`."""
        server = Server(
            application=get_default_application(),
            endpoints=build_endpoint_description_strings(file_descriptor=self._listener.fileno()),
            signal_handlers=False,
            action_logger=None,
            http_timeout=None,  # feeds stay open
            websocket_connect_timeout=20,
            websocket_handshake_timeout=20,
            ready_callable=self._ready,
            server_name="vtcontrol",
            verbosity=0,
        )
        server.run()

    def _ready(self) -> None:
        loop = asyncio.get_event_loop()
        HomeLoopLayer.settle(loop)
        self._host = Host(runners_most=settings.LIVE_RUNNERS_MAX, loop=loop)
        settle(self._host)
        self._start_worker()
        self._links.start()
        self.on_ready()

    def _start_worker(self) -> None:
        """Start Celery in threads: one worker for every queue, and the clock."""
        self._worker = current_app.WorkController(
            pool="threads",
            concurrency=WORKER_THREADS,
            hostname="embedded@localhost",
            queues=["live", "speech", "upkeep"],
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
            loglevel="WARNING",
        )
        threading.Thread(target=self._worker.start, name="celery-worker", daemon=True).start()
        self._beat = EmbeddedService(
            current_app._get_current_object(), thread=True, scheduler_cls=Scheduler, max_interval=1
        )
        self._beat.daemon = True
        self._beat.start()

    def stop(self) -> None:
        """Stop cleanly: let what is being said end briefly, give the leases back, then end the reactor.

        Asked a second time, the process ends at once.
        """
        if self._is_stopping:
            os._exit(130)
        self._is_stopping = True
        from twisted.internet import reactor

        reactor.callFromThread(self._begin_stopping)

    def _begin_stopping(self) -> None:
        asyncio.get_event_loop().create_task(self._wind_up())

    async def _wind_up(self) -> None:
        from twisted.internet import reactor

        links_stopped = asyncio.create_task(asyncio.to_thread(self._links.stop, LINKS_STOP_S))
        try:
            if self._host is not None:
                async with asyncio.timeout(STOP_S):
                    await self._host.drain(drain_s=1.0)
        except Exception as error:  # whatever broke, a stop is a stop; leases run out by themselves
            logger.warning("the live loop did not end cleanly", extra={"error": type(error).__name__})
        await links_stopped
        if self._worker is not None:
            self._worker.should_terminate = True
        reactor.stop()  # type: ignore[misc]  # twisted declares its reactor as an interface
