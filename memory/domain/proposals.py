"""What passes between reading a conversation and remembering something of it. Pure values."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from memory.domain.ranking import MemoryKind


class Voice(StrEnum):
    """Whose words a line is."""

    VIEWER = "viewer"
    CHARACTER = "character"
    STREAMER = "streamer"
    DIRECTOR = "director"


@dataclass(frozen=True, slots=True)
class SaidLine:
    """One utterance, as consolidation reads it.

    Attributes:
        id: The utterance.
        turn_id: Its turn, or None.
        voice: Whose words it is.
        name: Their shown name.
        viewer_id: The viewer, or None for anybody else and for viewers of whom nothing is remembered.
        text: What was said.
        said_at: When; aware.
    """

    id: UUID
    turn_id: UUID | None
    voice: Voice
    name: str
    viewer_id: UUID | None
    text: str
    said_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something that might be remembered. Whoever proposes decides nothing.

    Attributes:
        text: One short sentence in the language it was said in.
        kind: What it is about.
        cites: The utterances it rests on.
        slot: The one question it answers ("home", "pet.cat.name"), or "" for facts that stand beside each other.
        is_end: It says that the slot's answer is no longer true, and has no new one.
        importance: 0 to 1.
        confidence: 0 to 1.
        emotion: A feeling that goes with it, or "".
        tags: Words to find it by in the admin.
        days: Days after which it is forgotten, or None.
    """

    text: str
    kind: MemoryKind
    cites: tuple[UUID, ...]
    slot: str = ""
    is_end: bool = False
    importance: float = 0.5
    confidence: float = 0.6
    emotion: str = ""
    tags: tuple[str, ...] = ()
    days: int | None = None


class Ruling(StrEnum):
    """What becomes of a proposal."""

    ACCEPT = "accept"
    DOUBT = "doubt"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Judged:
    """A proposal and what becomes of it.

    Attributes:
        proposal: As proposed, kind and confidence corrected.
        ruling: Whether it is remembered, waits for people, or is refused.
        reason: Why, as a code; "" for an accepted one.
        viewer_id: Whom it is attached to; None: everybody may hear it.
        evidence: The cited lines.
    """

    proposal: Proposal
    ruling: Ruling
    reason: str = ""
    viewer_id: UUID | None = None
    evidence: tuple[SaidLine, ...] = ()
