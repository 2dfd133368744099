"""The host: one resident event loop a live worker, carrying the runners of all its streams.

Celery's `live.perform` nudges it from a thread and returns at once. The host renews all leases with one statement,
listens for control messages on one channel, sweeps for what nobody does, and drains its runners at a warm shutdown.
"""

import asyncio
import logging
import os
import socket
import sys
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from functools import partial
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer

from streams.hints import control_group
from streams.services.leases import RENEW_S, renew_all
from streams.services.sweeping import SWEEP_S, looks
from vtcontrol.kernel.ids import uuid7
from workers.runner.ground import Ground
from workers.runner.runner import Runner

logger = logging.getLogger(__name__)

REJOIN_S = 20.0
DRAIN_S = 20.0
LISTEN_RETRY_S = 0.5
SWITCH_S = 0.0005
"""How long a thread that computes may keep Python from the loop; at the usual 5 ms sound waits for whoever counts."""


def worker_name() -> str:
    """Return a name no other worker has or had."""
    return f"{socket.gethostname()[:20]}:{os.getpid()}:{uuid7().hex[-8:]}"


class Host:
    """A live worker's loop and its runners.

    Args:
        runners_most: Cap of runners; `nudge` waits at it, which is the back-pressure.
        loop: A running loop to live on (the embedded server's), or None for a thread and loop of its own.
    """

    def __init__(self, *, runners_most: int, loop: asyncio.AbstractEventLoop | None = None) -> None:
        sys.setswitchinterval(SWITCH_S)
        self.owner = worker_name()
        self._runners_most = runners_most
        self._slots = threading.BoundedSemaphore(runners_most)
        self._runners: dict[UUID, Runner] = {}
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._chores: list[asyncio.Task[None]] = []
        self._errands: set[asyncio.Task[Any]] = set()
        self._is_draining = False
        self._rejoin_at = 0.0
        self._channel = ""
        self._loop = loop or self._own_loop()
        self._started: Future[None] = asyncio.run_coroutine_threadsafe(self._start(), self._loop)

    @staticmethod
    def _own_loop() -> asyncio.AbstractEventLoop:
        loop = _fast_loop()
        threading.Thread(target=loop.run_forever, name="live-loop", daemon=True).start()
        return loop

    async def _start(self) -> None:
        self._ground = Ground(self.owner)
        self._channel = await get_channel_layer().new_channel("live")
        self._warming = asyncio.create_task(self._ground.engines.warm_built_in())
        self._chores = [asyncio.create_task(chore) for chore in (self._renewing(), self._listening(), self._sweeping())]

    def nudge(self, studio_id: UUID, stream_id: UUID) -> None:
        """Start the stream's runner, or wake it. Called from any thread but the loop's; may wait for a free place."""
        self._started.result()  # raises what kept the host from starting
        if self._is_draining:
            return
        runner = self._runners.get(stream_id)
        if runner is not None:
            self._loop.call_soon_threadsafe(runner.wake)
            return
        if not self._slots.acquire(blocking=False):
            self._loop.call_soon_threadsafe(self._forward, stream_id)  # another worker may have the stream
            self._slots.acquire()
        self._loop.call_soon_threadsafe(self._spawn, studio_id, stream_id)

    def _forward(self, stream_id: UUID) -> None:
        task = self._loop.create_task(self._ground.forward_nudge(stream_id))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    def _spawn(self, studio_id: UUID, stream_id: UUID) -> None:
        if stream_id in self._runners or self._is_draining:
            self._slots.release()
            if runner := self._runners.get(stream_id):
                runner.wake()
            return
        runner = self._runners[stream_id] = Runner(self._ground, studio_id, stream_id)
        self._tasks[stream_id] = self._loop.create_task(self._carry(runner))

    async def _carry(self, runner: Runner) -> None:
        """Run a runner to its end; a failure is logged, its lease runs out, and the sweeper starts it anew."""
        layer, group = get_channel_layer(), control_group(runner.stream_id)
        try:
            if not await _quietly(layer.group_add(group, self._channel)):
                self._rejoin_at = 0.0
            await runner.run()
        except Exception:
            logger.exception("a runner failed; the sweeper will start it anew", extra={"stream": str(runner.stream_id)})
        finally:
            await _quietly(layer.group_discard(group, self._channel))
            self._runners.pop(runner.stream_id, None)
            self._tasks.pop(runner.stream_id, None)
            if runner.was_woken and not self._is_draining:  # something came as it was about to end
                self._spawn(runner.studio_id, runner.stream_id)
            else:
                self._slots.release()

    async def _renewing(self) -> None:
        """Renew the leases of all runners, and rejoin their groups in case the layer forgot them."""
        while True:
            await asyncio.sleep(RENEW_S)
            held = {runner.stream_id: fence for runner in self._runners.values() if (fence := runner.fence) is not None}
            if not held:
                continue
            try:
                standings = await self._ground.unscoped(lambda held=held: renew_all(self.owner, held))  # type: ignore[misc]  # mypy cannot infer a lambda's default
            except Exception:
                logger.exception("leases could not be renewed")
                continue
            for stream_id, fence in held.items():
                runner = self._runners.get(stream_id)
                if runner is not None and runner.fence == fence:  # not one that began while we asked
                    runner.standing(standings.get(stream_id))
            if self._loop.time() > self._rejoin_at:
                await self._rejoin(list(held))

    async def _sweeping(self) -> None:
        """Look for what no worker does, on any stream; a database that is away is asked again."""
        while True:
            await asyncio.sleep(SWEEP_S)
            has_room = len(self._runners) < self._runners_most
            for look in await self._ground.unscoped(partial(looks, has_room=has_room)):
                try:
                    await self._ground.unscoped(look)
                except Exception:
                    logger.exception("a look of the sweep failed; the next comes in a moment")

    async def _rejoin(self, streams: list[UUID]) -> None:
        """Join the runners' groups again; until that worked, it is tried at every renewal."""
        layer = get_channel_layer()
        joined = [await _quietly(layer.group_add(control_group(stream_id), self._channel)) for stream_id in streams]
        if all(joined):
            self._rejoin_at = self._loop.time() + REJOIN_S

    async def _listening(self) -> None:
        """Pass control messages on to the runners; survives a layer that goes away."""
        while True:
            try:
                message = await get_channel_layer().receive(self._channel)
            except Exception as error:
                logger.warning("the channel layer failed; listening again", extra={"error": type(error).__name__})
                self._rejoin_at = 0.0
                await asyncio.sleep(LISTEN_RETRY_S)
                continue
            try:
                self._dispatch(message)
            except Exception:
                logger.exception("a control message could not be read and is left out")

    def _dispatch(self, message: dict[str, Any]) -> None:
        runner = self._runners.get(UUID(message["stream"]))
        if runner is None:
            return
        if message["type"] == "control.heard":
            runner.heard(message["turn"], message["seg"], message["ms"])
        elif message["type"] == "control.interrupt":
            runner.interrupt(message["epoch"], message["reason"])
        elif message["type"] == "control.nudge":
            runner.wake()

    def stop(self, drain_s: float = DRAIN_S) -> None:
        """Let the turns being spoken end, give the leases back, close everything. Called from another thread."""
        if self._loop.is_running():
            asyncio.run_coroutine_threadsafe(self.drain(drain_s), self._loop).result(drain_s + 5)

    async def drain(self, drain_s: float = DRAIN_S) -> None:
        """As `stop`, on the loop itself."""
        self._is_draining = True
        for runner in self._runners.values():
            runner.is_draining = True
            runner.wake()
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=drain_s)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=2)
        for chore in self._chores:
            chore.cancel()
        await self._ground.aclose()


def _fast_loop() -> asyncio.AbstractEventLoop:
    """Return a new loop: uvloop's where it exists (not on Windows), for about a fifth less CPU a turn."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


async def _quietly(work: Coroutine[Any, Any, None]) -> bool:
    """Await `work`; tell whether it went well."""
    try:
        await work
    except Exception as error:
        logger.debug("the channel layer failed", extra={"error": type(error).__name__})
        return False
    return True


_hosts: list[Host] = []  # at most one: this process's
_host_lock = threading.Lock()


def the_host(*, runners_most: int) -> Host:
    """Return this process's host, made at the first call."""
    with _host_lock:
        if not _hosts:
            _hosts.append(Host(runners_most=runners_most))
        return _hosts[0]


def settle(host: Host) -> None:
    """Make `host` this process's host (the embedded process gives it the server's loop)."""
    _hosts[:] = [host]


def host_if_any() -> Host | None:
    """Return this process's host if there is one."""
    return _hosts[0] if _hosts else None
