"""The card of whoever is being answered, as the viewer dock shows it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from personas.selectors import lines_of
from relationships.domain.scoring import cool
from relationships.models import Identity, Interaction, Relationship, Viewer
from relationships.selectors import scores_of
from streams.models import InboxEvent, Stream, Turn
from streams.selectors.state import OPEN_TURNS
from vtcontrol.kernel.errors import NotFound

LINES_SHOWN = 8
LEDGER_SHOWN = 5
NAMES_SHOWN = 6
SCORES = ("affinity", "trust", "familiarity", "loyalty")


@dataclass(frozen=True, slots=True)
class _Answered:
    """Whom the stream answers now, or answered last."""

    viewer_id: UUID | None
    name: str
    is_now: bool


def current_viewer(stream_id: UUID) -> dict[str, Any]:
    """Return the card of whoever is being answered, else of whoever was answered last. Eight queries at most.

    Raises:
        NotFound: No such stream in this studio.
    """
    stream = _stream(stream_id)
    answered = _answered(stream_id)
    if answered is None:
        return {"is_now": False, "name": "", "why_none": "nobody_yet", "viewer": None}
    found = Viewer.objects.filter(pk=answered.viewer_id).first() if answered.viewer_id else None
    return {
        "is_now": answered.is_now,
        "name": answered.name,
        "why_none": "" if found else "no_card",
        "viewer": _card(stream, found) if found else None,
    }


def viewer_card(stream_id: UUID, viewer_id: UUID) -> dict[str, Any]:
    """Return a viewer's card in the same shape.

    Raises:
        NotFound: No such stream or viewer in this studio.
    """
    stream = _stream(stream_id)
    viewer = Viewer.objects.filter(pk=viewer_id).first()
    if viewer is None:
        raise NotFound
    answered = _answered(stream_id)
    is_now = answered is not None and answered.is_now and answered.viewer_id == viewer_id
    return {"is_now": is_now, "name": viewer.name, "why_none": "", "viewer": _card(stream, viewer)}


def _stream(stream_id: UUID) -> Stream:
    stream: Stream | None = Stream.objects.select_related("persona").filter(pk=stream_id).first()
    if stream is None:
        raise NotFound
    return stream


def _answered(stream_id: UUID) -> _Answered | None:
    turns = Turn.objects.filter(stream_id=stream_id, event__isnull=False).exclude(event__author_id="")
    fields = ("state", "event__viewer_id", "event__author_name")
    found = turns.order_by("-started_at").values_list(*fields).first()
    if found is None:
        return None
    state, viewer_id, name = found
    return _Answered(viewer_id, name, is_now=state in OPEN_TURNS)


def _card(stream: Stream, viewer: Viewer) -> dict[str, Any]:
    now = timezone.now()
    bond = Relationship.objects.filter(viewer=viewer, persona_id=stream.persona_id).first()
    return {
        "id": str(viewer.pk),
        "name": viewer.name,
        "accounts": _accounts(viewer),
        "names": _names(viewer),
        "first_seen_at": viewer.first_seen_at.isoformat(),
        "last_seen_at": viewer.last_seen_at.isoformat() if viewer.last_seen_at else None,
        "messages": viewer.messages,
        "notes": list(lines_of(viewer.notes)),
        "never_mention": list(lines_of(viewer.never_mention)),
        "tags": [str(tag) for tag in viewer.tags],
        "is_muted": viewer.is_muted_at(now),
        "muted_until": None if viewer.is_ignored else _later(viewer.ignored_until, now),
        "has_opted_out": viewer.has_opted_out,
        "character": stream.persona.name,
        "bond": _bond(bond, now) if bond else None,
        "lines": _last_lines(stream.pk, viewer),
    }


def _later(at: dt.datetime | None, now: dt.datetime) -> str | None:
    return at.isoformat() if at is not None and at > now else None


def _accounts(viewer: Viewer) -> list[dict[str, str]]:
    return list(Identity.objects.filter(viewer=viewer).order_by("platform", "name").values("platform", "name"))


def _names(viewer: Viewer) -> list[dict[str, str]]:
    """Return the names the viewer wrote under before, the latest first."""
    used = InboxEvent.objects.filter(viewer=viewer).exclude(author_name__in=["", viewer.name]).order_by()
    rows = used.values_list("author_name").annotate(last=Max("received_at")).order_by("-last")[:NAMES_SHOWN]
    return [{"name": name, "last_at": last.isoformat()} for name, last in rows]


def _bond(bond: Relationship, now: dt.datetime) -> dict[str, Any]:
    scores = cool(scores_of(bond), now)
    ledger = Interaction.objects.filter(relationship=bond).order_by("-at")[:LEDGER_SHOWN]
    return {
        **{name: round(getattr(scores, name), 1) for name in SCORES},
        "warmth": round(scores.warmth, 2),
        "scars": scores.scars,
        "ledger": [{"kind": one.kind, "at": one.at.isoformat(), "deltas": one.deltas} for one in ledger],
    }


def _last_lines(stream_id: UUID, viewer: Viewer) -> list[dict[str, str]]:
    events = InboxEvent.objects.filter(stream_id=stream_id, viewer=viewer).order_by("-received_at")[:LINES_SHOWN]
    return [
        {
            "id": str(one.pk),
            "at": one.received_at.isoformat(),
            "text": one.text,
            "status": one.state,
            "reason": one.reason,
        }
        for one in events
    ]
