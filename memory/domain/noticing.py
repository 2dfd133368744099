"""What rules notice in people's words about themselves, in English and Russian. Pure; a model notices more.

Only plain first-person statements count. Questions, wishes, jokes, quotes and what is said about other people are
passed over, and so is whatever `memory.domain.sensitive` names. The rules themselves are `noticing_rules`.
"""

import re
from collections.abc import Iterable, Iterator

from memory.domain.noticing_rules import ENGLISH, RUSSIAN, Rule
from memory.domain.proposals import Proposal, SaidLine, Voice
from memory.domain.ranking import MemoryKind
from memory.domain.sensitive import sensitive_in
from memory.domain.stems import STOP_WORDS, normalise, words

LONGEST_FACT = 60
MOST_A_LINE = 3
_SENTENCE = re.compile(r"[^.!?…\n;]+(?:[.!?…]+|\n|;|$)")
_QUOTE = re.compile(r"[\"«“„].*?[\"»”]|^>.*$|\*[^*]+\*", re.MULTILINE)
_NOT_MEANT = re.compile(
    r"\b(?:if|wish|imagine|pretend|would|wouldn't|could|should|maybe|might|jk|kidding|sarcasm|unless|hypothetically|lyrics|"
    r"says|said|told|ignore|like to think|roleplay|in the game|in-game|my character|"
    r"если|бы|б|представь\w*|допустим|наверно\w*|может|шучу|шутка|сарказм|якобы|говорят|говорит|игнорируй|сказал\w*|"
    r"типа|в игре|мой персонаж|мой перс|будто)\b|/s\b|\(c\)|♪",
    re.IGNORECASE,
)
_EMPTY = """
future past moon mars hell heaven void internet matrix dead sparta мимо будущего будущем прошлого аду луны it this
that you u ya him her them us me everything everyone all how when what when's your ur yours to seeing these those
the my something nothing anything someone here there one ones way so too much more lot chat stream streams vibes
song part bit game guys lol same being watching doing это этот эту эти тебя тебе вас вам его ее их все всех всё как
когда что чтоб чтобы твой твою твои ваш ваши свой себя так тут там сюда стрим стримы чат чё че момент момента
"""
_EMPTY_OBJECT = frozenset(_EMPTY.split())
_EMPTY_END = re.compile(
    r"(?:\s+(?:so much|very much|a lot|too|though|tbh|btw|lol|lmao|haha+|xd|please|now|right now|rn|today|again|here|"
    r"really|actually|honestly|chat|guys|mira|мира|очень|сильно|кстати|вообще|если честно|хах\w*|лол|сейчас|сегодня|"
    r"тоже|прям|же|просто|мира|больше всего))+$",
    re.IGNORECASE,
)


def notice(line: SaidLine, language: str) -> list[Proposal]:
    """Return what somebody states about themselves, as short sentences in their language.

    Args:
        line: What was said; only viewers and the streamer are listened to.
        language: BCP 47 tag of the stream; decides which rules run first, all of them run.
    """
    if line.voice not in {Voice.VIEWER, Voice.STREAMER} or not line.name.strip():
        return []
    rules = (*RUSSIAN, *ENGLISH) if language == "ru" else (*ENGLISH, *RUSSIAN)
    found: dict[str, Proposal] = {}
    for sentence in _sentences(line.text):
        for proposal in _noticed(sentence, line, rules):
            found.setdefault(proposal.text.casefold(), proposal)
    return list(found.values())[:MOST_A_LINE]


def _sentences(text: str) -> Iterator[str]:
    """Yield what is stated: no questions, quotes, wishes or jokes."""
    plain = _QUOTE.sub(" ", text.replace("’", "'"))
    if _NOT_MEANT.search(plain) and re.search(r"\b(?:jk|kidding|шучу|шутка)\b|/s\b", plain, re.IGNORECASE):
        return
    for match in _SENTENCE.finditer(plain):
        sentence = match.group(0).strip()
        if sentence and "?" not in sentence and not _NOT_MEANT.search(sentence):
            yield sentence


def _noticed(sentence: str, line: SaidLine, rules: Iterable[Rule]) -> Iterator[Proposal]:
    for rule in rules:
        for match in rule.pattern.finditer(sentence):
            parts = [_EMPTY_END.sub("", part.strip(" '-")).strip() for part in match.groups() if part is not None]
            if not _tells(rule, parts) or sensitive_in(sentence):
                continue
            named = rule.named(parts)
            yield Proposal(
                text=rule.form.format(*named, name=line.name),
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
            return


def _tells(rule: Rule, parts: list[str]) -> bool:
    """Tell whether what was caught says something: a few words, the last of them no mere filler."""
    if not parts or not parts[0] or sum(map(len, parts)) > LONGEST_FACT:
        return False
    if rule.is_end:
        return True
    caught = words(parts[-1])
    if not caught or len(caught) > rule.most_words:
        return False
    if caught[0] in _EMPTY_OBJECT or all(word in STOP_WORDS or word in _EMPTY_OBJECT for word in caught):
        return False
    return not rule.is_name or parts[-1][0].isupper() or len(caught) == 1
