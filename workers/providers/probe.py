"""Looking at an OpenAI-compatible server step by step, so that a person can be told what is wrong with it.

Owns the steps (name, connection, API, a real request) and what can be found at each. Everything goes through the SSRF
guard, in bounded time; nothing a server says is passed on but names of models and voices. Must not know words: a
`Trouble` is said by `workers.trials`.
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import httpcore2
import httpx2
import openai

from vtcontrol.kernel.chat import Brief, ChatMessage, ChatRequest, Role
from vtcontrol.kernel.errors import Fault, InputInvalid, ProviderFailed
from vtcontrol.kernel.moderation import Assessment
from vtcontrol.kernel.speech import AudioChunk, SpeechRequest
from workers.providers.audio_kind import AudioKind
from workers.providers.openai_chat import OpenAIChat
from workers.providers.openai_client import OpenAIClients, OpenAIEndpoint, Patience, RawStream
from workers.providers.openai_faults import Garbled
from workers.providers.openai_moderation import OpenAIModeration
from workers.providers.openai_speech import OpenAISpeech
from workers.providers.ssrf import (
    AddressPolicy,
    AddressRefused,
    GuardedBackend,
    Resolve,
    allowed_addresses,
    checked_url,
    system_resolve,
)
from workers.providers.transport import RefusedByGuard

PATIENCE = Patience(connect_s=2.5, first_s=5.0, silence_s=3.0, total_s=8.0)
STEP_S = 3.0
WHOLE_S = 15.0
MOST_BYTES = 1 << 20
MOST_NAMES = 200
LONGEST_NAME = 120


class Trouble(StrEnum):
    """What is wrong with a server."""

    ADDRESS = "address"
    PRIVATE = "private"
    FORBIDDEN_ADDRESS = "forbidden_address"
    NO_NAME = "no_name"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    TLS = "tls"
    WEB_PAGE = "web_page"
    REDIRECT = "redirect"
    KEY = "key"
    NO_CREDIT = "no_credit"
    MODEL = "model"
    NOT_FOUND = "not_found"
    BUSY = "busy"
    BROKEN = "broken"
    REJECTED = "rejected"
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look at a server found.

    Attributes:
        trouble: What is wrong, None when nothing is.
        detail: A few words of our own about it; never the server's.
        latency_ms: To the first piece of a real answer.
        models: Names of models it lists.
        voices: Names of voices it lists.
        heard: The audio format it sent.
        opinion: What a moderation model thinks of the text.
    """

    trouble: Trouble | None = None
    detail: str = ""
    latency_ms: float | None = None
    models: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()
    heard: AudioKind | None = None
    opinion: Assessment | None = None


class _Stuck(Exception):
    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.detail = detail


async def look_at_brain(endpoint: OpenAIEndpoint, model: str, *, resolve: Resolve | None = None) -> Finding:
    """Look at a language model: lists models, then asks it for a word."""
    async with _Look(endpoint, resolve) as look:
        return await look.over(look.brain(model))


async def look_at_moderator(
    endpoint: OpenAIEndpoint, model: str, text: str = "", *, resolve: Resolve | None = None
) -> Finding:
    """Look at a moderation model: lists models, then asks it about a text; "" asks about a harmless sentence."""
    async with _Look(endpoint, resolve) as look:
        return await look.over(look.moderator(model, text or "Hello everyone, and welcome to the stream!"))


async def look_at_voice(
    endpoint: OpenAIEndpoint,
    model: str,
    request: SpeechRequest,
    formats: tuple[AudioKind, ...],
    *,
    resolve: Resolve | None = None,
) -> Finding:
    """Look at a speech engine: lists models and voices, then asks it to speak."""
    async with _Look(endpoint, resolve) as look:
        return await look.over(look.voice(model, request, formats))


