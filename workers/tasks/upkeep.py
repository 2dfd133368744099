"""Upkeep tasks: what follows a turn, and what time takes away. The queue is "upkeep"."""

from uuid import UUID

from celery import shared_task

from streams.services.aftermath import absorb_turn
from streams.services.retention import retain
from vtcontrol.tenancy.tasks import StudioTask, SystemTask


@shared_task(name="upkeep.absorb", base=StudioTask, acks_late=True)
def absorb(turn_id: str) -> None:
    """Let a finished turn move the relationship and leave memories. Doing it twice changes nothing."""
    absorb_turn(UUID(turn_id))


@shared_task(name="upkeep.retain", base=SystemTask, acks_late=True)
def retention() -> None:
    """Delete what has outlived its time."""
    retain()
