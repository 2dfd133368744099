"""What follows a turn, done twice as if done once; and what time takes away."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from memory.models import Memory, MemoryTier, Utterance
from relationships.models import Interaction, Relationship, Viewer
from streams.models import InboxEvent, Stream, Turn
from streams.services.aftermath import absorb_turn
from streams.services.leases import Lease
from streams.services.retention import BATCH, retain
from tests.factories.memory import make_memory, make_utterance
from tests.factories.tenancy import make_ticket, make_token
from tests.live.scenes import answer, end, says, segment, take
from vtcontrol.kernel.events import EventKind, EventState
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.access import Ticket
from vtcontrol.tenancy.scope import studio_scope, unscoped
from vtcontrol.tenancy.studios import Studio

Wait = Callable[[float], None]


def snapshot() -> list[Any]:
    bonds = Relationship.objects.values("affinity", "trust", "familiarity", "loyalty", "warmth", "warmth_at", "scars")
    return [
        *bonds,
        *Interaction.objects.values("event_id", "kind", "deltas"),
        *Memory.objects.values("text", "version"),
    ]


def test_a_heard_turn_moves_the_relationship_once(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    says(stream, "Mira, I have a cat called Biscuit!")
    turn = answer(stream, lease)

    absorb_turn(turn.pk)
    once = snapshot()
    absorb_turn(turn.pk)

    assert Interaction.objects.get().event_id == turn.event_id
    assert Relationship.objects.get().familiarity > 0
    assert snapshot() == once


def test_what_a_viewer_says_of_themselves_is_remembered_once(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    for text in ("Mira, my name is Robert.", "Mira, did you know my name is Robert?"):
        says(stream, text)
        absorb_turn(answer(stream, lease).pk)

    memories = list(Memory.objects.exclude(tier=MemoryTier.SESSION))
    assert [memory.text for memory in memories] == ["Bo's name is Robert"]
    assert all(memory.viewer_id == Viewer.objects.get().pk for memory in memories)


def test_a_donation_counts_what_it_is_worth(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    for author, amount, currency in (("Bo", "5.00", "EUR"), ("Ann", "500", "bits")):
        says(stream, "Take this!", author, kind=EventKind.DONATION, amount=Decimal(amount), currency=currency)
        absorb_turn(answer(stream, lease).pk)

    deltas = list(Interaction.objects.values_list("kind", "deltas"))
    assert deltas[0] == deltas[1]


@pytest.mark.parametrize(("state", "counts"), [("heard", 1), ("cut", 1), ("failed", 0), ("blocked", 0), ("empty", 0)])
def test_only_a_turn_that_was_heard_moves_anything(
    in_studio: Studio, stream: Stream, lease: Lease, state: str, counts: int
) -> None:
    says(stream, "Mira, I have a cat called Biscuit!")
    claim = take(stream, lease)
    segments = (segment(),) if counts else ()

    turn = end(stream, lease, claim, state=state, segments=segments, event_state=EventState.ANSWERED)
    absorb_turn(turn.pk)

    assert Interaction.objects.count() == counts


def test_a_turn_or_event_that_is_gone_is_nothing(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    says(stream)
    turn = answer(stream, lease)

    absorb_turn(uuid7())
    InboxEvent.objects.all().delete()
    absorb_turn(turn.pk)

    assert Turn.objects.filter(pk=turn.pk).exists()
    assert not Interaction.objects.exists()


def test_time_takes_utterances_memories_and_tickets_of_every_studio(
    studio: Studio, other_studio: Studio, stream: Stream, other_stream: Stream, wait: Wait
) -> None:
    soon = timezone.now() + dt.timedelta(minutes=5)
    for home, one in ((studio, stream), (other_studio, other_stream)):
        with studio_scope(home.pk):
            make_utterance(one.persona, one.pk)
            make_memory(one.persona, text="For a while.", expires_at=soon)
            make_memory(one.persona, text="For ever.")
            make_ticket(make_token(stream=one)[0])

    with unscoped("as the task does"):
        assert retain() == {}
        wait(3600)
        assert retain() == {"Memory": 2, "Ticket": 2}
        wait(31 * 24 * 3600)
        assert retain() == {"Utterance": 2}

        assert set(Memory.objects.values_list("text", flat=True)) == {"For ever."}
        assert not Utterance.objects.exists()
        assert not Ticket.objects.exists()


def test_a_sweep_takes_batch_by_batch_as_long_as_it_may(in_studio: Studio, stream: Stream, wait: Wait) -> None:
    row = make_utterance(stream.persona, stream.pk)
    fields = {
        name: getattr(row, name)
        for name in ("persona", "stream_id", "speaker", "name", "text", "said_at", "expires_at")
    }
    Utterance.objects.bulk_create(Utterance(**fields) for _ in range(BATCH))
    wait(31 * 24 * 3600)

    hours = iter(range(100))
    assert retain(clock=lambda: 20.0 * next(hours))["Utterance"] == BATCH  # the clock runs out after one
    assert [retain() for _ in range(2)] == [{"Utterance": 1}, {}]
