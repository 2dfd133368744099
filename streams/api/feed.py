"""The feed of a stream: transcript and state as server-sent events, for programs that want no socket.

Each change carries the state's version as its id. Who comes back with `Last-Event-ID` goes on where they were, or gets
the whole again; a gap in the versions is closed the same way, so a reader never has to look for one. A feed holds no
thread and no database connection while it waits.

Source: the HTML standard, "Server-sent events".
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.core.cache import cache
from django.db import connections
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from streams.api.base import StreamView
from streams.domain.approval import HeldState
from streams.hints import dock_group
from streams.models import TurnState
from streams.selectors.approval import followed, held_about
from streams.selectors.state import dock_snapshot
from vtcontrol.kernel.errors import InputInvalid, NotFound
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.problems import Overloaded
from vtcontrol.tenancy.rates import Rate, RateExceeded
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.tokens import Claims, is_good

FEEDS_A_TOKEN = 4
FEEDS_A_PROCESS = 200
BEAT_S = 10.0  # how often a silent feed says that it lives, and every feed looks whether its token does
SLOT_S = 40  # a place whose process died is free again after so long
LIFE_S = 3600.0  # then the reader comes back: a client that reads nothing cannot pile up more than this
RETRY_MS = 2000
MAY_CHANGE = {HeldState.HELD, HeldState.APPROVED}

Result = TypeVar("Result")


@dataclass(slots=True)
class _Room:
    """How many feeds this process carries."""

    open: int = 0


_room = _Room()


class EventStream(BaseRenderer):
    """Answers `Accept: text/event-stream`; what goes through it is a refusal, as JSON."""

    media_type = "text/event-stream"
    format = "event-stream"

    def render(self, data: Any, *_: Any, **__: Any) -> bytes:
        """Return a refusal."""
        return json.dumps(data, default=str).encode()


class FeedView(StreamView):
    """The transcript and the state as they change."""

    rate: ClassVar[Rate | None] = Rate("feeds", 60)
    renderer_classes: ClassVar[list[Any]] = [EventStream]  # type: ignore[misc]  # REST framework declares it per instance

    @extend_schema(
        parameters=[
            OpenApiParameter("Last-Event-ID", str, OpenApiParameter.HEADER, description="The last id that was read.")
        ],
        responses={(200, "text/event-stream"): OpenApiResponse(OpenApiTypes.STR, "Events, until either side leaves.")},
    )
    def get(self, request: Request, stream_id: UUID) -> StreamingHttpResponse:
        """Follow a stream as server-sent events: `snapshot`, `line`, `line.held`, `line.decided`, `state`, `end`."""
        known = _known(request.headers.get("Last-Event-ID", ""))
        if _room.open >= FEEDS_A_PROCESS:
            raise Overloaded
        feed = Feed(self.claims, stream_id, known, take_slot(self.claims.token_id))
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingHttpResponse(feed.run(), content_type="text/event-stream; charset=utf-8", headers=headers)


def _known(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise InputInvalid(_("Last-Event-ID is the id of an event of this feed."), field="Last-Event-ID")
    return int(text)


def take_slot(token_id: UUID) -> str:
    """Return a free place among the feeds of a token.

    Raises:
        RateExceeded: All are taken.
    """
    for number in range(FEEDS_A_TOKEN):
        slot = f"feed:{token_id.hex}:{number}"
        if cache.add(slot, uuid7().hex, timeout=SLOT_S):
            return slot
    raise RateExceeded(SLOT_S, limit=FEEDS_A_TOKEN)


def event(name: str, version: int, data: Any) -> bytes:
    """Return one server-sent event."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"id: {version}\nevent: {name}\ndata: {text}\n\n".encode()


