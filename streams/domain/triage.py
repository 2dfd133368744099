"""Triage: which of the waiting events is answered next, which wait, and which never will be.

Owns the order of classes, freshness, cooldowns, the budget of plain chatter and the folding of like messages. Pure: the
time and what happened before are arguments, so a decision can be explained and replayed. It must not read the inbox,
and it never judges content: what moderation dropped does not come here.

Every event ends in exactly one way: picked, or disposed of with a reason. As long as `choose` is called again when it
asks to be, nothing waits longer than the time its class stays fresh.
"""

import datetime as dt
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from streams.domain.normalise import fold
from streams.domain.ranks import Rank, rank
from vtcontrol.kernel.events import EventKind, EventState


class Reason(StrEnum):
    """Why an event was not answered by itself. A code: who shows it translates it."""

    STALE = "stale"
    DUPLICATE = "duplicate"
    NEAR_DUPLICATE = "near_duplicate"
    CROWDED = "crowded"
    VIEWER_COOLDOWN = "viewer_cooldown"
    BUDGET = "budget"
    SUPERSEDED = "superseded"
    EMPTY = "empty"
    IGNORED_KIND = "ignored_kind"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event that waits.

    Attributes:
        id: The event.
        kind: What happened.
        received_at: When we accepted it, aware; freshness counts from here.
        viewer: Anything that names the person, the same each time; "" when nobody did it.
        text: What was said.
        is_mention: The character was addressed by name.
        is_first: It is the person's first message here.
        pinned_at: When a person of the team asked for it to be answered next, or None.
    """

    id: uuid.UUID
    kind: EventKind
    received_at: dt.datetime
    viewer: str = ""
    text: str = ""
    is_mention: bool = False
    is_first: bool = False
    pinned_at: dt.datetime | None = None

    @property
    def since(self) -> dt.datetime:
        """From when its freshness counts, and its place among its like."""
        return self.pinned_at or self.received_at


@dataclass(frozen=True, slots=True)
class TriageState:
    """What was answered before.

    Attributes:
        answered_at: When the last answer to anybody ended, or None.
        viewers: When each viewer was last answered, by `Candidate.viewer`.
        chatter: When plain chatter was answered, oldest first; the last minute of it is enough.
        arrivals: How many events came in during the last minute, whatever became of them.
    """

    answered_at: dt.datetime | None = None
    viewers: Mapping[str, dt.datetime] = field(default_factory=dict)
    chatter: tuple[dt.datetime, ...] = ()
    arrivals: int = 0

    def after(self, pick: Candidate, answered_at: dt.datetime) -> "TriageState":
        """Return the state after `pick` was answered; what no rule looks at any more is left out."""
        minute_ago = answered_at - _MINUTE
        hour_ago = answered_at - _HOUR
        viewers = {viewer: at for viewer, at in self.viewers.items() if at > hour_ago}
        if pick.viewer:
            viewers[pick.viewer] = answered_at
        chatter = tuple(at for at in self.chatter if at > minute_ago)
        if rank_of(pick) is Rank.CHATTER:
            chatter = (*chatter, answered_at)
        return replace(self, answered_at=answered_at, viewers=viewers, chatter=chatter)


def _usual_freshness() -> dict[Rank, float]:
    return {
        Rank.DIRECTOR: 600.0,
        Rank.SUPPORT: 600.0,
        Rank.DIRECT: 120.0,
        Rank.SPEECH: 20.0,
        Rank.HAPPENING: 30.0,
        Rank.CUE: 120.0,
        Rank.NEWCOMER: 90.0,
        Rank.QUESTION: 60.0,
        Rank.CHATTER: 30.0,
        Rank.SILENCE: 15.0,
    }


@dataclass(frozen=True, slots=True)
class TriagePolicy:
    """How a stream chooses.

    Attributes:
        fresh_s: Seconds an event of a class stays worth an answer.
        viewer_cooldown_s: Pause before plain talk (chatter, questions, a first message) of the same viewer is answered.
        direct_cooldown_s: The same for being addressed directly.
        stream_gap_s: Pause after any answer before plain talk is answered.
        chatter_per_minute: Answers to plain chatter in any minute of a busy stream.
        quiet_arrivals: A stream with no more arrivals a minute is quiet: everything in it is answered, in order.
        backlog: Plain talk that may wait; the rest is passed over at once.
        support_backlog: The same for support.
        likeness: Share of words two messages must have in common to be answered as one, 0 to 1.
        ignored_kinds: Kinds that are never answered.
    """

    fresh_s: Mapping[Rank, float] = field(default_factory=_usual_freshness)
    viewer_cooldown_s: float = 20.0
    direct_cooldown_s: float = 4.0
    stream_gap_s: float = 1.0
    chatter_per_minute: int = 6
    quiet_arrivals: int = 8
    backlog: int = 24
    support_backlog: int = 200
    likeness: float = 0.8
    ignored_kinds: frozenset[EventKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Disposition:
    """The end of an event that is not answered by itself.

    Attributes:
        event_id: The event.
        state: Its terminal state.
        reason: Why.
    """

    event_id: uuid.UUID
    state: EventState
    reason: Reason


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do now.

    Attributes:
        pick: The event to answer, or None.
        dispositions: Events that have come to their end; everything else goes on waiting.
        wait_until: Without a pick: when to ask again at the latest, or None when nothing waits.
    """

    pick: Candidate | None = None
    dispositions: tuple[Disposition, ...] = ()
    wait_until: dt.datetime | None = None


