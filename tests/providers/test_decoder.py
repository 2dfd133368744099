"""The decoder's process: what it makes of each format, and of rubbish; what becomes of its jobs when it dies."""

import asyncio
import os
import signal
import sys
from array import array
from collections.abc import AsyncIterator

import pytest

from tests.fakes.openai_replies import vowel
from tests.fakes.speech_bodies import encoded, noise
from workers.providers.decoder import Decoder, Decoding
from workers.providers.decoder_process import HEADER, Kind, OggPages, Plan, Quiet, frame
from workers.providers.openai_faults import DecoderLost, Garbled

AUDIO = vowel(200, 1000)
RATE = 24_000


@pytest.fixture
async def decoder() -> AsyncIterator[Decoder]:
    one = Decoder()
    yield one
    await one.aclose()


async def fed(job: Decoding, data: bytes) -> bytes:
    return b"".join([pcm async for pcm in job.feed(data)])


async def decoded(decoder: Decoder, body: bytes, plan: Plan, bite: int = 1000) -> bytes:
    job = await decoder.open(plan)
    try:
        pcm = b"".join([await fed(job, body[at : at + bite]) for at in range(0, len(body), bite)])
        return pcm + await job.finish()
    finally:
        job.close()


def likeness(heard: bytes, truth: bytes, rate: int = RATE) -> float:
    """Return how alike two sounds are, 0 to 1: the best correlation of their samples within 60 ms of each other."""
    left, right = array("h", heard), array("h", truth)
    size = min(len(left), len(right)) - rate * 60 // 1000
    base = right[:size:29]
    level = sum(sample * sample for sample in base) ** 0.5
    best = 0.0
    for shift in range(-rate * 60 // 1000, rate * 60 // 1000, 3):
        part = left[max(0, shift) : max(0, shift) + size : 29] if shift >= 0 else left[: size + shift : 29]
        truth_part = base if shift >= 0 else right[-shift:size:29]
        own = sum(sample * sample for sample in part) ** 0.5
        product = sum(one * other for one, other in zip(part, truth_part, strict=False))
        best = max(best, product / (own * level or 1))
    return best


@pytest.mark.parametrize("form", ["mp3", "opus", "aac", "flac"])
@pytest.mark.parametrize("bite", [317, 100_000])
async def test_every_format_sounds_like_what_was_put_in(decoder: Decoder, form: str, bite: int) -> None:
    pcm = await decoded(decoder, encoded(AUDIO, form), Plan(form, RATE), bite)

    assert 990 <= len(pcm) / 48 <= 1080
    assert likeness(pcm, AUDIO) > 0.95


async def test_another_rate_and_a_second_channel_become_the_stages_one(decoder: Decoder) -> None:
    pcm = await decoded(decoder, encoded(AUDIO, "mp3", rate=44_100, channels=2), Plan("mp3", RATE))

    assert 990 <= len(pcm) / 48 <= 1080
    assert likeness(pcm, AUDIO) > 0.95


@pytest.mark.parametrize(
    ("plan", "body"),
    [
        (Plan("pcm_s16le", RATE, 48_000, 1), b"".join(AUDIO[at : at + 2] * 2 for at in range(0, len(AUDIO), 2))),
        (Plan("pcm_s16le", RATE, 24_000, 2), b"".join(AUDIO[at : at + 2] * 2 for at in range(0, len(AUDIO), 2))),
        (Plan("pcm_s24le", RATE, 24_000, 1), b"".join(b"\0" + AUDIO[at : at + 2] for at in range(0, len(AUDIO), 2))),
        (Plan("pcm_f32le", RATE, 24_000, 1), array("f", [n / 32768 for n in array("h", AUDIO)]).tobytes()),
        (Plan("pcm_u8", RATE, 24_000, 1), bytes((n >> 8) + 128 for n in array("h", AUDIO))),
    ],
)
async def test_samples_of_another_shape_are_converted(decoder: Decoder, plan: Plan, body: bytes) -> None:
    pcm = await decoded(decoder, body, plan)

    assert 980 <= len(pcm) / 48 <= 1010
    assert likeness(pcm, AUDIO) > 0.95


@pytest.mark.parametrize(("form", "most_bytes"), [("mp3", 800), ("aac", 1500), ("opus", 1200)])
async def test_the_first_sound_does_not_wait_for_the_rest(decoder: Decoder, form: str, most_bytes: int) -> None:
    body = encoded(AUDIO, form)
    job = await decoder.open(Plan(form, RATE))

    taken = 0
    while not await fed(job, body[taken : taken + 50]):
        taken += 50

    assert taken <= most_bytes


async def test_the_silence_an_encoder_puts_in_front_is_dropped() -> None:
    quiet = Quiet(RATE)

    heard = quiet.pass_on(bytes(2000)) + quiet.pass_on(bytes(400) + AUDIO[:1000])

    assert heard[-1000:] == AUDIO[:1000]
    assert len(heard) <= 1000 + 2 * RATE * Quiet.KEPT_MS // 1000
    assert quiet.pass_on(bytes(500)) == bytes(500)


async def test_silence_meant_by_the_speaker_stays() -> None:
    quiet = Quiet(RATE)

    assert len(quiet.pass_on(bytes(48_000))) == 48_000 - 2 * RATE * Quiet.MOST_MS // 1000


@pytest.mark.parametrize("form", ["mp3", "aac", "flac", "opus"])
@pytest.mark.parametrize("body", [noise(200_000), b"<html>hello</html>" * 9000, bytes(1_500_000)], ids=len)
async def test_rubbish_is_refused_and_makes_no_sound(decoder: Decoder, form: str, body: bytes) -> None:
    try:
        pcm = await decoded(decoder, body, Plan(form, RATE), 50_000)
    except Garbled:
        pcm = b""

    assert pcm == b""


@pytest.mark.parametrize("form", ["mp3", "opus"])
async def test_rubbish_in_the_middle_is_noticed(decoder: Decoder, form: str) -> None:
    with pytest.raises(Garbled):
        await decoded(decoder, encoded(AUDIO, form)[:3000] + noise(), Plan(form, RATE))


async def test_a_page_cut_off_is_audio_that_ends_too_early(decoder: Decoder) -> None:
    with pytest.raises(Garbled, match="too early"):
        await decoded(decoder, encoded(AUDIO, "opus")[:-200], Plan("opus", RATE))


async def test_a_damaged_page_is_never_played(decoder: Decoder) -> None:
    body = bytearray(encoded(AUDIO, "opus"))
    body[len(body) // 2] ^= 0x40

    with pytest.raises(Garbled, match="damaged"):
        await decoded(decoder, bytes(body), Plan("opus", RATE))


async def test_an_unknown_format_is_refused(decoder: Decoder) -> None:
    with pytest.raises(Garbled, match="unknown format"):
        await decoded(decoder, b"whatever", Plan("h264", RATE))


async def test_many_streams_share_one_child(decoder: Decoder) -> None:
    forms = ["mp3", "opus", "aac", "flac"] * 4

    all_pcm = await asyncio.gather(*(decoded(decoder, encoded(AUDIO, form), Plan(form, RATE)) for form in forms))

    assert all(990 <= len(pcm) / 48 <= 1080 for pcm in all_pcm)


async def test_one_streams_rubbish_hurts_no_other(decoder: Decoder) -> None:
    good = await decoder.open(Plan("mp3", RATE))
    body = encoded(AUDIO, "mp3")
    before = await fed(good, body[:2000])

    with pytest.raises(Garbled):
        await decoded(decoder, noise(), Plan("mp3", RATE))
    after = await fed(good, body[2000:])

    assert len(before + after) / 48 > 900


async def test_a_child_that_dies_fails_its_jobs_and_is_replaced(decoder: Decoder) -> None:
    job = await decoder.open(Plan("mp3", RATE))
    body = encoded(AUDIO, "mp3")
    await fed(job, body[:2000])
    assert decoder.pid is not None

    os.kill(decoder.pid, signal.SIGKILL)

    with pytest.raises(DecoderLost):
        await fed(job, body[2000:])
    assert len(await decoded(decoder, body, Plan("mp3", RATE))) / 48 > 990


SLEEPER = f"""
import sys, time
sys.stdout.buffer.write({frame(Kind.READY, 0)!r}); sys.stdout.flush()
time.sleep(60)
"""


async def test_a_child_that_hangs_is_killed() -> None:
    decoder = Decoder(patience_s=0.05, program=(sys.executable, "-c", SLEEPER))

    with pytest.raises(DecoderLost, match="hangs"):
        await decoded(decoder, b"whatever", Plan("mp3", RATE))

    assert decoder.pid is None
    await decoder.aclose()


@pytest.mark.parametrize("code", ["raise SystemExit(3)", f"print({HEADER.size * 'x'!r})", "print()"])
async def test_a_child_that_does_not_start_is_said_so(code: str) -> None:
    decoder = Decoder(program=(sys.executable, "-c", code))

    with pytest.raises(DecoderLost, match="does not start"):
        await decoder.open(Plan("mp3", RATE))
    await decoder.warm()


async def test_the_child_ends_with_its_parent(decoder: Decoder) -> None:
    await decoder.warm()
    pid = decoder.pid
    assert pid is not None

    await decoder.aclose()

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_packets_of_ogg_may_span_pages_and_pages_may_span_reads() -> None:
    body = encoded(AUDIO, "opus")

    whole = list(OggPages().feed(body))
    pages = OggPages()
    pieces = [packet for at in range(0, len(body), 13) for packet in pages.feed(body[at : at + 13])]

    assert pieces == whole
    assert whole[0].startswith(b"OpusHead")
    assert pages.is_whole
