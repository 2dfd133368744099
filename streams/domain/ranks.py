"""Classes of events: how dear each is to triage, by its kind and by what it says. Pure."""

import re
from enum import IntEnum

from vtcontrol.kernel.events import EventKind


class Rank(IntEnum):
    """Classes of events; the higher is answered first."""

    SILENCE = 10
    CHATTER = 20
    QUESTION = 30
    NEWCOMER = 40
    HAPPENING = 50
    CUE = 55
    SPEECH = 60
    DIRECT = 70
    SUPPORT = 80
    DIRECTOR = 90


def rank(kind: EventKind, text: str = "", *, is_mention: bool = False, is_first: bool = False) -> Rank:
    """Return the class of an event; the inbox stores it, so that a flood can be read best first."""
    if kind is not EventKind.CHAT:
        return _RANKS[kind]
    if is_mention:
        return Rank.DIRECT
    if is_first:
        return Rank.NEWCOMER
    return Rank.QUESTION if is_question(text) else Rank.CHATTER


def is_question(text: str) -> bool:
    """Return whether a message asks something, by its marks and its first word."""
    return _QUESTION.search(text) is not None


_RANKS = {
    EventKind.SPEECH: Rank.SPEECH,
    EventKind.DIRECT: Rank.DIRECT,
    EventKind.DONATION: Rank.SUPPORT,
    EventKind.SUBSCRIPTION: Rank.SUPPORT,
    EventKind.GIFT: Rank.SUPPORT,
    EventKind.RAID: Rank.SUPPORT,
    EventKind.FOLLOW: Rank.NEWCOMER,
    EventKind.REDEMPTION: Rank.DIRECT,
    EventKind.VICTORY: Rank.HAPPENING,
    EventKind.DEFEAT: Rank.HAPPENING,
    EventKind.TROUBLE: Rank.HAPPENING,
    EventKind.SILENCE: Rank.SILENCE,
    EventKind.DIRECTOR_SAY: Rank.DIRECTOR,
    EventKind.CUE: Rank.CUE,
}
_QUESTION = re.compile(
    r"[?？؟]|^\W*(?:who|what|when|where|why|how|which|whose|do|does|did|can|could|will|would|is|are|am|should|have|has"
    r"|кто|что|где|когда|почему|зачем|как|какой|какая|какие|сколько|куда|откуда|чей|разве|неужели|можно|можешь"
    r"|знаешь|будешь|есть ли)\b|吗|呢|什么|怎么|为什么|谁",
    re.IGNORECASE,
)
