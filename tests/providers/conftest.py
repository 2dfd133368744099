"""A stub of the OpenAI API on a socket, and clients that talk to it."""

from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from tests.fakes.openai_server import INSTANT, OpenAIStub, Timing
from vtcontrol.kernel.chat import Brief, ChatMessage, ChatRequest, ChatUsage, Role, TextDelta
from vtcontrol.kernel.speech import AudioChunk, SpeechRequest, VisemeTrack
from workers.providers.openai_chat import OpenAIChat
from workers.providers.openai_client import OpenAIClients, OpenAIEndpoint, Patience
from workers.providers.openai_speech import OpenAISpeech

KEY = "sk-test-0123456789-very-secret"
PROMPT = "a prompt nobody may see in a log"
CALM = Patience(connect_s=5, first_s=10, silence_s=10, total_s=20)
HASTY = Patience(connect_s=0.5, first_s=0.05, silence_s=0.05, total_s=0.3)


class Answer:
    """Everything a stream of chat events told."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.usages: list[ChatUsage] = []

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    async def read(self, events: AsyncGenerator) -> "Answer":
        async for event in events:
            if isinstance(event, TextDelta):
                assert not self.usages
                self.pieces.append(event.text)
            else:
                self.usages.append(event)
        return self


class Sound:
    """Everything a stream of speech events told."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.rates: set[int] = set()
        self.cues: list = []

    @property
    def pcm(self) -> bytes:
        return b"".join(self.pieces)

    async def read(self, events: AsyncGenerator) -> "Sound":
        async for event in events:
            if isinstance(event, AudioChunk):
                assert len(event.pcm) % 2 == 0
                self.pieces.append(event.pcm)
                self.rates.add(event.sample_rate)
            else:
                assert isinstance(event, VisemeTrack)
                self.cues += event.cues
        return self


def chat_request(text: str = PROMPT, **more) -> ChatRequest:
    messages = (ChatMessage(Role.SYSTEM, "You are Mira."), ChatMessage(Role.USER, text))
    return ChatRequest(messages=messages, brief=Brief(text=text), **more)


def speech_request(text: str = "Hello there, my friend.", **more) -> SpeechRequest:
    return SpeechRequest(text=text, voice="alloy", **more)


@pytest.fixture
async def stub() -> AsyncIterator[OpenAIStub]:
    """A stub that answers at once."""
    server = await OpenAIStub(KEY, Timing(**INSTANT)).start()
    yield server
    await server.stop()


@pytest.fixture
async def clients() -> AsyncIterator[OpenAIClients]:
    pool = OpenAIClients()
    yield pool
    await pool.aclose()


@pytest.fixture
def endpoint(stub: OpenAIStub) -> OpenAIEndpoint:
    return OpenAIEndpoint(stub.base_url, KEY, allow_private=True)


@pytest.fixture
def brain(clients: OpenAIClients, endpoint: OpenAIEndpoint) -> OpenAIChat:
    return OpenAIChat(clients, endpoint, "some-model", patience=CALM)


@pytest.fixture
def voice(clients: OpenAIClients, endpoint: OpenAIEndpoint) -> OpenAISpeech:
    return OpenAISpeech(clients, endpoint, "some-tts", patience=CALM)
