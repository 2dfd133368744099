"""Lists for programs: pages of what a stream went through and of what the studio keeps. A few queries each."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Sum
from django.utils import timezone

from memory.models import Memory
from personas.models import Persona
from relationships.models import Viewer
from streams.models import InboxEvent, ModerationRule, Segment, Stream, Turn
from streams.selectors.state import SPEAKER_NAME, event_line, turn_line
from vtcontrol.kernel.events import EventKind
from vtcontrol.tenancy.pages import Place, Window

Page = dict[str, Any]
Filters = dict[str, Any]


def streams_page(window: Window, stream_id: UUID | None) -> Page:
    """Return the studio's streams, or the one a token is for. One query."""
    rows = Stream.objects.select_related("persona", "state")
    return window.read(rows.filter(pk=stream_id) if stream_id else rows, _stream)


def _stream(stream: Stream) -> dict[str, Any]:
    return {
        "id": stream.pk,
        "name": stream.name,
        "language": stream.language,
        "is_enabled": stream.is_enabled,
        "persona": {"id": stream.persona_id, "name": stream.persona.name},
        "panicked": stream.state.panicked_at is not None,
        "muted": stream.state.is_muted,
    }


def events_page(window: Window, stream_id: UUID, wanted: Filters) -> Page:
    """Return a stream's events. One query."""
    rows = InboxEvent.objects.filter(stream_id=stream_id, **_wanted(wanted, "received_at"))
    return window.read(rows, event_item, "received_at")


def _wanted(wanted: Filters, time: str) -> Filters:
    names = {"since": f"{time}__gte"}
    return {names.get(name, name): value for name, value in wanted.items()}


def event_item(event: InboxEvent) -> dict[str, Any]:
    """Return an event as programs take it."""
    return {
        "id": event.pk,
        "kind": event.kind,
        "state": event.state,
        "reason": event.reason,
        "platform": event.platform,
        "platform_id": event.platform_id,
        "author_id": event.author_id,
        "author_name": event.author_name,
        "viewer": event.viewer_id,
        "text": event.text,
        "amount": None if event.amount is None else str(event.amount),
        "currency": event.currency,
        "is_mention": event.is_mention,
        "received_at": event.received_at,
        "decided_at": event.decided_at,
    }


def turns_page(window: Window, stream_id: UUID, wanted: Filters) -> Page:
    """Return a stream's turns with their segments. Two queries."""
    rows = Turn.objects.filter(stream_id=stream_id, **_wanted(wanted, "started_at")).defer("prompt")
    turns = window.take(rows, "started_at")
    items = {item["id"]: item for item in turn_items(turns)}
    return window.cut(turns, lambda turn: Place(turn.pk, turn.started_at), lambda turn: items[turn.pk])


