"""What is never to be mentioned: not told, not recalled, not said; and a show without relationships."""

import pytest

from memory.models import Memory
from memory.services import save_memory
from relationships.models import Interaction, Relationship, Viewer
from streams.models import Stream
from streams.selectors.config import load_config
from streams.services.aftermath import absorb_turn
from streams.services.leases import Lease
from tests.factories.relationships import make_identity, make_relationship, make_viewer
from tests.live.scenes import answer, prompt_text, says, take
from vtcontrol.tenancy.studios import Studio
from workers.runner.gate import gate_for
from workers.turn.events import Ruling


@pytest.fixture
def bo(in_studio: Studio, stream: Stream) -> Viewer:
    viewer = make_viewer(name="Bo", notes="Plays the cello.\nLost his divorce case.", never_mention="his divorce")
    make_identity(viewer)
    make_relationship(viewer, stream.persona, affinity=50.0, familiarity=50.0)
    return viewer


def test_a_secret_reaches_neither_card_nor_memories(stream: Stream, bo: Viewer, lease: Lease) -> None:
    for text in ("Bo cried over a cat after the divorce.", "Bo has a cat called Biscuit."):
        save_memory(Memory(persona=stream.persona, text=text, viewer_id=bo.pk))
    says(stream, "Mira, what is my cat called?", author_id="1001")

    claim = take(stream, lease)

    told = prompt_text(claim)
    assert "cello" in told
    assert "Biscuit" in told
    assert "ivorce" not in told
    assert claim.never == ("his divorce",)


def test_a_clause_with_a_secret_is_not_spoken(stream: Stream, bo: Viewer) -> None:
    gate = gate_for(load_config(stream.pk), ("his divorce",))

    assert gate("", "So how was the divorce?").ruling is Ruling.SKIP
    assert gate("", "So how was the day?").ruling is Ruling.ALLOW


def test_somebody_elses_question_does_not_bring_it_up(stream: Stream, bo: Viewer, lease: Lease) -> None:
    says(stream, "Mira, what happened to Bo?", "Ann")

    assert take(stream, lease).never == ("his divorce",)


def test_a_show_without_relationships_has_no_trace_of_them(stream: Stream, bo: Viewer, lease: Lease) -> None:
    stream.uses_relationships = False
    stream.save()
    row = says(stream, "Mira, do you know me?", author_id="1001", author_name="Bo")
    claim = take(stream, lease)

    told = prompt_text(claim)
    for word in ("Whom you talk to", "</viewer>", "Bond:", "Your mood", "cello", "friend"):
        assert word not in told
    assert claim.never == ("his divorce",)
    assert row.viewer == bo


def test_no_score_moves_in_a_show_without_relationships(stream: Stream, bo: Viewer, lease: Lease) -> None:
    stream.uses_relationships = False
    stream.save()
    says(stream, "Mira, hello!", author_id="1001", author_name="Bo")

    absorb_turn(answer(stream, lease).pk)

    assert not Interaction.objects.exists()
    assert Relationship.objects.get().affinity == 50.0


def test_a_new_name_is_recognised_and_the_old_one_told(stream: Stream, bo: Viewer, lease: Lease) -> None:
    Viewer.objects.update(name="bo_the_cellist")
    says(stream, "Mira, guess who!", author_id="1001", author_name="Captain Bo")

    told = prompt_text(take(stream, lease))

    assert "Name: Captain Bo (was called bo_the_cellist)" in told
    assert "cello" in told
