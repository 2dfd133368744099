"""The life of a turn in the database: claim, speak, finish. Every write is conditional on the lease.

Called by the live loop in a thread; each function is one transaction and returns what the docks are to be told.
"""

import datetime as dt
import json
import zlib
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from relationships.selectors import has_opted_out
from streams.domain.approval import APPROVED, LET_IN, plain
from streams.domain.lines import Line, amount_words, line_frames, speaker_of, told_of
from streams.domain.plan import StreamConfig
from streams.domain.triage import TriageState
from streams.domain.turns import ChosenEvent, Claim, Idle, Stale, TurnReport
from streams.models import (
    DirectorNote,
    InboxEvent,
    Segment,
    Turn,
    TurnState,
)
from streams.selectors.approval import is_held_up
from streams.selectors.cast import answering, is_for_nobody_here, memory_version_of
from streams.selectors.context import Context, gather, gather_approved
from streams.selectors.inbox import Choice, choose_event
from streams.selectors.state import OPEN_TURNS, event_line, state_frame, turn_line
from streams.services.approval import hold_reply, reopen
from streams.services.evidence import write_utterances, write_verdicts
from streams.services.exchange import go_on
from streams.services.leases import Lease, hold, look_at
from streams.services.personal_data import EMPTIED_TURN
from streams.services.usage import is_over_budget, record_usage
from vtcontrol.kernel.errors import Interrupted, LeaseLost
from vtcontrol.kernel.events import NARRATION, EventKind, EventState
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.compiled import CompiledInsert, CompiledQuery
from vtcontrol.tenancy.tasks import enqueue

Frames = tuple[dict[str, Any], ...]

_ADD_TURN, _ADD_SEGMENT = CompiledInsert(Turn), CompiledInsert(Segment)

HELD_UP_S = 5.0  # a decision wakes the loop at once; this is for one that was lost
OPEN_EVENTS = (EventState.WAITING, EventState.HELD)
ROLE_TAKEN, LEFT_STAGE = "role_taken", "left_stage"


_TAKE = CompiledQuery(
    lambda event_id: InboxEvent.objects.filter(pk=event_id, state=EventState.WAITING.value),
    change=lambda event_id: {"state": EventState.TAKEN.value, "attempts": F("attempts") + 1},
    event_id=UUID,
)


def claim(lease: Lease, config: StreamConfig, triage: TriageState | None = None) -> Claim | Idle | Stale:
    """Choose the next event and make its turn ours; or say how long to wait; or that the configuration moved on.

    All reads come first and lock nothing; what they led to is written in one short transaction, if it still holds.

    Raises:
        LeaseLost: The lease is another worker's.
    """
    look = look_at(lease)
    if look.is_panicked or not config.is_enabled:
        return Idle(wait_s=3600.0)
    if look.config_version != config.version:
        return Stale()
    now = timezone.now()
    if config.approval.is_waiting and is_held_up(lease.stream_id):
        return Idle(wait_s=HELD_UP_S)
    choice = choose_event(lease.stream_id, config, triage, now)
    if choice.pick is None:
        return _idle(lease, choice, now)
    if is_for_nobody_here(config, choice.pick):
        return _idle(lease, choice.passed_over(LEFT_STAGE), now)
    speaker, memory_version = config, look.memory_version
    if config.narrator is not None and choice.pick.platform == NARRATION:
        speaker = config.narrator
    elif config.cast is not None:
        answers = answering(config, choice.pick)
        if answers.member is None:
            return _idle(lease, choice.passed_over(ROLE_TAKEN), now)
        speaker = config.of(answers.member.persona_id)
        memory_version = memory_version_of(speaker.persona_id)
    speaker = speaker.heard_by(who_of(choice.pick))
    context = gather_approved(speaker, choice.pick, now=now) if choice.pick.reason == APPROVED else None
    context = context or gather(speaker, choice.pick, memory_version, now=now)
    return _take(lease, speaker, choice, context, now)


@transaction.atomic
def _idle(lease: Lease, choice: Choice, now: dt.datetime) -> Idle:
    """Retire what triage retires, though nothing is to be answered."""
    if not choice.retired:
        return Idle(choice.wait_s)
    lines = [event_line(event) for event in _shown(choice)]
    frames = dock_frames(lease, lines, is_all=_shows_all(choice), with_state=bool(lines))
    _retire(choice, now)
    return Idle(choice.wait_s, frames)


