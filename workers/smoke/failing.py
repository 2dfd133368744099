"""What a smoke test that cannot go on says: one sentence for a person, never a token."""

from vtcontrol.kernel.errors import VtcontrolError


class SmokeFailed(VtcontrolError):
    """The character was not heard; the message says why."""
