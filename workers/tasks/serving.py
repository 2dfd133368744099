"""Which queues a worker takes tasks from, as its signals tell it."""

from typing import Any


def serves(worker: Any, queue: str) -> bool:
    """Tell whether the sender of a worker's signal takes tasks from a queue."""
    queues = getattr(getattr(worker, "app", None), "amqp", None)
    return queues is not None and queue in queues.queues.consume_from
