"""Two characters on the live loop: each with its own brain, voice, face and memory, in turn, and never two at once."""

import asyncio
import itertools
from typing import Any

import pytest

from memory.models import Memory, Utterance
from memory.services import save_memory
from personas.models import Persona
from streams.models import InboxEvent, RolePlay, SceneState, Stream, Turn
from streams.selectors.cast import spoke_lately
from streams.selectors.state import dock_snapshot
from streams.services import approval, control, roleplay
from streams.services.cast import say_as, switch_character
from tests.factories.personas import make_avatar, make_brain, make_character, make_voice
from tests.factories.streams import make_castmate, make_part, make_roleplay
from tests.fakes.brains import HANG, FakeBrain
from tests.fakes.voices import FakeVoice
from tests.live import scenes
from tests.live.test_approval_on_air import held_of, set_up
from tests.live.test_runner import (
    Cast,
    Ears,
    ears,
    inside,
    live,
    nudge,
    says,
    settled,
    turn_of,
)
from vtcontrol.kernel.chat import ChatRequest
from vtcontrol.kernel.events import EventState
from vtcontrol.tenancy.scope import studio_scope
from workers.runner import ground
from workers.runner.engines import Chains, Prices
from workers.runner.host import Host
from workers.turn.voicing import Voice

__all__ = ["ears", "live"]  # fixtures

pytestmark = pytest.mark.django_db(transaction=True)

LINES = {
    "Mira": "[joy] The night is quiet. The moths are out.",
    "Vex": "[angry] Aye, and the rum is gone. All of it.",
    "Nora": "[shy] Good morning to all of you. I open the window.",
}
SPEAKERS = (*LINES, "Narrator")


class Troupe(Cast):
    """The engines of several characters: each has a brain and a voice that are no other's."""

    def __init__(self) -> None:
        super().__init__()
        self.brains = {name: FakeBrain.saying(LINES[name], first_s=0.0, every_s=0.0, name=name) for name in LINES}
        self.voices = {name: FakeVoice(f"voice of {name}", first_s=0.0, ms_per_char=10) for name in SPEAKERS}

    def chains(self, config: Any, *, is_degraded: bool = False) -> Chains:
        name = config.persona.name
        if config.is_silent:
            return Chains((), (), {})
        brains = (self.brains[name],) if name in self.brains else ()
        return Chains(brains, (Voice(self.voices[name], "v", config.language),), {name: Prices()})

    def voiced(self, name: str) -> list[str]:
        """What a voice was asked to say."""
        return [request.text for request in self.voices[name].requests]


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Troupe:
    made = Troupe()
    monkeypatch.setattr(ground, "Engines", lambda: made)
    return made


def someone(name: str) -> Persona:
    looks: dict[str, Any] = {
        "voice": make_voice(name=f"Voice of {name}"),
        "avatar": make_avatar(name=f"Face of {name}"),
    }
    brain = make_brain(name=f"Brain of {name}")
    return make_character(name=name, identity=f"You are {name}.", brain=brain, **looks).persona


@pytest.fixture
def vex(stream: Stream) -> Persona:
    """The second character on stage."""
    with studio_scope(stream.studio_id):
        persona = someone("Vex")
        make_castmate(stream, persona)
    return persona


@pytest.fixture
def nora(stream: Stream) -> Persona:
    """A character that is not on stage."""
    with studio_scope(stream.studio_id):
        return someone("Nora")


def told(request: ChatRequest) -> str:
    """Everything a brain was told."""
    return "\n".join(message.content for message in request.messages)


def names_in_evidence() -> list[str]:
    return list(Utterance.objects.filter(speaker="character").order_by("said_at").values_list("name", flat=True))


def turns_of(stream: Stream) -> list[Turn]:
    return list(Turn.objects.filter(stream=stream).select_related("persona").order_by("started_at", "pk"))


