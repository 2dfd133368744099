"""The endpoints of the OpenAI stub: what an answer of each looks like on the wire, and each way it can go wrong.

Owns one request at a time (`Call`, `Chat`, `Speech`), the knobs (`Timing`), the failures (`Mode`) and the log's rows
(`Entry`, `Stats`). Who listens, counts and decides is `tests.fakes.openai_server`.
"""

import functools
import json
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from tests.fakes import openai_replies as replies
from tests.fakes import speech_bodies as bodies
from tests.fakes.http_wire import Exchange, framed

SAMPLES_PER_CHUNK = 8_192
SSE = "text/event-stream; charset=utf-8"


class Mode(StrEnum):
    """Ways to fail. The first block hits any endpoint, the second the streams of chat, the third bodies of speech."""

    ERROR_500 = "error_500"
    UNAVAILABLE = "unavailable"
    RATE_LIMITED = "rate_limited"
    NO_CREDIT = "no_credit"
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
    GARBAGE_SSE = "garbage_sse"
    INVALID_JSON = "invalid_json"
    WRONG_SHAPE = "wrong_shape"
    TRUNCATED_UTF8 = "truncated_utf8"
    HUGE_LINE = "huge_line"
    ERROR_IN_STREAM = "error_in_stream"
    NO_DONE = "no_done"
    ENDLESS = "endless"

    PCM = "pcm"
    WAV = "wav"
    MP3 = "mp3"
    OPUS = "opus"
    AAC = "aac"
    FLAC = "flac"
    STREAMED_WAV = "streamed_wav"
    STEREO_WAV = "stereo_wav"
    SHORT_WAV = "short_wav"
    MP3_AS_PCM = "mp3_as_pcm"
    FAKE_MP3 = "fake_mp3"
    HTML_AS_MP3 = "html_as_mp3"
    HTML_AS_PCM = "html_as_pcm"
    NOISE = "noise"
    NOISE_IN_OGG = "noise_in_ogg"
    NOISE_IN_MP3 = "noise_in_mp3"
    CUT_OGG = "cut_ogg"
    WEBM = "webm"
    MP3_44100_STEREO = "mp3_44100_stereo"
    L16_AT_48000 = "l16_at_48000"
    ODD_BYTES = "odd_bytes"


@dataclass(slots=True)
class Timing:
    """Knobs of the metronome and of what is said.

    Attributes:
        first_token_ms: From the request's arrival to the head of the answer together with its first token.
        tokens_per_s: Rate of the tokens after the first; 0 = all at once.
        speech_first_byte_ms: From the request's arrival to the first audio; the rest follows at once.
        moderation_ms: From the request's arrival to a verdict.
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
    moderation_ms: float = 60
    segment_ms: int = 1500
    ms_per_char: float = 0
    mid_tokens: int = 5
    drip_ms: float = 5
    retry_after_s: float = 2
    redirect_to: str = "http://169.254.169.254/latest/meta-data/"


INSTANT = {"first_token_ms": 0, "tokens_per_s": 0, "speech_first_byte_ms": 0, "moderation_ms": 0}


@dataclass(slots=True)
class Entry:
    """One request in the log.

    Attributes:
        n: Number of the request, from 0.
        endpoint: "chat", "speech", "moderation", "models" or "unknown".
        outcome: "active", "done", "cancelled" (the client went away first) or the failure mode.
        model: What was asked for.
        text: The input of speech and moderation; the reply of chat.
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


class Desk(Protocol):
    """What a call asks of the server it came to."""

    timing: Timing
    is_streaming: bool
    formats: set[str]

    def stats(self, endpoint: str) -> Stats:
        """Counts of an endpoint."""
        ...

    def next_reply(self, body: dict[str, Any], marker: str) -> str:
        """Choose what to answer."""
        ...

    def hang(self, exchange: Exchange) -> None:
        """Let a request wait until somebody releases it."""
        ...

    def changed(self) -> None:
        """Something in log or counts moved."""
        ...


class Call:
    """A request on its way: exchange, log entry, parsed body and how it ends."""

    __slots__ = ("body", "entry", "exchange", "stats", "stub")

    def __init__(self, stub: Desk, exchange: Exchange, entry: Entry, body: dict[str, Any]) -> None:
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
            pour(exchange, framed(b"no " * 20_000))
        elif mode is Mode.EMPTY:
            exchange.whole(b"", SSE if self.entry.endpoint == "chat" else "audio/pcm")
        else:
            self.refuse(*_REFUSALS[mode])

    def refuse(self, status: int, code: str, message: str) -> None:
        """Answer with an error in OpenAI's form."""
        self.close(code)
        headers = {}
        if code == "rate_limit_exceeded":
            headers["Retry-After"] = f"{self.stub.timing.retry_after_s:g}"
        # Real servers repeat the key they refuse and pieces of the request; whoever logs this text leaks them.
        detail = f"{message} {self.entry.authorization} {json.dumps(self.body)[:400]}"
        error = {"error": {"message": detail, "type": code, "param": None, "code": code}}
        self.exchange.whole(json.dumps(error).encode(), status=status, headers=headers)


