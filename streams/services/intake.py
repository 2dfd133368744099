"""The one entrance for events: moderated, stored once, and handed to the live loop.

An accepted event is safe: whatever dies next, it ends in exactly one terminal state.
"""

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Subquery
from django.utils import timezone

from relationships.services import Author, KnownViewer, recognise
from streams.domain.cast import mentions
from streams.domain.lines import Line, line_frames, told_of
from streams.domain.moderation import Outcome
from streams.domain.moderation import Verdict as Judgement
from streams.domain.plan import StreamConfig
from streams.domain.ranks import rank
from streams.hints import announce_all, control_group, dock_group, nudge, page_parts, page_text
from streams.models import Broadcast, InboxEvent, Stream, StreamState, Verdict
from streams.selectors.config import config_of
from streams.selectors.moderation import messages_lately
from streams.selectors.state import event_line
from streams.services.approval import hold_events
from streams.services.commands import carry_out, command_in
from streams.services.moderation import Judged, Offence, offences_of, time_out, verdicts_of
from streams.services.unnamed import hidden_digest, hidden_id, take_names_off
from vtcontrol.kernel.errors import Conflict, InputInvalid, NotFound
from vtcontrol.kernel.events import EventKind, EventState, IncomingEvent
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.compiled import CompiledInsert, CompiledQuery
from vtcontrol.tenancy.scope import current_studio_id
from vtcontrol.tenancy.tasks import enqueue

