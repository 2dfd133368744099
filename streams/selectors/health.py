"""How a stream is: its links, the wait for the first sound of the last turns, its budget, its last errors."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum
from django.utils import timezone

from personas.models import Brain, Voice
from streams.models import LinkFault, LinkStatus, Stream, StreamState, Turn, TurnState
from streams.selectors.links import link_states
from streams.selectors.state import live_state
from vtcontrol.kernel.errors import NotFound
from vtcontrol.tenancy.metering import Budget, Usage

LATENCIES_SHOWN = 40
ERRORS_SHOWN = 8
ERRORS_OF = dt.timedelta(hours=24)
_LINK_STATES = {LinkStatus.CONNECTED.value: "ok", LinkStatus.FAULTY.value: "trouble", "off": "off"}


def health_of(stream_id: UUID) -> dict[str, Any]:
    """Return how a stream is. About ten queries.

    Raises:
        NotFound: No such stream in this studio.
    """
    stream = Stream.objects.select_related("state", "persona__brain", "persona__voice").filter(pk=stream_id).first()
    if stream is None:
        raise NotFound
    now = timezone.now()
    return {
        "version": stream.state.version,
        "now": now.isoformat(),
        "links": [*_engines(stream), _stage(stream.state, now), *platform_links(stream_id)],
        "latency": _latencies(stream_id),
        "budgets": _budgets(stream_id, now),
        "troubles": _troubles(stream_id, now),
    }


def platform_links(stream_id: UUID) -> list[dict[str, Any]]:
    """Return the chats of platforms the stream reads; it may read none. One query."""
    return [
        {
            "kind": link.platform,
            "name": link.channel,
            "state": _LINK_STATES.get(link.standing, "waiting"),
            "note": str(LinkFault(link.fault).label) if link.fault and link.standing == LinkStatus.FAULTY else "",
            "at": link.last_message_at.isoformat() if link.last_message_at else None,
        }
        for link in link_states(stream_id)
    ]


def _engines(stream: Stream) -> list[dict[str, Any]]:
    """Return brain and voice: as the live loop left them, else as they are configured."""
    _version, live = live_state(stream.pk)
    persona = stream.persona
    return [
        _engine("brain", live["brain"], persona.brain, "scripted"),
        _engine("voice", live["voice"], persona.voice, "espeak"),
    ]


def _engine(kind: str, live: dict[str, Any], row: Brain | Voice | None, built_in: str) -> dict[str, Any]:
    configured = row.name if row is not None else built_in
    ok_at = row.last_ok_at if row is not None else None
    return {
        "kind": kind,
        "name": live["name"] or configured,
        "state": "ok" if live["ok"] and live["name"] else "trouble" if live["name"] else "idle",
        "note": live["note"],
        "at": ok_at.isoformat() if ok_at else None,
    }


def _stage(state: StreamState, now: dt.datetime) -> dict[str, Any]:
    is_open = state.primary_until is not None and state.primary_until > now
    at = state.primary_until.isoformat() if state.primary_until else None
    return {"kind": "stage", "name": "", "state": "ok" if is_open else "off", "note": "", "at": at}


def _latencies(stream_id: UUID) -> list[dict[str, Any]]:
    """Return how long the last turns took from being chosen to their first sound, oldest first. One query."""
    rows = Turn.objects.filter(stream_id=stream_id, timings__has_key="first_audio").order_by("-started_at", "-id")
    found = rows.values_list("id", "started_at", "timings")[:LATENCIES_SHOWN]
    return [
        {"turn": str(turn_id), "at": at.isoformat(), "ms": round(timings["first_audio"] - timings.get("claimed", 0))}
        for turn_id, at, timings in reversed(found)
    ]


def _budgets(stream_id: UUID, now: dt.datetime) -> list[dict[str, Any]]:
    """Return what is used today of each budget, and of each meter without one. Two queries."""
    today = Usage.objects.filter(day=now.astimezone(dt.UTC).date()).order_by()
    used = {
        (meter, of): total
        for meter, of, total in today.values_list("meter", "stream_id").annotate(total=Sum("quantity"))
    }
    budgets = Budget.objects.filter(Q(stream_id=stream_id) | Q(stream_id=None), is_enabled=True)
    rows = [_budget(budget, used) for budget in budgets.order_by("meter", "stream_id")]
    bounded = {row["meter"] for row in rows}
    free = [
        {"meter": meter, "scope": "stream", "used": total, "limit": None}
        for (meter, of), total in sorted(used.items(), key=lambda one: str(one[0]))
        if of == stream_id and meter not in bounded
    ]
    return rows + free


def _budget(budget: Budget, used: dict[tuple[str, UUID], int]) -> dict[str, Any]:
    is_own = budget.stream_id is not None
    quantity = sum(
        total for (meter, of), total in used.items() if meter == budget.meter and (not is_own or of == budget.stream_id)
    )
    scope = "stream" if is_own else "studio"
    return {"meter": budget.meter, "scope": scope, "used": quantity, "limit": budget.daily_limit}


def _troubles(stream_id: UUID, now: dt.datetime) -> list[dict[str, Any]]:
    """Return the last turns that went wrong, newest first. One query."""
    wrong = Q(state__in=(TurnState.FAILED, TurnState.BLOCKED)) | Q(reason__startswith="broke_off_")
    wrong |= Q(reason="worker_lost")
    rows = Turn.objects.filter(wrong, stream_id=stream_id, started_at__gt=now - ERRORS_OF).order_by("-started_at")
    fields = ("id", "started_at", "state", "reason", "brain", "voice", "text")
    return [
        {
            "turn": str(turn_id),
            "at": at.isoformat(),
            "status": state,
            "reason": reason,
            "brain": brain,
            "voice": voice,
            "text": text[:160],
        }
        for turn_id, at, state, reason, brain, voice, text in rows.values_list(*fields)[:ERRORS_SHOWN]
    ]
