"""Formats against the stub on a socket: what is asked for, what really comes, and how it is played."""

from array import array

import pytest

from tests.fakes import openai_replies
from tests.fakes.openai_endpoints import PITCHES_HZ
from tests.fakes.openai_server import Mode, OpenAIStub
from tests.providers.conftest import CALM, Sound, speech_request
from tests.providers.test_decoder import likeness
from vtcontrol.kernel.errors import Fault, ProviderFailed
from vtcontrol.kernel.speech import Viseme
from workers.providers.audio_kind import AudioKind
from workers.providers.openai_client import OpenAIClients, OpenAIEndpoint
from workers.providers.openai_speech import OpenAISpeech

TRUTH = openai_replies.vowel(PITCHES_HZ[len(speech_request().text) % len(PITCHES_HZ)], 1500)


def voice_of(clients: OpenAIClients, endpoint: OpenAIEndpoint, *formats: AudioKind, **more) -> OpenAISpeech:
    chosen = {"formats": formats} if formats else {}
    return OpenAISpeech(clients, endpoint, "some-tts", patience=CALM, **chosen, **more)


@pytest.mark.parametrize("form", list(AudioKind))
async def test_a_chosen_format_is_asked_for_and_played(
    clients: OpenAIClients, endpoint: OpenAIEndpoint, stub: OpenAIStub, form: AudioKind
) -> None:
    voice = voice_of(clients, endpoint, form)

    sound = await Sound().read(voice.stream(speech_request()))

    assert stub.bodies[-1]["response_format"] == form
    assert sound.rates == {24_000}
    assert 1490 <= len(sound.pcm) / 48 <= 1580
    assert likeness(sound.pcm, TRUTH) > 0.95
    assert voice.heard is form
    assert len({cue.viseme for cue in sound.cues}) > 4
    assert sound.cues[-1].viseme is Viseme.SIL
    await voice.aclose()


@pytest.mark.parametrize(
    ("mode", "heard"),
    [
        (Mode.MP3, AudioKind.MP3),
        (Mode.MP3_AS_PCM, AudioKind.MP3),
        (Mode.MP3_44100_STEREO, AudioKind.MP3),
        (Mode.OPUS, AudioKind.OPUS),
        (Mode.AAC, AudioKind.AAC),
        (Mode.FLAC, AudioKind.FLAC),
        (Mode.WAV, AudioKind.WAV),
        (Mode.STREAMED_WAV, AudioKind.WAV),
        (Mode.STEREO_WAV, AudioKind.WAV),
        (Mode.L16_AT_48000, AudioKind.PCM),
    ],
)
async def test_a_server_that_sends_what_it_has_is_understood(
    clients: OpenAIClients, endpoint: OpenAIEndpoint, stub: OpenAIStub, mode: Mode, heard: AudioKind
) -> None:
    voice = voice_of(clients, endpoint)
    stub.fail("speech", mode, times=0)

    sound = await Sound().read(voice.stream(speech_request()))

    assert stub.bodies[-1]["response_format"] == "pcm"
    assert sound.rates == {24_000}
    assert 1490 <= len(sound.pcm) / 48 <= 1580
    assert likeness(sound.pcm, TRUTH) > 0.95
    assert voice.heard is heard
    await voice.aclose()


async def test_a_server_that_refuses_pcm_is_asked_for_the_next_and_only_once(
    clients: OpenAIClients, endpoint: OpenAIEndpoint, stub: OpenAIStub
) -> None:
    voice = voice_of(clients, endpoint)
    stub.formats = {"mp3"}

    for _ in range(2):
        assert (await Sound().read(voice.stream(speech_request()))).pcm

    assert [body["response_format"] for body in stub.bodies] == ["pcm", "wav", "mp3", "mp3"]
    await voice.aclose()


async def test_a_format_chosen_by_hand_is_not_swapped_for_another(
    clients: OpenAIClients, endpoint: OpenAIEndpoint, stub: OpenAIStub
) -> None:
    voice = voice_of(clients, endpoint, AudioKind.OPUS)
    stub.formats = {"mp3"}

    with pytest.raises(ProviderFailed) as caught:
        await Sound().read(voice.stream(speech_request()))

    assert caught.value.fault is Fault.REJECTED
    assert len(stub.bodies) == 1


async def test_raw_samples_at_another_rate_reach_the_stage_at_its_own(
    clients: OpenAIClients, endpoint: OpenAIEndpoint, stub: OpenAIStub
) -> None:
    voice = voice_of(clients, endpoint, AudioKind.PCM, raw_rate=12_000)

    sound = await Sound().read(voice.stream(speech_request()))

    assert sound.rates == {24_000}
    assert 2990 <= len(sound.pcm) / 48 <= 3010
    await voice.aclose()


@pytest.mark.parametrize("mode", [Mode.SHORT_WAV, Mode.CUT_OGG, Mode.NOISE_IN_OGG, Mode.NOISE_IN_MP3])
async def test_audio_that_goes_bad_is_a_clear_fault_after_what_was_good(
    clients: OpenAIClients, endpoint: OpenAIEndpoint, stub: OpenAIStub, mode: Mode
) -> None:
    voice = voice_of(clients, endpoint)
    stub.fail("speech", mode)
    sound = Sound()

    with pytest.raises(ProviderFailed) as caught:
        await sound.read(voice.stream(speech_request()))

    assert caught.value.fault is Fault.GARBAGE
    assert len(sound.pcm) / 48 < 1580
    assert max(map(abs, array("h", sound.pcm)), default=0) < 14_000  # the vowel's own loudest sample is near 13,000
    await voice.aclose()


async def test_endless_compressed_audio_is_cut_off(
    clients: OpenAIClients, endpoint: OpenAIEndpoint, stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.providers.openai_speech.LONGEST_AUDIO_S", 5)
    voice = voice_of(clients, endpoint, AudioKind.MP3)
    stub.fail("speech", Mode.ENDLESS)

    with pytest.raises(ProviderFailed, match="endless audio"):
        await Sound().read(voice.stream(speech_request()))

    await stub.until(lambda stub: stub.connections == 0)
    await voice.aclose()


async def test_a_server_that_knows_no_speed_is_not_told_one_again(
    clients: OpenAIClients, endpoint: OpenAIEndpoint, stub: OpenAIStub
) -> None:
    voice = voice_of(clients, endpoint)
    stub.refused = {"speed"}

    for _ in range(2):
        assert (await Sound().read(voice.stream(speech_request(rate=1.3)))).pcm

    assert ["speed" in body for body in stub.bodies] == [True, False, False]


async def test_the_decoder_starts_only_where_it_is_needed(clients: OpenAIClients, endpoint: OpenAIEndpoint) -> None:
    plain, packed = voice_of(clients, endpoint), voice_of(clients, endpoint, AudioKind.MP3)

    await plain.warm()
    await packed.warm()

    assert plain._decoder.pid is None
    assert packed._decoder.pid is not None
    await packed.aclose()
