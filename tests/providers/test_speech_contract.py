"""What every `SpeechEngine` promises: one suite for the fake, the real adapter and the guard."""

import asyncio
from contextlib import aclosing

import pytest

from tests.fakes.openai_server import OpenAIStub
from tests.fakes.voices import FakeVoice
from tests.providers.conftest import CALM, Sound, speech_request
from vtcontrol.kernel.ports import SpeechEngine
from vtcontrol.kernel.speech import AudioChunk, VisemeTrack
from workers.providers.breaker import CircuitBreaker
from workers.providers.guarded import SPEECH_LIMITS, Guard, GuardedSpeech
from workers.providers.openai_client import OpenAIClients, OpenAIEndpoint
from workers.providers.openai_speech import OpenAISpeech


@pytest.fixture(params=["fake", "openai", "guarded"])
def engine(request: pytest.FixtureRequest, clients: OpenAIClients, endpoint: OpenAIEndpoint) -> SpeechEngine:
    real = OpenAISpeech(clients, endpoint, "some-tts", patience=CALM)
    return {
        "fake": FakeVoice(timestamps=True),
        "openai": real,
        "guarded": GuardedSpeech(real, Guard(CircuitBreaker(), SPEECH_LIMITS)),
    }[request.param]


async def test_audio_is_whole_samples_at_the_promised_rate(engine: SpeechEngine) -> None:
    sound = await Sound().read(engine.stream(speech_request()))

    assert len(sound.pcm) > 10_000
    assert sound.rates == {engine.capabilities.sample_rate}


async def test_mouth_shapes_come_before_their_audio_in_rising_time(engine: SpeechEngine) -> None:
    heard_ms = 0.0
    times = []
    async for event in engine.stream(speech_request()):
        if isinstance(event, VisemeTrack):
            assert heard_ms == 0.0 or all(cue.at_ms >= heard_ms - 60 for cue in event.cues)
            times += [cue.at_ms for cue in event.cues]
        elif isinstance(event, AudioChunk):
            heard_ms += event.duration_ms

    assert times == sorted(times)
    assert len(times) > 1
    assert times[-1] <= heard_ms


async def test_segments_are_voiced_at_the_same_time(engine: SpeechEngine) -> None:
    texts = ("Hello there.", "How are you today?", "I am fine.")

    sounds = await asyncio.gather(*(Sound().read(engine.stream(speech_request(text))) for text in texts))

    assert all(sound.pcm for sound in sounds)


async def test_speech_may_be_closed_in_the_middle(engine: SpeechEngine) -> None:
    async with aclosing(engine.stream(speech_request())) as events:
        await anext(events)

    with pytest.raises(StopAsyncIteration):
        await anext(events)


async def test_nothing_happens_before_the_first_piece_is_asked_for(engine: SpeechEngine, stub: OpenAIStub) -> None:
    events = engine.stream(speech_request())
    await events.aclose()

    assert stub.stats("speech").requests == 0


async def test_engine_can_be_warmed_and_closed(engine: SpeechEngine) -> None:
    await engine.warm()

    assert engine.name
    await engine.aclose()
