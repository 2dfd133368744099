"""A line to Twitch: some channels kept read, over one connection after another.

Owns when to connect anew, which channels are in, and what is wrong with each. It must not know links or the database.
"""

import asyncio
import datetime as dt
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils import timezone

from streams.models import LinkFault, LinkStatus
from workers.links.irc import IrcMessage
from workers.links.pacing import Backoff, JoinBudget, Pace
from workers.links.twitch_chat import Heard, RoomClosed, RoomTold, Said, TakenBack, TwitchChat
from workers.links.twitch_session import SessionEnded, TwitchSession

logger = logging.getLogger(__name__)

CHANNELS_MOST = 50
LOOK_S = 0.5
LIVED_S = 30.0
"""A connection that lived so long was a good one: the next failure waits shortly again."""


@dataclass(slots=True)
class Seat:
    """One channel on the line.

    Attributes:
        status: `LinkStatus`.
        fault: The last `LinkFault`, or "".
        fault_at: When that was.
        since: Since when it is read, or None.
        modes: What the room demands.
    """

    status: LinkStatus = LinkStatus.CONNECTING
    fault: str = ""
    fault_at: dt.datetime | None = None
    since: dt.datetime | None = None
    modes: dict[str, str] = field(default_factory=dict)
    is_in: bool = False  # the connection of now has shown that we are in
    look_at: float = math.inf  # loop time: if it has not by then, something is wrong
    asked: int = 0

    def fail(self, fault: LinkFault, status: LinkStatus) -> None:
        """Note what went wrong."""
        self.fault, self.fault_at = fault.value, timezone.now()
        self.status, self.since = status, None

    def sit(self) -> None:
        """We are in the channel."""
        self.is_in = True
        if self.status != LinkStatus.CONNECTED:
            self.status, self.since, self.asked = LinkStatus.CONNECTED, timezone.now(), 0

    def begin(self, *, is_read_meanwhile: bool) -> None:
        """A new connection begins."""
        self.is_in, self.look_at, self.asked = False, math.inf, 0
        if self.status == LinkStatus.CONNECTED and not is_read_meanwhile:
            self.status, self.since = LinkStatus.CONNECTING, None


