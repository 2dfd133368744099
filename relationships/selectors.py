"""Reading the audience: the card of one viewer for the prompt, and what is never to be mentioned."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from personas.domain.tokens import ESTIMATE, TokenCounter
from personas.selectors import lines_of
from relationships.domain.card import MOST_FORMER_NAMES, ViewerCard, render
from relationships.domain.mood import mood_of
from relationships.domain.scoring import Scores, cool
from relationships.domain.secrets import mentions, secrets_of
from relationships.models import FormerName, Relationship, Viewer
from vtcontrol.tenancy.compiled import CompiledQuery


@dataclass(frozen=True, slots=True)
class CardForPrompt:
    """A viewer's card as the model sees it, and the short facts a scripted brain may use.

    Attributes:
        text: Its lines; "" for nobody, and where relationships are switched off.
        facts: What a scripted brain may say.
        is_remembered: There is a viewer who did not opt out.
        never: What is never to be mentioned to or about them; for checks, never for the prompt.
    """

    text: str
    facts: tuple[str, ...]
    is_remembered: bool
    never: tuple[str, ...] = ()


NO_CARD = CardForPrompt("", (), is_remembered=False)


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


def viewer_card(
    viewer: Viewer,
    bond: Relationship | None,
    *,
    now: dt.datetime,
    former_names: tuple[str, ...] = (),
    persona_id: UUID | None = None,
) -> ViewerCard:
    """Return what is known about a viewer, with warmth cooled to now, and the character's mood of the day."""
    scores = cool(scores_of(bond) if bond else Scores(), now)
    away = (now - viewer.last_seen_at).days if viewer.last_seen_at else 0
    return ViewerCard(
        name=viewer.name,
        former_names=former_names,
        affinity=scores.affinity,
        trust=scores.trust,
        familiarity=scores.familiarity,
        loyalty=scores.loyalty,
        warmth=scores.warmth,
        scars=scores.scars,
        is_first_time=viewer.messages <= 1,
        days_away=away or None,
        never=lines_of(viewer.never_mention),
        avoid=lines_of(viewer.avoid),
        notes=lines_of(viewer.notes),
        tags=tuple(str(tag) for tag in viewer.tags),
        mood=mood_of(persona_id, timezone.localdate(now)) if persona_id else None,
    )


_REMEMBERED = CompiledQuery(
    lambda viewer_id: Viewer.objects.filter(pk=viewer_id, has_opted_out=False).order_by().values_list("pk"),
    viewer_id=UUID,
)


def has_opted_out(viewer_id: UUID) -> bool:
    """Tell whether a viewer wants nothing remembered; so does one who is gone."""
    return not _REMEMBERED.rows(viewer_id=viewer_id)


FORMER_READ = 8
SECRETS_MOST = 500
_VIEWER_FIELDS = (*("id", "name", "notes", "never_mention", "avoid", "tags", "messages", "last_seen_at", "renamed_at"),)
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
_FORMER = CompiledQuery(
    lambda viewer_id: (
        FormerName.objects.filter(identity__viewer_id=viewer_id).order_by("-until").values_list("name")[:FORMER_READ]
    ),
    viewer_id=UUID,
)
_SECRETS = CompiledQuery(
    lambda: Viewer.objects.filter(~Q(never_mention="")).order_by().values_list("name", "never_mention")[:SECRETS_MOST]
)


def card_for_prompt(
    viewer_id: UUID | None,
    persona_id: UUID,
    language: str,
    *,
    now: dt.datetime,
    is_on: bool = True,
    allowed_name: Callable[[str], str] = str,
    counter: TokenCounter = ESTIMATE,
) -> CardForPrompt:
    """Return the card of whoever is being answered; empty for nobody, and for people who opted out.

    Args:
        viewer_id: Who is answered.
        persona_id: Who answers.
        language: BCP 47 tag of the card's words.
        now: The time of the turn.
        is_on: The stream uses relationships; if not, nothing of them is in the text.
        allowed_name: Returns a name as it may be spoken, "" when it may not.
        counter: How tokens are counted.
    """
    if viewer_id is None:
        return NO_CARD
    viewers = _VIEWER.rows(viewer_id=viewer_id)
    if not viewers:
        return NO_CARD
    viewer = Viewer(**dict(zip(_VIEWER_FIELDS, viewers[0], strict=True)))
    never = lines_of(viewer.never_mention)
    if not is_on:
        return CardForPrompt("", (), is_remembered=True, never=never)
    bonds = _BOND.rows(viewer_id=viewer_id, persona_id=persona_id)
    bond = Relationship(**dict(zip(_BOND_FIELDS, bonds[0], strict=True))) if bonds else None
    former = tuple(filter(None, map(allowed_name, former_names(viewer))))
    viewer.name = allowed_name(viewer.name)
    card = viewer_card(viewer, bond, now=now, former_names=former, persona_id=persona_id)
    secrets = secrets_of(never)
    facts = tuple(fact for fact in lines_of(viewer.notes)[:2] if not mentions(fact, secrets))
    return CardForPrompt(render(card, language=language, counter=counter).text, facts, is_remembered=True, never=never)


def former_names(viewer: Viewer) -> tuple[str, ...]:
    """Return the names a viewer had before, latest first; no query for one who was never renamed."""
    if viewer.renamed_at is None:
        return ()
    names = dict.fromkeys(row[0] for row in _FORMER.rows(viewer_id=viewer.pk))
    names.pop(viewer.name, None)
    return tuple(names)[:MOST_FORMER_NAMES]


def never_about(text: str) -> tuple[str, ...]:
    """Return what is never to be mentioned about the viewers a text names. One query."""
    heard = text.casefold()
    named = (lines for name, lines in _SECRETS.rows() if name.casefold() in heard)
    return tuple(line for lines in named for line in lines_of(lines))
