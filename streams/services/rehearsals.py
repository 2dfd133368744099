"""The life of a rehearsal in the database: started, claimed, answered, ended, forgotten.

A worker holds a run by its name on the row; each write is conditional on it, so a cancelled run, or one another worker
took over, is let go of. One run a studio is running at a time: the others wait, and the one that ends wakes the next.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from personas.domain.rehearsal.scenarios import Scenario
from personas.models import Persona, Revision
from streams.domain.plan import StreamConfig
from streams.models import Broadcast, RehearsalAnswer, RehearsalRun, RehearsalSource, RehearsalState, Stream
from streams.selectors.rehearsals import events_to_replay
from streams.services.usage import is_over_budget, record_rehearsed
from vtcontrol.kernel.errors import Conflict, InputInvalid
from vtcontrol.tenancy.tasks import enqueue

KEPT = dt.timedelta(days=30)
KEPT_MOST = 100
"""So many rehearsals a studio keeps; the oldest go first."""
WAITING_MOST = 10
ANSWERS_MOST = 600
LOST_AFTER = dt.timedelta(seconds=150)
"""A worker that has not been heard of for so long is gone; no answer takes longer."""
DEATHS_MOST = 3
NOTE_BUDGET, NOTE_CRASH, NOTE_FAULT = "budget", "worker_lost", "fault"
_RUNNING = Q(state=RehearsalState.RUNNING)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to rehearse.

    Attributes:
        persona: Who.
        stream: On which of its streams: its language, rules and budgets count.
        tried: The revision that is tried, or None for the character as it is on air.
        tried_label: What people call it.
        against: The revision it is compared with, or None for the character as it is on air.
        against_label: What people call it; "" compares with nothing.
        source: What is played.
        scenarios: The scenarios, unless a broadcast is played.
        broadcast: The broadcast, if one is.
    """

    persona: Persona
    stream: Stream
    tried: Revision | None
    tried_label: str
    source: RehearsalSource
    against: Revision | None = None
    against_label: str = ""
    scenarios: Sequence[Scenario] = ()
    broadcast: Broadcast | None = None


def start(wanted: Wanted, by: Any = None, *, is_queued: bool = True) -> RehearsalRun:
    """Write a rehearsal down and have it begin.

    Args:
        wanted: What to rehearse.
        by: The user who asked for it, or None.
        is_queued: A worker is to take it; otherwise the caller carries it out.

    Raises:
        InputInvalid: There is nothing to play, or too much.
        Conflict: Too many wait already.
    """
    entries, steps = _played(wanted)
    total = steps * (2 if wanted.against_label else 1)
    if not total:
        raise InputInvalid(_("There is nothing to play: no line that could be answered is left."))
    if total > ANSWERS_MOST:
        raise InputInvalid(_("Too much for one rehearsal: at most %(count)d answers.") % {"count": ANSWERS_MOST})
    with transaction.atomic():
        if RehearsalRun.objects.filter(state=RehearsalState.WAITING).count() >= WAITING_MOST:
            raise Conflict(_("Too many rehearsals wait already. Cancel one, or come back when they are done."))
        run = RehearsalRun(
            stream=wanted.stream,
            persona=wanted.persona,
            tried=wanted.tried,
            tried_label=wanted.tried_label,
            against=wanted.against,
            against_label=wanted.against_label,
            source=wanted.source,
            broadcast=wanted.broadcast,
            scenarios=entries,
            total=total,
            created_by=by,
            expires_at=timezone.now() + KEPT,
        )
        run.save()
        _forget_surplus()
        if is_queued:
            enqueue("rehearsal.run", run_id=run.pk)
    return run


def _played(wanted: Wanted) -> tuple[list[dict[str, Any]], int]:
    """Return what a run stores of what it plays, and how many answers one side gives."""
    if wanted.broadcast is not None:
        ids = events_to_replay(wanted.broadcast, wanted.persona)
        return [{"name": str(wanted.broadcast), "events": [str(one) for one in ids]}], len(ids)
    steps = sum(step.is_answered for one in wanted.scenarios for step in one.steps)
    return [one.as_json() for one in wanted.scenarios], steps


def _forget_surplus() -> None:
    ended = RehearsalRun.objects.exclude(state__in=(RehearsalState.WAITING, RehearsalState.RUNNING))
    surplus = list(ended.order_by("-created_at").values_list("pk", flat=True)[KEPT_MOST:])
    if surplus:
        RehearsalRun.objects.filter(pk__in=surplus).delete()


