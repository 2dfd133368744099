"""Atomic rate limits: a counter per window in the cache (Redis in production, the process in embedded)."""

import hashlib
import logging
import time
from dataclasses import dataclass

from django.core.cache import cache
from django.utils.translation import gettext as _

from vtcontrol.kernel.errors import VtcontrolError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rate:
    """How much of one thing a caller may do.

    Attributes:
        name: What is counted, for example "events".
        limit: Most in one window.
        window_s: Length of the window in seconds.
    """

    name: str
    limit: int
    window_s: int = 60

    def spend(self, caller: object) -> "Allowance":
        """Count one call of `caller`. See `spend`."""
        return spend(f"{self.name}:{caller}", limit=self.limit, window_s=self.window_s)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a rate in this window.

    Attributes:
        limit: Most in one window.
        remaining: How much is left of it.
        reset_s: Seconds until the next window.
    """

    limit: int
    remaining: int
    reset_s: int

    def headers(self) -> dict[str, str]:
        """Return the response headers that tell the caller."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_s),
        }


class RateExceeded(VtcontrolError):
    """Too many calls in this window.

    Attributes:
        retry_after_s: Seconds until the next window.
        allowance: What is left: nothing.
    """

    def __init__(self, retry_after_s: int, *, limit: int = 0) -> None:
        super().__init__(_("Too many requests. Try again in %(seconds)d s.") % {"seconds": retry_after_s})
        self.retry_after_s = retry_after_s
        self.allowance = Allowance(limit, 0, retry_after_s)


def spend(key: str, *, limit: int, window_s: int = 60, amount: int = 1) -> Allowance:
    """Count `amount` against `limit` for `key` in the current window.

    While the cache cannot be reached nothing is limited: a counter is no reason to lose a panic or a chat line.

    Args:
        key: Who or what is limited; any text, for example a viewer's name.
        limit: Most that may be spent in one window.
        window_s: Length of the window in seconds.
        amount: How much is spent now; it counts even when it is refused.

    Returns:
        What is left.

    Raises:
        RateExceeded: The limit is used up; nothing else happened.
    """
    now = time.time()
    window = int(now // window_s)
    reset_s = max(1, int((window + 1) * window_s - now))
    name = f"rate:{hashlib.blake2b(key.encode(), digest_size=16).hexdigest()}:{window_s}:{window}"
    try:
        used = _count(name, amount, window_s * 2)
    except Exception as error:
        logger.warning("the cache cannot be reached; nothing is limited", extra={"error": type(error).__name__})
        return Allowance(limit, limit, reset_s)
    if used > limit:
        raise RateExceeded(reset_s, limit=limit)
    return Allowance(limit, limit - used, reset_s)


def _count(name: str, amount: int, timeout_s: int) -> int:
    """Add `amount` to a counter and return it."""
    for _attempt in range(2):  # a second one where another call was first
        try:
            return int(cache.incr(name, amount))
        except ValueError:  # nobody counted in this window yet
            if cache.add(name, amount, timeout=timeout_s):
                return amount
    cache.set(name, amount, timeout=timeout_s)  # the cache threw the counter away between the calls
    return amount
