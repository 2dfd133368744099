"""A bond over time, as a drawing: one line a score, from the ledger. Owns the geometry; colours are in the style sheet.

The scores are the sum of their ledger, so each line is followed back from where the gauge stands.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from relationships.domain.scoring import BREACHES, Scores
from relationships.models import Relationship
from relationships.services.bonds import ledger_of

WIDTH, HEIGHT = 640.0, 140.0
POINTS_MOST = 120
ENTRIES_MOST = 20_000
SCORE_LABELS = {
    "affinity": _("affinity"),
    "trust": _("trust"),
    "familiarity": _("familiarity"),
    "loyalty": _("loyalty"),
}


class Entry(NamedTuple):
    """An entry of the ledger: when, what it moved, what happened."""

    at: dt.datetime
    deltas: dict[str, Any]
    kind: str


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


def entries_of(bond: Relationship, family: set[UUID]) -> list[Entry]:
    """Return the latest entries of a bond's ledger, newest first, those of the absorbed cards among them. One query.

    Args:
        bond: Whose.
        family: The viewer and everybody who turned out to be the same person.
    """
    rows = ledger_of(bond, family).order_by("-at", "-event_id").values_list("at", "deltas", "kind")
    return [Entry(*row) for row in rows[:ENTRIES_MOST]]


def chart_of(scores: Scores, entries: Sequence[Entry], *, now: dt.datetime) -> Chart | None:
    """Return the chart of a bond; None while its ledger has no two entries.

    Args:
        scores: Where it stands: the lines are followed back from here.
        entries: Of its ledger, newest first.
        now: The time.
    """
    if len(entries) < 2:
        return None
    since = entries[-1].at
    span = max(1.0, (now - since).total_seconds())
    lines = tuple(
        Line(name, label, _points(_track(name, getattr(scores, name), entries, span)), f"{getattr(scores, name):.0f}")
        for name, label in SCORE_LABELS.items()
    )
    breaches = tuple(f"{_x(one, since, span):.1f}" for one in reversed(entries) if one.kind in BREACHES)
    return Chart(lines, since, now, breaches[:POINTS_MOST])


def _track(name: str, value: float, entries: Sequence[Entry], span: float) -> list[tuple[float, float]]:
    """Return where one score stood, from the first entry to now."""
    since, track = entries[-1].at, [(WIDTH, value)]
    for entry in entries:
        track.append((_x(entry, since, span), value))
        value = min(100.0, max(0.0, value - float(entry.deltas.get(name, 0.0))))
    track.append((0.0, value))
    return track[::-1]


def _x(entry: Entry, since: dt.datetime, span: float) -> float:
    return (entry.at - since).total_seconds() / span * WIDTH


def _points(track: list[tuple[float, float]]) -> str:
    """Return a track as SVG points, thinned out to what can be seen: the last of each step to the right."""
    kept: dict[int, tuple[float, float]] = {}
    for x, value in track:
        kept[int(x / WIDTH * POINTS_MOST)] = (x, value)
    return " ".join(_point(x, value) for x, value in (track[0], *kept.values()))


def _point(x: float, value: float) -> str:
    return f"{x:.1f},{HEIGHT - value / 100.0 * HEIGHT:.1f}"
