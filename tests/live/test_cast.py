"""Two characters on one stream: each answers as itself, knows who else is there, and keeps its own memory."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from memory.models import Memory, Utterance
from memory.services import save_memory
from personas.models import Persona
from relationships.models import Interaction
from streams.domain.turns import Claim
from streams.hints import stage_group
from streams.models import InboxEvent, Stream, Turn
from streams.selectors.config import current_config
from streams.selectors.stage import stage_hello
from streams.selectors.state import dock_snapshot
from streams.services import turns
from streams.services.aftermath import absorb_turn
from streams.services.cast import switch_character
from streams.services.leases import Lease
from tests.factories.personas import make_avatar, make_brain, make_character, make_voice
from tests.factories.streams import make_castmate
from tests.live.conftest import Wire
from tests.live.scenes import arrive, chat, find_nothing, prompt_text, report, says, segment, speak, take
from vtcontrol.kernel.events import EventKind, EventState
from vtcontrol.tenancy.studios import Studio

pytestmark = pytest.mark.usefixtures("in_studio")


@pytest.fixture
def vex(stream: Stream) -> Persona:
    """The second character, with a brain, a voice and a face of its own."""
    looks: dict[str, Any] = {"voice": make_voice(name="Hoarse voice"), "avatar": make_avatar(name="Pirate")}
    identity = "You are Vex, a pirate without a ship."
    persona = make_character(name="Vex", identity=identity, brain=make_brain(name="Pirate brain"), **looks).persona
    make_castmate(stream, persona, names="the captain")
    return persona


def claimed(studio: Studio, stream: Stream, lease: Lease) -> Claim:
    found = turns.claim(lease, current_config(studio.pk, stream.pk))
    assert isinstance(found, Claim), found
    return found


def said(lease: Lease, claim: Claim, text: str, **fields: Any) -> Turn:
    """The claimed turn, spoken and heard to its end by whoever it is for."""
    assert claim.speaker is not None
    speak(lease, claim, text)
    turns.finish(lease, claim.speaker, report(claim, (segment(text),), **fields))
    turn: Turn = Turn.objects.get(pk=claim.turn_id)
    return turn


def next_line(studio: Studio, stream: Stream, lease: Lease, text: str = "Aye.") -> Turn:
    return said(lease, claimed(studio, stream, lease), text)


def test_whoever_is_named_answers_as_itself(in_studio: Studio, stream: Stream, lease: Lease, vex: Persona) -> None:
    says(stream, "Captain? The captain, are you there?")

    claim = claimed(in_studio, stream, lease)

    assert claim.speaker is not None
    assert Turn.objects.get().persona_id == vex.pk == claim.speaker.persona_id
    assert [brain.name for brain in claim.speaker.brains] == ["Pirate brain"]
    assert [voice.name for voice in claim.speaker.voices] == ["Hoarse voice"]
    assert claim.speaker.figure
    assert "pirate without a ship" in prompt_text(claim)
    assert "night-owl" not in prompt_text(claim)
    assert '<data name="Mira">' in prompt_text(claim)
    assert claim.frames[-1]["line"]["name"] == "Vex"


def test_a_mention_of_any_of_the_cast_is_a_mention(stream: Stream, vex: Persona) -> None:
    assert says(stream, "ahoy Vex").is_mention
    assert says(stream, "Mira!").is_mention
    assert not says(stream, "vexing").is_mention


def test_a_reply_goes_to_whom_the_viewer_talked_with(
    in_studio: Studio, stream: Stream, lease: Lease, vex: Persona
) -> None:
    says(stream, "Vex, do you have a parrot?")
    next_line(in_studio, stream, lease)
    says(stream, "and what is it called?", is_mention=True)

    assert next_line(in_studio, stream, lease).persona_id == vex.pk


def test_the_transcript_is_shared_with_names_and_each_hears_the_other(
    in_studio: Studio, stream: Stream, lease: Lease, vex: Persona
) -> None:
    says(stream, "Mira, how is the night?")
    next_line(in_studio, stream, lease, "Quiet and full of moths.")
    says(stream, "Vex, and you?", "Ann")

    claim = claimed(in_studio, stream, lease)

    heard = [message.content for message in claim.prompt.messages if "moths" in message.content]
    assert '<data kind="line of another character" name="Mira">Quiet and full of moths.</data>' in heard[0]
    assert all(message.role.value != "assistant" for message in claim.prompt.messages)
    said(lease, claim, "Aye, quiet.")
    assert list(Utterance.objects.filter(speaker="character").order_by("said_at").values_list("name", flat=True)) == [
        "Mira",
        "Vex",
    ]
    names = [line["name"] for line in dock_snapshot(stream.pk)["transcript"] if line["who"] == "character"]
    assert names == ["Mira", "Vex"]


def test_each_keeps_its_own_memory_and_its_own_bond(
    in_studio: Studio, stream: Stream, lease: Lease, vex: Persona
) -> None:
    save_memory(Memory(persona=stream.persona, text="The cat of the harbour is called Biscuit."))
    save_memory(Memory(persona=vex, text="The cat of the ship is called Cannon."))
    says(stream, "Vex, what is the cat called?")

    claim = claimed(in_studio, stream, lease)

    assert "Cannon" in prompt_text(claim)
    assert "Biscuit" not in prompt_text(claim)
    absorb_turn(said(lease, claim, "Cannon, it is.").pk)
    assert set(Interaction.objects.values_list("relationship__persona_id", flat=True)) == {vex.pk}


def test_a_character_answers_one_that_named_it_and_then_waits(
    in_studio: Studio, stream: Stream, lease: Lease, vex: Persona
) -> None:
    says(stream, "Mira, who steals the rum?")
    next_line(in_studio, stream, lease, "Ask Vex!")
    make_due()

    first = claimed(in_studio, stream, lease)
    assert (first.event.kind, first.event.exchange) == ("cue", 1)
    assert '<event kind="cue" name="Mira">Ask Vex!</event>' in prompt_text(first)
    assert said(lease, first, "Slander, Mira!").persona_id == vex.pk
    make_due()
    assert next_line(in_studio, stream, lease, "No, Vex. A fact.").persona_id == stream.persona_id

    find_nothing(stream, lease)  # two lines between characters, and no more
    assert not InboxEvent.objects.filter(state=EventState.WAITING).exists()


def make_due() -> None:
    """The pause before a character's turn is over."""
    InboxEvent.objects.filter(kind=EventKind.CUE, state=EventState.WAITING).update(received_at=timezone.now())