async def test_whoever_is_named_answers_with_its_own_brain_voice_and_face(
    live: Host, ears: Ears, stream: Stream, vex: Persona, cast: Troupe
) -> None:
    for number, name in enumerate(("Vex", "Mira", "Vex")):
        await settled(stream, await says(live, stream, f"{name}, how is the night?", f"viewer {number}"))

    assert [turn.persona.name for turn in await inside(stream, turns_of, stream)] == ["Vex", "Mira", "Vex"]
    assert {name: len(brain.requests) for name, brain in cast.brains.items()} == {"Mira": 1, "Vex": 2, "Nora": 0}
    assert cast.voiced("Mira") == ["The night is quiet.", "The moths are out."]
    assert cast.voiced("Vex") == ["Aye, and the rum is gone.", "All of it."] * 2
    shown = [(frame.get("character"), frame["emotion"]) for frame in ears.of("say.start")]
    figure = shown[0][0]
    assert figure
    assert shown == [(figure, "angry")] * 2 + [(None, "joy")] * 2 + [(figure, "angry")] * 2


async def test_a_crowd_that_calls_both_hears_one_voice_at_a_time(
    live: Host, ears: Ears, stream: Stream, vex: Persona, cast: Troupe
) -> None:
    names = ["Mira", "Vex", "Vex", "Mira", "Mira", "Vex"]
    events = [
        await inside(stream, scenes.says, stream, f"{name}, number {number}?", f"viewer {number}")
        for number, name in enumerate(names)
    ]
    await nudge(live, stream)
    for event in events:
        await settled(stream, event)

    on_air = [frame for frame in ears.frames if frame["type"] in {"say.start", "turn.end"}]
    open_turn = None
    for frame in on_air:
        assert open_turn in {None, frame["turn"]}, "a line began while another one was said"
        open_turn = None if frame["type"] == "turn.end" else frame["turn"]
    said = await inside(stream, turns_of, stream)
    assert len(said) == len(names)
    assert all(one.finished_at <= later.started_at for one, later in itertools.pairwise(said))
    by_event = {turn.event_id: turn.persona.name for turn in said}
    assert [by_event[event.pk] for event in events] == names


async def test_the_transcript_names_who_spoke_and_each_hears_the_other(
    live: Host, ears: Ears, stream: Stream, vex: Persona, cast: Troupe
) -> None:
    await settled(stream, await says(live, stream, "Mira, how is the night?"))
    await settled(stream, await says(live, stream, "Vex, and you?", "Ann"))

    lines = (await inside(stream, dock_snapshot, stream.pk))["transcript"]
    assert [(line["name"], line["text"].split()[0]) for line in lines if line["who"] == "character"] == [
        ("Mira", "The"),
        ("Vex", "Aye,"),
    ]
    assert await inside(stream, names_in_evidence) == ["Mira", "Vex"]
    heard = told(cast.brains["Vex"].requests[0])
    assert '<data kind="line of another character" name="Mira">The night is quiet. The moths are out.</data>' in heard


async def test_each_remembers_its_own(live: Host, ears: Ears, stream: Stream, vex: Persona, cast: Troupe) -> None:
    def remember() -> None:
        save_memory(Memory(persona=stream.persona, text="The cat of the harbour is called Biscuit."))
        save_memory(Memory(persona=vex, text="The cat of the ship is called Cannon."))

    await inside(stream, remember)
    for number, name in enumerate(("Mira", "Vex")):
        await settled(stream, await says(live, stream, f"{name}, what is the cat called?", f"viewer {number}"))

    known = {name: told(cast.brains[name].requests[0]) for name in ("Mira", "Vex")}
    assert ["Biscuit" in known["Mira"], "Cannon" in known["Mira"]] == [True, False]
    assert ["Biscuit" in known["Vex"], "Cannon" in known["Vex"]] == [False, True]


async def test_a_character_answers_the_one_that_named_it(
    live: Host, ears: Ears, stream: Stream, vex: Persona, cast: Troupe
) -> None:
    cast.brains["Mira"] = FakeBrain.saying("[joy] Ask Vex.", first_s=0.0, every_s=0.0, name="Mira")

    await settled(stream, await says(live, stream, "Mira, who drank the rum?"))
    await ears.until(lambda: len(ears.of("turn.end")) == 2)

    assert [turn.persona.name for turn in await inside(stream, turns_of, stream)] == ["Mira", "Vex"]
    assert '<event kind="cue" name="Mira">Ask Vex.</event>' in told(cast.brains["Vex"].requests[0])


