"""What time takes away: expired words and memories, kept answers, webhook messages, and what is past the studio's days.

Runs over all studios, a batch at a time, so that no statement holds the database for long; what is left over goes an
hour later.
"""

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterator
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from memory.models import Memory, Utterance
from relationships.models import AccessRecord, LinkCode, PrivatePage
from streams.models import InboxEvent, RehearsalRun, Turn
from streams.selectors.state import OPEN_TURNS
from vtcontrol.kernel.events import EventState
from vtcontrol.tenancy.access import Ticket
from vtcontrol.tenancy.idempotency import KeptAnswer, forget_surplus
from vtcontrol.tenancy.studios import Studio
from vtcontrol.tenancy.webhooks import Delivery

BATCH = 1000
WORKS_S = 30.0
"""So long it works at most each time."""
OPEN_EVENTS = (EventState.WAITING, EventState.TAKEN, EventState.HELD)
ACCESS_KEPT = dt.timedelta(days=365)


def retain(*, clock: Callable[[], float] = time.monotonic) -> dict[str, int]:
    """Delete what has expired; return how many rows went, by kind."""
    until = clock() + WORKS_S
    gone: Counter[str] = Counter()
    for what, rows in (*_expired(), *_outlived()):
        while clock() < until:
            count = _delete(what, rows)
            gone[what] += count
            if count < BATCH:
                break
    gone["KeptAnswer"] += forget_surplus()
    return dict(+gone)


def _delete(what: str, rows: QuerySet) -> int:  # type: ignore[type-arg]  # of any model
    """Delete or empty a batch and return its size."""
    ids: list[UUID] = list(rows.order_by().values_list("pk", flat=True)[:BATCH])
    if not ids:
        return 0
    batch = rows.model.objects.filter(pk__in=ids)
    if what == "prompts":
        batch.update(prompt=None)
    else:
        batch.delete()
    return len(ids)


def _expired() -> Iterator[tuple[str, QuerySet]]:  # type: ignore[type-arg]  # of any model
    """Yield what carries its own end."""
    now = timezone.now()
    for model in (Utterance, Memory, Ticket, KeptAnswer, Delivery, LinkCode, PrivatePage, RehearsalRun):
        yield model.__name__, model.objects.filter(expires_at__lt=now)
    yield AccessRecord.__name__, AccessRecord.objects.filter(at__lt=now - ACCESS_KEPT)


def _outlived() -> Iterator[tuple[str, QuerySet]]:  # type: ignore[type-arg]  # of any model
    """Yield what has outlived its studio's days; nothing that is still open."""
    now = timezone.now()
    for studio in Studio.objects.all():
        day = dt.timedelta(days=1)
        turns = Turn.objects.filter(studio=studio).exclude(state__in=OPEN_TURNS)
        events = InboxEvent.objects.filter(studio=studio).exclude(state__in=OPEN_EVENTS)
        old = now - studio.prompts_kept_days * day
        yield "prompts", turns.filter(started_at__lt=old).exclude(prompt=None)
        yield "events", events.filter(received_at__lt=now - studio.events_kept_days * day)
        yield "turns", turns.filter(started_at__lt=now - studio.turns_kept_days * day)
