"""Reading held lines: what waits for a person, what was decided, and the words of an approved line."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from streams.domain.approval import APPROVED, ApprovedWords, HeldState
from streams.domain.decisions import decision_of
from streams.domain.lines import speaker_of
from streams.models import HeldLine, InboxEvent, StreamState, TurnState
from streams.selectors.config import current_config
from streams.selectors.unnamed import MARK, words_of
from vtcontrol.kernel.errors import NotFound
from vtcontrol.kernel.events import EventState
from vtcontrol.tenancy.compiled import CompiledSweep
from vtcontrol.tenancy.scope import current_studio_id

RECENT = dt.timedelta(minutes=15)
RECENT_SHOWN = 10
FOLLOWED_MOST = 100
DUE_AT_ONCE = 200


def words_kept(row: HeldLine) -> str:
    """Return what a held answer would say, with tags: as edited, else as thought; "" when the words are gone."""
    return row.edited_text or row.text or words_of([row.pk]).get(row.pk, ("", ""))[1]


def approved_words(event_id: UUID) -> ApprovedWords | None:
    """Return what was approved as the answer to an event and is not said yet. One query, for approved events alone."""
    rows = HeldLine.objects.select_related("turn").defer("turn__prompt")
    row = rows.filter(event_id=event_id, state=HeldState.APPROVED, turn__state=TurnState.APPROVED).first()
    if row is None or row.turn is None or row.decided_at is None:
        return None
    return ApprovedWords(row.pk, row.turn.pk, words_kept(row), row.decided_at, row.decided_by, dict(row.turn.timings))


def is_held_up(stream_id: UUID) -> bool:
    """Tell whether a stream that waits for decisions has to: something is held, and nothing approved is to be said."""
    if not HeldLine.objects.filter(stream_id=stream_id, state=HeldState.HELD).exists():
        return False
    waiting = InboxEvent.objects.filter(stream_id=stream_id, state=EventState.WAITING)
    return not waiting.filter(reason=APPROVED).exists()


def _places(rows: "QuerySet[HeldLine, Any]") -> "QuerySet[HeldLine, Any]":
    return rows.order_by("held_at").values_list("studio_id", "stream_id", "pk")[:DUE_AT_ONCE]


def _undecided(now: dt.datetime) -> "QuerySet[HeldLine, Any]":
    return _places(HeldLine.objects.filter(state=HeldState.HELD.value, expires_at__lte=now))


def _lost() -> "QuerySet[HeldLine, Any]":
    lost = HeldLine.objects.filter(state=HeldState.APPROVED.value, turn__state=TurnState.APPROVED.value)
    coming = (EventState.WAITING.value, EventState.TAKEN.value)
    return _places(lost.exclude(event__state__in=coming, event__reason=APPROVED))


_UNDECIDED, _LOST = CompiledSweep(_undecided, now=dt.datetime), CompiledSweep(_lost)


def lines_due(now: dt.datetime) -> tuple[Sequence[Sequence[UUID]], Sequence[Sequence[UUID]]]:
    """Return what nobody decided on in time, and what was approved but cannot be said any more, over all studios.

    Both as (studio, stream, line), the oldest first.
    """
    return _UNDECIDED.rows(now=now), _LOST.rows()


def held_of(stream_id: UUID) -> dict[str, Any]:
    """Return what a stream holds, oldest first, and what was decided lately. Five queries.

    Raises:
        NotFound: No such stream in this studio.
    """
    state = StreamState.objects.filter(stream_id=stream_id).first()
    if state is None:
        raise NotFound
    now = timezone.now()
    approval = current_config(current_studio_id(), stream_id).approval
    rows = held_rows(stream_id)
    recent = rows.exclude(state=HeldState.HELD).filter(decided_at__gt=now - RECENT)
    return {
        "version": state.version,
        "now": now.isoformat(),
        "is_panicked": state.panicked_at is not None,
        "approval": approval.mode.value,
        "is_always": approval.is_always,
        "timeout_s": approval.timeout_s,
        "most": approval.most,
        "held": [held_item(row) for row in rows.filter(state=HeldState.HELD).order_by("held_at", "pk")],
        "recent": [held_item(row) for row in recent.order_by("-decided_at", "-pk")[:RECENT_SHOWN]],
    }


def held_rows(stream_id: UUID) -> "QuerySet[HeldLine]":
    """Return the held lines of a stream with what `held_item` shows."""
    rows: QuerySet[HeldLine] = HeldLine.objects.select_related("event").filter(stream_id=stream_id)
    return rows


def followed(stream_id: UUID) -> list[dict[str, Any]]:
    """Return what a stream holds, and what was decided in the last minutes, in the order it was held. One query."""
    is_news = Q(state=HeldState.HELD) | Q(decided_at__gt=timezone.now() - RECENT)
    rows = held_rows(stream_id).filter(is_news).order_by("-held_at", "-pk")[:FOLLOWED_MOST]
    return [held_item(row) for row in reversed(rows)]


def held_about(stream_id: UUID, line_id: UUID) -> list[dict[str, Any]]:
    """Return the held lines a line of the transcript belongs to, by its event or its turn. One query."""
    rows = held_rows(stream_id).filter(Q(event_id=line_id) | Q(turn_id=line_id))
    return [held_item(row) for row in rows.order_by("held_at", "pk")]


def held_one(stream_id: UUID, held_id: UUID) -> HeldLine:
    """Return a held line.

    Raises:
        NotFound: No such line on this stream.
    """
    row = held_rows(stream_id).filter(pk=held_id).first()
    if row is None:
        raise NotFound
    return row


def held_item(row: HeldLine) -> dict[str, Any]:
    """Return a held line as docks and REST show it, with words that are kept in memory only. Never to be stored."""
    event: InboxEvent = row.event
    shown = held_record(row)
    if event.author_id == MARK:
        shown["name"], shown["question"] = words_of([event.pk]).get(event.pk, ("", ""))
        shown["who"] = speaker_of(event.kind, shown["name"])
    return shown | ({"text": words_kept(row)} if row.turn_id else {})


def held_record(row: HeldLine) -> dict[str, Any]:
    """Return a held line as its rows have it: without the words of people who want nothing stored."""
    event: InboxEvent = row.event
    return {
        "id": str(row.pk),
        "kind": "answer" if row.turn_id else "event",
        "state": row.state,
        "event": str(event.pk),
        "turn": str(row.turn_id) if row.turn_id else None,
        "viewer": str(event.viewer_id) if event.viewer_id else None,
        "who": speaker_of(event.kind, event.author_name),
        "name": event.author_name,
        "question": event.text,
        "text": (row.edited_text or row.text) if row.turn_id else "",
        "is_edited": bool(row.edited_text),
        "held_by": row.held_by,
        "rule": row.rule_name,
        "held_at": row.held_at.isoformat(),
        "expires_at": row.expires_at.isoformat(),
        "decided_at": row.decided_at.isoformat() if row.decided_at else None,
        "decided_by": row.decided_by,
        "decision": decision_of(row.state, row.reason, is_edited=bool(row.edited_text)),
        "reason": row.reason,
        "note": row.note,
    }