def test_a_line_that_was_cut_is_not_gone_on_from(in_studio: Studio, stream: Stream, lease: Lease, vex: Persona) -> None:
    says(stream, "Mira, who steals the rum?")

    said(lease, claimed(in_studio, stream, lease), "Ask Vex!", state="cut")

    assert not InboxEvent.objects.filter(kind=EventKind.CUE).exists()


def test_a_crash_and_a_repetition_leave_the_line_with_the_same_character(
    in_studio: Studio, stream: Stream, lease: Lease, vex: Persona
) -> None:
    event = says(stream, "hello everybody")
    begun = claimed(in_studio, stream, lease)
    InboxEvent.objects.filter(pk=event.pk).update(state=EventState.WAITING)
    Turn.objects.filter(pk=begun.turn_id).update(state="failed")

    again = claimed(in_studio, stream, lease)

    assert again.speaker == begun.speaker


def test_both_stand_on_the_stage_and_only_one_is_open_at_a_time(
    in_studio: Studio, stream: Stream, lease: Lease, vex: Persona
) -> None:
    arrive(stream, chat("Mira!", "Ann"), chat("Vex!", "Ben"))
    claimed(in_studio, stream, lease)

    shown = stage_hello(stream.pk)["look"]["characters"]

    assert [one["name"] for one in shown] == ["Mira", "Vex"]
    assert shown[1]["key"] == current_config(in_studio.pk, stream.pk).others[0].figure
    with pytest.raises(Exception, match=r"(?i)unique"):
        turns.claim(lease, current_config(in_studio.pk, stream.pk))


def test_one_character_costs_no_query_more(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    """The tables of the cast are never asked for while a line of a lone character is taken and ended."""
    says(stream, "Mira, do you like cats?")
    config = current_config(in_studio.pk, stream.pk)

    with CaptureQueriesContext(connection) as queries:
        claim = turns.claim(lease, config)
        assert isinstance(claim, Claim)
        turns.finish(lease, config, report(claim))

    assert claim.speaker is config
    assert not [one["sql"] for one in queries if "streamcharacter" in one["sql"] or "roleplay" in one["sql"]]


def test_another_character_takes_the_stream_over_from_the_next_line_and_back(
    in_studio: Studio, stream: Stream, lease: Lease, wire: Wire, django_capture_on_commit_callbacks: Any
) -> None:
    mira, nora = (
        stream.persona,
        make_character(
            name="Nora", identity="You are Nora.", voice=make_voice(name="N"), avatar=make_avatar(name="A")
        ).persona,
    )
    save_memory(Memory(persona=nora, text="Nora has a cat called Duke."))
    said_by = []
    for number, persona in enumerate((mira, nora, mira)):
        with django_capture_on_commit_callbacks(execute=True):
            switch_character(stream.pk, persona.pk)
        says(stream, "What is your cat called?", f"viewer {number}")
        claim = turns.claim(lease, current_config(in_studio.pk, stream.pk))
        assert isinstance(claim, Claim)
        config = current_config(in_studio.pk, stream.pk)
        assert config.look["character"] == persona.name
        assert ("Duke" in prompt_text(claim)) is (persona == nora)
        roles = {message.role.value for message in claim.prompt.messages}
        assert ("assistant" in roles) is (number == 2)  # what another one said is not its own
        turns.finish(lease, config, report(claim, (segment(f"I am {persona.name}."),)))
        said_by.append(Turn.objects.get(pk=claim.turn_id).persona_id)

    assert said_by == [mira.pk, nora.pk, mira.pk]
    shown = [frame["character"] for frame in wire.frames(stage_group(stream.pk)) if frame["type"] == "look"]
    assert shown == ["Nora", "Mira"]


def test_a_line_that_is_being_said_keeps_its_face(
    stream: Stream, lease: Lease, wire: Wire, django_capture_on_commit_callbacks: Any
) -> None:
    says(stream)
    speak(lease, take(stream, lease))

    with django_capture_on_commit_callbacks(execute=True):
        switch_character(
            stream.pk, make_character(name="Nora", voice=make_voice(name="N"), avatar=make_avatar(name="A")).persona.pk
        )

    assert not [frame for frame in wire.frames(stage_group(stream.pk)) if frame["type"] == "look"]
