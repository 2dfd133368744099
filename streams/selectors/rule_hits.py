"""How often rules fired lately: counts, the days of a month, and rules that do nothing any more."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate

from streams.models import ModerationRule, Verdict

WEEK_DAYS, MONTH_DAYS = 7, 30


@dataclass(frozen=True, slots=True)
class RuleHits:
    """How often one rule fired.

    Attributes:
        days: Hits of the last `MONTH_DAYS` days, the oldest first.
        decided: How many of them settled what became of a line.
        last_at: When it fired last in that time, or None.
    """

    days: tuple[int, ...] = (0,) * MONTH_DAYS
    decided: int = 0
    last_at: dt.datetime | None = None

    @property
    def week(self) -> int:
        """Hits of the last seven days."""
        return sum(self.days[-WEEK_DAYS:])

    @property
    def month(self) -> int:
        """Hits of the last thirty days."""
        return sum(self.days)

    @property
    def is_shadowed(self) -> bool:
        """Whether it fires but never settles anything: another rule always does."""
        return self.month > 0 and not self.decided


def hits_of(rule_ids: Iterable[UUID], now: dt.datetime) -> dict[UUID, RuleHits]:
    """Return how often rules fired in the last thirty days; those that did not are left out. One query."""
    today = now.astimezone(dt.UTC).date()
    rows = Verdict.objects.filter(rule__in=list(rule_ids), at__gt=now - dt.timedelta(days=MONTH_DAYS)).order_by()
    by_day = rows.values_list("rule", TruncDate("at", tzinfo=dt.UTC)).annotate(
        count=Count("id"), settled=Count("id", filter=Q(decided=True)), last=Max("at")
    )
    days: dict[UUID, list[int]] = defaultdict(lambda: [0] * MONTH_DAYS)
    decided: dict[UUID, int] = defaultdict(int)
    last_at: dict[UUID, dt.datetime] = {}
    for rule_id, day, count, settled, last in by_day:
        place = MONTH_DAYS - 1 - (today - day).days
        days[rule_id][max(0, min(place, MONTH_DAYS - 1))] += count
        decided[rule_id] += settled
        last_at[rule_id] = max(last, last_at.get(rule_id, last))
    return {rule_id: RuleHits(tuple(days[rule_id]), decided[rule_id], last_at[rule_id]) for rule_id in days}


def with_week(rules: "QuerySet[ModerationRule]", now: dt.datetime) -> "QuerySet[ModerationRule]":
    """Add `week_hits` and `last_hit`, to sort by."""
    fired = Verdict.objects.filter(rule=OuterRef("pk"))
    week = fired.filter(at__gt=now - dt.timedelta(days=WEEK_DAYS)).order_by().values("rule")
    return rules.annotate(
        week_hits=Subquery(week.annotate(count=Count("id")).values("count")),
        last_hit=Subquery(fired.order_by("-at").values("at")[:1]),
    )


def idle(rules: "QuerySet[ModerationRule]", now: dt.datetime) -> "QuerySet[ModerationRule]":
    """Return the enabled rules that did not fire in thirty days though they were there all that time."""
    since = now - dt.timedelta(days=MONTH_DAYS)
    fired = Verdict.objects.filter(rule=OuterRef("pk"), at__gt=since)
    first_id = UUID(int=int(since.timestamp() * 1000) << 80)  # a row's id begins with the time it was made
    return rules.filter(~Exists(fired), pk__lt=first_id, is_enabled=True)


def shadowed(rules: "QuerySet[ModerationRule]", now: dt.datetime) -> "QuerySet[ModerationRule]":
    """Return the rules that fired in thirty days but never settled anything."""
    fired = Verdict.objects.filter(rule=OuterRef("pk"), at__gt=now - dt.timedelta(days=MONTH_DAYS))
    return rules.filter(Exists(fired), ~Exists(fired.filter(decided=True)), is_enabled=True)
