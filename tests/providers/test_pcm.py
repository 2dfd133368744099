"""Samples, raw or behind a WAV header, cut anywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.openai_replies import vowel, wav_header
from workers.providers.openai_faults import Garbled
from workers.providers.pcm import Samples, WavHead, WholeSamples, read_wav_head

AUDIO = vowel(200, 40)


def through(reader: WholeSamples, body: bytes, sizes: list[int]) -> bytes:
    pcm, at = b"", 0
    for size in sizes:
        piece = reader.feed(body[at : at + size])
        assert len(piece) % 2 == 0
        pcm += piece
        at += size
    return pcm + reader.feed(body[at:])


@given(st.lists(st.integers(1, 30), max_size=50))
def test_any_cutting_gives_the_same_samples(sizes: list[int]) -> None:
    assert through(WholeSamples(), AUDIO, sizes) == AUDIO


def test_half_a_sample_at_the_end_is_dropped() -> None:
    assert WholeSamples().feed(AUDIO + b"\x01") == AUDIO


def test_what_follows_the_samples_is_not_played() -> None:
    reader = WholeSamples(len(AUDIO))

    pcm = through(reader, AUDIO + b"LIST\x0a\0\0\0INFOnoises", [7] * 400)

    reader.finish()
    assert pcm == AUDIO


def test_samples_that_were_promised_and_never_came_are_missed() -> None:
    reader = WholeSamples(48_000)
    reader.feed(bytes(24_000))

    with pytest.raises(Garbled, match="too early"):
        reader.finish()


def test_a_wav_says_its_own_form() -> None:
    head = read_wav_head(wav_header(1000, sample_rate=44_100, channels=2) + AUDIO)

    assert head == WavHead(Samples("pcm_s16le", 44_100, 2), 44, 1000)


@pytest.mark.parametrize("size", [0, 0xFFFF_FFFF, 0x7FFF_FFFF, 0x7FFF_FFFF - 36])
def test_a_server_that_streams_does_not_know_the_length(size: int) -> None:
    head = bytearray(wav_header(0))
    head[40:44] = size.to_bytes(4, "little")

    found = read_wav_head(bytes(head))

    assert found is not None
    assert found.size is None


def test_chunks_before_the_samples_are_passed_over() -> None:
    note = b"LIST" + (10).to_bytes(4, "little") + b"INFOnoises"
    header = wav_header(len(AUDIO))

    head = read_wav_head(header[:36] + note + header[36:] + AUDIO)

    assert head == WavHead(Samples("pcm_s16le", 24_000), 44 + len(note), len(AUDIO))


@pytest.mark.parametrize("size", range(12, 44))
def test_half_a_header_says_nothing_yet(size: int) -> None:
    assert read_wav_head(wav_header(100)[:size]) is None


def _format(kind: int, channels: int, rate: int, bits: int, more: bytes = b"") -> bytes:
    fields = b"".join(
        number.to_bytes(size, "little")
        for number, size in ((kind, 2), (channels, 2), (rate, 4), (0, 4), (0, 2), (bits, 2))
    )
    fields += more
    return b"RIFF\0\0\0\0WAVEfmt " + len(fields).to_bytes(4, "little") + fields + b"data\x10\0\0\0"


@pytest.mark.parametrize(
    ("head", "codec"),
    [
        (_format(1, 1, 8_000, 8), "pcm_u8"),
        (_format(1, 2, 48_000, 24), "pcm_s24le"),
        (_format(3, 1, 24_000, 32), "pcm_f32le"),
        (_format(7, 1, 8_000, 8), "pcm_mulaw"),
        (_format(0xFFFE, 1, 24_000, 32, bytes(8) + b"\x03\0" + bytes(14)), "pcm_f32le"),
    ],
)
def test_other_forms_of_samples_are_named_for_the_decoder(head: bytes, codec: str) -> None:
    found = read_wav_head(head)

    assert found is not None
    assert found.samples.codec == codec


@pytest.mark.parametrize(
    "head",
    [
        _format(1, 9, 24_000, 16),
        _format(1, 0, 24_000, 16),
        _format(2, 1, 24_000, 4),
        _format(1, 1, 1, 16),
        b"RIFF\0\0\0\0WAVEdata\x10\0\0\0",
        b"RIFF\0\0\0\0WAVE" + b"junk" + (0x7FFFFFF0).to_bytes(4, "little") + bytes(20),
        b"RIFF\0\0\0\0WAVE" + (b"junk" + bytes(4)) * 10_000,
    ],
)
def test_a_wav_that_cannot_be_played_is_refused(head: bytes) -> None:
    with pytest.raises(Garbled):
        read_wav_head(head)


@given(st.binary(max_size=200))
def test_any_header_is_read_or_refused(rest: bytes) -> None:
    try:
        head = read_wav_head(b"RIFF\0\0\0\0WAVE" + rest)
    except Garbled:
        return
    assert head is None or head.begins_at <= len(rest) + 12
