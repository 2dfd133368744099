"""What every live worker looks for by itself, over all studios: work that nobody does.

A look is a few short questions. Through beat and the broker it cost ten times as much, and waited for both.
"""

import logging
from collections.abc import Callable

from django.core.cache import cache

from streams.services import approval, webhooks
from streams.services.recovery import streams_in_need
from vtcontrol.tenancy.scope import studio_scope, unscoped
from vtcontrol.tenancy.tasks import enqueue, enqueue_sweep

logger = logging.getLogger(__name__)

SWEEP_S = 2.0
TURN_S = 1  # so long after one worker's looks the others need none


def looks(*, has_room: bool) -> tuple[Callable[[], None], ...]:
    """Return what to look for now: nothing if another worker just did, or while Redis is away and nobody can be told.

    Args:
        has_room: The worker could take one more stream. One that could not wakes nobody: where all are full, wake-ups
            would only pile up.
    """
    try:
        is_our_turn = cache.add(f"live.sweep.{has_room:d}", 1, timeout=TURN_S)
    except Exception as error:
        logger.debug("the cache failed", extra={"error": type(error).__name__})
        return ()
    if not is_our_turn:
        return ()
    return (wake_forsaken, give_up_held, have_webhooks_told) if has_room else (give_up_held, have_webhooks_told)


def wake_forsaken() -> None:
    """Wake every stream that has work and no worker."""
    with unscoped("a live worker looks for streams nobody works on"):
        for studio_id, stream_id in streams_in_need():
            with studio_scope(studio_id):
                enqueue("live.perform", expires_s=SWEEP_S, stream_id=stream_id)


def give_up_held() -> None:
    """Give up held lines whose time is over."""
    with unscoped("a live worker looks for held lines nobody decided on"):
        approval.expire_due()


def have_webhooks_told() -> None:
    """Start the task of webhooks, where one wants to be told."""
    with unscoped("a live worker looks for webhooks"):
        if webhooks.may_have_work():
            enqueue_sweep("upkeep.webhooks", expires_s=SWEEP_S)
