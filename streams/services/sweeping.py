"""What every live worker looks for by itself, over all studios: work that nobody does.

A look is six short questions. Through beat and the broker it cost ten times as much, and waited for both.
"""

import logging

from django.core.cache import cache

from streams.services import webhooks
from streams.services.approval import expire_due
from streams.services.recovery import streams_in_need
from vtcontrol.tenancy.scope import studio_scope, unscoped
from vtcontrol.tenancy.tasks import enqueue, enqueue_sweep

logger = logging.getLogger(__name__)

SWEEP_S = 2.0
TURN_S = 1  # so long after one worker's look the others need none
TURN_KEY = "live.sweep"


def sweep() -> None:
    """Wake every stream that has work and no worker, give up held lines whose time is over, have webhooks told."""
    if not _is_our_turn():
        return
    with unscoped("a live worker looks for what nobody does"):
        for studio_id, stream_id in streams_in_need():
            with studio_scope(studio_id):
                enqueue("live.perform", stream_id=stream_id)
        expire_due()
        if webhooks.may_have_work():
            enqueue_sweep("upkeep.webhooks", expires_s=SWEEP_S)


def _is_our_turn() -> bool:
    """Tell whether no other worker looked just now; while Redis is away all of them look."""
    try:
        return bool(cache.add(TURN_KEY, 1, timeout=TURN_S))
    except Exception as error:
        logger.debug("the cache failed", extra={"error": type(error).__name__})
        return True
