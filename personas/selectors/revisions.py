"""Reading revisions: what waits for its time, and what a draft stands against."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from personas.domain.differences import Difference, difference
from personas.models import UNPUBLISHED, Persona, Revision, RevisionState


@dataclass(frozen=True, slots=True)
class Due:
    """A scheduled publication whose time has come."""

    studio_id: UUID
    revision_id: UUID


def due_revisions(now: dt.datetime) -> list[Due]:
    """Return what is to go on air, the earliest first, of every studio in the scope."""
    waiting = Revision.objects.filter(state=RevisionState.SCHEDULED, publish_at__lte=now).order_by("publish_at")
    return [Due(*ids) for ids in waiting.values_list("studio_id", "id")]


def on_air_of(persona: Persona) -> Revision | None:
    """Return the revision on air, with who published it."""
    found = Revision.objects.select_related("created_by", "published_by")
    revision: Revision | None = found.filter(persona=persona, state=RevisionState.PUBLISHED).first()
    return revision


def is_outdated(draft: Revision, on_air: Revision | None) -> bool:
    """Tell whether something else is on air than a draft was made from."""
    return draft.state in UNPUBLISHED and on_air is not None and draft.base_id != on_air.pk


def changes_since(base: Revision | None, after: Revision) -> Difference:
    """Return what differs from one revision to a later one; nothing where there is no earlier one."""
    return difference(base.content, after.content) if base is not None else Difference()
