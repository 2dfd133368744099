"""The studio's rules of what may come in and go out as the live loop takes them, and what rules that count look at."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Q

from personas.models import Persona
from streams.domain.builtin_rules import BUILTIN_RULES
from streams.domain.moderation import Rule, RuleSet
from streams.domain.plan import StreamConfig
from streams.domain.rule_texts import RuleText, read_rule
from streams.models import InboxEvent, ModerationRule, Stream
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.kernel.events import EventKind, IncomingEvent

COUNTED_MOST = 2_000


def rules_of(stream: Stream, persona: Persona, problems: list[str]) -> RuleSet:
    """Return the rules for a character on a stream, the house's own with them.

    Args:
        stream: Where it speaks.
        persona: Who speaks.
        problems: Takes the names of rules that cannot be used.
    """
    return RuleSet((*BUILTIN_RULES, *_usable(stream, persona, problems)))


def _usable(stream: Stream, persona: Persona, problems: list[str]) -> Iterator[Rule]:
    everywhere = Q(stream=None) | Q(stream=stream)
    rows = ModerationRule.objects.filter(everywhere, Q(persona=None) | Q(persona=persona), is_enabled=True)
    for row in rows:
        try:
            yield rule_of(row)
        except InputInvalid:
            problems.append(f"rule “{row.name}” cannot be used")


def rule_of(row: ModerationRule) -> Rule:
    """Return a rule as the live loop takes it.

    Raises:
        InputInvalid: It cannot be used.
    """
    return read_rule(str(row.pk), text_of(row))


def text_of(row: ModerationRule) -> RuleText:
    """Return a rule as it stands in its form."""
    return RuleText(
        kind=row.kind,
        content=row.content,
        name=row.name,
        scope=row.scope,
        action=row.action,
        replacement=row.replacement,
        severity=row.severity,
        languages=tuple(row.languages),
        minutes=row.timeout_minutes,
    )


@dataclass(slots=True)
class SentLately:
    """When viewers sent their last messages, those of a batch that are looked at now counted along.

    Attributes:
        now: When the batch came in.
        times: By platform and account.
    """

    now: dt.datetime
    times: defaultdict[tuple[str, str], list[dt.datetime]] = field(default_factory=lambda: defaultdict(list))

    def ages(self, event: IncomingEvent) -> tuple[float, ...]:
        """Return how many seconds ago the writer of a line of chat wrote before, and count the line."""
        if event.kind is not EventKind.CHAT or not event.author_id:
            return ()
        times = self.times[event.platform, event.author_id]
        found = tuple((self.now - at).total_seconds() for at in times)
        times.append(self.now)
        return found


def messages_lately(config: StreamConfig, events: Iterable[IncomingEvent], now: dt.datetime) -> SentLately:
    """Return when the writers of `events` wrote before; no query where no rule counts messages."""
    lately = SentLately(now)
    back = config.rules.longest_rate_s
    authors = (
        {event.author_id for event in events if event.kind is EventKind.CHAT and event.author_id} if back else set()
    )
    if authors:
        rows = InboxEvent.objects.filter(
            stream_id=config.stream_id, received_at__gt=now - dt.timedelta(seconds=back), author_id__in=authors
        )
        fields = ("platform", "author_id", "received_at")
        latest = rows.filter(kind=EventKind.CHAT).order_by("-received_at").values_list(*fields)
        for platform, author_id, at in latest[:COUNTED_MOST]:
            lately.times[platform, author_id].append(at)
    return lately