class _Look:
    """One look: what was found so far, and the clients it uses."""

    def __init__(self, endpoint: OpenAIEndpoint, resolve: Resolve | None) -> None:
        self._endpoint = endpoint
        self._resolve = resolve or system_resolve
        self._policy = AddressPolicy(allow_private=endpoint.allow_private)
        self._clients = OpenAIClients(self._resolve)
        self._found = Finding()

    async def __aenter__(self) -> "_Look":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._clients.aclose()

    async def over(self, steps: Any) -> Finding:
        """Take the steps; return what was found, trouble included."""
        try:
            async with asyncio.timeout(WHOLE_S):
                await steps
        except _Stuck as stuck:
            return replace(self._found, trouble=stuck.trouble, detail=stuck.detail)
        except TimeoutError:
            return replace(self._found, trouble=Trouble.NO_ANSWER)
        return self._found

    async def brain(self, model: str) -> None:
        await self._connect()
        self._found = replace(self._found, models=await self._names("/models"))
        brain = OpenAIChat(self._clients, self._endpoint, model, patience=PATIENCE)
        request = ChatRequest(
            messages=(ChatMessage(Role.USER, "Say hello in one word."),), brief=Brief(text="hello"), max_tokens=16
        )
        await self._ask(brain.stream(request), model)

    async def moderator(self, model: str, text: str) -> None:
        await self._connect()
        self._found = replace(self._found, models=await self._names("/models"))
        moderator = OpenAIModeration(self._clients, self._endpoint, model, patience=PATIENCE)
        began = time.monotonic()
        try:
            opinion = await moderator.assess(text)
        except ProviderFailed as failure:
            raise self._failed(failure, model) from None
        finally:
            await moderator.aclose()
        self._found = replace(self._found, latency_ms=(time.monotonic() - began) * 1000, opinion=opinion)

    async def voice(self, model: str, request: SpeechRequest, formats: tuple[AudioKind, ...]) -> None:
        await self._connect()
        models = await self._names("/models")
        self._found = replace(self._found, models=models)
        self._found = replace(self._found, voices=await self._names("/audio/voices"))
        speech = OpenAISpeech(self._clients, self._endpoint, model, formats=formats, patience=PATIENCE)
        try:
            await self._ask(speech.stream(request), model)
        finally:
            await speech.aclose()
        self._found = replace(self._found, heard=speech.heard)

    async def _connect(self) -> None:
        """Look the name up and connect once, so that a dead server is told from a bad answer."""
        try:
            url = checked_url(self._endpoint.base_url, self._policy)
        except InputInvalid as problem:
            trouble = Trouble.PRIVATE if "private address" in str(problem) else Trouble.ADDRESS
            raise _Stuck(trouble, str(problem).removeprefix("The URL cannot be used: ")) from None
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        try:
            async with asyncio.timeout(STEP_S):
                await allowed_addresses(host, port, self._policy, self._resolve)
        except AddressRefused as refusal:
            is_private = str(refusal) == "private address"
            raise _Stuck(Trouble.PRIVATE if is_private else Trouble.FORBIDDEN_ADDRESS, str(refusal)) from None
        except (httpcore2.ConnectError, TimeoutError):
            raise _Stuck(Trouble.NO_NAME, host) from None
        try:
            stream = await GuardedBackend(self._policy, self._resolve).connect_tcp(host, port, timeout=STEP_S)
        except httpcore2.ConnectTimeout:
            raise _Stuck(Trouble.NO_ANSWER, host) from None
        except httpcore2.ConnectError:
            raise _Stuck(Trouble.REFUSED, f"{host}:{port}") from None
        await stream.aclose()

    async def _names(self, path: str) -> tuple[str, ...]:
        """Return the names a server lists, none where it has no such list."""
        client = self._clients.borrow(self._endpoint)
        try:
            stream = await client.get(path, PATIENCE)
            try:
                return _names_in(await self._json(stream))
            finally:
                await stream.aclose()
        except openai.APIStatusError as error:
            if error.status_code in {404, 405, 501}:
                return ()
            raise _status(error, "") from None
        except (openai.APIConnectionError, httpx2.HTTPError, TimeoutError) as error:
            raise self._lost(error) from None
        finally:
            await self._clients.give_back(client)

    async def _json(self, stream: RawStream) -> object:
        if stream.content_type in {"text/html", "application/xhtml+xml"}:
            raise _Stuck(Trouble.WEB_PAGE)
        try:
            return json.loads(await stream.whole(MOST_BYTES))
        except (ValueError, Garbled):
            raise _Stuck(Trouble.GARBAGE, "not JSON") from None

    def _lost(self, error: Exception) -> _Stuck:
        cause = error.__cause__ if isinstance(error, openai.APIConnectionError) else error
        if isinstance(cause, RefusedByGuard):
            return _Stuck(Trouble.FORBIDDEN_ADDRESS, str(cause))
        if isinstance(cause, TimeoutError | httpx2.TimeoutException | openai.APITimeoutError):
            return _Stuck(Trouble.NO_ANSWER)
        is_tls = self._endpoint.base_url.startswith("https:") and isinstance(cause, httpx2.ConnectError)
        return _Stuck(Trouble.TLS if is_tls else Trouble.BROKEN)

    async def _ask(self, events: AsyncGenerator[Any, None], model: str) -> None:
        """Make a real request, and note how long the first piece of its answer took."""
        began = time.monotonic()
        try:
            async with aclosing(events):
                async for event in events:
                    is_piece = not isinstance(event, AudioChunk) or bool(event.pcm)
                    if is_piece and self._found.latency_ms is None:
                        self._found = replace(self._found, latency_ms=(time.monotonic() - began) * 1000)
        except ProviderFailed as failure:
            raise self._failed(failure, model) from None

    def _failed(self, failure: ProviderFailed, model: str) -> _Stuck:
        told = str(failure)
        if "HTTP 404" in told:
            is_known = model in self._found.models
            return _Stuck(Trouble.NOT_FOUND if is_known or not self._found.models else Trouble.MODEL, model)
        if "redirects" in told:
            return _Stuck(Trouble.REDIRECT)
        if "no credit" in told:
            return _Stuck(Trouble.NO_CREDIT)
        if "text/html" in told or "web page" in told or "HTML" in told:
            return _Stuck(Trouble.WEB_PAGE)
        trouble = _TROUBLES[failure.fault]
        if trouble is Trouble.REJECTED and self._found.models and model not in self._found.models:
            trouble = Trouble.MODEL
        return _Stuck(trouble, model if trouble is Trouble.MODEL else told.partition("(")[2].removesuffix(")"))


