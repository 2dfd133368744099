"""What became of a held line, in one word for programs. Pure; the rules of deciding are `streams.domain.approval`."""

from enum import StrEnum

from streams.domain.approval import UNDECIDED, HeldState


class Decision(StrEnum):
    """What was decided, or what decided itself."""

    APPROVED = "approved"
    EDITED = "edited"
    REJECTED = "rejected"
    TIMED_OUT = "timed_out"
    GIVEN_UP = "given_up"
    CANCELLED = "cancelled"


def decision_of(state: str, reason: str, *, is_edited: bool) -> Decision | None:
    """Return the decision on a line, or None while it is held.

    Args:
        state: State of the line.
        reason: Why it ended, as a code.
        is_edited: Its words were changed.
    """
    if state == HeldState.HELD:
        return None
    if state == HeldState.EXPIRED:
        return Decision.TIMED_OUT if reason == UNDECIDED else Decision.GIVEN_UP
    if state == HeldState.APPROVED and is_edited:
        return Decision.EDITED
    return Decision(state)
