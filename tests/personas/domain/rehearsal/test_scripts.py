"""Scripts of scenarios: read line by line, written back the same, and every mistake told with its line."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.domain.rehearsal.script import (
    EVENTS,
    STEPS_MOST,
    Flaw,
    ScriptInvalid,
    Step,
    StepKind,
    read_script,
    write_script,
)


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("Mia: Hi there!", Step("chat", "Mia", "Hi there!")),
        ("  Mia :  Hi: there!  ", Step("chat", "Mia", "Hi: there!")),
        ("Mia: [joy] is a tag", Step("chat", "Mia", "[joy] is a tag")),
        ("Mia [direct]: over here", Step("direct", "Mia", "over here")),
        ("Bo [donation 5 EUR]: for the cat", Step("donation", "Bo", "for the cat", Decimal(5), "EUR")),
        ("Bo [donation 2,50 usd]", Step("donation", "Bo", "", Decimal("2.5"), "USD")),
        ("Kim [raid 120]", Step("raid", "Kim", "", Decimal(120))),
        ("[speech]: Left or right?", Step("speech", "", "Left or right?")),
        ("[silence]", Step("silence")),
        ("Mia [renamed]: MoonMia", Step("renamed", "Mia", "MoonMia")),
        ("[storm]: gg | wow", Step("storm", "", "gg | wow", count=40)),
        ("[storm 60]: gg | wow", Step("storm", "", "gg | wow", count=60)),
        ("Мия [RAID 7]", Step("raid", "Мия", "", Decimal(7))),
    ],
)
def test_a_line_says_what_happens(line: str, step: Step) -> None:
    assert read_script(line if step.is_answered else f"{line}\n[silence]")[0] == step


def test_notes_and_empty_lines_are_left_out() -> None:
    assert read_script("# a note\n\nMia: hi\n   \n") == (Step("chat", "Mia", "hi"),)


@pytest.mark.parametrize(
    ("script", "flaw", "line"),
    [
        ("just words", Flaw.NOBODY_SAYS_IT, 1),
        ("Mia: hi\n\n[party]: yes", Flaw.UNKNOWN_EVENT, 3),
        ("[director_say]: hello", Flaw.UNKNOWN_EVENT, 1),
        ("Mia: hi\n: hello", Flaw.NO_NAME, 2),
        ("Mia:", Flaw.NO_TEXT, 1),
        ("[speech]", Flaw.NO_TEXT, 1),
        ("Mia [renamed]", Flaw.NO_TEXT, 1),
        ("[storm]", Flaw.NO_TEXT, 1),
        ("[storm 1]: gg", Flaw.BAD_NUMBER, 1),
        ("[storm 2.5]: gg", Flaw.BAD_NUMBER, 1),
        ("[storm 100000]: gg", Flaw.BAD_NUMBER, 1),
        ("Bo [donation five]", Flaw.BAD_NUMBER, 1),
        ("Bo [donation -5 EUR]", Flaw.BAD_NUMBER, 1),
        ("Bo [donation nan EUR]", Flaw.BAD_NUMBER, 1),
        ("Bo [donation 1e999999999 EUR]", Flaw.BAD_NUMBER, 1),
        ("Bo [donation 5 EUR now]", Flaw.BAD_NUMBER, 1),
        (f"{'M' * 61}: hi", Flaw.TOO_LONG, 1),
        (f"Mia: {'a' * 2001}", Flaw.TOO_LONG, 1),
        ("a" * 8001, Flaw.TOO_LONG, 0),
        ("Mia: hi\n" * (STEPS_MOST + 1), Flaw.TOO_MANY, 0),
        ("", Flaw.NOTHING_HAPPENS, 0),
        ("# nothing", Flaw.NOTHING_HAPPENS, 0),
        ("Mia [renamed]: MoonMia", Flaw.NOTHING_HAPPENS, 0),
    ],
)
def test_a_mistake_is_told_with_its_line(script: str, flaw: Flaw, line: int) -> None:
    with pytest.raises(ScriptInvalid) as refused:
        read_script(script)

    assert [(one.flaw, one.line) for one in refused.value.problems] == [(flaw, line)]


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ScriptInvalid) as refused:
        read_script("nobody\nMia: fine\n[party]")

    assert [one.line for one in refused.value.problems] == [1, 3]


NAMES = st.from_regex(r"[A-Za-zА-я0-9_]{1,12}", fullmatch=True)
TEXTS = st.from_regex(r"[A-Za-zА-я0-9«(][A-Za-zА-я0-9 :\[\].,!?]{0,30}[A-Za-z!?]", fullmatch=True)
MONEY = st.decimals(min_value="0.01", max_value=10_000, places=2)


@st.composite
def steps(draw: st.DrawFn) -> Step:
    kind = draw(st.sampled_from([*EVENTS, *StepKind]))
    if kind == StepKind.STORM:
        return Step(kind, text=draw(TEXTS), count=draw(st.integers(2, 200)))
    amount = draw(MONEY).normalize() if kind in {"donation", "raid", "gift"} else None
    currency = draw(st.sampled_from(["EUR", "BITS", ""])) if amount else ""
    return Step(kind, draw(NAMES), draw(TEXTS), amount, currency)


@given(st.lists(steps(), min_size=1, max_size=STEPS_MOST))
def test_what_is_written_reads_as_the_same(happening: list[Step]) -> None:
    happening.append(Step("silence")) if len(happening) < STEPS_MOST else happening.__setitem__(-1, Step("silence"))

    assert read_script(write_script(happening)) == tuple(happening)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_with_reasons(text: str) -> None:
    found: tuple[object, ...]
    try:
        found = read_script(text)
    except ScriptInvalid as refused:
        found = refused.problems

    assert found
