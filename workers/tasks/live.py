"""Live tasks: wake a stream's runner, and sweep up what nobody works on. The queue is "live", the pool is threads."""

from typing import Any
from uuid import UUID

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings

from streams.services.approval import expire_due
from streams.services.recovery import streams_in_need
from vtcontrol.tenancy.scope import current_studio_id, studio_scope
from vtcontrol.tenancy.tasks import StudioTask, SystemTask, enqueue
from workers.runner.host import host_if_any, the_host
from workers.tasks.serving import serves


@shared_task(name="live.perform", base=StudioTask, acks_late=False)
def perform(stream_id: str) -> None:
    """Start or wake the stream's runner on this worker's loop; returns at once, or waits while the worker is full."""
    the_host(runners_most=settings.LIVE_RUNNERS_MAX).nudge(current_studio_id(), UUID(stream_id))


@shared_task(name="live.sweep", base=SystemTask, acks_late=False)
def sweep() -> None:
    """Wake every stream that has work and no worker; give up held lines whose time is over."""
    for studio_id, stream_id in streams_in_need():
        with studio_scope(studio_id):
            enqueue("live.perform", stream_id=stream_id)
    expire_due()


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
