"""Folding: what reads alike becomes alike, and every character still knows where it came from."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain.normalise import disguises, fold


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("HeLLo", "hello"),
        ("ｂａｄ", "bad"),
        ("b\u200ba\u00add", "bad"),
        ("Ёлка й Й и\u0306", "елка й й й"),
        ("z\u0336a\u0301l\u0300go", "zalgo"),
        ("ﬁne Straße", "fine strasse"),
        ("한국어 が हिन्दी", "한국어 が हिन्दी"),
        ("a\u00a0b\nc", "a b c"),
        ("\U000e0041x\ufe0f", "x"),
    ],
)
def test_texts_are_folded(written: str, folded: str) -> None:
    assert fold(written).text == folded


@pytest.mark.parametrize(
    ("written", "reading"),
    [
        ("you are b4d", "you are bad"),
        ("$h1t", "shit"),
        ("he11o", "hello"),
        ("h\u0435ll\u043e", "hello"),
        ("сукa", "сука"),
        ("п1зд@", "пизда"),
        ("fuuuuuck", "fuck"),
        ("asssshole", "asshole"),
        ("b a d", "bad"),
        ("wow!b4d", "wow!bad"),
        ("f.u.c.k you", "fuck you"),
        ("д у р а к", "дурак"),
        ("b - a - d", "bad"),
        ("f u с k", "fuck"),
    ],
)
def test_disguises_are_read(written: str, reading: str) -> None:
    assert reading in {one.text for one in disguises(fold(written))}


@pytest.mark.parametrize(
    "written",
    [
        "вот кот нате",
        "a plain sentence, really",
        "Это просто предложение.",
        "in 2024 it was 10:30",
        "я и ты",
        "",
        "!!!",
        "我喜欢茶",
    ],
)
def test_honest_texts_have_no_other_reading(written: str) -> None:
    assert disguises(fold(written)) == ()


def test_a_disguised_word_comes_from_the_whole_of_it() -> None:
    folded = fold("oh B 4 D one")

    reading = disguises(folded)[0]

    start = reading.text.index("bad")
    assert reading.span(start, start + 3) == (3, 8)
    assert reading.original[3:8] == "B 4 D"
    one = reading.text.index("one")
    assert reading.span(one, one + 3) == (9, 12)


TRICKS = [
    "a",
    "b",
    "d",
    "а",
    "е",
    "о",
    "й",
    "и\u0306",
    "ё",
    "4",
    "@",
    "1",
    "!",
    " ",
    ".",
    "-",
    "ﬁ",
    "ß",
    "\u200b",
    "\u0301",
]
SPOKEN = st.one_of(st.text(max_size=40), st.lists(st.sampled_from([*TRICKS, "ооо", "İ"]), max_size=30).map("".join))


@given(SPOKEN)
@settings(max_examples=150)
def test_every_character_knows_where_it_came_from(text: str) -> None:
    folded = fold(text)

    for one in (folded, *disguises(folded)):
        assert len(one.text) == len(one.starts) == len(one.ends)
        assert one.original == text
        assert all(0 <= start < end <= len(text) for start, end in zip(one.starts, one.ends, strict=True))
        assert list(one.starts) == sorted(one.starts)
        assert list(one.ends) == sorted(one.ends)


@given(SPOKEN)
@settings(max_examples=100)
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text).text

    assert fold(once).text == once
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in once)
