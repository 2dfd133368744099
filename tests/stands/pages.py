"""Pages for stands: they go the way a browser goes, remember every frame, and answer `heard` without losing time.

A page says that it heard a segment as soon as all of it arrived, so a turn takes as long as its making, not as its
sound. `StagePage(is_listening=False)` never answers: then the turn lasts until its deadline.
"""

import array
import asyncio
import json
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import aiohttp

from workers.runner.stage import PARTS_MOST

HEADER = struct.Struct("<BBHIII16s")
LAST_CHUNK = 0b1
PATIENCE_S = 25.0
SOON_S = 5.0

Json = dict[str, Any]
Wanted = TypeVar("Wanted")


@dataclass
class Piece:
    """One segment as it arrived.

    Attributes:
        start: The `say.start` frame.
        cues: (milliseconds, viseme), in order of arrival.
        pcm: Its samples.
        disorder: Frames out of order, doubled or after the last.
        end: The `say.end` frame, once it came.
    """

    start: Json
    cues: list[tuple[int, str]] = field(default_factory=list)
    pcm: bytearray = field(default_factory=bytearray)
    rate: int = 0
    chunks: int = 0
    disorder: int = 0
    is_closed: bool = False
    end: Json | None = None

    @property
    def audio_ms(self) -> float:
        return len(self.pcm) / 2 / self.rate * 1000 if self.rate else 0.0

    @property
    def rms(self) -> float:
        """Level of the whole segment, 0 to 1."""
        samples = array.array("h", bytes(self.pcm))
        return math.sqrt(sum(one * one for one in samples) / len(samples)) / 32768 if samples else 0.0


@dataclass
class Spoken:
    """One turn as it arrived, in the order in which its frames came."""

    turn: str
    fence: int
    by_number: dict[int, Piece] = field(default_factory=dict)
    outcome: str = ""

    @property
    def pieces(self) -> list[Piece]:
        return list(self.by_number.values())

    @property
    def text(self) -> str:
        return " ".join(piece.start["text"] for piece in self.pieces if piece.start["text"])

    @property
    def audio_ms(self) -> float:
        return sum(piece.audio_ms for piece in self.pieces)

    @property
    def has_audio(self) -> bool:
        return any(piece.pcm for piece in self.pieces)


class Socket:
    """A page's way to its socket: session, ticket, WebSocket; and back again after the connection was lost."""

    kind = ""

    def __init__(self, http: aiohttp.ClientSession, url: str, stream: Json) -> None:
        self._http = http
        self._url = url
        self._stream = stream
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._changed = asyncio.Condition()
        self.hello: Json = {}
        self.frames: list[Json] = []
        self.is_open = False

    async def open(self) -> "Any":
        """Connect; raises `aiohttp.ClientError` while the server cannot."""
        access = (await self.post("/api/v1/session", self._stream["tokens"][self.kind]))["access"]
        ticket = (await self.post("/api/v1/tickets", access))["ticket"]
        address = self._url.replace("http", "ws", 1) + f"/ws/{self.kind}"
        protocols = ("vtcontrol.v1", f"ticket.{ticket}")
        self._socket = await self._http.ws_connect(address, protocols=protocols, max_msg_size=0)
        self.hello = await self._socket.receive_json(timeout=PATIENCE_S)
        self.is_open = True
        self._reader = asyncio.create_task(self._read(self._socket))
        return self

    async def come_back(self) -> None:
        """Connect again, as often as it takes."""
        await self.close()
        async with asyncio.timeout(PATIENCE_S):
            while not self.is_open:
                try:
                    await self.open()
                except (aiohttp.ClientError, OSError, TypeError, ValueError):
                    await self.close()
                    await asyncio.sleep(0.1)

    async def close(self) -> None:
        if self._reader:
            self._reader.cancel()
        if self._socket:
            await self._socket.close()
        self.is_open = False

    async def post(self, path: str, token: str, body: Json | None = None, **headers: str) -> Json:
        headers = {"Authorization": f"Bearer {token}"} | headers
        async with self._http.post(self._url + path, json=body or {}, headers=headers) as answer:
            answer.raise_for_status()
            result: Json = await answer.json()
            return result

    async def get(self, path: str, token: str) -> Json:
        async with self._http.get(self._url + path, headers={"Authorization": f"Bearer {token}"}) as answer:
            answer.raise_for_status()
            result: Json = await answer.json()
            return result

    async def until(self, look: Callable[[], Wanted | None], patience_s: float = PATIENCE_S) -> Wanted:
        """Wait until `look` finds something; looked at again whenever a frame came."""
        async with asyncio.timeout(patience_s), self._changed:
            while not (found := look()):
                await self._changed.wait()
            return found

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is aiohttp.WSMsgType.BINARY:
                self.take_audio(message.data)
            elif message.type is aiohttp.WSMsgType.TEXT:
                frame = json.loads(message.data)
                self.frames.append(frame)
                await self.take(frame)
            async with self._changed:
                self._changed.notify_all()
        self.is_open = False
        async with self._changed:
            self._changed.notify_all()

    def take_audio(self, frame: bytes) -> None:
        raise AssertionError("audio for a page that plays none")

    async def take(self, frame: Json) -> None:
        """Look at a frame."""

    async def answer(self, frame: Json) -> None:
        assert self._socket is not None
        await self._socket.send_json(frame)


