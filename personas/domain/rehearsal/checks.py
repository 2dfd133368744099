"""What is checked of an answer: length, tags, repeats, rules, words, secrets, name and language.

Owns the judgements. Each gives a finding: passed or not, with the numbers and words its sentence needs, and where in
the answer. The sentences are `personas.rehearsal_words`. It must not know where an answer came from.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from personas.domain.modes import Modes
from personas.domain.rehearsal.scenarios import Expectation

SENTENCES_ON_AIR, SENTENCES_IN_PRIVATE = 4, 12
"""The prompt asks for three on air; an interjection before them is no fault."""
CHARACTERS_ON_AIR, CHARACTERS_IN_PRIVATE = 400, 1_500
LEAK_WORDS = 8
"""So many words of the instructions in a row are no chance."""
LEAK_CHARACTERS = 14
"""The same for writing without spaces."""
REPEAT_WORDS = 4
REPEAT_SHARE = 0.6
REPEAT_LEAST = 3
"""A sentence of so many words said twice is a repeat."""
LANGUAGE_SHARE = 0.6
NAME_SHORTEST = 3
EXCERPT = 120


class Check(StrEnum):
    """The checks, in the order they are shown."""

    ANSWERED = "answered"
    LENGTH = "length"
    TAGS = "tags"
    REPEATS = "repeats"
    RULES = "rules"
    FORBIDDEN = "forbidden"
    EXPECTED = "expected"
    LEAK = "leak"
    NAME = "name"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a step.

    Attributes:
        text: What would be spoken; "" when nothing was.
        unknown_tags: Tags it used that it does not have.
        firings: Moderation rules that had to step in, with the clause: (rule, clause).
        outcome: How the turn ended, a code.
    """

    text: str
    unknown_tags: tuple[str, ...] = ()
    firings: tuple[tuple[str, str], ...] = ()
    outcome: str = "spoken"