class TwitchLine:
    """Keeps up to `CHANNELS_MOST` channels read.

    Args:
        url: Address of the chat's WebSocket.
        pace: Its waits.
        joins: The process's budget of joins.
        hear: Given what was heard, in order.
    """

    def __init__(self, url: str, pace: Pace, joins: JoinBudget, hear: Callable[[Said | TakenBack], None]) -> None:
        self.seats: dict[str, Seat] = {}
        self._url = url
        self._pace = pace
        self._joins = joins
        self._hear = hear
        self._chat = TwitchChat()
        self._session: TwitchSession | None = None
        self._retiring: set[asyncio.Task[None]] = set()
        self._hurry = asyncio.Event()
        self._task = asyncio.create_task(self._run())
        self._watch = asyncio.create_task(self._watching())

    @property
    def is_full(self) -> bool:
        """Whether it has no room for one more channel."""
        return len(self.seats) >= CHANNELS_MOST

    def want(self, channel: str) -> None:
        """Read a channel."""
        if channel not in self.seats:
            self.seats[channel] = Seat()
            if self._session is not None:
                self._session.join(channel)

    async def unwant(self, channel: str) -> None:
        """Read it no more."""
        if self.seats.pop(channel, None) is not None and self._session is not None:
            await self._session.part(channel)

    async def again(self, channel: str) -> None:
        """Join a channel afresh; a connection that waits to be made is made now."""
        if channel not in self.seats:
            return
        self.seats[channel] = Seat()
        self._hurry.set()
        if self._session is not None:
            await self._session.part(channel)
            self._session.join(channel)

    async def aclose(self) -> None:
        """Close every connection of the line."""
        tasks = [self._task, self._watch, *self._retiring]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        """Make one connection after another."""
        backoff = Backoff(self._pace.backoff_s)
        loop = asyncio.get_running_loop()
        while True:
            self._hurry.clear()
            began = loop.time()
            fault = await self._one_session()
            if loop.time() - began > LIVED_S:
                backoff.succeeded()
            is_alone = len(self._retiring) <= 1
            if fault is LinkFault.MOVED and is_alone and loop.time() - began > self._pace.backoff_s:
                continue  # at once: the old connection is read until it ends
            try:
                async with asyncio.timeout(backoff.next_s()):
                    await self._hurry.wait()
            except TimeoutError:
                logger.debug("connecting to Twitch again")

    async def _one_session(self) -> LinkFault:
        """Run one connection until it fails or Twitch asks for the next; return why."""
        session = self._session = TwitchSession(self._url, self._pace, self._joins, self)
        for channel, seat in self.seats.items():
            seat.begin(is_read_meanwhile=bool(self._retiring))
            session.join(channel)
        serving = asyncio.create_task(session.serve())
        leaving = asyncio.create_task(session.leaving.wait())
        try:
            await asyncio.wait({serving, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not serving.done():
                self._retire(serving)
                return self._note(LinkFault.MOVED)
            return self._note(_why(serving))
        except asyncio.CancelledError:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            raise
        finally:
            leaving.cancel()
            self._session = None

    def _note(self, fault: LinkFault) -> LinkFault:
        """Write on every seat why the connection ended."""
        for seat in self.seats.values():
            if fault is LinkFault.MOVED:
                seat.fault, seat.fault_at = fault.value, timezone.now()
            elif seat.is_in or seat.fault not in {LinkFault.NO_CHANNEL, LinkFault.SUSPENDED}:
                is_soft = fault in {LinkFault.SILENT, LinkFault.CLOSED}
                seat.fail(fault, LinkStatus.CONNECTING if is_soft else LinkStatus.FAULTY)
        return fault

    def _retire(self, serving: "asyncio.Task[None]") -> None:
        """Read a connection that is about to end beside its successor; what both hear has the same ids."""

        async def read_on() -> None:
            try:
                async with asyncio.timeout(self._pace.handover_s):
                    await asyncio.gather(serving, return_exceptions=True)
            except TimeoutError:
                logger.debug("an old connection to Twitch is closed by us")
            finally:
                serving.cancel()

        task = asyncio.create_task(read_on())
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    async def _watching(self) -> None:
        """Ask again for channels that do not show."""
        while True:
            await asyncio.sleep(min(LOOK_S, self._pace.join_s / 2))
            now = asyncio.get_running_loop().time()
            session = self._session
            if session is None or not session.welcomed.is_set():
                continue
            for channel, seat in self.seats.items():
                if not seat.is_in and now > seat.look_at:
                    seat.look_at = math.inf
                    if seat.fault != LinkFault.SUSPENDED:
                        seat.fail(LinkFault.NO_CHANNEL, LinkStatus.FAULTY)
                    session.join(channel)

    def asked(self, session: TwitchSession, channel: str) -> None:
        """Give the channel its time to show that we are in."""
        seat = self.seats.get(channel)
        if seat is None or session is not self._session:
            return
        again_s = min(self._pace.join_again_s * 2.0 ** min(seat.asked - 1, 10), self._pace.join_again_most_s)
        seat.look_at = asyncio.get_running_loop().time() + (again_s if seat.asked else self._pace.join_s)
        seat.asked += 1

    def joined(self, session: TwitchSession, channel: str) -> None:
        """Note that we are in."""
        seat = self.seats.get(channel)
        if seat is not None and session is self._session:
            seat.sit()

    def heard(self, session: TwitchSession, message: IrcMessage) -> None:
        """Pass on what concerns a channel of ours."""
        try:
            heard = self._chat.read(message, now=timezone.now())
        except Exception as error:
            logger.warning("a line of Twitch could not be read", extra={"error": type(error).__name__})
            return
        seat = self.seats.get(heard.channel) if heard is not None else None
        if heard is None or seat is None:
            return
        if session is self._session and not isinstance(heard, RoomClosed):
            seat.sit()
        self._pass_on(heard, seat)

    def _pass_on(self, heard: Heard, seat: Seat) -> None:
        if isinstance(heard, RoomClosed):
            seat.fail(LinkFault.SUSPENDED, LinkStatus.FAULTY)
            seat.is_in = False
        elif isinstance(heard, RoomTold):
            seat.modes = {mode: value for mode, value in {**seat.modes, **heard.modes}.items() if value != "0"}
        else:
            self._hear(heard)


def _why(serving: "asyncio.Task[None]") -> LinkFault:
    error = serving.exception()
    if isinstance(error, SessionEnded):
        return error.fault
    logger.error("a connection to Twitch ended unexpectedly", exc_info=error)
    return LinkFault.CLOSED
