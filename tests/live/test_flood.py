"""A flood of 10,000 chat lines: nothing is lost or answered twice, and it costs bounded time, memory and queries."""

import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from streams.domain.turns import Claim
from streams.models import InboxEvent, Stream, Turn, Verdict
from streams.selectors.config import current_config
from streams.services import turns
from streams.services.leases import Lease
from tests.factories.streams import make_rule
from tests.live.scenes import arrive, chat, end
from vtcontrol.kernel.events import EventKind, EventState, IncomingEvent
from vtcontrol.tenancy.studios import Studio

LINES = 10_000
BATCH = 2_000
TERMINAL = {
    EventState.ANSWERED,
    EventState.FOLDED,
    EventState.PASSED_OVER,
    EventState.EXPIRED,
    EventState.CANCELLED,
    EventState.FAILED,
}


def flood() -> Iterator[IncomingEvent]:
    """Everything a raid brings: greetings, questions, copies, spoilers, mentions, and now and then money."""
    for number in range(LINES):
        author = f"viewer {number % 3000}"
        if number % 1000 == 999:
            yield chat("Take this!", author, kind=EventKind.DONATION)
        elif number % 50 == 7:
            yield chat(f"Mira, what about number {number}?", author)
        elif number % 10 == 3:
            yield chat(f"spoiler {number}", author)
        elif number % 10 == 4:
            yield chat("hello hello hello", author)
        else:
            yield chat(f"line {number} of the raid", author)


def let_in(stream: Stream) -> None:
    lines = list(flood())
    for at in range(0, LINES, BATCH):
        arrive(stream, *lines[at : at + BATCH])


def claim_once(stream: Stream, lease: Lease, wait: Callable[[float], None]) -> int:
    """Answer the next line if there is one; return how many queries the claim took."""
    config = current_config(stream.studio_id, stream.pk)
    with CaptureQueriesContext(connection) as queries:
        found = turns.claim(lease, config)
    if isinstance(found, Claim):
        end(stream, lease, found)
        wait(4)
    else:
        wait(min(found.wait_s, 15.0))
    return len(queries)


@contextmanager
def traced() -> Iterator[list[float]]:
    """Measure the peak of memory taken inside, in megabytes."""
    peak: list[float] = []
    tracemalloc.start()
    try:
        yield peak
        peak.append(tracemalloc.get_traced_memory()[1] / 2**20)
    finally:
        tracemalloc.stop()


@pytest.fixture
def _spoilers(in_studio: Studio) -> None:
    make_rule()


@pytest.mark.usefixtures("_spoilers")
def test_ten_thousand_lines_end_each_in_one_way(stream: Stream, lease: Lease, wait: Callable[[float], None]) -> None:
    let_in(stream)
    with traced() as peak_mb:
        counts = [claim_once(stream, lease, wait)]
    while InboxEvent.objects.filter(state=EventState.WAITING).exists():
        counts.append(claim_once(stream, lease, wait))

    assert InboxEvent.objects.count() == LINES
    ends = Counter(InboxEvent.objects.values_list("state", flat=True))
    assert ends.keys() <= TERMINAL
    assert not InboxEvent.objects.filter(decided_at=None).exists()
    assert not InboxEvent.objects.exclude(state=EventState.ANSWERED).filter(reason="").exists()
    assert Verdict.objects.count() == InboxEvent.objects.filter(reason="moderated").count() == LINES / 10
    answered = InboxEvent.objects.filter(state=EventState.ANSWERED)
    assert Turn.objects.count() == answered.count() == Turn.objects.values("event_id").distinct().count()
    assert answered.filter(kind=EventKind.DONATION).count() == LINES / 1000
    assert max(counts) <= 40
    assert len(counts) <= 400
    assert peak_mb[0] <= 60
    print(max(counts), len(counts), peak_mb)


def test_the_same_flood_again_changes_nothing(in_studio: Studio, stream: Stream) -> None:
    lines = [chat(f"line {number}", f"viewer {number}") for number in range(BATCH)]
    arrive(stream, *lines)

    with CaptureQueriesContext(connection) as queries:
        again = arrive(stream, *lines)

    assert not any(one.is_new for one in again)
    assert InboxEvent.objects.count() == BATCH
    assert len(queries) <= 8