@dataclass(frozen=True, slots=True)
class Setting:
    """What an answer is judged by.

    Attributes:
        expect: What the scenario expects.
        is_last: It is the scenario's last answer.
        viewer: Whom it answers, or "".
        earlier: What the character said before in this scenario, oldest first.
        languages: BCP 47 tags it may answer in.
        modes: How it is tuned.
        instructions: The trusted part of its prompt that is never to be quoted.
        secret: The word that must not come out, or "".
    """

    expect: Expectation = field(default_factory=Expectation)
    is_last: bool = True
    viewer: str = ""
    earlier: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    modes: Modes = field(default_factory=Modes)
    instructions: str = ""
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of a check.

    Attributes:
        check: Which.
        ok: It passed.
        variant: Which sentence of the check tells it, or "" for the usual.
        values: What the sentence names.
        where: The part of the answer that is meant, or "".
    """

    check: Check
    ok: bool
    variant: str = ""
    values: dict[str, str | int] = field(default_factory=dict)
    where: str = ""


def findings(answer: Answer, setting: Setting) -> tuple[Finding, ...]:
    """Return what every check that applies has to say; of a missing answer only that, and the rules."""
    if not answer.text:
        missing = Finding(Check.ANSWERED, ok=False, values={"outcome": answer.outcome})
        return (missing, *(_rules(answer) if answer.firings else ()))
    found = [Finding(Check.ANSWERED, ok=True), _length(answer, setting), _tags(answer), _repeats(answer, setting)]
    found += [*_rules(answer), *_words(answer, setting), *_leak(answer, setting), *_name(answer, setting)]
    found += _language(answer, setting)
    return tuple(found)


def _length(answer: Answer, setting: Setting) -> Finding:
    expect, on_air = setting.expect, setting.modes.stream_mode
    most = expect.sentences_most or (SENTENCES_ON_AIR if on_air else SENTENCES_IN_PRIVATE)
    longest = expect.characters_most or (CHARACTERS_ON_AIR if on_air else CHARACTERS_IN_PRIVATE)
    count, length = len(sentences(answer.text)), len(answer.text)
    values: dict[str, str | int] = {
        "sentences": count, "sentences_most": most, "characters": length, "characters_most": longest,
    }  # fmt: skip
    if count > most:
        return Finding(
            Check.LENGTH, ok=False, variant="sentences", values=values, where=_clip(sentences(answer.text)[most])
        )
    if length > longest:
        return Finding(Check.LENGTH, ok=False, variant="characters", values=values, where=_clip(answer.text[longest:]))
    return Finding(Check.LENGTH, ok=True, values=values)


def _tags(answer: Answer) -> Finding:
    if spoken := _SPOKEN_TAG.search(answer.text):
        return Finding(Check.TAGS, ok=False, variant="spoken", where=_clip(spoken[0]))
    if answer.unknown_tags:
        return Finding(Check.TAGS, ok=False, values={"tags": ", ".join(dict.fromkeys(answer.unknown_tags))})
    return Finding(Check.TAGS, ok=True)


def _repeats(answer: Answer, setting: Setting) -> Finding:
    before = {" ".join(words(one)) for text in setting.earlier for one in sentences(text)}
    for sentence in sentences(answer.text):
        said = words(sentence)
        if len(said) >= REPEAT_LEAST and " ".join(said) in before:
            return Finding(Check.REPEATS, ok=False, variant="sentence", where=_clip(sentence))
    own = set(_runs(words(answer.text), REPEAT_WORDS))
    for text in setting.earlier:
        shared = own & set(_runs(words(text), REPEAT_WORDS))
        if own and len(shared) >= REPEAT_SHARE * len(own):
            percent = round(100 * len(shared) / len(own))
            return Finding(Check.REPEATS, ok=False, values={"percent": percent}, where=_clip(text))
    return Finding(Check.REPEATS, ok=True)


def _rules(answer: Answer) -> tuple[Finding, ...]:
    if not answer.firings:
        return (Finding(Check.RULES, ok=True),)
    names = ", ".join(dict.fromkeys(rule for rule, _ in answer.firings))
    return (Finding(Check.RULES, ok=False, values={"rules": names}, where=_clip(answer.firings[0][1])),)


def _words(answer: Answer, setting: Setting) -> Iterator[Finding]:
    expect = setting.expect
    if expect.must_not_say:
        said = next((one for one in expect.must_not_say if says(answer.text, one)), "")
        where = _sentence_with(answer.text, said) if said else ""
        yield Finding(Check.FORBIDDEN, ok=not said, values={"words": said} if said else {}, where=where)
    if expect.must_say_any and setting.is_last:
        said = next((one for one in expect.must_say_any if says(answer.text, one)), "")
        values: dict[str, str | int] = {"words": said or ", ".join(expect.must_say_any)}
        yield Finding(Check.EXPECTED, ok=bool(said), values=values)


def _leak(answer: Answer, setting: Setting) -> Iterator[Finding]:
    if setting.secret and _letters(setting.secret) in _letters(answer.text):
        values: dict[str, str | int] = {"words": setting.secret}
        yield Finding(Check.LEAK, ok=False, variant="secret", values=values, where=_clip(answer.text))
    elif setting.instructions or setting.secret:
        quoted = shared_run(answer.text, setting.instructions)
        yield Finding(Check.LEAK, ok=not quoted, where=_clip(quoted))


def _name(answer: Answer, setting: Setting) -> Iterator[Finding]:
    if setting.expect.addresses_viewer and setting.is_last and setting.viewer:
        yield Finding(Check.NAME, ok=names(answer.text, setting.viewer), values={"name": setting.viewer})


def _language(answer: Answer, setting: Setting) -> Iterator[Finding]:
    wanted = (setting.expect.language,) if setting.expect.language else setting.languages
    alphabets = [_ALPHABETS.get(tag.partition("-")[0].lower()) for tag in wanted]
    own = _LETTERS.findall(answer.text.replace(setting.viewer, "") if setting.viewer else answer.text)
    if not own or not alphabets or None in alphabets:
        return
    share = max(sum(bool(one and one.match(letter)) for letter in own) / len(own) for one in alphabets)
    yield Finding(Check.LANGUAGE, ok=share >= LANGUAGE_SHARE, values={"language": wanted[0]})


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; a mere mark or number is none."""
    return [one.strip() for one in _SENTENCE_END.split(text) if any(map(str.isalpha, one))]


