"""The supervisor of a link process: holds leases on links, keeps their channels read, says how each goes.

One loop carries it all; database work goes to threads. Whatever fails, the next look a second later sets it right.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.db.utils import Error as DatabaseError

from streams.models import LinkStatus
from streams.services.links import HeldLink, LinkReport, count_unread, hold_links, release_links, report_links
from workers.links.feed import Feed
from workers.links.pacing import JoinBudget, Pace
from workers.links.records import Records
from workers.links.twitch_chat import Said, TakenBack
from workers.links.twitch_line import Seat, TwitchLine

logger = logging.getLogger(__name__)

LOOK_S = 1.0
LINKS_MOST = 1000
DRAIN_S = 3.0
FIGURES_S = 5.0
"""How often figures alone are worth a write; a changed state always is."""
HANDOVER_LOOK_S = 0.3


class LinkSupervisor:
    """Reads the links it holds.

    Args:
        owner: A name no other process has or had.
        twitch_url: Address of Twitch's chat.
        pace: Waits of the connections.
        look_s: How often the links are looked at, in seconds.
    """

    def __init__(self, owner: str, twitch_url: str, *, pace: Pace | None = None, look_s: float = LOOK_S) -> None:
        self._owner = owner
        self._url = twitch_url
        self._pace = pace or Pace()
        self._look_s = look_s
        self._records = Records()
        self._joins = JoinBudget()
        self._lines: list[TwitchLine] = []
        self._feeds: dict[UUID, Feed] = {}
        self._feeds_of: dict[str, list[Feed]] = {}
        self._told: dict[UUID, LinkReport] = {}
        self._figures_at = 0.0
        self._is_cut_off = False
        self._errands: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Look at the links again and again, until it is cancelled; then call `stop`."""
        while True:
            await self._look()
            await asyncio.sleep(self._look_s if self._feeds else 2 * self._look_s)

    async def stop(self, *, handover_s: float = 0.0) -> None:
        """Give the links back, hand over what was heard, close everything.

        Args:
            handover_s: How long to go on reading until another process has taken the links over.
        """
        await self._give_back(handover_s)
        await asyncio.gather(*(line.aclose() for line in self._lines))
        await asyncio.gather(*(feed.drained(DRAIN_S) for feed in self._feeds.values()))
        await asyncio.gather(*(feed.aclose() for feed in self._feeds.values()), *self._errands)
        await self._records.aclose()

    async def _give_back(self, handover_s: float) -> None:
        """Free the leases; read on until somebody else reads, so that nothing is missed."""
        link_ids = list(self._feeds)
        try:
            await self._records.everywhere(release_links, self._owner)
            async with asyncio.timeout(handover_s if link_ids else 0):
                while await self._records.everywhere(count_unread, link_ids):  # noqa: ASYNC110 - others end it, by rows
                    await asyncio.sleep(HANDOVER_LOOK_S)
                await asyncio.sleep(1)  # the heir joins
        except (DatabaseError, TimeoutError):
            logger.debug("links were given back, or run out by themselves")

    async def _look(self) -> None:
        try:
            room = LINKS_MOST - len(self._feeds)
            held = await self._records.everywhere(hold_links, self._owner, room=room)
            await self._follow(held)
            await self._report()
            self._is_cut_off = False
        except DatabaseError as error:
            if not self._is_cut_off:
                logger.warning("the links could not be looked at", extra={"error": type(error).__name__})
            self._is_cut_off = True
        except Exception:
            logger.exception("a look at the links failed; the next one sets it right")

    async def _follow(self, held: list[HeldLink]) -> None:
        """Read what is held now, and nothing else."""
        now = {link.link_id: link for link in held}
        for link_id in self._feeds.keys() - now.keys():
            self._end(self._feeds.pop(link_id))
            self._told.pop(link_id, None)
        asked_anew: list[str] = []
        for link in held:
            feed = self._feeds.get(link.link_id)
            if feed is None:
                self._feeds[link.link_id] = Feed(link, self._records)
                continue
            was, feed.link = feed.link, link
            if (was.fence, was.channel) != (link.fence, link.channel):
                self._told.pop(link.link_id, None)
                feed.last_message_at = None
            elif was.asked_anew != link.asked_anew:
                self._told.pop(link.link_id, None)
                asked_anew.append(link.channel)
        self._feeds_of = _by_channel(self._feeds.values())
        for channel in asked_anew:
            await self._join_again(channel)
        await self._seat(set(self._feeds_of))

    def _end(self, feed: Feed) -> None:
        """Let a feed that is ours no more go, with what it still holds: it was switched off, or has an heir."""
        task = asyncio.create_task(feed.aclose())
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _join_again(self, channel: str) -> None:
        for line in self._lines:
            await line.again(channel)

    async def _seat(self, wanted: set[str]) -> None:
        """Have every wanted channel on one line, and no other; a line without channels ends."""
        seated: set[str] = set()
        for line in list(self._lines):
            for channel in line.seats.keys() - wanted:
                await line.unwant(channel)
            seated |= line.seats.keys()
            if not line.seats:
                self._lines.remove(line)
                await line.aclose()
        for channel in sorted(wanted - seated):
            self._line_with_room().want(channel)

    def _line_with_room(self) -> TwitchLine:
        for line in self._lines:
            if not line.is_full:
                return line
        line = TwitchLine(self._url, self._pace, self._joins, self._hear)
        self._lines.append(line)
        return line

    def _hear(self, heard: Said | TakenBack) -> None:
        for feed in self._feeds_of.get(heard.channel, ()):
            feed.hear(heard)

    async def _report(self) -> None:
        """Write down what changed since the last report."""
        seats = {channel: seat for line in self._lines for channel, seat in line.seats.items()}
        reports = [
            _report_of(feed, seat)
            for feed in self._feeds.values()
            if (seat := seats.get(feed.link.channel)) is not None
        ]
        now = asyncio.get_running_loop().time()
        with_figures = now > self._figures_at + FIGURES_S
        news = [one for one in reports if _is_news(self._told.get(one.link_id), one, with_figures=with_figures)]
        self._figures_at = now if with_figures else self._figures_at
        if news:
            await self._records.everywhere(report_links, self._owner, news)
            self._told |= {one.link_id: one for one in news}


def _by_channel(feeds: Iterable[Feed]) -> dict[str, list[Feed]]:
    found: dict[str, list[Feed]] = {}
    for feed in feeds:
        found.setdefault(feed.link.channel, []).append(feed)
    return found


def _is_news(told: LinkReport | None, now: LinkReport, *, with_figures: bool) -> bool:
    if told is None or with_figures:
        return told != now
    return replace(told, last_message_at=now.last_message_at, messages_a_minute=now.messages_a_minute) != now


def _report_of(feed: Feed, seat: Seat) -> LinkReport:
    status = LinkStatus.FAULTY if feed.fault and seat.status == LinkStatus.CONNECTED else seat.status
    modes = ", ".join(mode if value == "1" else f"{mode}={value}" for mode, value in sorted(seat.modes.items()))
    return LinkReport(
        link_id=feed.link.link_id,
        fence=feed.link.fence,
        status=status.value,
        fault=feed.fault or seat.fault,
        fault_at=feed.fault_at if feed.fault else seat.fault_at,
        connected_at=seat.since,
        last_message_at=feed.last_message_at,
        messages_a_minute=feed.messages_a_minute,
        modes=modes,
    )