class StagePage(Socket):
    """A stage page.

    Attributes:
        frames: Everything that came, in order; of audio frames only whose they are.
        turns: Turns as they arrived, oldest first.
        strays: Frames that belong to no segment that was announced.
    """

    kind = "stage"

    def __init__(self, http: aiohttp.ClientSession, url: str, stream: Json, *, is_listening: bool = True) -> None:
        super().__init__(http, url, stream)
        self.is_listening = is_listening
        self.turns: dict[str, Spoken] = {}
        self.strays: list[Any] = []

    @property
    def stops(self) -> list[Json]:
        return [frame for frame in self.frames if frame["type"] == "stop"]

    async def post_line(self, text: str, author: str = "Ann", **fields: Any) -> Json:
        """Post a line as its author's bot would."""
        body = {"kind": "direct", "text": text, "author_name": author, "platform": "stand"} | fields
        return await self.post(f"/api/v1/streams/{self._stream['id']}/events", self._stream["tokens"]["api"], body)

    async def control(self, verb: str, **body: Any) -> None:
        await self.post(f"/api/v1/streams/{self._stream['id']}/{verb}", self._stream["tokens"]["dock"], body)

    async def state(self) -> Json:
        """What a dock that opens now shows."""
        return await self.get(f"/api/v1/streams/{self._stream['id']}/state", self._stream["tokens"]["dock"])

    async def outcome(self, event: Json) -> Json:
        """What became of an event so far."""
        path = f"/api/v1/streams/{self._stream['id']}/events/{event['id']}"
        return await self.get(path, self._stream["tokens"]["api"])

    async def settled(self, event: Json, patience_s: float = PATIENCE_S) -> Json:
        """What became of an event in the end."""
        async with asyncio.timeout(patience_s):
            while (found := await self.outcome(event))["state"] in {"waiting", "taken"}:
                await asyncio.sleep(0.2)
            return found

    async def say(self, text: str, author: str = "Ann", *, patience_s: float = PATIENCE_S) -> Spoken:
        """Post a line and return the turn that answered it, once it is over and written down."""
        count = sum(bool(turn.outcome) for turn in self.turns.values())
        event = await self.post_line(text, author)
        await self.over(count + 1, patience_s)
        return self.turns[(await self.settled(event))["turn"]["id"]]

    async def over(self, count: int, patience_s: float = PATIENCE_S) -> None:
        """Wait until so many turns are over."""
        await self.until(lambda: sum(bool(turn.outcome) for turn in self.turns.values()) >= count, patience_s)

    async def first_audio(self) -> Spoken:
        """The turn that is being spoken, once its first sound arrived."""
        return await self.until(lambda: next((one for one in self.turns.values() if one.has_audio), None))

    async def stopped(self, reason: str) -> Json:
        """Wait until the page is told to stop, for this reason; return the frame."""
        stop = (await self.until(lambda: self.stops[:1], SOON_S))[0]
        assert stop["reason"] == reason
        return stop

    def said_nothing_after(self, stop: Json, spoken: Spoken) -> None:
        """See, once the event settled, that a stopped turn did not speak on.

        Whoever stops it tells the pages at once. Of the worker, which learns of it a moment later, one message may be
        under way by then; after the worker's own stop nothing of the turn comes.
        """
        own = [frame for frame in self.stops if frame["turn"] == spoken.turn]
        assert own, "the worker never said that it stopped"
        assert self._voiced_after(own[0], spoken) == []
        assert len(self._voiced_after(stop, spoken)) <= PARTS_MOST

    def _voiced_after(self, stop: Json, spoken: Spoken) -> list[Json]:
        later = self.frames[self.frames.index(stop) + 1 :]
        return [frame for frame in later if frame["type"] in {"say.start", "audio"} and frame["turn"] == spoken.turn]

    def take_audio(self, frame: bytes) -> None:
        version, flags, seg, seq, fence, rate, turn = HEADER.unpack_from(frame)
        self.frames.append({"type": "audio", "turn": str(UUID(bytes=turn)), "seg": seg, "seq": seq})
        spoken = self.turns.get(str(UUID(bytes=turn)))
        piece = spoken and spoken.by_number.get(seg)
        if spoken is None or piece is None:
            self.strays.append((seg, seq))
            return
        piece.disorder += (version, seq, fence) != (1, piece.chunks, spoken.fence) or piece.is_closed
        piece.chunks += 1
        piece.rate = rate
        piece.pcm += frame[HEADER.size :]
        piece.is_closed = bool(flags & LAST_CHUNK)

    async def take(self, frame: Json) -> None:
        if frame["type"] == "say.start":
            spoken = self.turns.setdefault(frame["turn"], Spoken(frame["turn"], frame["fence"]))
            spoken.by_number[frame["seg"]] = Piece(frame)
            return
        spoken = self.turns.get(frame.get("turn") or "")
        piece = spoken and spoken.by_number.get(frame.get("seg"))
        if spoken is not None and frame["type"] == "turn.end":
            spoken.outcome = frame["outcome"]
        elif piece and frame["type"] == "say.visemes":
            piece.cues += [(at, viseme) for at, viseme in frame["cues"]]
        elif piece and frame["type"] == "say.end":
            piece.end = frame
            if self.is_listening:
                heard = {"type": "heard", "turn": frame["turn"], "seg": frame["seg"], "ms": frame["audio_ms"]}
                await self.answer(heard)


class DockPage(Socket):
    """A dock page."""

    kind = "dock"

    def statuses(self, line_id: str) -> list[str]:
        """Every status a line was seen in, in order, each once in a row."""
        told = [frame["line"] for frame in self.frames if frame["type"] == "line"]
        seen: list[str] = []
        for line in told:
            if line["id"] == line_id and line["status"] not in seen[-1:]:
                seen.append(line["status"])
        return seen

    @property
    def state(self) -> Json:
        """The live state as last told."""
        told = [frame["state"] for frame in self.frames if frame["type"] == "state"]
        return dict(told[-1]) if told else dict(self.hello["state"])
