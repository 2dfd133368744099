"""Approval, pure: what is held, what can still be decided, and how decided words are written down."""

import datetime as dt
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.approval import (
    Approval,
    ApprovalMode,
    HeldBy,
    HeldState,
    Refusal,
    approval_of,
    broken_rule,
    plain,
    refusal,
    surplus,
    tagged,
    why_held,
)
from streams.domain.moderation import RuleSet
from streams.domain.rules import Action, Rule, RuleKind, RuleScope
from workers.turn.tags import TagParser
from workers.turn.vocabulary import EmotionStyle, Tag, Vocabulary

NOW = dt.datetime(2026, 11, 21, 20, 0, tzinfo=dt.UTC)
SOON = NOW + dt.timedelta(seconds=30)


def rule(word: str, action: Action = Action.HOLD, scope: RuleScope = RuleScope.BOTH) -> Rule:
    return Rule(f"id-{word}", RuleKind.WORDS, (word,), name=f"about {word}", action=action, scope=scope)


def approval(*rules: Rule, mode: str = "rules", is_always: bool = False) -> Approval:
    return approval_of(RuleSet(rules), mode, is_always=is_always, timeout_s=60, most=8, is_waiting=False)


@pytest.mark.parametrize(
    ("mode", "is_always", "rules", "expected"),
    [
        ("off", False, (rule("bomb"),), False),
        ("off", True, (), True),
        ("rules", False, (), False),
        ("rules", False, (rule("bomb", scope=RuleScope.IN),), False),
        ("rules", False, (rule("bomb", Action.DROP),), False),
        ("rules", False, (rule("bomb", scope=RuleScope.OUT),), True),
        ("everything", False, (), True),
    ],
)
def test_an_answer_is_read_to_its_end_first_only_where_somebody_may_be_asked(
    mode: str, is_always: bool, rules: tuple[Rule, ...], expected: bool
) -> None:
    assert approval(*rules, mode=mode, is_always=is_always).reads_first is expected


def test_rules_without_a_question_are_compiled_once() -> None:
    rules = RuleSet((rule("bomb", Action.DROP),))

    made = approval_of(rules, "rules", is_always=False, timeout_s=60, most=8, is_waiting=False)

    assert made.released is rules


def test_what_asks_for_a_person_is_parted_from_what_decides_by_itself() -> None:
    made = approval(rule("bomb"), rule("curse", Action.DROP))

    assert [one.id for one in made.released.rules] == ["id-curse"]
    assert [one.id for one in made.holding.rules] == ["id-bomb"]


def test_a_rule_is_told_before_the_setting_that_holds_everything() -> None:
    made = approval(rule("bomb"), mode="everything")
    hits = made.holding.check_out("A bomb!").hits

    by_rule, by_stream = why_held(made, hits), why_held(made, ())

    assert by_rule is not None
    assert (by_rule.by, by_rule.rule_name) == (HeldBy.RULE, "about bomb")
    assert by_stream is not None
    assert by_stream.by is HeldBy.STREAM


def test_a_character_that_always_asks_is_held_on_any_stream() -> None:
    asked = why_held(approval(mode="off", is_always=True), ())

    assert asked is not None
    assert asked.by is HeldBy.PERSONA


def test_nothing_is_held_where_nothing_asks() -> None:
    assert why_held(approval(), ()) is None


@pytest.mark.parametrize(
    ("state", "expires_at", "is_panicked", "expected"),
    [
        (HeldState.HELD, SOON, False, None),
        (HeldState.HELD, SOON, True, Refusal.PANIC),
        (HeldState.HELD, NOW, False, Refusal.LATE),
        (HeldState.APPROVED, SOON, False, Refusal.APPROVED),
        (HeldState.REJECTED, SOON, False, Refusal.REJECTED),
        (HeldState.EXPIRED, SOON, False, Refusal.EXPIRED),
        (HeldState.CANCELLED, SOON, True, Refusal.CANCELLED),
    ],
)
def test_a_line_is_decided_once_in_time_and_without_panic(
    state: HeldState, expires_at: dt.datetime, is_panicked: bool, expected: Refusal | None
) -> None:
    assert refusal(state, expires_at, NOW, is_panicked=is_panicked) is expected


def test_the_oldest_are_given_up_when_too_many_are_held() -> None:
    held = [(UUID(int=number), NOW + dt.timedelta(seconds=number)) for number in (3, 1, 2)]

    assert surplus(held, 1) == [UUID(int=1), UUID(int=2)]
    assert surplus(held, 3) == []


def test_words_are_written_down_with_their_feelings() -> None:
    parts = [("Hello!", "joy", 0.7, ""), ("Look.", "joy", 0.7, "wave"), ("Bye.", "neutral", 1.0, "")]

    text = tagged(parts, "neutral")

    assert text == "[joy:0.7] Hello! [motion:wave] Look. [neutral] Bye."
    assert plain(text) == "Hello! Look. Bye."


FEELINGS = st.sampled_from(["neutral", "joy", "sad"])
STRENGTHS = st.sampled_from([0.3, 0.7, 1.0])
MOTIONS = st.sampled_from(["", "wave", "nod"])
WORDS = st.sampled_from(["Hello there!", "Cats purr.", "Why not?"])


@given(st.lists(st.tuples(WORDS, FEELINGS, STRENGTHS, MOTIONS), min_size=1, max_size=8))
def test_whatever_was_written_down_is_read_with_the_same_feelings(parts: list[tuple[str, str, float, str]]) -> None:
    style = EmotionStyle()
    vocabulary = Vocabulary(dict.fromkeys(["neutral", "joy", "sad"], style), frozenset({"wave", "nod"}))

    items = TagParser(vocabulary).feed(tagged(parts, "neutral"))

    feeling, read = ("neutral", 1.0), []
    for item in items:
        if isinstance(item, Tag):
            feeling = (item.name, item.intensity) if item.kind == "emotion" else feeling
        elif item.strip():
            read.append((item.strip(), *feeling))
    said = [(text, emotion, intensity) for text, emotion, intensity, _ in parts]
    assert " ".join(text for text, *_ in read) == " ".join(text for text, *_ in said)
    assert _runs(read) == _runs(said)
    assert sum(isinstance(item, Tag) and item.kind == "motion" for item in items) == sum(bool(one[3]) for one in parts)


def _runs(said: list[tuple[str, str, float]]) -> list[tuple[str, float]]:
    runs: list[tuple[str, float]] = []
    for _, emotion, intensity in said:
        if not runs or runs[-1] != (emotion, intensity):
            runs.append((emotion, intensity))
    return runs


def test_edited_words_are_judged_sentence_by_sentence_and_over_the_seams() -> None:
    rules = approval(rule("bad word", Action.DROP), rule("bomb")).released

    assert broken_rule(rules, "[joy] All is well. It truly is!") is None
    assert broken_rule(rules, "A bomb? Somebody wanted it said.") is None
    hit = broken_rule(rules, "That is bad. [joy] Word of honour.")
    assert hit is not None
    assert hit.rule_name == "about bad word"


def test_modes_are_what_forms_send() -> None:
    assert [mode.value for mode in ApprovalMode] == ["off", "rules", "everything"]
