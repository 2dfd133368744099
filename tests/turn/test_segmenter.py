"""The segmenter: the first clause at once, then whole sentences, the same segments for any chunking."""

import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.fakes.brains import chopped
from workers.turn.segmenter import Draft, Segmenter
from workers.turn.tags import Item, TagParser
from workers.turn.vocabulary import EmotionStyle, Tag, TagKind, Vocabulary

LEAD = "Well hello there my friend, "  # a first segment, so that what follows shows the rules for later ones
JOY = Tag(TagKind.EMOTION, "joy", 0.5)
SAD = Tag(TagKind.EMOTION, "sadness")
WAVE = Tag(TagKind.MOTION, "wave")
NOD = Tag(TagKind.MOTION, "nod")


def drafts(*items: Item, whole: bool = True) -> list[Draft]:
    segmenter = Segmenter()
    out = [draft for item in items for draft in segmenter.feed(item)]
    return out + segmenter.flush(whole=whole)


def texts(*items: Item) -> list[str]:
    return [draft.text for draft in drafts(*items)]


def later(text: str) -> list[str]:
    return texts(LEAD, text)[1:]


def fed_until_cut(text: str) -> str:
    """Return how much of `text` it takes, character by character, until the first segment is there."""
    segmenter = Segmenter()
    for at, char in enumerate(text, 1):
        if segmenter.feed(char):
            return text[:at]
    return ""


@pytest.mark.parametrize(
    "clause",
    [
        "Oh hello my dear,",
        "Oh hello my dear.",
        "Oh hello my dear!",
        "Oh hello my dear?",
        "Oh hello my dear;",
        "Oh hello my dear:",
        "Oh hello my dear…",
        "Oh hello my dear —",
        "Так вот, мои друзья,",
        "Congratulations!",
        "大家好呀，",
        "今天很好。",
        "こんにちは、",
        "안녕하세요!",
        "[ Oh hello my dear,",
    ],
)
def test_the_first_clause_ends_at_the_character_that_closes_it(clause: str) -> None:
    assert fed_until_cut(clause + " and more") == clause


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("It costs exactly 3.5 dollars, ok", "It costs exactly 3.5 dollars,"),
        ("I saw about 10,000 of them, really", "I saw about 10,000 of them,"),
        ("Come at about 10:30 in the morning. Bye", "Come at about 10:30 in the morning."),
        ("I was talking to Mr. Smith about it. Then", "I was talking to Mr. Smith about it."),
        ("We like some fruit e.g. apples and pears. Then", "We like some fruit e.g. apples and pears."),
        ("He is the man e.g. for this, you know", "He is the man e.g. for this,"),
        ("Вот так вот, т.е. не совсем так. Да", "Вот так вот,"),
        ("Это не он т.е. не совсем он, да", "Это не он т.е. не совсем он,"),
        ("Я живу на ул. Ленина, дом пять", "Я живу на ул. Ленина,"),
        ("Читайте книги А. С. Пушкина каждый день. Да", "Читайте книги А. С. Пушкина каждый день."),
        ("Follow me on twitch.tv/mira for more, please", "Follow me on twitch.tv/mira for more,"),
        ("Look at https://a.io/b?c=1:2,3 right now, please", "Look at https://a.io/b?c=1:2,3 right now,"),
        ("Write to me at me@mail.example.com for more, ok", "Write to me at me@mail.example.com for more,"),
        ("Nice to see you all :) How are you", "Nice to see you all :) How are you"),
        ("We all have 5, and", "We all have 5,"),
        ("You are number 1. Yes", "You are number 1."),
        ("I think that it is I. Yes", "I think that it is I."),
        ("Cats, dogs and so on, etc. and more of it. Yes", "Cats, dogs and so on,"),
        ("Bring your cats dogs etc. and more of it. Yes", "Bring your cats dogs etc. and more of it."),
        ("Bring your cats dogs etc. Then we go. Yes", "Bring your cats dogs etc."),
    ],
)
def test_an_ambiguous_mark_does_not_end_the_first_clause(text: str, first: str) -> None:
    assert texts(text)[0] == first


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Oh! Hi! Nice to meet you. Then", "Oh! Hi! Nice"),
        ("Yes, it is. Then", "Yes, it is."),
        ("好！很高兴见到你。今天", "好！很高兴见到你。"),
        ("1. Buy some milk\n2. Go", "1. Buy some milk"),
    ],
)
def test_no_fragment_of_one_or_two_words_comes_first(text: str, first: str) -> None:
    assert texts(text)[0].startswith(first)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("That is really great!!! How are you?", ["That is really great!", "How are you?"]),
        ('That is really great?!" she said.', ["That is really great?", "she said."]),
        ("Well I mean... it is fine like that.", ["Well I mean.", "it is fine like that."]),
        ("(That is really great.) So it is.", ["(That is really great.", "So it is."]),
        ("「こんにちは、みなさん。」今日は楽しい。", ["「こんにちは、", "みなさん。」", "今日は楽しい。"]),
    ],
)
def test_leftover_closers_do_not_open_the_next_segment(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One fine day it rained. Then it stopped again.", ["One fine day it rained.", "Then it stopped again."]),
        ("What a day, what a night! And so on.", ["What a day, what a night!", "And so on."]),
        ("I do not know... maybe I do? Let me think.", ["I do not know...", "maybe I do?", "Let me think."]),
        ('He said "that is it." Then he left us.', ['He said "that is it."', "Then he left us."]),
        (
            "See a file named notes.txt in there. Then go home.",
            ["See a file named notes.txt in there.", "Then go home."],
        ),
        ("It is Dr. Who and Mrs. Who here. They are nice.", ["It is Dr. Who and Mrs. Who here.", "They are nice."]),
        ("It is 3.14 and 1,000 and 10:30. They are nice.", ["It is 3.14 and 1,000 and 10:30.", "They are nice."]),
        ("Это было в 2024 г. в Москве. Потом я ушла.", ["Это было в 2024 г. в Москве.", "Потом я ушла."]),
        ("Коты, псы и т.д. и т.п. тоже тут. Потом ещё кто.", ["Коты, псы и т.д. и т.п. тоже тут.", "Потом ещё кто."]),
        ("Коты, псы и т.д. Потом я ушла домой.", ["Коты, псы и т.д.", "Потом я ушла домой."]),
        ("今天天气真好，我们玩吧。你想去哪里呢？", ["今天天气真好，我们玩吧。", "你想去哪里呢？"]),
        ("That was so good! 😊🎉 And now the next one.", ["That was so good! 😊🎉", "And now the next one."]),
        ("First we make the tea\n\nSecond we drink it", ["First we make the tea", "Second we drink it"]),
        ("Yes! No! I really do not know it.", ["Yes! No! I really do not know it."]),
    ],
)
def test_later_segments_are_whole_sentences(text: str, expected: list[str]) -> None:
    assert later(text) == expected


