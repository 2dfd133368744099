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
``POST /stub/fail``      ``{"endpoint": "chat" | "speech" | "models", "mode": "error_500", "times": 1}``; times 0 =
                         until told otherwise, mode "" = stop failing
``POST /stub/release``   close the connections of every request that hangs
``POST /stub/reset``     forget log, counts, script and failures
=======================  =============================================================================================

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
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs

from tests.fakes import openai_replies as replies
from tests.fakes.http_wire import Exchange, Wire, framed

LOG_LIMIT = 20_000
BODIES_KEPT = 200
SAMPLES_PER_CHUNK = 8_192
SSE = "text/event-stream; charset=utf-8"
MP3_START = b"ID3\x04\x00\x00\x00\x00\x00\x00\xff\xfb\x90\x64" + b"\x00" * 400


class Mode(StrEnum):
    """Ways to fail. The first block hits any endpoint, the second the streams of chat, the third those of speech."""

    ERROR_500 = "error_500"
    UNAVAILABLE = "unavailable"
    RATE_LIMITED = "rate_limited"
    UNAUTHORISED = "unauthorised"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    BAD_REQUEST = "bad_request"
    ENDLESS_ERROR = "endless_error"
    HTML = "html"
    JSON_200 = "json_200"
    REDIRECT = "redirect"
    HANG = "hang"
    CLOSE = "close"
    RESET = "reset"

    HANG_MID = "hang_mid"
    CLOSE_MID = "close_mid"
    RESET_MID = "reset_mid"
    DRIP = "drip"
    EMPTY = "empty"
    REFUSES_STREAM_OPTIONS = "refuses_stream_options"
    GARBAGE_SSE = "garbage_sse"
    INVALID_JSON = "invalid_json"
    WRONG_SHAPE = "wrong_shape"
    TRUNCATED_UTF8 = "truncated_utf8"
    HUGE_LINE = "huge_line"
    ERROR_IN_STREAM = "error_in_stream"
    NO_DONE = "no_done"
    ENDLESS = "endless"

    WAV = "wav"
    STREAMED_WAV = "streamed_wav"
    STEREO_WAV = "stereo_wav"
    MP3 = "mp3"
    MP3_AS_PCM = "mp3_as_pcm"
    ODD_BYTES = "odd_bytes"


@dataclass(slots=True)
class Timing:
    """Knobs of the metronome and of what is said.

    Attributes:
        first_token_ms: From the request's arrival to the head of the answer together with its first token.
        tokens_per_s: Rate of the tokens after the first; 0 = all at once.
        speech_first_byte_ms: From the request's arrival to the first audio; the rest follows at once.
        segment_ms: Length of the audio of any text.
        ms_per_char: When not 0, the audio's length follows the text instead.
        mid_tokens: Tokens (or chunks of audio) that still come before a failure in mid-stream.
        drip_ms: Pause between single bytes of a slow drip.
        retry_after_s: What a 429 asks for.
        redirect_to: Where a redirect points.
    """

    first_token_ms: float = 150
    tokens_per_s: float = 50
    speech_first_byte_ms: float = 80
    segment_ms: int = 1500
    ms_per_char: float = 0
    mid_tokens: int = 5
    drip_ms: float = 5
    retry_after_s: float = 2
    redirect_to: str = "http://169.254.169.254/latest/meta-data/"


INSTANT = {"first_token_ms": 0, "tokens_per_s": 0, "speech_first_byte_ms": 0}


@dataclass(slots=True)
class Entry:
    """One request in the log.

    Attributes:
        n: Number of the request, from 0.
        endpoint: "chat", "speech", "models" or "unknown".
        outcome: "active", "done", "cancelled" (the client went away first) or the failure mode.
        model: What was asked for.
        text: The input of speech; the reply of chat.
        marker: `turn-<number>` found in the last message or in the input.
        authorization: The header, as it came.
        arrived, first_sent, clause_sent, ended: Marks; 0.0 = did not happen. `first_sent` is the first token or audio
            byte, `clause_sent` the token that ends the first clause.
        sent: Tokens, or bytes of audio, sent so far.
    """

    n: int
    endpoint: str
    outcome: str = "active"
    model: str = ""
    text: str = ""
    marker: str = ""
    authorization: str = ""
    arrived: float = 0.0
    first_sent: float = 0.0
    clause_sent: float = 0.0
    ended: float = 0.0
    sent: int = 0


