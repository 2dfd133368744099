"""What a rule of noticing is: a pattern, the sentence it becomes, and what kind of fact that is. No decisions.

The rules themselves are `noticing_english` and `noticing_russian`; their lists of words are `noticing_words`. A pattern
takes words whole (possessive repeats) and a bounded number of them, so that no line can make it try over and over.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from memory.domain.ranking import MemoryKind

WORD = r"[\w'&+-]++"
PHRASE = rf"{WORD}(?: {WORD}){{0,5}}?"
LIVED = {"slot": "home", "importance": 0.7, "tags": ("home",), "most_words": 3, "is_place": True}
ORIGIN = {"slot": "origin", "importance": 0.6, "tags": ("origin",), "most_words": 3, "is_place": True}
PETS = {"slot": "pet.{0}.name", "importance": 0.7, "tags": ("pets",), "most_words": 2, "is_name": True}
LEARNS = {"tags": ("learning",), "most_words": 5}
"""Options of rules that are the same in both languages."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be noticed.

    Attributes:
        source: Its pattern, capitals or not; its groups are the parts of the sentence.
        form: The sentence; {name} is the speaker, {0} … the parts.
        kind: What it is about.
        slot: The question it answers, parts filled in; "" for facts that stand beside each other.
        is_end: It ends the slot's answer.
        importance: 0 to 1.
        emotion: The feeling it shows.
        tags: Its tags; of two facts with the same first tag and slot, a sentence tells one.
        days: How long it matters.
        most_words: Longer catches are no facts.
        is_name: The last part is a name.
        is_place: The last part is a place.
        is_listed: Its pattern takes only words of its lists: they tell, filler or not.
        refused: Words that make a catch no fact.
        said: What a part is called in the sentence, for verbs that change with the person.
    """

    source: str
    form: str
    kind: MemoryKind = MemoryKind.USER
    slot: str = ""
    is_end: bool = False
    importance: float = 0.5
    emotion: str = ""
    tags: tuple[str, ...] = ()
    days: int | None = None
    most_words: int = 6
    is_name: bool = False
    is_place: bool = False
    is_listed: bool = False
    refused: frozenset[str] = frozenset()
    said: Mapping[str, str] = field(default_factory=dict)

    @property
    def pattern(self) -> re.Pattern[str]:
        """Its pattern, compiled once: all of them take half a second, which no start waits for."""
        return _compiled(self.source)

    def named(self, parts: list[str]) -> list[str]:
        """Return the parts as the sentence says them."""
        return [self.said.get(part.casefold(), part) for part in parts]


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE)


def rule(pattern: str, form: str, **options: object) -> Rule:
    """Return a rule that does not mind capitals, unless its pattern says otherwise."""
    return Rule(pattern, form, **options)  # type: ignore[arg-type]  # the options of `Rule`


def happened(pattern: str, form: str, **options: object) -> Rule:
    """Return a rule of something that happened: it matters for two months."""
    usual = {"kind": MemoryKind.CHAT, "days": 60, "importance": 0.6, "tags": ("achievement",)}
    return rule(pattern, form, **{**usual, **options})


def planned(pattern: str, form: str, **options: object) -> Rule:
    """Return a rule of something that is coming: it matters for a month."""
    usual = {"kind": MemoryKind.CHAT, "days": 30, "importance": 0.6, "tags": ("plans",)}
    return rule(pattern, form, **{**usual, **options})
