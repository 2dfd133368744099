"""The answer of `/v1/chat/completions` as it comes over the wire: server-sent events in bytes, cut anywhere.

Owns reading them: lines, events, JSON, and what of it is text, usage or an error. Pure; must not do I/O.

Format: the WHATWG's event streams, and the "chat completion chunk" objects of the OpenAI API reference.
"""

import json
from collections.abc import Iterator
from typing import Any

from vtcontrol.kernel.chat import ChatUsage
from workers.providers.openai_faults import Garbled, declined

MOST_EVENT_BYTES = 256 * 1024
_DONE = b"[DONE]"


class ChatReader:
    """Reads one answer.

    Args:
        model: Name of the model that was asked, for servers that do not repeat it.
        most_chars: Where the answer is cut off when the server does not do so itself.

    Attributes:
        chars: Characters of text so far.
        is_done: Nothing of the answer is missing.
        finish_reason: Why the model stopped, "" while it has not said.
    """

    __slots__ = ("_data", "_left", "_model", "_rest", "_size", "_tokens", "chars", "finish_reason", "is_done")

    def __init__(self, model: str, most_chars: int) -> None:
        self._model = model
        self._left = most_chars
        self._rest = b""
        self._data: list[bytes] = []
        self._size = 0
        self._tokens = (0, 0)
        self.chars = 0
        self.is_done = False
        self.finish_reason = ""

    def feed(self, chunk: bytes) -> str:
        """Take the next bytes and return the text they complete, "" when none.

        Raises:
            Garbled: They are not what the API promises.
            Declined: The server reports an error.
        """
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > MOST_EVENT_BYTES:
            raise Garbled("endless event")
        return self._take_all(event for line in lines for event in self._take_line(line))

    def finish(self) -> str:
        """Say that the server closed the stream in good order, and return the last text.

        Raises:
            Garbled: There was no answer in it, or it stopped in the middle.
        """
        text = ""
        if not self.is_done:
            rest, self._rest = self._rest, b""
            text = self._take_all(event for line in (rest, b"") for event in self._take_line(line))
        if not self.chars:
            raise Garbled(f"empty answer, {self.finish_reason}" if self.finish_reason else "empty answer")
        if not self.is_done and not self.finish_reason:
            raise Garbled("answer breaks off")
        self.is_done = True
        return text

    def read_whole(self, body: bytes) -> str:
        """Return the text of an answer that came in one piece, from a server that does not stream.

        Raises:
            Garbled: It is none.
            Declined: It is an error.
        """
        text = self._take_event(body, part="message")
        self.is_done = True
        return text + self.finish()

    def usage(self) -> ChatUsage:
        """Return what the answer cost, as far as the server told."""
        prompt, completion = self._tokens
        return ChatUsage(prompt, completion, self._model, self.finish_reason)

    def _take_all(self, events: Iterator[bytes]) -> str:
        return "".join([self._take_event(event) for event in events])

    def _take_line(self, line: bytes) -> Iterator[bytes]:
        """Yield the data of the event that this line completes."""
        line = line.removesuffix(b"\r")
        if line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
            self._size += len(line)
            if self._size > MOST_EVENT_BYTES:
                raise Garbled("endless event")
        elif not line and self._data:
            data, self._data, self._size = b"\n".join(self._data), [], 0
            yield data

    def _take_event(self, data: bytes, part: str = "delta") -> str:
        if self.is_done:
            return ""
        if data.startswith(_DONE):
            self.is_done = True
            return ""
        event = _parsed(data)
        if event.get("error"):
            raise declined(event["error"])
        self._note(event)
        choices = event.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else {}
        if not isinstance(choice, dict):
            raise Garbled("not a chat completion")
        self.finish_reason = str(choice.get("finish_reason") or self.finish_reason)
        return self._cut(_text_of(choice.get(part)))

    def _note(self, event: dict[str, Any]) -> None:
        model, usage = event.get("model"), event.get("usage")
        if isinstance(model, str) and model:
            self._model = model
        if isinstance(usage, dict):
            self._tokens = (_count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")))

    def _cut(self, text: str) -> str:
        if len(text) >= self._left:
            text = text[: self._left]
            self.is_done = True
            self.finish_reason = "length"
        self._left -= len(text)
        self.chars += len(text)
        return text


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        event = json.loads(data.decode())
    except (ValueError, RecursionError):
        raise Garbled("not JSON") from None
    if not isinstance(event, dict):
        raise Garbled("not a chat completion")
    return event


def _text_of(message: object) -> str:
    """Return the text of a delta or message; thoughts (`reasoning_content`), refusals and tool calls are none."""
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
