"""Language models behind `/v1/chat/completions`: OpenAI, Ollama, LM Studio, vLLM and whatever else speaks it.

Owns what a chat request looks like on the wire and at what pace its answer is read. Deciding whether to ask again, and
what to do instead, belongs to `guarded` and to the turn.
"""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

import httpx2
import openai

from vtcontrol.kernel.chat import ChatEvent, ChatRequest, TextDelta
from vtcontrol.kernel.clock import Clock, SystemClock
from vtcontrol.kernel.ports import Capabilities
from workers.providers.openai_client import Borrower, OpenAIClients, OpenAIEndpoint, Patience, RawStream
from workers.providers.openai_events import ChatReader
from workers.providers.openai_faults import Garbled, Overdue, refused_parameter

CHAT_PATIENCE = Patience(connect_s=3.0, first_s=7.0, silence_s=4.5, total_s=55.0)
MOST_WHOLE_BYTES = 1024 * 1024
CHARS_PER_TOKEN = 12  # more than any tokenizer packs into one: past it the server ignores `max_tokens`
LEAST_CUT_CHARS = 2_000
MOST_REFUSALS = 3
EAGER_CHARS = 160  # the first clause ends before, or is cut
GATHER_S = 0.1
AFTER_REASON_S = 1.0  # between the model's last word and the end of the stream there is only the usage
_FIRST_CLAUSE = re.compile(
    r'(?:(?!\s*\{)|[^"]*(?:"(?!say")[^"]*"[^"]*)*"say"\s*:\s*")'  # of an answer in JSON what is said is what counts
    r"(?:\s*\[[^\]]*\])*[^\[\]]{12,}?[,.!?;:…—、，。！？；：]"
)
_EVENT_STREAMS = {"text/event-stream", "text/plain", "application/octet-stream", ""}


class OpenAIChat:
    """A `LanguageModel` over the openai SDK.

    Args:
        clients: The clients of this event loop.
        endpoint: Where the API is.
        model: Name of the model.
        name: Name of this provider in errors, figures and status.
        patience: How long it may take. Keep it below what the turn allows, so that the failure gets its proper name.
        clock: Time.
    """

    def __init__(
        self,
        clients: OpenAIClients,
        endpoint: OpenAIEndpoint,
        model: str,
        *,
        name: str = "openai",
        patience: Patience = CHAT_PATIENCE,
        clock: Clock | None = None,
    ) -> None:
        self.name = name
        self.model = model
        self.capabilities = Capabilities(streams=True)
        self._patience = patience
        self._clock = clock or SystemClock()
        self._borrower = Borrower(name, clients, endpoint, self._clock)

    def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield the answer piece by piece, then one `ChatUsage`.

        Raises:
            ProviderFailed: It did not work out, before or in the middle of the answer.
        """
        return self._borrower.translated(self._answer(request))

    async def warm(self) -> None:
        """Open a connection."""
        await self._borrower.knock(1, self._patience)

    async def aclose(self) -> None:
        """Give the client back."""
        await self._borrower.aclose()

    async def _answer(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        began = self._clock.monotonic()
        stream = await self._open(request)
        reader = ChatReader(self.model, max(LEAST_CUT_CHARS, request.max_tokens * CHARS_PER_TOKEN))
        try:
            if stream.content_type == "application/json":
                yield TextDelta(reader.read_whole(await stream.whole(MOST_WHOLE_BYTES)))
            elif stream.content_type not in _EVENT_STREAMS:
                raise Garbled(f"{stream.content_type[:40] or 'something'} is not an event stream")
            else:
                async with aclosing(self._read(stream, reader, began)) as texts:
                    async for text in texts:
                        yield TextDelta(text)
            yield reader.usage()
        finally:
            await stream.aclose()

    async def _read(self, stream: RawStream, reader: ChatReader, began: float) -> AsyncGenerator[str, None]:
        until = began + self._patience.first_s
        pace = _Pace(stream, self._patience.silence_s)
        async with aclosing(stream.chunks()) as chunks:
            try:
                async for chunk in chunks:
                    if text := reader.feed(chunk):
                        until = began + self._patience.total_s
                        yield text
                    if reader.is_done:
                        break
                    if self._clock.monotonic() > until:
                        raise Overdue
                    pace.follow(text, has_ended=bool(reader.finish_reason))
            except httpx2.ReadTimeout:
                if not reader.finish_reason:
                    raise
            if text := reader.finish():
                yield text
            await stream.drain(chunks)

    async def _open(self, request: ChatRequest) -> RawStream:
        """Send the request; a server that refuses an optional parameter is asked again without it, once for each."""
        client = self._borrower.client()
        for refusals in range(MOST_REFUSALS + 1):
            unwanted = client.unwanted.get(self.model, frozenset())
            try:
                return await client.post("/chat/completions", body_of(self.model, request, unwanted), self._patience)
            except openai.APIStatusError as error:
                refused = refused_parameter(error)
                if not refused or refused in unwanted or refusals == MOST_REFUSALS:
                    raise
            client.unwanted[self.model] = unwanted | {refused}
        raise AssertionError("the last refusal is raised")


class _Pace:
    """How eagerly an answer is read: at once up to the end of the first clause, then in gulps.

    The first clause decides when the character is heard; what follows has the whole of its audio to come.
    """

    __slots__ = ("_head", "_is_settled", "_silence_s", "_stream")

    def __init__(self, stream: RawStream, silence_s: float) -> None:
        self._stream = stream
        self._silence_s = silence_s
        self._head = ""
        self._is_settled = False

    def follow(self, text: str, *, has_ended: bool) -> None:
        """Set the pace for what comes after `text`."""
        if has_ended:
            self._stream.settle(gather_s=0.0, silence_s=AFTER_REASON_S)
        elif text and not self._is_settled:
            self._head += text
            self._is_settled = len(self._head) > EAGER_CHARS or _FIRST_CLAUSE.match(self._head) is not None
            self._stream.settle(gather_s=GATHER_S if self._is_settled else 0.0, silence_s=self._silence_s)


def body_of(model: str, request: ChatRequest, unwanted: frozenset[str] = frozenset()) -> dict[str, object]:
    """Return the JSON of a request.

    Args:
        model: Name of the model.
        request: What to ask.
        unwanted: Optional parameters this server refuses. `max_tokens` is then sent under its newer name.
    """
    body: dict[str, object] = {
        "model": model,
        "messages": [{"role": str(message.role), "content": message.content} for message in request.messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
    }
    if request.stop:
        body["stop"] = list(request.stop[:4])
    penalties = {"frequency_penalty": request.frequency_penalty, "presence_penalty": request.presence_penalty}
    body |= {name: value for name, value in penalties.items() if value}
    if request.seed is not None:
        body["seed"] = request.seed
    if "max_tokens" in unwanted:
        body["max_completion_tokens"] = request.max_tokens
    return {name: value for name, value in body.items() if name not in unwanted}
