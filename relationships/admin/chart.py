"""A bond over time, as a drawing: one line a score, from the ledger. Owns the geometry; colours are in the style sheet.

The scores are the sum of their ledger, so the lines end where the gauges stand.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from relationships.models import Relationship
from relationships.services.bonds import ledger_of

WIDTH, HEIGHT = 640.0, 140.0
POINTS_MOST = 120
ENTRIES_MOST = 20_000
LABELS = {
    "affinity": _("affinity"),
    "trust": _("trust"),
    "familiarity": _("familiarity"),
    "loyalty": _("loyalty"),
}
START = {"affinity": 0.0, "trust": 20.0, "familiarity": 0.0, "loyalty": 0.0}


@dataclass(frozen=True, slots=True)
class Line:
    """One score.

    Attributes:
        name: Which, for the style sheet.
        label: What it is called.
        points: As SVG takes them.
        value: Where it ends.
    """

    name: str
    label: Any
    points: str
    value: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A bond over time.

    Attributes:
        lines: One a score.
        since: The first moment.
        until: The last.
        breaches: Where trust was broken, x in SVG units.
    """

    lines: tuple[Line, ...]
    since: dt.datetime
    until: dt.datetime
    breaches: tuple[str, ...]


def chart_of(bond: Relationship, *, now: dt.datetime) -> Chart | None:
    """Return the chart of a bond; None while its ledger has no two entries."""
    entries = list(ledger_of(bond).order_by("at", "event_id").values_list("at", "deltas", "kind")[:ENTRIES_MOST])
    if len(entries) < 2:
        return None
    since = entries[0][0]
    span = max(1.0, (now - since).total_seconds())
    scores = {**START, **{name: (bond.baseline or {}).get(name, value) for name, value in START.items()}}
    tracks: dict[str, list[tuple[float, float]]] = {name: [(0.0, value)] for name, value in scores.items()}
    for at, deltas, _kind in entries:
        x = (at - since).total_seconds() / span * WIDTH
        for name, track in tracks.items():
            scores[name] = min(100.0, max(0.0, track[-1][1] + float(deltas.get(name, 0.0))))
            track.append((x, scores[name]))
    lines = tuple(
        Line(name, LABELS[name], _points([*track, (WIDTH, scores[name])]), f"{scores[name]:.0f}")
        for name, track in tracks.items()
    )
    breaches = tuple(
        f"{(at - since).total_seconds() / span * WIDTH:.1f}" for at, _d, kind in entries if kind in {"timeout", "ban"}
    )
    return Chart(lines, since, now, breaches[:POINTS_MOST])


def _points(track: list[tuple[float, float]]) -> str:
    """Return a track as SVG points, thinned out to what can be seen: the last of each step to the right."""
    kept: dict[int, tuple[float, float]] = {}
    for x, value in track:
        kept[int(x / WIDTH * POINTS_MOST)] = (x, value)
    return " ".join(_point(x, value) for x, value in _ends(track, kept.values()))


def _ends(track: list[tuple[float, float]], kept: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    return [track[0], *kept]


def _point(x: float, value: float) -> str:
    return f"{x:.1f},{HEIGHT - value / 100.0 * HEIGHT:.1f}"