@transaction.atomic
def _take(lease: Lease, config: StreamConfig, choice: Choice, context: Context, now: dt.datetime) -> Claim | Idle:
    """Make the chosen event's turn ours, unless panic or another hand was faster."""
    event, candidate = choice.pick, choice.candidate
    if event is None or candidate is None:
        return Idle(choice.wait_s)
    event.state = EventState.TAKEN
    turn = Turn(
        id=context.approved.turn_id if context.approved else uuid7(),
        stream_id=lease.stream_id,
        broadcast_id=event.broadcast_id,
        event_id=event.pk,
        persona_id=config.persona_id,
        spoken_as=config.off_stage_name,
        revision_id=config.revision_id,
        fence=lease.fence,
        started_at=now,
    )
    lines = [event_line(one) for one in _shown(choice)]
    asked = [] if event.kind == EventKind.CUE else [event_line(event, turn_id=turn.pk)]
    lines += [*asked, turn_line(turn, config.persona.name)]
    told, gap = told_of(lines, is_all=_shows_all(choice))
    held = hold(lease, changes=gap + len(told))
    if held.is_panicked or not _TAKE.count(event_id=event.pk):
        transaction.set_rollback(True)
        return Idle(wait_s=3600.0 if held.is_panicked else 0.0)
    _retire(choice, now)
    if context.approved is None:
        _ADD_TURN.add(turn)
    elif not reopen(turn):
        transaction.set_rollback(True)
        return Idle(wait_s=0.0)
    return Claim(
        candidate=candidate,
        turn_id=turn.pk,
        started_at=now,
        event=chosen(event),
        epoch=held.epoch,
        prompt=context.prompt,
        memories=context.memories,
        note_ids=context.note_ids,
        is_degraded=is_over_budget(config, now),
        frames=tuple(line_frames(held.version, told)),
        never=context.never,
        approved=context.approved,
        lore=context.lore,
        speaker=config,
    )


def who_of(event: InboxEvent) -> str:
    """Return what tells an event's person from others, the same for all their events; "" for nobody's."""
    if event.viewer_id is not None:
        return str(event.viewer_id)
    return f"{event.platform}:{event.author_id}" if event.author_id else ""


def chosen(event: InboxEvent) -> ChosenEvent:
    """Return the event as the live loop carries it."""
    return ChosenEvent(
        id=event.pk,
        kind=event.kind,
        platform=event.platform,
        author_name=event.author_name,
        text=event.text,
        amount=amount_words(event.amount, event.currency),
        viewer_id=event.viewer_id,
        is_private=event.viewer_id is None and bool(event.author_id),
        received_at=event.received_at,
        exchange=event.exchange,
        is_let_in=event.reason == LET_IN,
    )


def dock_frames(lease: Lease, lines: list[Line], *, is_all: bool = True, with_state: bool = False) -> Frames:
    """Raise the version by what is told, and return its frames.

    Args:
        lease: Whose stream it is.
        lines: Lines that changed.
        is_all: They are all that changed; if not, a gap in the versions makes the docks fetch the rest.
        with_state: The live state changed too.
    """
    if not lines and not with_state:
        return ()
    told, gap = told_of(lines, is_all=is_all)
    version = hold(lease, changes=gap + len(told) + with_state).version
    frames = line_frames(version - with_state, told)
    if not with_state:
        return tuple(frames)
    return (*frames, state_frame(lease.stream_id))


def _shows_all(choice: Choice) -> bool:
    return len(choice.shown) == len(choice.told)


def _shown(choice: Choice) -> list[InboxEvent]:
    """Return the retired events that docks are shown, with the states triage gave."""
    for event in choice.shown:
        event.state, event.reason = choice.told[event.pk]
    return choice.shown


def _retire(choice: Choice, now: dt.datetime) -> None:
    """Write the terminal states triage gave."""
    for (state, reason), ids in choice.retired.items():
        waiting = InboxEvent.objects.filter(pk__in=ids, state=EventState.WAITING)
        waiting.update(state=state, reason=reason, decided_at=now)


_SPEAK = CompiledQuery(
    lambda turn_id, fence, text, emotion: Turn.objects.filter(pk=turn_id, fence=fence, state__in=OPEN_TURNS),
    change=lambda turn_id, fence, text, emotion: {
        "state": TurnState.SPEAKING.value,
        "text": text,
        "emotion": emotion,
    },
    turn_id=UUID,
    fence=int,
    text=str,
    emotion=str,
)


@transaction.atomic
def begin_segment(lease: Lease, claim_: Claim, *, text: str, emotion: str, is_first: bool) -> int:
    """Commit that a segment is about to be spoken; `text` is the whole answer so far.

    Returns:
        The state's version: after two changes for the first segment (its line and the live state), one for the others.

    Raises:
        LeaseLost: The lease is another worker's.
        Interrupted: The control epoch moved on since the turn was claimed.
    """
    held = hold(lease, changes=1 + is_first)
    if held.epoch != claim_.epoch or held.is_panicked:
        raise Interrupted("panic" if held.is_panicked else _why_stopped(claim_.event.id))
    kept = "" if claim_.event.is_private else text
    if not _SPEAK.count(turn_id=claim_.turn_id, fence=lease.fence, text=kept, emotion=emotion):
        raise LeaseLost(str(lease.stream_id))
    return held.version


def _why_stopped(event_id: UUID) -> str:
    """Return why the epoch moved on, as far as the rows tell: the message was deleted, else somebody skipped."""
    was_deleted = InboxEvent.objects.filter(pk=event_id, state=EventState.TAKEN, reason="deleted").exists()
    return "deleted" if was_deleted else "skip"


