"""What rules notice: labelled windows, junk and loss counted; and families of rules and guards by themselves."""

import re._constants as sre  # type: ignore[import-not-found]  # the only way to read what a pattern is made of
import re._parser as parser  # type: ignore[import-not-found]  # as above
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from memory.domain.judgement import judge
from memory.domain.noticing import MOST_READ, notice
from memory.domain.noticing_english import ENGLISH
from memory.domain.noticing_rules import Rule
from memory.domain.noticing_russian import RUSSIAN
from memory.domain.proposals import Ruling, Voice
from tests.memory.domain import held_out, typed_windows, windows
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
    assert len(windows.EN) + len(windows.RU) >= 100


@pytest.mark.parametrize(
    ("labelled", "language", "may_miss"),
    [
        (windows.EN, "en", 0.25),
        (windows.RU, "ru", 0.25),
        (typed_windows.EN, "en", 0.5),
        (typed_windows.RU, "ru", 0.5),
        (held_out.EN, "en", 0.5),
        (held_out.RU, "ru", 0.5),
    ],
)
def test_less_than_a_tenth_of_what_is_remembered_is_junk(
    labelled: Sequence[tuple[Sequence[str], Sequence[str]]], language: str, may_miss: float
) -> None:
    junk, count, missed = shares(labelled, language)

    assert len(junk) < 0.1 * count, junk
    assert len(missed) < may_miss * sum(len(labels) for _texts, labels in labelled), missed


@pytest.mark.parametrize(
    ("text", "language", "fact"),
    [
        ("just moved to berlin for work, boxes everywhere", "en", "Bo lives in berlin"),
        ("tuning in from new zealand at 6am", "en", "Bo was watching from new zealand"),
        ("nurse here, my shift starts at 11", "en", "Bo works as nurse"),
        ("as a beekeeper i approve", "en", "Bo is a beekeeper"),
        ("i work at a bookstore downtown", "en", "Bo works at a bookstore"),
        ("doing my phd in marine biology", "en", "Bo studies marine biology"),
        ("day 12 of danish", "en", "Bo is learning danish"),
        ("been playing the viola since forever", "en", "Bo plays viola"),
        ("my cat luna is on the keyboard again", "en", "Bo's cat is called luna"),
        ("got a new puppy, her name is nori", "en", "Bo has a new puppy"),
        ("im dutch so this is cold for you", "en", "Bo is dutch"),
        ("really into climbing lately", "en", "Bo is into climbing"),
        ("disco elysium is my all time favorite", "en", "Bo's favourite: disco elysium"),
        ("i dont mind, but i cant stand mushrooms", "en", "Bo can't stand mushrooms"),
        ("flying to tokyo on friday", "en", "Bo is going to tokyo on friday"),
        ("off to rome in april, any tips?", "en", "Bo is going to rome in april"),
        ("ran my first 10k this morning", "en", "Bo ran the first 10k"),
        ("my bike got stolen", "en", "Bo's bike was stolen"),
        ("всем привет из Омска", "ru", "Bo смотрит из Омска"),
        ("у нас в питере дождь", "ru", "Bo живёт в питере"),
        ("как бариста говорю, кофе так не варят", "ru", "Bo — бариста"),
        ("еле живой после смены на складе", "ru", "Bo работает на складе"),
        ("учусь на кондитера", "ru", "Bo учится на кондитера"),
        ("второй курс мехмата, умираю", "ru", "Bo: второй курс мехмата"),
        ("взяли щенка, назвали Бублик", "ru", "Bo: щенка, зовут Бублик"),
        ("играю на бас-гитаре в группе", "ru", "Bo играет на бас-гитаре"),
        ("коллекционирую марки", "ru", "Bo коллекционирует марки"),
        ("терпеть не могу изюм", "ru", "Bo терпеть не может изюм"),
        ("любимая игра - Ведьмак", "ru", "Bo: любимое (игра) — Ведьмак"),
        ("в июне еду на Алтай", "ru", "Bo едет: Алтай"),
        ("защитила диплом!!!", "ru", "Bo: защитила диплом"),
        ("вообще я Лёша", "ru", "Bo: настоящее имя Лёша"),
    ],
)
def test_what_people_type_is_noticed(text: str, language: str, fact: str) -> None:
    assert remembered([text], language) == [fact]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("yeah and im a plumber from oslo", "en"),
        ("im from ohio Kappa", "en"),
        ("i live in rome LUL", "en"),
        ("trust me im an engineer", "en"),
        ("now im a pilot", "en"),
        ("im going to cry tomorrow", "en"),
        ("один за всех, теперь я повар", "ru"),
        ("one day i moved to japan in my head", "en"),
        ("me: i live in oslo", "en"),
        ("he goes 'im a nurse from oslo' and leaves", "en"),
        ("i live in oslo, la la la", "en"),
        ("i work as a nurse in oslo. i work as a nurse in oslo.", "en"),
        ("my horse in rdr2 is called arthur", "en"),
        ("my paladin is called bob", "en"),
        ("your dog is called Rex", "en"),
        ("u won a tournament", "en"),
        ("my brother is nuts, moved to alaska last year", "en"),
        ("my friends cat is named bella", "en"),
        ("my mate plays the drums in a band", "en"),
        ("so i live in oslo, right?", "en"),
        ("am i from oslo, or am i dreaming?", "en"),
        ("watching from bed today", "en"),
        ("off to work tomorrow", "en"),
        ("this part is my favourite song", "en"),
        ("i LOVE water levels", "en"),
        ("i love the new overlay", "en"),
        ("ranger here is dead", "en"),
        ("im so tired today", "en"),
        ("im into girls, from oslo", "en"),
        ("im bi, living in oslo", "en"),
        ("started 9th grade, living in oslo", "en"),
        ("пощусь, живу в Омске", "ru"),
        ("ну да, я из Омска", "ru"),
        ("я из Омска, каппа", "ru"),
        ("мечтаю, что живу в Питере", "ru"),
        ("в песне поётся: я из Омска", "ru"),
        ("у меня кот в игре", "ru"),
        ("твой кот Барсик милый", "ru"),
        ("брат молодец, сдал на права", "ru"),
        ("сосед работает сварщиком", "ru"),
        ("ты из Омска", "ru"),
        ("прошла босса, молодец", "ru"),
        ("обожаю твой голос", "ru"),
        ("у нас в чате весело", "ru"),
        ("завтра концерт у Миры", "ru"),
        ("учусь на ошибках", "ru"),
        ("собираю лут", "ru"),
        ("мне скучно", "ru"),
        ("мне через неделю тринадцать, живу в Омске", "ru"),
    ],
)
def test_what_is_not_meant_or_not_theirs_is_passed_over(text: str, language: str) -> None:
    assert remembered([text], language) == []