@dataclass(slots=True)
class Feed:
    """One reader of one stream.

    Attributes:
        claims: Who reads.
        stream_id: What.
        version: The last version the reader knows, or None.
        slot: The reader's place among the feeds of the token.
    """

    claims: Claims
    stream_id: UUID
    version: int | None
    slot: str
    _next_beat: float = field(default=0.0, init=False)
    _held: dict[str, str] = field(default_factory=dict, init=False)  # held line → the state the reader knows
    _waiting: set[str] = field(default_factory=set, init=False)  # events and turns that may still be decided on

    async def run(self) -> AsyncIterator[bytes]:
        """Yield events until the token ends, the reader leaves or the feed is old."""
        layer: Any = get_channel_layer()
        group, channel = dock_group(self.stream_id), await layer.new_channel("feed")
        _room.open += 1
        receiving: asyncio.Task[Any] | None = None
        try:
            await layer.group_add(group, channel)  # first: what changes in between comes twice, never not at all
            for part in (f"retry: {RETRY_MS}\n\n".encode(), *await self._begin()):
                yield part
            loop = asyncio.get_running_loop()
            ends_at, self._next_beat = loop.time() + LIFE_S, loop.time() + BEAT_S
            while loop.time() < ends_at:
                receiving = receiving or asyncio.create_task(layer.receive(channel))
                await asyncio.wait({receiving}, timeout=max(0.0, self._next_beat - loop.time()))
                if loop.time() >= self._next_beat:
                    self._next_beat = loop.time() + BEAT_S
                    if not await self._still_allowed():
                        yield event("end", self.version or 0, {"reason": "revoked"})
                        return
                    yield b": alive\n\n"
                if receiving.done():
                    message, receiving = receiving.result(), None
                    for part in await self._told(message):
                        yield part
        except NotFound:
            yield event("end", self.version or 0, {"reason": "gone"})
        finally:
            _room.open -= 1
            if receiving is not None:
                receiving.cancel()
            await layer.group_discard(group, channel)
            await sync_to_async(cache.delete)(self.slot)

    async def _begin(self) -> list[bytes]:
        """Return the whole, or nothing for a reader that is up to date."""
        if self.version is None:
            return (await self._whole())[-1:]
        held = await self._read(followed, self.stream_id)  # before the version: what is read later is news
        snapshot = await self._read(dock_snapshot, self.stream_id)
        if snapshot["version"] != self.version:
            return (await self._whole())[-1:]
        self._news(held)
        return []

    async def _whole(self) -> list[bytes]:
        """Return the whole, after what happened to held lines in a gap."""
        snapshot = await self._read(dock_snapshot, self.stream_id)
        held = await self._read(followed, self.stream_id)  # after the version: what is read earlier is in the whole
        news, self.version = self._news(held), int(snapshot["version"])
        body = {name: snapshot[name] for name in ("stream", "version", "state", "transcript")}
        body["held"] = [line for line in held if line["decision"] is None]
        return [*news, event("snapshot", self.version, body)]

    async def _told(self, message: dict[str, Any]) -> list[bytes]:
        """Return what a hint means for the reader: the next change, nothing, or after a gap the whole again."""
        parts: list[bytes] = []
        for frame in (json.loads(part) for part in message.get("parts", ()) if isinstance(part, str)):
            version, name = frame.get("version"), frame.get("type")
            if not isinstance(version, int) or self.version is None or version <= self.version:
                continue
            if version > self.version + 1 or name not in {"line", "state"}:
                return [*parts, *await self._whole()]
            if name == "line":
                parts += await self._decisions(frame["line"])
            self.version = version
            parts.append(event(name, version, frame[name]))
        return parts

    async def _decisions(self, line: dict[str, Any]) -> list[bytes]:
        """Return what a line says of approval. It goes before the line, so who misses it misses the line's id too."""
        line_id, status = str(line["id"]), line["status"]
        if status == TurnState.SPEAKING:
            self._waiting.discard(line_id)
        if status != HeldState.HELD and line_id not in self._waiting:
            return []
        return self._news(await self._read(held_about, self.stream_id, UUID(line_id)))

    def _news(self, held: list[dict[str, Any]]) -> list[bytes]:
        """Return what the reader does not know yet of held lines."""
        told = []
        for line in held:
            known, state = self._held.get(line["id"]), line["state"]
            if known is None:
                told.append(event("line.held", self.version or 0, line))
            if state not in {known, HeldState.HELD}:
                told.append(event("line.decided", self.version or 0, line))
            self._held[line["id"]] = state
            places = {line["event"], line["turn"]} - {None}
            self._waiting = self._waiting | places if state in MAY_CHANGE else self._waiting - places
        return told

    async def _still_allowed(self) -> bool:
        await sync_to_async(cache.set)(self.slot, "held", timeout=SLOT_S)
        return await self._read(is_good, self.claims.token_id)

    async def _read(self, work: Callable[..., Result], *args: Any) -> Result:
        """Run a read in a thread, in the studio's scope, and give the connection back: a feed keeps none."""

        def scoped() -> Result:
            try:
                with studio_scope(self.claims.studio_id):
                    return work(*args)
            finally:
                for connection in connections.all(initialized_only=True):
                    if not connection.in_atomic_block:
                        connection.close()

        result: Result = await sync_to_async(scoped)()
        return result
