"""What an experiment has shown so far: both arms side by side, with how many it rests on. Reads turns; writes nothing.

An arm is told from the revision its turns name, within the experiment's time. Only turns that answered a person count:
nobody's events always go to A.
"""

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from personas.domain.experiments import Comparison, compare
from personas.models import Experiment, Revision
from streams.models import InboxEvent, Turn, TurnState, Verdict
from vtcontrol.kernel.events import EventKind

REPLY_WITHIN = dt.timedelta(minutes=10)
"""So soon after an answer a viewer's next line counts as a reply to it."""
FAULTY = (TurnState.FAILED, TurnState.EMPTY)


@dataclass(slots=True)
class Arm:
    """One side of an experiment.

    Attributes:
        turns: Answers to people.
        cut: Of them skipped, stopped or cut short.
        hits: Of them touched by a moderation rule.
        failed: Of them without an answer.
        tokens: Of prompts and answers.
        cost: In the studio's currency.
        viewers: People it answered.
        replied: Of them those who wrote again soon after an answer.
    """

    turns: int = 0
    cut: int = 0
    hits: int = 0
    failed: int = 0
    tokens: int = 0
    cost: Decimal = Decimal(0)
    viewers: int = 0
    replied: int = 0
    answered: dict[UUID, list[dt.datetime]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True)
class Report:
    """Both arms, and what their differences are worth.

    Attributes:
        a: What was on air.
        b: What was tried.
        replies: Viewers who wrote again, of viewers.
        cuts: Turns cut, of turns.
        hits: Turns a rule touched, of turns.
        changes_of_a: How often something else went on air meanwhile: A is a mixture then.
    """

    a: Arm
    b: Arm
    replies: Comparison
    cuts: Comparison
    hits: Comparison
    changes_of_a: int


def report_of(experiment: Experiment) -> Report:
    """Return what an experiment has shown so far. Three queries."""
    end = experiment.ended_at or timezone.now()
    turns = (
        Turn.objects.filter(persona=experiment.persona_id, started_at__range=(experiment.started_at, end))
        .exclude(event__viewer=None)
        .exclude(finished_at=None)
    )
    arms = Arm(), Arm()
    for row in _rows(turns):
        _add(arms[row["revision_id"] == experiment.other_id], row)
    written = _written(experiment.persona_id, experiment.started_at, end + REPLY_WITHIN)
    for arm in arms:
        arm.viewers = len(arm.answered)
        arm.replied = sum(_wrote_again(times, written.get(viewer, [])) for viewer, times in arm.answered.items())
    a, b = arms
    meanwhile = Revision.objects.filter(
        persona=experiment.persona_id, published_at__gt=experiment.started_at, published_at__lt=end
    )
    return Report(
        a=a,
        b=b,
        replies=compare(a.replied, a.viewers, b.replied, b.viewers),
        cuts=compare(a.cut, a.turns, b.cut, b.turns),
        hits=compare(a.hits, a.turns, b.hits, b.turns),
        changes_of_a=meanwhile.exclude(pk=experiment.other_id).count(),
    )


def _rows(turns: "QuerySet[Turn, Turn]") -> Iterator[dict[str, Any]]:
    hit = Exists(Verdict.objects.filter(turn=OuterRef("pk")))
    names = ("revision_id", "state", "prompt_tokens", "completion_tokens", "cost", "finished_at", "event__viewer_id")
    yield from turns.annotate(was_hit=hit).order_by().values(*names, "was_hit").iterator(chunk_size=2_000)


def _add(arm: Arm, row: dict[str, Any]) -> None:
    arm.turns += 1
    arm.cut += row["state"] == TurnState.CUT
    arm.failed += row["state"] in FAULTY
    arm.hits += row["was_hit"]
    arm.tokens += row["prompt_tokens"] + row["completion_tokens"]
    arm.cost += row["cost"]
    if row["state"] == TurnState.HEARD:
        arm.answered[row["event__viewer_id"]].append(row["finished_at"])


def _written(persona_id: UUID, start: dt.datetime, end: dt.datetime) -> dict[UUID, list[dt.datetime]]:
    """Return when each viewer wrote, in order, on the streams where the character speaks."""
    times: dict[UUID, list[dt.datetime]] = defaultdict(list)
    streams = Turn.objects.filter(persona=persona_id, started_at__range=(start, end)).order_by().values("stream")
    lines = InboxEvent.objects.filter(
        stream__in=streams, kind=EventKind.CHAT, received_at__range=(start, end), viewer__isnull=False
    )
    for viewer, at in lines.order_by("received_at").values_list("viewer_id", "received_at").iterator(chunk_size=2_000):
        times[viewer].append(at)
    return times


def _wrote_again(answers: list[dt.datetime], lines: list[dt.datetime]) -> bool:
    """Tell whether a line came soon enough after one of the answers."""
    for answer in answers:
        place = bisect_right(lines, answer)
        if place < len(lines) and lines[place] - answer <= REPLY_WITHIN:
            return True
    return False
