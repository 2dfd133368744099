"""What rules notice in people's words about themselves, in English and Russian. Pure; a model notices more.

Only plain statements of the first person count, their "I" said or left out as chat leaves it out. Questions, wishes,
jokes, quotes, games and what is said about other people are passed over, and so is whatever `memory.domain.sensitive`
names. The rules are `noticing_english` and `noticing_russian`, what they must not believe is `noticing_guards`.
"""

import re
from collections.abc import Iterable, Iterator

from memory.domain.noticing_english import ENGLISH
from memory.domain.noticing_guards import (
    ASKS,
    EMPTY_END,
    EMPTY_OBJECT,
    FIRST_PERSON,
    JOKE,
    NO_NAME,
    NO_PLACE,
    NOT_MEANT,
    OTHERS,
    PLACE_STARTS,
    QUOTE,
    SHOUTED,
    TAG,
)
from memory.domain.noticing_rules import Rule
from memory.domain.noticing_russian import RUSSIAN
from memory.domain.proposals import Proposal, SaidLine, Voice
from memory.domain.ranking import MemoryKind
from memory.domain.sensitive import sensitive_in
from memory.domain.stems import STOP_WORDS, normalise, words

LONGEST_FACT = 60
MOST_A_LINE = 3
MOST_READ = 500
"""Characters of a line that are read; platforms let viewers type no more, and rules take time by length."""

_SENTENCE = re.compile(r"[^.!?…\n;]+(?:[.!?…]+|\n|;|$)|[.!?…]+")
_LATIN = re.compile("[a-z]", re.IGNORECASE)
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def get_ready() -> None:
    """Compile every rule, before the first line needs them."""
    for one in (*ENGLISH, *RUSSIAN):
        one.pattern.match("")


def notice(line: SaidLine, language: str) -> list[Proposal]:
    """Return what somebody states about themselves, as short sentences in their language.

    Args:
        line: What was said; only viewers and the streamer are listened to.
        language: BCP 47 tag of the stream; decides which rules run first, all of them run.
    """
    if line.voice not in {Voice.VIEWER, Voice.STREAMER} or not line.name.strip():
        return []
    text = line.text[:MOST_READ].replace("’", "'").strip()
    if text.startswith("!") or " " not in text:
        return []
    rules = _rules(text, language)
    found: dict[str, Proposal] = {}
    for sentence, before in _sentences(text):
        for proposal in _noticed(sentence, before, line, rules):
            found.setdefault(proposal.text.casefold(), proposal)
    return list(found.values())[:MOST_A_LINE]


def _rules(text: str, language: str) -> tuple[Rule, ...]:
    """Return the rules of the languages whose letters stand in the text."""
    english = ENGLISH if _LATIN.search(text) else ()
    russian = RUSSIAN if _CYRILLIC.search(text) else ()
    return (*russian, *english) if language == "ru" else (*english, *russian)


def _sentences(text: str) -> Iterator[tuple[str, str]]:
    """Yield what is stated, no questions, quotes, wishes or jokes; and what of the line goes before it."""
    plain = QUOTE.sub(" ", text)
    if JOKE.search(plain):
        return
    sentences = [(match.group(0).strip(), match.start()) for match in _SENTENCE.finditer(plain)]
    longer = [sentence.casefold() for sentence, _start in sentences if len(sentence) > len("ok chat!!!")]
    if len(longer) != len(set(longer)):
        return
    for sentence, start in sentences:
        stated = _stated(sentence)
        if " " in stated and not NOT_MEANT.search(stated) and not SHOUTED.search(stated):
            yield stated, plain[:start]


def _stated(sentence: str) -> str:
    """Return a sentence without the question at its end; nothing of one that asks from the start."""
    if "?" not in sentence:
        return sentence
    statement, _comma, question = sentence.rpartition(",")
    asks = ASKS.match(sentence) or TAG.fullmatch(question.strip(" ?!"))
    return "" if asks or "?" in statement else statement


def _noticed(sentence: str, before: str, line: SaidLine, rules: Iterable[Rule]) -> Iterator[Proposal]:
    """Yield what the rules find in a sentence, every stretch of it told once and every topic once."""
    told: list[tuple[int, int]] = []
    topics: set[tuple[str, ...]] = set()
    for rule in rules:
        topic = rule.tags[:1]
        for match in rule.pattern.finditer(sentence):
            start, end = match.span()
            if topic in topics or any(start < late and early < end for early, late in told):
                continue
            parts = [EMPTY_END.sub("", part.strip(" '-")).strip() for part in match.groups() if part is not None]
            if not _tells(rule, parts) or not _is_own(match, before) or sensitive_in(sentence):
                continue
            told.append((start, end))
            if topic:
                topics.add(topic)
            yield _proposal(rule, parts, line)
            break


def _proposal(rule: Rule, parts: list[str], line: SaidLine) -> Proposal:
    return Proposal(
        text=rule.form.format(*rule.named(parts), name=line.name),
        kind=rule.kind,
        cites=(line.id,),
        slot=rule.slot.format(*(normalise(part).replace(" ", "_") for part in parts))[:80],
        is_end=rule.is_end,
        importance=rule.importance,
        confidence=0.35 if rule.kind is MemoryKind.THIRD_PARTY else 0.7,
        emotion=rule.emotion,
        tags=rule.tags,
        days=rule.days,
    )


def _is_own(match: re.Match[str], before: str) -> bool:
    """Tell whether a statement is the speaker's: it says so, or leaves out who and nobody was named before."""
    if FIRST_PERSON.search(match.group(0)):
        return True
    return OTHERS.search(before) is None and OTHERS.search(match.string, 0, match.start()) is None


def _tells(rule: Rule, parts: list[str]) -> bool:
    """Tell whether what was caught says something: a few words that are no mere filler and that the rule wants."""
    if not parts or not parts[0] or sum(map(len, parts)) > LONGEST_FACT:
        return False
    if rule.is_end:
        return True
    telling = parts[0] if rule.is_place else parts[-1]
    caught = words(telling)
    if not caught or len(caught) > rule.most_words or not rule.refused.isdisjoint(caught):
        return False
    if not rule.is_listed and _is_filler(caught):
        return False
    if rule.is_name and (caught[0] in NO_NAME or not (telling[0].isupper() or len(caught) == 1)):
        return False
    return not rule.is_place or _is_place(telling, caught)


def _is_filler(caught: list[str]) -> bool:
    return caught[0] in EMPTY_OBJECT or all(word in STOP_WORDS or word in EMPTY_OBJECT for word in caught)


def _is_place(telling: str, caught: list[str]) -> bool:
    """Tell whether a catch may be a place: nothing chat jokes with, and one word unless it is written as a name."""
    if caught[0] in NO_PLACE or any(character.isdigit() for character in telling):
        return False
    return len(caught) == 1 or telling[0].isupper() or caught[0] in PLACE_STARTS
