"""HTTP/1.1 for the providers' SDKs, over connections that the SSRF guard opens.

Owns the transport under every `httpx2.AsyncClient` of this house: no proxies, no redirects, no retries, the body of an
error cut short, errors without the headers they are about. Must not know any vendor's API.
"""

import contextlib
import ssl
from collections.abc import AsyncIterator, Generator
from typing import Any

import httpcore2
import httpx2

from workers.providers.ssrf import AddressPolicy, AddressRefused, GuardedBackend, Resolve, system_resolve

MOST_ERROR_BYTES = 16 * 1024
KEEP_ALIVE_S = 90.0
MOST_CONNECTIONS = 512
MOST_IDLE_CONNECTIONS = 64

_HTTP_ERRORS: dict[type[Exception], type[httpx2.TransportError]] = {
    httpcore2.ConnectTimeout: httpx2.ConnectTimeout,
    httpcore2.ReadTimeout: httpx2.ReadTimeout,
    httpcore2.WriteTimeout: httpx2.WriteTimeout,
    httpcore2.PoolTimeout: httpx2.PoolTimeout,
    httpcore2.ConnectError: httpx2.ConnectError,
    httpcore2.ReadError: httpx2.ReadError,
    httpcore2.WriteError: httpx2.WriteError,
    httpcore2.LocalProtocolError: httpx2.LocalProtocolError,
    httpcore2.RemoteProtocolError: httpx2.RemoteProtocolError,
    httpcore2.UnsupportedProtocol: httpx2.UnsupportedProtocol,
}


class RefusedByGuard(httpx2.ConnectError):
    """`AddressRefused`, one floor up: the guard said no, and the message says why."""


@contextlib.contextmanager
def _http_errors() -> Generator[None]:
    """Turn the errors of httpcore2 into those of httpx2, without their chain: it may quote headers."""
    try:
        yield
    except AddressRefused as error:
        raise RefusedByGuard(str(error)) from None
    except tuple(_HTTP_ERRORS) as error:
        kind = next(kind for base, kind in _HTTP_ERRORS.items() if isinstance(error, base))
        raise kind(type(error).__name__) from None


class _Body(httpx2.AsyncByteStream):
    """The body of a response; that of an error is cut short, since nobody shows it."""

    def __init__(self, stream: Any, most_bytes: int | None) -> None:
        self._stream = stream
        self._left = most_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _http_errors():
            async for part in self._stream:
                yield part
                if self._left is not None:
                    self._left -= len(part)
                    if self._left < 0:
                        break

    async def aclose(self) -> None:
        await self._stream.aclose()


class GuardedTransport(httpx2.AsyncBaseTransport):
    """HTTP/1.1 over connections that the SSRF guard opens; no proxies, no retries, no redirects.

    Args:
        policy: What the operator allows.
        resolve: How names are looked up.
        tls: Certificates to trust; the system's when None.
    """

    def __init__(
        self, policy: AddressPolicy, resolve: Resolve = system_resolve, tls: ssl.SSLContext | None = None
    ) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls,
            network_backend=GuardedBackend(policy, resolve),
            max_connections=MOST_CONNECTIONS,
            max_keepalive_connections=MOST_IDLE_CONNECTIONS,
            keepalive_expiry=KEEP_ALIVE_S,
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request.

        Raises:
            httpx2.TransportError: It did not work out.
        """
        url = request.url
        sent = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _http_errors():
            got = await self._pool.handle_async_request(sent)
        is_error = got.status >= 300
        return httpx2.Response(
            got.status,
            headers=got.headers,
            stream=_Body(got.stream, MOST_ERROR_BYTES if is_error else None),
            extensions=got.extensions,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()
