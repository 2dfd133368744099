"""Posting webhook messages to addresses that tenants typed in, through the SSRF guard: no redirects, no proxies.

What an address answers is never read beyond its status, and nothing of the message or the address goes into an error.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx2

from workers.providers.ssrf import AddressPolicy, Resolve, system_resolve
from workers.providers.transport import GuardedTransport, RefusedByGuard

CONNECT_S = 3.0
ANSWER_S = 5.0
WHOLE_S = 8.0


@dataclass(frozen=True, slots=True)
class Message:
    """One message to be posted."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: The status, or None when there was no answer.
        trouble: Why there was none, or why the status is no good, in words that may be shown.
        took_ms: How long it took, in milliseconds.
    """

    status: int | None
    trouble: str
    took_ms: int


async def post_all(
    messages: Sequence[Message], *, allow_private: bool, resolve: Resolve = system_resolve
) -> list[Answer]:
    """Post messages side by side, each for `WHOLE_S` at most; never raises for what an address does.

    Args:
        messages: What to post.
        allow_private: The operator allows private addresses.
        resolve: How host names are looked up.

    Returns:
        What came of each, in order.
    """
    transport = GuardedTransport(AddressPolicy(allow_private=allow_private), resolve)
    async with httpx2.AsyncClient(transport=transport, trust_env=False) as client:
        return list(await asyncio.gather(*(_post(client, message) for message in messages)))


async def _post(client: httpx2.AsyncClient, message: Message) -> Answer:
    started = time.monotonic()
    status, trouble = None, ""
    try:
        async with asyncio.timeout(WHOLE_S):
            timeout = httpx2.Timeout(ANSWER_S, connect=CONNECT_S)
            asked = client.stream(
                "POST", message.url, content=message.body.encode(), headers=dict(message.headers), timeout=timeout
            )
            async with asked as response:
                status = response.status_code
    except RefusedByGuard as refused:
        trouble = f"refused: {refused}"
    except (TimeoutError, httpx2.TimeoutException):
        trouble = "no answer in time"
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, OSError):
        trouble = "cannot be reached"
    if status is not None and not 200 <= status < 300:
        trouble = "a redirect is not followed" if 300 <= status < 400 else "not accepted"
    return Answer(status, trouble, round((time.monotonic() - started) * 1000))