def test_a_short_tail_joins_the_sentence_before_it() -> None:
    assert later("It was a very good day. I liked it a lot. Right?") == [
        "It was a very good day.",
        "I liked it a lot. Right?",
    ]


def test_a_short_tail_stands_alone_when_the_rest_was_sent() -> None:
    assert texts("It was a very good day! Bye!") == ["It was a very good day!", "Bye!"]


@pytest.mark.parametrize("reply", ["Hi", "Hi.", "Да!", "好", "😊", "5"])
def test_the_shortest_reply_is_a_segment(reply: str) -> None:
    assert texts(reply) == [reply]


@pytest.mark.parametrize("nothing", ["", " \n ", "...", "?!", '"")', ", , ,"])
def test_nothing_to_say_is_no_segment(nothing: str) -> None:
    assert texts(nothing) == []


def test_a_long_sentence_is_cut_at_a_clause() -> None:
    long = "and then we went on and on for a while, " * 9

    cut = later(long)

    assert all(text.endswith(",") for text in cut)
    assert max(map(len, cut)) <= 240


def test_a_sentence_without_clauses_is_cut_at_a_space() -> None:
    cut = later("and then we went on and on " * 30)

    assert max(map(len, cut)) <= 260
    assert all(text.split()[0] in {"and", "then", "we", "went", "on"} for text in cut)
    assert " ".join(cut).split() == ("and then we went on and on " * 30).split()


def test_long_chinese_is_cut_by_its_weight() -> None:
    cut = later("我们今天去公园玩了很久很久很久" * 20)

    assert max(map(len, cut)) <= 90
    assert "".join(cut) == "我们今天去公园玩了很久很久很久" * 20


def test_a_tag_colours_what_follows_it_and_lasts() -> None:
    out = drafts(JOY, "It is so good to see you! How have you been?")

    assert [(draft.emotion, draft.intensity) for draft in out] == [("joy", 0.5), ("joy", 0.5)]


def test_a_tag_inside_a_segment_colours_it() -> None:
    assert drafts("It is so ", JOY, "good to see you!") == [Draft("It is so good to see you!", "joy", 0.5)]


def test_another_emotion_begins_a_segment() -> None:
    out = drafts(JOY, "I was so happy ", SAD, "but now I am not.")

    assert [(draft.text, draft.emotion) for draft in out] == [
        ("I was so happy", "joy"),
        ("but now I am not.", "sadness"),
    ]


def test_another_emotion_after_a_scrap_takes_it_over() -> None:
    assert drafts(JOY, "Oh! ", SAD, "I am sorry to hear that!") == [Draft("Oh! I am sorry to hear that!", "sadness")]


