"""The speech adapter against the stub on a socket: what it sends, what it plays, and what it refuses to play."""

import asyncio
import logging
from contextlib import aclosing

import pytest

from tests.fakes import openai_replies
from tests.fakes.openai_server import Mode, OpenAIStub
from tests.providers.conftest import HASTY, KEY, Sound, speech_request
from vtcontrol.kernel.errors import Fault, ProviderFailed
from vtcontrol.kernel.speech import Viseme
from workers.providers.openai_client import OpenAIClients, OpenAIEndpoint
from workers.providers.openai_speech import OpenAISpeech

WHOLE_BYTES = 72_000  # 1.5 s at 24 kHz


async def failure_of(voice: OpenAISpeech, sound: Sound | None = None) -> ProviderFailed:
    with pytest.raises(ProviderFailed) as caught:
        await (sound or Sound()).read(voice.stream(speech_request()))
    return caught.value


async def test_audio_arrives_whole_with_a_moving_mouth(voice: OpenAISpeech) -> None:
    sound = await Sound().read(voice.stream(speech_request()))

    assert sound.pcm in {openai_replies.vowel(pitch, 1500) for pitch in (160, 190, 220, 250)}
    assert len({cue.viseme for cue in sound.cues}) > 4
    assert sound.cues[0].at_ms == 0
    assert sound.cues[-1].viseme is Viseme.SIL


async def test_request_asks_for_raw_pcm(voice: OpenAISpeech, stub: OpenAIStub) -> None:
    await Sound().read(voice.stream(speech_request("Hello!")))

    assert stub.bodies[-1] == {"model": "some-tts", "voice": "alloy", "input": "Hello!", "response_format": "pcm"}
    assert stub.log[-1].authorization == f"Bearer {KEY}"


async def test_rate_becomes_speed(voice: OpenAISpeech, stub: OpenAIStub) -> None:
    await Sound().read(voice.stream(speech_request("Hello!", rate=1.25)))

    assert stub.bodies[-1]["speed"] == 1.25


@pytest.mark.parametrize("mode", [Mode.WAV, Mode.STREAMED_WAV])
async def test_wav_is_played_without_its_header(voice: OpenAISpeech, stub: OpenAIStub, mode: Mode) -> None:
    stub.fail("speech", mode)

    sound = await Sound().read(voice.stream(speech_request()))

    assert len(sound.pcm) == WHOLE_BYTES
    assert sound.rates == {24_000}


async def test_bytes_cut_in_the_middle_of_a_sample_are_put_together(voice: OpenAISpeech, stub: OpenAIStub) -> None:
    stub.timing.drip_ms = 0
    stub.fail("speech", Mode.ODD_BYTES)

    sound = await Sound().read(voice.stream(speech_request()))

    assert len(sound.pcm) == WHOLE_BYTES
    assert all(len(piece) % 2 == 0 for piece in sound.pieces)


@pytest.mark.parametrize(
    ("mode", "fault"),
    [
        (Mode.ERROR_500, Fault.SERVER),
        (Mode.RATE_LIMITED, Fault.RATE_LIMITED),
        (Mode.UNAUTHORISED, Fault.AUTH),
        (Mode.REDIRECT, Fault.REJECTED),
        (Mode.CLOSE, Fault.UNREACHABLE),
        (Mode.HTML, Fault.GARBAGE),
        (Mode.JSON_200, Fault.GARBAGE),
        (Mode.EMPTY, Fault.GARBAGE),
        (Mode.FAKE_MP3, Fault.GARBAGE),
        (Mode.HTML_AS_MP3, Fault.GARBAGE),
        (Mode.HTML_AS_PCM, Fault.GARBAGE),
        (Mode.NOISE, Fault.GARBAGE),
        (Mode.WEBM, Fault.GARBAGE),
    ],
)
async def test_failure_is_never_played_as_noise(
    voice: OpenAISpeech, stub: OpenAIStub, mode: Mode, fault: Fault
) -> None:
    stub.fail("speech", mode)
    sound = Sound()

    failure = await failure_of(voice, sound)

    assert failure.fault is fault
    assert sound.pcm == b""


@pytest.mark.parametrize("mode", [Mode.CLOSE_MID, Mode.RESET_MID])
async def test_audio_that_breaks_off_is_a_failure(voice: OpenAISpeech, stub: OpenAIStub, mode: Mode) -> None:
    stub.fail("speech", mode)

    assert (await failure_of(voice)).fault is Fault.UNREACHABLE


@pytest.mark.parametrize("mode", [Mode.HANG, Mode.HANG_MID])
async def test_server_that_hangs_is_given_up_and_told_so(
    clients: OpenAIClients, endpoint: OpenAIEndpoint, stub: OpenAIStub, mode: Mode
) -> None:
    stub.fail("speech", mode)

    failure = await failure_of(OpenAISpeech(clients, endpoint, "some-tts", patience=HASTY))
    await stub.until(lambda stub: stub.connections == 0)

    assert failure.fault is Fault.TIMEOUT


async def test_endless_audio_is_cut_off(voice: OpenAISpeech, stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.providers.openai_speech.LONGEST_AUDIO_S", 5)
    stub.fail("speech", Mode.ENDLESS)

    failure = await failure_of(voice)
    await stub.until(lambda stub: stub.connections == 0)

    assert failure.fault is Fault.GARBAGE


async def test_closing_the_stream_cancels_the_request_at_the_server(voice: OpenAISpeech, stub: OpenAIStub) -> None:
    stub.fail("speech", Mode.HANG_MID)

    async with aclosing(voice.stream(speech_request())) as events:
        await anext(events)
    await stub.until(lambda stub: stub.stats("speech").cancelled == 1)

    assert stub.connections == 0


async def test_cancelling_several_segments_cancels_all_their_requests(voice: OpenAISpeech, stub: OpenAIStub) -> None:
    stub.fail("speech", Mode.HANG, times=0)
    speaking = [asyncio.create_task(Sound().read(voice.stream(speech_request()))) for _ in range(3)]
    await stub.until(lambda stub: stub.stats("speech").max_active == 3)

    for task in speaking:
        task.cancel()
    await asyncio.wait(speaking)
    await stub.until(lambda stub: stub.stats("speech").cancelled == 3)

    assert stub.connections == 0


async def test_warming_opens_connections_that_the_first_segments_use(voice: OpenAISpeech, stub: OpenAIStub) -> None:
    await voice.warm()
    await asyncio.gather(*(Sound().read(voice.stream(speech_request())) for _ in range(2)))

    assert stub.stats("speech").requests == 2
    assert stub.accepted == 2


async def test_no_key_is_in_any_log(voice: OpenAISpeech, stub: OpenAIStub, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    stub.fail("speech", Mode.UNAUTHORISED)

    failure = await failure_of(voice)

    assert KEY not in caplog.text
    assert KEY not in str(failure)
    assert failure.__context__ is None
    assert failure.__cause__ is None


async def test_reader_slower_than_the_server_loses_nothing(voice: OpenAISpeech, stub: OpenAIStub) -> None:
    stub.timing.ms_per_char = 400
    sound = Sound()

    async with aclosing(voice.stream(speech_request("x" * 25))) as events:
        await anext(events)
        await stub.until(lambda stub: stub.stats("speech").done == 1)
        await sound.read(events)

    assert len(sound.pcm) > 400_000
