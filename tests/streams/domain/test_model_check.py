"""When a moderation model's opinion counts: its own flags, one threshold, thresholds of categories."""

import pytest

from streams.domain.model_check import NEVER, CheckPolicy, read_thresholds
from streams.domain.plan import is_well
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.kernel.moderation import Assessment

OPINION = Assessment(frozenset({"harassment"}), {"harassment": 0.6, "violence": 0.4, "hate": 0.01})


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        (CheckPolicy(), "harassment"),
        (CheckPolicy(threshold=0.7), ""),
        (CheckPolicy(threshold=0.3), "harassment"),
        (CheckPolicy(threshold=0.6), "harassment"),
        (CheckPolicy(thresholds=(("violence", 0.4),)), "harassment"),
        (CheckPolicy(thresholds=(("harassment", NEVER),)), ""),
        (CheckPolicy(thresholds=(("harassment", 0.9), ("violence", 0.2))), "violence"),
        (CheckPolicy(threshold=0.0, thresholds=(("harassment", NEVER), ("violence", NEVER))), "hate"),
        (CheckPolicy(threshold=1.0), ""),
    ],
)
def test_what_counts_is_the_surest_category_over_its_threshold(policy: CheckPolicy, found: str) -> None:
    assert policy.finding(OPINION) == found


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        (CheckPolicy(), "hate"),
        (CheckPolicy(threshold=0.9), "hate"),
        (CheckPolicy(thresholds=(("hate", 0.9),)), "hate"),
        (CheckPolicy(thresholds=(("hate", NEVER),)), ""),
    ],
)
def test_a_model_without_scores_is_taken_at_its_word(policy: CheckPolicy, found: str) -> None:
    assert policy.finding(Assessment(frozenset({"hate"}))) == found


def test_a_clean_text_has_no_finding() -> None:
    assert CheckPolicy(threshold=0.5).finding(Assessment()) == ""


def test_categories_are_named_in_any_case() -> None:
    policy = CheckPolicy(thresholds=read_thresholds("HARASSMENT off"))

    assert policy.finding(Assessment(frozenset({"Harassment"}), {"Harassment": 0.99})) == ""


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", ()),
        ("\n  \n", ()),
        ("violence 0.9", (("violence", 0.9),)),
        ("violence: 0,9\nhate = 1\n", (("hate", 1.0), ("violence", 0.9))),
        ("self-harm/intent 0", (("self-harm/intent", 0.0),)),
        ("dangerous content off", (("dangerous content", NEVER),)),
        ("hate 0.1\nhate 0.2", (("hate", 0.2),)),
    ],
)
def test_thresholds_are_read_as_people_write_them(text: str, read: tuple[tuple[str, float], ...]) -> None:
    assert read_thresholds(text) == read


@pytest.mark.parametrize(
    "line", ["violence", "0.5", "violence 2", "violence -1", "violence nan", "violence inf", "a b"]
)
def test_a_line_that_is_no_threshold_is_named(line: str) -> None:
    with pytest.raises(InputInvalid, match=line):
        read_thresholds(f"hate 0.5\n{line}")


def test_thresholds_have_an_end() -> None:
    with pytest.raises(InputInvalid):
        read_thresholds("\n".join(f"c{number} 0.5" for number in range(101)))


@pytest.mark.parametrize(
    ("note", "well"),
    [
        ("openai", True),
        ("openai|openai: timeout", False),
        ("openai|Guard (moderation): timeout", True),
        ("openai|Guard (moderation): timeout; openai: rate_limited", False),
    ],
)
def test_a_late_verdict_is_no_trouble_of_the_brains(note: str, well: bool) -> None:
    assert is_well(note) is well
