"""Finding the place where another voice goes on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtcontrol.kernel.speech import WordCue
from workers.turn.continuation import rest_of, usual_ms

TEXT = "One two three, four five six. Seven eight nine ten!"
RU = "Привет всем, как у вас дела? Сегодня будет весело."
ZH = "大家好!欢迎来到直播间,今天过得怎么样?"


@pytest.mark.parametrize("text", [TEXT, RU, ZH])
def test_of_which_nothing_was_heard_everything_is_left(text: str) -> None:
    assert rest_of(text, "en", 0.0) == text


@pytest.mark.parametrize("text", [TEXT, RU, ZH])
def test_of_which_all_was_heard_nothing_is_left(text: str) -> None:
    assert rest_of(text, "en", usual_ms(text, "en") * 1.01, pace=1.0) == ""


@given(st.sampled_from([TEXT, RU, ZH]), st.floats(1, 6000), st.floats(0.6, 1.6))
def test_the_rest_is_an_end_of_the_text_and_shrinks(text: str, heard_ms: float, pace: float) -> None:
    rest = rest_of(text, "ru", heard_ms, pace=pace)
    later = rest_of(text, "ru", heard_ms * 1.3, pace=pace)

    assert text.endswith(rest)
    assert len(later) <= len(rest)


@given(st.sampled_from([TEXT, RU, ZH]), st.floats(0.7, 1.4), st.floats(0.02, 0.98))
def test_what_was_heard_is_not_said_again(text: str, pace: float, share: float) -> None:
    total = usual_ms(text, "ru") * pace

    rest = rest_of(text, "ru", total * share, pace=pace)

    assert usual_ms(rest, "ru") * pace <= total * (1 - share) + 1


def test_times_of_words_name_the_place_exactly() -> None:
    words = tuple(WordCue(400 * number, place) for number, place in enumerate((0, 4, 8, 15)))

    assert rest_of(TEXT, "en", 1190.0, words=words) == "four five six. Seven eight nine ten!"
    assert rest_of(TEXT, "en", 1300.0, words=words) == "five six. Seven eight nine ten!"


def test_a_rough_guess_goes_on_with_a_whole_clause() -> None:
    assert rest_of(TEXT, "en", 1900.0) == "Seven eight nine ten!"


def test_scripts_without_spaces_go_on_between_signs() -> None:
    rest = rest_of("欢迎来到直播间大家好", "zh", 700.0, pace=1.0)

    assert rest
    assert "欢迎来到直播间大家好".endswith(rest)
