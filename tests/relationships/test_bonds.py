"""The ledger: an event counts once, in any order, and the scores follow from the ledger alone."""

import datetime as dt
import random
from dataclasses import astuple, replace
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personas.models import Persona
from relationships.domain.scoring import InteractionKind, Scores
from relationships.models import Interaction, Relationship, Viewer
from relationships.selectors import scores_of
from relationships.services import record_breach, record_interaction
from relationships.services.bonds import adjust, rebuild, replay
from relationships.services.merging import merge
from tests.factories.personas import Character
from tests.factories.relationships import make_relationship, make_viewer
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.studios import Studio

START = dt.datetime(2026, 5, 1, 18, tzinfo=dt.UTC)
KINDS = [kind for kind in InteractionKind if kind is not InteractionKind.ADJUSTED]


@pytest.fixture
def viewer(in_studio: Studio) -> Viewer:
    return make_viewer()


@pytest.fixture
def persona(character: Character) -> Persona:
    return character.persona


def happens(viewer: Viewer, persona: Persona, minute: float, kind: str = "answered", **fields: Any) -> bool:
    return record_interaction(
        **{
            "viewer_id": viewer.pk,
            "persona_id": persona.pk,
            "event_id": uuid7(),
            "kind": InteractionKind(kind),
            "at": START + dt.timedelta(minutes=minute),
            "broadcast_id": UUID(int=1),
            **fields,
        }
    )


def bond_of(viewer: Viewer) -> Relationship:
    return Relationship.objects.get(viewer=viewer)


def test_the_same_event_twice_changes_nothing(viewer: Viewer, persona: Persona) -> None:
    event_id = uuid7()
    assert happens(viewer, persona, 0, event_id=event_id)
    before = scores_of(bond_of(viewer))

    assert not happens(viewer, persona, 0, event_id=event_id)

    assert scores_of(bond_of(viewer)) == before
    assert Interaction.objects.count() == 1


def test_events_that_come_late_give_the_same_scores_as_events_in_order(viewer: Viewer, persona: Persona) -> None:
    late = make_viewer()
    events = [
        (uuid7(), minute, kind) for minute, kind in enumerate(["chat", "answered", "donation", "timeout", "chat"])
    ]
    for event_id, minute, kind in events:
        happens(viewer, persona, minute, kind, event_id=event_id, amount=20.0)

    for event_id, minute, kind in [events[3], events[0], events[4], events[2], events[1]]:
        happens(late, persona, minute, kind, event_id=event_id, amount=20.0)

    assert scores_of(bond_of(late)) == scores_of(bond_of(viewer))


@given(
    events=st.lists(
        st.tuples(st.sampled_from(KINDS), st.integers(0, 4000), st.floats(0, 500), st.integers(1, 3)), max_size=12
    ),
    seed=st.integers(0, 99),
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_replaying_the_ledger_gives_the_same_numbers(
    viewer: Viewer, persona: Persona, events: list[tuple[Any, int, float, int]], seed: int
) -> None:
    Relationship.objects.all().delete()
    random.Random(seed).shuffle(events)
    for kind, minute, amount, show in events:
        happens(viewer, persona, minute, kind, amount=amount, broadcast_id=UUID(int=show))
    bond = Relationship.objects.filter(viewer=viewer).first() or make_relationship(viewer, persona)
    stored = scores_of(bond)

    assert astuple(replay(bond))[:5] == pytest.approx(astuple(stored)[:5])
    assert rebuild(bond).scars == stored.scars
    assert astuple(scores_of(bond_of(viewer)))[:5] == pytest.approx(astuple(stored)[:5])


def test_scores_given_before_the_first_entry_are_where_the_ledger_begins(viewer: Viewer, persona: Persona) -> None:
    make_relationship(viewer, persona, affinity=40.0, trust=60.0)
    happens(viewer, persona, 0)
    after = scores_of(bond_of(viewer))

    assert after.affinity > 40.0
    assert replay(bond_of(viewer)) == after
    assert rebuild(bond_of(viewer)) == after


def test_what_the_team_puts_right_stands_in_the_ledger(viewer: Viewer, persona: Persona) -> None:
    happens(viewer, persona, 0)
    bond = bond_of(viewer)

    changed = adjust(bond, replace(scores_of(bond), affinity=50.0, scars=2), at=START + dt.timedelta(days=1))

    assert changed
    fresh = bond_of(viewer)
    assert (fresh.affinity, fresh.scars) == (pytest.approx(50.0), 2)
    assert Interaction.objects.filter(kind="adjusted").count() == 1
    assert replay(fresh).affinity == pytest.approx(50.0)
    assert not adjust(fresh, scores_of(fresh), at=timezone.now())


def test_an_adjustment_uses_up_no_cap_and_no_timeout_takes_it_back(viewer: Viewer, persona: Persona) -> None:
    happens(viewer, persona, 0)
    adjust(bond_of(viewer), Scores(affinity=60.0, trust=60.0), at=START + dt.timedelta(minutes=1))
    happens(viewer, persona, 2)
    talked = bond_of(viewer).affinity

    happens(viewer, persona, 3, "timeout")

    assert talked > 60.0
    assert bond_of(viewer).affinity > 50.0


def test_a_timeout_cuts_every_bond_once(viewer: Viewer, persona: Persona) -> None:
    happens(viewer, persona, 0)
    event_id = uuid7()
    at = START + dt.timedelta(minutes=9)
    kind = InteractionKind.TIMEOUT

    first = record_breach(viewer.pk, event_id=event_id, kind=kind, at=at, broadcast_id=UUID(int=1))
    again = record_breach(viewer.pk, event_id=event_id, kind=kind, at=at, broadcast_id=UUID(int=1))

    assert (first, again) == (1, 0)
    assert bond_of(viewer).scars == 1
    assert bond_of(viewer).affinity == 0.0


def test_what_happens_in_no_show_is_capped_by_the_day(viewer: Viewer, persona: Persona) -> None:
    for minute in range(40):
        happens(viewer, persona, minute, broadcast_id=None)

    assert bond_of(viewer).affinity <= 1.0
    assert replay(bond_of(viewer)) == scores_of(bond_of(viewer))


def test_after_a_merge_both_ledgers_count_as_one(viewer: Viewer, persona: Persona) -> None:
    other, event_id = make_viewer(), uuid7()
    happens(other, persona, 1, event_id=event_id)
    happens(viewer, persona, 2)
    merge(viewer, other)

    assert not happens(viewer, persona, 1, event_id=event_id)
    assert all(happens(viewer, persona, minute) for minute in (4, 3, 5))

    assert astuple(replay(bond_of(viewer)))[:5] == pytest.approx(astuple(scores_of(bond_of(viewer)))[:5])


def test_nobody_who_opted_out_is_counted(in_studio: Studio, persona: Persona) -> None:
    viewer = make_viewer(has_opted_out=True)

    assert not happens(viewer, persona, 0)

    assert not Relationship.objects.exists()
