"""How scores and their movements look, in lists and on cards."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from relationships.admin.chart import SCORE_LABELS, Chart, Entry
from relationships.domain.card import RenderedCard
from relationships.domain.scoring import InteractionKind, cool
from relationships.models import Interaction, Relationship
from relationships.selectors import scores_of
from vtcontrol.tenancy.admin_marks import Tone, ago, chip, nothing

KIND_LABELS: dict[str, Any] = {
    InteractionKind.CHAT: _("Wrote in chat"),
    InteractionKind.ANSWERED: _("Was answered"),
    InteractionKind.SENTIMENT: _("Mood of the words"),
    InteractionKind.FOLLOW: _("Followed"),
    InteractionKind.REDEMPTION: _("Redeemed points"),
    InteractionKind.SUBSCRIPTION: _("Subscribed"),
    InteractionKind.GIFT: _("Gave a gift"),
    InteractionKind.DONATION: _("Donated"),
    InteractionKind.RAID: _("Raided"),
    InteractionKind.TIMEOUT: _("Was timed out"),
    InteractionKind.BAN: _("Was banned"),
    InteractionKind.ADJUSTED: _("Put right by the team"),
}


def gauge(value: float, most: float, label: Any) -> SafeString:
    """Return a bar with its number."""
    return format_html(
        '<span class="vt-gauge"><meter min="0" max="{}" value="{}" title="{}"></meter><b>{}</b></span>',
        most, f"{value:.2f}", label, f"{value:.0f}" if most > 1 else f"{value:.2f}",
    )  # fmt: skip


def kind_label(kind: str) -> Any:
    """Return the name of a kind of interaction."""
    return KIND_LABELS.get(kind, kind)


def moves(entry: Interaction | Entry) -> SafeString:
    """Return what an entry of the ledger moved, as signed numbers."""
    labels = {**SCORE_LABELS, "warmth": _("warmth")}
    found = [
        (Tone.GOOD if value > 0 else Tone.BAD, f"{labels[name]} {value:+.2g}")
        for name, value in entry.deltas.items()
        if name in labels and isinstance(value, int | float) and value
    ]
    return format_html_join(" ", "{}", ((chip(text, tone),) for tone, text in found)) if found else nothing()


@dataclass(frozen=True, slots=True)
class Bond:
    """A relationship as the card shows it.

    Attributes:
        row: The relationship.
        gauges: Label and bar of each score, warmth cooled to now.
        ledger: Its last entries: kind, time, what it moved.
        chart: The scores over time, or None.
        cards: The card as the character would see it now, by language.
    """

    row: Relationship
    gauges: tuple[tuple[Any, SafeString], ...]
    ledger: tuple[tuple[Any, SafeString, SafeString], ...]
    chart: Chart | None = None
    cards: tuple[tuple[Any, RenderedCard], ...] = ()


def bond_of(
    row: Relationship,
    ledger: list[Entry],
    *,
    chart: Chart | None = None,
    cards: tuple[tuple[Any, RenderedCard], ...] = (),
) -> Bond:
    """Return a relationship as the card shows it."""
    scores = cool(scores_of(row), timezone.now())
    gauges = [(label, gauge(getattr(scores, name), 100, label)) for name, label in SCORE_LABELS.items()]
    gauges.append((_("warmth"), gauge(scores.warmth, 1, _("warmth"))))
    entries = tuple((kind_label(one.kind), ago(one.at), moves(one)) for one in ledger)
    return Bond(row, tuple(gauges), entries, chart, cards)
