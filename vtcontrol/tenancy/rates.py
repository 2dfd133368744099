"""Atomic rate limits: a counter per window in the cache (Redis in production, the process in embedded)."""

import hashlib
import logging
import time

from django.core.cache import cache
from django.utils.translation import gettext as _

from vtcontrol.kernel.errors import VtcontrolError

logger = logging.getLogger(__name__)


class RateExceeded(VtcontrolError):
    """Too many calls in this window.

    Attributes:
        retry_after_s: Seconds until the next window.
    """

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(_("Too many requests. Try again in %(seconds)d s.") % {"seconds": retry_after_s})
        self.retry_after_s = retry_after_s


def spend(key: str, *, limit: int, window_s: int = 60, amount: int = 1) -> None:
    """Count `amount` against `limit` for `key` in the current window.

    While the cache cannot be reached nothing is limited: a counter is no reason to lose a panic or a chat line.

    Args:
        key: Who or what is limited; any text, for example a viewer's name.
        limit: Most that may be spent in one window.
        window_s: Length of the window in seconds.
        amount: How much is spent now; it counts even when it is refused.

    Raises:
        RateExceeded: The limit is used up; nothing else happened.
    """
    now = time.time()
    window = int(now // window_s)
    name = f"rate:{hashlib.blake2b(key.encode(), digest_size=16).hexdigest()}:{window_s}:{window}"
    try:
        used = _count(name, amount, window_s * 2)
    except Exception as error:
        logger.warning("the cache cannot be reached; nothing is limited", extra={"error": type(error).__name__})
        return
    if used > limit:
        raise RateExceeded(max(1, int((window + 1) * window_s - now)))


def _count(name: str, amount: int, timeout_s: int) -> int:
    """Add `amount` to a counter and return it."""
    if cache.add(name, amount, timeout=timeout_s):
        return amount
    try:
        return int(cache.incr(name, amount))
    except ValueError:  # the cache threw the counter away between the two calls
        cache.set(name, amount, timeout=timeout_s)
        return amount
