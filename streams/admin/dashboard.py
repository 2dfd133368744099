"""The control room: what is on air, what was said last, what it used today. The settings name `control_room`."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from streams.admin.live import first_steps, live_streams
from streams.admin.words import emotion_chip, reason_words, turn_chip
from streams.models import Turn
from vtcontrol.tenancy.access import ON_THE_SHOW
from vtcontrol.tenancy.admin_marks import ago, duration
from vtcontrol.tenancy.metering import Meter, Usage

LAST_TURNS = 10
TILES = (
    (Meter.LLM_TOKENS, _("Tokens today"), "neurology"),
    (Meter.TTS_CHARACTERS, _("Voiced characters today"), "graphic_eq"),
    (Meter.COST_MICROS, _("Cost today"), "payments"),
)


@dataclass(frozen=True, slots=True)
class LastTurn:
    """A turn in the dashboard's list."""

    turn: Turn
    when: SafeString
    state: SafeString
    feeling: Any
    reason: Any
    latency: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A number of today."""

    label: Any
    value: str
    icon: str


def control_room(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the dashboard shows. Eight queries at most, however many streams there are."""
    if getattr(request, "studio", None) is None:
        return context
    live = live_streams()
    may_link = request.user.has_perm("tenancy.add_apitoken")
    may_act = request.user.has_perm(ON_THE_SHOW)
    return context | {
        "live_streams": live,
        "last_turns": last_turns() if live else [],
        "tiles": tiles(),
        "first_steps": first_steps() if not live else [],
        "may_link": may_link,
        "may_act": may_act,
    }


def last_turns() -> list[LastTurn]:
    """Return the newest turns of the studio. One query."""
    rows = Turn.objects.select_related("event").defer("prompt").order_by("-started_at")[:LAST_TURNS]
    return [
        LastTurn(
            turn=turn,
            when=ago(turn.started_at),
            state=turn_chip(turn),
            feeling=emotion_chip(turn.emotion),
            reason=reason_words(turn.reason) if turn.reason else "",
            latency=duration(turn.timings.get("first_audio")),
        )
        for turn in rows
    ]


def tiles() -> list[Tile]:
    """Return what was used today (UTC, as the meters count). One query."""
    today = timezone.now().astimezone(dt.UTC).date()
    used = dict(Usage.objects.filter(day=today).order_by().values_list("meter").annotate(total=Sum("quantity")))
    return [Tile(label, _amount(meter, used.get(meter, 0)), icon) for meter, label, icon in TILES]


def _amount(meter: Meter, quantity: int) -> str:
    if meter is Meter.COST_MICROS:
        return f"{quantity / 1_000_000:.2f}"
    return f"{quantity:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
