"""Consolidation: from what was said to what is remembered, a window of lines at a time, exactly once.

Three steps, each safe to die in::

    claim    a cursor's lease and the run of its next window, one row for each window
    answer   what a model or the rules propose, stored before anything is done with it
    apply    one transaction: the cursor moves on if it still stands where the run began, and the proposals are judged

Whoever comes after a crash finds the run and goes on from the step that is missing; a window that was applied is
never applied again, because its cursor has moved. The character's live session is not touched.
"""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from memory.domain.judgement import judge
from memory.domain.proposals import Judged, Proposal, Ruling, SaidLine
from memory.domain.ranking import MemoryKind
from memory.models import (
    ConsolidationCursor,
    ConsolidationRun,
    EntryAction,
    MemorySource,
    RunState,
    Utterance,
)
from memory.services.facts import Intake, take_in
from memory.services.journal import Pen
from memory.services.noticing import said_line
from memory.services.writing import next_version

START = UUID(int=0)
WINDOW = 60
LEASE = dt.timedelta(minutes=5)
SETTLED = dt.timedelta(seconds=10)
"""Younger lines are left for the next time: a transaction that began before them may still be on its way."""

IsRemembered = Callable[[UUID], bool]


@dataclass(frozen=True, slots=True)
class Window:
    """A window of lines that wait for their proposals.

    Attributes:
        run_id: Its run.
        lines: What was said, oldest first.
        is_answered: The proposals are stored; only applying is left.
    """

    run_id: UUID
    lines: tuple[SaidLine, ...]
    is_answered: bool


@transaction.atomic
def claim_window(persona_id: UUID, stream_id: UUID, kind: str, *, settled: dt.timedelta = SETTLED) -> Window | None:
    """Claim the next window of a stream's lines, or None when there is none or another worker is at it.

    Args:
        persona_id: Whose memory it is for.
        stream_id: Where the lines were said.
        kind: What set it off (`RunKind` value).
        settled: How old a line must be.
    """
    now = timezone.now()
    cursor, _new = ConsolidationCursor.objects.get_or_create(
        persona_id=persona_id, stream_id=stream_id, defaults={"after_id": START}
    )
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    if not ConsolidationCursor.objects.filter(free, pk=cursor.pk).update(lease_until=now + LEASE):
        return None
    cursor.refresh_from_db()
    run = ConsolidationRun.objects.filter(persona_id=persona_id, stream_id=stream_id, after_id=cursor.after_id).first()
    until_id = run.until_id if run else _before(now - settled)
    lines = tuple(_lines(persona_id, stream_id, cursor.after_id, until_id))
    if not lines:
        ConsolidationCursor.objects.filter(pk=cursor.pk).update(lease_until=None)
        return None
    if run is None:
        run = ConsolidationRun(persona_id=persona_id, stream_id=stream_id, after_id=cursor.after_id, kind=kind)
        run.until_id, run.read = lines[-1].id, len(lines)
    elif run.state == RunState.FAILED:
        run.state, run.note = RunState.CLAIMED, ""
    run.save()
    return Window(run.pk, lines, run.state == RunState.ANSWERED)


def _before(moment: dt.datetime) -> UUID:
    """Return the smallest UUIDv7 of a moment."""
    return UUID(int=(int(moment.timestamp() * 1000) << 80) | (0x7 << 76) | (0b10 << 62))


def _lines(persona_id: UUID, stream_id: UUID, after_id: UUID | None, until_id: UUID | None) -> list[SaidLine]:
    rows = Utterance.objects.filter(persona_id=persona_id, stream_id=stream_id, expires_at__gt=timezone.now())
    rows = rows.filter(pk__gt=after_id, pk__lte=until_id).order_by("pk")
    return [said_line(row) for row in rows[:WINDOW]]


def store_answer(run_id: UUID, proposals: Sequence[Proposal], *, engine: str, source: str, note: str = "") -> bool:
    """Keep what is proposed, before anything is done with it; tell whether the run still waited for it."""
    output = {"source": source, "proposals": [_plain(proposal) for proposal in proposals]}
    waiting = ConsolidationRun.objects.filter(pk=run_id, state=RunState.CLAIMED)
    return bool(waiting.update(state=RunState.ANSWERED, output=output, engine=engine[:120], note=note[:200]))


def _plain(proposal: Proposal) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(json.dumps(asdict(proposal), default=str))
    return values


def _proposal(values: dict[str, Any]) -> Proposal:
    return Proposal(
        **{
            **values,
            "kind": MemoryKind(values["kind"]),
            "cites": tuple(UUID(one) for one in values["cites"]),
            "tags": tuple(values["tags"]),
        }
    )


@transaction.atomic
def apply_run(run_id: UUID, is_remembered: IsRemembered) -> bool:
    """Judge and take in a run's stored proposals, once; tell whether this call did it.

    Args:
        run_id: A run whose answer is stored.
        is_remembered: Tells whether anything may be remembered of a viewer at this moment.
    """
    run = ConsolidationRun.objects.filter(pk=run_id, state=RunState.ANSWERED).first()
    if run is None:
        return False
    cursor = ConsolidationCursor.objects.filter(
        persona_id=run.persona_id, stream_id=run.stream_id, after_id=run.after_id
    )
    if not cursor.update(after_id=run.until_id, lease_until=None):
        return False
    lines = {line.id: line for line in _lines(run.persona_id, run.stream_id, run.after_id, run.until_id)}
    pen = Pen(run, next_version(run.persona_id))
    intake = Intake(run.persona_id, run.output.get("source", MemorySource.RULES), pen.version, pen)
    take_in(intake, [_still(judge(_proposal(one), lines), is_remembered) for one in run.output["proposals"]])
    pen.close()
    run.noticed = pen.count(EntryAction.ADDED, EntryAction.DOUBTED)
    run.expired = pen.count(EntryAction.CLOSED)
    run.state, run.finished_at, run.output = RunState.APPLIED, timezone.now(), {}
    run.save()
    return True


def _still(one: Judged, is_remembered: IsRemembered) -> Judged:
    if one.viewer_id is None or is_remembered(one.viewer_id):
        return one
    return Judged(one.proposal, Ruling.REJECT, "not_remembered")


@transaction.atomic
def fail_run(run_id: UUID, note: str) -> None:
    """Note why a window could not be thought over; the next sweep tries again."""
    run = ConsolidationRun.objects.filter(pk=run_id, state=RunState.CLAIMED).first()
    if run is None:
        return
    run.state, run.note = RunState.FAILED, note[:200]
    run.save(update_fields=["state", "note"])
    cursors = ConsolidationCursor.objects.filter(persona_id=run.persona_id, stream_id=run.stream_id)
    cursors.filter(after_id=run.after_id).update(lease_until=None)
