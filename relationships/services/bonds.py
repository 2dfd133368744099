"""What each event does to a relationship. Owns the ledger: one entry an event, and scores that follow from it alone.

The same events give the same scores, in whatever order and however often they come: an event that is older than the
ledger's last makes the ledger be computed anew.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from relationships.domain.scoring import BREACHES, DayTally, Deltas, LedgerEntry, Scores, StreamTally, score, settle
from relationships.domain.scoring import Interaction as Happening
from relationships.domain.scoring import InteractionKind as HappeningKind
from relationships.models import Interaction, Relationship, Viewer
from relationships.selectors import has_opted_out, scores_of
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.compiled import CompiledInsert, CompiledQuery

SCORES = ("affinity", "trust", "familiarity", "loyalty", "warmth", "warmth_at", "scars")
_ADD_ENTRY = CompiledInsert(Interaction)
_BOND = CompiledQuery(
    lambda viewer_id, persona_id: (
        Relationship.objects.select_for_update().filter(viewer_id=viewer_id, persona_id=persona_id).order_by()
    ),
    viewer_id=UUID,
    persona_id=UUID,
)
_MOVE = CompiledQuery(
    lambda bond_id, **_: Relationship.objects.filter(pk=bond_id),
    change=lambda bond_id, **values: values,
    bond_id=UUID,
    updated_at=dt.datetime,
    affinity=float,
    trust=float,
    familiarity=float,
    loyalty=float,
    warmth=float,
    warmth_at=dt.datetime,
    scars=int,
)
_ENTRIES = CompiledQuery(
    lambda bond_id, event_id, show_id, since: (
        Interaction.objects.filter(relationship_id=bond_id)
        .filter(Q(event_id=event_id) | Q(broadcast_id=show_id) | Q(at__gte=since))
        .order_by()
    ),
    bond_id=UUID,
    event_id=UUID,
    show_id=UUID,
    since=dt.datetime,
)
_ABSORBED = CompiledQuery(
    lambda viewer_id: Viewer.objects.filter(merged_into_id=viewer_id).order_by().values_list("id"), viewer_id=UUID
)


@transaction.atomic
def record_interaction(
    *,
    viewer_id: UUID,
    persona_id: UUID,
    event_id: UUID,
    kind: HappeningKind,
    at: dt.datetime,
    broadcast_id: UUID | None = None,
    amount: float = 0.0,
) -> bool:
    """Let one event move one relationship; False when it was counted before, or the viewer opted out."""
    if has_opted_out(viewer_id):
        return False
    happening = Happening(event_id=event_id, kind=kind, at=at, broadcast=broadcast_id, amount=amount)
    return _record(_locked(viewer_id, persona_id), happening)


@transaction.atomic
def record_breach(
    viewer_id: UUID, *, event_id: UUID, kind: HappeningKind, at: dt.datetime, broadcast_id: UUID | None
) -> int:
    """Let a timeout or a ban cut every bond of a viewer; return how many it cut.

    Args:
        viewer_id: Who was punished.
        event_id: What makes it unique; said again, it changes nothing.
        kind: TIMEOUT or BAN.
        at: When.
        broadcast_id: The show in which it happened, whose gain is void.
    """
    if kind not in BREACHES:
        raise ValueError(f"{kind} is no breach.")
    happening = Happening(event_id=event_id, kind=kind, at=at, broadcast=broadcast_id)
    bonds = Relationship.objects.filter(viewer_id=viewer_id).values_list("persona_id", flat=True)
    return sum(_record(_locked(viewer_id, persona_id), happening) for persona_id in bonds)


@transaction.atomic
def adjust(bond: Relationship, wanted: Scores, *, at: dt.datetime) -> bool:
    """Put scores right by hand, as an entry of the ledger; False when nothing differs.

    Args:
        bond: Whose.
        wanted: The scores as they shall be; warmth counts as of `at`.
        at: The time.
    """
    locked = _locked(bond.viewer_id, bond.persona_id)
    had = scores_of(locked)
    names = ("affinity", "trust", "familiarity", "loyalty", "warmth")
    deltas = Deltas(*(getattr(wanted, name) - getattr(had, name) for name in names))
    scars = wanted.scars - had.scars
    if deltas == Deltas() and not scars:
        return False
    happening = Happening(uuid7(), HappeningKind.ADJUSTED, at, adjustment=deltas, scars=scars)
    return _record(locked, happening)


def _locked(viewer_id: UUID, persona_id: UUID) -> Relationship:
    bonds: list[Relationship] = _BOND.objects(viewer_id=viewer_id, persona_id=persona_id)
    if not bonds:
        Relationship.objects.get_or_create(viewer_id=viewer_id, persona_id=persona_id)
        bonds = _BOND.objects(viewer_id=viewer_id, persona_id=persona_id)
    return bonds[0]


def _record(bond: Relationship, happening: Happening) -> bool:
    rows = _rows_for(bond, happening)
    if any(row.event_id == happening.event_id for row in rows):
        return False
    if bond.baseline is None:
        bond.baseline = _plain(scores_of(bond))
        bond.save(update_fields=["baseline"])
    if rows and _order(rows[-1]) > (happening.at, happening.event_id):
        _write(
            bond,
            LedgerEntry(happening.event_id, happening.kind, happening.at, happening.broadcast, Deltas()),
            happening,
        )
        rebuild(bond)
        return True
    stream, day = _tallies(rows, happening)
    outcome = score(scores_of(bond), happening, stream, day)
    _MOVE.count(bond_id=bond.pk, updated_at=timezone.now(), **asdict(outcome.scores))
    _write(bond, outcome.entry, happening)
    return True


def rebuild(bond: Relationship) -> Scores:
    """Compute a bond anew from its ledger, and from those of the viewers it absorbed; return the scores."""
    rows = list(ledger_of(bond).order_by("at", "event_id"))
    if not rows:
        _set(bond, _scores(bond.baseline) if bond.baseline else scores_of(bond))
        bond.save()
        return scores_of(bond)
    scores, entries = settle((_happening(row) for row in rows), _start(bond))
    by_event = {entry.event_id: entry for entry in entries}
    changed = []
    for row in rows:
        entry = by_event[row.event_id]
        deltas = asdict(entry.deltas)
        if entry.kind is not HappeningKind.ADJUSTED and (row.deltas, row.scars) != (deltas, entry.scars):
            row.deltas, row.scars = deltas, entry.scars
            changed.append(row)
    Interaction.objects.bulk_update(changed, ["deltas", "scars"], batch_size=200)
    _set(bond, scores)
    bond.save()
    return scores


def replay(bond: Relationship) -> Scores:
    """Return the scores as the ledger alone gives them, changing nothing."""
    rows = ledger_of(bond).order_by("at", "event_id")
    if not rows and bond.baseline is None:
        return scores_of(bond)
    return settle((_happening(row) for row in rows), _start(bond))[0]


def family_of(viewer_id: UUID) -> set[UUID]:
    """Return a viewer and everybody who turned out to be the same person."""
    family, latest = {viewer_id}, {viewer_id}
    while latest:
        latest = {row[0] for one in latest for row in _ABSORBED.rows(viewer_id=one)} - family
        family |= latest
    return family


def _bonds(bond: Relationship, family: set[UUID] | None = None) -> QuerySet[Relationship]:
    family = family_of(bond.viewer_id) if family is None else family
    found: QuerySet[Relationship] = Relationship.objects.filter(persona_id=bond.persona_id, viewer_id__in=family)
    return found


def ledger_of(bond: Relationship, family: set[UUID] | None = None) -> QuerySet[Interaction]:
    """Return a bond's ledger, with those of the viewers it absorbed.

    Args:
        bond: Whose.
        family: What `family_of` says of its viewer, where it is known.
    """
    found: QuerySet[Interaction] = Interaction.objects.filter(relationship__in=_joined(bond, family))
    return found


def _joined(bond: Relationship, family: set[UUID] | None = None) -> list[Relationship]:
    """Return a bond, with those of the viewers it absorbed."""
    family = family_of(bond.viewer_id) if family is None else family
    return [bond] if family == {bond.viewer_id} else list(_bonds(bond, family))


def _rows_for(bond: Relationship, happening: Happening) -> list[Interaction]:
    """Return what of the ledger decides what a happening does, in order.

    That is its own entry, those of its show, and all since its day began, later ones among them. One query a bond.
    """
    since = happening.at.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    asked = {"event_id": happening.event_id, "show_id": happening.broadcast, "since": since}
    return sorted((row for one in _joined(bond) for row in _ENTRIES.objects(bond_id=one.pk, **asked)), key=_order)


def _order(row: Interaction) -> tuple[dt.datetime, UUID]:
    return row.at, row.event_id


def _start(bond: Relationship) -> Scores:
    """Return the scores before the first entry: the best of what the bonds began with, and all their scars."""
    starts = [_scores(one.baseline) if one.baseline else scores_of(one) for one in _bonds(bond)]
    first, *others = sorted(starts, key=lambda start: start.affinity, reverse=True)
    for other in others:
        first = replace(
            first,
            trust=max(first.trust, other.trust),
            familiarity=max(first.familiarity, other.familiarity),
            loyalty=max(first.loyalty, other.loyalty),
            scars=first.scars + other.scars,
        )
    return first


def _tallies(rows: Iterable[Interaction], happening: Happening) -> tuple[StreamTally, DayTally]:
    """Return what the show and the day gave so far."""
    stream, day = StreamTally(), DayTally()
    today = happening.at.astimezone(dt.UTC).date()
    for row in rows:
        entry = _entry(row)
        if row.broadcast_id == happening.broadcast:
            stream = stream.after(entry)
        if row.at.astimezone(dt.UTC).date() == today:
            day = day.after(entry)
    return stream, day


def _deltas(row: Interaction) -> Deltas:
    names = ("affinity", "trust", "familiarity", "loyalty", "warmth")
    return Deltas(**{name: float(row.deltas[name]) for name in names if name in row.deltas})


def _entry(row: Interaction) -> LedgerEntry:
    kind = HappeningKind(row.kind) if row.amount is not None else HappeningKind.ADJUSTED
    return LedgerEntry(row.event_id, kind, row.at, row.broadcast_id, _deltas(row), row.scars)


def _happening(row: Interaction) -> Happening:
    """Return what happened; an entry that cannot be computed anew is taken as it is."""
    kind = HappeningKind(row.kind)
    if kind is HappeningKind.ADJUSTED or row.amount is None:
        adjusted = HappeningKind.ADJUSTED
        return Happening(row.event_id, adjusted, row.at, row.broadcast_id, adjustment=_deltas(row), scars=row.scars)
    return Happening(row.event_id, kind, row.at, row.broadcast_id, row.amount)


def _write(bond: Relationship, entry: LedgerEntry, happening: Happening) -> None:
    deltas = happening.adjustment if entry.kind is HappeningKind.ADJUSTED else entry.deltas
    row = Interaction(
        relationship=bond,
        event_id=entry.event_id,
        broadcast_id=entry.broadcast,
        kind=entry.kind.value,
        amount=happening.amount,
        deltas=asdict(deltas),
        scars=happening.scars if entry.kind is HappeningKind.ADJUSTED else entry.scars,
        at=entry.at,
    )
    _ADD_ENTRY.add(row)


def _set(bond: Relationship, scores: Scores) -> None:
    for name in SCORES:
        setattr(bond, name, getattr(scores, name))


def _plain(scores: Scores) -> dict[str, object]:
    """Return scores as JSON takes them."""
    return asdict(scores) | {"warmth_at": scores.warmth_at.isoformat() if scores.warmth_at else None}


def _scores(plain: dict[str, Any]) -> Scores:
    at = plain.get("warmth_at")
    return Scores(**{**plain, "warmth_at": dt.datetime.fromisoformat(at) if at else None})
