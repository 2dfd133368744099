"""A local server that speaks the OpenAI API with a metronome's timing and fails on command.

Tests start it inside their own loop (`OpenAIStub().start()`); the bench and people start it as a program::

    python -m tests.fakes.openai_server --port 0 --first-token-ms 150

which prints one line of JSON, `{"port": …, "url": …}`, and serves until it is told to stop. Then `url` + "/v1" is the
base URL for a client, and the control endpoints, which need no key, are:

=======================  =============================================================================================
``GET  /stub/log``       every request so far, oldest first (``?since=N`` skips the first N): see `Entry`
``GET  /stub/stats``     counts by endpoint: requests, done, cancelled, active, max_active
``POST /stub/timing``    change any field of `Timing`, for example ``{"first_token_ms": 0}``
``POST /stub/script``    ``{"reply": "…"}`` for all answers from now on, or ``{"queue": ["…", …]}`` for the next ones
``POST /stub/fail``      ``{"endpoint": "chat" | "speech" | "moderation" | "models" | "voices", "mode": "error_500",
                         "times": 1}``; times 0 = until told otherwise, mode "" = stop failing
``POST /stub/release``   close the connections of every request that hangs
``POST /stub/reset``     forget log, counts, script and failures
=======================  =============================================================================================

Moderation flags a text for the words of `openai_moderation.FLAGGED` in it.

A model named ``stub-<mode>`` fails that way too. A message containing ``stub-say: some text`` is answered with that
text, and a ``turn-<number>`` in it (the marker) is noted in the log, and put where a reply says ``{marker}``.

All times in the log are `time.monotonic` seconds, which every process of the machine shares.
"""

import argparse
import asyncio
import dataclasses
import json
import signal
import ssl
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from tests.fakes import openai_replies as replies
from tests.fakes.http_wire import Exchange, Wire
from tests.fakes.openai_endpoints import (
    FAIL_AT_ONCE,
    INSTANT,
    PITCHES_HZ,
    Call,
    Chat,
    Entry,
    Mode,
    Speech,
    Stats,
    Timing,
)
from tests.fakes.openai_moderation import FLAGGED, Moderation

__all__ = ["INSTANT", "Entry", "Mode", "OpenAIStub", "Stats", "Timing"]

LOG_LIMIT = 20_000
BODIES_KEPT = 200


@dataclass(slots=True)
class _Plan:
    mode: Mode
    times: int


@dataclass(slots=True)
class _State:
    log: deque[Entry] = field(default_factory=lambda: deque(maxlen=LOG_LIMIT))
    bodies: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=BODIES_KEPT))
    heads: deque[dict[str, str]] = field(default_factory=lambda: deque(maxlen=BODIES_KEPT))
    stats: dict[str, Stats] = field(default_factory=dict)
    plans: dict[str, _Plan] = field(default_factory=dict)
    reply: str = replies.STANDARD_REPLY
    queue: deque[str] = field(default_factory=deque)
    hanging: list[Exchange] = field(default_factory=list)
    count: int = 0


