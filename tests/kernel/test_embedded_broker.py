"""The broker of the embedded process: a consumer sleeps until a message comes, and misses none it was busy for."""

import threading
from collections.abc import Iterator
from queue import Queue
from time import monotonic
from typing import Any

import pytest
from kombu import Connection, Consumer

from vtcontrol.embedded_broker import SCHEME

LONG_S = 30.0


@pytest.fixture
def broker() -> Iterator[Any]:
    with Connection(f"{SCHEME}://localhost") as connection:
        yield connection


def consumer_of(broker: Any, taken: Queue[Any], **options: Any) -> Consumer:
    queue = broker.SimpleQueue("test-broker").queue
    consumer = Consumer(broker, [queue], callbacks=[lambda body, message: taken.put((body, message))], **options)
    consumer.consume()
    return consumer


def send(broker: Any, body: str) -> None:
    with broker.Producer() as producer:
        producer.publish(body, routing_key="test-broker", exchange="test-broker")


def test_a_waiting_consumer_is_woken_by_a_message(broker: Any) -> None:
    taken: Queue[Any] = Queue()
    consumer_of(broker, taken)
    began = monotonic()
    sender = threading.Timer(0.05, send, (broker, "hello"))
    sender.start()

    broker.drain_events(timeout=LONG_S)

    assert taken.get_nowait()[0] == "hello"
    assert monotonic() - began < LONG_S
    sender.join()


def test_waiting_ends_in_time_when_nothing_comes(broker: Any) -> None:
    consumer_of(broker, Queue())

    with pytest.raises(TimeoutError):
        broker.drain_events(timeout=0.01)


def test_messages_sent_before_anybody_waits_are_there(broker: Any) -> None:
    taken: Queue[Any] = Queue()
    consumer_of(broker, taken)
    send(broker, "one")
    send(broker, "two")

    broker.drain_events(timeout=LONG_S)
    broker.drain_events(timeout=LONG_S)

    assert [taken.get_nowait()[0] for _ in range(2)] == ["one", "two"]


def test_a_consumer_with_its_hands_full_is_woken_when_one_is_done(broker: Any) -> None:
    taken: Queue[Any] = Queue()
    consumer_of(broker, taken).qos(prefetch_count=1)
    send(broker, "one")
    send(broker, "two")
    broker.drain_events(timeout=LONG_S)
    with pytest.raises(TimeoutError):
        broker.drain_events(timeout=0.01)
    done = threading.Timer(0.05, taken.get_nowait()[1].ack)
    done.start()

    broker.drain_events(timeout=LONG_S)

    assert taken.get_nowait()[0] == "two"
    done.join()
