"""The openai SDK as this house uses it: clients shared by endpoint, guarded connections, errors without secrets.

Owns the `AsyncOpenAI` clients and the raw streams they open. Must not know what an answer means: that is `openai_chat`
and `openai_speech`.

Requests go out through `AsyncOpenAI.post` with a raw stream: the typed resource methods look at every message with
`typing` introspection and build a pydantic object for every token, which costs more CPU than all the rest of a turn.
"""

import asyncio
import functools
import logging
import ssl
from collections import OrderedDict
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx2
import openai
from openai import AsyncOpenAI, AsyncStream

from vtcontrol.kernel.clock import Clock, SystemClock
from vtcontrol.kernel.errors import InputInvalid, ProviderFailed
from workers.providers.openai_faults import Garbled, failure_of
from workers.providers.sockets import SocketStream
from workers.providers.ssrf import AddressPolicy, Resolve, checked_url, system_resolve
from workers.providers.transport import GuardedTransport

EventT = TypeVar("EventT")
IDLE_CLIENTS = 32

logger = logging.getLogger(__name__)
AFTER_END_S = 0.1
MOST_DRAINED_CHUNKS = 4


@dataclass(frozen=True, slots=True)
class OpenAIEndpoint:
    """Where an OpenAI-compatible API is and how to get in.

    Attributes:
        base_url: For example "https://api.openai.com/v1".
        key: API key, or "" for servers that need none. Never shown.
        allow_private: The operator allows private addresses (see `AddressPolicy`).
    """

    base_url: str
    key: str = field(default="", repr=False)
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a request may take, in seconds.

    Attributes:
        connect_s: To resolve, connect and finish TLS.
        first_s: From sending the request to the first piece of the answer.
        silence_s: Longest pause after that.
        total_s: The whole answer.
    """

    connect_s: float
    first_s: float
    silence_s: float
    total_s: float


@functools.cache
def _tls_context() -> ssl.SSLContext:
    return httpx2.create_ssl_context()


class _Sdk(AsyncOpenAI):
    """The SDK's client with our own headers: nothing from the environment, nothing about this machine."""

    @property
    def default_headers(self) -> dict[str, str | openai.Omit]:
        """Headers of every request, `Authorization` apart."""
        return {
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "User-Agent": "vtcontrol",
        }


