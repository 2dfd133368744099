"""The verdict: only a character that was really heard is ok."""

import json
from typing import Any

import pytest
from django.utils import translation

from tests.workers.smoke.voices import TURN, chunk, hear_sentence, start, stop, tone, turn_end
from workers.smoke.ears import Ears, TurnHeard
from workers.smoke.report import Report, judge

TIMINGS = {"claimed": 12.5, "first_audio": 81.0}


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


def answered(**fields: Any) -> dict[str, Any]:
    turn = {"id": TURN, "state": "heard", "reason": "", "text": "Hello.", "emotion": "excited", "timings": TIMINGS}
    return {"state": "answered", "reason": "", "turn": turn | fields}


def verdict(heard: TurnHeard | None, outcome: dict[str, Any] | None = None, *, is_muted: bool = False) -> Report:
    return judge(outcome or answered(), heard, posted_at=9.9, is_muted=is_muted)


def test_heard_character_is_ok_and_everything_is_told() -> None:
    report = verdict(hear_sentence(Ears(), at=10.0))

    assert report.as_json() == {
        "ok": True,
        "text": "Hello.",
        "emotion": "excited",
        "first_audio_ms": 100,
        "audio_ms": 300,
        "visemes": 4,
        "gaps": 0,
        "stages": TIMINGS,
    }
    assert json.dumps(report.as_json())


def test_late_voice_was_heard_all_the_same() -> None:
    ears = Ears()
    ears.hear(start(), 10.0)
    ears.hear_audio(chunk(0, tone(200)), 10.0)
    ears.hear_audio(chunk(1, tone(200, at_ms=200), last=True), 11.0)
    ears.hear(turn_end(), 12.0)

    report = verdict(ears.turns[TURN])

    assert (report.ok, report.gaps) == (True, 1)


def test_line_that_was_passed_over_is_not_heard() -> None:
    report = verdict(None, {"state": "passed_over", "reason": "moderated", "turn": None})

    assert not report.ok
    assert "moderated" in report.reason
    assert report.as_json()["reason"] == report.reason


def test_answer_that_never_reached_the_socket_is_not_heard() -> None:
    report = verdict(None)

    assert not report.ok
    assert (report.text, report.audio_ms, report.first_audio_ms) == ("Hello.", 0, None)


def test_failed_turn_is_not_heard() -> None:
    report = verdict(hear_sentence(Ears()), answered(state="failed", reason="no_audio"))

    assert not report.ok
    assert "no_audio" in report.reason


def test_turn_cut_short_is_not_heard() -> None:
    ears = Ears()
    ears.hear(start(), 10.0)
    ears.hear_audio(chunk(0, tone(900)), 10.0)
    ears.hear(stop(), 10.5)

    assert not verdict(ears.turns[TURN], answered(state="cut", reason="skip")).ok


def test_silence_is_not_heard() -> None:
    report = verdict(hear_sentence(Ears(), level=0.0))

    assert not report.ok
    assert "silence" in report.reason


def test_lost_voice_is_not_heard() -> None:
    ears = Ears()
    ears.hear(start(), 10.0)
    ears.hear_audio(chunk(0, tone(300)), 10.0)
    ears.hear_audio(chunk(3, tone(300), last=True), 10.1)

    assert not verdict(ears.turns[TURN]).ok


def test_words_without_a_voice_are_not_heard() -> None:
    ears = Ears()
    ears.hear(start(), 10.0)

    assert not verdict(ears.turns[TURN]).ok


def test_muted_character_is_not_heard() -> None:
    report = verdict(hear_sentence(Ears()), is_muted=True)

    assert not report.ok
    assert "muted" in report.reason


def test_person_reads_what_was_heard() -> None:
    words = "\n".join(verdict(hear_sentence(Ears(), at=10.0)).lines())

    for part in ("was heard", "Hello.", "excited", "100 ms", "0.3 s", "4 mouth shapes", "0 gaps", "first_audio 81"):
        assert part in words


def test_person_reads_why_nothing_was_heard() -> None:
    words = "\n".join(verdict(hear_sentence(Ears()), is_muted=True).lines())

    assert "Not heard: the character is muted." in words