@dataclass(slots=True)
class Stats:
    """Counts of one endpoint."""

    requests: int = 0
    done: int = 0
    cancelled: int = 0
    failed: int = 0
    active: int = 0
    max_active: int = 0


@dataclass(slots=True)
class _Plan:
    mode: Mode
    times: int


@dataclass(slots=True)
class _State:
    log: deque[Entry] = field(default_factory=lambda: deque(maxlen=LOG_LIMIT))
    bodies: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=BODIES_KEPT))
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
    """

    def __init__(self, key: str = "", timing: Timing | None = None) -> None:
        self.key = key
        self.timing = timing or Timing()
        self.port = 0
        self._scheme = "http"
        self._state = _State()
        self._changed = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._wires: set[Wire] = set()

    async def start(self, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> "OpenAIStub":
        """Listen; port 0 picks a free one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Wire(self._dispatch, self._wires), host, port, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]
        self._scheme = "https" if tls else "http"
        for pitch in _PITCHES_HZ:
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
    def log(self) -> list[Entry]:
        """Requests so far, oldest first."""
        return list(self._state.log)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """JSON bodies of the last requests, oldest first."""
        return list(self._state.bodies)

    def stats(self, endpoint: str) -> Stats:
        """Counts of "chat", "speech" or "models"."""
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
        call = _Call(self, exchange, self._enter(exchange, endpoint), _json_of(exchange.body))
        if self.key and exchange.headers.get("authorization") != f"Bearer {self.key}":
            call.fail(Mode.UNAUTHORISED)
            return
        mode = self._mode_for(endpoint, call.entry.model)
        if mode in _FAIL_AT_ONCE or (mode is Mode.REFUSES_STREAM_OPTIONS and "stream_options" in call.body):
            call.fail(mode)
        elif endpoint == "chat":
            _Chat(call, mode).begin()
        elif endpoint == "speech":
            _Speech(call, mode).begin()
        elif endpoint == "models":
            call.done({"object": "list", "data": [{"id": "stub", "object": "model", "owned_by": "stub"}]})
        else:
            call.fail(Mode.NOT_FOUND)

    def _enter(self, exchange: Exchange, endpoint: str) -> Entry:
        body = _json_of(exchange.body)
        self._state.bodies.append(body)
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
            return Mode(model.removeprefix("stub-")) if model.startswith("stub-") else None
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


class _Call:
    """A request on its way: exchange, log entry, parsed body and how it ends."""

    __slots__ = ("body", "entry", "exchange", "stats", "stub")

    def __init__(self, stub: OpenAIStub, exchange: Exchange, entry: Entry, body: dict[str, Any]) -> None:
        self.stub = stub
        self.exchange = exchange
        self.entry = entry
        self.body = body
        self.stats = stub.stats(entry.endpoint)
        exchange.on_lost = lambda: self.close("cancelled")

    def close(self, outcome: str) -> None:
        """Write the end of the request into the log."""
        if self.entry.outcome != "active":
            return
        self.entry.outcome = outcome
        self.entry.ended = time.monotonic()
        self.stats.active -= 1
        self.stats.done += outcome == "done"
        self.stats.cancelled += outcome == "cancelled"
        self.stats.failed += outcome not in {"done", "cancelled"}
        self.stub.changed()

    def done(self, answer: dict[str, Any]) -> None:
        """Answer with JSON at once."""
        self.close("done")
        self.exchange.whole(json.dumps(answer).encode())

    def mark_first(self) -> None:
        """The first token or audio byte leaves now."""
        self.entry.first_sent = time.monotonic()
        self.stub.changed()

    def fail(self, mode: Mode) -> None:
        """Fail before anything of an answer was sent."""
        if mode is Mode.HANG:
            self.stub.hang(self.exchange)
            return
        self.close(mode)
        exchange = self.exchange
        if mode is Mode.CLOSE:
            exchange.close()
        elif mode is Mode.RESET:
            exchange.reset()
        elif mode is Mode.HTML:
            exchange.whole(b"<html><body><h1>Welcome to the Wi-Fi portal</h1></body></html>", "text/html")
        elif mode is Mode.REDIRECT:
            exchange.whole(b"", status=302, headers={"Location": self.stub.timing.redirect_to})
        elif mode is Mode.ENDLESS_ERROR:
            exchange.write(exchange.begin("text/plain", 500))
            _pour(exchange, framed(b"no " * 20_000))
        elif mode is Mode.EMPTY:
            exchange.whole(b"", SSE if self.entry.endpoint == "chat" else "audio/pcm")
        else:
            self._refuse(mode)

    def _refuse(self, mode: Mode) -> None:
        status, code, message = _REFUSALS[mode]
        headers = {}
        if mode is Mode.RATE_LIMITED:
            headers["Retry-After"] = f"{self.stub.timing.retry_after_s:g}"
        # Real servers repeat the key they refuse and pieces of the request; whoever logs this text leaks them.
        detail = f"{message} {self.entry.authorization} {json.dumps(self.body)[:400]}"
        error = {"error": {"message": detail, "type": code, "param": None, "code": code}}
        self.exchange.whole(json.dumps(error).encode(), status=status, headers=headers)


