"""Broadcasts: opened by the first event, closed when nothing happened for a while."""

import datetime as dt

from django.db.models import Exists, OuterRef
from django.utils import timezone

from streams.models import Broadcast, InboxEvent

IDLE = dt.timedelta(minutes=30)


def close_idle_broadcasts() -> int:
    """End every broadcast nothing came in for since `IDLE`. Runs over all studios."""
    now = timezone.now()
    lately = InboxEvent.objects.filter(broadcast_id=OuterRef("pk"), received_at__gt=now - IDLE)
    idle = Broadcast.objects.filter(ended_at=None, started_at__lt=now - IDLE).exclude(Exists(lately))
    return int(idle.update(ended_at=now))
