"""Drafts written by programs: what they change is laid over what there is, and taken only if it could be published."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from personas.models import Persona, Revision
from personas.selectors import content_of
from personas.services.contents import content_taken
from personas.services.revisions import lock_persona, save_draft

Changes = Mapping[str, Any]


@transaction.atomic
def new_draft(
    persona: Persona, changes: Changes, *, by: Any, note: str = "", start: Revision | None = None
) -> Revision:
    """Begin a draft.

    Args:
        persona: Whose.
        changes: Fields of the content that differ; lists as a whole.
        by: Who writes it.
        note: What changed and why.
        start: The revision it starts from; None: what is on air.

    Raises:
        InputInvalid: The content could not be published; the sentence says why.
        Conflict: There are too many drafts.
    """
    before = {**content_of(persona), **(start.content if start else {})}
    return save_draft(persona, content_taken(persona, before | dict(changes)), by=by, note=note)


@transaction.atomic
def change_draft(draft: Revision, changes: Changes | None, *, by: Any, note: str | None = None) -> Revision:
    """Change a draft; None leaves content or note as they are.

    Returns:
        The draft; of one that an experiment has put on air, another one.

    Raises:
        InputInvalid: As in `new_draft`.
        Conflict: It was published meanwhile.
    """
    persona = lock_persona(draft.persona_id)
    draft = Revision.objects.filter(pk=draft.pk).first() or draft
    content = draft.content
    if changes is not None:
        content = content_taken(persona, {**content_of(persona), **content, **changes}, draft.pk)
    return save_draft(persona, content, by=by, note=draft.note if note is None else note, draft=draft)
