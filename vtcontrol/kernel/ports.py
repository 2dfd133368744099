"""Ports: what the live loop asks of the world outside. Adapters live in `workers.providers`.

Models and voices stream through an async generator. Closing the generator (`aclose`, or cancelling the task that reads
it) cancels the request at the provider. Failures of every port arrive as `vtcontrol.kernel.errors.ProviderFailed`,
nothing else.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from vtcontrol.kernel.chat import ChatEvent, ChatRequest
from vtcontrol.kernel.moderation import Assessment
from vtcontrol.kernel.speech import SpeechEvent, SpeechRequest


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an adapter can do, so that nobody has to ask for its name.

    Attributes:
        streams: The first piece comes before the whole is made.
        timestamps: The engine itself tells when each sound is spoken (speech only).
        styles: Rate, pitch and volume of a request have an effect (speech only).
        sample_rate: Hertz of the PCM it delivers; 0 for language models.
    """

    streams: bool = True
    timestamps: bool = False
    styles: bool = False
    sample_rate: int = 0


class LanguageModel(Protocol):
    """Something that answers a prompt."""

    name: str
    capabilities: Capabilities

    def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield the answer piece by piece; `TextDelta` first, at most one `ChatUsage` last."""
        ...

    async def warm(self) -> None:
        """Open connections and load what the first request would otherwise wait for; never raises."""
        ...

    async def aclose(self) -> None:
        """Release connections."""
        ...


class SpeechEngine(Protocol):
    """Something that voices a segment."""

    name: str
    capabilities: Capabilities

    def stream(self, request: SpeechRequest) -> AsyncGenerator[SpeechEvent, None]:
        """Yield audio and, where the engine knows them, viseme tracks; a track precedes the audio it describes."""
        ...

    async def warm(self) -> None:
        """Open connections and load what the first request would otherwise wait for; never raises."""
        ...

    async def aclose(self) -> None:
        """Release connections and processes."""
        ...


class Moderator(Protocol):
    """Something that says what is wrong with a text."""

    name: str

    async def assess(self, text: str) -> Assessment:
        """Return what it finds in a text; cancelling whoever waits for it cancels the request."""
        ...

    async def warm(self) -> None:
        """Open a connection; never raises."""
        ...

    async def aclose(self) -> None:
        """Release connections."""
        ...
