import json
from typing import Any

import pytest
from django.test import Client

from personas.models import Brain, Emotion, Persona, Revision
from personas.services import record_revision
from tests.admin.pages import address, errors, page_text, save
from tests.factories.personas import Character, make_brain, make_emotions, make_reaction
from tests.fakes.tokenizers import install_tables
from tests.tenancy.html_forms import read_form
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

MEGABYTES = 1024 * 1024


@pytest.fixture
def persona(studio: Studio, character: Character) -> Persona:
    with studio_scope(studio.pk):
        make_reaction(character.persona)
        record_revision(character.persona)
    return character.persona


def _numbers(persona: Persona) -> list[int]:
    with studio_scope(persona.studio_id):
        return sorted(Revision.objects.filter(persona=persona).values_list("number", flat=True))


def _stored(persona: Persona) -> Persona:
    with studio_scope(persona.studio_id):
        persona.refresh_from_db()
    return persona


def test_a_change_makes_a_revision_that_says_who(as_manager: Client, manager: Any, persona: Persona) -> None:
    answer = save(as_manager, address(persona), identity="You are somebody else.")

    assert answer.status_code == 302
    assert _numbers(persona) == [1, 2]
    with studio_scope(persona.studio_id):
        newest = Revision.objects.get(persona=persona, number=2)
    assert newest.created_by == manager
    assert newest.content["identity"] == "You are somebody else."


def test_saving_without_a_change_makes_none(as_manager: Client, persona: Persona) -> None:
    save(as_manager, address(persona))

    assert _numbers(persona) == [1]


def test_a_change_of_a_feeling_beside_the_persona_makes_a_revision(as_manager: Client, persona: Persona) -> None:
    answer = save(as_manager, address(persona), **{"emotions-1-pitch": "1.4"})

    assert answer.status_code == 302
    assert _numbers(persona) == [1, 2]


def test_a_feeling_changed_on_its_own_page_makes_a_revision(as_manager: Client, persona: Persona) -> None:
    with studio_scope(persona.studio_id):
        joy = Emotion.objects.get(persona=persona, name="joy")

    save(as_manager, address(joy), aliases="glee")

    assert _numbers(persona) == [1, 2]


def test_a_deleted_feeling_makes_a_revision(as_manager: Client, persona: Persona) -> None:
    with studio_scope(persona.studio_id):
        joy = Emotion.objects.get(persona=persona, name="joy")

    as_manager.post(address(joy, "delete"), {"post": "yes"})

    assert _numbers(persona) == [1, 2]


def test_a_change_reaches_the_live_loop(as_manager: Client, persona: Persona, studio: Studio) -> None:
    before = Studio.objects.get(pk=studio.pk).config_version

    save(as_manager, address(persona), do_rules="Hum.")

    assert Studio.objects.get(pk=studio.pk).config_version > before


def test_phrases_are_edited_as_lines(as_manager: Client, persona: Persona) -> None:
    greeting, more = "phrases_greeting", "phrases_more"

    save(as_manager, address(persona), **{greeting: "Hi!\n\n  Hello, {name}!  ", more: "[Weather]\nIt rains.\n"})

    assert _stored(persona).phrases == {"greeting": ["Hi!", "Hello, {name}!"], "weather": ["It rains."]}
    text = page_text(as_manager, address(persona))
    assert "[weather]\nIt rains." in text


def test_a_phrase_without_a_topic_is_an_error_that_keeps_the_text(as_manager: Client, persona: Persona) -> None:
    answer = save(as_manager, address(persona), phrases_more="It rains.")

    assert "Begin with a topic" in errors(answer)
    assert "It rains." in answer.content.decode()
    assert _stored(persona).phrases == {"greeting": ["Hi there!"]}


