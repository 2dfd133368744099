"""The exception tree of the whole house.

::

    VtcontrolError
    ├── InputInvalid          what came in cannot be used; the message is for the person who sent it
    ├── NotFound              no such thing, or not in this studio (the two look the same on purpose)
    ├── AccessDenied          known, but not allowed
    ├── Conflict              the state moved on; fetch it again
    ├── ScopeMissing          a query ran outside a studio's scope (a bug of ours, never of the user)
    ├── ScopeCrossed          a row of one studio was about to be written in the scope of another
    ├── SecretUnreadable      a stored secret cannot be decrypted with the configured keys
    ├── LeaseLost             another worker holds the stream now; stop without a word
    ├── Interrupted           a skip, a panic or a deletion ended the turn
    └── ProviderFailed        a service outside failed; `fault` says how
"""

from enum import StrEnum


class VtcontrolError(Exception):
    """Base of every error raised on purpose."""


class InputInvalid(VtcontrolError):
    """What came in cannot be used. The message may be shown to whoever sent it.

    Attributes:
        field: Name of the offending field, or "" when the whole input is meant.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class NotFound(VtcontrolError):
    """No such thing in this studio."""


class AccessDenied(VtcontrolError):
    """The caller is known, and may not do this."""


class Conflict(VtcontrolError):
    """The state is no longer what the caller thought it was."""


class ScopeMissing(VtcontrolError):
    """A studio's row was queried outside any studio's scope."""


class ScopeCrossed(VtcontrolError):
    """A row of one studio was about to be written in the scope of another."""


class SecretUnreadable(VtcontrolError):
    """A stored secret cannot be decrypted with the configured keys."""


class LeaseLost(VtcontrolError):
    """Another worker holds the stream's lease now."""


class Interrupted(VtcontrolError):
    """The turn was ended from outside.

    Attributes:
        reason: "skip", "panic", "barge_in", "deleted" or "priority".
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"The turn was interrupted: {reason}.")
        self.reason = reason


class Fault(StrEnum):
    """Vendor-neutral kinds of failure of a provider."""

    TIMEOUT = "timeout"
    RATE_LIMITED = "rate_limited"
    AUTH = "auth"
    UNREACHABLE = "unreachable"
    SERVER = "server"
    GARBAGE = "garbage"
    REJECTED = "rejected"

    @property
    def is_transient(self) -> bool:
        """Whether the same call may succeed a moment later."""
        return self in {Fault.TIMEOUT, Fault.RATE_LIMITED, Fault.UNREACHABLE, Fault.SERVER}


class ProviderFailed(VtcontrolError):
    """A service outside failed.

    The message names the provider and the fault only: never the request, never a key.

    Attributes:
        provider: Name of the adapter, for example "openai".
        fault: What kind of failure it was.
        retry_after_s: How long the provider asked us to wait, in seconds, or None.
    """

    def __init__(self, provider: str, fault: Fault, *, retry_after_s: float | None = None, detail: str = "") -> None:
        super().__init__(f"{provider}: {fault}" + (f" ({detail})" if detail else ""))
        self.provider = provider
        self.fault = fault
        self.retry_after_s = retry_after_s
