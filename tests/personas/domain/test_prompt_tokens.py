"""The offline estimate of tokens, a tokenizer counting line by line, and cutting a text to a number of tokens."""

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given, settings
from hypothesis import strategies as st

from personas.domain.tokens import ESTIMATE, PIECE_LONGEST, PIECES_KEPT, TableCounter, clip


def test_latin_counts_three_characters_a_token_and_cyrillic_less() -> None:
    assert ESTIMATE.count("") == 0
    assert ESTIMATE.count("abcdef") == 2
    assert ESTIMATE.count("abcdefg") == 3
    assert ESTIMATE.count("я" * 18) == 10
    assert ESTIMATE.count("abc" + "я" * 18) == 11


def test_three_chinese_characters_are_four_tokens_and_an_emoji_two() -> None:
    assert ESTIMATE.count("我喜欢") == 4
    assert ESTIMATE.count("😀") == 2
    assert ESTIMATE.count("\ud800") == 2


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


class Characters:
    """A tokenizer that knows letters only, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def tokens_of(self, text: str) -> int:
        self.asked.append(text)
        if "poison" in text:
            raise ValueError("no such text")
        return len(text)


def test_a_line_counted_before_costs_nothing_again() -> None:
    table = Characters()
    counter = TableCounter("letters", table.tokens_of)

    first = counter.count("You are Mira.\nShort lines.\n")
    second = counter.count("You are Mira.\nNever rude.\nShort lines.\n")

    assert (first, second) == (27, 39)
    assert table.asked == ["You are Mira.\n", "Short lines.\n", "Never rude.\n"]


def test_what_is_remembered_is_bounded() -> None:
    table = Characters()
    counter = TableCounter("letters", table.tokens_of)

    counter.count("".join(f"{number}\n" for number in range(PIECES_KEPT + 10)))
    assert counter.count("x" * 3 * PIECE_LONGEST) == 3 * PIECE_LONGEST
    counter.count("0\n")

    assert max(map(len, table.asked)) == PIECE_LONGEST
    assert table.asked.count("0\n") == 2


def test_what_the_tokenizer_fails_on_is_estimated() -> None:
    counter = TableCounter("letters", Characters().tokens_of)

    assert counter.count("abc\n" + "poison") == 4 + ESTIMATE.count("poison")


def test_threads_share_a_counter() -> None:
    counter = TableCounter("letters", Characters().tokens_of)
    texts = [f"line {number % 7}\nand more" for number in range(400)]

    with ThreadPoolExecutor(max_workers=8) as crowd:
        counted = list(crowd.map(counter.count, texts))

    assert counted == list(map(len, texts))


class Merging:
    """A tokenizer to which a space at the end may make a text shorter, as merges do."""

    name = "merging"

    def count(self, text: str) -> int:
        return len(text) - 2 * text.count("a ")


@given(text=st.text(alphabet="ab ", max_size=40), limit=st.integers(min_value=0, max_value=20))
@settings(max_examples=80)
def test_a_clipped_text_fits_by_a_tokenizer_that_is_no_sum(text: str, limit: int) -> None:
    assert Merging().count(clip(text, limit, Merging())) <= limit