def test_a_ten_megabyte_text_is_a_form_error_and_nothing_is_lost(as_manager: Client, persona: Persona) -> None:
    before = persona.identity
    long = "owl " * (10 * MEGABYTES // 4)

    answer = save(as_manager, address(persona), identity=long, do_rules="A rule I typed.")

    assert "8000" in errors(answer)
    assert "A rule I typed." in answer.content.decode()
    assert long in answer.content.decode()
    assert _stored(persona).identity == before


def test_an_unknown_motion_is_refused(as_manager: Client, persona: Persona) -> None:
    assert "valid choice" in errors(save(as_manager, address(persona), motions=["wave", "explode"]))


def test_two_personas_of_one_name_are_a_form_error(as_manager: Client, persona: Persona) -> None:
    with studio_scope(persona.studio_id):
        twin = Persona.objects.create(name="Twin", identity="x", voice=persona.voice, avatar=persona.avatar)

    assert "already exists" in errors(save(as_manager, address(twin), name=persona.name))


def test_a_persona_takes_no_voice_of_another_studio(
    as_manager: Client, persona: Persona, other_character: Character
) -> None:
    answer = save(as_manager, address(persona), voice=str(other_character.voice.pk))

    assert "valid choice" in errors(answer)
    assert _stored(persona).voice_id != other_character.voice.pk


def test_the_preview_shows_what_the_model_would_see(as_observer: Client, persona: Persona) -> None:
    url = address(persona, "preview_prompt")

    text = page_text(as_observer, f"{url}?viewer=Zoe&line=What+is+a+nebula%3F&kind=raid")

    assert "Your name is Mira." in text
    assert "What is a nebula?" in text
    assert "Zoe" in text
    assert "Welcome, " in text  # the reaction to a raid
    assert "estimated" in text


def test_the_preview_counts_as_the_characters_model_does(
    as_manager: Client, persona: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    _tables, later = install_tables(monkeypatch)
    with studio_scope(persona.studio_id):
        persona.brain = make_brain(model="letters")
        persona.save()
    first = page_text(as_manager, address(persona, "preview_prompt"))
    later.run()

    second = page_text(as_manager, address(persona, "preview_prompt"))
    live = as_manager.post(address(persona, "live_preview"), read_form(as_manager.get(address(persona)).content))

    assert "estimated" in first
    assert "counted by own" in second
    assert "counted by own" in live.content.decode()


def test_the_preview_answers_a_senseless_example_too(as_observer: Client, persona: Persona) -> None:
    assert (
        as_observer.get(address(persona, "preview_prompt"), {"kind": "nonsense", "line": "x" * 9000}).status_code == 200
    )


def test_the_preview_escapes_what_is_typed(as_observer: Client, persona: Persona) -> None:
    text = page_text(as_observer, f"{address(persona, 'preview_prompt')}?line=%3Cscript%3Ealert(1)%3C/script%3E")

    assert "<script>alert(1)" not in text


def test_fallbacks_in_a_circle_are_refused(as_manager: Client, studio: Studio) -> None:
    with studio_scope(studio.pk):
        first = make_brain(name="First")
        second = make_brain(name="Second", fallback=first)

    answer = save(as_manager, address(first), fallback=str(second.pk))

    assert "comes back to its beginning" in errors(answer)
    with studio_scope(studio.pk):
        assert Brain.objects.get(pk=first.pk).fallback is None


def test_old_versions_are_looked_at_and_not_written_back(as_manager: Client, persona: Persona) -> None:
    save(as_manager, address(persona), identity="You are new.")
    with studio_scope(persona.studio_id):
        version = Persona.history.filter(id=persona.pk).earliest("history_date").history_id
    url = f"{address(persona, 'history')}{version}/"

    assert "You are Mira" in page_text(as_manager, url)
    assert 'name="_save"' not in page_text(as_manager, url)
    assert as_manager.post(url, {"identity": "old"}).status_code == 405


def test_deleting_a_persona_on_air_says_what_stands_in_the_way(
    as_manager: Client, persona: Persona, stream: Any
) -> None:
    assert stream.name in page_text(as_manager, address(persona, "delete"))
    assert as_manager.post(address(persona, "delete"), {"post": "yes"}).status_code in {200, 302, 403}
    with studio_scope(persona.studio_id):
        assert Persona.objects.filter(pk=persona.pk).exists()


def test_a_revision_holds_everything_that_makes_the_character(in_studio: Studio, character: Character) -> None:
    revision = record_revision(character.persona)

    assert revision is not None
    content = json.loads(json.dumps(revision.content))
    assert content["emotions"][0]["name"] == "neutral"
    assert content["voice"] == str(character.voice.pk)
    assert record_revision(character.persona) is None


def test_a_persona_goes_back_to_an_older_self_as_a_new_revision(in_studio: Studio, character: Character) -> None:
    persona = character.persona
    record_revision(persona)
    persona.identity, first = "You are new.", persona.identity
    record_revision(persona)
    persona.identity = first

    third = record_revision(persona)

    assert third is not None
    assert third.number == 3


def test_emotions_made_anew_are_in_the_revision(in_studio: Studio, character: Character) -> None:
    Emotion.objects.filter(persona=character.persona).delete()
    record_revision(character.persona)
    make_emotions(character.persona)

    revision = record_revision(character.persona)

    assert revision is not None
    assert len(revision.content["emotions"]) == 6


def test_the_prompt_follows_the_form_without_a_save(as_manager: Client, persona: Persona) -> None:
    form = read_form(as_manager.get(address(persona)).content)

    answer = as_manager.post(
        address(persona, "live_preview"),
        {**form, "creativity": "1", "output_format": "json", "identity": "You are a lighthouse.", "top_p": "7"},
    )

    text = answer.content.decode()
    for part in ("You are a lighthouse.", "Surprise: unusual", "+0.60", "one JSON object"):
        assert part in text, part
    with studio_scope(persona.studio_id):
        persona.refresh_from_db()
    assert (persona.output_format, persona.creativity) == ("tags", 0.6)


def test_who_may_only_look_has_no_live_preview(as_observer: Client, persona: Persona) -> None:
    assert as_observer.post(address(persona, "live_preview"), {}).status_code == 403
