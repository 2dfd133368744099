"""The status line of a stream: who answers and speaks, and what is wrong with them."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from streams.models import StreamState
from streams.selectors.state import state_frame


@transaction.atomic
def note_engines(stream_id: UUID, brain: str, voice: str) -> tuple[dict[str, Any], ...]:
    """Keep "name" or "name|trouble" of brain and voice; return the frames for the docks."""
    row = StreamState.objects.filter(stream_id=stream_id)
    row.update(brain_note=brain[:120], voice_note=voice[:120], version=F("version") + 1)
    return (state_frame(row.get()),)