class OpenAIStub:
    """The server.

    Args:
        key: The only API key it lets in; "" lets everybody in.
        timing: The metronome.

    Attributes:
        refused: Parameters of a chat request it answers with a 400, as older and newer servers do.
        is_streaming: It knows `"stream": true`.
        formats: Values of `response_format` it takes; the others are answered with a 400.
        models: Names `/v1/models` lists.
        voices: What `/v1/audio/voices` answers with; None: there is no such page.
        flagged: Words moderation flags, with the category and its score.
        has_scores: Moderation tells scores, as OpenAI's does; some servers tell only what they flag.
    """

    def __init__(self, key: str = "", timing: Timing | None = None) -> None:
        self.key = key
        self.refused: set[str] = set()
        self.is_streaming = True
        self.formats = {"pcm", "wav", "mp3", "opus", "aac", "flac"}
        self.models = ["stub"]
        self.voices: Any = None
        self.flagged = dict(FLAGGED)
        self.has_scores = True
        self.timing = timing or Timing()
        self.port = 0
        self._scheme = "http"
        self._state = _State()
        self._changed = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._wires: set[Wire] = set()
        self._accepted = 0

    def _accept(self) -> Wire:
        self._accepted += 1
        return Wire(self._dispatch, self._wires, self.changed)

    async def start(self, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> "OpenAIStub":
        """Listen; port 0 picks a free one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._accept, host, port, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]
        self._scheme = "https" if tls else "http"
        for pitch in PITCHES_HZ:
            replies.vowel(pitch, self.timing.segment_ms)
        return self

    async def stop(self) -> None:
        """Stop listening and drop every connection."""
        if self._server is not None:
            self._server.close()
        for wire in list(self._wires):
            wire.transport.abort()
        await asyncio.sleep(0)

    @property
    def base_url(self) -> str:
        """What a client is configured with."""
        return f"{self._scheme}://127.0.0.1:{self.port}/v1"

    @property
    def connections(self) -> int:
        """Open connections now."""
        return len(self._wires)

    @property
    def accepted(self) -> int:
        """Connections accepted so far."""
        return self._accepted

    @property
    def log(self) -> list[Entry]:
        """Requests so far, oldest first."""
        return list(self._state.log)

    @property
    def heads(self) -> list[dict[str, str]]:
        """Headers of the last requests, oldest first; names in lower case."""
        return list(self._state.heads)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """JSON bodies of the last requests, oldest first."""
        return list(self._state.bodies)

    def stats(self, endpoint: str) -> Stats:
        """Counts of "chat", "speech", "moderation" or "models"."""
        return self._state.stats.setdefault(endpoint, Stats())

    def fail(self, endpoint: str, mode: "Mode | str", times: int = 1) -> None:
        """Make the next requests of an endpoint fail; `times` 0 = until told otherwise, mode "" = stop."""
        if mode:
            self._state.plans[endpoint] = _Plan(Mode(mode), times)
        else:
            self._state.plans.pop(endpoint, None)

    def say(self, *lines: str) -> None:
        """Queue the next replies."""
        self._state.queue.extend(lines)

    def release(self) -> None:
        """Close the connections of requests that hang."""
        hanging, self._state.hanging = self._state.hanging, []
        for exchange in hanging:
            exchange.close()

    async def until(self, is_so: Callable[["OpenAIStub"], bool]) -> None:
        """Wait until something is so; looked at again whenever a request begins, moves on or ends."""
        while not is_so(self):
            self._changed.clear()
            await self._changed.wait()

    def changed(self) -> None:
        """Something in log or counts moved."""
        self._changed.set()

    def _dispatch(self, exchange: Exchange) -> None:
        if exchange.path.startswith("/stub/"):
            self._control(exchange)
            return
        endpoint = _ENDPOINTS.get((exchange.method, exchange.path), "unknown")
        call = Call(self, exchange, self._enter(exchange, endpoint), _json_of(exchange.body))
        if self.key and exchange.headers.get("authorization") != f"Bearer {self.key}":
            call.fail(Mode.UNAUTHORISED)
            return
        mode = self._mode_for(endpoint, call.entry.model)
        refused = sorted(self.refused & call.body.keys())
        if mode in FAIL_AT_ONCE:
            call.fail(mode)
        elif refused:
            call.refuse(400, "invalid_request_error", f"Unrecognized request argument: {refused[0]}.")
        elif endpoint == "chat":
            Chat(call, mode).begin()
        elif endpoint == "speech":
            Speech(call, mode).begin()
        elif endpoint == "moderation":
            Moderation(call, mode, self.flagged, has_scores=self.has_scores).begin()
        elif endpoint == "models":
            rows = [{"id": name, "object": "model", "owned_by": "stub"} for name in self.models]
            call.done({"object": "list", "data": rows})
        elif endpoint == "voices" and self.voices is not None:
            call.done(self.voices)
        else:
            call.fail(Mode.NOT_FOUND)

    def _enter(self, exchange: Exchange, endpoint: str) -> Entry:
        body = _json_of(exchange.body)
        self._state.bodies.append(body)
        self._state.heads.append(exchange.headers)
        entry = Entry(
            self._state.count,
            endpoint,
            model=str(body.get("model", "")),
            text=str(body.get("input", "")),
            authorization=exchange.headers.get("authorization", ""),
            arrived=exchange.arrived,
        )
        markers = replies.MARKER.findall(_last_message(body) or entry.text)
        entry.marker = markers[-1] if markers else ""
        self._state.count += 1
        self._state.log.append(entry)
        stats = self.stats(endpoint)
        stats.requests += 1
        stats.active += 1
        stats.max_active = max(stats.max_active, stats.active)
        self.changed()
        return entry

    def _mode_for(self, endpoint: str, model: str) -> Mode | None:
        plan = self._state.plans.get(endpoint)
        if plan is None:
            wish = model.removeprefix("stub-")
            return Mode(wish) if model.startswith("stub-") and wish in set(Mode) else None
        if plan.times == 1:
            del self._state.plans[endpoint]
        plan.times -= 1
        return plan.mode

    def next_reply(self, body: dict[str, Any], marker: str) -> str:
        """Choose what to answer: the prompt's own wish, the queue, the standing script."""
        wishes = replies.SAY.findall(_last_message(body))
        if wishes:
            return wishes[-1].strip()
        line = self._state.queue.popleft() if self._state.queue else self._state.reply
        return line.replace("{marker}", marker)

    def hang(self, exchange: Exchange) -> None:
        """Let a request wait for `release`."""
        self._state.hanging.append(exchange)

    def _control(self, exchange: Exchange) -> None:
        body = _json_of(exchange.body)
        match exchange.path.removeprefix("/stub/"):
            case "log":
                since = int(parse_qs(exchange.query).get("since", ["0"])[0])
                answer: Any = [dataclasses.asdict(entry) for entry in self._state.log if entry.n >= since]
            case "stats":
                answer = {name: dataclasses.asdict(stats) for name, stats in self._state.stats.items()}
            case "timing":
                self.timing = dataclasses.replace(self.timing, **body)
                answer = dataclasses.asdict(self.timing)
            case "script":
                self._state.reply = body.get("reply", self._state.reply)
                self.say(*body.get("queue", []))
                answer = {"reply": self._state.reply, "queued": len(self._state.queue)}
            case "fail":
                self.fail(body["endpoint"], body.get("mode", ""), int(body.get("times", 1)))
                answer = {name: plan.mode for name, plan in self._state.plans.items()}
            case "release":
                self.release()
                answer = {}
            case "reset":
                self.release()
                self._state = _State()
                answer = {}
            case _:
                exchange.whole(b"{}", status=404)
                return
        exchange.whole(json.dumps(answer).encode())


def _json_of(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _last_message(body: dict[str, Any]) -> str:
    """Return the last thing a user said; instructions of the system may follow it."""
    said = [message for message in body.get("messages") or [] if message.get("role") == "user"]
    return str(said[-1].get("content", "")) if said else ""


_ENDPOINTS = {
    ("POST", "/v1/chat/completions"): "chat",
    ("POST", "/v1/audio/speech"): "speech",
    ("POST", "/v1/moderations"): "moderation",
    ("GET", "/v1/models"): "models",
    ("GET", "/v1/audio/voices"): "voices",
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A local OpenAI-compatible server with exact timing.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default="", help="the only API key let in; none: everybody")
    parser.add_argument("--reply", default="", help="what to answer instead of the standard reply")
    for knob in dataclasses.fields(Timing):
        kind = str if isinstance(knob.default, str) else float
        parser.add_argument("--" + knob.name.replace("_", "-"), type=kind, default=knob.default)
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    knobs = {knob.name: getattr(arguments, knob.name) for knob in dataclasses.fields(Timing)}
    knobs |= {"segment_ms": int(knobs["segment_ms"]), "mid_tokens": int(knobs["mid_tokens"])}
    stub = OpenAIStub(arguments.key, Timing(**knobs))
    if arguments.reply:
        stub._state.reply = arguments.reply
    await stub.start(arguments.host, arguments.port)
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    print(json.dumps({"port": stub.port, "url": f"http://{arguments.host}:{stub.port}"}), flush=True)
    await stopped.wait()
    await stub.stop()


if __name__ == "__main__":
    if sys.platform == "win32":
        asyncio.run(_serve(_arguments()))
    else:
        import uvloop

        uvloop.run(_serve(_arguments()))
