from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from personas.domain.differences import Mark, difference, word_pieces

TEXT = st.text(alphabet="ab йё,.\n\r\u2028 ", max_size=60)


def sides(before: str, after: str) -> tuple[str, str]:
    pieces = word_pieces(before, after)
    earlier = "".join(one.text for one in pieces if one.mark is not Mark.ADDED)
    later = "".join(one.text for one in pieces if one.mark is not Mark.REMOVED)
    return earlier, later


@given(TEXT, TEXT)
def test_the_marked_text_holds_both_texts_whole(before: str, after: str) -> None:
    assert sides(before, after) == (before, after)


@given(TEXT)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert all(one.mark is Mark.SAME for one in word_pieces(text, text))


def test_one_word_that_changed_is_all_that_is_marked() -> None:
    pieces = word_pieces("You are a calm fox.\nYou like tea.", "You are a wild fox.\nYou like tea.")

    marked = [(one.mark, one.text) for one in pieces if one.mark is not Mark.SAME]
    assert marked == [(Mark.REMOVED, "calm"), (Mark.ADDED, "wild")]


def test_very_long_passages_count_as_replaced() -> None:
    before, after = "a " * 5_000, "b " * 5_000

    assert [one.mark for one in word_pieces(before, after)] == [Mark.REMOVED, Mark.ADDED]


def content(**fields: Any) -> dict[str, Any]:
    joy = {"name": "joy", "pitch": 1.0}
    return {"identity": "A fox.", "spicy_mode": False, "phrases": {"greeting": ["Hi!"]}, "emotions": [joy], **fields}


def test_equal_contents_do_not_differ() -> None:
    assert not difference(content(), content())


def test_fields_and_parts_say_what_became_of_them() -> None:
    after = content(
        spicy_mode=True,
        emotions=[{"name": "sad", "pitch": 0.9}, {"name": "joy", "pitch": 1.2}],
        phrases={"farewell": ["Bye!"]},
    )

    found = difference(content(), after)

    assert [(one.name, one.before, one.after) for one in found.changes] == [("spicy_mode", False, True)]
    assert {(one.part, one.key, one.mark) for one in found.parts} == {
        ("emotions", "sad", Mark.ADDED),
        ("emotions", "joy", Mark.CHANGED),
        ("phrases", "farewell", Mark.ADDED),
        ("phrases", "greeting", Mark.REMOVED),
    }
    assert found.count == 5


def test_a_field_an_old_content_does_not_know_is_no_change() -> None:
    assert not difference({"identity": "A fox."}, content())


def test_an_empty_link_against_a_set_one_is_a_change() -> None:
    (change,) = difference({"brain": None}, {"brain": "x"}).changes

    assert (change.before, change.after) == (None, "x")
