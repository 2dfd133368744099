"""However a word is dressed up, the rule finds it, and people are told how it was dressed."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.domain.disguise import Disguise, disguises_of
from streams.domain.moderation import RuleSet
from streams.domain.rule_trials import Line, findings_of, judge, pieces_of
from streams.domain.rules import Outcome, Rule, RuleKind

ENGLISH = ("badger", "weasel", "hedgehog")
RUSSIAN = ("негодяй", "прохвост", "барсук")
RULES = RuleSet([Rule("words", RuleKind.WORDS, ENGLISH + RUSSIAN)])
LATIN_LOOKALIKES = dict(zip("aceopxyi", "асеорхуі", strict=True))
CYRILLIC_LOOKALIKES = dict(zip("аеорсухк", "aeopcyxk", strict=True))
LEET = {"a": "4@", "e": "3", "o": "0", "s": "5$", "g": "9", "t": "7", "о": "0", "з": "3"}
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
ACCENTS = "\u0301\u0308\u0300"
SPACES = (" ", ".", "-", "*")
INFLECTIONS = {
    "badger": ("badgers", "badgered", "badgering"),
    "weasel": ("weasels", "weasel's"),
    "барсук": ("барсука", "барсуки", "барсуком", "барсуками"),
    "прохвост": ("прохвоста", "прохвосты", "прохвостами"),
    "негодяй": ("негодяя", "негодяи", "негодяями"),
}


def catches(text: str) -> bool:
    return judge(RULES, Line(f"oh, {text}!"), "").outcome is Outcome.DROP


def some_of(word: str, table: dict[str, str]) -> st.SearchStrategy[str]:
    """The word with some of its letters written as the table has them."""
    letters = [st.sampled_from([letter, *table.get(letter, letter)]) for letter in word]
    return st.tuples(*letters).map("".join)


words = st.sampled_from(ENGLISH + RUSSIAN)
cases = st.sampled_from([str.lower, str.upper, str.title])


@given(words.flatmap(lambda word: some_of(word, LATIN_LOOKALIKES | CYRILLIC_LOOKALIKES)), cases)
def test_letters_of_another_alphabet_hide_nothing(word: str, case: object) -> None:
    letters = {letter for letter in word if letter.isalpha()}
    is_all_foreign = letters <= set(LATIN_LOOKALIKES.values()) or letters <= set(CYRILLIC_LOOKALIKES.values())

    assert is_all_foreign or catches(case(word))  # type: ignore[operator]  # one of str's own


@given(words.flatmap(lambda word: some_of(word, LEET)))
def test_digits_and_signs_hide_nothing(word: str) -> None:
    is_all_signs = not any(letter.isalpha() for letter in word)

    assert is_all_signs or catches(word)


@given(words, st.sampled_from(SPACES), st.integers(1, 2))
def test_spaces_hide_nothing(word: str, space: str, count: int) -> None:
    assert catches((space * count).join(word))


@given(words, st.data())
def test_what_nobody_sees_hides_nothing(word: str, data: st.DataObject) -> None:
    marks = st.text(UNSEEN + ACCENTS, max_size=3)

    assert catches("".join(letter + data.draw(marks) for letter in word))


@given(words, st.data())
def test_drawn_out_letters_hide_nothing(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))

    assert catches(word[:place] + word[place] * data.draw(st.integers(3, 9)) + word[place + 1 :])


@pytest.mark.parametrize(("word", "form"), [(word, form) for word, forms in INFLECTIONS.items() for form in forms])
def test_every_form_of_a_word_is_the_word(word: str, form: str) -> None:
    assert catches(form)
    assert catches(form.upper())


@settings(max_examples=300)
@given(st.text(max_size=60))
@example("b\u0301")
def test_no_text_breaks_a_check_and_every_hit_lies_within_it(text: str) -> None:
    line = Line(text, name=text[:40])

    verdict = judge(RULES, line, "")

    for hit in verdict.hits:
        source = line.name if hit.place == "name" else line.text
        assert 0 <= hit.start < hit.end <= len(source)
    assert (
        "".join(piece.text for piece in pieces_of(text, [hit for hit in verdict.hits if hit.place == "text"])) == text
    )


@pytest.mark.parametrize(
    ("text", "disguise"),
    [
        ("badgers", Disguise.INFLECTED),
        ("b4dger", Disguise.LEETSPEAK),
        ("bаdger", Disguise.LOOKALIKE),
        ("b a d g e r", Disguise.SPACING),
        ("bad\u200bger", Disguise.INVISIBLE),
        ("baaaadger", Disguise.DRAWN_OUT),
        ("bádger", Disguise.DECORATED),
        ("ｂａｄｇｅｒ", Disguise.DECORATED),
    ],
)
def test_people_are_told_how_a_word_was_dressed_up(text: str, disguise: Disguise) -> None:
    line = Line(f"oh {text} oh")

    finding = findings_of(line, judge(RULES, line, ""))[0]

    assert finding.original == text
    assert finding.disguises == (disguise,)
    assert finding.hit.entry == "badger"
    assert finding.decides


def test_a_plain_word_is_not_dressed_up() -> None:
    assert disguises_of("Badger", "badger", "badger") == ()
    assert disguises_of("ёжик", "ежик", "ёжик") == ()
    assert disguises_of("барсук", "барсук", "барсук") == ()
