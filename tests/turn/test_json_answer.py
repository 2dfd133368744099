"""Answers in JSON: what is said, felt and done comes out, nothing of the frame does, however the stream is cut."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.turn.json_answer import JsonParser
from workers.turn.segmenter import Draft, Segmenter
from workers.turn.tags import Item, TagParser
from workers.turn.vocabulary import EmotionStyle, Tag, TagKind, Vocabulary

VOCABULARY = Vocabulary({"joy": EmotionStyle(), "sad": EmotionStyle()}, frozenset({"wave"}), {"happy": "joy"})


def drafts(text: str, sizes: tuple[int, ...] = (), parser: Any = None) -> list[Draft]:
    parser = parser or JsonParser(VOCABULARY)
    segmenter, found, at = Segmenter(), [], 0
    for size in (*sizes, len(text)):
        for item in parser.feed(text[at : at + size]):
            found += segmenter.feed(item)
        at += size
    parser.close()
    return found + segmenter.flush()


def items(text: str) -> list[Item]:
    parser = JsonParser(VOCABULARY)
    return [one for char in text for one in parser.feed(char)]


def spoken(text: str) -> str:
    return "".join(one for one in items(text) if isinstance(one, str)).strip()


def test_an_object_says_feels_and_does() -> None:
    said = '{"emotion": "happy", "intensity": 0.4, "motion": "wave", "say": "Hi there, Bo! Come in and sit down."}'

    first, second = drafts(said)

    assert first == Draft("Hi there, Bo!", "joy", 0.4, ("wave",))
    assert second.text == "Come in and sit down."


def test_what_stands_behind_the_words_colours_what_is_not_said_yet() -> None:
    assert drafts('{"say": "Hi there", "emotion": "joy"}') == [Draft("Hi there", "joy")]


def test_several_objects_in_a_list_or_a_row_follow_each_other() -> None:
    rows = [{"emotion": "joy", "say": "Hello to you all."}, {"emotion": "sad", "say": "It is late already."}]
    expected = [Draft("Hello to you all.", "joy"), Draft("It is late already.", "sad")]

    assert drafts(json.dumps(rows)) == expected
    assert drafts("\n".join(map(json.dumps, rows))) == expected
    assert drafts("```json\n" + json.dumps({"answer": rows}) + "\n```\nThat is all.") == expected


def test_motions_may_be_a_list_and_unknown_names_are_counted() -> None:
    parser = JsonParser(VOCABULARY)

    found = parser.feed('{"motions": ["wave", "jump"], "emotion": "bored", "mood": "x", "say": "Hi"}')

    assert found[0] == Tag(TagKind.MOTION, "wave")
    assert parser.unknown == 1


def test_escapes_come_out_as_characters_and_tags_inside_work() -> None:
    assert spoken(r'{"say": "\u0416\ud83e\udd8a \"so\" \\ \/ \ud83e x\u00zz!"}') == 'Ж🦊 "so" \\ /  xz!'
    assert items('{"say": "[joy] Hi *waves*"}')[0] == Tag(TagKind.EMOTION, "joy")


def test_an_answer_that_is_no_json_is_read_with_tags() -> None:
    text = "[joy] Hello there, Bo. [motion:wave] Nice to see you!"

    assert drafts(text) == drafts(text, parser=TagParser(VOCABULARY))
    assert spoken('Sure thing. {"say": "Hi."}') == "Sure thing. Hi."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"say": "Hi the', "Hi the"),
        ('{"say": "He said "hi" to me"}', "He said"),
        ('{"say": "Hi" "emotion": "joy"}', "Hi"),
        ("{say: 'Hi'}", ""),
        ('{"say": {"text": "Hi"}}', ""),
        ('{"emotion": "joy"', ""),
        ('{{{"say": "a {b} c"}}}', "a b c"),
        ('{"say"', ""),
        ("{}{}[]", ""),
        ('{"say": null, "emotion": null}', ""),
        ('{"note": "say", "x": ["say"], "say": "Hi"}', "Hi"),
    ],
)
def test_broken_json_speaks_nothing_of_its_frame(text: str, said: str) -> None:
    assert spoken(text) == said


OBJECTS = st.fixed_dictionaries(
    {"say": st.text(max_size=40)},
    optional={"emotion": st.sampled_from(["joy", "sad", "huh"]), "motion": st.just("wave"), "more": st.integers()},
)


@given(st.lists(OBJECTS, min_size=1, max_size=3), st.lists(st.integers(1, 9), max_size=40), st.booleans())
def test_however_it_is_cut_the_segments_are_the_same(rows: list[Any], sizes: list[int], is_ascii: bool) -> None:
    text = json.dumps(rows, ensure_ascii=is_ascii)

    assert drafts(text, tuple(sizes)) == drafts(text)


@given(st.text('{}[]":,\\ u0ajoysay\n', max_size=60), st.lists(st.integers(1, 5), max_size=30))
def test_whatever_comes_no_brace_is_spoken_and_the_cuts_do_not_matter(text: str, sizes: list[int]) -> None:
    whole = drafts(text)

    assert drafts(text, tuple(sizes)) == whole
    assert not any(set(draft.text) & set("{}") for draft in whole)
