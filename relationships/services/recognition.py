"""Who is who on the platforms: viewers behind accounts, their names, and the names they had before."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, F

from relationships.models import FormerName, Identity, Viewer
from relationships.models.viewers import is_muted
from relationships.services.refusals import digest_of, refusals, refused
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.compiled import CompiledQuery

NOBODY = UUID(int=0)
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody on a platform, as an event names them."""

    platform: str
    platform_id: str
    name: str


@dataclass(frozen=True, slots=True)
class KnownViewer:
    """The viewer behind an author.

    Attributes:
        id: Their card; `NOBODY` for an account nothing is stored of.
        is_ignored: The character does not answer them.
        has_opted_out: Nothing personal of theirs is stored.
        is_first: They never wrote here before.
    """

    id: UUID
    is_ignored: bool
    has_opted_out: bool
    is_first: bool


_REFUSED = KnownViewer(NOBODY, is_ignored=False, has_opted_out=True, is_first=False)


_MET = CompiledQuery(
    lambda platform, platform_id, digest: (
        Identity.objects.filter(platform=platform, platform_id=platform_id, viewer__has_opted_out=False)
        .exclude(Exists(refusals([digest])))
        .order_by()
        .values_list("name", "viewer_id", "viewer__is_ignored", "viewer__ignored_until", "viewer__messages")
    ),
    platform=str,
    platform_id=str,
    digest=str,
)
_SEEN = CompiledQuery(
    lambda viewer_id, now: Viewer.objects.filter(pk=viewer_id),
    change=lambda viewer_id, now: {"messages": F("messages") + 1, "last_seen_at": now},
    viewer_id=UUID,
    now=dt.datetime,
)


def recognise(authors: Iterable[Author], *, now: dt.datetime) -> dict[Key, KnownViewer]:
    """Return the viewer behind each author, by (platform, id); new ones are made, new names are kept.

    Must run inside a transaction. Counts one message for each author given. Of an account that opted out or was erased
    nothing is made, changed or counted.
    """
    wanted = {(author.platform, author.platform_id): author for author in authors if author.platform_id}
    if not wanted:
        return {}
    if len(wanted) == 1:
        [author] = wanted.values()
        if (met := _met(author, now)) is not None:
            return dict.fromkeys(wanted, met)
    found: dict[Key, KnownViewer] = dict.fromkeys(refused(wanted), _REFUSED)
    wanted = {key: author for key, author in wanted.items() if key not in found}
    if not wanted:
        return found
    known = _known(wanted, now)
    fresh = [author for key, author in wanted.items() if key not in known]
    if fresh:
        _introduce(fresh)
        known |= {
            key: _as_new(viewer) for key, viewer in _known({(a.platform, a.platform_id): a for a in fresh}, now).items()
        }
    seen = Viewer.objects.filter(pk__in=[viewer.id for viewer in known.values() if not viewer.has_opted_out])
    seen.update(messages=F("messages") + 1, last_seen_at=now)
    return found | known


def _met(author: Author, now: dt.datetime) -> KnownViewer | None:
    """Return who is behind a lone author, as nearly every line has one: known, under the same name, in two statements.

    None for anybody else.
    """
    digest = digest_of(author.platform, author.platform_id)
    rows = _MET.rows(platform=author.platform, platform_id=author.platform_id, digest=digest)
    if not rows:
        return None
    name, viewer_id, is_ignored, ignored_until, messages = rows[0]
    if author.name and author.name != name:
        return None
    _SEEN.count(viewer_id=viewer_id, now=now)
    return KnownViewer(viewer_id, is_muted(is_ignored, ignored_until, now), has_opted_out=False, is_first=messages == 0)


def _as_new(viewer: KnownViewer) -> KnownViewer:
    return KnownViewer(viewer.id, viewer.is_ignored, viewer.has_opted_out, is_first=True)


def _known(wanted: dict[Key, Author], now: dt.datetime) -> dict[Key, KnownViewer]:
    rows = Identity.objects.filter(
        platform__in={platform for platform, _ in wanted}, platform_id__in={one for _, one in wanted}
    ).select_related("viewer")
    known = {}
    for row in rows:
        author = wanted.get((row.platform, row.platform_id))
        if author is None:
            continue
        viewer = row.viewer
        if author.name and author.name != row.name and not viewer.has_opted_out:
            rename(row, author.name, now)
        known[row.platform, row.platform_id] = KnownViewer(
            viewer.pk, viewer.is_muted_at(now), viewer.has_opted_out, is_first=viewer.messages == 0
        )
    return known


def rename(identity: Identity, name: str, now: dt.datetime) -> None:
    """Give an account the name it has now, and keep the one it had, with its dates.

    The card follows, unless the team gave it a name of its own.
    """
    FormerName(identity=identity, name=identity.name, since=identity.named_at, until=now).save()
    Identity.objects.filter(pk=identity.pk).update(name=name, named_at=now, updated_at=now)
    viewer = Viewer.objects.filter(pk=identity.viewer_id)
    viewer.update(renamed_at=now)
    viewer.filter(name=identity.name).update(name=name)


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
