"""What rules notice: labelled windows, junk and loss counted; and some rules by themselves."""

from collections.abc import Sequence

import pytest

from memory.domain.judgement import judge
from memory.domain.noticing import notice
from memory.domain.proposals import Ruling, Voice
from tests.memory.domain.windows import EN, RU
from tests.memory.said import line


def remembered(texts: Sequence[str], language: str) -> list[str]:
    """Return what is remembered of a window, judged as consolidation judges it."""
    lines = {one.id: one for one in map(line, texts)}
    proposals = [found for one in lines.values() for found in notice(one, language)]
    judged = [judge(proposal, lines) for proposal in proposals]
    return [one.proposal.text for one in judged if one.ruling is Ruling.ACCEPT]


def shares(windows: Sequence[tuple[Sequence[str], Sequence[str]]], language: str) -> tuple[list[str], int, list[str]]:
    """Return the junk, how many facts were remembered, and the labels that were missed."""
    junk, count, missed = [], 0, []
    for texts, labels in windows:
        facts = remembered(texts, language)
        count += len(facts)
        junk += [fact for fact in facts if not any(label in fact for label in labels)]
        missed += [label for label in labels if not any(label in fact for fact in facts)]
    return junk, count, missed


def test_there_are_enough_windows() -> None:
    assert len(EN) + len(RU) >= 100


@pytest.mark.parametrize(("windows", "language"), [(EN, "en"), (RU, "ru")])
def test_less_than_a_tenth_of_what_is_remembered_is_junk(
    windows: Sequence[tuple[Sequence[str], Sequence[str]]], language: str
) -> None:
    junk, count, missed = shares(windows, language)

    assert len(junk) < 0.1 * count, junk
    assert len(missed) < 0.25 * sum(len(labels) for _texts, labels in windows), missed


def test_the_streamer_is_listened_to_and_the_character_is_not() -> None:
    assert notice(line("I love synthwave", "Olga", None, voice=Voice.STREAMER), "en")
    assert not notice(line("I love synthwave", "Mira", None, voice=Voice.CHARACTER), "en")


def test_a_talkative_line_leaves_three_facts_at_most() -> None:
    text = ". ".join(f"I love band{number}" for number in range(9))

    assert len(notice(line(text), "en")) == 3
