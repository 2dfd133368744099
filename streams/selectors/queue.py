"""The queue as people see it: what waits in the order triage would take it, and what was passed over and why."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from streams.domain.lines import amount_words, speaker_of
from streams.domain.queue import Place, line_up
from streams.models import InboxEvent, StreamState
from streams.selectors.config import current_config
from streams.selectors.inbox import WAITING_FIELDS, arrivals, candidates_of, policy_of, read_triage
from vtcontrol.kernel.errors import NotFound
from vtcontrol.kernel.events import EventState
from vtcontrol.tenancy.scope import current_studio_id

LOOKED_AT = 500
WAITING_SHOWN = 40
RECENT_SHOWN = 20
RECENT = dt.timedelta(minutes=15)
UNANSWERED = (
    EventState.PASSED_OVER, EventState.EXPIRED, EventState.FOLDED, EventState.CANCELLED, EventState.FAILED,
)  # fmt: skip


def queue_of(stream_id: UUID) -> dict[str, Any]:
    """Return the queue of a stream; ten queries at most, however much waits.

    Raises:
        NotFound: No such stream in this studio.
    """
    state = StreamState.objects.filter(stream_id=stream_id).first()
    if state is None:
        raise NotFound
    now = timezone.now()
    waiting = InboxEvent.objects.filter(stream_id=stream_id, state=EventState.WAITING)
    total = waiting.count()
    places = _places(stream_id, now) if total else []
    counts = Counter(place.rank.name.lower() for place in places)
    shown = waiting.in_bulk([place.candidate.id for place in places[:WAITING_SHOWN]])
    recent = InboxEvent.objects.filter(stream_id=stream_id, received_at__gt=now - RECENT, state__in=UNANSWERED)
    by_reason = recent.order_by().values_list("state", "reason").annotate(count=Count("id")).order_by("-count")
    answering = InboxEvent.objects.filter(stream_id=stream_id, state=EventState.TAKEN).first()
    return {
        "version": state.version,
        "now": now.isoformat(),
        "is_panicked": state.panicked_at is not None,
        "total": total,
        "counts": dict(counts),
        "answering": _row(answering) if answering else None,
        "waiting": [_waiting(shown[one.candidate.id], one) for one in places if one.candidate.id in shown],
        "recent": [_row(event) for event in recent.order_by("-decided_at", "-id")[:RECENT_SHOWN]],
        "recent_counts": [{"state": state, "reason": reason, "count": count} for state, reason, count in by_reason],
    }


def _places(stream_id: UUID, now: dt.datetime) -> list[Place]:
    """Return the dearest of what waits, in order. Four queries, or three when the configuration is known."""
    rows = InboxEvent.objects.filter(stream_id=stream_id, state=EventState.WAITING)
    rows = rows.order_by("-priority", "-received_at").values_list(*WAITING_FIELDS)[:LOOKED_AT]
    config = current_config(current_studio_id(), stream_id)
    state = replace(read_triage(stream_id, config, now), arrivals=arrivals(stream_id, now))
    return line_up(candidates_of(rows), state, policy_of(config), now)


def _waiting(event: InboxEvent, place: Place) -> dict[str, Any]:
    return _row(event) | {
        "rank": place.rank.name.lower(),
        "eligible_at": place.eligible_at.isoformat(),
        "expires_at": place.expires_at.isoformat(),
        "held_by": place.held_by.value if place.held_by else "",
    }


def _row(event: InboxEvent) -> dict[str, Any]:
    return {
        "id": str(event.pk),
        "at": event.received_at.isoformat(),
        "decided_at": event.decided_at.isoformat() if event.decided_at else None,
        "kind": event.kind,
        "who": speaker_of(event.kind, event.author_name),
        "name": event.author_name,
        "platform": event.platform,
        "viewer": str(event.viewer_id) if event.viewer_id else None,
        "text": event.text,
        "amount": amount_words(event.amount, event.currency),
        "status": event.state,
        "reason": event.reason,
        "is_pinned": event.pinned_at is not None and event.state == EventState.WAITING,
    }
