"""What a page hears: chunks in order, in time and unbroken; everything else is a gap."""

import struct

import pytest

from tests.workers.smoke.voices import (
    RATE,
    TURN,
    chunk,
    end,
    hear_sentence,
    hello,
    packed,
    start,
    stop,
    tone,
    turn_end,
    visemes,
)
from workers.smoke.ears import LEAD_S, Ears, read_audio

OTHER_TURN = "0190b5a0-0000-7000-8000-000000000002"


@pytest.fixture
def ears() -> Ears:
    return Ears()


def test_whole_sentence_is_heard_without_gaps(ears: Ears) -> None:
    turn = hear_sentence(ears, at=10.0)

    assert turn.text == "Hello."
    assert turn.emotion == "joy"
    assert turn.first_audio_at == 10.0
    assert turn.audio_ms == 300
    assert turn.visemes == 4
    assert (turn.lost, turn.gaps) == (0, 0)
    assert turn.loudness() == pytest.approx(0.3 / 2**0.5, rel=0.02)


def test_voice_sounds_a_lead_after_its_first_chunk(ears: Ears) -> None:
    segment = hear_sentence(ears, at=10.0).segments[0]

    assert segment.starts_at == 10.0 + LEAD_S
    assert segment.ends_at == pytest.approx(10.0 + LEAD_S + 0.3)


def test_missing_chunk_is_lost(ears: Ears) -> None:
    ears.hear(start(), 0)
    ears.hear_audio(chunk(0, tone(100)), 0)

    ears.hear_audio(chunk(2, tone(100, at_ms=100), last=True), 0)

    assert ears.turns[TURN].lost == 1


def test_chunk_out_of_order_is_lost(ears: Ears) -> None:
    ears.hear(start(), 0)
    ears.hear_audio(chunk(0, tone(100)), 0)

    ears.hear_audio(chunk(0, tone(100)), 0)

    assert ears.turns[TURN].lost == 1
    assert ears.turns[TURN].audio_ms == 100


def test_chunk_of_an_unannounced_segment_is_lost(ears: Ears) -> None:
    ears.hear(start(), 0)

    ears.hear_audio(chunk(0, tone(100), seg=7), 0)

    assert ears.turns[TURN].lost == 1


def test_missing_end_of_a_segment_is_lost(ears: Ears) -> None:
    ears.hear(start(), 0)
    ears.hear_audio(chunk(0, tone(100)), 0)

    ears.hear(end(300), 0.1)

    assert ears.turns[TURN].lost == 1


def test_late_chunk_is_a_gap_but_not_lost(ears: Ears) -> None:
    ears.hear(start(), 0)
    ears.hear_audio(chunk(0, tone(100)), 0.0)

    ears.hear_audio(chunk(1, tone(100, at_ms=100), last=True), 0.2)

    turn = ears.turns[TURN]
    assert (turn.lost, turn.gaps) == (0, 1)
    assert turn.segments[0].ends_at == pytest.approx(0.2 + LEAD_S + 0.1)


def test_late_sentence_of_the_same_turn_is_a_gap(ears: Ears) -> None:
    ears.hear(start(0), 0)
    ears.hear_audio(chunk(0, tone(100), last=True), 0.0)
    ears.hear(start(1), 1.0)

    ears.hear_audio(chunk(0, tone(100), seg=1, last=True), 1.0)

    assert ears.turns[TURN].gaps == 1


def test_pause_between_turns_is_no_gap(ears: Ears) -> None:
    hear_sentence(ears, at=10.0)
    ears.hear(start(turn=OTHER_TURN), 60.0)

    ears.hear_audio(chunk(0, tone(100), turn=OTHER_TURN, last=True), 60.0)

    assert ears.turns[OTHER_TURN].gaps == 0


def test_jump_between_chunks_is_a_gap(ears: Ears) -> None:
    loud = struct.pack("<h", 30_000) * (RATE // 10)
    low = struct.pack("<h", -30_000) * (RATE // 10)
    ears.hear(start(), 0)
    ears.hear_audio(chunk(0, loud), 0)

    ears.hear_audio(chunk(1, low, last=True), 0)

    assert ears.turns[TURN].gaps == 1


def test_words_without_a_voice_take_their_time_to_be_read(ears: Ears) -> None:
    ears.hear(start(text="x" * 10), 5.0)

    segment = ears.hear(end(0), 5.0)

    assert segment is not None
    assert segment.ends_at == pytest.approx(5.0 + 1.2 + 0.6)
    assert ears.turns[TURN].lost == 0


def test_empty_last_chunk_ends_a_segment(ears: Ears) -> None:
    ears.hear(start(), 0)
    ears.hear_audio(chunk(0, tone(100)), 0)

    segment = ears.hear_audio(chunk(1, b"", last=True), 0.1)

    assert segment is not None
    assert (segment.lost, segment.late) == (0, 0)


def test_frames_of_an_older_fence_are_not_heard(ears: Ears) -> None:
    ears.hear(hello(fence=5), 0)

    ears.hear(start(fence=4), 0)
    ears.hear_audio(chunk(0, tone(100), fence=4), 0)

    assert ears.turns == {}


def test_stop_silences_what_was_going_to_sound(ears: Ears) -> None:
    ears.hear(start(), 0)
    ears.hear_audio(chunk(0, tone(400)), 0)

    ears.hear(stop(), 0.2)
    ears.hear_audio(chunk(1, tone(100), last=True), 0.21)

    turn = ears.turns[TURN]
    assert turn.is_stopped
    assert turn.audio_ms == 400
    assert turn.segments[0].played_ms(0.2) == pytest.approx(140)


def test_turn_that_ended_is_not_stopped_any_more(ears: Ears) -> None:
    hear_sentence(ears)

    ears.hear(stop(), 20)

    assert not ears.turns[TURN].is_stopped


@pytest.mark.parametrize(
    "frame", [{"type": "say.start"}, {"type": "say.end", "turn": TURN, "fence": 1}, {"type": "hello"}]
)
def test_broken_frame_is_told(ears: Ears, frame: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="broken"):
        ears.hear(frame, 0)


def test_unknown_frames_are_ignored(ears: Ears) -> None:
    ears.hear({"type": "weather", "fence": "sunny"}, 0)
    ears.hear(turn_end(), 0)
    ears.hear(visemes(2, seg=3), 0)

    assert ears.turns[TURN].segments == {}


@pytest.mark.parametrize(
    "data", [b"", b"\x01" * 31, packed(0, b"\0"), packed(0, b"\0\0", rate=1), b"\x02" + packed(0, b"")[1:]]
)
def test_bytes_that_are_no_audio_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="no "):
        read_audio(data)
