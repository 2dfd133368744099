"""Privacy tasks: erasing, the list of refusals outside the database, rewriting the files. The queue is "upkeep"."""

from uuid import UUID

from celery import shared_task

from streams.services.privacy import erase, take_up
from streams.services.rewriting import rewrite_if_due
from streams.services.tombstones import sync
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio
from vtcontrol.tenancy.tasks import StudioTask, SystemTask


@shared_task(name="upkeep.erase", base=StudioTask, acks_late=True)
def erase_person(request_id: str) -> None:
    """Erase somebody. Doing it twice changes nothing."""
    erase(UUID(request_id))


@shared_task(name="upkeep.tombstones", base=StudioTask, acks_late=True)
def write_tombstones() -> None:
    """Write new refusals to the list outside the database, and bring back those a restored backup has lost."""
    sync()


@shared_task(name="upkeep.privacy", base=SystemTask, acks_late=True)
def keep_privacy() -> None:
    """Look after every studio: refusals lost by a restore, erasures that stopped half-way, files to be rewritten."""
    for studio_id in Studio.objects.values_list("pk", flat=True):
        with studio_scope(studio_id):
            sync()
            take_up()
    rewrite_if_due()
