"""The two forms of a segment: what is read, and what is voiced."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.turn.speakable import LONGEST_VOICED, subtitle_text, voice_text


@pytest.mark.parametrize(
    ("text", "subtitle"),
    [
        ("Hello there, my friend!", "Hello there, my friend!"),
        ("**Bold** and `code` and _under_ ok", "Bold and code and under ok"),
        ("# A title", "A title"),
        ("- item one\n- item two", "item one item two"),
        ("> a quote", "a quote"),
        ("<b>Hi</b> you<|im_end|>", "Hi you"),
        ("snake_case_name stays", "snake_case_name stays"),
        ("5 > 3 and 2 < 4", "5 > 3 and 2 < 4"),
        ("2 * 3", "2 * 3"),
        ("f*ck", "f*ck"),
        ("Hey 😊 (≧▽≦) :)", "Hey 😊 (≧▽≦) :)"),
        ("👨\u200d👩\u200d👧 together", "👨\u200d👩\u200d👧 together"),
        ("z\u200be\u200dro wid\ufeffth \u202eback", "zero width back"),
        ("Z\u0301\u0301\u0301\u0301\u0301algo", "Z\u0301\u0301algo"),
        ("What!!!!!!!! Why??????", "What!!! Why???"),
        ("Hm.......", "Hm..."),
        ("=======", "==="),
        ("two  spaces\nand lines", "two spaces and lines"),
        ("Hello ! Really ?", "Hello! Really?"),
        ("\u200b", ""),
    ],
)
def test_a_subtitle_shows_words_and_pictures_without_markup(text: str, subtitle: str) -> None:
    assert subtitle_text(text) == subtitle


@pytest.mark.parametrize(
    ("text", "voiced"),
    [
        ("Hello there, my friend!", "Hello there, my friend!"),
        ("Don't stop, it's 3.5 or 1,000%", "Don't stop, it's 3.5 or 1,000%"),
        ("Come at 8:30 (really)", "Come at 8:30 (really)"),
        ("Hey 😊🎉 you ❤️", "Hey you"),
        ("Aw (≧▽≦) nice", "Aw nice"),
        ("Well ¯\\_(ツ)_/¯ ok", "Well ok"),
        ("(╯°□°)╯︵ ┻━┻ flip", "flip"),
        ("ʕ•ᴥ•ʔ bear", "bear"),
        ("Hi :) there :D <3 xD ^_^ T_T", "Hi there"),
        ("wow (笑) nice (so nice)", "wow (笑) nice (so nice)"),
        ("What!!! Why??? Hm...", "What! Why? Hm…"),
        ("Noooooooo", "Nooo"),
        ("@mira and #tag", "mira and tag"),
        ("snake_case", "snake case"),
        ("f*ck", "fck"),
        ("C++ is fun", "C++ is fun"),
        ("well - ok", "well ok"),
        ("state-of-the-art", "state-of-the-art"),
        ("Write to me@mail.example.com", "Write to me@mail.example.com"),
        ("Привет — это я", "Привет — это я"),
        ("大家好！", "大家好！"),
    ],
)
def test_the_voice_gets_only_what_can_be_said(text: str, voiced: str) -> None:
    assert voice_text(text) == voiced


@pytest.mark.parametrize(
    ("language", "voiced"),
    [
        ("en", "See link. Or link!"),
        ("en-GB", "See link. Or link!"),
        ("ru", "See ссылка. Or ссылка!"),
        ("zh-Hans", "See 链接. Or 链接!"),
        ("xx", "See link. Or link!"),
    ],
)
def test_an_address_is_called_a_link_in_the_language_spoken(language: str, voiced: str) -> None:
    assert voice_text("See https://example.com/a?b=1&c. Or www.example.org/x!", language) == voiced


def test_a_bare_domain_is_called_a_link() -> None:
    assert voice_text("Go to twitch.tv/mira now") == "Go to link now"
    assert voice_text("That is it.Me too") == "That is it.Me too"


@pytest.mark.parametrize("silent", ["", "😊", "...", "!!!", "(≧▽≦)", ":)", "— —", "***", "~"])
def test_nothing_to_say_is_none(silent: str) -> None:
    assert voice_text(silent) is None


def test_the_voice_never_gets_more_than_an_engine_takes() -> None:
    assert len(voice_text("word " * 1000) or "") <= LONGEST_VOICED
    assert voice_text("x y" * 1000) is not None


NOISE = st.sampled_from(
    ["*", "_", "`", "#", "<", ">", "~", "|", "😊", "(", ")", "http://", "www.", " ", "\n", "a", "я", "好"]
)
TEXTS = st.lists(NOISE | st.text(max_size=5), max_size=40).map("".join)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_cleaning_twice_changes_nothing_that_matters(text: str) -> None:
    subtitle = subtitle_text(text)
    voiced = voice_text(subtitle)

    assert subtitle == " ".join(subtitle.split())
    assert voiced is None or any(map(str.isalnum, voiced))
    assert voiced is None or not set(voiced) & set("*`~|<>[]{}\\😊\u200b")


@pytest.mark.parametrize(
    "flood",
    ["*", "_", "(", "!", "a.", "¯", "o(o", ".", "\u200d", "<a ", "-", " ", "http://", "😊", "www.", "(^", "[a]("],
)
def test_a_flood_does_no_harm(flood: str) -> None:
    text = flood * (20_000 // len(flood))  # quadratic work on this much would be felt by whoever runs the tests

    assert len(voice_text(subtitle_text(text)) or "") <= LONGEST_VOICED
