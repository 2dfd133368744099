"""Audiences over simulated weeks, through the services: who ends where, and what nobody can do about it.

Six people come to the same evening show for six weeks: a regular, a lurker, a whale, a spammer, a troll who repents and
a raider. What each does is written down as events; the ledger does the rest.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from personas.models import Persona
from relationships.domain.scoring import Interaction, InteractionKind, Scores, cool, settle
from relationships.models import Relationship, Viewer
from relationships.selectors import card_for_prompt, scores_of
from relationships.services import record_breach, record_interaction
from relationships.services.bonds import replay
from tests.factories.personas import Character
from tests.factories.relationships import make_viewer
from vtcontrol.tenancy.studios import Studio

START = dt.datetime(2026, 3, 2, 19, tzinfo=dt.UTC)
WEEKS = 6
KIND = InteractionKind
Happenings = Iterator[tuple[int, float, InteractionKind, float]]
"""(day, minute, what, amount)"""


def regular() -> Happenings:
    """Comes five evenings a week, talks, is answered, subscribes."""
    for day in range(7 * WEEKS):
        if day % 7 in {5, 6}:
            continue
        for minute, kind in enumerate((KIND.CHAT, KIND.ANSWERED, KIND.CHAT, KIND.ANSWERED)):
            yield day, 10 * minute, kind, 0.0
        if day % 28 == 0:
            yield day, 50, KIND.SUBSCRIPTION, 0.0


def lurker() -> Happenings:
    """Says a word every other week."""
    for day in range(0, 7 * WEEKS, 14):
        yield day, 5, KIND.ANSWERED, 0.0


def whale() -> Happenings:
    """Gives a lot, rarely, and hardly talks."""
    for day in range(0, 7 * WEEKS, 10):
        yield day, 5, KIND.DONATION, 500.0
        yield day, 6, KIND.ANSWERED, 0.0


def spammer() -> Happenings:
    """Floods the show every other evening until thrown out."""
    for day in range(0, 7 * WEEKS, 2):
        for line in range(12):
            yield day, line / 4, KIND.CHAT, 0.0
        yield day, 4, KIND.TIMEOUT, 0.0


def repenting_troll() -> Happenings:
    """Is thrown out twice in the first week, stays away for one, then behaves."""
    for day in (0, 2):
        yield day, 1, KIND.CHAT, 0.0
        yield day, 2, KIND.TIMEOUT, 0.0
    for day in range(14, 7 * WEEKS):
        for minute, kind in enumerate((KIND.CHAT, KIND.ANSWERED, KIND.ANSWERED)):
            yield day, minute, kind, 0.0


def raider() -> Happenings:
    """Brings a crowd twice, and is gone."""
    for day in (3, 24):
        yield day, 90, KIND.RAID, 400.0
        yield day, 91, KIND.ANSWERED, 0.0


AUDIENCE: tuple[Callable[[], Happenings], ...] = (regular, lurker, whale, spammer, repenting_troll, raider)


def event_id(who: str, number: int) -> UUID:
    return UUID(int=abs(hash_of(who)) * 10_000 + number)


def hash_of(who: str) -> int:
    """A number of a name, the same in every run."""
    return int.from_bytes(who.encode()[:8], "big")


def events_of(play: Callable[[], Happenings]) -> list[Interaction]:
    return [
        Interaction(
            event_id(play.__name__, number), kind, START + dt.timedelta(days=day, minutes=minute),
            UUID(int=day + 1), amount,
        )
        for number, (day, minute, kind, amount) in enumerate(play())
    ]  # fmt: skip


@pytest.fixture
def persona(in_studio: Studio, character: Character) -> Persona:
    return character.persona


def live(viewer: Viewer, persona: Persona, events: list[Interaction]) -> Scores:
    """Let the services see what happened, in order."""
    for one in events:
        if one.kind is KIND.TIMEOUT:
            record_breach(viewer.pk, event_id=one.event_id, kind=one.kind, at=one.at, broadcast_id=one.broadcast)
            continue
        record_interaction(
            viewer_id=viewer.pk, persona_id=persona.pk, event_id=one.event_id, kind=one.kind, at=one.at,
            broadcast_id=one.broadcast, amount=one.amount,
        )  # fmt: skip
    return scores_of(Relationship.objects.get(viewer=viewer, persona=persona))


def test_six_weeks_end_in_the_expected_order() -> None:
    ends = {play.__name__: settle(events_of(play))[0] for play in AUDIENCE}

    def order(name: str) -> list[str]:
        return sorted(ends, key=lambda who: -getattr(ends[who], name))

    assert order("affinity")[:2] == ["regular", "repenting_troll"]
    assert order("affinity")[-1] == "spammer"
    assert order("trust")[0] == "regular"
    assert order("trust")[-1] == "spammer"
    assert order("loyalty")[:2] == ["whale", "regular"]  # money shows here, and hardly anywhere else
    assert ends["whale"].affinity < ends["regular"].affinity * 0.6
    assert ends["raider"].familiarity < ends["whale"].familiarity
    assert (ends["spammer"].scars, ends["repenting_troll"].scars) == (21, 2)
    assert ends["spammer"].affinity == 0


@pytest.mark.parametrize("play", [repenting_troll, whale, raider], ids=lambda play: play.__name__)
def test_the_services_agree_with_the_rules_alone(play: Callable[[], Happenings], persona: Persona) -> None:
    viewer, events = make_viewer(name=play.__name__), events_of(play)

    lived = live(viewer, persona, events)

    alone = settle(events)[0]
    for name in ("affinity", "trust", "familiarity", "loyalty", "warmth", "scars"):
        assert getattr(lived, name) == pytest.approx(getattr(alone, name)), name
    assert replay(Relationship.objects.get(viewer=viewer)) == lived


def test_a_double_delivery_of_six_weeks_changes_nothing(persona: Persona) -> None:
    viewer, events = make_viewer(), events_of(raider) + events_of(lurker)
    once = live(viewer, persona, events)

    assert live(viewer, persona, events[::-1]) == once


def test_absence_costs_nothing_but_warmth() -> None:
    ends = settle(events_of(regular))[0]
    year_later = cool(ends, START + dt.timedelta(days=400))

    assert (year_later.affinity, year_later.trust, year_later.loyalty) == (ends.affinity, ends.trust, ends.loyalty)
    assert year_later.warmth < ends.warmth


def test_gifts_do_not_buy_back_what_trolling_cost() -> None:
    rich = [*events_of(repenting_troll)]
    rich += [
        Interaction(
            UUID(int=10**9 + day), KIND.DONATION, START + dt.timedelta(days=day, hours=3), UUID(int=day + 1), 1e6
        )
        for day in range(14, 7 * WEEKS)
    ]

    scores = settle(rich)[0]

    assert scores.scars == 2
    assert scores.trust == pytest.approx(settle(events_of(repenting_troll))[0].trust)


def test_the_cards_of_the_regular_and_the_spammer_read_differently(persona: Persona) -> None:
    now = START + dt.timedelta(days=7 * WEEKS)
    ends: dict[str, Any] = {}
    for play in (regular, spammer):
        scores = settle(events_of(play))[0]
        viewer = make_viewer(name=play.__name__, notes="", never_mention="", tags=[], messages=50, last_seen_at=now)
        fields = {name: getattr(scores, name) for name in ("affinity", "trust", "familiarity", "loyalty", "warmth")}
        Relationship(viewer=viewer, persona=persona, warmth_at=now, scars=min(99, scores.scars), **fields).save()
        ends[play.__name__] = card_for_prompt(viewer.pk, persona.pk, "en", now=now).text

    assert "regular" in ends["regular"].splitlines()[1] or "friend" in ends["regular"].splitlines()[1]
    assert "has broken the rules before" in ends["spammer"]
    assert "not to be trusted" in ends["spammer"]
