"""The status line of a stream: who answers and speaks, and what is wrong with them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from personas.services import note_engine
from streams.models import ModerationModel, StreamState
from streams.selectors.state import state_frame


@transaction.atomic
def note_engines(
    stream_id: UUID,
    brain: str,
    voice: str,
    faults: Mapping[UUID, str] | None = None,
    checks: Mapping[UUID, str] | None = None,
) -> tuple[dict[str, Any], ...]:
    """Keep "name" or "name|trouble" of brain and voice; return the frames for the docks.

    Args:
        stream_id: The stream.
        brain: Who answers.
        voice: Who speaks.
        faults: How the configured brains and voices did, by row: a fault, or "" for a success.
        checks: The same of moderation models.
    """
    for row_id, fault in (faults or {}).items():
        note_engine(row_id, fault)
    for row_id, fault in (checks or {}).items():
        note_engine(row_id, fault, (ModerationModel,))
    row = StreamState.objects.filter(stream_id=stream_id)
    row.update(brain_note=brain[:120], voice_note=voice[:120], version=F("version") + 1)
    return (state_frame(stream_id),)
