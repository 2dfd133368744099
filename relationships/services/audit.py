"""Who did what with whose data: names of people, fields and times, never what stands in them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from relationships.models import AccessRecord, Deed


def note(user: Any, deed: Deed, subject_id: UUID | None, fields: Iterable[str] = ()) -> None:
    """Write down what somebody did.

    Args:
        user: The person of the team, or None where a viewer did it.
        deed: What they did.
        subject_id: Whose card it was; None for many at once.
        fields: Names of the fields that changed.
    """
    person = user if getattr(user, "pk", None) else None
    AccessRecord(user=person, deed=deed, subject_id=subject_id, fields=sorted(fields)).save()
