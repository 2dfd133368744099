"""Reading the inbox: the candidates for the next turn, and what triage says of them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from streams.domain.plan import StreamConfig
from streams.domain.ranks import Rank, rank
from streams.domain.triage import Candidate, TriagePolicy, TriageState, choose
from streams.models import InboxEvent, Turn
from streams.selectors.unnamed import MARK, words_of
from vtcontrol.kernel.events import EventKind, EventState
from vtcontrol.tenancy.compiled import CompiledQuery

CANDIDATES_MOST = 10_000
ARRIVALS_MOST = 64
IDLE_WAIT_S = 15.0
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """What triage decided.

    Attributes:
        pick: The event to answer, or None.
        candidate: The same as triage saw it.
        retired: Ids by (terminal state, reason).
        told: The same by id.
        shown: Some of the retired, whole rows, for the docks.
        wait_s: When to look again.
    """

    pick: InboxEvent | None
    candidate: Candidate | None = None
    retired: dict[tuple[str, str], list[UUID]] = field(default_factory=dict)
    told: dict[UUID, tuple[str, str]] = field(default_factory=dict)
    shown: list[InboxEvent] = field(default_factory=list)
    wait_s: float = 15.0

    def passed_over(self, reason: str) -> "Choice":
        """Return the choice without its pick, which nobody will answer; there may be more to choose from at once."""
        pick = self.pick
        if pick is None:
            return self
        end = EventState.PASSED_OVER.value, reason
        retired = {**self.retired, end: [*self.retired.get(end, ()), pick.pk]}
        told = {**self.told, pick.pk: end}
        return Choice(None, None, retired, told, [*self.shown, pick], 0.0)


WAITING_FIELDS = (
    "id",
    "kind",
    "received_at",
    "viewer_id",
    "platform",
    "author_id",
    "text",
    "is_mention",
    "is_first",
    "pinned_at",
)
_WAITING = CompiledQuery(
    lambda stream_id: (
        InboxEvent.objects.filter(stream_id=stream_id, state=EventState.WAITING.value)
        .order_by("-priority", "-received_at")
        .values_list(*WAITING_FIELDS)[:CANDIDATES_MOST]
    ),
    stream_id=UUID,
)
_PICK_FIELDS = ("amount", "currency", "author_name", "broadcast_id", "addressee_id", "exchange", "attempts", "reason")
_PICK = CompiledQuery(
    lambda event_id: InboxEvent.objects.filter(pk=event_id).order_by().values_list(*WAITING_FIELDS, *_PICK_FIELDS),
    event_id=UUID,
)
_ARRIVED = CompiledQuery(
    lambda stream_id, since: (
        InboxEvent.objects.filter(stream_id=stream_id, received_at__gt=since)
        .order_by()
        .values_list("id")[:ARRIVALS_MOST]
    ),
    stream_id=UUID,
    since=dt.datetime,
)


def waiting_candidates(stream_id: UUID) -> list[Candidate]:
    """Return what waits as triage takes it, the dearest first. One query."""
    return candidates_of(_WAITING.rows(stream_id=stream_id))


def candidates_of(rows: Iterable[Sequence[Any]]) -> list[Candidate]:
    """Return events as triage takes them, from rows of `WAITING_FIELDS`; words that stand in no row are in them."""
    candidates = [_candidate(row) for row in rows]
    unnamed = [one.id for one in candidates if one.viewer.endswith(f":{MARK}")]
    if not unnamed:
        return candidates
    words = words_of(unnamed)
    return [replace(one, text=words[one.id][1]) if one.id in words else one for one in candidates]


def arrivals(stream_id: UUID, now: dt.datetime) -> int:
    """Return how many events came in during the last minute, as far as triage counts. One query."""
    return len(_ARRIVED.rows(stream_id=stream_id, since=now - dt.timedelta(minutes=1)))


def choose_event(stream_id: UUID, config: StreamConfig, state: TriageState | None, now: dt.datetime) -> Choice:
    """Ask triage which of the waiting events is answered next.

    Args:
        stream_id: The stream.
        config: Its configuration.
        state: What was answered lately, as the runner remembers it; None reads it from the turns.
        now: The time.
    """
    candidates = waiting_candidates(stream_id)
    if not candidates:
        return Choice(None)
    state = read_triage(stream_id, config, now) if state is None else state
    decision = choose(candidates, replace(state, arrivals=arrivals(stream_id, now)), policy_of(config), now)
    retired: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    told: dict[UUID, tuple[str, str]] = {}
    for end in decision.dispositions:
        retired[end.state.value, end.reason.value].append(end.event_id)
        told[end.event_id] = (end.state.value, end.reason.value)
    shown = list(InboxEvent.objects.filter(pk__in=list(told)[-SHOWN:])) if told else []
    wait_s = (decision.wait_until - now).total_seconds() if decision.wait_until else IDLE_WAIT_S
    pick = _event(stream_id, decision.pick.id) if decision.pick else None
    return Choice(pick, decision.pick, dict(retired), told, shown, max(0.02, wait_s))


def _event(stream_id: UUID, event_id: UUID) -> InboxEvent | None:
    """Return the picked event, with the fields a turn needs."""
    rows = _PICK.rows(event_id=event_id)
    if not rows:
        return None
    values = dict(zip((*WAITING_FIELDS, *_PICK_FIELDS), rows[0], strict=True))
    if values["author_id"] == MARK and (words := words_of([event_id])):
        values["author_name"], values["text"] = words[event_id]
    return InboxEvent(stream_id=stream_id, state=EventState.WAITING, **values)


def _candidate(row: Sequence[Any]) -> Candidate:
    event_id, kind, received_at, viewer_id, platform, author_id, text, is_mention, is_first, pinned_at = row
    return Candidate(
        id=event_id,
        kind=EventKind(kind),
        received_at=received_at,
        viewer=_person(viewer_id, platform, author_id),
        text=text,
        is_mention=is_mention,
        is_first=is_first,
        pinned_at=pinned_at,
    )


def _person(viewer_id: UUID | None, platform: str, author_id: str) -> str:
    return str(viewer_id) if viewer_id else f"{platform}:{author_id}" if author_id else ""


def policy_of(config: StreamConfig) -> TriagePolicy:
    """Return triage's policy of a stream."""
    usual = TriagePolicy()
    fresh = dict(usual.fresh_s)
    for klass in (Rank.CHATTER, Rank.QUESTION, Rank.NEWCOMER):
        fresh[klass] = float(config.chat_fresh_s)
    cooldown = float(config.viewer_cooldown_s)
    return replace(
        usual,
        fresh_s=fresh,
        viewer_cooldown_s=cooldown,
        direct_cooldown_s=min(usual.direct_cooldown_s, cooldown),
        stream_gap_s=0.0,
    )


def read_triage(stream_id: UUID, config: StreamConfig, now: dt.datetime) -> TriageState:
    """Return what was answered lately, from the turns of the last minutes; arrivals are not counted."""
    since = now - dt.timedelta(seconds=max(60, config.viewer_cooldown_s))
    rows = Turn.objects.filter(stream_id=stream_id, started_at__gt=since, finished_at__gt=since, event__isnull=False)
    of_event = ("viewer_id", "platform", "author_id", "kind", "text", "is_mention", "is_first")
    answered_at, viewers, chatter = None, {}, []
    fields = ("finished_at", *(f"event__{name}" for name in of_event))
    for finished_at, viewer_id, platform, author_id, kind, text, is_mention, is_first in rows.order_by(
        "finished_at"
    ).values_list(*fields):
        answered_at = finished_at
        if person := _person(viewer_id, platform, author_id):
            viewers[person] = finished_at
        if rank(EventKind(kind), text, is_mention=is_mention, is_first=is_first) is Rank.CHATTER:
            chatter.append(finished_at)
    return TriageState(answered_at, viewers, tuple(chatter))
