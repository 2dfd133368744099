"""The base of every socket: opened with a ticket, bound to one studio and one stream, with bounded input."""

import asyncio
import itertools
import json
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, TypeVar
from urllib.parse import parse_qs
from uuid import UUID

from channels.consumer import get_handler_name
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from streams.hints import page_text
from streams.selectors.streams import require_stream
from vtcontrol.kernel.errors import AccessDenied, NotFound
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.tokens import Claims, redeem_ticket

logger = logging.getLogger(__name__)

PROTOCOL = "vtcontrol.v1"
TICKET = "ticket."
FRAME_MOST = 4096
FRAMES_A_SECOND = 200
BEAT_S = 5.0

CLOSE_GARBAGE = 4400
CLOSE_REVOKED = 4401
CLOSE_FLOOD = 4429

Result = TypeVar("Result")


class StudioConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels ships no types
    """A socket of one stream's page.

    Attributes:
        kinds: Kinds of token whose tickets open it.
    """

    kinds: ClassVar[frozenset[str]] = frozenset()
    claims: Claims
    stream_id: UUID

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Serve the socket; one that breaks (the channel layer went away) still gives back what it holds."""
        try:
            try:
                return await super().__call__(scope, receive, send)
            finally:
                self._stop_beating()  # the server may have cut the socket off: a heart left over would keep its place
        except Exception:
            await self.broke()
            raise

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Handle one message. Database connections are looked after where one is used: most messages are sound."""
        await getattr(self, get_handler_name(message))(message)

    async def broke(self) -> None:
        """Give back what the socket holds, without the channel layer."""

    async def connect(self) -> None:
        """Redeem the ticket of the subprotocol header; refuse the handshake without a good one."""
        self._beating: asyncio.Task[None] | None = None
        self._second, self._frames = 0, 0
        offered = self.scope.get("subprotocols", [])
        ticket = next((name.removeprefix(TICKET) for name in offered if name.startswith(TICKET)), "")
        try:
            self.claims = await database_sync_to_async(redeem_ticket)(ticket)
        except AccessDenied:
            await self.close()
            return
        stream_id = self.claims.stream_id or self._named_stream()
        if self.claims.kind not in self.kinds or stream_id is None:
            await self.close()
            return
        try:
            await self.in_studio(require_stream, stream_id)  # before any group is joined: it may be another studio's
            self.stream_id = stream_id
            await self.opened()
        except NotFound:
            await self.close()
            return
        self._beating = asyncio.create_task(self._beat())

    def _named_stream(self) -> UUID | None:
        """Return the stream that the query names: a token for all streams of a studio has to."""
        named = parse_qs(self.scope.get("query_string", b"").decode("ascii", "replace")).get("stream", [""])
        try:
            return UUID(named[0])
        except ValueError:
            return None

    async def opened(self) -> None:
        """Join groups, accept, and send the first frame. Raises `NotFound` for a stream that is gone."""
        raise NotImplementedError

    async def beat(self) -> None:
        """Called every `BEAT_S` seconds while the socket is open."""

    async def frame(self, frame: dict[str, Any]) -> None:
        """Take a JSON frame of the page."""

    async def disconnect(self, code: int) -> None:
        """Stop what belongs to the socket."""
        self._stop_beating()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Read one frame: JSON, an object with a type, small, and not too many a second."""
        second = int(asyncio.get_running_loop().time())
        self._frames = self._frames + 1 if second == self._second else 1
        self._second = second
        if self._frames > FRAMES_A_SECOND:
            await self.close(CLOSE_FLOOD)
            return
        try:
            frame = json.loads(text_data) if text_data is not None and len(text_data) <= FRAME_MOST else None
        except (ValueError, RecursionError):
            frame = None
        if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
            await self.close(CLOSE_GARBAGE)
            return
        await self.frame(frame)

    async def show(self, frame: dict[str, Any]) -> None:
        """Send the page a JSON frame."""
        await self.send(text_data=page_text(frame))

    async def page_parts(self, message: dict[str, Any]) -> None:
        """Pass several frames from the layer on to the page: JSON as text, audio as bytes."""
        for part in message["parts"]:
            if isinstance(part, str):
                await self.send(text_data=part)
            else:
                await self.send(bytes_data=part)

    async def in_studio(self, work: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        """Run database work in the studio's scope, in a thread."""
        job = partial(work, *args, **kwargs)

        def scoped() -> Result:
            with studio_scope(self.claims.studio_id):
                return job()

        result: Result = await database_sync_to_async(scoped)()
        return result

    def _stop_beating(self) -> None:
        if (beating := getattr(self, "_beating", None)) is not None:
            beating.cancel()

    async def _beat(self) -> None:
        """Ping the page, so that it notices a server that fell silent, and do what the page's kind wants done."""
        for number in itertools.count(1):
            await asyncio.sleep(BEAT_S)
            try:
                await self.show({"type": "ping", "n": number})
                await self.beat()
            except Exception:
                logger.exception("a socket's heartbeat failed; the page will come back")
                await self.close(1011)
                return
