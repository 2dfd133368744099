"""Reading rehearsals: what of a broadcast can be replayed, and what came of a run."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from personas.models import Persona
from streams.models import Broadcast, InboxEvent, RehearsalAnswer, RehearsalRun, RehearsalSide, RehearsalState, Turn
from vtcontrol.kernel.events import EventKind

EVENTS_MOST = 60
"""So many answered events of a broadcast are replayed, the first ones."""
_SAYS_NOTHING = (EventKind.SILENCE.value, EventKind.VICTORY.value, EventKind.DEFEAT.value, EventKind.TROUBLE.value)
_OURS = (EventKind.DIRECTOR_SAY.value, "cue")  # the team's own words, and another character's
_TOLD = Q(kind__in=_SAYS_NOTHING) | ~Q(text="") | ~Q(author_name="")
_KNOWN = Q(viewer=None, author_id="") | Q(viewer__has_opted_out=False)


def replayable() -> Any:
    """Return the events that may be played again: not of people who are erased or opted out, not deleted ones."""
    return InboxEvent.objects.filter(_TOLD, _KNOWN).exclude(kind__in=_OURS).exclude(reason="deleted")


def events_to_replay(broadcast: Broadcast, persona: Persona) -> list[UUID]:
    """Return the events a character answered in a broadcast, oldest first, as far as they may be played again."""
    turns = Turn.objects.filter(broadcast=broadcast, persona=persona).exclude(reason="deleted")
    found = replayable().filter(pk__in=turns.values("event_id")).order_by("received_at", "pk")
    return list(found.values_list("pk", flat=True)[:EVENTS_MOST])


def replayed(event_ids: Iterable[str]) -> dict[UUID, InboxEvent]:
    """Return those of a run's events that may still be played."""
    return {event.pk: event for event in replayable().filter(pk__in=list(event_ids))}


@dataclass(frozen=True, slots=True)
class SideTotals:
    """What one side did in all.

    Attributes:
        side: Which.
        label: What people call it.
        answers: How many answers it gave.
        passed: Checks that passed.
        failed: Checks that did not.
        first_ms: Middle time to the first clause, or None.
        tokens: Tokens of prompts and answers.
        cost: Money.
    """

    side: str
    label: str
    answers: int
    passed: int
    failed: int
    first_ms: int | None
    tokens: int
    cost: Decimal


@dataclass(slots=True)
class PlayedStep:
    """A step, and what each side said: by side, None while it has not."""

    first: RehearsalAnswer
    answers: dict[str, RehearsalAnswer | None] = field(default_factory=dict)


@dataclass(slots=True)
class PlayedScenario:
    """A scenario as far as it was played.

    Attributes:
        name: What it is called.
        steps: In their order.
        failed: Failed checks by side.
        is_whole: Every step has all its answers.
    """

    name: str
    steps: list[PlayedStep] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)


def answers_of(run: RehearsalRun, *, with_prompts: bool = True) -> list[RehearsalAnswer]:
    """Return a run's answers in their order. One query."""
    rows = RehearsalAnswer.objects.filter(run=run).order_by("scenario", "step", "side")
    return list(rows if with_prompts else rows.defer("prompt"))


def played(run: RehearsalRun, answers: Sequence[RehearsalAnswer]) -> list[PlayedScenario]:
    """Return a run's answers by scenario and step."""
    scenarios: dict[int, PlayedScenario] = {}
    steps: dict[tuple[int, int], PlayedStep] = {}
    for answer in answers:
        name = run.scenarios[answer.scenario]["name"] if answer.scenario < len(run.scenarios) else ""
        scenario = scenarios.setdefault(answer.scenario, PlayedScenario(name))
        step = steps.get((answer.scenario, answer.step))
        if step is None:
            step = steps[answer.scenario, answer.step] = PlayedStep(answer, dict.fromkeys(run.sides))
            scenario.steps.append(step)
        step.answers[answer.side] = answer
        scenario.failed[answer.side] += sum(not one["ok"] for one in answer.findings)
    return list(scenarios.values())


def totals_of(run: RehearsalRun, answers: Sequence[RehearsalAnswer]) -> list[SideTotals]:
    """Return what each side did in all, in the order they are shown."""
    labels = {RehearsalSide.TRIED: run.tried_label, RehearsalSide.AGAINST: run.against_label}
    return [_totals(side, labels[side], [one for one in answers if one.side == side]) for side in run.sides]


def report_of(run: RehearsalRun, answers: Sequence[RehearsalAnswer]) -> dict[str, Any]:
    """Return how a run went as plain values, ready for JSON; `ok` says that it is whole and every check passed."""
    return {
        "ok": run.state == RehearsalState.DONE and run.done > 0 and not run.failed,
        "id": str(run.pk),
        "persona": run.persona.name,
        "state": run.state,
        "note": run.note,
        "source": run.source,
        "wanted": run.total,
        "given": run.done,
        "sides": [
            {
                "side": str(one.side), "label": one.label, "answers": one.answers, "passed": one.passed,
                "failed": one.failed, "first_ms": one.first_ms, "tokens": one.tokens, "cost": float(one.cost),
            }
            for one in totals_of(run, answers)
        ],
        "answers": [_reported(run, answer) for answer in answers],
    }  # fmt: skip


def _reported(run: RehearsalRun, answer: RehearsalAnswer) -> dict[str, Any]:
    return {
        "scenario": run.scenarios[answer.scenario]["name"],
        "step": answer.step,
        "side": answer.side,
        "event": {"kind": answer.kind, "name": answer.said_name, "text": answer.said_text, "amount": answer.amount},
        "text": answer.text,
        "outcome": answer.outcome,
        "emotions": answer.emotions,
        "checks": answer.findings,
        "brain": answer.brain,
        "first_ms": answer.first_ms,
        "tokens": answer.prompt_tokens + answer.completion_tokens,
        "cost": float(answer.cost),
    }


def _totals(side: str, label: str, answers: Sequence[RehearsalAnswer]) -> SideTotals:
    verdicts = Counter(bool(one["ok"]) for answer in answers for one in answer.findings)
    times = sorted(answer.first_ms for answer in answers if answer.first_ms is not None)
    return SideTotals(
        side=side,
        label=label,
        answers=len(answers),
        passed=verdicts[True],
        failed=verdicts[False],
        first_ms=times[len(times) // 2] if times else None,
        tokens=sum(answer.prompt_tokens + answer.completion_tokens for answer in answers),
        cost=sum((answer.cost for answer in answers), Decimal(0)),
    )
