"""One socket to Twitch's chat: signs in as nobody, joins channels, answers pings, notices silence.

Protocol: https://dev.twitch.tv/docs/chat/irc/ over a WebSocket. Owns the life of one connection; the line above it
makes the next one.
"""

import asyncio
import logging
import random
from typing import Protocol

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, ProxyError, WebSocketException

from streams.models import LinkFault
from workers.links.irc import IrcMessage, LineBuffer, parse_line
from workers.links.pacing import JoinBudget, Pace

logger = logging.getLogger(__name__)

CAPABILITIES = "twitch.tv/tags twitch.tv/commands"
FRAME_LONGEST = 1_048_576  # bytes
WELCOME = "001"
LOCAL = ("ws://127.0.0.1", "ws://localhost", "ws://[::1]")
OUR_CLOSES = {1002, 1003, 1007, 1009}  # what the library says to a peer that talks nonsense


class SessionEnded(Exception):
    """The connection is over.

    Attributes:
        fault: `LinkFault` of why.
    """

    def __init__(self, fault: LinkFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class Listener(Protocol):
    """Whom a connection tells what happens on it."""

    def asked(self, session: "TwitchSession", channel: str) -> None:
        """A channel was asked to let us in."""
        ...

    def joined(self, session: "TwitchSession", channel: str) -> None:
        """We are in a channel."""
        ...

    def heard(self, session: "TwitchSession", message: IrcMessage) -> None:
        """A message about a channel came."""
        ...


class TwitchSession:
    """One connection.

    Args:
        url: Address of the chat's WebSocket.
        pace: Its waits.
        joins: The process's budget of joins.
        listener: Told what happens on it.

    Attributes:
        leaving: Set when Twitch asked to connect anew; this connection is still read until it ends.
        welcomed: Set when Twitch let us in.
    """

    def __init__(self, url: str, pace: Pace, joins: JoinBudget, listener: Listener) -> None:
        self.leaving = asyncio.Event()
        self.welcomed = asyncio.Event()
        self._url = url
        self._pace = pace
        self._joins = joins
        self._listener = listener
        self._nick = f"justinfan{random.randrange(10_000, 100_000_000)}"  # noqa: S311 - a name, no secret
        self._socket: ClientConnection | None = None
        self._buffer = LineBuffer()
        self._to_join: asyncio.Queue[str] = asyncio.Queue()

    def join(self, channel: str) -> None:
        """Join a channel as soon as the budget allows."""
        self._to_join.put_nowait(channel)

    async def part(self, channel: str) -> None:
        """Leave a channel; a connection that is gone has left it already."""
        await self._say(f"PART #{channel}")

    async def serve(self) -> None:
        """Connect and read until the connection ends.

        Raises:
            SessionEnded: It is over; always.
        """
        socket = self._socket = await self._open()
        joining = asyncio.create_task(self._joining())
        try:
            await self._read(socket)
        except ConnectionClosed as closed:
            raise SessionEnded(_fault_of(closed)) from None
        finally:
            joining.cancel()
            await self._close(socket)

    async def _open(self) -> ClientConnection:
        is_near = self._url.startswith(LOCAL)
        try:
            return await connect(
                self._url,
                open_timeout=self._pace.open_s,
                close_timeout=2,
                ping_interval=None,  # Twitch has pings of its own
                max_size=FRAME_LONGEST,
                compression=None,
                proxy=None if is_near else True,
            )
        except InvalidStatus:
            raise SessionEnded(LinkFault.REFUSED) from None
        except TimeoutError:
            raise SessionEnded(LinkFault.TIMEOUT) from None
        except (ProxyError, OSError):
            raise SessionEnded(LinkFault.UNREACHABLE) from None
        except WebSocketException:
            raise SessionEnded(LinkFault.GARBAGE) from None

    async def _close(self, socket: ClientConnection) -> None:
        try:
            async with asyncio.timeout(2):
                await socket.close()
        except TimeoutError:
            logger.debug("a socket did not close in time")

    async def _read(self, socket: ClientConnection) -> None:
        await socket.send(f"CAP REQ :{CAPABILITIES}\r\nNICK {self._nick}\r\n")
        is_asked = False
        patience_s = self._pace.open_s
        while True:
            try:
                async with asyncio.timeout(patience_s):
                    data = await socket.recv(decode=False)
            except TimeoutError:
                if not self.welcomed.is_set():
                    raise SessionEnded(LinkFault.TIMEOUT) from None
                if is_asked:
                    raise SessionEnded(LinkFault.SILENT) from None
                is_asked, patience_s = True, self._pace.answer_s
                await socket.send("PING :vtcontrol\r\n")
                continue
            for line in self._buffer.feed(data):
                await self._take(line)
            if self.welcomed.is_set():
                is_asked, patience_s = False, self._pace.quiet_s

    async def _take(self, line: str) -> None:
        message = parse_line(line)
        if message is None:
            return
        if message.command == "PING":
            await self._say(f"PONG :{message.params[-1] if message.params else 'tmi.twitch.tv'}")
        elif message.command == WELCOME:
            self.welcomed.set()
        elif message.command == "RECONNECT":
            self.leaving.set()
        elif message.command == "NOTICE" and not message.channel and not self.welcomed.is_set():
            raise SessionEnded(LinkFault.REFUSED)
        elif message.command == "JOIN" and message.nick == self._nick:
            self._listener.joined(self, message.channel)
        elif message.channel:
            self._listener.heard(self, message)

    async def _joining(self) -> None:
        await self.welcomed.wait()
        while True:
            channel = await self._to_join.get()
            await self._joins.take()
            await self._say(f"JOIN #{channel}")
            self._listener.asked(self, channel)

    async def _say(self, line: str) -> None:
        if self._socket is None:
            return
        try:
            await self._socket.send(line + "\r\n")
        except ConnectionClosed:
            logger.debug("a word to a connection that is gone")  # the reader sees it too, and says so


def _fault_of(closed: ConnectionClosed) -> LinkFault:
    return LinkFault.GARBAGE if _is_ours(closed) else LinkFault.CLOSED


def _is_ours(closed: ConnectionClosed) -> bool:
    """Tell whether it was us who closed, because the peer talked nonsense."""
    return closed.sent is not None and closed.sent.code in OUR_CLOSES and not closed.rcvd_then_sent