class RawStream:
    """An open answer of the API, still in bytes. Close it in any case: that is what cancels the request.

    Attributes:
        content_type: Media type without parameters, lower case; "" when the server does not say.
        parameters: Parameters of the media type, by lower-case name.
    """

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        kind, *rest = response.headers.get("content-type", "").lower().split(";")
        self.content_type = kind.strip()
        pairs = (part.partition("=") for part in rest)
        self.parameters = {name.strip(): value.strip().strip('"') for name, _, value in pairs}

    def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the body as it arrives."""
        return self._response.aiter_raw()

    async def whole(self, most_bytes: int) -> bytes:
        """Return the whole body.

        Raises:
            Garbled: It is longer than `most_bytes`.
        """
        body = b""
        async with aclosing(self.chunks()) as chunks:
            async for chunk in chunks:
                body += chunk
                if len(body) > most_bytes:
                    raise Garbled("endless answer")
        return body

    async def drain(self, chunks: AsyncGenerator[bytes, None]) -> None:
        """Read what is left behind the end of an answer, so that its connection can be used again; never for long."""
        self.settle(gather_s=0.0, silence_s=AFTER_END_S)
        try:
            for _ in range(MOST_DRAINED_CHUNKS):
                await anext(chunks)
        except (StopAsyncIteration, httpx2.HTTPError):
            return

    def settle(self, *, gather_s: float, silence_s: float) -> None:
        """Change the pace of reading (see `SocketStream.settle`)."""
        stream = self._response.extensions.get("network_stream")
        if isinstance(stream, SocketStream):
            stream.settle(gather_s=gather_s, silence_s=silence_s)

    async def aclose(self) -> None:
        """Give the connection back, or drop it when the answer is not finished."""
        await self._response.aclose()


class OpenAIClient:
    """One client for one endpoint, with its pool of connections.

    Attributes:
        endpoint: Where it leads.
        unwanted: Optional parameters that this server refused, by model.
    """

    def __init__(self, endpoint: OpenAIEndpoint, resolve: Resolve, tls: ssl.SSLContext | None) -> None:
        policy = AddressPolicy(allow_private=endpoint.allow_private)
        base_url = checked_url(endpoint.base_url, policy)
        if not endpoint.key.isascii() or not endpoint.key.isprintable() or endpoint.key != endpoint.key.strip():
            raise InputInvalid("The API key contains characters that no key has.", field="key")
        if tls is None and base_url.startswith("https:"):
            tls = _tls_context()
        http = httpx2.AsyncClient(transport=GuardedTransport(policy, resolve, tls), trust_env=False)
        self.endpoint = endpoint
        self.unwanted: dict[str, frozenset[str]] = {}
        self._sdk = _Sdk(
            base_url=base_url,
            api_key=endpoint.key,
            admin_api_key="",
            webhook_secret="",
            max_retries=0,
            http_client=http,
            _enforce_credentials=False,
        )
        self._headers: dict[str, Any] = {"X-Stainless-Retry-Count": openai.Omit()}
        self._headers["X-Stainless-Read-Timeout"] = openai.Omit()
        if not endpoint.key:
            self._headers["Authorization"] = openai.Omit()

    async def post(self, path: str, body: Mapping[str, object], patience: Patience) -> RawStream:
        """Send a JSON request and return its answer as soon as the head of it is there.

        Raises:
            openai.OpenAIError: The API said no, or could not be reached.
            TimeoutError: No head of an answer in time.
        """
        timeout = httpx2.Timeout(patience.first_s, connect=patience.connect_s)
        async with asyncio.timeout(patience.first_s):
            stream = await self._sdk.post(
                path,
                cast_to=object,
                body=body,
                options={"headers": self._headers, "timeout": timeout},
                stream=True,
                stream_cls=AsyncStream[object],
            )
        return RawStream(stream.response)

    async def get(self, path: str, patience: Patience) -> RawStream:
        """Ask for something and return the answer as soon as the head of it is there; raises like `post`."""
        timeout = httpx2.Timeout(patience.first_s, connect=patience.connect_s)
        async with asyncio.timeout(patience.first_s):
            stream = await self._sdk.get(
                path,
                cast_to=object,
                options={"headers": self._headers, "timeout": timeout},
                stream=True,
                stream_cls=AsyncStream[object],
            )
        return RawStream(stream.response)

    async def knock(self, connections: int, patience: Patience) -> None:
        """Open connections ahead of need; whatever the server answers, or if it does not, is all right."""
        timeout = httpx2.Timeout(patience.first_s, connect=patience.connect_s)
        options: Any = {"headers": self._headers, "timeout": timeout}
        asked = (self._sdk.get("/models", cast_to=httpx2.Response, options=options) for _ in range(connections))
        await asyncio.gather(*asked, return_exceptions=True)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._sdk.close()


class OpenAIClients:
    """The clients of one event loop: one for each endpoint, shared by everybody who talks to it.

    Args:
        resolve: How host names are looked up.
        tls: Certificates to trust; the system's when None.
    """

    def __init__(self, resolve: Resolve = system_resolve, tls: ssl.SSLContext | None = None) -> None:
        self._resolve = resolve
        self._tls = tls
        self._users: dict[OpenAIEndpoint, int] = {}
        self._clients: OrderedDict[OpenAIEndpoint, OpenAIClient] = OrderedDict()

    def borrow(self, endpoint: OpenAIEndpoint) -> OpenAIClient:
        """Return the client for an endpoint; give it back when done.

        Raises:
            InputInvalid: URL or key cannot be used.
        """
        client = self._clients.get(endpoint) or OpenAIClient(endpoint, self._resolve, self._tls)
        self._clients[endpoint] = client
        self._clients.move_to_end(endpoint)
        self._users[endpoint] = self._users.get(endpoint, 0) + 1
        return client

    async def give_back(self, client: OpenAIClient) -> None:
        """End a loan. Unused clients stay warm for a while; the longest unused ones are closed."""
        endpoint = client.endpoint
        self._users[endpoint] -= 1
        if not self._users[endpoint]:
            del self._users[endpoint]
        unused = [endpoint for endpoint in self._clients if endpoint not in self._users]
        for endpoint in unused[: max(0, len(unused) - IDLE_CLIENTS)]:
            await self._clients.pop(endpoint).aclose()

    async def aclose(self) -> None:
        """Close all clients, lent or not."""
        clients = list(self._clients.values())
        self._clients.clear()
        for client in clients:
            await client.aclose()


class Borrower:
    """What an adapter knows of its endpoint: borrows the client when it is first needed, gives it back at the end.

    Args:
        name: Name of the provider, for errors.
        clients: The clients of this event loop.
        endpoint: Where the API is.
        clock: Wall clock, to read dates in `Retry-After`.
    """

    def __init__(self, name: str, clients: OpenAIClients, endpoint: OpenAIEndpoint, clock: Clock | None = None) -> None:
        self.name = name
        self._clients = clients
        self._endpoint = endpoint
        self._clock = clock or SystemClock()
        self._client: OpenAIClient | None = None

    def client(self) -> OpenAIClient:
        """Return the client.

        Raises:
            InputInvalid: URL or key cannot be used.
        """
        if self._client is None:
            self._client = self._clients.borrow(self._endpoint)
        return self._client

    async def knock(self, connections: int, patience: Patience) -> None:
        """Open connections ahead of need; never raises, and never takes longer than connecting may."""
        try:
            if self._endpoint.base_url.startswith("https:"):
                await asyncio.to_thread(_tls_context)
            async with asyncio.timeout(patience.connect_s):
                await self.client().knock(connections, patience)
        except Exception as error:
            logger.debug("no connection ahead of need", extra={"provider": self.name, "error": type(error).__name__})

    async def aclose(self) -> None:
        """Give the client back."""
        client, self._client = self._client, None
        if client is not None:
            await self._clients.give_back(client)

    async def translated(self, events: AsyncGenerator[EventT, None]) -> AsyncGenerator[EventT, None]:
        """Pass events on; whatever the source raises comes out as `ProviderFailed`, without the original's chain."""
        failure: ProviderFailed | None = None
        try:
            async for event in events:
                yield event
        except Exception as error:
            failure = failure_of(self.name, error, self._clock)
        finally:
            await events.aclose()
        if failure is not None:
            raise failure