def claim(run_id: UUID, worker: str) -> RehearsalRun | None:
    """Make a run ours if it waits, is between two workers, or its worker is gone, and no other of the studio runs."""
    now = timezone.now()
    rows = RehearsalRun.objects.filter(pk=run_id)
    lost = Q(beat_at__lt=now - LOST_AFTER)
    if rows.filter(_RUNNING & lost, deaths__gte=DEATHS_MOST).update(**_ending(RehearsalState.STOPPED, NOTE_CRASH, now)):
        wake_next()
        return None
    try:
        with transaction.atomic():
            ours = {"worker": worker, "beat_at": now}
            orphaned = rows.filter(_RUNNING & lost & ~Q(worker=""))
            free = rows.filter(Q(state=RehearsalState.WAITING) | (_RUNNING & Q(worker="")))
            is_ours = orphaned.update(deaths=F("deaths") + 1, **ours) or free.update(
                state=RehearsalState.RUNNING, **ours
            )
    except IntegrityError:  # another one of the studio is running: it wakes the next
        return None
    found: RehearsalRun | None = rows.select_related("persona", "stream", "tried", "against").first()
    return found if is_ours else None


def keep_answer(run: RehearsalRun, config: StreamConfig, answer: RehearsalAnswer, cost_micros: int) -> bool:
    """Write an answer down and meter it; tell whether the run is still ours."""
    now = timezone.now()
    failed = sum(not one["ok"] for one in answer.findings) if answer.side == run.sides[-1] else 0
    with transaction.atomic():
        record_rehearsed(config, answer.brain, answer.prompt_tokens + answer.completion_tokens, cost_micros, now)
        held = RehearsalRun.objects.filter(_RUNNING, pk=run.pk, worker=run.worker)
        if not held.update(done=F("done") + 1, failed=F("failed") + failed, beat_at=now):
            return False
        answer.run = run
        answer.save()
    return True


def may_spend(config: StreamConfig) -> bool:
    """Tell whether the day's budgets allow another answer."""
    return not is_over_budget(config, timezone.now())


def hand_on(run: RehearsalRun) -> None:
    """Let go of a run that is not over, so that others get their turn at the worker."""
    with transaction.atomic():
        held = RehearsalRun.objects.filter(_RUNNING, pk=run.pk, worker=run.worker)
        if held.update(worker="", beat_at=timezone.now()):
            enqueue("rehearsal.run", run_id=run.pk)


@transaction.atomic
def finish(run: RehearsalRun, state: RehearsalState = RehearsalState.DONE, note: str = "") -> None:
    """End a run that is ours, and wake the next one of the studio; what could not be played any more was not wanted."""
    held = RehearsalRun.objects.filter(_RUNNING, pk=run.pk, worker=run.worker)
    wanted = {"total": F("done")} if state == RehearsalState.DONE else {}
    if held.update(**_ending(state, note, timezone.now()), **wanted):
        wake_next()


@transaction.atomic
def cancel(run: RehearsalRun) -> None:
    """End a run now; its worker finds out at the next answer, which is not kept.

    Raises:
        Conflict: It is over already.
    """
    rows = RehearsalRun.objects.filter(pk=run.pk, state__in=(RehearsalState.WAITING, RehearsalState.RUNNING))
    if not rows.update(**_ending(RehearsalState.CANCELLED, "", timezone.now())):
        raise Conflict(_("It is over already."))
    wake_next()


def wake_next() -> None:
    """Have the studio's oldest waiting run begin."""
    following = RehearsalRun.objects.filter(state=RehearsalState.WAITING).order_by("created_at").first()
    if following is not None:
        enqueue("rehearsal.run", run_id=following.pk)


def runs_in_need() -> Iterator[tuple[UUID, UUID]]:
    """Yield (studio, run) of what nobody works on though somebody could. Runs over all studios."""
    now = timezone.now()
    busy = RehearsalRun.objects.filter(_RUNNING, studio_id=OuterRef("studio_id"))
    stray = RehearsalRun.objects.filter(_RUNNING, worker="", beat_at__lt=now - dt.timedelta(seconds=30))
    lost = RehearsalRun.objects.filter(_RUNNING, beat_at__lt=now - LOST_AFTER)
    waiting = RehearsalRun.objects.filter(~Exists(busy), state=RehearsalState.WAITING).order_by("-created_at")
    wanted: dict[UUID, UUID] = dict(waiting.values_list("studio_id", "pk"))
    wanted |= {studio_id: run_id for rows in (stray, lost) for studio_id, run_id in rows.values_list("studio_id", "pk")}
    yield from wanted.items()


def _ending(state: RehearsalState, note: str, now: dt.datetime) -> dict[str, Any]:
    return {"state": state, "note": note, "worker": "", "finished_at": now}