def test_motions_go_with_the_segment_that_follows_or_contains_them() -> None:
    out = drafts(WAVE, "Hello to all of you! ", NOD, WAVE, "So nice to ", NOD, "see you. Very nice indeed.")

    assert [draft.motions for draft in out] == [("wave",), ("nod", "wave", "nod"), ()]


def test_a_motion_after_a_held_sentence_goes_with_the_next() -> None:
    out = drafts(LEAD, "This is the second one. This is the third one. ", WAVE, "This is the fourth.")

    assert [draft.motions for draft in out] == [(), (), (), ("wave",)]


def test_a_motion_at_the_very_end_is_not_lost() -> None:
    assert drafts("It is so good to see you! ", WAVE)[-1] == Draft("", motions=("wave",))
    assert drafts(WAVE) == [Draft("", motions=("wave",))]


def test_an_emotion_at_the_very_end_is_nothing_to_perform() -> None:
    assert len(drafts("It is so good to see you! ", JOY)) == 1


def test_a_tag_parts_words_and_proves_a_boundary() -> None:
    assert texts("It is good", JOY, "very good indeed") == ["It is good very good indeed"]
    assert texts("We all have 5.", WAVE, "Then we go home.") == ["We all have 5.", "Then we go home."]


def test_an_answer_that_broke_off_ends_with_its_last_sentence() -> None:
    items = (LEAD, "This is the second one. This is the third one. But this is n")

    assert [draft.text for draft in drafts(*items, whole=False)] == [
        LEAD.strip(),
        "This is the second one.",
        "This is the third one.",
    ]
    assert drafts(WAVE, "This is n", whole=False) == []


MARKS = [*".,!?;:…—–\"'()«»“”。！？、，-/@%*", "...", "?!", " - ", "://", "\n", "\n\n"]
WORDS = [
    "a",
    "I",
    "word",
    "longer",
    "Mr",
    "e.g",
    "т.е",
    "т.д",
    "и",
    "Привет",
    "3",
    "10",
    "你好",
    "今天天气",
    "한국",
    "😊",
    "👍🏽",
    "x" * 30,
]
PIECES = st.sampled_from(MARKS + WORDS + [" "] * 12)
TEXTS = st.lists(PIECES | st.text(max_size=4), max_size=90).map("".join)
TAGS = st.sampled_from([JOY, SAD, WAVE, NOD])
CUTS = st.lists(st.integers(1, 11), min_size=1, max_size=8).map(tuple)
REPLIES = st.lists(PIECES | st.sampled_from(["[joy]", "[wave]", "[rage]", "*nods*", "<think>", "</think>", "["])).map(
    "".join
)


def content(text: str) -> list[str]:
    return [char for char in text if char.isalnum() or char in "😊👍"]


@settings(max_examples=400, deadline=None)
@given(TEXTS, CUTS)
def test_any_chunking_gives_the_same_segments(text: str, cuts: tuple[int, ...]) -> None:
    assert drafts(*chopped(text, cuts)) == drafts(text)


@example(items=["x" * 30 + ".今天天气 - \n.a"], cuts=(1,))
@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS | TAGS, max_size=8), CUTS)
def test_any_chunking_around_tags_gives_the_same_segments(items: list[Item], cuts: tuple[int, ...]) -> None:
    cut = [part for item in items for part in (chopped(item, cuts) if isinstance(item, str) else [item])]
    merged: list[Item] = []
    for item in items:
        if isinstance(item, str) and merged and isinstance(merged[-1], str):
            merged[-1] += item
        else:
            merged.append(item)

    assert drafts(*cut) == drafts(*merged)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_no_letter_is_lost(text: str) -> None:
    assert content("".join(texts(text))) == content(text)


@settings(max_examples=200, deadline=None)
@given(REPLIES, CUTS)
def test_any_chunking_of_a_reply_gives_the_same_segments(reply: str, cuts: tuple[int, ...]) -> None:
    def read(pieces: list[str]) -> list[Draft]:
        parser = TagParser(Vocabulary(emotions={"joy": EmotionStyle()}, motions=frozenset({"wave", "nod"})))
        return drafts(*(item for piece in pieces for item in parser.feed(piece)))

    assert read(chopped(reply, cuts)) == read([reply])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*string.ascii_letters, *" .,!?", " ", " "]), max_size=400).map("".join))
def test_only_the_last_segment_may_be_a_fragment(text: str) -> None:
    for said in texts(text)[:-1]:
        assert len(said.split()) >= 3 or sum(map(str.isalnum, said)) >= 12


@pytest.mark.parametrize("flood", [",", ". ", "a", " ", "😊", "a,", '"', "好", "a. ", "\n", "…", "1."])
def test_a_flood_does_no_harm(flood: str) -> None:
    out = drafts(flood * (60_000 // len(flood)))  # work that grew with the square would not end today

    assert all(len(draft.text) <= 260 for draft in out)
