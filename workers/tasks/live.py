"""The live task: wake a stream's runner. The queue is "live", the pool is threads."""

from typing import Any
from uuid import UUID

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings

from vtcontrol.tenancy.scope import current_studio_id
from vtcontrol.tenancy.tasks import StudioTask
from workers.runner.host import host_if_any, the_host
from workers.tasks.serving import serves


@shared_task(name="live.perform", base=StudioTask, acks_late=False)
def perform(stream_id: str) -> None:
    """Start or wake the stream's runner on this worker's loop; returns at once, or waits while the worker is full."""
    the_host(runners_most=settings.LIVE_RUNNERS_MAX).nudge(current_studio_id(), UUID(stream_id))


@worker_ready.connect
def _warm_up(sender: Any = None, **_: Any) -> None:
    """Make a live worker's loop before its first turn needs it."""
    if settings.REDIS_URL and serves(sender, "live"):
        the_host(runners_most=settings.LIVE_RUNNERS_MAX)


@worker_shutting_down.connect
def _drain(**_: Any) -> None:
    """Let the turns being spoken end, and give the leases back."""
    host = host_if_any()
    if host is not None:
        host.stop()
