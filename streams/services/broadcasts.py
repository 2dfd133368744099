"""Broadcasts: opened by the first event, closed when nothing happened for a while."""

import datetime as dt

from django.utils import timezone

from streams.models import Broadcast

IDLE = dt.timedelta(minutes=30)


def close_idle_broadcasts() -> int:
    """End every broadcast without a turn for `IDLE`. Runs over all studios."""
    now = timezone.now()
    return int(Broadcast.objects.filter(ended_at=None, last_active_at__lt=now - IDLE).update(ended_at=now))