async def test_a_skip_silences_only_who_speaks(
    live: Host, ears: Ears, stream: Stream, vex: Persona, cast: Troupe
) -> None:
    cast.brains["Vex"] = FakeBrain("[angry] Aye, and the rum is gone. ", HANG, name="Vex")
    cut = await says(live, stream, "Vex, sing!")
    await ears.until(lambda: ears.of("say.end"))
    next_one = await says(live, stream, "Mira, how is the night?", "Ann")

    await inside(stream, control.skip, stream.pk)

    await settled(stream, cut)
    assert (await settled(stream, next_one)).state == EventState.ANSWERED
    assert [(turn.persona.name, turn.state) for turn in await inside(stream, turns_of, stream)] == [
        ("Vex", "cut"),
        ("Mira", "heard"),
    ]


async def test_a_switch_lets_the_line_end_with_its_face_and_the_next_one_is_the_others(
    live: Host, ears: Ears, stream: Stream, nora: Persona, cast: Troupe
) -> None:
    go_on = asyncio.Event()
    cast.brains["Mira"] = FakeBrain("[joy] The night is quiet. ", go_on, "The moths are out.", name="Mira")
    running = await says(live, stream, "Mira, how is the night?")
    await ears.until(lambda: ears.of("say.end"))
    waiting = await says(live, stream, "and the day?", "Ann")

    await inside(stream, switch_character, stream.pk, nora.pk)
    await nudge(live, stream)
    assert ears.of("look") == []
    go_on.set()

    await settled(stream, running)
    await settled(stream, waiting)
    assert [(turn.persona.name, turn.state) for turn in await inside(stream, turns_of, stream)] == [
        ("Mira", "heard"),
        ("Nora", "heard"),
    ]
    assert cast.voiced("Nora") == ["Good morning to all of you.", "I open the window."]
    kinds = [frame["type"] for frame in ears.frames if frame["type"] in {"say.start", "turn.end", "look", "stop"}]
    assert kinds == ["say.start", "say.start", "turn.end", "look", "say.start", "say.start", "turn.end"]
    assert ears.of("look")[0]["character"] == "Nora"


async def test_a_switch_and_a_skip_cut_the_line_and_the_other_goes_on(
    live: Host, ears: Ears, stream: Stream, nora: Persona, cast: Troupe
) -> None:
    cast.brains["Mira"] = FakeBrain("[joy] The night is quiet. ", HANG, name="Mira")
    running = await says(live, stream, "Mira, how is the night?")
    await ears.until(lambda: ears.of("say.end"))

    await inside(stream, switch_character, stream.pk, nora.pk)
    await inside(stream, control.skip, stream.pk)
    await settled(stream, running)
    await settled(stream, await says(live, stream, "hello?", "Ann"))

    assert [(turn.persona.name, turn.state) for turn in await inside(stream, turns_of, stream)] == [
        ("Mira", "cut"),
        ("Nora", "heard"),
    ]
    assert cast.brains["Mira"].active == 0


async def test_words_for_a_character_that_left_the_stage_are_said_by_nobody(
    live: Host, ears: Ears, stream: Stream, vex: Persona, cast: Troupe
) -> None:
    go_on = asyncio.Event()
    cast.brains["Mira"] = FakeBrain("[joy] The night is quiet. ", go_on, "The moths are out.", name="Mira")
    running = await says(live, stream, "Mira, how is the night?")
    await ears.until(lambda: ears.of("say.end"))
    said = await inside(stream, say_as, stream.pk, vex.pk, "I am the captain here.", key="k")

    await inside(stream, leave, stream, vex)
    go_on.set()
    await settled(stream, running)

    ended = await settled(stream, await inside(stream, InboxEvent.objects.get, pk=said.id))
    assert (ended.state, ended.reason) == (EventState.PASSED_OVER, "left_stage")
    assert not any("captain" in text for name in cast.voices for text in cast.voiced(name))


@pytest.fixture
def scene(stream: Stream, vex: Persona) -> RolePlay:
    """A running scene that viewers move on, told by no character."""
    with studio_scope(stream.studio_id):
        made = make_roleplay(stream, state=SceneState.RUNNING, advance="viewers")
        for persona in (stream.persona, vex):
            make_part(made, persona, role=f"role of {persona.name}")
    return made