def test_two_facts_of_a_sentence_are_told_and_no_stretch_of_it_twice() -> None:
    assert remembered(["born and raised in leeds, ended up in osaka for work"], "en") == [
        "Bo lives in osaka",
        "Bo was born in leeds",
    ]
    assert remembered(["i have a dog named Rex"], "en") == ["Bo has a dog called Rex"]


def repeats(parsed: Any, *, is_within: bool = False) -> Iterator[bool]:
    """Tell of every endless repeat that gives back what it took, whether it stands in another such repeat."""
    for op, value in parsed:
        is_endless = op in {sre.MAX_REPEAT, sre.MIN_REPEAT} and value[1] == sre.MAXREPEAT
        if is_endless:
            yield is_within
        for part in value if isinstance(value, tuple | list) else ():
            for branch in part if isinstance(part, list) else [part]:
                if isinstance(branch, parser.SubPattern):
                    yield from repeats(branch, is_within=is_within or is_endless)


@pytest.mark.parametrize("rule", [*ENGLISH, *RUSSIAN], ids=lambda rule: rule.form)
def test_no_rule_can_be_made_to_try_over_and_over(rule: Rule) -> None:
    """A pattern takes time by the length of a line: no endless repeat holds another one."""
    assert not any(repeats(parser.parse(rule.pattern.pattern)))


def test_a_line_is_read_no_further_than_people_can_type() -> None:
    assert notice(line(f"{'la ' * 10}i live in Lisbon"), "en") == []
    assert [one.text for one in notice(line("oh well " * 10 + ", i live in Lisbon"), "en")] == ["Bo lives in Lisbon"]
    assert notice(line("oh well " * (MOST_READ // 8 + 1) + ", i live in Lisbon"), "en") == []


def test_the_streamer_is_listened_to_and_the_character_is_not() -> None:
    assert notice(line("I love synthwave", "Olga", None, voice=Voice.STREAMER), "en")
    assert not notice(line("I love synthwave", "Mira", None, voice=Voice.CHARACTER), "en")


def test_a_talkative_line_leaves_three_facts_at_most() -> None:
    text = ". ".join(f"I love band{number}" for number in range(9))

    assert len(notice(line(text), "en")) == 3
