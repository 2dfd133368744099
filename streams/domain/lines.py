"""A line of the live transcript, as docks show it. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from vtcontrol.kernel.events import EventKind

TOLD_MOST = 20
ChangedT = TypeVar("ChangedT")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what a viewer wrote, or what the character answers.

    Attributes:
        id: Id of the event, or of the turn.
        turn: The turn that answers it, or that it is.
        at: When it came in or began; aware.
        who: "viewer", "character", "system" or "director".
        name: Shown name.
        text: The words so far.
        status: State of the event or the turn.
        reason: Why it ended so, as a code, or "".
        emotion: The character's feeling, or "".
        heard_ms: Milliseconds that were heard, or None while unknown.
        viewer: Who wrote it, if we know the person.
        is_pinned: It waits, and a person of the team asked for it to be answered next.
        decided_by: Who approved or rejected it, by name, or "".
    """

    id: UUID
    at: dt.datetime
    who: str
    name: str
    text: str
    status: str
    turn: UUID | None = None
    reason: str = ""
    emotion: str = ""
    heard_ms: int | None = None
    viewer: UUID | None = None
    is_pinned: bool = False
    decided_by: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the line for a socket or REST answer."""
        return asdict(self) | {
            "id": str(self.id),
            "turn": str(self.turn) if self.turn else None,
            "at": self.at.isoformat(),
            "viewer": str(self.viewer) if self.viewer else None,
        }


def amount_words(amount: Decimal | None, currency: str) -> str:
    """Return what was given as people write it, "5 EUR"; "" for nothing."""
    return f"{amount.normalize():f} {currency}".strip() if amount is not None else ""


def speaker_of(kind: str, author_name: str) -> str:
    """Return `Line.who` of an event."""
    if kind == EventKind.DIRECTOR_SAY:
        return "director"
    return "viewer" if author_name else "system"


def told_of(changed: Sequence[ChangedT], *, is_all: bool = True) -> tuple[Sequence[ChangedT], bool]:
    """Return those changes that docks are told one by one, and whether there are others.

    The version then counts one more: docks that see the gap fetch everything.

    Args:
        changed: Lines, or their rows, oldest first.
        is_all: Nothing else did.
    """
    told = changed[-TOLD_MOST:]
    return told, not is_all or len(changed) > len(told)


def line_frames(version: int, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return one frame a line; `version` is the state's version after the last."""
    first = version - len(lines) + 1
    return [{"type": "line", "version": first + place, "line": line.as_json()} for place, line in enumerate(lines)]
