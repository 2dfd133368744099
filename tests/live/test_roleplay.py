"""A scene with roles: what each may know, how it goes on, how people conduct it, and that it never runs away."""

import itertools
import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from personas.models import Persona
from streams.domain.cast import Advance
from streams.domain.turns import Claim
from streams.models import InboxEvent, RolePart, RolePlay, SceneState, Stream, StreamCharacter, Turn
from streams.selectors.cast import stage_now
from streams.selectors.config import current_config
from streams.services import cast, control, roleplay, turns
from streams.services.leases import Lease
from tests.factories.personas import make_avatar, make_character, make_voice
from tests.factories.streams import make_part, make_roleplay
from tests.factories.tenancy import make_budget
from tests.live.scenes import find_nothing, prompt_text, report, says, segment, speak
from vtcontrol.kernel.errors import Conflict, InputInvalid
from vtcontrol.kernel.events import EventKind, EventState
from vtcontrol.tenancy.metering import Budget
from vtcontrol.tenancy.studios import Studio

pytestmark = pytest.mark.usefixtures("in_studio")

SECRETS = {"Mira": "The lamp oil is stolen", "Vex": "The captain wrecked the ship", "Nora": "The cat is a duke"}
GOALS = {"Mira": "Keep the lamp lit", "Vex": "Get off the rock", "Nora": "Find the cat"}


def someone(name: str) -> Persona:
    voice, avatar = make_voice(name=f"Voice of {name}"), make_avatar(name=f"Face of {name}")
    return make_character(name=name, identity=f"You are {name}.", voice=voice, avatar=avatar).persona


@pytest.fixture
def scene(stream: Stream) -> RolePlay:
    """Three roles, planned."""
    made = make_roleplay(stream, state=SceneState.PLANNED, advance=Advance.AUTO, pace_s=1, lines_most=5)
    for place, persona in enumerate((stream.persona, someone("Vex"), someone("Nora"))):
        texts = {"role": f"role of {persona.name}", "goal": GOALS[persona.name], "secret": SECRETS[persona.name]}
        make_part(made, persona, position=place, **texts)
    return made


def make_due() -> None:
    InboxEvent.objects.filter(kind=EventKind.CUE, state=EventState.WAITING).update(received_at=timezone.now())


def claimed(studio: Studio, stream: Stream, lease: Lease) -> Claim:
    make_due()
    found = turns.claim(lease, current_config(studio.pk, stream.pk))
    assert isinstance(found, Claim), found
    return found


def said(lease: Lease, claim: Claim, text: str = "So be it.") -> Turn:
    assert claim.speaker is not None
    speak(lease, claim, text)
    turns.finish(lease, claim.speaker, report(claim, (segment(text),)))
    turn: Turn = Turn.objects.get(pk=claim.turn_id)
    return turn


def part_of(scene: RolePlay, name: str) -> RolePart:
    part: RolePart = RolePart.objects.get(roleplay=scene, persona__name=name)
    return part


def test_what_a_role_hides_and_wants_is_in_no_other_prompt_and_on_no_page(
    in_studio: Studio, stream: Stream, lease: Lease, scene: RolePlay
) -> None:
    RolePlay.objects.filter(pk=scene.pk).update(lines_most=50)
    roleplay.start(scene.pk)
    prompts: dict[str, list[str]] = {name: [] for name in SECRETS}
    for name in SECRETS:
        says(stream, f"{name}, what now?", f"Fan of {name}")
    for _ in range(6):
        claim = claimed(in_studio, stream, lease)
        assert claim.speaker is not None
        prompts[claim.speaker.persona.name].append(f"{prompt_text(claim)}\n{claim.prompt.brief}")
        said(lease, claim, "Who knows, Vex?" if len(prompts["Vex"]) < 2 else "Who knows?")

    for name, told in prompts.items():
        assert told, f"{name} said nothing"
        assert all(SECRETS[name] in one and GOALS[name] in one for one in told)
        for other in SECRETS.keys() - {name}:
            assert not any(SECRETS[other] in one or GOALS[other] in one for one in told)
            assert all(f"plays role of {other}" in one for one in told)
    shown = f"{stage_now(stream)} {current_config(in_studio.pk, stream.pk).look}"
    assert not any(words in shown for words in (*SECRETS.values(), *GOALS.values()))


def test_a_scene_goes_by_itself_at_its_pace_and_stops_after_its_lines(
    in_studio: Studio, stream: Stream, lease: Lease, scene: RolePlay
) -> None:
    roleplay.start(scene.pk)
    speakers = [said(lease, claimed(in_studio, stream, lease)).persona_id for _ in range(5)]

    make_due()
    assert not isinstance(turns.claim(lease, current_config(in_studio.pk, stream.pk)), Claim)
    scene.refresh_from_db()
    assert (scene.state, scene.lines_said) == (SceneState.PAUSED, 5)
    assert all(one != other for one, other in itertools.pairwise(speakers))


def test_viewers_come_before_a_line_that_is_not_due(
    in_studio: Studio, stream: Stream, lease: Lease, scene: RolePlay
) -> None:
    roleplay.start(scene.pk)
    said(lease, claimed(in_studio, stream, lease))
    event = says(stream, "hello")

    found = turns.claim(lease, current_config(in_studio.pk, stream.pk))

    assert isinstance(found, Claim)
    assert found.event.id == event.pk


def test_panic_stops_a_scene_and_releasing_it_does_not_start_it(
    in_studio: Studio, stream: Stream, lease: Lease, scene: RolePlay
) -> None:
    roleplay.start(scene.pk)
    control.panic(stream.pk)
    control.release(stream.pk)

    scene.refresh_from_db()
    assert scene.state == SceneState.PAUSED
    assert not InboxEvent.objects.filter(state=EventState.WAITING).exists()
    roleplay.resume(scene.pk)
    assert claimed(in_studio, stream, lease).event.kind == EventKind.CUE