def turn_items(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """Return turns with their segments as programs take them. One query."""
    spoken: dict[UUID, list[dict[str, Any]]] = {turn.pk: [] for turn in turns}
    for segment in Segment.objects.filter(turn__in=turns).order_by("turn_id", "number"):
        spoken[segment.turn_id].append(_segment(segment))
    return [_turn(turn, spoken[turn.pk]) for turn in turns]


def _segment(segment: Segment) -> dict[str, Any]:
    return {
        "number": segment.number,
        "text": segment.text,
        "emotion": segment.emotion,
        "audio_ms": segment.audio_ms,
        "heard_ms": segment.heard_ms,
        "heard_by": segment.heard_by,
    }


def _turn(turn: Turn, segments: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": turn.pk,
        "event": turn.event_id,
        "persona": turn.persona_id,
        "state": turn.state,
        "reason": turn.reason,
        "text": turn.text,
        "heard_text": turn.heard_text,
        "emotion": turn.emotion,
        "brain": turn.brain,
        "voice": turn.voice,
        "timings": turn.timings,
        "prompt_tokens": turn.prompt_tokens,
        "completion_tokens": turn.completion_tokens,
        "characters": turn.characters,
        "cost": str(turn.cost),
        "started_at": turn.started_at,
        "finished_at": turn.finished_at,
        "segments": segments,
    }


def transcript_page(window: Window, stream: Stream) -> Page:
    """Return a stream's transcript, events and turns in one order. Three queries."""
    asked = InboxEvent.objects.filter(stream_id=stream.pk).exclude(kind=EventKind.CUE)
    events = window.take(asked, "received_at")
    said = Turn.objects.filter(stream_id=stream.pk).defer("prompt", "timings").annotate(character=SPEAKER_NAME)
    turns = window.take(said, "started_at")
    heard = dict(
        Segment.objects.filter(turn__in=turns).order_by().values_list("turn_id").annotate(heard_ms=Sum("heard_ms"))
    )
    answers = Turn.objects.filter(event__in=events).order_by("started_at").values_list("event_id", "pk")
    answered_by: dict[UUID, UUID] = dict(answers)
    lines = [event_line(event, turn_id=answered_by.get(event.pk)) for event in events]
    lines += [turn_line(turn, turn.character, heard_ms=heard.get(turn.pk)) for turn in turns]
    lines.sort(key=lambda line: (line.at, line.id.int), reverse=True)
    return window.cut(lines[: window.limit + 1], lambda line: Place(line.id, line.at), lambda line: line.as_json())


def personas_page(window: Window, stream: Stream | None) -> Page:
    """Return the studio's characters, or the one of the token's stream. Two queries."""
    rows = Persona.objects.select_related("voice").prefetch_related("emotions")
    return window.read(rows.filter(pk=stream.persona_id) if stream else rows, _persona)


def _persona(persona: Persona) -> dict[str, Any]:
    return {
        "id": persona.pk,
        "name": persona.name,
        "language": persona.language,
        "emotions": [emotion.name for emotion in persona.emotions.all()],
        "motions": persona.motions,
        "voice": persona.voice.name,
        "updated_at": persona.updated_at,
    }


def viewers_page(window: Window, stream: Stream | None, wanted: Filters) -> Page:
    """Return viewers, newest first: those of the token's stream, or all; none who opted out. Two queries."""
    rows = Viewer.objects.filter(has_opted_out=False, merged_into=None).prefetch_related("identities")
    if stream is not None:
        rows = rows.filter(Exists(InboxEvent.objects.filter(stream_id=stream.pk, viewer_id=OuterRef("pk"))))
    if "is_ignored" in wanted:
        is_muted = Q(is_ignored=True) | Q(ignored_until__gt=timezone.now())
        rows = rows.filter(is_muted if wanted["is_ignored"] else ~is_muted)
    names = {"name": "name__icontains"}
    others = {names.get(name, name): value for name, value in wanted.items() if name != "is_ignored"}
    return window.read(rows.filter(**others), _viewer)


def _viewer(viewer: Viewer) -> dict[str, Any]:
    accounts = [
        {"platform": one.platform, "platform_id": one.platform_id, "name": one.name} for one in viewer.identities.all()
    ]
    return {
        "id": viewer.pk,
        "name": viewer.name,
        "tags": viewer.tags,
        "is_ignored": viewer.is_muted_at(timezone.now()),
        "messages": viewer.messages,
        "first_seen_at": viewer.first_seen_at,
        "last_seen_at": viewer.last_seen_at,
        "accounts": accounts,
    }


def memories_page(window: Window, stream: Stream | None, wanted: Filters) -> Page:
    """Return what characters remember, latest change first; of the token's stream its character's. One query."""
    rows = Memory.objects.filter(**{"viewer_id" if name == "viewer" else name: one for name, one in wanted.items()})
    return window.read(rows.filter(persona_id=stream.persona_id) if stream else rows, _memory, "updated_at")


def _memory(memory: Memory) -> dict[str, Any]:
    return {
        "id": memory.pk,
        "persona": memory.persona_id,
        "viewer": memory.viewer_id,
        "kind": memory.kind,
        "tier": memory.tier,
        "text": memory.text,
        "tags": memory.tags,
        "emotion": memory.emotion,
        "importance": memory.importance,
        "confidence": memory.confidence,
        "source": memory.source,
        "is_pinned": memory.is_pinned,
        "updated_at": memory.updated_at,
    }


def rules_page(window: Window, stream: Stream | None) -> Page:
    """Return the moderation rules; for a token of one stream those that hold there. One query."""
    rows = ModerationRule.objects.all()
    return window.read(rows.filter(Q(stream=None) | Q(stream=stream)) if stream else rows, _rule)


def _rule(rule: ModerationRule) -> dict[str, Any]:
    return {
        "id": rule.pk,
        "stream": rule.stream_id,
        "persona": rule.persona_id,
        "languages": rule.languages,
        "name": rule.name,
        "kind": rule.kind,
        "content": rule.content,
        "scope": rule.scope,
        "action": rule.action,
        "replacement": rule.replacement,
        "timeout_minutes": rule.timeout_minutes,
        "severity": rule.severity,
        "is_enabled": rule.is_enabled,
    }
