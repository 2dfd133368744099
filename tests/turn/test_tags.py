"""The tag parser: what is a tag, what is dropped, what is left to be spoken, however the stream was cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.brains import chopped
from workers.turn.tags import Item, TagParser
from workers.turn.vocabulary import EmotionStyle, Tag, TagKind, Vocabulary

VOCABULARY = Vocabulary(
    emotions={"joy": EmotionStyle(), "sadness": EmotionStyle(), "very_angry": EmotionStyle()},
    motions=frozenset({"wave", "nod", "Jump"}),
    aliases={"happy": "joy", "grin": "joy", "Hello": "wave", "ghost": "nobody"},
)
JOY = Tag(TagKind.EMOTION, "joy")
WAVE = Tag(TagKind.MOTION, "wave")


def parse(text: str, cuts: tuple[int, ...] = ()) -> list[Item]:
    return parse_counting(text, cuts)[0]


def parse_counting(text: str, cuts: tuple[int, ...] = ()) -> tuple[list[Item], int]:
    parser = TagParser(VOCABULARY)
    merged: list[Item] = []
    for piece in chopped(text, cuts):
        for item in parser.feed(piece):
            if isinstance(item, str) and merged and isinstance(merged[-1], str):
                merged[-1] += item
            else:
                merged.append(item)
    parser.close()
    return merged, parser.unknown


def spoken(text: str) -> str:
    return "".join(item for item in parse(text) if isinstance(item, str))


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("[joy] Hi", [JOY, " Hi"]),
        ("[JOY:0.7]Hi", [Tag(TagKind.EMOTION, "joy", 0.7), "Hi"]),
        ("[ joy : 70% ]Hi", [Tag(TagKind.EMOTION, "joy", 0.7), "Hi"]),
        ("[joy:0,7]Hi", [Tag(TagKind.EMOTION, "joy", 0.7), "Hi"]),
        ("[joy:7]Hi", [JOY, "Hi"]),
        ("[joy:-1]Hi", [Tag(TagKind.EMOTION, "joy", 0.0), "Hi"]),
        ("[joy:nan]Hi", [JOY, "Hi"]),
        ("[joy:a lot]Hi", [JOY, "Hi"]),
        ("[happy]Hi", [JOY, "Hi"]),
        ("[very angry]Hi", [Tag(TagKind.EMOTION, "very_angry"), "Hi"]),
        ("[emotion:joy:0.5]Hi", [Tag(TagKind.EMOTION, "joy", 0.5), "Hi"]),
        ("[motion:wave]Hi", [WAVE, "Hi"]),
        ("[wave]Hi", [WAVE, "Hi"]),
        ("[hello]Hi", [WAVE, "Hi"]),
        ("[motion:jump]Hi", [Tag(TagKind.MOTION, "Jump"), "Hi"]),
        ("[joy][wave]Hi", [JOY, WAVE, "Hi"]),
        ("[joy, wave]Hi", [JOY, WAVE, "Hi"]),
        ("[joy|motion:wave]Hi", [JOY, WAVE, "Hi"]),
        ("[[joy]]Hi", [JOY, "Hi"]),
        ("【joy】Hi", [JOY, "Hi"]),
        ("［joy：0.5］Hi", [Tag(TagKind.EMOTION, "joy", 0.5), "Hi"]),
        ("[*joy*]Hi", [JOY, "Hi"]),
        ("Oh [joy] my", ["Oh ", JOY, " my"]),
        ("[joy\nHi", [JOY, "\nHi"]),
    ],
)
def test_a_declared_tag_is_found(text: str, items: list[Item]) -> None:
    assert parse(text) == items


@pytest.mark.parametrize(
    ("text", "rest", "unknown"),
    [
        ("[rage] Hi", " Hi", 1),
        ("[motion:joy] Hi", " Hi", 1),
        ("[emotion:wave] Hi", " Hi", 1),
        ("[joy:1:2] Hi", " Hi", 1),
        ("[ghost] Hi", " Hi", 1),
        ("see [1] and [2]", "see  and ", 2),
        ("[joy, rage] Hi", " Hi", 1),
        ("[] Hi", " Hi", 0),
        ("Hi ] there", "Hi  there", 0),
        ("Hi [joy", "Hi ", 1),
        ("Hi [", "Hi ", 0),
        ("[oops [joy] Hi", " Hi", 1),
        ("[a line\nthat breaks] Hi", "a line\nthat breaks Hi", 0),
        ("[this is far too long to be a tag of any kind] Hi", "this is far too long to be a tag of any kind Hi", 0),
    ],
)
def test_what_is_no_tag_is_dropped_and_counted(text: str, rest: str, unknown: int) -> None:
    items, count = parse_counting(text)

    assert "".join(item for item in items if isinstance(item, str)) == rest
    assert count == unknown


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("<think>I should be [joy]</think>Hi", "Hi"),
        ("<THINKING>hm < hm</thinking>Hi", "Hi"),
        ("<think>a<think>b</think>Hi", "Hi"),
        ("Hi <think>never ends", "Hi "),
        ("Hi</think> there", "Hi there"),
        ("I <3 you", "I <3 you"),
        ("a < b", "a < b"),
        ("<thinker>Hi", "<thinker>Hi"),
        ("Hi<|im_end|>", "Hi"),
        ("Hi<|ACT {}|> there", "Hi there"),
        ("Hi <th", "Hi "),
    ],
)
def test_thoughts_and_special_tokens_are_never_spoken(text: str, rest: str) -> None:
    assert spoken(text) == rest
    assert not [item for item in parse(text) if isinstance(item, Tag)]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("*waves happily* Hi", [WAVE, " Hi"]),
        ("*nods and waves* Hi", [Tag(TagKind.MOTION, "nod"), " Hi"]),
        ("*grins* Hi", [JOY, " Hi"]),
        ("*giggles* Hi", [" Hi"]),
        ("Well, *giggles* hi", ["Well,  hi"]),
        ("Ну *смеётся* привет", ["Ну  привет"]),
        ("Oh *looks away for a bit* hi", ["Oh  hi"]),
        ("I *really* like **you** all", ["I really like you all"]),
        ("Я *очень* рада", ["Я очень рада"]),
        ("2 * 3 * 4", ["2 * 3 * 4"]),
        ("a*b and f*ck", ["a*b and f*ck"]),
        ("*never closed", []),
        ("*a line\nbreaks it* hi", ["a line\nbreaks it* hi"]),
    ],
)
def test_stage_directions_are_not_spoken_and_emphasis_is(text: str, items: list[Item]) -> None:
    assert parse(text) == items


PIECES = st.sampled_from(
    [
        *("[joy]", "[wave]", "[joy:0.5]", "[rage]", "[", "]", "【", "】", "<think>", "</think>", "<", "<|", "|>", "*"),
        *("**", "*waves*", "\n", " ", "word", "joy", "wave", ".", ",", "*really*", "ёж", "你好", "x" * 45, "[x" * 3),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=6), max_size=25).map("".join)
CUTS = st.lists(st.integers(1, 9), min_size=1, max_size=8).map(tuple)


@settings(max_examples=300, deadline=None)
@given(TEXTS, CUTS)
def test_any_chunking_gives_the_same_items(text: str, cuts: tuple[int, ...]) -> None:
    assert parse_counting(text, cuts) == parse_counting(text)


@settings(max_examples=300, deadline=None)
@given(TEXTS, CUTS)
def test_no_bracket_is_ever_spoken(text: str, cuts: tuple[int, ...]) -> None:
    said = "".join(item for item in parse(text, cuts) if isinstance(item, str))

    assert not set(said) & set("[]【】［］")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["Nice day. ", "Oh, ", "[joy]", "[rage]", "[motion:wave:0.2]", "【joy:1】"])), CUTS)
def test_only_tags_are_taken_out_and_all_of_them(pieces: list[str], cuts: tuple[int, ...]) -> None:
    said = "".join(item for item in parse("".join(pieces), cuts) if isinstance(item, str))

    assert said == "".join(piece for piece in pieces if piece[0] not in "[【")


@pytest.mark.parametrize("flood", ["[", "[a", "<", "<think", "*", "* ", "[joy", "]", "<|", "*a", "[\n", "x[" * 3])
def test_a_flood_of_marks_does_no_harm(flood: str) -> None:
    items, _ = parse_counting(flood * (60_000 // len(flood)))  # quadratic work on this much would not end today

    assert not [item for item in items if isinstance(item, Tag)]
