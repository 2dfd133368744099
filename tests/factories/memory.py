"""What was said and what is remembered."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.utils import timezone

from memory.models import ConsolidationRun, Lore, Memory, Speaker, Utterance
from personas.models import Persona
from tests.factories.rows import create


def make_memory(persona: Persona, marker: str = "", *, viewer_id: UUID | None = None, **fields: Any) -> Memory:
    text = fields.pop("text", f"{marker}Bo has a cat called Biscuit.")
    return create(
        Memory,
        **{
            "persona": persona,
            "viewer_id": viewer_id,
            "text": text,
            "stems": f"{marker}cat biscuit",
            "tags": [f"{marker}pets"],
            "content_key": Memory.key_of(text),
            **fields,
        },
    )


def make_lore(persona: Persona, marker: str = "", **fields: Any) -> Lore:
    return create(
        Lore,
        **{
            "persona": persona,
            "keys": f"{marker}lighthouse",
            "content": f"{marker}The lighthouse hums at noon.",
            **fields,
        },
    )


def make_utterance(persona: Persona, stream_id: UUID, marker: str = "", *, viewer_id: UUID | None = None) -> Utterance:
    now = timezone.now()
    return create(
        Utterance,
        persona=persona,
        stream_id=stream_id,
        viewer_id=viewer_id,
        speaker=Speaker.VIEWER,
        name=f"{marker}Bo",
        text=f"{marker}Do you like cats?",
        said_at=now,
        expires_at=now + dt.timedelta(days=30),
    )


def make_consolidation(persona: Persona) -> ConsolidationRun:
    return create(ConsolidationRun, persona=persona)
