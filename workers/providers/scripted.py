"""Temporary stand-in."""
from collections.abc import AsyncGenerator
from vtcontrol.kernel.chat import ChatEvent, ChatRequest, TextDelta
from vtcontrol.kernel.ports import Capabilities
class ScriptedBrain:
    name = "scripted"
    capabilities = Capabilities()
    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        for w in f"[joy] Hello there {request.brief.viewer}, nice to see you. How are you doing on this fine evening?".split(" "):
            yield TextDelta(w + " ")
    async def warm(self) -> None: ...
    async def aclose(self) -> None: ...
