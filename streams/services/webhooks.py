"""What webhooks are told, and what became of it. The rows are the truth; a task only comes by to look.

Facts are read from the rows they left (turns, events, states), so nothing is told that was not committed, nothing is
lost with a process, and the live path does no work for webhooks. A fact is told once to each webhook, tried again with
longer and longer pauses, and given up in the end; a webhook that fails again and again is stopped, visibly.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from streams.domain.plan import is_well
from streams.domain.signing import signed_headers
from streams.models import HeldLine, InboxEvent, Stream, Turn
from streams.selectors.approval import held_record
from streams.selectors.lists import event_item, turn_items
from vtcontrol.kernel.errors import SecretUnreadable
from vtcontrol.kernel.events import EventState
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.compiled import CompiledSweep
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.webhooks import ASKED_FOR, Delivery, DeliveryState, Topic, Webhook

OVERLAP = dt.timedelta(seconds=20)  # rows of a transaction that commits late carry an earlier time
LATEST = dt.timedelta(minutes=10)  # what is older is not told any more
TURN_MOST = dt.timedelta(minutes=15)
FACTS_MOST = 100  # of each kind at a time
ATTEMPTS_AFTER_S = (10, 60, 300, 1800, 7200)  # pauses between attempts
FAILURES_MOST = 20
KEPT = dt.timedelta(days=7)
CLAIMED = dt.timedelta(seconds=60)
AT_ONCE, AT_ONCE_EACH = 40, 8
PASSED = (EventState.PASSED_OVER.value, EventState.EXPIRED.value)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a webhook is told.

    Attributes:
        topic: What kind of thing.
        subject: What makes it one and the same.
        at: When it happened.
        data: What is told.
    """

    topic: str
    subject: str
    at: dt.datetime
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Post:
    """One attempt to be made.

    Attributes:
        delivery: Its row.
        url: Where to.
        headers: With the signature.
        body: What.
    """

    delivery: Delivery
    url: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: the status that was answered, or what went wrong before there was one."""

    status: int | None
    trouble: str = ""
    took_ms: int = 0

    @property
    def is_good(self) -> bool:
        """Whether the message was taken."""
        return self.status is not None and 200 <= self.status < 300


def _awake() -> QuerySet[Webhook]:
    rows: QuerySet[Webhook] = Webhook.objects.filter(is_enabled=True, stopped_at=None, studio__is_active=True)
    return rows


_ANY = CompiledSweep(lambda: _awake().order_by().values_list("pk")[:1])


def may_have_work() -> bool:
    """Tell, at little cost, whether a webhook may want to be told. Runs over all studios."""
    return bool(_ANY.rows()) or bool(_ANY_DUE.rows(now=timezone.now()))


def listening() -> list[Webhook]:
    """Return the webhooks that want to be told. Runs over all studios."""
    return list(_awake().filter(reduce(or_, (Q(**{name: True}) for name in ASKED_FOR.values()))))


def collect(webhook: Webhook) -> int:
    """Write down what a webhook has to be told since it was looked at last; return how many facts were new."""
    now = timezone.now()
    since = max(webhook.seen_at - OVERLAP, now - LATEST, webhook.starts_at)
    with studio_scope(webhook.studio_id), transaction.atomic():
        groups = [list(find(webhook, since)) for find in (_turns, _passed, _held, _decided)]
        facts = [fact for group in groups for fact in group]
        ends = [group[-1].at for group in groups if len(group) >= FACTS_MOST]  # there is more: go on from there
        changes, told = _states(webhook)
        written = _write(webhook, [*facts, *changes], now)
        values: dict[str, Any] = {"seen_at": min([now, *ends])}
        if told != webhook.told:
            values["told"] = told
        Webhook.objects.filter(pk=webhook.pk).update(**values)
    return written


def _turns(webhook: Webhook, since: dt.datetime) -> Iterator[Fact]:
    if not webhook.on_turn_ended:
        return
    rows = Turn.objects.filter(finished_at__gte=since, started_at__gte=since - TURN_MOST).defer("prompt")
    rows = rows.exclude(pk__in=_known(webhook, Topic.TURN_ENDED, since))
    rows = rows.filter(stream_id=webhook.stream_id) if webhook.stream_id else rows
    turns = list(rows.select_related("event").order_by("finished_at", "pk")[:FACTS_MOST])
    for turn, item in zip(turns, turn_items(turns), strict=True):
        event = event_item(turn.event) if turn.event is not None else None
        data = {"stream": str(turn.stream_id), "turn": item, "event": event}
        yield Fact(Topic.TURN_ENDED, str(turn.pk), turn.finished_at or since, data)


def _known(webhook: Webhook, topic: Topic, since: dt.datetime) -> list[UUID]:
    """Return the rows that were told already, of those that may come up again."""
    rows = Delivery.objects.filter(webhook=webhook, topic=topic, created_at__gte=since)
    return [UUID(subject) for subject in rows.values_list("subject", flat=True)]


def _passed(webhook: Webhook, since: dt.datetime) -> Iterator[Fact]:
    if not webhook.on_passed_over:
        return
    rows = InboxEvent.objects.filter(state__in=PASSED, decided_at__gte=since, received_at__gte=since - TURN_MOST)
    rows = rows.exclude(pk__in=_known(webhook, Topic.PASSED_OVER, since))
    rows = rows.filter(stream_id=webhook.stream_id) if webhook.stream_id else rows
    for event in rows.order_by("decided_at", "pk")[:FACTS_MOST]:
        data = {"stream": str(event.stream_id), "event": event_item(event)}
        yield Fact(Topic.PASSED_OVER, str(event.pk), event.decided_at or since, data)


def _held(webhook: Webhook, since: dt.datetime) -> Iterator[Fact]:
    if not webhook.on_line_held:
        return
    rows = HeldLine.objects.filter(held_at__gte=since).exclude(pk__in=_known(webhook, Topic.LINE_HELD, since))
    for row in _of(webhook, rows).order_by("held_at", "pk")[:FACTS_MOST]:
        yield Fact(Topic.LINE_HELD, str(row.pk), row.held_at, _line(row))


def _decided(webhook: Webhook, since: dt.datetime) -> Iterator[Fact]:
    """Yield decisions; a line that was approved and then taken back before it was said has two."""
    if not webhook.on_line_decided:
        return
    rows = HeldLine.objects.filter(decided_at__gte=since)
    deliveries = Delivery.objects.filter(webhook=webhook, topic=Topic.LINE_DECIDED, created_at__gte=since)
    told: dict[str, list[UUID]] = {}
    for held_id, _, state in (subject.partition(":") for subject in deliveries.values_list("subject", flat=True)):
        told.setdefault(state, []).append(UUID(held_id))
    for state, held_ids in told.items():
        rows = rows.exclude(state=state, pk__in=held_ids)
    for row in _of(webhook, rows).order_by("decided_at", "pk")[:FACTS_MOST]:
        yield Fact(Topic.LINE_DECIDED, f"{row.pk}:{row.state}", row.decided_at or since, _line(row))


def _of(webhook: Webhook, rows: "QuerySet[HeldLine]") -> "QuerySet[HeldLine]":
    rows = rows.select_related("event")
    return rows.filter(stream_id=webhook.stream_id) if webhook.stream_id else rows


def _line(row: HeldLine) -> dict[str, Any]:
    return {"stream": str(row.stream_id), "line": held_record(row)}


def _states(webhook: Webhook) -> tuple[list[Fact], dict[str, Any]]:
    """Return the states that changed since they were told, and all states as they are now.

    A stream that is seen for the first time is no change.
    """
    if not webhook.on_state_changed:
        return [], {}
    rows = Stream.objects.select_related("state")
    rows = rows.filter(pk=webhook.stream_id) if webhook.stream_id else rows
    now = timezone.now()
    facts, told = [], {}
    for stream in rows:
        state = told[str(stream.pk)] = _state(stream, now)
        before = webhook.told.get(str(stream.pk))
        if before is not None and before != state:
            data = {"stream": str(stream.pk), "name": stream.name, "state": state, "before": before}
            facts.append(Fact(Topic.STATE_CHANGED, f"{stream.pk.hex}:{now.timestamp():.3f}", now, data))
    return facts, told


def _state(stream: Stream, now: dt.datetime) -> dict[str, bool]:
    state = stream.state
    return {
        "enabled": stream.is_enabled,
        "panicked": state.panicked_at is not None,
        "muted": state.is_muted,
        "stage_open": state.primary_until is not None and state.primary_until > now,
        "brain_ok": is_well(state.brain_note),
        "voice_ok": is_well(state.voice_note),
    }


def _write(webhook: Webhook, facts: Iterable[Fact], now: dt.datetime) -> int:
    rows = [_delivery(webhook, fact, now) for fact in facts]
    return len(Delivery.objects.bulk_create(rows, ignore_conflicts=True))


def _delivery(webhook: Webhook, fact: Fact, now: dt.datetime) -> Delivery:
    body = {"type": fact.topic, "timestamp": fact.at.isoformat(), "data": fact.data}
    return Delivery(
        id=uuid7(),
        webhook=webhook,
        topic=fact.topic,
        subject=fact.subject,
        body=json.dumps(body, ensure_ascii=False, default=_plain, separators=(",", ":")),
        next_at=now,
        expires_at=now + KEPT,
    )


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)


@transaction.atomic
def ping(webhook: Webhook) -> None:
    """Send a test message, whatever the webhook listens to."""
    now = timezone.now()
    _write(webhook, [Fact(Topic.PING, uuid7().hex, now, {"webhook": webhook.name})], now)


@transaction.atomic
def start_again(webhook: Webhook) -> None:
    """Let a stopped webhook work again; what happened in between is not told."""
    now = timezone.now()
    Webhook.objects.filter(pk=webhook.pk).update(failures=0, stopped_at=None, starts_at=now, seen_at=now, told={})


def _due(now: dt.datetime) -> QuerySet[Delivery]:
    due: QuerySet[Delivery] = Delivery.objects.filter(
        state=DeliveryState.WAITING.value, next_at__lte=now, webhook__stopped_at=None
    )
    return due


_ANY_DUE = CompiledSweep(lambda now: _due(now).order_by().values_list("pk")[:1], now=dt.datetime)


def claim_due() -> list[Post]:
    """Take the messages whose time has come, a few for each webhook. Runs over all studios."""
    now = timezone.now()
    if not _ANY_DUE.rows(now=now):
        return []
    taken: dict[Any, int] = {}
    posts: list[Post] = []
    for delivery in _due(now).select_related("webhook").order_by("next_at")[: AT_ONCE * 4]:
        of_webhook = taken.get(delivery.webhook_id, 0)
        if len(posts) >= AT_ONCE or of_webhook >= AT_ONCE_EACH or not _claim(delivery, now):
            continue
        taken[delivery.webhook_id] = of_webhook + 1
        if (post := _post(delivery, now)) is not None:
            posts.append(post)
    return posts


def _claim(delivery: Delivery, now: dt.datetime) -> bool:
    """Take one message, unless another worker was faster."""
    row = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.WAITING, next_at=delivery.next_at)
    claimed: int = row.update(next_at=now + CLAIMED, attempts=F("attempts") + 1)
    delivery.attempts += claimed
    return bool(claimed)


def _post(delivery: Delivery, now: dt.datetime) -> Post | None:
    webhook = delivery.webhook
    try:
        headers = signed_headers(webhook.reveal(), f"msg_{delivery.pk.hex}", int(now.timestamp()), delivery.body)
    except (SecretUnreadable, ValueError):
        settle(delivery, Outcome(None, "the secret cannot be read"))
        return None
    return Post(delivery, webhook.url, headers, delivery.body)


@transaction.atomic
def settle(delivery: Delivery, outcome: Outcome) -> None:
    """Write down what came of an attempt. Runs over all studios."""
    now = timezone.now()
    row = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.WAITING)
    values: dict[str, Any] = {"status": outcome.status, "trouble": outcome.trouble[:80], "took_ms": outcome.took_ms}
    webhook = Webhook.objects.filter(pk=delivery.webhook_id)
    if outcome.is_good:
        row.update(state=DeliveryState.DELIVERED, body="", **values)
        webhook.update(failures=0, last_at=now)
        return
    if delivery.attempts > len(ATTEMPTS_AFTER_S):
        row.update(state=DeliveryState.FAILED, body="", **values)
    else:
        row.update(next_at=now + dt.timedelta(seconds=ATTEMPTS_AFTER_S[delivery.attempts - 1]), **values)
    webhook.update(failures=F("failures") + 1, last_at=now)
    is_gone = outcome.status == 410
    if webhook.filter(stopped_at=None, failures__gte=1 if is_gone else FAILURES_MOST).update(stopped_at=now):
        waiting = Delivery.objects.filter(webhook_id=delivery.webhook_id, state=DeliveryState.WAITING)
        waiting.update(state=DeliveryState.FAILED, body="", trouble="the webhook was stopped")