class Chat:
    """One answer of /v1/chat/completions."""

    def __init__(self, call: Call, mode: Mode | None) -> None:
        self.call = call
        self.exchange = call.exchange
        self.timing = call.stub.timing
        self.mode = mode
        call.entry.text = call.stub.next_reply(call.body, call.entry.marker)
        self.tokens = replies.tokens_of(call.entry.text)
        self.clause_index = replies.first_clause_token(self.tokens)
        self.has_usage = bool((call.body.get("stream_options") or {}).get("include_usage"))
        self.frames = _frames(call.entry.model, call.entry.text, has_usage=self.has_usage)

    def begin(self) -> None:
        first_at = self.exchange.arrived + self.timing.first_token_ms / 1000
        if self.call.body.get("stream") and self.call.stub.is_streaming:
            self.exchange.at(first_at, self._open)
        else:
            self.exchange.at(first_at + self._token_s() * len(self.tokens), self._answer_whole)

    def _token_s(self) -> float:
        return 1 / self.timing.tokens_per_s if self.timing.tokens_per_s else 0.0

    def _open(self) -> None:
        head = self.exchange.begin(SSE, headers={"Cache-Control": "no-cache", "X-Request-Id": "req-stub"})
        raw = head + self.frames[0]
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
        self.exchange.write(raw + b"".join(self.frames[entry.sent + 1 : due + 1]))
        if entry.sent == 0:
            self.call.mark_first()
        if entry.sent <= self.clause_index < due:
            entry.clause_sent = time.monotonic()
        entry.sent = due
        if self.mode in _MID_STREAM and due >= self.timing.mid_tokens:
            break_off(self.call, self.mode)
        elif due == len(self.tokens):
            self._finish()
        else:
            first_at = self.exchange.arrived + self.timing.first_token_ms / 1000
            self.exchange.at(first_at + due * self._token_s(), self._tick)

    def _finish(self) -> None:
        tail = self.frames[-1]
        if self.has_usage:
            tail += framed(_sse({**_base(self.call.entry.model), "choices": [], "usage": self._usage()}))
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
            pour(exchange, framed(b"x" * 60_000))
        elif mode is Mode.ENDLESS:
            pour(exchange, framed(_event("", {"content": "on and on "}) * 100))
        elif mode is Mode.DRIP:
            whole = b"".join(_event("", {"content": token}) for token in self.tokens) + b"data: [DONE]\n\n"
            drip(exchange, whole, self.timing.drip_ms / 1000)
        else:
            exchange.end(framed(_SPOILT[mode]))

    def _usage(self) -> dict[str, int]:
        asked = len(json.dumps(self.call.body.get("messages", []))) // 4
        return {"prompt_tokens": asked, "completion_tokens": len(self.tokens), "total_tokens": asked + len(self.tokens)}

    def _answer_whole(self) -> None:
        message = {"role": "assistant", "content": self.call.entry.text, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        base = {**_base(self.call.entry.model), "object": "chat.completion"}
        self.call.mark_first()
        self.call.done({**base, "choices": [choice], "usage": self._usage()})


class Speech:
    """One answer of /v1/audio/speech."""

    def __init__(self, call: Call, mode: Mode | None) -> None:
        self.call = call
        self.exchange = call.exchange
        self.timing = call.stub.timing
        self.mode = mode
        self.format = str(call.body.get("response_format", "mp3"))

    def begin(self) -> None:
        if self.format not in self.call.stub.formats:
            self.call.refuse(400, "invalid_request_error", f"response_format '{self.format}' is not supported.")
            return
        self.exchange.at(self.exchange.arrived + self.timing.speech_first_byte_ms / 1000, self._open)

    def _pcm(self) -> bytes:
        text = str(self.call.body.get("input", ""))
        duration_ms = int(len(text) * self.timing.ms_per_char) if self.timing.ms_per_char else self.timing.segment_ms
        return replies.vowel(PITCHES_HZ[len(text) % len(PITCHES_HZ)], max(20, duration_ms))

    def _body(self) -> tuple[str, bytes]:
        pcm, mode = self._pcm(), self.mode
        if mode is not None and mode in bodies.SPOILT:
            return bodies.SPOILT[mode](pcm)
        return bodies.body_of(mode if mode in bodies.TYPES else self.format, pcm)

    def _open(self) -> None:
        content_type, body = self._body()
        head = self.exchange.begin(content_type)
        self.call.mark_first()
        if self.mode is Mode.ENDLESS:
            self.exchange.write(head)
            self.call.close(self.mode)
            pour(self.exchange, framed(body))
            return
        if self.mode in {Mode.ODD_BYTES, Mode.DRIP}:
            self.exchange.write(head)
            self.call.close(self.mode)
            size = 1 if self.mode is Mode.DRIP else 4_801
            drip(self.exchange, body, self.timing.drip_ms / 1000, size)
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
            break_off(self.call, self.mode)
            return
        self.call.close("done")
        self.exchange.end(raw)


def break_off(call: Call, mode: Mode | None) -> None:
    if mode is Mode.HANG_MID:
        call.stub.hang(call.exchange)
        return
    call.close(str(mode))
    if mode is Mode.CLOSE_MID:
        call.exchange.close()
    else:
        call.exchange.reset()


def pour(exchange: Exchange, frame: bytes) -> None:
    """Write without end, until the client has had enough."""
    if not exchange.is_over:
        exchange.write(frame)
        exchange.at(time.monotonic() + 0.001, lambda: pour(exchange, frame))


def drip(exchange: Exchange, rest: bytes, pause_s: float, size: int = 1) -> None:
    if exchange.is_over:
        return
    if not rest:
        exchange.end()
        return
    exchange.write(framed(rest[:size]))
    exchange.at(time.monotonic() + pause_s, lambda: drip(exchange, rest[size:], pause_s, size))


def _base(model: str) -> dict[str, Any]:
    return {
        "id": "chatcmpl-stub",
        "object": "chat.completion.chunk",
        "created": 1_790_000_000,
        "model": model,
        "service_tier": "default",
        "system_fingerprint": "fp_stub",
    }


def _event(model: str, delta: dict[str, Any], reason: str | None = None, *, has_usage: bool = False) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    usage = {"usage": None} if has_usage else {}
    return _sse({**_base(model), "choices": [choice], **usage})


@functools.lru_cache(maxsize=512)
def _frames(model: str, reply: str, *, has_usage: bool) -> list[bytes]:
    """Return the chunks of a streamed answer: the role, each token, the reason it stopped. Made once: CPU is dear."""
    deltas = [{"content": token} for token in replies.tokens_of(reply)]
    role = _event(model, {"role": "assistant", "content": "", "refusal": None}, has_usage=has_usage)
    tokens = [_event(model, delta, has_usage=has_usage) for delta in deltas]
    return [framed(event) for event in (role, *tokens, _event(model, {}, "stop", has_usage=has_usage))]


def _sse(event: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode() + b"\n\n"


PITCHES_HZ = (160, 190, 220, 250)
_REFUSALS = {
    Mode.ERROR_500: (500, "server_error", "The server had an error while processing your request."),
    Mode.UNAVAILABLE: (503, "overloaded", "The engine is currently overloaded."),
    Mode.NO_CREDIT: (429, "insufficient_quota", "You exceeded your current quota."),
    Mode.RATE_LIMITED: (429, "rate_limit_exceeded", "Rate limit reached."),
    Mode.UNAUTHORISED: (401, "invalid_api_key", "Incorrect API key provided:"),
    Mode.FORBIDDEN: (403, "forbidden", "Your key may not do this:"),
    Mode.NOT_FOUND: (404, "model_not_found", "No such model or path."),
    Mode.BAD_REQUEST: (400, "invalid_request_error", "Bad request."),
    Mode.JSON_200: (200, "server_error", "Something went wrong, politely."),
}
FAIL_AT_ONCE = {
    *_REFUSALS,
    Mode.HTML,
    Mode.REDIRECT,
    Mode.HANG,
    Mode.CLOSE,
    Mode.RESET,
    Mode.ENDLESS_ERROR,
    Mode.EMPTY,
}
_MID_STREAM = {Mode.HANG_MID, Mode.CLOSE_MID, Mode.RESET_MID}
_SPOILT = {
    Mode.GARBAGE_SSE: b"\x00\xff\xfe this is no event \n\n data; nonsense\n\n",
    Mode.INVALID_JSON: b'data: {"id":"x","choices":[{"index":0,"delta":{"content":"Hel\n\n',
    Mode.WRONG_SHAPE: b'data: ["not", "an", "object"]\n\n',
    Mode.TRUNCATED_UTF8: b'data: {"choices":[{"index":0,"delta":{"content":"\xd0\xbf\xd1"}}]}\n\ndata: [DONE]\n\n',
    Mode.ERROR_IN_STREAM: _sse({"error": {"message": "The model crashed.", "type": "server_error", "code": 500}}),
}
_CHAT_SPOILERS = {*_SPOILT, Mode.HUGE_LINE, Mode.DRIP, Mode.ENDLESS}
