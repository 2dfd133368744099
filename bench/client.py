"""The bench's viewers and stage pages: posts an event, listens on the stage socket, answers `heard` on time."""

import asyncio
import json
import struct
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp

HEADER = struct.Struct("<BBHIII16s")


@dataclass
class Heard:
    """One turn as a page heard it; times are wall-clock seconds.

    Attributes:
        accepted_at: When the server accepted the event.
        posted_at: When the client sent it.
        first_audio_at: When the first audio frame arrived.
        ended_at: When turn.end arrived.
        audio_ms: Audio received.
        chunks: (segment, sequence) of every frame, in order of arrival.
        text: Subtitles joined.
        outcome: As turn.end says.
    """

    posted_at: float = 0.0
    accepted_at: float = 0.0
    first_audio_at: float = 0.0
    ended_at: float = 0.0
    audio_ms: float = 0.0
    chunks: list[tuple[int, int]] = field(default_factory=list)
    text: str = ""
    outcome: str = ""
    turn: str = ""

    @property
    def first_audio_ms(self) -> float:
        """Milliseconds from accepted to the first audio at the socket."""
        return (self.first_audio_at - self.accepted_at) * 1000

    def disorder(self) -> int:
        """Return how many chunks are missing, doubled or out of order."""
        wanted, wrong = (0, 0), 0
        for seg, seq in self.chunks:
            if (seg, seq) != wanted and (seg, seq) != (wanted[0] + 1, 0):
                wrong += 1
            wanted = (seg, seq + 1)
        return wrong


class Page:
    """A stage page and the viewer in front of it.

    Args:
        http: The client session.
        url: Base URL of the web process.
        stream: Id and tokens, as `bench.seed` returns them.
        is_patient: Answer `heard` when the audio would have ended; an impatient page answers at once, which saves the
            bench the waiting and changes nothing before the first sound.
    """

    def __init__(
        self, http: aiohttp.ClientSession, url: str, stream: dict[str, Any], *, is_patient: bool = True
    ) -> None:
        self._http = http
        self._url = url
        self._stream = stream
        self._is_patient = is_patient
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._turn: Heard | None = None
        self._over = asyncio.Event()
        self._plays_until = 0.0
        self._reader: asyncio.Task[None] | None = None
        self._answers: set[asyncio.Task[None]] = set()
        self.strangers = 0

    async def _post(self, path: str, token: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        async with self._http.post(self._url + path, json=body or {}, headers=headers) as answer:
            answer.raise_for_status()
            result: dict[str, Any] = await answer.json()
            return result

    async def open(self) -> None:
        """Go the way a page goes: session, ticket, socket."""
        access = (await self._post("/api/v1/session", self._stream["tokens"]["stage"]))["access"]
        ticket = (await self._post("/api/v1/tickets", access))["ticket"]
        address = self._url.replace("http", "ws", 1) + "/ws/stage"
        protocols = ("vtcontrol.v1", f"ticket.{ticket}")
        self._socket = await self._http.ws_connect(address, protocols=protocols, max_msg_size=0, compress=0)
        await self._socket.receive_json(timeout=10)
        self._reader = asyncio.create_task(self._read())

    async def close(self) -> None:
        """Leave."""
        if self._reader:
            self._reader.cancel()
        if self._socket:
            await self._socket.close()

    async def say(self, text: str, viewer: str = "Ann", timeout_s: float = 60.0) -> Heard:
        """Post a chat line and return the turn that answers it, once it is over."""
        heard = await self.post(text, viewer)
        async with asyncio.timeout(timeout_s):
            await self._over.wait()
        return heard

    async def post(self, text: str, viewer: str = "Ann") -> Heard:
        """Post a chat line; what comes next on the socket is its turn."""
        heard = self._turn = Heard(posted_at=time.time())
        self._over.clear()
        body = {"kind": "direct", "text": text, "author_name": viewer, "platform": "bench"}
        accepted = await self._post(f"/api/v1/streams/{self._stream['id']}/events", self._stream["tokens"]["api"], body)
        heard.accepted_at = datetime.fromisoformat(accepted["received_at"]).timestamp()
        return heard

    async def _read(self) -> None:
        assert self._socket is not None
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.BINARY:
                self._audio(message.data)
            elif message.type is aiohttp.WSMsgType.TEXT:
                frame = json.loads(message.data)
                if frame["type"] == "ping":
                    await self._socket.send_json({"type": "pong", "n": frame["n"]})
                self._frame(frame)

    def _audio(self, frame: bytes) -> None:
        turn = self._turn
        if turn is None:
            self.strangers += 1
            return
        now = time.time()
        _, _, seg, seq, _, rate, _ = HEADER.unpack_from(frame)
        if not turn.chunks:
            turn.first_audio_at = now
            self._plays_until = now + 0.06
        turn.chunks.append((seg, seq))
        length_s = (len(frame) - HEADER.size) / 2 / rate
        turn.audio_ms += length_s * 1000
        self._plays_until = max(self._plays_until, now) + length_s

    def _frame(self, frame: dict[str, Any]) -> None:
        turn = self._turn
        if turn is None:
            return
        if frame["type"] == "say.start":
            turn.text = f"{turn.text} {frame['text']}".strip()
            turn.turn = frame["turn"]
        elif frame["type"] == "say.end":
            task = asyncio.create_task(self._answer(frame, self._plays_until))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)
        elif frame["type"] == "turn.end":
            turn.outcome, turn.ended_at = frame["outcome"], time.time()
            self._turn = None
            self._over.set()

    async def _answer(self, frame: dict[str, Any], at: float) -> None:
        """Tell that a segment was heard when it would have sounded to its end."""
        if self._is_patient:
            await asyncio.sleep(max(0.0, at - time.time()))
        assert self._socket is not None
        await self._socket.send_json(
            {"type": "heard", "turn": frame["turn"], "seg": frame["seg"], "ms": frame["audio_ms"]}
        )