_TROUBLES = {
    Fault.TIMEOUT: Trouble.NO_ANSWER,
    Fault.RATE_LIMITED: Trouble.BUSY,
    Fault.AUTH: Trouble.KEY,
    Fault.UNREACHABLE: Trouble.BROKEN,
    Fault.SERVER: Trouble.BROKEN,
    Fault.GARBAGE: Trouble.GARBAGE,
    Fault.REJECTED: Trouble.REJECTED,
}


def _status(error: openai.APIStatusError, detail: str) -> _Stuck:
    status = error.status_code
    if status in {401, 403}:
        return _Stuck(Trouble.KEY)
    if status == 402 or error.code == "insufficient_quota":
        return _Stuck(Trouble.NO_CREDIT)
    if status == 429:
        return _Stuck(Trouble.BUSY)
    if 300 <= status < 400:
        return _Stuck(Trouble.REDIRECT)
    return _Stuck(Trouble.BROKEN if status >= 500 else Trouble.REJECTED, detail or f"HTTP {status}")


def _names_in(answer: object) -> tuple[str, ...]:
    """Return the names in a list of models or voices, in any of the shapes servers use."""
    rows = answer
    if isinstance(answer, dict):
        rows = next((answer[key] for key in ("data", "voices", "models") if key in answer), [])
    if isinstance(rows, dict):
        rows = list(rows)
    names = []
    for row in rows if isinstance(rows, list) else []:
        name = row
        if isinstance(row, dict):
            name = next((row[key] for key in ("id", "voice_id", "name") if key in row), "")
        if isinstance(name, str) and 0 < len(name) <= LONGEST_NAME and name.isprintable():
            names.append(name)
    return tuple(dict.fromkeys(names))[:MOST_NAMES]
