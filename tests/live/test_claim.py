"""Claiming a turn: which event is taken, and that everything people wrote down is in the prompt it is answered with."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from memory.models import Memory, Utterance
from memory.services import save_memory
from relationships.models import Interaction, Relationship, Viewer
from streams.domain.turns import Claim
from streams.models import DirectorNote, InboxEvent, Stream, Turn, TurnState
from streams.selectors.config import current_config
from streams.services import control, turns
from streams.services.aftermath import absorb_turn
from streams.services.leases import Lease
from tests.conftest import OTHER
from tests.factories.memory import make_lore
from tests.factories.relationships import make_identity, make_relationship, make_viewer
from tests.factories.streams import make_note
from tests.live.scenes import (
    answer,
    arrive,
    chat,
    end,
    find_nothing,
    prompt_text,
    says,
    segment,
    speak,
    take,
)
from vtcontrol.kernel.events import EventKind, EventState
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

Wait = Callable[[float], None]


def remembers(stream: Stream, text: str, **fields: Any) -> Memory:
    memory = Memory(persona=stream.persona, text=text, **fields)
    save_memory(memory)
    return memory


def test_a_claimed_event_is_taken_and_its_turn_is_open(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    event = says(stream)

    claim = take(stream, lease)

    turn = Turn.objects.get()
    event.refresh_from_db()
    assert (event.state, event.attempts) == (EventState.TAKEN, 1)
    assert (turn.pk, turn.state, turn.event, turn.fence) == (claim.turn_id, TurnState.PREPARING, event, lease.fence)
    assert turn.broadcast_id == event.broadcast_id
    assert (claim.event.id, claim.event.text, claim.event.author_name) == (event.pk, event.text, "Bo")


def test_the_more_urgent_event_comes_first(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    says(stream, "hello")
    urgent = says(stream, "Take this!", "Ann", kind=EventKind.DONATION)

    assert take(stream, lease).event.id == urgent.pk


def test_lines_that_say_the_same_are_answered_as_one(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    first, second = says(stream, "hello Mira"), says(stream, "HELLO MIRA", "Ann")

    claim = take(stream, lease)

    other = second if claim.event.id == first.pk else first
    other.refresh_from_db()
    assert (other.state, other.reason) == (EventState.FOLDED, "duplicate")


def test_a_stale_line_expires_unanswered(in_studio: Studio, stream: Stream, lease: Lease, wait: Wait) -> None:
    event = says(stream)
    wait(stream.chat_fresh_s + 1)

    idle = find_nothing(stream, lease)

    event.refresh_from_db()
    assert (event.state, event.reason) == (EventState.EXPIRED, "stale")
    assert [frame["line"]["status"] for frame in idle.frames if frame["type"] == "line"] == ["expired"]


@pytest.mark.parametrize("hush", ["panic", "disable"])
def test_a_stream_that_may_not_speak_takes_nothing(in_studio: Studio, stream: Stream, lease: Lease, hush: str) -> None:
    event = says(stream)
    if hush == "panic":
        control.panic(stream.pk)
        InboxEvent.objects.update(state=EventState.WAITING)
    else:
        stream.is_enabled = False
        stream.save()

    find_nothing(stream, lease)

    event.refresh_from_db()
    assert event.state == EventState.WAITING
    assert not Turn.objects.exists()


def test_a_changed_persona_answers_the_next_line(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    says(stream)
    before = take_as_configured(in_studio, stream, lease)
    end(stream, lease, before)

    stream.persona.identity = "You are Mira, captain of a very small submarine."
    stream.persona.save()
    says(stream, "And dogs?", "Ann")
    after = take_as_configured(in_studio, stream, lease)

    assert "submarine" not in prompt_text(before)
    assert "submarine" in prompt_text(after)


def take_as_configured(studio: Studio, stream: Stream, lease: Lease) -> Claim:
    """Claim with the copy of the configuration a worker keeps."""
    found = turns.claim(lease, current_config(studio.pk, stream.pk))
    assert isinstance(found, Claim)
    return found


def test_everything_people_wrote_down_is_in_the_prompt(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    viewer = make_viewer()
    make_identity(viewer)
    make_relationship(viewer, stream.persona, affinity=80.0, familiarity=70.0)
    remembers(stream, "Bo has a cat called Biscuit.", viewer_id=viewer.pk)
    make_lore(stream.persona, keys="cats", content="All cats of the harbour are grey.")
    make_note(stream)
    says(stream, "Hello Mira!", "Ann")
    answer(stream, lease, segments=(segment("Evening, Ann, you owl!"),))
    says(stream, "Mira, do you like cats?", author_id="1001")

    claim = take(stream, lease)

    assert [(one["why"], one["key"], one["used"]) for one in claim.lore] == [("key", "cats", True)]
    prompt = prompt_text(claim)
    for words in (
        "night-owl radio host",
        "Never talk about politics",
        "Biscuit",
        "All cats of the harbour are grey",
        "Mention the charity drive",
        "Plays the cello",
        "Evening, Ann, you owl!",
        "Hello Mira!",
        "do you like cats?",
    ):
        assert words in prompt
    assert [memory["text"] for memory in claim.memories] == ["Bo has a cat called Biscuit."]
    assert claim.note_ids == (DirectorNote.objects.get().pk,)


def test_what_is_known_of_one_viewer_is_not_told_to_another(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    bo = make_viewer()
    make_identity(bo)
    remembers(stream, "Bo has a cat called Biscuit.", viewer_id=bo.pk)
    remembers(stream, "The harbour cats are grey.")
    says(stream, "Do you like cats?", "Ann")

    prompt = prompt_text(take(stream, lease))

    assert "Biscuit" not in prompt
    assert "cello" not in prompt
    assert "harbour cats" in prompt


def test_nothing_of_another_studio_is_in_the_prompt(
    in_studio: Studio, stream: Stream, lease: Lease, other_studio: Studio, other_stream: Stream
) -> None:
    with studio_scope(other_studio.pk):
        make_identity(make_viewer(OTHER))
        remembers(other_stream, f"{OTHER} cats are green.")
        make_lore(other_stream.persona, OTHER, keys="cats")
        make_note(other_stream, OTHER)
        says(other_stream, f"{OTHER} cats")
    says(stream, author_id="1001")

    assert OTHER not in prompt_text(take(stream, lease))


def test_a_memory_written_a_moment_ago_is_recalled(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    says(stream, "Mira, what about owls?")
    answer(stream, lease)
    remembers(stream, "Owls live in the old lighthouse.")
    says(stream, "Mira, where do owls live?", "Ann")

    assert "old lighthouse" in prompt_text(take(stream, lease))


def test_a_note_steers_as_many_lines_as_it_says(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    note = make_note(stream)
    note.turns_left = 2
    note.save()
    steered = []
    for number in range(3):
        says(stream, f"Mira, question {number}?", f"viewer {number}")
        claim = take(stream, lease)
        steered.append("charity drive" in prompt_text(claim))
        end(stream, lease, claim)

    assert steered == [True, True, False]
    note.refresh_from_db()
    assert note.turns_left == 0


def test_only_what_was_heard_is_in_the_next_prompt(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    says(stream, "Mira, tell me a story!")
    claim = take(stream, lease)
    speak(lease, claim)
    heard = segment("Once upon a time", 0)
    never = segment("there was a dragon.", 1, heard_ms=0)
    end(stream, lease, claim, segments=(heard, never), state="cut")
    says(stream, "Mira, go on!", "Ann")

    prompt = prompt_text(take(stream, lease))

    assert "Once upon a time" in prompt
    assert "dragon" not in prompt


def test_a_viewer_who_opted_out_leaves_nothing(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    viewer = make_viewer(has_opted_out=True, name="Quiet Quinn", notes="Secret cellist.")
    make_identity(viewer)
    remembers(stream, "Quinn has a cat called Biscuit.", viewer_id=viewer.pk)
    says(stream, "Mira, I am Quinn and my cat is called Waffle.", author_id="1001", author_name="Quiet Quinn")

    claim = take(stream, lease)
    speak(lease, claim)
    turn = end(stream, lease, claim)
    absorb_turn(turn.pk)

    for words in ("Biscuit", "cellist"):
        assert words not in prompt_text(claim)
    assert not Utterance.objects.exists()
    assert not Interaction.objects.exists()
    assert not Relationship.objects.exists()
    assert Memory.objects.count() == 1
    says(stream, "Mira, what did they say?", "Ann")
    assert "Waffle" not in prompt_text(take(stream, lease))


def test_a_viewer_who_opts_out_meanwhile_is_forgotten_at_the_end(
    in_studio: Studio, stream: Stream, lease: Lease
) -> None:
    says(stream, "Mira, my cat is called Waffle.")
    claim = take(stream, lease)
    speak(lease, claim)
    Viewer.objects.update(has_opted_out=True)

    turn = end(stream, lease, claim)
    absorb_turn(turn.pk)

    assert not Utterance.objects.exists()
    assert not Interaction.objects.exists()


def test_a_claim_takes_as_many_queries_with_much_to_read_as_with_little(
    in_studio: Studio, stream: Stream, lease: Lease
) -> None:
    counts = []
    for size in (2, 60):
        for number in range(size):
            remembers(stream, f"Cat number {size} {number} is grey.")
        arrive(stream, *(chat(f"Mira, cat {size} {number}?", f"viewer {size} {number}") for number in range(size)))
        config = current_config(in_studio.pk, stream.pk)
        with CaptureQueriesContext(connection) as queries:
            claim = turns.claim(lease, config)
        assert isinstance(claim, Claim)
        end(stream, lease, claim)
        counts.append(len(queries))

    assert counts[1] <= counts[0] + 2  # more is retired of the crowd
    assert max(counts) <= 26