def test_a_used_up_budget_ends_what_goes_by_itself(
    in_studio: Studio, stream: Stream, lease: Lease, scene: RolePlay
) -> None:
    roleplay.start(scene.pk)
    make_budget(stream)
    Budget.objects.update(daily_limit=1)
    said(lease, claimed(in_studio, stream, lease))

    assert not InboxEvent.objects.filter(kind=EventKind.CUE, state=EventState.WAITING).exists()


def test_a_person_speaks_for_a_role_and_gives_it_back(
    in_studio: Studio, stream: Stream, lease: Lease, scene: RolePlay
) -> None:
    RolePlay.objects.filter(pk=scene.pk).update(advance=Advance.VIEWERS)
    roleplay.start(scene.pk)
    vex = part_of(scene, "Vex")
    roleplay.take_over(scene.pk, vex.pk, is_taken=True)
    asked = says(stream, "Vex, who wrecked the ship?")

    find_nothing(stream, lease)
    asked.refresh_from_db()
    assert (asked.state, asked.reason) == (EventState.PASSED_OVER, "role_taken")

    roleplay.say(vex, "A storm. Only a storm.", key="1", name="Olga")
    claim = claimed(in_studio, stream, lease)
    assert claim.speaker is not None
    assert (claim.speaker.persona.name, claim.event.kind) == ("Vex", "director_say")
    assert [voice.name for voice in claim.speaker.voices] == ["Voice of Vex"]
    assert said(lease, claim, "A storm. Only a storm.").heard_text == "A storm. Only a storm."

    roleplay.take_over(scene.pk, vex.pk, is_taken=False)
    says(stream, "Vex, truly?", "Ann")
    assert said(lease, claimed(in_studio, stream, lease)).persona_id == vex.persona_id


def test_a_narration_is_known_to_every_role(in_studio: Studio, stream: Stream, lease: Lease, scene: RolePlay) -> None:
    RolePlay.objects.filter(pk=scene.pk).update(advance=Advance.OPERATOR)
    roleplay.start(scene.pk)
    roleplay.narrate(scene.pk, "The lamp goes out.", key="1")
    assert said(lease, claimed(in_studio, stream, lease), "The lamp goes out.").speaker_name == "Narrator"
    roleplay.move_on(scene.pk)

    assert "What has just happened: The lamp goes out." in prompt_text(claimed(in_studio, stream, lease))


def test_a_narrator_says_it_aloud_and_plays_nobody(
    in_studio: Studio, stream: Stream, lease: Lease, scene: RolePlay
) -> None:
    narrator = someone("Sage")
    RolePlay.objects.filter(pk=scene.pk).update(advance=Advance.VIEWERS, narrator=narrator)
    StreamCharacter.objects.all().delete()
    part_of(scene, "Nora").delete()
    roleplay.start(scene.pk)
    roleplay.narrate(scene.pk, "The lamp goes out.", key="1")
    assert said(lease, claimed(in_studio, stream, lease)).persona_id == narrator.pk

    says(stream, "Sage, and then?")
    prompt = prompt_text(claimed(in_studio, stream, lease))

    assert "You are the narrator" in prompt
    assert not any(secret in prompt for secret in SECRETS.values())


def test_a_narration_nobody_would_notice_is_refused_with_a_sentence(stream: Stream, scene: RolePlay) -> None:
    scene.full_clean()
    stream.shows_subtitles = False
    stream.save()
    silent = RolePlay.objects.get(pk=scene.pk)

    with pytest.raises(ValidationError, match="shows no subtitles"):
        silent.full_clean()
    silent.narrator_voice = make_voice(name="Deep voice")
    silent.full_clean()
    silent.narrator = someone("Sage")
    with pytest.raises(ValidationError, match="not both"):
        silent.full_clean()


def test_an_ended_scene_leaves_the_characters_themselves(
    in_studio: Studio, stream: Stream, lease: Lease, scene: RolePlay
) -> None:
    roleplay.start(scene.pk)
    roleplay.end(scene.pk)
    says(stream, "Vex, hello!")

    prompt = prompt_text(claimed(in_studio, stream, lease))

    assert "lighthouse" not in prompt
    assert SECRETS["Vex"] not in prompt


@pytest.mark.parametrize("hand", [roleplay.pause, roleplay.resume, roleplay.move_on])
def test_a_scene_that_is_not_played_is_not_conducted(scene: RolePlay, hand: Any) -> None:
    with pytest.raises(Conflict):
        hand(scene.pk)


def test_a_scene_needs_two_and_the_stage_for_itself(stream: Stream, scene: RolePlay) -> None:
    lonely = make_roleplay(stream, name="Monologue", state=SceneState.PLANNED)
    make_part(lonely, stream.persona)

    with pytest.raises(Conflict):
        roleplay.start(lonely.pk)
    make_part(lonely, someone("Sage"))
    roleplay.start(scene.pk)
    with pytest.raises(Conflict):
        roleplay.start(lonely.pk)


def test_what_is_told_of_the_stage_can_be_kept_as_the_answer_to_a_key(stream: Stream, scene: RolePlay) -> None:
    told = stage_now(stream)

    assert json.loads(json.dumps(told)) == told
    assert [role["character"] for role in told["planned"][0]["roles"]] == ["Mira", "Vex", "Nora"]


def test_words_are_for_characters_on_stage_only(stream: Stream) -> None:
    with pytest.raises(InputInvalid):
        cast.say_as(stream.pk, someone("Sage").pk, "Boo!", key="1")
