"""Reading the audience: the card of one viewer for the prompt."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from relationships.domain.card import ViewerCard, render
from relationships.domain.scoring import Scores, cool
from relationships.models import Relationship, Viewer
from vtcontrol.tenancy.compiled import CompiledQuery


@dataclass(frozen=True, slots=True)
class CardForPrompt:
    """A viewer's card as the model sees it, and the short facts a scripted brain may use."""

    text: str
    facts: tuple[str, ...]
    is_remembered: bool


NO_CARD = CardForPrompt("", (), is_remembered=False)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def scores_of(bond: Relationship) -> Scores:
    """Return a relationship's scores as the rules take them."""
    return Scores(
        affinity=bond.affinity,
        trust=bond.trust,
        familiarity=bond.familiarity,
        loyalty=bond.loyalty,
        warmth=bond.warmth,
        warmth_at=bond.warmth_at,
        scars=bond.scars,
    )


def viewer_card(viewer: Viewer, bond: Relationship | None, *, now: dt.datetime) -> ViewerCard:
    """Return what is known about a viewer, with warmth cooled to now."""
    scores = cool(scores_of(bond) if bond else Scores(), now)
    away = (now - viewer.last_seen_at).days if viewer.last_seen_at else 0
    return ViewerCard(
        name=viewer.name,
        affinity=scores.affinity,
        trust=scores.trust,
        familiarity=scores.familiarity,
        loyalty=scores.loyalty,
        warmth=scores.warmth,
        scars=scores.scars,
        is_first_time=viewer.messages <= 1,
        days_away=away or None,
        never=_lines(viewer.never_mention),
        notes=_lines(viewer.notes),
        tags=tuple(str(tag) for tag in viewer.tags),
    )


def has_opted_out(viewer_id: UUID) -> bool:
    """Tell whether a viewer wants nothing remembered; so does one who is gone."""
    return not Viewer.objects.filter(pk=viewer_id, has_opted_out=False).exists()


_VIEWER_FIELDS = ("id", "name", "notes", "never_mention", "tags", "messages", "last_seen_at")
_VIEWER = CompiledQuery(
    lambda viewer_id: Viewer.objects.filter(pk=viewer_id, has_opted_out=False).order_by().values_list(*_VIEWER_FIELDS),
    viewer_id=UUID,
)
_BOND_FIELDS = ("affinity", "trust", "familiarity", "loyalty", "warmth", "warmth_at", "scars")
_BOND = CompiledQuery(
    lambda viewer_id, persona_id: (
        Relationship.objects.filter(viewer_id=viewer_id, persona_id=persona_id).order_by().values_list(*_BOND_FIELDS)
    ),
    viewer_id=UUID,
    persona_id=UUID,
)


def card_for_prompt(viewer_id: UUID | None, persona_id: UUID, language: str, *, now: dt.datetime) -> CardForPrompt:
    """Return the card of whoever is being answered; empty for nobody, and for people who opted out."""
    if viewer_id is None:
        return NO_CARD
    viewers = _VIEWER.rows(viewer_id=viewer_id)
    if not viewers:
        return NO_CARD
    viewer = Viewer(**dict(zip(_VIEWER_FIELDS, viewers[0], strict=True)))
    bonds = _BOND.rows(viewer_id=viewer_id, persona_id=persona_id)
    bond = Relationship(**dict(zip(_BOND_FIELDS, bonds[0], strict=True))) if bonds else None
    card = render(viewer_card(viewer, bond, now=now), language=language)
    return CardForPrompt(card.text, _lines(viewer.notes)[:2], is_remembered=True)
