"""What differs between two revisions, in people's words. Owns labels and the shortening of what stayed the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from personas.admin.phrases import TOPICS
from personas.domain.differences import PHRASES, Change, Difference, Mark, PartChange, Piece
from personas.models import Emotion, Persona, Reaction
from personas.selectors import LINK_FIELDS

CONTEXT_LONGEST = 240
"""Of longer unchanged stretches only both ends are shown."""
CONTEXT_KEPT = 100
PART_WORDS = {
    "emotions": gettext_lazy("Feeling"),
    "reactions": gettext_lazy("Reaction"),
    PHRASES: gettext_lazy("Phrases"),
}
PART_MODELS: Mapping[str, Any] = {"emotions": Emotion, "reactions": Reaction}
MARK_WORDS = {
    Mark.ADDED: gettext_lazy("added"),
    Mark.REMOVED: gettext_lazy("removed"),
    Mark.CHANGED: gettext_lazy("changed"),
}


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A field that differs: as a text with marks, or as two values."""

    label: str
    pieces: tuple[Piece, ...]
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A feeling, a reaction or a topic that differs."""

    label: str
    mark: Mark
    word: Any
    changes: tuple[ShownChange, ...]


@dataclass(frozen=True, slots=True)
class ShownDifference:
    """A whole difference, ready for the page."""

    changes: tuple[ShownChange, ...]
    parts: tuple[ShownPart, ...]
    count: int


def shown(found: Difference) -> ShownDifference:
    """Return a difference in people's words. At most three queries, for names of brains, voices and avatars."""
    names = _names(found.changes)
    return ShownDifference(
        changes=tuple(_shown_change(Persona, change, names) for change in found.changes),
        parts=tuple(_shown_part(part) for part in found.parts),
        count=found.count,
    )


def _names(changes: Iterable[Change]) -> dict[str, str]:
    """Return the names of what the changed links lead to, by id."""
    names: dict[str, str] = {}
    for change in changes:
        if change.name in LINK_FIELDS:
            wanted = [one for one in (change.before, change.after) if one]
            rows = LINK_FIELDS[change.name].objects.filter(pk__in=wanted).values_list("id", "name")
            names |= {str(row_id): name for row_id, name in rows}
    return names


def _shown_change(model: Any, change: Change, names: Mapping[str, str]) -> ShownChange:
    label, choices = _field(model, change.name)
    if change.pieces and change.name not in LINK_FIELDS and not choices:
        return ShownChange(label, shortened(change.pieces), "", "")
    if change.name in LINK_FIELDS:
        before, after = (_linked(one, names, change.name) for one in (change.before, change.after))
    else:
        before, after = (_value(one, choices) for one in (change.before, change.after))
    return ShownChange(label, (), before, after)


def _field(model: Any, name: str) -> tuple[str, dict[Any, Any]]:
    """Return a field's label and its choices; for a topic of phrases there is neither."""
    columns = {field.name: field for field in model._meta.concrete_fields} if model else {}
    if name not in columns:
        return "", {}
    field = columns[name]
    return capfirst(str(field.verbose_name)), dict(field.flatchoices)


def _linked(row_id: Any, names: Mapping[str, str], name: str) -> str:
    if not row_id:
        return _("Scripted brain") if name == "brain" else "—"
    return names.get(str(row_id)) or _("no longer there")


def _value(value: Any, choices: Mapping[Any, Any]) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "—"
    if isinstance(value, float):
        return f"{value:g}"
    return str(choices.get(value, "" if value is None else value)) or "—"


def _shown_part(part: PartChange) -> ShownPart:
    model = PART_MODELS.get(part.part)
    changes = part.changes if part.mark is Mark.CHANGED else tuple(one for one in part.changes if one.pieces)
    return ShownPart(
        label=f"{PART_WORDS[part.part]}: {_key(part)}",
        mark=part.mark,
        word=MARK_WORDS[part.mark],
        changes=tuple(_shown_change(model, change, {}) for change in changes),
    )


def _key(part: PartChange) -> str:
    if part.part == "reactions":
        return str(dict(Reaction._meta.get_field("kind").flatchoices).get(part.key, part.key))
    return str(TOPICS.get(part.key, part.key)) if part.part == PHRASES else f"[{part.key}]"


def shortened(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Return pieces with long unchanged stretches cut in the middle."""
    return tuple(_short(piece) for piece in pieces)


def _short(piece: Piece) -> Piece:
    if piece.mark is not Mark.SAME or len(piece.text) <= CONTEXT_LONGEST:
        return piece
    start, end = piece.text[:CONTEXT_KEPT].rpartition(" ")[0], piece.text[-CONTEXT_KEPT:].partition(" ")[2]
    return Piece(Mark.SAME, f"{start} … {end}")
