"""Upkeep tasks: what follows a turn, and what time takes away. The queue is "upkeep"."""

import threading
from typing import Any
from uuid import UUID

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings
from django.utils import timezone

from memory.domain.noticing import get_ready
from personas.selectors.revisions import due_revisions
from personas.services.revisions import publish_due
from streams.services.aftermath import absorb_turn
from streams.services.broadcasts import close_idle_broadcasts
from streams.services.retention import retain
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.tasks import StudioTask, SystemTask, enqueue
from workers.tasks.serving import serves


@worker_ready.connect
def _warm_up(sender: Any = None, **_: Any) -> None:
    """Compile the rules of noticing beside everything else, before the first turn is absorbed."""
    if serves(sender, settings.CELERY_TASK_DEFAULT_QUEUE):
        threading.Thread(target=get_ready, name="noticing", daemon=True).start()


@shared_task(name="upkeep.absorb", base=StudioTask, acks_late=True)
def absorb(turn_id: str) -> None:
    """Let a finished turn move the relationship and leave memories. Doing it twice changes nothing."""
    absorb_turn(UUID(turn_id))


@shared_task(name="upkeep.retain", base=SystemTask, acks_late=True)
def retention() -> None:
    """Delete what has outlived its time."""
    retain()


@shared_task(name="upkeep.broadcasts", base=SystemTask)
def broadcasts() -> None:
    """End the broadcasts nobody is at any more."""
    close_idle_broadcasts()


@shared_task(name="upkeep.publications", base=SystemTask)
def publications() -> None:
    """Start the scheduled publications whose time has come."""
    for due in due_revisions(timezone.now()):
        with studio_scope(due.studio_id):
            enqueue("upkeep.publish", revision_id=due.revision_id)


@shared_task(name="upkeep.publish", base=StudioTask, acks_late=True)
def publish(revision_id: str) -> None:
    """Carry out one scheduled publication. Doing it twice publishes once."""
    publish_due(UUID(revision_id))
