"""The one entrance for events: moderated, stored once, and handed to the live loop.

An accepted event is safe: whatever dies next, it ends in exactly one terminal state.
"""

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from relationships.services import Author, KnownViewer, recognise
from streams.domain.lines import line_frames
from streams.domain.moderation import Outcome, RuleHit
from streams.domain.moderation import Verdict as Judgement
from streams.domain.plan import StreamConfig
from streams.domain.ranks import rank
from streams.domain.turns import rule_key
from streams.hints import announce_dock
from streams.models import Broadcast, InboxEvent, StreamState, Verdict
from streams.selectors.config import current_config
from streams.selectors.state import event_line
from streams.services.commands import carry_out, command_in
from streams.services.unnamed import hidden_digest, hidden_id, take_names_off
from vtcontrol.kernel.errors import Conflict, InputInvalid
from vtcontrol.kernel.events import EventKind, EventState, IncomingEvent
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.scope import current_studio_id
from vtcontrol.tenancy.tasks import enqueue

TEXT_LONGEST = 2000
NAME_LONGEST = 80
BATCH_MOST = 2000
LINES_TOLD = 20
_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")
_FIRST_WITHOUT_SPACES = "\u2e80"  # Chinese and Japanese are written without spaces between words


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
    config = current_config(current_studio_id(), stream_id)
    if not config.is_enabled:
        raise Conflict("The stream is disabled.")
    for event in events:
        _check(event)
    with transaction.atomic():
        return _store(config, events, received_at)


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


def _store(config: StreamConfig, events: Sequence[IncomingEvent], received_at: dt.datetime) -> list[Accepted]:
    state = StreamState.objects.select_for_update().get(stream_id=config.stream_id)
    hidden = {(event.platform, hidden_id(event)): _key(event) for event in events}
    known = _known_events(config.stream_id, events, hidden)
    fresh: dict[tuple[str, str], IncomingEvent] = {}
    for event in events:
        if (key := _key(event)) not in known:
            fresh.setdefault(key, event)
    if fresh:
        rows = _write(config, fresh, received_at, is_panicked=state.panicked_at is not None)
        known |= {hidden.get(_key_of_row(row), _key_of_row(row)): row for row in rows}
        if any(row.state == EventState.WAITING for row in rows):
            enqueue("live.perform", stream_id=config.stream_id)  # first: the docks can wait
        _tell(config.stream_id, state, rows)
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
    config: StreamConfig,
    fresh: dict[tuple[str, str], IncomingEvent],
    received_at: dt.datetime,
    *,
    is_panicked: bool,
) -> list[InboxEvent]:
    """Insert events that are not known yet, with their verdicts."""
    asked = {key: command for key, event in fresh.items() if (command := command_in(event)) is not None}
    authors = [Author(one.platform, one.author_id, _name(one)) for key, one in fresh.items() if key not in asked]
    viewers = recognise(authors, now=received_at)
    greeted: set[UUID] = set()
    broadcast = _open_broadcast(config.stream_id)
    rows: list[InboxEvent] = []
    verdicts: list[Verdict] = []
    for key, event in fresh.items():
        if key in asked:
            rows += carry_out(config, event, asked[key], _digest(event), received_at)
            continue
        judgement = _judged(config, event)
        viewer = viewers.get((event.platform, event.author_id))
        if viewer is not None:
            viewer = replace(viewer, is_first=viewer.is_first and viewer.id not in greeted)
            greeted.add(viewer.id)
        row = _row(config, event, viewer, judgement, received_at)
        if viewer is not None and viewer.has_opted_out:
            take_names_off(row, keeps_words=row.state == EventState.WAITING)
        rows.append(row)
        verdicts += [_verdict(row, hit) for hit in judgement.hits]
    for row in rows:
        row.broadcast_id = broadcast
        if is_panicked and row.state == EventState.WAITING:
            row.state, row.reason, row.decided_at = EventState.CANCELLED, "panic", received_at
    InboxEvent.objects.bulk_create(rows)
    if verdicts:
        Verdict.objects.bulk_create(verdicts)
    return rows


def _judged(config: StreamConfig, event: IncomingEvent) -> Judgement:
    """Return moderation's word on what came in; the team's own words are judged when they are about to be spoken."""
    if event.kind is EventKind.DIRECTOR_SAY:
        return Judgement(Outcome.ALLOW, clean_text(event.text), name=_name(event))
    return config.rules.check_in(clean_text(event.text), _name(event))


def _name(event: IncomingEvent) -> str:
    return clean_text(event.author_name)[:NAME_LONGEST]


def _open_broadcast(stream_id: UUID) -> UUID:
    found = Broadcast.objects.filter(stream_id=stream_id, ended_at=None).values_list("id", flat=True).first()
    if found is None:
        found = Broadcast.objects.create(stream_id=stream_id).pk
    return UUID(str(found))


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
    elif not judgement.is_allowed:
        state, reason = EventState.PASSED_OVER, "moderated"
    text = judgement.text if judgement.is_allowed else clean_text(event.text)
    is_mention = event.is_mention or mentions(text, config.persona.name)
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
        currency=event.currency,
        is_mention=is_mention,
        is_first=is_first,
        priority=rank(event.kind, text, is_mention=is_mention, is_first=is_first),
        state=state,
        reason=reason,
        happened_at=event.happened_at,
        received_at=received_at,
        decided_at=None if state == EventState.WAITING else received_at,
    )


def mentions(text: str, character: str) -> bool:
    """Tell whether a text addresses the character by its name."""
    name, heard = character.casefold().strip(), text.casefold()
    if not name or name[-1] >= _FIRST_WITHOUT_SPACES:
        return bool(name) and name in heard
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", heard) is not None


def _verdict(row: InboxEvent, hit: RuleHit) -> Verdict:
    rule_id, name = rule_key(hit.rule_id), hit.rule_name[:80]
    return Verdict(rule_id=rule_id, rule_name=name, event_id=row.pk, action=hit.action.value)


def _tell(stream_id: UUID, state: StreamState, rows: list[InboxEvent]) -> None:
    """Show the docks the last of the new lines; a gap in the versions makes them fetch the rest."""
    told = rows[-LINES_TOLD:]
    version = state.version + len(told) + (len(rows) > len(told))
    StreamState.objects.filter(pk=state.pk).update(version=version)
    announce_dock(stream_id, *line_frames(version, [event_line(row) for row in told]))
