"""Writing the audience: who is who on the platforms, and what each event does to a relationship."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import F

from relationships.domain.scoring import (
    DayTally,
    Deltas,
    LedgerEntry,
    StreamTally,
    score,
)
from relationships.domain.scoring import Interaction as Happening
from relationships.domain.scoring import InteractionKind as HappeningKind
from relationships.models import Identity, Interaction, Relationship, Viewer
from relationships.selectors import scores_of
from vtcontrol.kernel.ids import uuid7


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody on a platform, as an event names them."""

    platform: str
    platform_id: str
    name: str


@dataclass(frozen=True, slots=True)
class KnownViewer:
    """The viewer behind an author."""

    id: UUID
    is_ignored: bool
    has_opted_out: bool
    is_first: bool


def recognise(authors: Iterable[Author], *, now: dt.datetime) -> dict[tuple[str, str], KnownViewer]:
    """Return the viewer behind each author, by (platform, id); new ones are made, new names are kept.

    Must run inside a transaction. Counts one message for each author given.
    """
    wanted = {(author.platform, author.platform_id): author for author in authors if author.platform_id}
    if not wanted:
        return {}
    known = _known(wanted, now)
    fresh = [author for key, author in wanted.items() if key not in known]
    if fresh:
        _introduce(fresh)
        known |= {
            key: _as_new(viewer) for key, viewer in _known({(a.platform, a.platform_id): a for a in fresh}, now).items()
        }
    seen = Viewer.objects.filter(pk__in=[viewer.id for viewer in known.values()])
    seen.update(messages=F("messages") + 1, last_seen_at=now)
    return known


def _as_new(viewer: KnownViewer) -> KnownViewer:
    return KnownViewer(viewer.id, viewer.is_ignored, viewer.has_opted_out, is_first=True)


def _known(wanted: dict[tuple[str, str], Author], now: dt.datetime) -> dict[tuple[str, str], KnownViewer]:
    rows = Identity.objects.filter(
        platform__in={platform for platform, _ in wanted}, platform_id__in={one for _, one in wanted}
    ).select_related("viewer")
    known = {}
    for row in rows:
        author = wanted.get((row.platform, row.platform_id))
        if author is None:
            continue
        if author.name and author.name != row.name:
            Identity.objects.filter(pk=row.pk).update(name=author.name)
            Viewer.objects.filter(pk=row.viewer_id, name=row.name).update(name=author.name)
        viewer = row.viewer
        known[row.platform, row.platform_id] = KnownViewer(
            viewer.pk, viewer.is_muted_at(now), viewer.has_opted_out, is_first=viewer.messages == 0
        )
    return known


def _introduce(authors: list[Author]) -> None:
    """Make viewers and identities; an identity somebody else makes at the same moment wins."""
    viewers = {author: Viewer(id=uuid7(), name=author.name or author.platform_id) for author in authors}
    Viewer.objects.bulk_create(viewers.values())
    rows = [
        Identity(viewer=viewer, platform=author.platform, platform_id=author.platform_id, name=viewer.name)
        for author, viewer in viewers.items()
    ]
    Identity.objects.bulk_create(rows, ignore_conflicts=True)
    orphans = Viewer.objects.filter(pk__in=[viewer.pk for viewer in viewers.values()], identities=None)
    orphans.delete()


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
    if Viewer.objects.filter(pk=viewer_id, has_opted_out=False).first() is None:
        return False
    bond, _made = Relationship.objects.get_or_create(viewer_id=viewer_id, persona_id=persona_id)
    bond = Relationship.objects.select_for_update().get(pk=bond.pk)
    if Interaction.objects.filter(relationship=bond, event_id=event_id).exists():
        return False
    happening = Happening(event_id=event_id, kind=kind, at=at, broadcast=broadcast_id, amount=amount)
    stream, day = _tallies(bond, broadcast_id, at)
    outcome = score(scores_of(bond), happening, stream, day)
    for name in ("affinity", "trust", "familiarity", "loyalty", "warmth", "warmth_at", "scars"):
        setattr(bond, name, getattr(outcome.scores, name))
    bond.save()
    Interaction(
        relationship=bond,
        event_id=event_id,
        broadcast_id=broadcast_id,
        kind=kind.value,
        deltas=asdict(outcome.entry.deltas),
        at=at,
    ).save()
    return True


def _tallies(bond: Relationship, broadcast_id: UUID | None, at: dt.datetime) -> tuple[StreamTally, DayTally]:
    stream, day = StreamTally(), DayTally()
    today = at.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Interaction.objects.filter(relationship=bond)
    if broadcast_id is not None:
        for row in rows.filter(broadcast_id=broadcast_id).order_by("at", "id"):
            stream = stream.after(_entry(row))
    for row in rows.filter(at__gte=today, at__lt=today + dt.timedelta(days=1)).order_by("at", "id"):
        day = day.after(_entry(row))
    return stream, day


def _entry(row: Interaction) -> LedgerEntry:
    return LedgerEntry(row.event_id, HappeningKind(row.kind), row.at, row.broadcast_id, Deltas(**row.deltas))
