"""Recognising PCM: raw or with a WAV header, cut anywhere; everything else is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.openai_replies import vowel, wav_header
from workers.providers.openai_faults import Garbled
from workers.providers.pcm import PcmReader

AUDIO = vowel(200, 40)


def read(body: bytes, content_type: str = "audio/pcm", sizes: list[int] | None = None) -> tuple[bytes, PcmReader]:
    reader = PcmReader(content_type, 24_000)
    pcm, at = b"", 0
    for size in sizes or []:
        piece = reader.feed(body[at : at + size])
        assert len(piece) % 2 == 0
        pcm += piece
        at += size
    pcm += reader.feed(body[at:])
    return pcm + reader.finish(), reader


@given(st.lists(st.integers(1, 30), max_size=50), st.sampled_from([b"", wav_header(len(AUDIO))]))
def test_any_cutting_gives_the_same_samples(sizes: list[int], header: bytes) -> None:
    pcm, _ = read(header + AUDIO, sizes=sizes)

    assert pcm == AUDIO


def test_wav_says_its_own_sample_rate() -> None:
    _, reader = read(wav_header(len(AUDIO), sample_rate=16_000) + AUDIO, "audio/wav")

    assert reader.sample_rate == 16_000


def test_chunks_around_the_samples_of_a_wav_are_not_played() -> None:
    note = b"LIST" + (10).to_bytes(4, "little") + b"INFOnoises"
    header = wav_header(len(AUDIO))
    body = header[:36] + note + header[36:] + AUDIO + note

    pcm, _ = read(body, "audio/wav", sizes=[7] * 12)

    assert pcm == AUDIO


def test_half_a_sample_at_the_end_is_dropped() -> None:
    pcm, _ = read(AUDIO + b"\x01")

    assert pcm == AUDIO


def test_very_short_audio_is_played() -> None:
    pcm, _ = read(AUDIO[:6])

    assert pcm == AUDIO[:6]


def test_header_without_samples_is_silence() -> None:
    pcm, _ = read(wav_header(0)[:30], "audio/wav")

    assert pcm == b""


@pytest.mark.parametrize("content_type", ["text/html", "application/json", "audio/mpeg", "audio/ogg", "audio/flac"])
def test_other_media_types_are_refused(content_type: str) -> None:
    with pytest.raises(Garbled, match=f"{content_type} instead of PCM"):
        PcmReader(content_type, 24_000)


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": {"message": "no"}}',
        b"<!DOCTYPE html><html></html>",
        b"<html>oh no</html>",
        b"ID3\x04" + bytes(40),
        b"OggS" + bytes(40),
        b"fLaC" + bytes(40),
        b"\xff\xfb\x90\x64" + bytes(40),
        wav_header(100, channels=2) + bytes(100),
        b"RIFF\0\0\0\0WAVE" + b"junk" + (0x7FFFFFF0).to_bytes(4, "little") + bytes(20),
        b"RIFF\0\0\0\0WAVE" + (b"junk" + bytes(4)) * 10_000,
    ],
)
def test_what_only_claims_to_be_bytes_is_looked_at(body: bytes) -> None:
    with pytest.raises(Garbled):
        read(body, "application/octet-stream")


@given(st.binary(max_size=200), st.lists(st.integers(1, 20), max_size=20))
def test_anything_at_all_is_audio_or_refused(body: bytes, sizes: list[int]) -> None:
    try:
        pcm, _ = read(body, "", sizes)
    except Garbled:
        return
    assert len(pcm) % 2 == 0


@pytest.mark.parametrize("body", [b"\xff", b"{", b"R", b""])
def test_body_of_a_byte_is_no_sample(body: bytes) -> None:
    try:
        pcm, _ = read(body, "")
    except Garbled:
        return
    assert pcm == b""
