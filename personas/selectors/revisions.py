"""Reading revisions: what waits for its time, and what a draft stands against."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from personas.domain.differences import Difference, difference
from personas.models import UNPUBLISHED, Persona, Revision, RevisionState
from personas.selectors.contents import on_air_id
from vtcontrol.kernel.errors import NotFound
from vtcontrol.tenancy.pages import Window


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


def is_outdated(draft: Revision, on_air: UUID | None) -> bool:
    """Tell whether something else is on air than a draft was made from."""
    return draft.state in UNPUBLISHED and on_air is not None and draft.base_id != on_air


def revision_of(persona: Persona, revision_id: UUID) -> Revision:
    """Return a revision of a persona, with who wrote and published it.

    Raises:
        NotFound: The persona has no such revision.
    """
    found = Revision.objects.select_related("persona", "created_by", "published_by")
    revision: Revision | None = found.filter(pk=revision_id, persona=persona).first()
    if revision is None:
        raise NotFound
    return revision


def compared_with(revision: Revision) -> Revision | None:
    """Return what a revision is compared with: what is on air; for that, what it was made from or came after."""
    if revision.state != RevisionState.PUBLISHED:
        return on_air_of(revision.persona)
    earlier = Revision.objects.filter(
        persona=revision.persona_id, number__lt=revision.number, published_at__isnull=False
    )
    before: Revision | None = revision.base or earlier.order_by("-number").first()
    return before


def revisions_page(window: Window, persona: Persona, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return a page of a persona's revisions, newest first. Two queries."""
    rows = Revision.objects.filter(persona=persona, **wanted).select_related("created_by", "published_by")
    on_air = on_air_id(persona)
    return window.read(rows.defer("content"), lambda revision: revision_item(revision, on_air))


def revision_item(revision: Revision, on_air: UUID | None) -> dict[str, Any]:
    """Return a revision as programs take it, without its content."""
    return {
        "id": str(revision.pk),
        "persona": str(revision.persona_id),
        "number": revision.number,
        "state": revision.state,
        "note": revision.note,
        "base": str(revision.base_id) if revision.base_id else None,
        "is_outdated": is_outdated(revision, on_air),
        "created_at": revision.created_at.isoformat(),
        "created_by": str(revision.created_by or ""),
        "publish_at": revision.publish_at.isoformat() if revision.publish_at else None,
        "published_at": revision.published_at.isoformat() if revision.published_at else None,
        "published_by": str(revision.published_by or ""),
        "refusal": revision.refusal,
    }


def changes_since(base: Revision | None, after: Revision) -> Difference:
    """Return what differs from one revision to a later one; nothing where there is no earlier one."""
    return difference(base.content, after.content) if base is not None else Difference()
