"""A Twitch that speaks its chat's IRC over a local WebSocket, on a thread of its own, and errs on command.

What it does of itself is what Twitch does: CAP ACK, welcome, JOIN echoed with names and ROOMSTATE, PING answered,
unknown channels left without an answer. Everything else happens when a test asks for it. Frames end where a test wants
them to.
"""

import asyncio
import itertools
import threading
import time
import zlib
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from workers.links.irc import escape

HOST = "tmi.twitch.tv"
PATIENCE_S = 40.0
Result = TypeVar("Result")


@dataclass(eq=False)
class Visitor:
    """One connection.

    Attributes:
        lines: What it said, in order.
        channels: Where it is.
    """

    socket: ServerConnection
    nick: str = ""
    lines: list[str] = field(default_factory=list)
    channels: set[str] = field(default_factory=set)
    is_welcome: bool = False


class FakeTwitch:
    """The server.

    Attributes:
        unknown: Channels that never answer.
        suspended: Channels that answer with a notice.
        is_deaf: It answers nothing any more, on any connection: no PONG, no welcome, no JOIN.
        refuses: It turns new connections away with HTTP 503.
        past: Every connection there ever was, oldest first.
    """

    def __init__(self) -> None:
        self.unknown: set[str] = set()
        self.suspended: set[str] = set()
        self.is_deaf = False
        self.refuses = False
        self.past: list[Visitor] = []
        self._now: list[Visitor] = []
        self._ids = itertools.count(1)
        self._loop = asyncio.new_event_loop()
        self._server: Server | None = None
        self._changed = threading.Condition()
        self._port = 0
        self._thread = threading.Thread(target=self._loop.run_forever, name="fake-twitch", daemon=True)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self._port}"

    # --- its life -----------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Listen; after `shut` on the same port again."""
        if not self._thread.is_alive():
            self._thread.start()
        self._at_home(self._open())

    def shut(self) -> None:
        """Close every connection and listen no more."""
        self._at_home(self._shut())

    def end(self) -> None:
        self.shut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _open(self) -> None:
        async def doorman(socket: ServerConnection, _request: Any) -> Any:
            return socket.respond(503, "not today\n") if self.refuses else None

        self._server = await serve(
            self._attend, "127.0.0.1", self._port, ping_interval=None, process_request=doorman, compression=None
        )
        self._port = next(iter(self._server.sockets)).getsockname()[1]

    async def _shut(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def _at_home(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    # --- what it does of itself ---------------------------------------------------------------------------------------

    async def _attend(self, socket: ServerConnection) -> None:
        visitor = Visitor(socket)
        self.past.append(visitor)
        self._now.append(visitor)
        self._notify()
        try:
            async for frame in socket:
                text = frame if isinstance(frame, str) else frame.decode()
                for line in filter(None, text.split("\r\n")):
                    visitor.lines.append(line)
                    if not self.is_deaf:
                        await self._answer(visitor, line)
                    self._notify()
        except ConnectionClosed:
            pass
        finally:
            self._now.remove(visitor)
            self._notify()

    async def _answer(self, visitor: Visitor, line: str) -> None:
        command, _space, rest = line.partition(" ")
        if command == "CAP":
            await visitor.socket.send(f":{HOST} CAP * ACK {rest.partition(' ')[2]}\r\n")
        elif command == "NICK":
            visitor.nick = rest
            await visitor.socket.send(self._welcome(rest))
            visitor.is_welcome = True
        elif command == "PING":
            await visitor.socket.send(f":{HOST} PONG {HOST} {rest}\r\n")
        elif command == "JOIN":
            for channel in rest.split(","):
                await self._let_in(visitor, channel.lstrip("#"))
        elif command == "PART":
            visitor.channels.discard(rest.lstrip("#"))
            await visitor.socket.send(f":{visitor.nick}!{visitor.nick}@{visitor.nick}.{HOST} PART {rest}\r\n")

    def _welcome(self, nick: str) -> str:
        words = [("001", "Welcome, GLHF!"), ("002", f"Your host is {HOST}"), ("003", "This server is rather new")]
        words += [("004", "-"), ("375", "-"), ("372", "You are in a maze of twisty passages, all alike."), ("376", ">")]
        return "".join(f":{HOST} {number} {nick} :{text}\r\n" for number, text in words)

    async def _let_in(self, visitor: Visitor, channel: str) -> None:
        if channel in self.unknown:
            return
        if channel in self.suspended:
            words = "This channel does not exist or has been suspended."
            await visitor.socket.send(f"@msg-id=msg_channel_suspended :{HOST} NOTICE #{channel} :{words}\r\n")
            return
        visitor.channels.add(channel)
        me, names = visitor.nick, f"{visitor.nick}.{HOST}"
        modes = f"emote-only=0;followers-only=-1;r9k=0;room-id={room_id(channel)};slow=0;subs-only=0"
        await visitor.socket.send(
            f":{me}!{me}@{names} JOIN #{channel}\r\n:{names} 353 {me} = #{channel} :{me}\r\n"
            f":{names} 366 {me} #{channel} :End of /NAMES list\r\n@{modes} :{HOST} ROOMSTATE #{channel}\r\n"
        )

    # --- what tests ask for -------------------------------------------------------------------------------------------

    def say(self, channel: str, text: str, login: str = "bo", **tags: str) -> str:
        """Let somebody write a line; return its id."""
        line, message_id = self.line(channel, text, login, **tags)
        self.send(channel, line)
        return message_id

    def line(self, channel: str, text: str, login: str = "bo", **tags: str) -> tuple[str, str]:
        """Return a line of chat as Twitch words it, and its id. Underscores in names of tags stand for hyphens."""
        told = self._tags(channel, login) | {name.replace("_", "-"): value for name, value in tags.items()}
        raw = ";".join(f"{name}={escape(value)}" for name, value in told.items())
        return f"@{raw} :{login}!{login}@{login}.{HOST} PRIVMSG #{channel} :{text}", told["id"]

    def notice(self, channel: str, kind: str, text: str = "", login: str = "bo", **tags: str) -> str:
        """Let a USERNOTICE happen (sub, raid, …); return its id."""
        told = self._tags(channel, login) | {"login": login, "msg-id": kind, "system-msg": f"{login} did {kind}!"}
        told |= {name.replace("_", "-"): value for name, value in tags.items()}
        raw = ";".join(f"{name}={escape(value)}" for name, value in told.items())
        self.send(channel, f"@{raw} :{HOST} USERNOTICE #{channel}" + (f" :{text}" if text else ""))
        return told["id"]

    def delete(self, channel: str, message_id: str, login: str = "bo") -> None:
        self.send(channel, f"@login={login};room-id=;target-msg-id={message_id};tmi-sent-ts={now_ms()} "
                           f":{HOST} CLEARMSG #{channel} :what was said")  # fmt: skip

    def ban(self, channel: str, login: str, seconds: int = 0) -> None:
        """Ban a person, or time them out."""
        tags = f"ban-duration={seconds};" if seconds else ""
        tags += f"room-id={room_id(channel)};target-user-id={user_id(login)};tmi-sent-ts={now_ms()}"
        self.send(channel, f"@{tags} :{HOST} CLEARCHAT #{channel} :{login}")

    def clear(self, channel: str) -> None:
        self.send(channel, f"@room-id={room_id(channel)};tmi-sent-ts={now_ms()} :{HOST} CLEARCHAT #{channel}")

    def send(self, channel: str, *lines: str) -> None:
        """Send lines, in one frame, to everybody in a channel."""
        self.raw(channel, "".join(f"{line}\r\n" for line in lines))

    def raw(self, channel: str, data: str | bytes) -> None:
        """Send a frame as it is to everybody in a channel."""
        self._at_home(self._to([one for one in self._now if channel in one.channels], data))

    def to_all(self, line: str) -> None:
        """Send a line to every connection."""
        self._at_home(self._to([one for one in self._now if one.is_welcome], f"{line}\r\n"))

    def reconnect(self) -> None:
        """Ask everybody to connect anew; their connections stay until `hang_up`."""
        self.to_all(f":{HOST} RECONNECT")

    def hang_up(self, *visitors: Visitor) -> None:
        """End connections without a word: these, or all."""
        self._at_home(self._hang_up(list(visitors or self._now)))

    async def _to(self, visitors: list[Visitor], data: str | bytes) -> None:
        for visitor in visitors:
            try:
                await visitor.socket.send(data)
            except ConnectionClosed:
                continue

    async def _hang_up(self, visitors: list[Visitor]) -> None:
        for visitor in visitors:
            visitor.socket.transport.abort()

    def _tags(self, channel: str, login: str) -> dict[str, str]:
        return {
            "badge-info": "", "badges": "", "color": "#FF0000", "display-name": login.title(), "emotes": "",
            "first-msg": "0", "flags": "", "id": f"00000000-0000-4000-8000-{next(self._ids):012d}", "mod": "0",
            "returning-chatter": "0", "room-id": room_id(channel), "subscriber": "0", "tmi-sent-ts": now_ms(),
            "turbo": "0", "user-id": user_id(login), "user-type": "",
        }  # fmt: skip

    # --- what tests look at -------------------------------------------------------------------------------------------

    def until(self, look: Callable[[], Result | None], patience_s: float = PATIENCE_S) -> Result:
        """Wait until `look` finds something; looked at whenever somebody comes, goes or says something."""
        until = time.monotonic() + patience_s
        with self._changed:
            while not (found := look()):
                assert time.monotonic() < until, f"nobody came: {[visitor.lines for visitor in self.past]}"
                self._changed.wait(0.1)
            return found

    def in_channel(self, channel: str, count: int = 1) -> list[Visitor]:
        """Wait until so many are in a channel."""
        return self.until(
            lambda: found if len(found := [one for one in self._now if channel in one.channels]) >= count else None
        )

    def gone_from(self, channel: str) -> None:
        """Wait until nobody is in a channel."""
        self.until(lambda: not any(channel in one.channels for one in list(self._now)))

    @property
    def present(self) -> list[Visitor]:
        return list(self._now)

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()


def user_id(login: str) -> str:
    """The numeric id of a person."""
    return str(zlib.crc32(login.encode()))


def room_id(channel: str) -> str:
    return user_id(channel)


def now_ms() -> str:
    return str(int(time.time() * 1000))


@contextmanager
def fake_twitch() -> Iterator[FakeTwitch]:
    """Run one."""
    made = FakeTwitch()
    made.open()
    try:
        yield made
    finally:
        made.end()
