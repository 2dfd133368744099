"""The brain that thinks nothing: it answers with the words it was given. For what the team has the character say."""

from collections.abc import AsyncGenerator

from vtcontrol.kernel.chat import ChatEvent, ChatRequest, TextDelta
from vtcontrol.kernel.ports import Capabilities

VERBATIM = "verbatim"


class VerbatimBrain:
    """A `LanguageModel` that repeats `ChatRequest.brief.text`; tags in it work as in any answer."""

    def __init__(self) -> None:
        self.name = VERBATIM
        self.capabilities = Capabilities(streams=False)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield the words as one piece."""
        yield TextDelta(request.brief.text)

    async def warm(self) -> None:
        """Nothing to warm."""

    async def aclose(self) -> None:
        """Nothing to close."""
