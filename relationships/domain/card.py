"""The viewer card: what the character knows about whom it answers, in fewer than 200 tokens.

Owns the wording in English, Russian and Chinese, and what is left out first. It must not decide what is true or move a
score. Lines hold words of viewers, so the prompt fences the card as data (`personas.domain.quoting`).

What is never to be mentioned is not on the card: what a model is not told, nobody can talk it into telling. Everything
else that mentions it is left out with it. Topics to steer clear of are told, as they cannot be avoided unknown.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from personas.domain.quoting import plain
from personas.domain.tokens import ESTIMATE, TokenCounter
from relationships.domain.mood import Mood
from relationships.domain.secrets import mentions, secrets_of

BUDGET_TOKENS = 200
MOST_FACTS = 4
MOST_NOTES = 3
NAME_LENGTH = 40
AVOID_LENGTH = 60
LINE_LENGTH = 160
MOST_FORMER_NAMES = 2
AWAY_DAYS = 14
"""A shorter absence is not worth a word."""


class Line(StrEnum):
    """The lines of a card, dearest first."""

    NAME = "name"
    BOND = "bond"
    AVOID = "avoid"
    NOTE = "note"
    FACT = "fact"
    PROMISE = "promise"
    TAGS = "tags"
    MOOD = "mood"


@dataclass(frozen=True, slots=True)
class ViewerCard:
    """What is known about a viewer.

    Attributes:
        name: The name shown now.
        former_names: Names used before, latest first.
        affinity: 0 to 100.
        trust: 0 to 100.
        familiarity: 0 to 100.
        loyalty: 0 to 100.
        warmth: 0 to 1, cooled to now (`relationships.domain.scoring.cool`).
        scars: How often trust was broken.
        is_first_time: This is the first thing they say here.
        days_away: Days since they were last here, or None when unknown or today.
        never: Things never to be mentioned to or about them; not told, and nothing that mentions them is.
        avoid: Topics to steer clear of, the most important first; told.
        notes: What the team wrote about them, the most important first.
        facts: What is remembered about them, the most important first.
        promise: What the character promised them, or "".
        tags: The team's labels.
        mood: How the character feels today, or None.
    """

    name: str
    former_names: tuple[str, ...] = ()
    affinity: float = 0.0
    trust: float = 20.0
    familiarity: float = 0.0
    loyalty: float = 0.0
    warmth: float = 0.5
    scars: int = 0
    is_first_time: bool = False
    days_away: int | None = None
    never: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    promise: str = ""
    tags: tuple[str, ...] = ()
    mood: Mood | None = None


@dataclass(frozen=True, slots=True)
class RenderedCard:
    """A card as the model sees it.

    Attributes:
        text: Its lines.
        tokens: What it takes.
        kept: Which lines are in it, in order.
        dropped: Which lines did not fit.
        counted_by: Whose tokens these are (`TokenCounter.name`).
    """

    text: str
    tokens: int
    kept: tuple[Line, ...]
    dropped: tuple[Line, ...]
    counted_by: str


def render(
    card: ViewerCard, *, language: str = "en", counter: TokenCounter = ESTIMATE, budget: int = BUDGET_TOKENS
) -> RenderedCard:
    """Render a card in fewer than `budget` tokens.

    Lines are taken by importance; one that does not fit is left out, and shorter ones after it still may fit. Should a
    topic to steer clear of not fit, nothing that could lead to it is told either.

    Args:
        card: What is known.
        language: BCP 47 tag of the words; languages other than "ru" and "zh" give English.
        counter: How tokens are counted; the target model's where there is one.
        budget: The card stays below so many tokens.
    """
    words = _WORDS.get(language.partition("-")[0].lower(), _ENGLISH)
    kept: list[Line] = []
    dropped: list[Line] = []
    text = ""
    for line, wanted in _lines(_discreet(card), words):
        longer = f"{text}\n{wanted}" if text else wanted
        is_safe = Line.AVOID not in dropped or line is Line.AVOID
        if is_safe and counter.count(longer) < budget:
            text = longer
            kept.append(line)
        else:
            dropped.append(line)
    return RenderedCard(text, counter.count(text), tuple(kept), tuple(dropped), counter.name)


@dataclass(frozen=True, slots=True)
class _Words:
    """A language: words before a colon, and words for what the scores mean, from low to high."""

    name: str
    formerly: str
    bond: str
    avoid: str
    note: str
    fact: str
    promise: str
    tags: str
    mood: str
    moods: dict[Mood, str]
    first_time: str
    closeness: tuple[str, ...]
    warmth: tuple[str, ...]
    trust: tuple[str, ...]
    loyalty: tuple[str, ...]
    scars: str
    away: str
    comma: str = ", "
    colon: str = ": "


def _discreet(card: ViewerCard) -> ViewerCard:
    """Return the card without anything that mentions what is never to be mentioned."""
    secrets = secrets_of(card.never)
    if not secrets:
        return card

    def kept(texts: Sequence[str]) -> tuple[str, ...]:
        return tuple(text for text in texts if not mentions(text, secrets))

    return replace(
        card,
        former_names=kept(card.former_names),
        avoid=kept(card.avoid),
        notes=kept(card.notes),
        facts=kept(card.facts),
        promise="".join(kept((card.promise,))),
        tags=kept(card.tags),
    )


def _lines(card: ViewerCard, words: _Words) -> list[tuple[Line, str]]:
    """Return the lines of a card, dearest first."""
    name = plain(card.name, NAME_LENGTH)
    former = [plain(one, NAME_LENGTH) for one in card.former_names[:MOST_FORMER_NAMES]]
    if former:
        name += f" ({words.formerly} {words.comma.join(former)})"
    lines = [(Line.NAME, words.name + words.colon + name)] if name else []
    lines.append((Line.BOND, words.bond + words.colon + _bond(card, words)))
    lines += _each(Line.AVOID, words.avoid + words.colon, card.avoid, AVOID_LENGTH)
    lines += _each(Line.NOTE, words.note + words.colon, card.notes[:MOST_NOTES], LINE_LENGTH)
    lines += _each(Line.FACT, words.fact + words.colon, card.facts[:MOST_FACTS], LINE_LENGTH)
    lines += _each(Line.PROMISE, words.promise + words.colon, (card.promise,), LINE_LENGTH)
    lines += _each(Line.TAGS, words.tags + words.colon, (words.comma.join(card.tags),), LINE_LENGTH)
    mood = words.moods[card.mood] if card.mood else ""
    return lines + _each(Line.MOOD, words.mood + words.colon, (mood,), LINE_LENGTH)


def _each(line: Line, head: str, texts: Sequence[str], length: int) -> list[tuple[Line, str]]:
    return [(line, head + told) for text in texts if (told := plain(text, length))]


def _bond(card: ViewerCard, words: _Words) -> str:
    """Return the scores in words."""
    closeness = 0.6 * card.affinity + 0.4 * card.familiarity
    told = [
        words.first_time if card.is_first_time else words.closeness[_step(closeness, (5, 15, 35, 60))],
        words.warmth[_step(card.warmth, (0.15, 0.35, 0.7))],
        words.trust[_step(card.trust, (10, 50))],
        words.loyalty[_step(card.loyalty, (10, 50))],
        words.scars if card.scars else "",
        words.away.format(days=card.days_away) if card.days_away is not None and card.days_away >= AWAY_DAYS else "",
    ]
    return words.comma.join(word for word in told if word)


def _step(value: float, bounds: Sequence[float]) -> int:
    """Return how many of the rising bounds `value` has reached."""
    return bisect_right(bounds, value)


_ENGLISH = _Words(
    name="Name",
    formerly="was called",
    bond="Bond",
    avoid="Steer clear of",
    note="Note",
    fact="Known",
    promise="You promised",
    tags="Tags",
    mood="Your mood today",
    moods={
        Mood.SUNNY: "cheerful",
        Mood.CALM: "calm",
        Mood.PLAYFUL: "playful",
        Mood.CURIOUS: "curious",
        Mood.DREAMY: "dreamy",
        Mood.SLEEPY: "a little sleepy",
        Mood.RESTLESS: "restless",
    },
    first_time="newcomer, first message ever",
    closeness=("stranger", "acquaintance", "regular", "friend", "close friend"),
    warmth=("cool mood", "", "warm mood", "very warm mood"),
    trust=("not to be trusted", "", "trusted"),
    loyalty=("", "supporter", "most loyal supporter"),
    scars="has broken the rules before",
    away="back after {days} days",
)
_RUSSIAN = _Words(
    name="Имя",
    formerly="прежде",
    bond="Связь",
    avoid="Не заводить речь",
    note="Заметка",
    fact="Известно",
    promise="Обещано",
    tags="Метки",
    mood="Твоё настроение сегодня",
    moods={
        Mood.SUNNY: "радостное",
        Mood.CALM: "спокойное",
        Mood.PLAYFUL: "игривое",
        Mood.CURIOUS: "любопытное",
        Mood.DREAMY: "мечтательное",
        Mood.SLEEPY: "немного сонное",
        Mood.RESTLESS: "беспокойное",
    },
    first_time="новичок, первое сообщение",
    closeness=("незнакомец", "знакомый", "завсегдатай", "друг", "близкий друг"),
    warmth=("прохладно", "", "тепло", "очень тепло"),
    trust=("не доверять", "", "можно доверять"),
    loyalty=("", "поддерживает канал", "преданный зритель"),
    scars="бывали нарушения правил",
    away="после {days} дн. отсутствия",
)
_CHINESE = _Words(
    name="名字",
    formerly="曾用名",
    bond="关系",
    avoid="避免话题",
    note="备注",
    fact="已知",
    promise="你答应过",
    tags="标签",
    mood="你今天的心情",
    moods={
        Mood.SUNNY: "开朗",
        Mood.CALM: "平静",
        Mood.PLAYFUL: "爱玩",
        Mood.CURIOUS: "好奇",
        Mood.DREAMY: "爱幻想",
        Mood.SLEEPY: "有点困",
        Mood.RESTLESS: "坐不住",
    },
    first_time="新人，第一次发言",
    closeness=("陌生人", "认识的人", "常客", "朋友", "好朋友"),
    warmth=("气氛冷淡", "", "气氛温暖", "气氛非常温暖"),
    trust=("不可信任", "", "可以信任"),
    loyalty=("", "支持者", "最忠实的支持者"),
    scars="曾经违规",
    away="{days}天没来了",
    comma="，",
    colon="：",
)
_WORDS = {"en": _ENGLISH, "ru": _RUSSIAN, "zh": _CHINESE}
