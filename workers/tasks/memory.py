"""Memory's tasks: consolidation, the nightly round, vectors. The queue is "upkeep"; each may run twice."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from memory.models import RunKind
from memory.services.tidying import forget_old_entries, tidy_persona
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.tasks import StudioTask, SystemTask, enqueue
from workers.mind.consolidating import consolidate_stream
from workers.mind.embedding import embed_missing, studios_to_embed
from workers.mind.rounds import all_due, due_now


@shared_task(name="memory.consolidate", base=StudioTask, acks_late=True)
def consolidate(persona_id: str, stream_id: str, kind: str = RunKind.MANUAL) -> None:
    """Read what was said on a stream and remember what is worth it."""
    consolidate_stream(UUID(persona_id), UUID(stream_id), kind)


@shared_task(name="memory.sweep", base=SystemTask, acks_late=True)
def sweep() -> None:
    """Start what is due: half an hour on air, or a broadcast that ended; and vectors that are missing."""
    for due in due_now(timezone.now()):
        with studio_scope(due.studio_id):
            enqueue("memory.consolidate", persona_id=due.persona_id, stream_id=due.stream_id, kind=str(due.kind))
    for studio_id in studios_to_embed():
        with studio_scope(studio_id):
            enqueue("memory.embed")


@shared_task(name="memory.nightly", base=SystemTask, acks_late=True)
def nightly() -> None:
    """Read whatever nobody has read, tidy every persona's memories, and let old journals forget."""
    personas = set()
    for due in all_due():
        with studio_scope(due.studio_id):
            enqueue("memory.consolidate", persona_id=due.persona_id, stream_id=due.stream_id, kind=str(due.kind))
        personas.add((due.studio_id, due.persona_id))
    for studio_id, persona_id in personas:
        with studio_scope(studio_id):
            enqueue("memory.tidy", persona_id=persona_id)
    forget_old_entries()


@shared_task(name="memory.tidy", base=StudioTask, acks_late=True)
def tidy(persona_id: str) -> None:
    """Make one of what says the same."""
    tidy_persona(UUID(persona_id))


@shared_task(name="memory.embed", base=StudioTask, acks_late=True)
def embed() -> None:
    """Give vectors to memories that have none of the engine at work."""
    embed_missing()
