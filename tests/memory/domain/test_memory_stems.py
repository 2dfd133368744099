"""Stems: what counts as the same word."""

import threading

import pytest

from memory.domain.stems import stem, stem_line, stems, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("My cats are sleeping", "the cat sleeps"),
        ("Мою кошку зовут Мурка", "кошка Мурку зовут"),
        ("ЁЛКИ зелёные", "елка зеленая"),
        ("ｃａｔ", "cats"),
        ("don’t stop", "don't stop"),
    ],
)
def test_inflected_forms_share_their_stems(one: str, other: str) -> None:
    assert set(stems(one)) == set(stems(other))


def test_stop_words_are_left_out_unless_there_is_nothing_else() -> None:
    assert stems("what is the name of my cat") == ("name", "cat")
    assert stems("who are you") == ("who", "are", "you")
    assert stems("") == ()


def test_order_and_repeats_are_kept() -> None:
    assert stems("cat dog cat") == ("cat", "dog", "cat")
    assert stem_line("cats and dogs") == "cat dog"


def test_chinese_and_japanese_give_pairs_of_characters() -> None:
    assert words("我喜欢茶") == ["我喜", "喜欢", "欢茶"]
    assert words("茶 and чай") == ["茶", "and", "чай"]
    assert set(stems("他喜欢茶")) & set(stems("我喜欢茶"))


def test_endless_words_are_cut() -> None:
    assert len(words("x" * 10_000)[0]) == 40


def test_threads_do_not_share_a_stemmer() -> None:
    # given
    russian = ["кошками", "собаками", "машинами", "городами", "дорогами", "книгами", "лампами", "песнями"]
    expected = [stem(word) for word in russian]
    found: list[list[str]] = []

    def work() -> None:
        found.append([stem.__wrapped__(word) for word in russian * 20])

    # when
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # then
    assert found == [expected * 20] * 4
