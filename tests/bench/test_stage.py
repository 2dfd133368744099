"""How the stage's bench reads what a page saw: against the cues, on the voice's clock. Its run is tests/browser's."""

from typing import Any

import pytest

from bench.stage import _closings, _first_sounds, _lipsync_errors

SPOKEN = {"turn": "t", "seg": 0, "cues": [[0, "PP"], [70, "aa"], [190, "sil"]], "lengthMs": 300}


def seen(*moments: tuple[float, str]) -> list[dict[str, Any]]:
    """Pictures by (position of the voice, shape), on screen at the same milliseconds plus a thousand."""
    return [
        {"shape": shape, "position": {"turn": "t", "seg": 0, "ms": at}, "onScreenAt": at + 1000}
        for at, shape in moments
    ]


def test_the_error_is_the_distance_of_a_shapes_first_picture_from_its_cue() -> None:
    turn = {"spoken": [SPOKEN], "seen": seen((5, "PP"), (21, "PP"), (64, "aa"), (80, "aa"), (200, "sil"))}

    assert _lipsync_errors(turn) == [5, 6, 10]


def test_a_shape_that_nobody_asked_for_is_an_error_of_a_second() -> None:
    turn = {"spoken": [SPOKEN], "seen": seen((5, "O"))}

    assert _lipsync_errors(turn) == [1000]


def test_pictures_without_a_voice_and_of_other_segments_do_not_count() -> None:
    other = {"shape": "U", "position": {"turn": "t", "seg": 1, "ms": 3}, "onScreenAt": 1}
    silent = {"shape": "sil", "position": None, "onScreenAt": 2}

    assert _lipsync_errors({"spoken": [SPOKEN], "seen": [other, silent]}) == []


@pytest.mark.parametrize(("closed_at", "expected"), [(180, 0), (231, 41)])
def test_closing_is_counted_from_the_last_sound(closed_at: int, expected: int) -> None:
    pictures = [(100, "aa"), (170, "aa"), (closed_at, "sil"), (260, "sil")]

    [found] = _closings({"spoken": [SPOKEN], "seen": seen(*pictures)})

    assert found == expected


def test_first_sound_is_from_the_frame_to_the_moment_it_is_scheduled_for() -> None:
    told = [
        {"type": "bench.first", "seg": 0, "at": 100.0},
        {"type": "started", "seg": 0, "sounds": 161.5},
        {"type": "started", "seg": 1, "sounds": 900.0},
    ]

    assert _first_sounds({"told": told}) == [61.5]