def speaking_line(claim_: Claim, *, text: str, emotion: str, character: str) -> Line:
    """Return the character's line while it is being spoken."""
    return Line(
        id=claim_.turn_id,
        turn=claim_.turn_id,
        at=claim_.started_at,
        who="character",
        name=character,
        text=text,
        status=TurnState.SPEAKING.value,
        emotion=emotion,
        decided_by=claim_.approved.decided_by if claim_.approved else "",
    )


_DECIDE = CompiledQuery(
    lambda event_id, **_: InboxEvent.objects.filter(pk=event_id, state=EventState.TAKEN.value),
    change=lambda event_id, **values: values,
    event_id=UUID,
    state=str,
    reason=str,
    decided_at=dt.datetime,
)


@transaction.atomic
def finish(lease: Lease, config: StreamConfig, report: TurnReport) -> Frames:
    """Write down how a turn ended: turn, segments, event, what was heard, what it cost.

    Raises:
        LeaseLost: The lease is another worker's; whoever has it closed the turn.
        Interrupted: The answer was to be held for a person, and the control epoch moved on before.
    """
    held = hold(lease)
    if report.held is not None and (held.is_panicked or held.epoch != report.held.epoch):
        raise Interrupted("panic" if held.is_panicked else _why_stopped(report.event.id))
    now = timezone.now()
    is_private = _is_private(report.event)
    values = _turn_values(report, now) | (EMPTIED_TURN if is_private else {})
    open_turn = Turn.objects.filter(pk=report.turn_id, fence=lease.fence, state__in=OPEN_TURNS)
    if not open_turn.update(**values):
        raise LeaseLost(str(lease.stream_id))
    segments = [_segment(report.turn_id, segment) for segment in report.segments]
    for segment in segments if is_private else ():
        segment.text = ""
    _ADD_SEGMENT.add(*segments)
    decided = {"state": str(report.event_state), "reason": report.event_reason}
    _DECIDE.count(event_id=report.event.id, decided_at=None if report.event_state in OPEN_EVENTS else now, **decided)
    if not is_private:
        write_utterances(config, report, now)
    write_verdicts(report)
    if report.note_ids:
        notes = DirectorNote.objects.filter(pk__in=report.note_ids, turns_left__gt=0)
        notes.update(turns_left=F("turns_left") - 1)
    record_usage(config, report, now)
    lines = _ending_lines(config, report)
    if report.held is not None:
        lines += hold_reply(config, report.event.id, report.turn_id, report.held, is_private=is_private)
    else:
        enqueue("upkeep.absorb", turn_id=report.turn_id)
    if config.cast is not None:
        go_on(config, report, now)
    return dock_frames(lease, lines, with_state=True)


def _is_private(event: ChosenEvent) -> bool:
    """Tell whether nothing of a turn may be stored: the person opted out, if need be while it was spoken."""
    return event.is_private or (event.viewer_id is not None and has_opted_out(event.viewer_id))


def _turn_values(report: TurnReport, now: dt.datetime) -> dict[str, Any]:
    """Return what is written of a turn; one that says approved words keeps what was written of the thinking."""
    ended = {
        "state": report.state,
        "reason": report.reason,
        "text": report.text,
        "heard_text": report.heard_text,
        "emotion": report.segments[0].emotion if report.segments else report.emotion,
        "voice": report.voice,
        "characters": sum(report.characters.values()),
        "finished_at": None if report.held is not None else now,
    }
    if report.approved is not None:
        said = {} if report.segments else {"text": plain(report.approved.text)}
        timings = {**report.timings, **report.approved.timings}
        return ended | said | {"timings": timings, "cost": F("cost") + report.cost_micros / 1_000_000}
    record = zlib.compress(json.dumps(report.prompt_record, ensure_ascii=False).encode(), 1)
    return ended | {
        "brain": report.brain,
        "prompt": record,
        "timings": dict(report.timings),
        "prompt_tokens": report.prompt_tokens,
        "completion_tokens": report.completion_tokens,
        "cost": report.cost_micros / 1_000_000,
    }


def _segment(turn_id: UUID, spoken: Any) -> Segment:
    return Segment(
        turn_id=turn_id,
        number=spoken.number,
        text=spoken.text,
        emotion=spoken.emotion,
        intensity=spoken.intensity,
        motion=spoken.motion,
        engine=spoken.engine,
        audio_ms=spoken.audio_ms,
        heard_ms=spoken.heard_ms,
        heard_by=spoken.heard_by,
    )


def _ending_lines(config: StreamConfig, report: TurnReport) -> list[Line]:
    event = report.event
    viewer = Line(
        id=event.id,
        turn=report.turn_id,
        at=event.received_at,
        who=speaker_of(event.kind, event.author_name),
        name=event.author_name,
        text=event.text,
        status=report.event_state,
        reason=report.event_reason,
        viewer=event.viewer_id,
    )
    answer = Line(
        id=report.turn_id,
        turn=report.turn_id,
        at=report.started_at,
        who="character",
        name=config.persona.name,
        text=report.text,
        status=report.state,
        reason=report.reason,
        emotion=report.segments[0].emotion if report.segments else report.emotion,
        heard_ms=report.heard_ms,
        decided_by=report.approved.decided_by if report.approved else "",
    )
    return [answer] if event.kind == EventKind.CUE else [viewer, answer]
