"""Rehearsals' tasks: a slice of one, and a look for those nobody works on. The queue is "upkeep"."""

from uuid import UUID

from celery import shared_task

from streams.services.rehearsals import runs_in_need
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.tasks import StudioTask, SystemTask, enqueue
from workers.rehearsal.carrying import carry_on


@shared_task(name="rehearsal.run", base=StudioTask, acks_late=True)
def run(run_id: str) -> None:
    """Carry a rehearsal on for a while."""
    carry_on(UUID(run_id))


@shared_task(name="rehearsal.sweep", base=SystemTask, acks_late=True)
def sweep() -> None:
    """Take up what a dead worker or a lost message left."""
    for studio_id, run_id in runs_in_need():
        with studio_scope(studio_id):
            enqueue("rehearsal.run", run_id=run_id)
