"""One link's way into the inbox: in order, in batches under flood, and again when the database was away.

Owns the queue between a connection and the services. It must never make the connection wait.
"""

import asyncio
import datetime as dt
import logging
from collections import deque
from dataclasses import replace
from uuid import UUID

from django.utils import timezone

from relationships.domain.scoring import InteractionKind
from streams.models import LinkFault
from streams.services.deletions import Deletion, take_back
from streams.services.intake import BATCH_MOST, accept_events
from streams.services.links import HeldLink
from vtcontrol.kernel.errors import Conflict, NotFound
from vtcontrol.kernel.events import EventKind, IncomingEvent
from workers.links.pacing import Backoff
from workers.links.records import LOST, Records
from workers.links.twitch_chat import PLATFORM, Said, TakenBack

logger = logging.getLogger(__name__)

BATCH_S = 0.03
"""Under flood a batch gathers so long; a lone line goes at once."""
QUEUE_MOST = 10_000
CHAT_STALE_S = 120.0
RETRY_FIRST_S, RETRY_MOST_S = 0.5, 5.0
RATE_S = 60
TOLD_AGAIN_S = 60.0
PENALTY_LEAST_S = 10

Item = IncomingEvent | Deletion


class Feed:
    """Hands what a link hears over to the services.

    Attributes:
        link: The link as it was last held.
        fault: `LinkFault` value while something is wrong with the taking in, or "".
        fault_at: Since when, or None.
        last_message_at: When the last event came, or None.
    """

    def __init__(self, link: HeldLink, records: Records) -> None:
        self.link = link
        self.fault = ""
        self.fault_at: dt.datetime | None = None
        self.last_message_at: dt.datetime | None = None
        self._records = records
        self._queue: deque[Item] = deque()
        self._came = asyncio.Event()
        self._is_idle = asyncio.Event()
        self._is_idle.set()
        self._rate = Rate()
        self._told_again_at = 0.0
        self._backoff = Backoff(RETRY_FIRST_S, RETRY_MOST_S)
        self._task = asyncio.create_task(self._run())

    @property
    def messages_a_minute(self) -> int:
        """Events of the last minute."""
        return self._rate.count(asyncio.get_running_loop().time())

    def hear(self, heard: Said | TakenBack) -> None:
        """Queue what was heard; never waits."""
        if isinstance(heard, TakenBack):
            deletion = Deletion(PLATFORM, heard.message_id, heard.author_id, _penalty(heard), heard.at)
            self._forget(deletion)
            self._queue.append(deletion)
        else:
            is_mention = heard.is_to_channel and self.link.is_own
            self._queue.append(replace(heard.event, is_mention=True) if is_mention else heard.event)
            self.last_message_at = timezone.now()
            self._rate.add(asyncio.get_running_loop().time())
        if len(self._queue) > QUEUE_MOST:
            self._make_room()
        self._is_idle.clear()
        self._came.set()

    def _forget(self, deletion: Deletion) -> None:
        """Leave out what is taken back before it came in at all."""
        if any(_is_meant(one, deletion) for one in self._queue):
            self._queue = deque(one for one in self._queue if not _is_meant(one, deletion))

    def _make_room(self) -> None:
        """Leave out the oldest plain lines; what somebody paid for stays."""
        spare = next((one for one in self._queue if _is_plain(one)), None)
        if spare is not None:
            self._queue.remove(spare)
        else:
            self._queue.popleft()
        self._fail(LinkFault.FLOODED)
        now = asyncio.get_running_loop().time()
        if now > self._told_again_at:
            self._told_again_at = now + TOLD_AGAIN_S
            logger.warning("a link leaves lines out: more comes than is taken in")

    def _fail(self, fault: LinkFault) -> None:
        """Note what is wrong; that lines are left out is worse than that they wait."""
        if self.fault not in {fault.value, LinkFault.FLOODED.value}:
            self.fault, self.fault_at = fault.value, timezone.now()

    async def drained(self, patience_s: float) -> None:
        """Wait until everything was handed over, but no longer than that."""
        try:
            async with asyncio.timeout(patience_s):
                await self._is_idle.wait()
        except TimeoutError:
            logger.warning("a link ends with lines that were not handed over", extra={"lines": len(self._queue)})

    async def aclose(self) -> None:
        """End; what was not handed over is left out."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        began = -BATCH_S
        while True:
            await self._came.wait()
            await asyncio.sleep(max(0.0, began + BATCH_S - loop.time()))
            began = loop.time()
            batch = self._next_batch()
            if batch:
                await self._hand_over(batch)
            if not self._queue:
                self._came.clear()
                self._is_idle.set()

    def _next_batch(self) -> list[Item]:
        """Return the next events, or the next deletions: never both, for their order matters."""
        batch: list[Item] = []
        while self._queue and len(batch) < BATCH_MOST and type(self._queue[0]) is type((batch or self._queue)[0]):
            batch.append(self._queue.popleft())
        return batch

    async def _hand_over(self, batch: list[Item]) -> None:
        """Hand a batch to its service; while the database is away it is kept, except for chat that grows old."""
        since = asyncio.get_running_loop().time()
        while batch:
            try:
                await self._records.in_studio(self.link.studio_id, _deliver, self.link, batch)
            except LOST:
                self._fail(LinkFault.STORAGE)
                logger.warning("a link's lines could not be stored; they are kept", extra={"lines": len(batch)})
                await asyncio.sleep(self._backoff.next_s())
                if asyncio.get_running_loop().time() - since > CHAT_STALE_S:
                    batch = [one for one in batch if not _is_plain(one)]
            except Exception:
                logger.exception("a link's lines could not be handed over and are left out")
                break
            else:
                break
        self._backoff.succeeded()
        self.fault, self.fault_at = "", None


def _penalty(heard: TakenBack) -> InteractionKind | None:
    """Return what a moderator's act was: a timeout of a moment only clears a person's lines away."""
    if heard.timeout_s is None or 0 < heard.timeout_s < PENALTY_LEAST_S:
        return None
    return InteractionKind.TIMEOUT if heard.timeout_s else InteractionKind.BAN


def _deliver(link: HeldLink, batch: list[Item]) -> None:
    """Give a batch to its service, deletions one at a time. What the service refuses costs the others nothing."""
    if isinstance(batch[0], Deletion) and len(batch) > 1:
        return _deliver_one_by_one(link, batch)
    try:
        _give(link.stream_id, batch)
    except (Conflict, NotFound):
        pass  # the stream was switched off or is gone: the next look at the links ends this one
    except LOST:
        raise
    except Exception as error:
        if len(batch) > 1:
            return _deliver_one_by_one(link, batch)
        told = {"link": str(link.link_id), "error": type(error).__name__}
        logger.warning("an event was refused and left out", extra=told)


def _deliver_one_by_one(link: HeldLink, batch: list[Item]) -> None:
    for one in batch:
        _deliver(link, [one])


def _give(stream_id: UUID, batch: list[Item]) -> None:
    events = [one for one in batch if isinstance(one, IncomingEvent)]
    if events:
        accept_events(stream_id, events)
    for one in batch:
        if isinstance(one, Deletion):
            take_back(stream_id, one)


def _is_plain(item: Item) -> bool:
    return isinstance(item, IncomingEvent) and item.kind == EventKind.CHAT and not item.is_mention


def _is_meant(item: Item, deletion: Deletion) -> bool:
    if isinstance(item, Deletion):
        return False
    if deletion.platform_id:
        return item.platform_id == deletion.platform_id
    return not deletion.author_id or item.author_id == deletion.author_id


class Rate:
    """Counts what came in the last minute, by the second."""

    def __init__(self) -> None:
        self._seconds: deque[list[int]] = deque()

    def add(self, now: float) -> None:
        """Count one more."""
        second = int(now)
        if self._seconds and self._seconds[-1][0] == second:
            self._seconds[-1][1] += 1
        else:
            self._seconds.append([second, 1])
            self.count(now)

    def count(self, now: float) -> int:
        """Return how many came in the minute before `now`."""
        while self._seconds and self._seconds[0][0] <= int(now) - RATE_S:
            self._seconds.popleft()
        return sum(count for _second, count in self._seconds)
