"""One HTTP/1.1 connection of a stub server on raw asyncio: whole requests in, hand-timed responses out.

Owns framing only (Content-Length bodies in, chunked or sized bodies out, keep-alive). It knows nothing of any API, and
it is deliberately able to misbehave: to fall silent, to cut a response short, to reset the connection.
"""

import asyncio
import time
from collections.abc import Callable
from typing import cast

MAX_HEAD_BYTES = 64 * 1024
REASONS = {
    200: "OK",
    302: "Found",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


def framed(payload: bytes) -> bytes:
    """Wrap a payload as one chunk of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(payload), payload)


class Exchange:
    """One request and the response being written to it."""

    __slots__ = (
        "_is_chunked",
        "_timer",
        "_wire",
        "arrived",
        "body",
        "headers",
        "is_lost",
        "is_over",
        "method",
        "on_lost",
        "path",
        "query",
    )

    def __init__(self, wire: "Wire", method: str, target: str, headers: dict[str, str], body: bytes) -> None:
        self._wire = wire
        self._is_chunked = False
        self._timer: asyncio.TimerHandle | None = None
        self.arrived = time.monotonic()
        self.method = method
        self.path, _, self.query = target.partition("?")
        self.headers = headers
        self.body = body
        self.is_over = False
        self.is_lost = False
        self.on_lost: Callable[[], None] | None = None

    def at(self, moment: float, call: Callable[[], None]) -> None:
        """Call at a moment of `time.monotonic`, unless the client has gone by then; one call waits at a time."""
        self._timer = self._wire.loop.call_later(max(0.0, moment - time.monotonic()), call)

    def begin(self, content_type: str, status: int = 200, headers: dict[str, str] | None = None) -> bytes:
        """Return the head of a chunked response (so that it can leave together with the first chunk)."""
        self._is_chunked = True
        return _head(status, content_type, {"Transfer-Encoding": "chunked", **(headers or {})})

    def write(self, raw: bytes) -> None:
        """Write bytes as they are."""
        self._wire.transport.write(raw)

    def end(self, raw: bytes = b"") -> None:
        """Write the last bytes and complete the response."""
        self.write(raw + (b"0\r\n\r\n" if self._is_chunked else b""))
        self._wire.complete(self)

    def whole(
        self,
        body: bytes,
        content_type: str = "application/json",
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Answer with a sized body at once."""
        self.write(_head(status, content_type, {"Content-Length": str(len(body)), **(headers or {})}) + body)
        self._wire.complete(self)

    def close(self) -> None:
        """Close the connection in good order, wherever the response stands."""
        self._finish()
        self._wire.transport.close()

    def reset(self) -> None:
        """Drop the connection on the floor."""
        self._finish()
        self._wire.transport.abort()

    def lose(self) -> None:
        """The client went away."""
        if self.is_over:
            return
        self.is_lost = True
        self._finish()
        if self.on_lost is not None:
            self.on_lost()

    def _finish(self) -> None:
        self.is_over = True
        if self._timer is not None:
            self._timer.cancel()

    finish = _finish


def _head(status: int, content_type: str, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Unknown')}", f"Content-Type: {content_type}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class Wire(asyncio.Protocol):
    """Parses requests of one connection and hands each to `dispatch`; one exchange at a time."""

    transport: asyncio.Transport

    def __init__(self, dispatch: Callable[[Exchange], None], wires: "set[Wire]", changed: Callable[[], None]) -> None:
        self.loop = asyncio.get_running_loop()
        self._changed = changed
        self._dispatch = dispatch
        self._wires = wires
        self._buffer = bytearray()
        self._exchange: Exchange | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but inheritance
        self._wires.add(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wires.discard(self)
        if self._exchange is not None:
            self._exchange.lose()
        self._changed()

    def complete(self, exchange: Exchange) -> None:
        """The response to the exchange is written; the connection may take the next request."""
        exchange.finish()
        if self._exchange is exchange:
            self._exchange = None
            self.loop.call_soon(self._next)

    def _next(self) -> None:
        if self._exchange is not None or self.transport.is_closing():
            return
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > MAX_HEAD_BYTES:
                self.transport.abort()
            return
        request_line, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        if len(self._buffer) < end + 4 + length:
            return
        body = bytes(self._buffer[end + 4 : end + 4 + length])
        del self._buffer[: end + 4 + length]
        method, target, _ = request_line.split(" ", 2)
        self._exchange = Exchange(self, method, target, headers, body)
        self._dispatch(self._exchange)