TEXT_LONGEST = 2000
NAME_LONGEST = 80
BATCH_MOST = 2000
OPEN = (EventState.WAITING, EventState.HELD)
HELD_AT_LEAST = dt.timedelta(seconds=1)
_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of an event at the door.

    Attributes:
        id: Its row; of the first one, when it came before.
        state: `EventState` value.
        reason: Why it will not be answered, or "".
        received_at: When it was first accepted; aware.
        is_new: Whether it was not there before.
    """

    id: UUID
    state: str
    reason: str
    received_at: dt.datetime
    is_new: bool


def accept_event(stream_id: UUID, event: IncomingEvent) -> Accepted:
    """Accept one event. See `accept_events`."""
    return accept_events(stream_id, [event])[0]


def accept_events(stream_id: UUID, events: Sequence[IncomingEvent]) -> list[Accepted]:
    """Accept what gathered: one transaction, one wake-up of the live loop. Duplicates vanish.

    Args:
        stream_id: The stream it is for.
        events: At most `BATCH_MOST`, in the order they happened.

    Returns:
        What became of each, in order.

    Raises:
        NotFound: No such stream in this studio.
        Conflict: The stream is disabled; or the id of a lone event was used before for something else. In a batch the
            first one stays, so that a link's other lines are not lost.
        InputInvalid: An event is malformed, or there are too many.
    """
    received_at = timezone.now()
    if not 0 < len(events) <= BATCH_MOST:
        raise InputInvalid(f"Send 1 to {BATCH_MOST} events at once.")
    for event in events:
        _check(event)
    with transaction.atomic():
        door = _door(stream_id, events)
        config = config_of(current_studio_id(), stream_id, door.config_version)
        if not config.is_enabled:
            raise Conflict("The stream is disabled.")
        return _store(config, door, events, received_at)


@dataclass(frozen=True, slots=True)
class _Door:
    """What is known when an event knocks; the stream's state stays locked until the transaction ends.

    Attributes:
        version: The state's version.
        is_panicked: Panic holds.
        is_held: A worker holds the stream's lease, and will for a while.
        config_version: Version of the studio's configuration.
        broadcast_id: The open broadcast, or None.
        known: Events that came before, by (platform, id).
        hidden: Leads from the key of a row without names to the key of its event.
    """

    version: int
    is_panicked: bool
    is_held: bool
    config_version: int
    broadcast_id: UUID | None
    known: dict[tuple[str, str], InboxEvent]
    hidden: dict[tuple[str, str], tuple[str, str]]


def _door_query(stream_id: UUID, platform: str, platform_id: str, hidden: str) -> Any:
    of_stream = {"stream_id": stream_id}
    twin = InboxEvent.objects.filter(**of_stream, platform=platform, platform_id__in=[platform_id, hidden]).order_by()
    return (
        StreamState.objects.filter(**of_stream)
        .order_by()
        .select_for_update()
        .values_list(
            "version",
            "panicked_at",
            "lease_until",
            Subquery(Stream.objects.filter(pk=stream_id).order_by().values("studio__config_version")[:1]),
            Subquery(Broadcast.objects.filter(**of_stream, ended_at=None).order_by().values("id")[:1]),
            Subquery(twin.values("id")[:1]),
        )
    )


_DOOR = CompiledQuery(_door_query, stream_id=UUID, platform=str, platform_id=str, hidden=str)
_TOLD = CompiledQuery(
    lambda stream_id, version: StreamState.objects.filter(stream_id=stream_id),
    change=lambda stream_id, version: {"version": version},
    stream_id=UUID,
    version=int,
)
_ADD_EVENT = CompiledInsert(InboxEvent)


def _door(stream_id: UUID, events: Sequence[IncomingEvent]) -> _Door:
    """Lock the stream's state and read what `_Door` holds.

    Raises:
        NotFound: No such stream in this studio.
    """
    first, hidden = events[0], {(event.platform, hidden_id(event)): _key(event) for event in events}
    ids = {"platform": first.platform, "platform_id": first.platform_id, "hidden": hidden_id(first)}
    rows = _DOOR.rows(stream_id=stream_id, **ids)
    if not rows:
        raise NotFound
    version, panicked_at, lease_until, config_version, broadcast_id, twin = rows[0]
    is_held = lease_until is not None and lease_until > timezone.now() + HELD_AT_LEAST
    known = _known_events(stream_id, events, hidden) if twin is not None or len(events) > 1 else {}
    return _Door(version, panicked_at is not None, is_held, config_version, broadcast_id, known, hidden)


def _check(event: IncomingEvent) -> None:
    if len(event.text) > TEXT_LONGEST:
        raise InputInvalid(f"A text has at most {TEXT_LONGEST} characters.", field="text")
    if not event.platform or len(event.platform) > 32 or not event.platform_id or len(event.platform_id) > 128:
        raise InputInvalid("An event names its platform and its id there.", field="platform_id")
    if len(event.author_id) > 128:
        raise InputInvalid("An author's id has at most 128 characters.", field="author_id")
    for field in ("platform", "platform_id", "author_id", "currency"):
        if _NOT_STORABLE.search(getattr(event, field)):
            raise InputInvalid("An id is made of real characters.", field=field)


def clean_text(text: str) -> str:
    """Return `text` as one line of real characters: no controls, no lone surrogates, no runs of spaces."""
    kept = "".join(" " if char.isspace() else char for char in text if char.isspace() or not _is_control(char))
    return " ".join(kept.split())


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs", "Co", "Cn"}


def _store(
    config: StreamConfig, door: _Door, events: Sequence[IncomingEvent], received_at: dt.datetime
) -> list[Accepted]:
    known = dict(door.known)
    fresh: dict[tuple[str, str], IncomingEvent] = {}
    for event in events:
        if (key := _key(event)) not in known:
            fresh.setdefault(key, event)
    if fresh:
        rows, given_up, offences = _write(config, door, fresh, received_at)
        known |= {door.hidden.get(_key_of_row(row), _key_of_row(row)): row for row in rows}
        _tell(config.stream_id, door, rows, given_up)
        for offence in offences:
            time_out(config, offence)
    if len(events) == 1 and not _is_same(known[_key(events[0])], events[0]):
        raise Conflict("This id was used before for another event.")
    return [_accepted(known[_key(event)], is_new=fresh.pop(_key(event), None) is not None) for event in events]


def _key(event: IncomingEvent) -> tuple[str, str]:
    return event.platform, event.platform_id


def _key_of_row(row: InboxEvent) -> tuple[str, str]:
    return row.platform, row.platform_id


def _digest(event: IncomingEvent) -> str:
    """Return what tells apart two events under one id."""
    parts = (event.kind, event.author_id, event.text, str(event.amount), event.currency)
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()


def _is_same(row: InboxEvent, event: IncomingEvent) -> bool:
    """Tell whether a row was made from the very same event."""
    return row.digest in {_digest(event), hidden_digest(_digest(event))}


def _known_events(
    stream_id: UUID, events: Sequence[IncomingEvent], hidden: dict[tuple[str, str], tuple[str, str]]
) -> dict[tuple[str, str], InboxEvent]:
    """Return the rows there are, by the key of their events; `hidden` leads from a row's key to its event's."""
    rows = InboxEvent.objects.filter(stream_id=stream_id, platform__in={event.platform for event in events})
    rows = rows.filter(platform_id__in=[*(event.platform_id for event in events), *(one for _, one in hidden)])
    return {hidden.get(_key_of_row(row), _key_of_row(row)): row for row in rows}


def _accepted(row: InboxEvent, *, is_new: bool) -> Accepted:
    return Accepted(row.pk, str(row.state), row.reason, row.received_at, is_new=is_new)


def _write(
    config: StreamConfig, door: _Door, fresh: dict[tuple[str, str], IncomingEvent], received_at: dt.datetime
) -> tuple[list[InboxEvent], list[Line], list[Offence]]:
    """Insert events that are not known yet, with their verdicts.

    Returns:
        The rows, the lines given up for those that are held, and whose writers are to be timed out.
    """
    asked = {key: command for key, event in fresh.items() if (command := command_in(event)) is not None}
    authors = [Author(one.platform, one.author_id, _name(one)) for key, one in fresh.items() if key not in asked]
    viewers = recognise(authors, now=received_at)
    greeted: set[UUID] = set()
    broadcast = door.broadcast_id or Broadcast.objects.create(stream_id=config.stream_id).pk
    rows: list[InboxEvent] = []
    judged: list[Judged] = []
    sent = messages_lately(config, fresh.values(), received_at)
    for key, event in fresh.items():
        if key in asked:
            rows += carry_out(config, event, asked[key], _digest(event), received_at)
            continue
        author = (event.platform, event.author_id)
        judgement = _judged(config, event, sent.ages(event))
        viewer = viewers.get(author)
        if viewer is not None:
            viewer = replace(viewer, is_first=viewer.is_first and viewer.id not in greeted)
            greeted.add(viewer.id)
        row = _row(config, event, viewer, judgement, received_at)
        if viewer is not None and viewer.has_opted_out:
            take_names_off(row, keeps_words=row.state in OPEN)
        rows.append(row)
        judged.append(Judged(row, viewer, judgement))
        if viewer is not None and judgement.timeout_minutes:
            viewers[author] = replace(viewer, is_ignored=True)
    for row in rows:
        row.broadcast_id = broadcast
        if door.is_panicked and row.state in OPEN:
            row.state, row.reason, row.decided_at = EventState.CANCELLED, "panic", received_at
    if len(rows) == 1:
        _ADD_EVENT.add(*rows)
    else:
        InboxEvent.objects.bulk_create(rows)
    if verdicts := verdicts_of(judged):
        Verdict.objects.bulk_create(verdicts)
    held = {one.row.pk: one.judgement.hits for one in judged if one.row.state == EventState.HELD}
    given_up = hold_events(config, [row for row in rows if row.pk in held], held) if held else []
    return rows, given_up, offences_of(judged, received_at)


def _judged(config: StreamConfig, event: IncomingEvent, ages: Sequence[float]) -> Judgement:
    """Return moderation's word on what came in; the team's own words are judged when they are about to be spoken."""
    if event.kind is EventKind.DIRECTOR_SAY:
        return Judgement(Outcome.ALLOW, clean_text(event.text), name=_name(event))
    return config.rules.check_in(clean_text(event.text), _name(event), language=config.language, ages=ages)


def _name(event: IncomingEvent) -> str:
    return clean_text(event.author_name)[:NAME_LONGEST]


def _row(
    config: StreamConfig,
    event: IncomingEvent,
    viewer: KnownViewer | None,
    judgement: Judgement,
    received_at: dt.datetime,
) -> InboxEvent:
    state, reason = EventState.WAITING, ""
    if viewer is not None and viewer.is_ignored:
        state, reason = EventState.PASSED_OVER, "ignored_viewer"
    elif judgement.outcome is Outcome.HOLD and config.approval.is_on:
        state = EventState.HELD
    elif not judgement.is_allowed:
        state, reason = EventState.PASSED_OVER, "moderated"
    text = judgement.text if judgement.is_allowed or state == EventState.HELD else clean_text(event.text)
    names = config.cast.names if config.cast is not None else (config.persona.name,)
    is_mention = event.is_mention or mentions(text, names)
    is_first = viewer is not None and viewer.is_first
    return InboxEvent(
        id=uuid7(),
        stream_id=config.stream_id,
        viewer_id=viewer.id if viewer is not None and not viewer.has_opted_out else None,
        platform=event.platform,
        platform_id=event.platform_id,
        digest=_digest(event),
        kind=event.kind,
        author_id=event.author_id,
        author_name=judgement.name,
        text=text,
        amount=event.amount,
        currency=event.currency if config.rules.check_in(event.currency).outcome is Outcome.ALLOW else "",
        is_mention=is_mention,
        is_first=is_first,
        priority=rank(event.kind, text, is_mention=is_mention, is_first=is_first),
        state=state,
        reason=reason,
        happened_at=event.happened_at,
        received_at=received_at,
        decided_at=None if state in OPEN else received_at,
    )


def _tell(stream_id: UUID, door: _Door, rows: list[InboxEvent], given_up: list[Line]) -> None:
    """Wake the live loop, then show the docks the last of the new lines; a gap in the versions makes them fetch all.

    Whoever holds the lease is nudged directly; where nobody does, Celery finds a worker; a lost nudge is the sweeper's.
    """
    shown, gap = told_of(rows)
    told = [*given_up, *(event_line(row) for row in shown)]
    version = door.version + len(told) + gap
    _TOLD.count(stream_id=stream_id, version=version)
    lines = [page_text(frame) for frame in line_frames(version, told)]
    hints = [(dock_group(stream_id), page_parts(lines))]
    if any(row.state == EventState.WAITING for row in rows):
        if door.is_held:
            hints.insert(0, (control_group(stream_id), nudge(stream_id)))
        else:
            enqueue("live.perform", stream_id=stream_id)
    announce_all(hints)
