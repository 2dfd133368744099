"""What rules are tried on: the rules as saved, one of them as edited, and the lines of a show."""

import datetime as dt
import itertools
from collections import defaultdict
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Q

from personas.models import Persona
from streams.domain.builtin_rules import BUILTIN_RULES
from streams.domain.moderation import RuleSet
from streams.domain.rule_trials import Line
from streams.domain.rules import Rule, RuleScope
from streams.models import Broadcast, InboxEvent, ModerationRule, Segment, Stream
from streams.selectors.moderation import rule_of
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.kernel.events import EventKind

LINES_MOST = 4_000
"""So many lines of each direction are looked at, the last ones."""
TAIL = 240
RATE_BACK_S = 600


@dataclass(frozen=True, slots=True)
class TrialRules:
    """The rules of a trial.

    Attributes:
        rules: Compiled.
        unusable: Names of saved rules that cannot be used, and so do nothing on air either.
    """

    rules: RuleSet
    unusable: tuple[str, ...] = ()


def trial_rules(stream: Stream | None, persona: Persona | None, draft: Rule | None, edited: UUID | None) -> TrialRules:
    """Return the rules as they would hold on air.

    Args:
        stream: Where; None takes the rules that hold on every stream.
        persona: Who; None takes the stream's own character.
        draft: A rule that is not saved, or saved otherwise.
        edited: The saved rule it stands in for, if any.
    """
    persona = persona or (stream.persona if stream else None)
    rows = ModerationRule.objects.filter(
        Q(stream=None) | Q(stream=stream), Q(persona=None) | Q(persona=persona), is_enabled=True
    )
    rules: list[Rule] = []
    unusable = []
    for row in rows.exclude(pk=edited) if edited else rows:
        try:
            rules.append(rule_of(row))
        except InputInvalid:
            unusable.append(row.name)
    return TrialRules(RuleSet((*BUILTIN_RULES, *rules, *([draft] if draft else ()))), tuple(unusable))


def lines_of(broadcast: Broadcast) -> list[Line]:
    """Return what came in and was said in a show, as it is stored: the last lines of each. Two queries."""
    return [*_incoming(broadcast), *_said(broadcast)]


def _incoming(broadcast: Broadcast) -> list[Line]:
    rows = InboxEvent.objects.filter(broadcast=broadcast).exclude(kind=EventKind.DIRECTOR_SAY).exclude(text="")
    fields = ("text", "author_name", "platform", "author_id", "received_at")
    latest = list(rows.order_by("-received_at", "-id").values_list(*fields)[:LINES_MOST])
    before: dict[tuple[str, str], list[dt.datetime]] = defaultdict(list)
    lines = []
    for text, name, platform, author_id, at in reversed(latest):
        times = before[platform, author_id] if author_id else []
        ages = tuple(age for one in times if (age := (at - one).total_seconds()) < RATE_BACK_S)
        lines.append(Line(text, name=name, ages=ages))
        times.append(at)
    return lines


def _said(broadcast: Broadcast) -> list[Line]:
    rows = Segment.objects.filter(turn__broadcast=broadcast).exclude(text="")
    latest = list(rows.order_by("-turn__started_at", "-turn_id", "-number").values_list("turn_id", "text")[:LINES_MOST])
    lines = []
    for _turn, segments in itertools.groupby(reversed(latest), key=lambda row: row[0]):
        line = Line("", RuleScope.OUT)
        for _turn_id, text in segments:
            line = replace(line, text=text, tail=f"{line.tail} {line.text}".strip()[-TAIL:])
            lines.append(line)
    return lines
