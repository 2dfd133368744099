"""Recognising formats from their first bytes; everything that is no audio is refused by name."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.openai_replies import vowel, wav_header
from tests.fakes.speech_bodies import FAKE_MP3, HTML, encoded, noise
from workers.providers.audio_kind import AudioKind, kind_of, sounds_like_noise
from workers.providers.openai_faults import Garbled

AUDIO = vowel(200, 300)
LIES = ("", "audio/pcm", "audio/mpeg", "application/octet-stream")


def told(body: bytes, content_type: str = "") -> tuple[AudioKind | None, int]:
    """Return what a body that comes byte by byte turns out to be, and how much of it was needed."""
    for size in range(1, len(body)):
        if (kind := kind_of(body[:size], content_type)) is not None:
            return kind, size
    return kind_of(body, content_type, is_whole=True), len(body)


@pytest.mark.parametrize(
    ("form", "content_type"), list(itertools.product(["mp3", "opus", "aac", "flac"], [*LIES, "text/plain"]))
)
def test_what_comes_counts_not_what_it_is_called(form: str, content_type: str) -> None:
    kind, needed = told(encoded(AUDIO, form), content_type)

    assert kind == form
    assert needed < 1500


@pytest.mark.parametrize("content_type", LIES)
def test_wav_is_told_by_its_first_bytes(content_type: str) -> None:
    assert told(wav_header(len(AUDIO)) + AUDIO, content_type) == (AudioKind.WAV, 12)


@pytest.mark.parametrize("content_type", ["", "audio/pcm", "audio/x-pcm", "application/octet-stream"])
def test_raw_samples_have_no_mark_and_need_a_few_milliseconds(content_type: str) -> None:
    kind, needed = told(AUDIO, content_type)

    assert kind is AudioKind.PCM
    assert needed <= 512


def test_samples_that_begin_like_a_frame_are_still_samples() -> None:
    frame = b"\xff\xfb\x90\x64"

    assert told(frame + AUDIO, "audio/pcm")[0] is AudioKind.PCM


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (HTML, "instead of audio"),
        (b'{"error": {"message": "no such voice"}}', "instead of audio"),
        (b"Internal Server Error, sorry about that", "instead of audio"),
        (encoded(AUDIO, "webm"), "WebM"),
        (b"\x00\x00\x00\x20ftypM4A " + bytes(40), "MP4"),
        (b"RIFF\x10\0\0\0AVI LIST" + bytes(40), "RIFF without sound"),
        (b"PK\x03\x04" + bytes(40), "ZIP"),
        (b"\x1f\x8b\x08" + bytes(40), "gzip"),
        (b"OggS" + bytes(22) + b"\x01\x1e\x01vorbis" + bytes(40), "Ogg without Opus"),
        (noise(), "noise"),
    ],
)
@pytest.mark.parametrize("content_type", ["", "audio/pcm"])
def test_what_is_no_audio_is_refused_by_name(body: bytes, why: str, content_type: str) -> None:
    with pytest.raises(Garbled, match=why):
        told(body, content_type)


@pytest.mark.parametrize("content_type", ["audio/mpeg", "text/html", "application/json", "image/png"])
def test_samples_are_believed_only_under_their_own_name(content_type: str) -> None:
    with pytest.raises(Garbled, match="that holds something else"):
        told(AUDIO, content_type)


def test_one_header_makes_no_mp3() -> None:
    with pytest.raises(Garbled):
        told(FAKE_MP3[10:14] + noise(600), "audio/mpeg")


@pytest.mark.parametrize("loudness", [0, 0.02, 0.4])
def test_a_voice_or_a_hiss_is_no_noise_at_full_volume(loudness: float) -> None:
    from array import array

    hiss = array("h", (int(loudness * sample) for sample in array("h", noise(4096))))

    assert not sounds_like_noise(hiss.tobytes())
    assert not sounds_like_noise(AUDIO)


@given(st.binary(max_size=700), st.sampled_from([*LIES, "text/html"]))
def test_anything_at_all_is_something_or_refused(body: bytes, content_type: str) -> None:
    try:
        kind = kind_of(body, content_type, is_whole=True)
    except Garbled:
        return
    assert kind in AudioKind
