"""What is kept of rules that fired on what came in, and what they do to the viewer: no answers for a while, trust lost.

Timeouts given on a platform come in with `streams.services.deletions`; none is ever sent to one.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from relationships.domain.scoring import InteractionKind
from relationships.models import Viewer
from relationships.services import KnownViewer
from relationships.services.bonds import record_breach
from streams.domain.moderation import Verdict as Judgement
from streams.domain.plan import StreamConfig
from streams.domain.turns import rule_key
from streams.models import InboxEvent, Verdict
from streams.services.viewers import announce_viewer, pass_over
from vtcontrol.kernel.events import EventState


@dataclass(frozen=True, slots=True)
class Judged:
    """A line as it is taken in, who wrote it, and what the rules said."""

    row: InboxEvent
    viewer: KnownViewer | None
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Offence:
    """A line for which its writer is timed out.

    Attributes:
        viewer_id: Who wrote it.
        event_id: The line.
        broadcast_id: The show it came in.
        minutes: How long the viewer is not answered.
        at: When.
    """

    viewer_id: UUID
    event_id: UUID
    broadcast_id: UUID | None
    minutes: int
    at: dt.datetime


def verdicts_of(judged: Sequence[Judged]) -> list[Verdict]:
    """Return the records of the rules that fired, one a rule and line; not saved yet."""
    return [
        Verdict(
            rule_id=rule_key(hit.rule_id),
            rule_name=hit.rule_name[:80],
            event_id=one.row.pk,
            action=hit.action.value,
            decided=hit.rule_id in one.judgement.deciding,
        )
        for one in judged
        for hit in {hit.rule_id: hit for hit in reversed(one.judgement.hits)}.values()
    ]


def offences_of(judged: Sequence[Judged], at: dt.datetime) -> list[Offence]:
    """Return for which lines their writers are timed out; people nothing is stored of cannot be."""
    return [
        Offence(one.viewer.id, one.row.pk, one.row.broadcast_id, minutes, at)
        for one in judged
        if one.viewer is not None and not one.viewer.has_opted_out and (minutes := one.judgement.timeout_minutes)
    ]


def time_out(config: StreamConfig, offence: Offence) -> None:
    """Answer a viewer no more for a while; a longer silence stays. What waits of theirs on this stream is passed over.

    Must run inside the transaction that takes the line in, which holds the stream's state.
    """
    until = offence.at + dt.timedelta(minutes=offence.minutes)
    shorter = Q(ignored_until=None) | Q(ignored_until__lt=until)
    Viewer.objects.filter(shorter, pk=offence.viewer_id, is_ignored=False).update(ignored_until=until)
    waiting = InboxEvent.objects.filter(
        stream_id=config.stream_id, viewer_id=offence.viewer_id, state=EventState.WAITING
    )
    if events := list(waiting.order_by("received_at", "id")):
        pass_over(config.stream_id, events, offence.at)
    if config.uses_relationships:
        kind, show = InteractionKind.TIMEOUT, offence.broadcast_id
        record_breach(offence.viewer_id, event_id=offence.event_id, kind=kind, at=offence.at, broadcast_id=show)
    announce_viewer(config.stream_id, offence.viewer_id)
