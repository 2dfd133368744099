"""Storing the vectors of memories; whoever runs the engine computes them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from memory.domain.vectors import normalised, packed, sketch_of
from memory.models import EmbeddingEngine, Memory, MemoryVector, Review
from memory.services.writing import next_version


def without_vector(engine: EmbeddingEngine, *, most: int) -> list[Memory]:
    """Return memories that have no vector of this engine, or one of other words; newest first."""
    current = Q(vector__model_key=engine.model_key, vector__content_key=F("content_key"))
    rows = Memory.objects.filter(review=Review.ACCEPTED).exclude(pk__in=Memory.objects.filter(current).values("pk"))
    rows = rows.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
    return list(rows.order_by("-version").only("pk", "text", "content_key", "persona_id", "studio_id")[:most])


@transaction.atomic
def store_vectors(engine: EmbeddingEngine, memories: Sequence[Memory], vectors: Mapping[UUID, Sequence[float]]) -> int:
    """Keep the vectors of memories; return how many. What changed or went meanwhile is left out.

    Raises:
        ValueError: A vector has no direction.
    """
    keys = {memory.pk: memory.content_key for memory in memories if memory.pk in vectors}
    rows = list(Memory.objects.select_for_update().filter(pk__in=keys).only("pk", "content_key", "persona_id"))
    rows = [row for row in rows if row.content_key == keys[row.pk]]
    MemoryVector.objects.filter(memory__in=[row.pk for row in rows]).delete()
    made = []
    for row in rows:
        vector = normalised(vectors[row.pk])
        made.append(
            MemoryVector(
                memory_id=row.pk, persona_id=row.persona_id, model_key=engine.model_key, dims=len(vector),
                data=packed(vector), sketch=sketch_of(vector), content_key=row.content_key,
            )
        )  # fmt: skip
    MemoryVector.objects.bulk_create(made, batch_size=200)
    for persona_id in {row.persona_id for row in rows}:
        version = next_version(persona_id)
        Memory.objects.filter(pk__in=[row.pk for row in rows if row.persona_id == persona_id]).update(version=version)
    return len(made)


def note_engine(engine: EmbeddingEngine, fault: str = "") -> None:
    """Note that an engine worked, or why it did not."""
    values = {"last_fault": fault[:120]} if fault else {"last_fault": "", "last_ok_at": timezone.now()}
    EmbeddingEngine.objects.filter(pk=engine.pk).update(**values)
