"""TCP and TLS connections for the HTTP clients of the providers, on plain asyncio.

Owns one connection: reading with a deadline, writing, TLS, closing at once. It connects to a numeric address and never
looks a name up; who may be connected to is `workers.providers.ssrf`'s business.

It stands in for the anyio backend of httpcore2, which costs about a third of the CPU of a streamed answer: one timer
per connection is re-armed lazily instead of one cancel scope per read, and a stream whose pieces are not urgent any
more may gather them (`SocketStream.settle`).
"""

import asyncio
import socket
import ssl
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address
from typing import Any, cast

import httpcore2

MOST_BUFFERED_BYTES = 256 * 1024
SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


class _Inbox(asyncio.Protocol):
    """Collects what arrives and wakes whoever waits for it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._waiter: asyncio.Future[None] | None = None
        self._can_write: asyncio.Future[None] | None = None
        self.transport: asyncio.Transport
        self.buffer = bytearray()
        self.has_ended = False
        self.error: Exception | None = None
        self.is_paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but inheritance

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if len(self.buffer) > MOST_BUFFERED_BYTES:
            self.pause()
        self._wake()

    def eof_received(self) -> None:
        self.has_ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self.has_ended = True
        self.error = exc
        self._wake()
        self.resume_writing()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def pause_writing(self) -> None:
        self._can_write = self._loop.create_future()

    def resume_writing(self) -> None:
        if self._can_write is not None and not self._can_write.done():
            self._can_write.set_result(None)
        self._can_write = None

    def pause(self) -> None:
        """Stop reading from the socket."""
        if not self.is_paused and not self.transport.is_closing():
            self.is_paused = True
            self.transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        if self.is_paused and not self.transport.is_closing():
            self.is_paused = False
            self.transport.resume_reading()

    async def wait(self, timeout_s: float | None) -> None:
        """Wait for data or the end.

        Raises:
            TimeoutError: Neither came in time.
        """
        self._waiter = self._loop.create_future()
        if timeout_s is not None:
            self._due = self._loop.time() + timeout_s
            if self._timer is None or self._due < self._timer.when():
                self._arm()
        try:
            await self._waiter
        finally:
            self._waiter = None

    @property
    def is_full(self) -> bool:
        """Whether the transport has more to send than it likes."""
        return self._can_write is not None

    async def flush(self) -> None:
        """Wait until the transport takes more bytes."""
        if self._can_write is not None:
            await self._can_write

    def take(self, most_bytes: int) -> bytes:
        """Return what has arrived."""
        if len(self.buffer) <= most_bytes:
            data = bytes(self.buffer)
            self.buffer.clear()
        else:
            data = bytes(self.buffer[:most_bytes])
            del self.buffer[:most_bytes]
        if self.is_paused and len(self.buffer) <= MOST_BUFFERED_BYTES // 2:
            self.resume()
        return data

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._due, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._waiter is None or self._waiter.done():
            return
        if self._loop.time() < self._due:
            self._arm()
        else:
            self._waiter.set_exception(TimeoutError())


class SocketStream(httpcore2.AsyncNetworkStream):
    """One open connection, as httpcore2 wants it."""

    def __init__(self, inbox: _Inbox) -> None:
        self._inbox = inbox
        self._gather_s = 0.0
        self._silence_s: float | None = None

    def settle(self, *, gather_s: float = 0.0, silence_s: float | None = None) -> None:
        """Change the pace for the rest of this response; the next request on the connection starts afresh.

        Args:
            gather_s: Let this many seconds of data gather before each read: fewer wake-ups, later news.
            silence_s: Give up after this many seconds without a byte, whatever the request's own read timeout is.
        """
        self._gather_s = gather_s
        self._silence_s = silence_s

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore2's signature
        """Return what has arrived, at least one byte; b"" at the end of the connection."""
        inbox = self._inbox
        if self._gather_s and not inbox.has_ended:
            inbox.pause()
            await asyncio.sleep(self._gather_s)
            inbox.resume()
        if not inbox.buffer and not inbox.has_ended:
            try:
                await inbox.wait(timeout if self._silence_s is None else self._silence_s)
            except TimeoutError:
                raise httpcore2.ReadTimeout("no data in time") from None
        if not inbox.buffer and inbox.error is not None:
            raise httpcore2.ReadError(type(inbox.error).__name__)
        return inbox.take(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore2's signature
        """Send bytes; a write is the beginning of a request."""
        self.settle()
        if not buffer:
            return
        if self._inbox.transport.is_closing():
            raise httpcore2.WriteError("connection is closed")
        self._inbox.transport.write(buffer)
        if self._inbox.is_full:
            try:
                async with asyncio.timeout(timeout):
                    await self._inbox.flush()
            except TimeoutError:
                raise httpcore2.WriteTimeout("request not taken in time") from None

    async def aclose(self) -> None:
        """Close at once: an unfinished answer must stop being made, so the peer is not waited for."""
        self._inbox.transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore2's signature
    ) -> "SocketStream":
        """Continue in TLS; the certificate must be for `server_hostname`."""
        inbox = self._inbox
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                secured = await loop.start_tls(inbox.transport, inbox, ssl_context, server_hostname=server_hostname)
        except TimeoutError:
            inbox.transport.abort()
            raise httpcore2.ConnectTimeout("TLS handshake timed out") from None
        except (OSError, ssl.SSLError) as error:
            inbox.transport.abort()
            raise httpcore2.ConnectError(f"TLS handshake failed: {type(error).__name__}") from None
        except BaseException:
            inbox.transport.abort()
            raise
        if secured is None:
            raise httpcore2.ConnectError("TLS handshake failed")
        inbox.transport = secured
        return self

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore2 asks for by name, or None."""
        if info == "is_readable":
            return self._inbox.has_ended or bool(self._inbox.buffer)
        names = {"client_addr": "sockname", "server_addr": "peername"}
        return self._inbox.transport.get_extra_info(names.get(info, info))


async def open_socket(
    address: IPv4Address | IPv6Address,
    port: int,
    timeout_s: float | None,
    options: Iterable[SocketOption] | None = None,
) -> SocketStream:
    """Connect to a numeric address.

    Raises:
        httpcore2.ConnectTimeout: Not in time.
        httpcore2.ConnectError: Refused, unreachable, reset.
    """
    loop = asyncio.get_running_loop()
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        async with asyncio.timeout(timeout_s):
            transport, inbox = await loop.create_connection(_Inbox, str(address), port, family=family)
    except TimeoutError:
        raise httpcore2.ConnectTimeout("connection not accepted in time") from None
    except OSError as error:
        raise httpcore2.ConnectError(f"connection failed: {type(error).__name__}") from None
    raw = transport.get_extra_info("socket")
    for option in options or ():
        raw.setsockopt(*option)
    return SocketStream(inbox)
