"""The queue as triage sees it: the order in which what waits would be answered, and what holds each back. Pure."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from streams.domain.ranks import Rank
from streams.domain.triage import (
    Candidate,
    Disposition,
    Reason,
    TriagePolicy,
    TriageState,
    by_preference,
    chatter_from,
    eligible,
    without_crowd,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event stands in the queue.

    Attributes:
        candidate: The event.
        rank: Its class.
        eligible_at: From when it may be answered; `now` when nothing holds it back.
        expires_at: When it will be too old.
        held_by: What holds it back until `eligible_at`, or None.
    """

    candidate: Candidate
    rank: Rank
    eligible_at: dt.datetime
    expires_at: dt.datetime
    held_by: Reason | None


def line_up(events: Sequence[Candidate], state: TriageState, policy: TriagePolicy, now: dt.datetime) -> list[Place]:
    """Return what waits in the order `choose` would take it, if nothing else came; what it would end is left out.

    Takes the same arguments as `choose`.
    """
    ends: dict[uuid.UUID, Disposition] = {}
    waiting = without_crowd(by_preference(events, state, policy, now, ends), policy, ends)
    chatter_at = chatter_from(state, policy)
    return [
        Place(
            candidate=one.candidate,
            rank=one.rank,
            eligible_at=one.eligible_at,
            expires_at=one.expires_at,
            held_by=eligible(one, state, policy, chatter_at)[1] if one.eligible_at > now else None,
        )
        for one in sorted(waiting, key=lambda one: max(one.eligible_at, now))
    ]
