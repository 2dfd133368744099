"""What was said and what is remembered."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.utils import timezone

from memory.domain.vectors import normalised, packed, sketch_of
from memory.models import (
    ConsolidationCursor,
    ConsolidationEntry,
    ConsolidationRun,
    EmbeddingEngine,
    EntryAction,
    Lore,
    Memory,
    MemoryEvidence,
    MemoryVector,
    RunState,
    SeedMark,
    Speaker,
    Utterance,
)
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


def make_seed(persona: Persona, row: Memory | Lore, marker: str = "", *, part: str = "memories") -> SeedMark:
    return create(SeedMark, persona=persona, part=part, key=f"{marker}cat", row_id=row.pk, digest="0" * 64)


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


def make_consolidation(persona: Persona, marker: str = "", *, stream_id: UUID | None = None) -> ConsolidationRun:
    run = create(ConsolidationRun, persona=persona, stream_id=stream_id, state=RunState.APPLIED, note=marker)
    create(ConsolidationEntry, run=run, number=0, action=EntryAction.REJECTED, text=f"{marker}Bo likes cats.")
    if stream_id is not None:
        create(ConsolidationCursor, persona=persona, stream_id=stream_id, after_id=run.pk)
    return run


def make_evidence(memory: Memory, utterance: Utterance) -> MemoryEvidence:
    return create(
        MemoryEvidence, memory=memory, utterance_id=utterance.pk, turn_id=utterance.turn_id, said_at=utterance.said_at
    )


def make_embedding_engine(marker: str = "", **fields: Any) -> EmbeddingEngine:
    usual = {"name": f"{marker}Embeddings", "base_url": "http://localhost:9/v1", "model": f"{marker}embed"}
    return create(EmbeddingEngine, **{**usual, **fields})


def make_vector(memory: Memory, engine: EmbeddingEngine, vector: tuple[float, ...] = (1.0, 0.0)) -> MemoryVector:
    return create(
        MemoryVector,
        memory=memory,
        persona=memory.persona,
        model_key=engine.model_key,
        dims=len(vector),
        data=packed(normalised(vector)),
        sketch=sketch_of(vector),
        content_key=memory.content_key,
    )
