"""A stage page without a picture: reads the socket, keeps the page's clock and answers what was heard, when it was."""

import asyncio
import json
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.utils.translation import gettext as _
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from workers.smoke.ears import Ears, SegmentHeard, read_audio
from workers.smoke.failing import SmokeFailed
from workers.smoke.rest import is_loopback

PROTOCOL = "vtcontrol.v1"


class _Straight(connect):
    """A connection that follows no redirects."""

    def process_redirect(self, exc: Exception) -> Exception:
        """Let a redirect be an error."""
        return exc


def stage_address(url: str, **query: str) -> str:
    """Return the stage socket's address of a server."""
    parts = urlsplit(url)
    scheme = "wss" if parts.scheme == "https" else "ws"
    return urlunsplit((scheme, parts.netloc, "/ws/stage", urlencode(query), ""))


async def open_stage(address: str, ticket: str, patience_s: float) -> ClientConnection:
    """Open the stage socket with a ticket.

    Raises:
        SmokeFailed: The server refuses it, or does not speak this protocol.
    """
    offered = [Subprotocol(PROTOCOL), Subprotocol(f"ticket.{ticket}")]
    is_near = is_loopback(address)
    try:
        return await _Straight(
            address, subprotocols=offered, open_timeout=patience_s, proxy=None if is_near else True, compression=None
        )
    except (WebSocketException, OSError, TimeoutError):
        raise SmokeFailed(_("The stage socket did not open.")) from None


class StagePage:
    """One open stage page.

    Args:
        socket: The socket, just opened.

    Attributes:
        ears: What it heard.
        is_primary: Whether its word counts for what was heard.
        is_muted: Whether the character's voice is off.
        turn_over: Set whenever a turn ended or was silenced.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self.ears = Ears()
        self.is_primary = False
        self.is_muted = False
        self.turn_over = asyncio.Event()
        self._socket = socket
        self._answers: dict[tuple[str, int], asyncio.TimerHandle] = {}
        self._sending: set[asyncio.Task[None]] = set()

    async def greet(self) -> dict[str, Any]:
        """Wait for the server's hello and return it."""
        try:
            hello = self._read(await self._socket.recv())
        except ConnectionClosed:
            raise SmokeFailed(_("The stage socket was closed at once.")) from None
        if hello.get("type") != "hello" or not isinstance(hello.get("stream"), dict):
            raise SmokeFailed(_("The stage socket does not speak vtcontrol's protocol."))
        self._send({"type": "ready", "audio": "running"})
        return hello

    async def run(self) -> None:
        """Listen until the socket closes; then raise `SmokeFailed`."""
        try:
            async for message in self._socket:
                self._take(message, asyncio.get_running_loop().time())
        except ConnectionClosed:
            pass
        raise SmokeFailed(_("The stage socket was closed by the server."))

    def close(self) -> None:
        """Answer nothing any more."""
        for timer in self._answers.values():
            timer.cancel()
        self._answers.clear()

    def _read(self, message: str | bytes) -> dict[str, Any]:
        try:
            frame = json.loads(message) if isinstance(message, str) else None
        except ValueError:
            frame = None
        if not isinstance(frame, dict):
            raise SmokeFailed(_("The stage socket does not speak vtcontrol's protocol."))
        if frame.get("type") == "hello":
            self.is_primary, self.is_muted = frame.get("primary") is True, frame.get("muted") is True
            self.ears.hear(frame, 0.0)
        return frame

    def _take(self, message: str | bytes, at: float) -> None:
        try:
            if isinstance(message, bytes):
                audio = read_audio(message)
                self._plan(audio.turn, self.ears.hear_audio(audio, at))
            else:
                frame = self._read(message)
                self._plan(str(frame.get("turn")), self.ears.hear(frame, at))
                self._notice(frame, at)
        except ValueError as error:
            raise SmokeFailed(_("The stage socket sent a frame that cannot be read.")) from error

    def _notice(self, frame: dict[str, Any], at: float) -> None:
        kind = frame.get("type")
        if kind == "primary":
            self.is_primary = frame.get("primary") is True
        elif kind == "state":
            self.is_muted = frame.get("muted") is True
        elif kind == "ping":
            self._send({"type": "pong", "n": frame.get("n")})
        elif kind == "stop":
            self._cut_short(at)
        if kind in {"stop", "turn.end"}:
            self.turn_over.set()

    def _plan(self, turn: str, segment: SegmentHeard | None) -> None:
        """Answer for a whole segment at the moment its last sample sounds."""
        if segment is None:
            return
        loop = asyncio.get_running_loop()
        key = (turn, segment.number)
        self._answers[key] = loop.call_at(segment.ends_at, self._tell_heard, key, round(segment.audio_ms))

    def _cut_short(self, at: float) -> None:
        """Answer for everything that was silenced with how far it got."""
        for turn in self.ears.turns.values():
            for segment in turn.segments.values() if turn.is_stopped else ():
                key = (turn.id, segment.number)
                timer = self._answers.pop(key, None)
                if timer is not None:
                    timer.cancel()
                is_open = timer is not None or not segment.is_whole
                if is_open and segment.starts_at is not None and segment.starts_at <= at:
                    self._tell_heard(key, round(segment.played_ms(at)))

    def _tell_heard(self, key: tuple[str, int], heard_ms: int) -> None:
        self._answers.pop(key, None)
        if self.is_primary:
            self._send({"type": "heard", "turn": key[0], "seg": key[1], "ms": heard_ms})

    def _send(self, frame: dict[str, Any]) -> None:
        task = asyncio.get_running_loop().create_task(self._deliver(json.dumps(frame)))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _deliver(self, text: str) -> None:
        try:
            await self._socket.send(text)
        except ConnectionClosed:
            return
