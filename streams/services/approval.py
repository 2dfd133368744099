"""Lines that wait for a person: held, decided once, given up in time. Nothing of them is said before.

Every decision holds the stream's state row, as the live loop does when it claims, and changes the line only while it is
held: of two people the first decides, and the clock is one of them. What an approved line still needs is in the rows
alone (a waiting event with the reason "approved", its turn, its words), so it survives any process.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from relationships.selectors import has_opted_out
from streams.domain.approval import (
    APPROVED,
    LET_IN,
    NOT_APPROVED,
    NOTE_LONGEST,
    TEXT_LONGEST,
    TOO_MANY,
    UNDECIDED,
    WORDS_LOST,
    Asked,
    HeldBy,
    HeldReply,
    HeldState,
    Refusal,
    broken_rule,
    plain,
    refusal,
    surplus,
)
from streams.domain.lines import Line, line_frames
from streams.domain.plan import StreamConfig
from streams.domain.ranks import Rank
from streams.domain.rules import Action, RuleHit
from streams.domain.turns import rule_key
from streams.hints import announce_dock
from streams.models import HeldLine, InboxEvent, StreamState, Turn, TurnState
from streams.selectors.approval import lines_due, words_kept
from streams.selectors.config import current_config
from streams.selectors.state import event_line, turn_line
from streams.selectors.unnamed import MARK
from streams.services.unnamed import keep_words
from vtcontrol.kernel.errors import Conflict, InputInvalid, NotFound
from vtcontrol.kernel.events import EventState
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.scope import current_studio_id, studio_scope
from vtcontrol.tenancy.tasks import enqueue

TURN_OPEN = (TurnState.HELD, TurnState.APPROVED)
_TURN_ENDS = {
    HeldState.REJECTED: TurnState.REJECTED,
    HeldState.EXPIRED: TurnState.EXPIRED,
    HeldState.CANCELLED: TurnState.CUT,
}
_EVENT_ENDS = {
    HeldState.REJECTED: EventState.PASSED_OVER,
    HeldState.EXPIRED: EventState.EXPIRED,
    HeldState.CANCELLED: EventState.CANCELLED,
}


def hold_reply(
    config: StreamConfig, event_id: UUID, turn_id: UUID, reply: HeldReply, *, is_private: bool
) -> list[Line]:
    """Keep a thought answer until somebody decides; return the lines of what had to be given up for it.

    Runs inside the transaction that ends the thinking. The words of a private answer stand in memory only.
    """
    row = _row(config, event_id, reply.asked, timezone.now())
    row.turn_id, row.text = turn_id, "" if is_private else reply.text
    if is_private:
        keep_words(row.pk, "", reply.text)
    row.save()
    return _give_up_surplus(config)


def hold_events(config: StreamConfig, held: Sequence[InboxEvent], hits: Mapping[UUID, Sequence[RuleHit]]) -> list[Line]:
    """Keep viewers' lines that a rule asks about; return the lines of what had to be given up for them.

    Runs inside the transaction that takes them in.

    Args:
        config: The stream's configuration.
        held: Rows just inserted, in the state "held".
        hits: The rules that fired on each.
    """
    rows = []
    for event in held:
        hit = next(hit for hit in hits[event.pk] if hit.action is Action.HOLD)
        asked = Asked(HeldBy.RULE, hit.rule_id, hit.rule_name[:80])
        rows.append(_row(config, event.pk, asked, event.received_at))
    HeldLine.objects.bulk_create(rows)
    return _give_up_surplus(config)


def _row(config: StreamConfig, event_id: UUID, asked: Asked, now: dt.datetime) -> HeldLine:
    return HeldLine(
        id=uuid7(),
        stream_id=config.stream_id,
        event_id=event_id,
        held_by=asked.by.value,
        rule_id=rule_key(asked.rule_id),
        rule_name=asked.rule_name,
        held_at=now,
        expires_at=now + dt.timedelta(seconds=config.approval.timeout_s),
    )


def _give_up_surplus(config: StreamConfig) -> list[Line]:
    held = HeldLine.objects.filter(stream_id=config.stream_id, state=HeldState.HELD).order_by()
    ids = surplus(list(held.values_list("pk", "held_at")), config.approval.most)
    return _end(ids, HeldState.EXPIRED, TOO_MANY) if ids else []


def reopen(turn: Turn) -> bool:
    """Let the turn that thought an approved answer go on, to say it; tell whether it still was to be said."""
    waiting = Turn.objects.filter(pk=turn.pk, state=TurnState.APPROVED)
    return bool(waiting.update(state=TurnState.PREPARING, fence=turn.fence))


@transaction.atomic
def approve(stream_id: UUID, held_id: UUID, *, by: str, text: str | None = None) -> HeldLine:
    """Let a line be said (or a viewer's line be answered) next. The same approval again changes nothing.

    Args:
        stream_id: The stream.
        held_id: The line.
        by: Who decides, by name.
        text: The words to say instead, with tags; None leaves them as they are.

    Raises:
        NotFound: No such line on this stream.
        Conflict: It was decided otherwise, its time is over, panic holds, or its words are gone.
        InputInvalid: The new words are none, too many, or break a rule.
    """
    state, row = _locked(stream_id, held_id)
    words = _edited(stream_id, row, text)
    if row.state == HeldState.APPROVED and words in {None, words_kept(row)}:
        return row
    _check(row, state)
    if row.turn_id and not (words or words_kept(row)):
        raise Conflict(_("The words are gone: they were kept in memory only. Reject the line."))
    now = timezone.now()
    changed = {"edited_text": words or ""}
    if words is not None and _is_private(row.event):
        keep_words(row.pk, "", words)
        changed = {"edited_text": "", "text": ""}
    _decide(row, HeldState.APPROVED, now, decided_by=by[:80], **changed)
    event = _wait_again(row, now)
    lines = [event_line(event, turn_id=row.turn_id)]
    if row.turn_id:
        lines.append(_turn_changed(row, event, state=TurnState.APPROVED, **_shown(row)))
    _tell(state, lines)
    enqueue("live.perform", stream_id=stream_id)
    return row


def _edited(stream_id: UUID, row: HeldLine, text: str | None) -> str | None:
    """Return new words that may be said, or None when they are the old ones.

    Raises:
        InputInvalid: They may not.
    """
    if text is None or row.turn_id is None or text.strip() == words_kept(row):
        return None
    words = " ".join(text.split())
    if not plain(words):
        raise InputInvalid(_("Write what the character is to say."), field="text")
    if len(words) > TEXT_LONGEST:
        raise InputInvalid(_("At most %(most)d characters at once.") % {"most": TEXT_LONGEST}, field="text")
    config = current_config(current_studio_id(), stream_id)
    hit = broken_rule(config.approval.released, words, config.language)
    if hit is not None:
        told = _("The words break the rule “%(rule)s”, so they would not be said. Change them, or reject the line.")
        raise InputInvalid(told % {"rule": hit.rule_name or hit.rule_id}, field="text")
    return words


@transaction.atomic
def reject(stream_id: UUID, held_id: UUID, *, by: str, note: str = "") -> HeldLine:
    """Have a line not said, or a viewer's line not answered. The same again changes nothing.

    Args:
        stream_id: The stream.
        held_id: The line.
        by: Who decides, by name.
        note: Why, in the team's words; not kept about somebody who opted out.

    Raises:
        NotFound: No such line on this stream.
        Conflict: It was approved, or its time is over.
        InputInvalid: The note is too long.
    """
    if len(note) > NOTE_LONGEST:
        raise InputInvalid(_("A reason has at most %(most)d characters.") % {"most": NOTE_LONGEST}, field="reason")
    state, row = _locked(stream_id, held_id)
    if row.state == HeldState.REJECTED:
        return row
    _check(row, state)
    kept = "" if _is_private(row.event) else " ".join(note.split())
    lines = _end([row.pk], HeldState.REJECTED, NOT_APPROVED, decided_by=by[:80], note=kept)
    _tell(state, lines)
    enqueue("live.perform", stream_id=stream_id)
    row.refresh_from_db()
    return row


def _locked(stream_id: UUID, held_id: UUID) -> tuple[StreamState, HeldLine]:
    """Lock the stream's state, and return it with the line."""
    state = StreamState.objects.select_for_update().filter(stream_id=stream_id).first()
    row = HeldLine.objects.select_related("event", "turn").filter(pk=held_id, stream_id=stream_id).first()
    if state is None or row is None:
        raise NotFound
    return state, row


def _check(row: HeldLine, state: StreamState) -> None:
    refused = refusal(row.state, row.expires_at, timezone.now(), is_panicked=state.panicked_at is not None)
    if refused is not None:
        raise Conflict(_REFUSALS[refused]() % {"who": row.decided_by or _("Somebody")})


_REFUSALS: dict[Refusal, Callable[[], str]] = {
    Refusal.PANIC: lambda: _("Panic holds, so nothing is decided. Release it first."),
    Refusal.LATE: lambda: _("Too late: the time to decide is over, and the line is not said."),
    Refusal.APPROVED: lambda: _("%(who)s approved this line already."),
    Refusal.REJECTED: lambda: _("%(who)s rejected this line already."),
    Refusal.EXPIRED: lambda: _("Too late: this line was given up, and it is not said."),
    Refusal.CANCELLED: lambda: _("This line was taken back: its message was deleted, or its author removed."),
}


def _decide(row: HeldLine, state: HeldState, now: dt.datetime, **values: Any) -> None:
    """Write a decision, unless another was faster."""
    values |= {"state": state, "decided_at": now}
    if not HeldLine.objects.filter(pk=row.pk, state=HeldState.HELD).update(**values):
        raise Conflict(_("Somebody decided on this line a moment before."))
    for name, value in values.items():
        setattr(row, name, value)


def _wait_again(row: HeldLine, now: dt.datetime) -> InboxEvent:
    """Put the event of an approved line first in the queue."""
    event: InboxEvent = row.event
    reason = APPROVED if row.turn_id else LET_IN
    values = {"state": EventState.WAITING, "reason": reason, "pinned_at": now, "priority": Rank.DIRECTOR, "attempts": 0}
    if not InboxEvent.objects.filter(pk=event.pk, state=EventState.HELD).update(**values, decided_at=None):
        raise Conflict(_("This line does not wait any more."))
    for name, value in values.items():
        setattr(event, name, value)
    return event


def _is_private(event: InboxEvent) -> bool:
    """Tell whether nothing of the event's person may be stored: they opted out before they wrote, or since."""
    return event.author_id == MARK or (event.viewer_id is not None and has_opted_out(event.viewer_id))


def _shown(row: HeldLine) -> dict[str, Any]:
    return {"text": plain(row.edited_text)} if row.edited_text else {}


def _turn_changed(row: HeldLine, event: InboxEvent, **values: Any) -> Line:
    """Write the turn of a held line and return its line."""
    turn = Turn.objects.select_related("persona").defer("prompt").get(pk=row.turn_id)
    for name, value in values.items():
        setattr(turn, name, value)
    Turn.objects.filter(pk=turn.pk, state__in=TURN_OPEN).update(**values)
    return turn_line(turn, turn.persona.name, decided_by=row.decided_by)


def _end(ids: Iterable[UUID], state: HeldState, reason: str, **values: Any) -> list[Line]:
    """End lines that are held or still to be said, with their events and turns; return what docks are told.

    The caller holds the stream's state row.
    """
    now = timezone.now()
    lines: list[Line] = []
    rows = HeldLine.objects.select_related("event").filter(pk__in=list(ids)).order_by("held_at", "id")
    for row in rows:
        changed = {"state": state.value, "reason": reason, "decided_at": now, **values}
        for name, value in changed.items():
            setattr(row, name, value)
        HeldLine.objects.filter(pk=row.pk).update(**changed)
        lines += _end_event(row, now) + _end_turn(row, now)
    return lines


def _end_event(row: HeldLine, now: dt.datetime) -> list[Line]:
    """End the event of a line that is not said, if it is still open because of it."""
    event: InboxEvent = row.event
    is_ours = Q(state=EventState.HELD) | Q(state=EventState.WAITING, reason=APPROVED)
    ends = _EVENT_ENDS[HeldState(row.state)]
    values = {"state": ends, "reason": row.reason, "decided_at": now, "pinned_at": None}
    if not InboxEvent.objects.filter(is_ours, pk=event.pk).update(**values):
        return []
    for name, value in values.items():
        setattr(event, name, value)
    return [event_line(event, turn_id=row.turn_id)]


def _end_turn(row: HeldLine, now: dt.datetime) -> list[Line]:
    if row.turn_id is None:
        return []
    ends = _TURN_ENDS[HeldState(row.state)]
    return [_turn_changed(row, row.event, state=ends, reason=row.reason, finished_at=now)]


def _unsaid(stream_id: UUID) -> "list[UUID]":
    """Return what of a stream is held, or approved and not yet being said."""
    to_say = Q(state=HeldState.APPROVED, turn__state=TurnState.APPROVED)
    rows = HeldLine.objects.filter(Q(state=HeldState.HELD) | to_say, stream_id=stream_id).order_by()
    return list(rows.values_list("pk", flat=True))


def give_up_all(stream_id: UUID, reason: str) -> int:
    """Give up everything that waits for a person or is still to be said; return how many lines.

    The caller holds the stream's state row, and makes the docks fetch everything anew.
    """
    ids = _unsaid(stream_id)
    if ids:
        _end(ids, HeldState.EXPIRED, reason)
    return len(ids)


def take_back(event_ids: Sequence[UUID], reason: str) -> list[Line]:
    """Cancel what is held, or approved and not yet said, of these events; return what docks are told.

    The caller holds the state row of their stream.
    """
    to_say = Q(state=HeldState.APPROVED, turn__state=TurnState.APPROVED)
    rows = HeldLine.objects.filter(Q(state=HeldState.HELD) | to_say, event_id__in=event_ids).order_by()
    ids = list(rows.values_list("pk", flat=True))
    return _end(ids, HeldState.CANCELLED, reason) if ids else []


def take_back_viewer(viewer_id: UUID, reason: str) -> None:
    """Cancel what is held, or approved and not yet said, of a viewer on every stream, and tell the docks."""
    found = HeldLine.objects.filter(event__viewer_id=viewer_id, state__in=(HeldState.HELD, HeldState.APPROVED))
    for stream_id in found.order_by("stream_id").values_list("stream_id", flat=True).distinct():
        state = StreamState.objects.select_for_update().get(stream_id=stream_id)
        events = found.filter(stream_id=stream_id).order_by().values_list("event_id", flat=True)
        _tell(state, take_back(list(events), reason))


def expire_due() -> int:
    """Give up, on every stream, what nobody decided on in time, and what was approved but cannot be said any more.

    Runs over all studios; return how many lines.
    """
    undecided, lost = lines_due(timezone.now())
    found = [*((one, UNDECIDED) for one in undecided), *((one, "") for one in lost)]
    count = 0
    for (studio_id, stream_id, held_id), reason in found:
        with studio_scope(studio_id):
            count += _expire(stream_id, held_id, reason)
    return count


@transaction.atomic
def _expire(stream_id: UUID, held_id: UUID, reason: str) -> int:
    """Give one line up, if nobody was faster."""
    state, row = _locked(stream_id, held_id)
    is_lost = row.state == HeldState.APPROVED and row.turn is not None and row.turn.state == TurnState.APPROVED
    if row.state != HeldState.HELD and not is_lost:
        return 0
    _tell(state, _end([held_id], HeldState.EXPIRED, reason or row.event.reason or WORDS_LOST))
    enqueue("live.perform", stream_id=stream_id)
    return 1


def _tell(state: StreamState, lines: list[Line]) -> None:
    """Raise the version by what changed, and tell the docks; the caller holds the state row."""
    StreamState.objects.filter(pk=state.pk).update(version=F("version") + len(lines))
    announce_dock(state.stream_id, *line_frames(state.version + len(lines), lines))