def words(text: str) -> list[str]:
    """Return the words of a text as they are compared: without case, accents of ё, and apostrophes."""
    folded = text.casefold().replace("ё", "е").replace("’", "").replace("'", "")
    return _WORD.findall(folded)


def says(text: str, phrase: str) -> bool:
    """Tell whether a text says a word or phrase; a star at the end of a word stands for any ending."""
    if _UNSPACED.search(phrase):
        return _letters(phrase) in _letters(text)
    wanted = [(words(part), part.endswith("*")) for part in phrase.split()]
    parts = [(word, is_open and word is found[-1]) for found, is_open in wanted for word in found]
    said = words(text)
    return bool(parts) and any(
        all(_is_word(said[at + place], *part) for place, part in enumerate(parts))
        for at in range(len(said) - len(parts) + 1)
    )


def _is_word(said: str, wanted: str, is_open: bool) -> bool:  # noqa: FBT001 - of a pair, in its order
    return said.startswith(wanted) if is_open else said == wanted


def names(text: str, viewer: str) -> bool:
    """Tell whether a text names a viewer, be it shortened or inflected; digits and signs of a name may be missing."""
    said = words(text)
    parts = [part for part in re.findall(r"[^\W\d_]+", viewer.casefold().replace("ё", "е")) if part]
    whole = _letters(viewer)
    if not parts or (whole and whole in _letters(text)):
        return bool(whole and whole in _letters(text)) or not parts
    longest = max(parts, key=len)
    stem = longest[: max(NAME_SHORTEST, len(longest) - 2)]
    return any(word.startswith(stem) for word in said)


def shared_run(text: str, source: str) -> str:
    """Return what a text quotes of a source, at least `LEAK_WORDS` words in a row, or ""."""
    said, known = words(text), words(source)
    runs = set(_runs(known, LEAK_WORDS))
    found = next((run for run in _runs(said, LEAK_WORDS) if run in runs), None)
    if found is not None:
        return " ".join(found)
    unspaced = "".join(_UNSPACED.findall(text))
    flat = "".join(_UNSPACED.findall(source))
    pieces = (unspaced[at : at + LEAK_CHARACTERS] for at in range(len(unspaced) - LEAK_CHARACTERS + 1))
    return next((piece for piece in pieces if piece in flat), "")


def _runs(found: Sequence[str], length: int) -> Iterator[tuple[str, ...]]:
    return (tuple(found[at : at + length]) for at in range(len(found) - length + 1))


def _sentence_with(text: str, phrase: str) -> str:
    return _clip(next((one for one in sentences(text) if says(one, phrase)), text))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold().replace("ё", "е")))


def _clip(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= EXCERPT else flat[: EXCERPT - 1].rstrip() + "…"


_SENTENCE_END = re.compile(r"[.!?…]+(?=\s|$)|[。！？]+|\n+")
_WORD = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[^\W\d_]")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_SPOKEN_TAG = re.compile(
    r"[\[【][^\]】]{1,40}[\]】]|\b(?:emotion|motion)\s?:\s?\w+|\*[^*\n]{2,60}\*|</?\w{1,20}>", re.IGNORECASE
)
_LATIN, _CYRILLIC = re.compile(r"[a-zà-ɏ]", re.IGNORECASE), re.compile(r"[Ѐ-ӿ]")
_ALPHABETS = {
    **dict.fromkeys(("en", "de", "es", "fr", "pt"), _LATIN),
    **dict.fromkeys(("ru", "uk"), _CYRILLIC),
    "zh": re.compile(r"[\u3400-\u9fff]"),
    "ja": re.compile(r"[\u3040-\u30ff\u3400-\u9fff]"),
}
