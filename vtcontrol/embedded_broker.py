"""The broker of the embedded process: kombu's memory transport, which waits for a message instead of asking for one.

Kombu's own looks into its queues at an interval: a short one keeps a processor busy all day, a long one delays every
task. Must not be used between processes.
"""

import threading
from queue import Empty
from time import monotonic
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, memory

SCHEME = "embedded"


class Bell:
    """Rings for everybody who waits; who was busy meanwhile sees it by the count."""

    def __init__(self) -> None:
        self.count = 0
        self._rang = threading.Condition()

    def ring(self) -> None:
        """Wake whoever waits."""
        with self._rang:
            self.count += 1
            self._rang.notify_all()

    def wait(self, heard: int, timeout: float | None) -> bool:
        """Return True once it has rung after `heard` rings, False when `timeout` seconds went by first."""
        with self._rang:
            return self._rang.wait_for(lambda: self.count != heard, timeout)


_bell = Bell()  # one a process, as kombu's queues are


class Channel(memory.Channel):
    """A channel that rings when a message came, and when its consumer may take another."""

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:
        super()._put(queue, message, **kwargs)  # type: ignore[no-untyped-call]  # kombu's
        _bell.ring()

    def _put_fanout(self, exchange: str, message: Any, routing_key: str | None = None, **kwargs: Any) -> None:
        super()._put_fanout(exchange, message, routing_key, **kwargs)  # type: ignore[no-untyped-call]  # kombu's
        _bell.ring()

    def basic_ack(self, *args: Any, **kwargs: Any) -> None:
        """Take a message as done; see `kombu.transport.virtual.Channel.basic_ack`."""
        super().basic_ack(*args, **kwargs)  # type: ignore[no-untyped-call]  # kombu's
        _bell.ring()

    def basic_reject(self, *args: Any, **kwargs: Any) -> None:
        """Refuse a message; see `kombu.transport.virtual.Channel.basic_reject`."""
        super().basic_reject(*args, **kwargs)  # type: ignore[no-untyped-call]  # kombu's
        _bell.ring()


class Transport(memory.Transport):
    """The transport of `embedded://`."""

    Channel = Channel

    def drain_events(self, connection: Any, timeout: float | None = None, **_: Any) -> None:
        """Deliver one message; it comes to its consumer's callback.

        Args:
            connection: Kombu's, unused.
            timeout: Seconds to wait for one; None waits for ever.
            _: Nothing else is understood.

        Raises:
            TimeoutError: None came.
        """
        until = None if timeout is None else monotonic() + timeout
        while True:
            heard = _bell.count
            try:
                self.cycle.get(self._deliver, timeout=timeout)  # type: ignore[union-attr]  # made when kombu's own began
            except Empty:
                if not _bell.wait(heard, None if until is None else until - monotonic()):
                    raise TimeoutError from None
            else:
                return


TRANSPORT_ALIASES[SCHEME] = f"{__name__}:{Transport.__name__}"