class _Chat:
    """One answer of /v1/chat/completions."""

    def __init__(self, call: _Call, mode: Mode | None) -> None:
        self.call = call
        self.exchange = call.exchange
        self.timing = call.stub.timing
        self.mode = mode
        call.entry.text = call.stub.next_reply(call.body, call.entry.marker)
        self.tokens = replies.tokens_of(call.entry.text)
        self.clause_index = replies.first_clause_token(self.tokens)
        self.id = f"chatcmpl-stub{call.entry.n}"
        self.has_usage = bool((call.body.get("stream_options") or {}).get("include_usage"))
        self.created = int(time.time())
        self.before, _, self.after = self._event({"content": "\0"}).partition(b'"\\u0000"')

    def begin(self) -> None:
        first_at = self.exchange.arrived + self.timing.first_token_ms / 1000
        if self.call.body.get("stream"):
            self.exchange.at(first_at, self._open)
        else:
            self.exchange.at(first_at + self._token_s() * len(self.tokens), self._answer_whole)

    def _token_s(self) -> float:
        return 1 / self.timing.tokens_per_s if self.timing.tokens_per_s else 0.0

    def _open(self) -> None:
        head = self.exchange.begin(SSE, headers={"Cache-Control": "no-cache", "X-Request-Id": self.id})
        raw = head + framed(self._event({"role": "assistant", "content": "", "refusal": None}))
        if self.mode in _CHAT_SPOILERS:
            self.exchange.write(raw)
            self._spoil()
        else:
            self._tick(raw)

    def _due(self) -> int:
        token_s = self._token_s()
        if not token_s:
            return len(self.tokens)
        since_first = time.monotonic() - self.exchange.arrived - self.timing.first_token_ms / 1000
        return min(len(self.tokens), max(self.call.entry.sent, int(since_first / token_s + 0.02)) + 1)

    def _tick(self, raw: bytes = b"") -> None:
        entry = self.call.entry
        due = self._due()
        if self.mode in _MID_STREAM:
            due = min(due, self.timing.mid_tokens)
        pieces = [raw]
        pieces += [self._token(token) for token in self.tokens[entry.sent : due]]
        self.exchange.write(b"".join(pieces))
        if entry.sent == 0:
            self.call.mark_first()
        if entry.sent <= self.clause_index < due:
            entry.clause_sent = time.monotonic()
        entry.sent = due
        if self.mode in _MID_STREAM and due >= self.timing.mid_tokens:
            _break_off(self.call, self.mode)
        elif due == len(self.tokens):
            self._finish()
        else:
            first_at = self.exchange.arrived + self.timing.first_token_ms / 1000
            self.exchange.at(first_at + due * self._token_s(), self._tick)

    def _token(self, token: str) -> bytes:
        return framed(self.before + json.dumps(token, ensure_ascii=False).encode() + self.after)

    def _finish(self) -> None:
        tail = framed(self._event({}, finish_reason="stop"))
        if self.has_usage:
            tail += framed(_sse({**self._base(), "choices": [], "usage": self._usage()}))
        if self.mode is not Mode.NO_DONE:
            tail += framed(b"data: [DONE]\n\n")
        self.call.close("done")
        self.exchange.end(tail)

    def _spoil(self) -> None:
        exchange, mode = self.exchange, self.mode
        assert mode is not None
        self.call.mark_first()
        self.call.close(mode)
        if mode is Mode.HUGE_LINE:
            exchange.write(framed(b"data: "))
            _pour(exchange, framed(b"x" * 60_000))
        elif mode is Mode.ENDLESS:
            _pour(exchange, framed(self._event({"content": "on and on "}) * 100))
        elif mode is Mode.DRIP:
            whole = b"".join(self._event({"content": token}) for token in self.tokens) + b"data: [DONE]\n\n"
            _drip(exchange, whole, self.timing.drip_ms / 1000)
        else:
            exchange.end(framed(_SPOILT[mode]))

    def _base(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.call.entry.model,
            "service_tier": "default",
            "system_fingerprint": "fp_stub",
        }

    def _event(self, delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        usage = {"usage": None} if self.has_usage else {}
        return _sse({**self._base(), "choices": [choice], **usage})

    def _usage(self) -> dict[str, int]:
        asked = len(json.dumps(self.call.body.get("messages", []))) // 4
        return {"prompt_tokens": asked, "completion_tokens": len(self.tokens), "total_tokens": asked + len(self.tokens)}

    def _answer_whole(self) -> None:
        message = {"role": "assistant", "content": self.call.entry.text, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        base = {**self._base(), "object": "chat.completion"}
        self.call.mark_first()
        self.call.done({**base, "choices": [choice], "usage": self._usage()})


class _Speech:
    """One answer of /v1/audio/speech."""

    def __init__(self, call: _Call, mode: Mode | None) -> None:
        self.call = call
        self.exchange = call.exchange
        self.timing = call.stub.timing
        self.mode = mode
        self.format = str(call.body.get("response_format", "mp3"))

    def begin(self) -> None:
        self.exchange.at(self.exchange.arrived + self.timing.speech_first_byte_ms / 1000, self._open)

    def _pcm(self) -> bytes:
        text = str(self.call.body.get("input", ""))
        duration_ms = int(len(text) * self.timing.ms_per_char) if self.timing.ms_per_char else self.timing.segment_ms
        return replies.vowel(_PITCHES_HZ[len(text) % len(_PITCHES_HZ)], max(20, duration_ms))

    def _body(self) -> tuple[str, bytes]:
        if self.mode is Mode.MP3 or (self.mode is None and self.format == "mp3"):
            return "audio/mpeg", MP3_START
        if self.mode is Mode.MP3_AS_PCM:
            return "audio/pcm", MP3_START
        pcm = self._pcm()
        if self.mode is Mode.STREAMED_WAV:
            header = bytearray(replies.wav_header(0))
            header[4:8] = header[40:44] = b"\xff\xff\xff\xff"
            return "application/octet-stream", bytes(header) + pcm
        if self.mode is Mode.STEREO_WAV:
            return "audio/wav", replies.wav_header(len(pcm), channels=2) + pcm
        if self.mode is Mode.WAV or self.format == "wav":
            return "audio/wav", replies.wav_header(len(pcm)) + pcm
        return "audio/pcm", pcm

    def _open(self) -> None:
        content_type, body = self._body()
        head = self.exchange.begin(content_type)
        self.call.mark_first()
        if self.mode is Mode.ENDLESS:
            self.exchange.write(head)
            self.call.close(self.mode)
            _pour(self.exchange, framed(body))
            return
        if self.mode in {Mode.ODD_BYTES, Mode.DRIP}:
            self.exchange.write(head)
            self.call.close(self.mode)
            size = 1 if self.mode is Mode.DRIP else 4_801
            _drip(self.exchange, body, self.timing.drip_ms / 1000, size)
            return
        self._send(head, body)

    def _send(self, head: bytes, body: bytes) -> None:
        if self.mode in _MID_STREAM:
            body = body[: SAMPLES_PER_CHUNK * 2]
        chunks = [body[at : at + SAMPLES_PER_CHUNK * 2] for at in range(0, len(body), SAMPLES_PER_CHUNK * 2)]
        raw = head + b"".join(framed(chunk) for chunk in chunks)
        self.call.entry.sent = len(body)
        if self.mode in _MID_STREAM:
            self.exchange.write(raw)
            _break_off(self.call, self.mode)
            return
        self.call.close("done")
        self.exchange.end(raw)


def _break_off(call: _Call, mode: Mode | None) -> None:
    if mode is Mode.HANG_MID:
        call.stub.hang(call.exchange)
        return
    call.close(str(mode))
    if mode is Mode.CLOSE_MID:
        call.exchange.close()
    else:
        call.exchange.reset()


def _pour(exchange: Exchange, frame: bytes) -> None:
    """Write without end, until the client has had enough."""
    if not exchange.is_over:
        exchange.write(frame)
        exchange.at(time.monotonic() + 0.001, lambda: _pour(exchange, frame))


def _drip(exchange: Exchange, rest: bytes, pause_s: float, size: int = 1) -> None:
    if exchange.is_over:
        return
    if not rest:
        exchange.end()
        return
    exchange.write(framed(rest[:size]))
    exchange.at(time.monotonic() + pause_s, lambda: _drip(exchange, rest[size:], pause_s, size))


def _sse(event: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode() + b"\n\n"


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
    ("GET", "/v1/models"): "models",
}
_PITCHES_HZ = (160, 190, 220, 250)
_REFUSALS = {
    Mode.ERROR_500: (500, "server_error", "The server had an error while processing your request."),
    Mode.UNAVAILABLE: (503, "overloaded", "The engine is currently overloaded."),
    Mode.RATE_LIMITED: (429, "rate_limit_exceeded", "Rate limit reached."),
    Mode.UNAUTHORISED: (401, "invalid_api_key", "Incorrect API key provided:"),
    Mode.FORBIDDEN: (403, "forbidden", "Your key may not do this:"),
    Mode.NOT_FOUND: (404, "model_not_found", "No such model or path."),
    Mode.BAD_REQUEST: (400, "invalid_request_error", "Bad request."),
    Mode.REFUSES_STREAM_OPTIONS: (400, "invalid_request_error", "Unrecognized request argument: stream_options"),
    Mode.JSON_200: (200, "server_error", "Something went wrong, politely."),
}
_FAIL_AT_ONCE = {
    *_REFUSALS,
    Mode.HTML,
    Mode.REDIRECT,
    Mode.HANG,
    Mode.CLOSE,
    Mode.RESET,
    Mode.ENDLESS_ERROR,
    Mode.EMPTY,
} - {Mode.REFUSES_STREAM_OPTIONS}
_MID_STREAM = {Mode.HANG_MID, Mode.CLOSE_MID, Mode.RESET_MID}
_SPOILT = {
    Mode.GARBAGE_SSE: b"\x00\xff\xfe this is no event \n\n data; nonsense\n\n",
    Mode.INVALID_JSON: b'data: {"id":"x","choices":[{"index":0,"delta":{"content":"Hel\n\n',
    Mode.WRONG_SHAPE: b'data: ["not", "an", "object"]\n\n',
    Mode.TRUNCATED_UTF8: b'data: {"choices":[{"index":0,"delta":{"content":"\xd0\xbf\xd1"}}]}\n\ndata: [DONE]\n\n',
    Mode.ERROR_IN_STREAM: _sse({"error": {"message": "The model crashed.", "type": "server_error", "code": 500}}),
}
_CHAT_SPOILERS = {*_SPOILT, Mode.HUGE_LINE, Mode.DRIP, Mode.ENDLESS}


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
    sys.exit(asyncio.run(_serve(_arguments())))