async def narrated(made: Host, stream: Stream, scene: RolePlay, text: str = "The lamp goes out. Vex laughs.") -> Turn:
    """The turn that told viewers what happens."""
    await inside(stream, roleplay.narrate, scene.pk, text, key="n", name="Olga")
    await nudge(made, stream)
    event = await inside(stream, lambda: InboxEvent.objects.get(platform="narration"))
    assert (await settled(stream, event)).state == EventState.ANSWERED
    return await turn_of(stream, event)


async def test_a_narrators_voice_tells_it_without_a_figure(
    live: Host, ears: Ears, stream: Stream, scene: RolePlay, cast: Troupe
) -> None:
    await inside(stream, lambda: RolePlay.objects.update(narrator_voice=make_voice(name="Deep voice")))

    turn = await narrated(live, stream, scene)

    assert cast.voiced("Narrator") == ["The lamp goes out.", "Vex laughs."]
    assert {(frame["character"], frame["name"]) for frame in ears.of("say.start")} == {("narrator", "Narrator")}
    assert {frame["audio_ms"] > 0 for frame in ears.of("say.end")} == {True}
    assert (turn.state, turn.spoken_as, turn.heard_text) == ("heard", "Narrator", "The lamp goes out. Vex laughs.")
    lines = (await inside(stream, dock_snapshot, stream.pk))["transcript"]
    assert next(line["name"] for line in lines if line["who"] == "character") == "Narrator"


async def test_a_narration_without_a_voice_is_shown_and_every_role_knows_it(
    live: Host, ears: Ears, stream: Stream, scene: RolePlay, cast: Troupe
) -> None:
    turn = await narrated(live, stream, scene, "The lamp goes out.")
    await settled(stream, await says(live, stream, "Vex, what now?"))

    assert (turn.state, turn.text) == ("heard", "The lamp goes out.")
    first = ears.of("say.start")[0]
    assert (first["text"], first["character"]) == ("The lamp goes out.", "narrator")
    assert ears.of("say.end")[0]["audio_ms"] == 0
    request = cast.brains["Vex"].requests[0]
    assert "What has just happened: The lamp goes out." in told(request)
    assert not any(message.role.value == "assistant" for message in request.messages)


async def test_a_narration_is_nobodys_turn_and_whoever_it_names_may_answer(
    live: Host, ears: Ears, stream: Stream, scene: RolePlay, cast: Troupe
) -> None:
    await narrated(live, stream, scene)
    await ears.until(lambda: len(ears.of("turn.end")) == 2)

    said = await inside(stream, turns_of, stream)
    assert [turn.speaker_name for turn in said] == ["Narrator", "Vex"]
    assert await inside(stream, spoke_lately, stream.pk) == (said[1].persona_id,)


async def test_a_narration_whose_scene_is_over_is_told_by_nobody(
    live: Host, ears: Ears, stream: Stream, scene: RolePlay
) -> None:
    await inside(stream, roleplay.narrate, scene.pk, "The lamp goes out.", key="n")
    await inside(stream, roleplay.end, scene.pk)
    await nudge(live, stream)

    ended = await settled(stream, await inside(stream, lambda: InboxEvent.objects.get(platform="narration")))
    assert (ended.reason, ears.of("say.start")) == ("left_stage", [])


async def test_an_approved_answer_is_not_said_by_the_character_that_came_after(
    live: Host, ears: Ears, stream: Stream, nora: Persona, cast: Troupe
) -> None:
    await inside(stream, set_up, stream, approval="everything")
    event = await says(live, stream, "Mira, how is the night?")
    row = await held_of(stream, event)

    await inside(stream, switch_character, stream.pk, nora.pk)
    await inside(stream, approval.approve, stream.pk, row.pk, by="Vera")
    await nudge(live, stream)

    ended = await settled(stream, event)
    assert (ended.state, ended.reason) == (EventState.PASSED_OVER, "left_stage")
    await inside(stream, scenes.swept)
    turn = await turn_of(stream, event)
    assert (turn.state, turn.reason) == ("expired", "left_stage")
    assert (ears.of("say.start"), cast.voiced("Nora")) == ([], [])


def leave(stream: Stream, persona: Persona) -> None:
    """Somebody unticks "on stage" in the admin."""
    row = stream.cast.get(persona=persona)
    row.is_enabled = False
    row.save()
