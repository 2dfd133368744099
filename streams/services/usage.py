"""What the show used and how far it may go."""

import datetime as dt
from collections.abc import Mapping

from django.db.models import Sum

from streams.domain.plan import StreamConfig
from streams.domain.turns import TurnReport
from vtcontrol.tenancy.compiled import CompiledInsert
from vtcontrol.tenancy.metering import Meter, Usage

_ADD = CompiledInsert(Usage, meets=("studio", "day", "stream_id", "meter", "provider"), adds="quantity")


def record_usage(config: StreamConfig, report: TurnReport, now: dt.datetime) -> None:
    """Add what a turn used to the day's meters."""
    used = {(Meter.LLM_TOKENS, report.brain or "none"): report.prompt_tokens + report.completion_tokens}
    used |= {(Meter.TTS_CHARACTERS, engine): count for engine, count in report.characters.items()}
    used[Meter.COST_MICROS, "all"] = report.cost_micros
    _add(config, used, now)


def record_tokens(config: StreamConfig, brain: str, tokens: int, now: dt.datetime) -> None:
    """Add what a brain used beside the turns: tokens, and their cost at the price of a prompt."""
    prices = [one.prompt_price for one in config.brains if one.name == brain]
    cost = int(prices[0] * tokens) if prices else 0
    _add(config, {(Meter.LLM_TOKENS, brain): tokens, (Meter.COST_MICROS, "all"): cost}, now)


def record_rehearsed(config: StreamConfig, brain: str, tokens: int, cost_micros: int, now: dt.datetime) -> None:
    """Add what an answer in a rehearsal used: it counts like one on air."""
    _add(config, {(Meter.LLM_TOKENS, brain): tokens, (Meter.COST_MICROS, "all"): cost_micros}, now)


def _add(config: StreamConfig, used: Mapping[tuple[Meter, str], int], now: dt.datetime) -> None:
    day = now.astimezone(dt.UTC).date()
    rows = [
        Usage(day=day, stream_id=config.stream_id, meter=meter, provider=provider[:40], quantity=quantity)
        for (meter, provider), quantity in used.items()
        if quantity
    ]
    _ADD.add(*rows)


def is_over_budget(config: StreamConfig, now: dt.datetime) -> bool:
    """Tell whether a daily limit is used up. No query where no budget is set."""
    if not config.budgets:
        return False
    rows = Usage.objects.filter(day=now.astimezone(dt.UTC).date())
    for budget in config.budgets:
        used = rows.filter(meter=budget.meter)
        if budget.stream_id is not None:
            used = used.filter(stream_id=budget.stream_id)
        if (used.aggregate(total=Sum("quantity"))["total"] or 0) >= budget.daily_limit:
            return True
    return False