def choose(events: Sequence[Candidate], state: TriageState, policy: TriagePolicy, now: dt.datetime) -> Decision:
    """Decide what is answered next.

    Higher classes come first. Within a class the oldest comes first, but in a busy stream the newest of questions and
    chatter, which age quickly. What says the same as the pick is folded into it.

    Args:
        events: Everything that waits, ids unique; takes n·log n time.
        state: What was answered before.
        policy: How the stream chooses.
        now: The time; aware.
    """
    ends: dict[uuid.UUID, Disposition] = {}
    waiting = by_preference(events, state, policy, now, ends)
    pick = next((one for one in waiting if one.eligible_at <= now), None)
    if pick is not None:
        waiting.remove(pick)
        waiting = _without_like(waiting, pick.candidate, policy, ends)
    waiting = without_crowd(waiting, policy, ends)
    return Decision(
        pick=pick.candidate if pick else None,
        dispositions=tuple(ends.values()),
        wait_until=None if pick else min((min(one.eligible_at, one.expires_at) for one in waiting), default=None),
    )


def rank_of(candidate: Candidate) -> Rank:
    """Return the class of an event that waits."""
    if candidate.pinned_at is not None:
        return Rank.DIRECTOR
    return rank(candidate.kind, candidate.text, is_mention=candidate.is_mention, is_first=candidate.is_first)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that may be answered from `eligible_at` to before `expires_at`."""

    candidate: Candidate
    rank: Rank
    expires_at: dt.datetime
    eligible_at: dt.datetime


def by_preference(
    events: Sequence[Candidate],
    state: TriageState,
    policy: TriagePolicy,
    now: dt.datetime,
    ends: dict[uuid.UUID, Disposition],
) -> list[Waiting]:
    """Return what is worth an answer, the dearest first, with the time it may be answered from."""
    waiting = _still_wanted(events, policy, now, ends)
    plain = sum(one.rank in _PLAIN for one in waiting)
    is_quiet = max(state.arrivals, plain) <= policy.quiet_arrivals
    waiting.sort(key=lambda one: _preference(one, is_quiet=is_quiet))
    return _with_times(waiting, state, policy, now, ends, is_quiet=is_quiet)


def _still_wanted(
    events: Sequence[Candidate], policy: TriagePolicy, now: dt.datetime, ends: dict[uuid.UUID, Disposition]
) -> list[Waiting]:
    """Return the events that are worth an answer at all; SILENCE only when there is nothing else."""
    fresh = {one: dt.timedelta(seconds=policy.fresh_s[one]) for one in Rank}
    waiting: list[Waiting] = []
    for candidate in events:
        grade = rank_of(candidate)
        expires_at = candidate.since + fresh[grade]
        if candidate.kind in policy.ignored_kinds and grade is not Rank.DIRECTOR:
            _end(ends, candidate, Reason.IGNORED_KIND)
        elif candidate.kind is EventKind.CHAT and not candidate.text.strip():
            _end(ends, candidate, Reason.EMPTY)
        elif expires_at <= now:
            _end(ends, candidate, Reason.STALE)
        else:
            due_at = candidate.received_at if grade is Rank.CUE else now
            waiting.append(Waiting(candidate, grade, expires_at, max(now, due_at)))
    kept = [one for one in waiting if one.rank is not Rank.SILENCE]
    silences = [one for one in waiting if one.rank is Rank.SILENCE]
    if not kept and silences:
        silences.sort(key=lambda one: (one.candidate.received_at, one.candidate.id))
        kept = [silences.pop()]
    for one in silences:
        _end(ends, one.candidate, Reason.SUPERSEDED)
    return kept


def _preference(one: Waiting, *, is_quiet: bool) -> tuple[int, float, uuid.UUID]:
    """Return the sorting key: smaller comes first."""
    at = one.candidate.since.timestamp()
    is_newest_first = not is_quiet and one.rank in {Rank.QUESTION, Rank.CHATTER}
    return -one.rank, -at if is_newest_first else at, one.candidate.id


def _with_times(
    waiting: list[Waiting],
    state: TriageState,
    policy: TriagePolicy,
    now: dt.datetime,
    ends: dict[uuid.UUID, Disposition],
    *,
    is_quiet: bool,
) -> list[Waiting]:
    """Return the events with the time they may be answered from, without those for which it comes too late."""
    if is_quiet:
        return waiting
    timed: list[Waiting] = []
    chatter_at = chatter_from(state, policy)
    for one in waiting:
        eligible_at, reason = eligible(one, state, policy, chatter_at)
        if eligible_at >= one.expires_at:
            _end(ends, one.candidate, reason)
        else:
            timed.append(Waiting(one.candidate, one.rank, one.expires_at, max(now, eligible_at)))
    return timed


def eligible(
    one: Waiting, state: TriageState, policy: TriagePolicy, chatter_at: dt.datetime
) -> tuple[dt.datetime, Reason]:
    """Return when an event of a busy stream may be answered, and what holds it back the longest."""
    if one.rank not in _PLAIN and one.rank is not Rank.DIRECT:
        return _LONG_AGO, Reason.CROWDED
    cooldown_s = policy.direct_cooldown_s if one.rank is Rank.DIRECT else policy.viewer_cooldown_s
    answered = state.viewers.get(one.candidate.viewer) if one.candidate.viewer else None
    times = [(answered + dt.timedelta(seconds=cooldown_s) if answered else _LONG_AGO, Reason.VIEWER_COOLDOWN)]
    if one.rank in _PLAIN and state.answered_at is not None:
        times.append((state.answered_at + dt.timedelta(seconds=policy.stream_gap_s), Reason.CROWDED))
    if one.rank is Rank.CHATTER:
        times.append((chatter_at, Reason.BUDGET))
    return max(times, key=lambda time: time[0])


def chatter_from(state: TriageState, policy: TriagePolicy) -> dt.datetime:
    """Return when the budget of plain chatter allows the next answer."""
    if policy.chatter_per_minute < 1:
        return _NEVER
    if len(state.chatter) < policy.chatter_per_minute:
        return _LONG_AGO
    return state.chatter[-policy.chatter_per_minute] + _MINUTE


def _without_like(
    waiting: list[Waiting], pick: Candidate, policy: TriagePolicy, ends: dict[uuid.UUID, Disposition]
) -> list[Waiting]:
    """Fold into the pick what says the same; only words are folded, never support or what happened."""
    if pick.kind not in _SPOKEN:
        return waiting
    words = _words(pick.text)
    shortest, longest = len(pick.text) // 2, len(pick.text) * 2
    kept = []
    for one in waiting:
        candidate = one.candidate
        alike = 0.0
        if candidate.kind in _SPOKEN and one.rank is not Rank.DIRECTOR and shortest <= len(candidate.text) <= longest:
            alike = _likeness(words, _words(candidate.text))
        if alike == 1:
            _end(ends, candidate, Reason.DUPLICATE)
        elif alike >= policy.likeness:
            _end(ends, candidate, Reason.NEAR_DUPLICATE)
        else:
            kept.append(one)
    return kept


def without_crowd(waiting: list[Waiting], policy: TriagePolicy, ends: dict[uuid.UUID, Disposition]) -> list[Waiting]:
    """Pass over what there is no hope for: all plain talk shares one backlog, each other class has its own."""
    room = dict.fromkeys(Rank, policy.backlog) | dict.fromkeys((Rank.SUPPORT, Rank.DIRECTOR), policy.support_backlog)
    kept = []
    for one in waiting:
        shared = Rank.CHATTER if one.rank in _PLAIN else one.rank
        if room[shared] > 0:
            room[shared] -= 1
            kept.append(one)
        else:
            _end(ends, one.candidate, Reason.CROWDED)
    return kept


def _end(ends: dict[uuid.UUID, Disposition], candidate: Candidate, reason: Reason) -> None:
    ends[candidate.id] = Disposition(candidate.id, _STATES.get(reason, EventState.PASSED_OVER), reason)


def _words(text: str) -> frozenset[str]:
    """Return the words of a message without case and drawn-out letters, or the message itself when it has none."""
    folded = _DRAWN_OUT.sub(r"\1", fold(text).text)
    return frozenset(_WORD.findall(folded)) or frozenset((folded.strip(),))


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


_MINUTE = dt.timedelta(minutes=1)
_HOUR = dt.timedelta(hours=1)
_LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)
_NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)
_PLAIN = frozenset({Rank.NEWCOMER, Rank.QUESTION, Rank.CHATTER})
_SPOKEN = frozenset({EventKind.CHAT, EventKind.DIRECT})
_STATES = {
    Reason.STALE: EventState.EXPIRED,
    Reason.DUPLICATE: EventState.FOLDED,
    Reason.NEAR_DUPLICATE: EventState.FOLDED,
}
_WORD = re.compile(r"[^\W_]+")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
