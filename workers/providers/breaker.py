"""The circuit breaker: remembers how the calls to one provider went, and when to leave it alone.

Owns the counting and the status people see. It makes no calls and knows no port; `guarded` asks it.

It opens after `BreakerRules.failures` failed calls in a row, lets one probe through after `BreakerRules.open_s`, and
closes when a call succeeds. A rejected request (`Fault.REJECTED`) says nothing about the provider's health, since what
viewers write can provoke it: it counts neither way. A cancelled call counts neither way either. A provider that asks to
be left alone is left alone.
"""

from dataclasses import dataclass
from enum import StrEnum

from vtcontrol.kernel.clock import Clock, SystemClock
from vtcontrol.kernel.errors import Fault


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """When a provider is left alone.

    Attributes:
        failures: Failed calls in a row that open the breaker.
        open_s: How long it stays open before a probe, in seconds.
        longest_s: The most it stays open when the server asks for longer.
    """

    failures: int = 3
    open_s: float = 15.0
    longest_s: float = 120.0


class BreakerState(StrEnum):
    """What the breaker does with a call."""

    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"


@dataclass(frozen=True, slots=True)
class ProviderStatus:
    """How a provider is doing, for people to see.

    Attributes:
        name: Its name.
        ok: The last call went well, or there was none yet.
        state: What happens to the next call.
        fault: What went wrong last, or None when all is well.
        failures: Failed calls in a row.
        retry_in_s: Seconds until it is tried again; 0.0 when it may be called now.
        latency_ms: Time to the first piece of the last answer that had one, or None.
    """

    name: str
    ok: bool
    state: BreakerState
    fault: Fault | None
    failures: int
    retry_in_s: float
    latency_ms: float | None


class CircuitBreaker:
    """Remembers how the calls to one provider went; share one between all adapters of the same endpoint and studio.

    Args:
        rules: When to open.
        clock: Time.
    """

    def __init__(self, rules: BreakerRules | None = None, clock: Clock | None = None) -> None:
        self._rules = rules or BreakerRules()
        self._clock = clock or SystemClock()
        self._failures = 0
        self._open_until = 0.0
        self._fault: Fault | None = None
        self._latency_ms: float | None = None
        self._is_probing = False

    @property
    def is_open(self) -> bool:
        """Whether calls fail at once."""
        return self._failures >= self._rules.failures and (self._is_probing or self.retry_in_s > 0)

    @property
    def retry_in_s(self) -> float:
        """Seconds until the next call may be made."""
        return max(0.0, self._open_until - self._clock.monotonic())

    @property
    def fault(self) -> Fault | None:
        """What went wrong last; None when the last call went well."""
        return self._fault

    def enter(self) -> bool:
        """Ask to make a call; True makes it the probe when the breaker was open. Leave with one of the three below."""
        if self.is_open:
            return False
        self._is_probing = self._failures >= self._rules.failures
        return True

    def succeeded(self, latency_ms: float) -> None:
        """The call went well."""
        self._is_probing = False
        self._failures = 0
        self._open_until = 0.0
        self._fault = None
        self._latency_ms = latency_ms

    def failed(self, fault: Fault, retry_after_s: float | None = None) -> None:
        """The call failed."""
        self._is_probing = False
        self._fault = fault
        if fault is Fault.REJECTED:
            return
        self._failures += 1
        asked_s = min(retry_after_s or 0.0, self._rules.longest_s)
        if asked_s > 0:
            self._failures = max(self._failures, self._rules.failures)
        if self._failures >= self._rules.failures:
            self._open_until = self._clock.monotonic() + max(self._rules.open_s if not asked_s else 0.0, asked_s)

    def left(self) -> None:
        """The call was given up before it told anything."""
        self._is_probing = False

    def status(self, name: str) -> ProviderStatus:
        """Return how the provider is doing."""
        state = BreakerState.CLOSED
        if self._failures >= self._rules.failures:
            state = BreakerState.OPEN if self.retry_in_s > 0 else BreakerState.PROBING
        return ProviderStatus(
            name, self._fault is None, state, self._fault, self._failures, self.retry_in_s, self._latency_ms
        )
