"""A rehearsal as its page shows it: chips, sentences and totals. Owns the words, no rules."""

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from personas.rehearsal_words import CHECKS, OUTCOMES, finding_words
from streams.admin.words import KIND_ICONS, emotion_chip
from streams.models import EVENT_KINDS, RehearsalAnswer, RehearsalRun, RehearsalSide, RehearsalState
from streams.selectors.rehearsals import PlayedStep, SideTotals, answers_of, played, totals_of
from vtcontrol.kernel.events import EventKind
from vtcontrol.tenancy.admin_marks import Tone, chip, duration, nothing

STATES = {
    RehearsalState.WAITING: (Tone.NOTE, "hourglass_top"),
    RehearsalState.RUNNING: (Tone.ACCENT, "autorenew"),
    RehearsalState.DONE: (Tone.GOOD, "check_circle"),
    RehearsalState.CANCELLED: (Tone.PLAIN, "cancel"),
    RehearsalState.STOPPED: (Tone.BAD, "error"),
}
NOTES: dict[str, Any] = {
    "budget": _("The day's budget is used up: the rest was not rehearsed."),
    "worker_lost": _("The program was interrupted too often."),
    "fault": _("Something broke; the log of the worker says what."),
    "revision_gone": _("A version that was to be tried is no more."),
}
KINDS = {str(kind): label for kind, label in EVENT_KINDS}


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A check: its name, what it found as a sentence, and where."""

    label: Any
    words: str
    where: str


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """One side's answer."""

    label: str
    row: RehearsalAnswer | None
    emotions: tuple[Any, ...] = ()
    failed: tuple[ShownFinding, ...] = ()
    passed: tuple[ShownFinding, ...] = ()
    outcome: Any = ""
    first: str = ""
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class ShownStep:
    """What happened, and every side's answer."""

    first: RehearsalAnswer
    kind: Any
    icon: str
    answers: tuple[ShownAnswer, ...]


@dataclass(frozen=True, slots=True)
class ShownScenario:
    """A scenario: its steps, and a chip a side for how it went."""

    name: str
    marks: tuple[tuple[str, SafeString], ...]
    steps: tuple[ShownStep, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class ShownSide:
    """What a side did in all."""

    totals: SideTotals
    mark: SafeString
    first: str


@dataclass(frozen=True, slots=True)
class Result:
    """A run, ready to be shown."""

    state: SafeString
    note: Any
    sides: tuple[ShownSide, ...]
    scenarios: tuple[ShownScenario, ...]


def state_chip(run: RehearsalRun) -> SafeString:
    """Return how a run stands."""
    tone, icon = STATES[RehearsalState(run.state)]
    return chip(run.get_state_display(), tone, icon)


def failed_chip(count: int | None) -> SafeString:
    """Return how many checks failed; None when nothing was checked yet."""
    if count is None:
        return nothing()
    if not count:
        return chip(_("All passed"), Tone.GOOD, "check_circle")
    words = ngettext("%(count)d failed", "%(count)d failed", count) % {"count": count}
    return chip(words, Tone.BAD, "error")


def result_of(run: RehearsalRun) -> Result:
    """Return a run with its answers, without their prompts. One query."""
    answers = answers_of(run, with_prompts=False)
    labels = {RehearsalSide.TRIED.value: run.tried_label, RehearsalSide.AGAINST.value: run.against_label}
    scenarios = tuple(
        ShownScenario(
            name=one.name,
            marks=tuple((labels[side], failed_chip(one.failed[side])) for side in run.sides),
            steps=tuple(_step(step, labels) for step in one.steps),
            is_open=bool(sum(one.failed.values())),
        )
        for one in played(run, answers)
    )
    sides = tuple(
        ShownSide(one, failed_chip(one.failed if one.answers else None), duration(one.first_ms))
        for one in totals_of(run, answers)
    )
    return Result(state_chip(run), NOTES.get(run.note, run.note), sides, scenarios)


def _step(step: PlayedStep, labels: dict[str, str]) -> ShownStep:
    first = step.first
    icon = KIND_ICONS.get(EventKind(first.kind), "chat")
    answers = tuple(_answer(labels[side], row) for side, row in step.answers.items())
    return ShownStep(first, KINDS.get(first.kind, first.kind), icon, answers)


def _answer(label: str, row: RehearsalAnswer | None) -> ShownAnswer:
    if row is None:
        return ShownAnswer(label, None)
    return ShownAnswer(
        label=label,
        row=row,
        emotions=tuple(emotion_chip(one) for one in row.emotions),
        failed=tuple(_finding(one) for one in row.findings if not one["ok"]),
        passed=tuple(_finding(one) for one in row.findings if one["ok"]),
        outcome=OUTCOMES.get(row.outcome, row.outcome),
        first=duration(row.first_ms),
        tokens=row.prompt_tokens + row.completion_tokens,
    )


def _finding(one: dict[str, Any]) -> ShownFinding:
    words = finding_words(one["check"], one.get("values", {}), ok=one["ok"], variant=one.get("variant", ""))
    return ShownFinding(CHECKS[one["check"]], words, one.get("where", ""))
