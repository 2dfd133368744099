"""What comes in from the world: one shape for chat, donations, raids, games and the microphone."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class EventKind(StrEnum):
    """Kinds of event, from any platform."""

    CHAT = "chat"
    SPEECH = "speech"
    DIRECT = "direct"
    DONATION = "donation"
    SUBSCRIPTION = "subscription"
    GIFT = "gift"
    RAID = "raid"
    FOLLOW = "follow"
    REDEMPTION = "redemption"
    VICTORY = "victory"
    DEFEAT = "defeat"
    TROUBLE = "trouble"
    SILENCE = "silence"
    DIRECTOR_SAY = "director_say"
    """Words the team puts into the character's mouth: spoken as they stand, never answered."""
    CUE = "cue"
    """A character's own turn: it answers another one, or the scene goes on. Made by the house, never sent in."""


HOUSE_KINDS = frozenset({EventKind.DIRECTOR_SAY, EventKind.CUE})
"""What the house makes itself: no platform and no program sends it in."""
DIRECTOR, CUES, NARRATION = "director", "cast", "narration"
"""The platforms of the team's words, of cues and of what is narrated."""
HOUSE_PLATFORMS = frozenset({DIRECTOR, CUES, NARRATION})
"""Where what the house makes comes from; what is sent in comes from elsewhere."""


class EventState(StrEnum):
    """Life of an accepted event: three open states, then exactly one terminal state."""

    WAITING = "waiting"
    TAKEN = "taken"
    HELD = "held"
    """It, or the answer to it, waits for a person."""
    ANSWERED = "answered"
    FOLDED = "folded"
    PASSED_OVER = "passed_over"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class IncomingEvent:
    """One thing that happened, as a link, a dock or the REST entrance hands it over.

    Attributes:
        platform: "twitch", "youtube", "dock", "api", …; 1 to 32 characters.
        platform_id: The platform's id of this event; duplicates of (platform, platform_id) vanish. 1 to 128 characters.
        kind: What it is.
        author_id: The platform's id of the person, or "" when nobody did it.
        author_name: The name the person shows, or "".
        text: What was said, at most 2,000 characters.
        amount: Money or bits for donations, else None.
        currency: Unit of `amount`: ISO 4217 code or "bits".
        is_mention: The character was addressed by name.
        happened_at: When it happened there; aware UTC.
    """

    platform: str
    platform_id: str
    kind: EventKind
    happened_at: dt.datetime
    author_id: str = ""
    author_name: str = ""
    text: str = ""
    amount: Decimal | None = None
    currency: str = ""
    is_mention: bool = False
