"""The offline estimate of tokens, and cutting a text to a number of them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from personas.domain.tokens import ESTIMATE, clip


def test_latin_counts_three_characters_a_token_and_cyrillic_less() -> None:
    assert ESTIMATE.count("") == 0
    assert ESTIMATE.count("abcdef") == 2
    assert ESTIMATE.count("abcdefg") == 3
    assert ESTIMATE.count("я" * 18) == 10
    assert ESTIMATE.count("abc" + "я" * 18) == 11


def test_chinese_counts_each_character_and_an_emoji_two() -> None:
    assert ESTIMATE.count("我喜欢茶") == 4
    assert ESTIMATE.count("😀") == 2
    assert ESTIMATE.count("\ud800") == 1


@given(one=st.text(max_size=60), other=st.text(max_size=60))
@settings(max_examples=60)
def test_two_texts_together_never_take_more_than_apart(one: str, other: str) -> None:
    assert ESTIMATE.count(one + other) <= ESTIMATE.count(one) + ESTIMATE.count(other)


@given(text=st.text(max_size=80), limit=st.integers(min_value=0, max_value=40))
@settings(max_examples=60)
def test_a_clipped_text_fits_and_is_a_beginning(text: str, limit: int) -> None:
    clipped = clip(text, limit)

    assert ESTIMATE.count(clipped) <= limit
    assert text.startswith(clipped)
    assert clipped == text or ESTIMATE.count(text) > limit
