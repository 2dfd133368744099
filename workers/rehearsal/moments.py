"""What happens in a rehearsal, moment by moment: from a scenario's script, or from what a broadcast recorded.

Owns the order and who is who: invented people keep their former names, and of a storm triage picks what is answered.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from personas.domain.rehearsal.scenarios import Expectation, read_entries
from personas.domain.rehearsal.script import Step, StepKind
from personas.tokenizers import counter_for
from relationships.domain.card import ViewerCard, render
from relationships.selectors import NO_CARD, CardForPrompt
from streams.domain.plan import StreamConfig
from streams.domain.triage import Candidate, TriageState, choose
from streams.models import InboxEvent
from streams.selectors.inbox import policy_of
from streams.selectors.rehearsals import replayed
from vtcontrol.kernel.events import EventKind
from vtcontrol.kernel.ids import uuid7


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that wants an answer.

    Attributes:
        step: Its place in the scenario, from 0; the same each time the run is taken up.
        kind: `EventKind` value.
        name: Who does it, or "".
        text: What is said.
        amount: Money or people, or None.
        currency: Unit of `amount`.
        count: How many events came at once.
        viewer_id: A recorded person, or None.
        event_id: The recorded event, or None.
        former_names: Names of somebody invented before, latest first.
        is_known: Somebody invented has spoken before.
        expect: What the scenario expects.
        is_last: It is the scenario's last.
    """

    step: int
    kind: str
    name: str = ""
    text: str = ""
    amount: Decimal | None = None
    currency: str = ""
    count: int = 1
    viewer_id: UUID | None = None
    event_id: UUID | None = None
    former_names: tuple[str, ...] = ()
    is_known: bool = False
    expect: Expectation = field(default_factory=Expectation)
    is_last: bool = False

    @property
    def amount_text(self) -> str:
        """The amount with its unit, or ""."""
        return f"{self.amount.normalize():f} {self.currency}".strip() if self.amount is not None else ""

    def event(self, config: StreamConfig) -> InboxEvent:
        """Return it as the event the prompt is made for; it is never saved."""
        return InboxEvent(
            id=self.event_id or uuid5(config.stream_id, f"{self.step}/{self.name}/{self.text}"),  # chance of lore
            stream_id=config.stream_id,
            kind=self.kind,
            author_name=self.name,
            text=self.text,
            amount=self.amount,
            currency=self.currency,
            viewer_id=self.viewer_id,
        )

    def card(self, config: StreamConfig) -> CardForPrompt | None:
        """Return the card of somebody invented; None for a recorded person, who has one."""
        if self.viewer_id is not None:
            return None
        if not self.name or not config.uses_relationships:
            return NO_CARD
        known = ViewerCard(name=self.name, former_names=self.former_names, is_first_time=not self.is_known)
        card = render(known, language=config.language, counter=counter_for(config.model))
        return CardForPrompt(card.text, (), is_remembered=False)


def moments_of(entry: Mapping[str, Any], config: StreamConfig, now: dt.datetime) -> list[Moment]:
    """Return the moments of one entry of a run's scenarios, as far as they may still be played."""
    if "events" in entry:
        return list(_recorded(entry["events"]))
    (scenario,) = read_entries([entry])
    steps = list(enumerate(scenario.steps))
    last = max(number for number, step in steps if step.is_answered)
    people = _People()
    return [
        _moment(step, number, people, config, now, expect=scenario.expect, is_last=number == last)
        for number, step in steps
        if people.hears(step)
    ]


class _People:
    """Who spoke before, and under which names."""

    def __init__(self) -> None:
        self.former: dict[str, tuple[str, ...]] = {}
        self.seen: set[str] = set()

    def hears(self, step: Step) -> bool:
        """Take a new name in; tell whether the step is one to be answered."""
        if step.kind != StepKind.RENAMED:
            return True
        self.former[step.text] = (step.name, *self.former.pop(step.name, ()))
        if step.name in self.seen:
            self.seen.add(step.text)
        return False


def _moment(step: Step, number: int, people: _People, config: StreamConfig, now: dt.datetime, **judged: Any) -> Moment:
    if step.kind == StepKind.STORM:
        kind, name, text = EventKind.CHAT.value, *_picked(step, config, now)
    else:
        kind, name, text = step.kind, step.name, step.text
    is_known = name in people.seen
    people.seen.add(name)
    return Moment(
        step=number,
        kind=kind,
        name=name,
        text=text,
        amount=step.amount,
        currency=step.currency,
        count=step.count,
        former_names=people.former.get(name, ()),
        is_known=is_known,
        **judged,
    )


def _picked(step: Step, config: StreamConfig, now: dt.datetime) -> tuple[str, str]:
    """Return who and what triage answers of a storm; names are numbered, ("", "") when all is passed over."""
    lines = step.lines or (step.text,)
    base = step.name or "viewer"
    candidates = [
        Candidate(uuid7(), EventKind.CHAT, now - dt.timedelta(milliseconds=20 * place), f"{base}{place + 1}", line)
        for place, line in zip(range(step.count), lines * step.count, strict=False)
    ]
    pick = choose(candidates, TriageState(arrivals=step.count), policy_of(config), now).pick
    return (pick.viewer, pick.text) if pick is not None else ("", "")


def _recorded(event_ids: list[str]) -> Iterator[Moment]:
    events = replayed(event_ids)
    for number, event_id in enumerate(event_ids):
        event = events.get(UUID(event_id))
        if event is not None:
            yield Moment(
                step=number,
                kind=event.kind,
                name=event.author_name,
                text=event.text,
                amount=event.amount,
                currency=event.currency,
                viewer_id=event.viewer_id,
                event_id=event.pk,
                is_last=number == len(event_ids) - 1,
            )
