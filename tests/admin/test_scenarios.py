"""The admin of scenarios: the house's set, files in and out, and scripts refused line by line."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from personas.models import Scenario
from personas.scenario_services import SCENARIOS_MOST, house_scenarios, scenarios_in, scenarios_of, take_in
from tests.admin.pages import address, errors, page_text, save
from tests.factories.world import World
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

TAKE_IN = reverse("admin:personas_scenario_take_in")


def _names(studio: Studio) -> list[str]:
    with studio_scope(studio.pk):
        return list(Scenario.objects.values_list("name", flat=True))


def _file(*entries: object) -> SimpleUploadedFile:
    content = {"format": "vtcontrol.scenarios", "version": 1, "scenarios": list(entries)}
    return SimpleUploadedFile("scenarios.json", json.dumps(content).encode())


def test_the_houses_set_is_copied_once(as_manager: Client, world: World, studio: Studio) -> None:
    as_manager.post(TAKE_IN, {"persona": world.persona.pk})
    again = as_manager.post(TAKE_IN, {"persona": world.persona.pk}, follow=True)

    assert len(_names(studio)) == 1 + len(house_scenarios("en"))
    assert "12 were there already" in again.content.decode()


def test_a_file_is_taken_in_and_goes_out_the_same(as_manager: Client, world: World, studio: Studio) -> None:
    entry = {"name": "Tea", "script": "Mia: tea?", "expect": {"must_say_any": ["tea"], "sentences_most": 2}}
    as_manager.post(TAKE_IN, {"persona": world.persona.pk, "file": _file(entry)})
    with studio_scope(studio.pk):
        row = Scenario.objects.get(name="Tea")
    chosen = {"action": "save_as_file", "_selected_action": str(row.pk)}

    answer = as_manager.post(address(Scenario, "changelist"), chosen)

    (scenario,) = scenarios_in(answer.content)
    assert scenario.as_json() == entry


def test_a_files_mistakes_are_told_with_their_places(as_manager: Client, world: World, studio: Studio) -> None:
    before = _names(studio)
    file = _file({"name": "Tea", "script": "Mia: tea?\n[party]"}, {"name": "Tea", "script": "x: y"})

    answer = as_manager.post(TAKE_IN, {"persona": world.persona.pk, "file": file})

    assert "Scenario 1: Line 2: There is no event “party”" in answer.content.decode()
    assert "Scenario 2: The name “Tea” is there twice." in answer.content.decode()
    assert _names(studio) == before


def test_a_script_is_refused_with_its_lines(as_manager: Client, world: World, studio: Studio) -> None:
    with studio_scope(studio.pk):
        row = Scenario.objects.get()

    answer = save(as_manager, address(row), script="Mia: hi\nnobody says this")

    assert "Line 2: Who says it?" in errors(answer)


def test_observers_look_and_take_nothing_in(as_observer: Client, world: World) -> None:
    assert as_observer.get(TAKE_IN).status_code == 403
    assert as_observer.post(TAKE_IN, {"persona": world.persona.pk}).status_code == 403
    assert "take in a file" not in page_text(as_observer, address(Scenario, "changelist"))


def test_a_character_has_no_more_scenarios_than_anybody_rehearses(world: World, in_studio: Studio) -> None:
    rows = [Scenario(persona=world.persona, name=f"{number}", script="Mia: hi") for number in range(SCENARIOS_MOST)]
    Scenario.objects.bulk_create(rows)

    with pytest.raises(InputInvalid):
        take_in(world.persona, house_scenarios("ru"))

    assert Scenario.objects.filter(persona=world.persona).count() == SCENARIOS_MOST + 1


def test_a_row_becomes_the_value_it_was_made_from(world: World, in_studio: Studio) -> None:
    Scenario.objects.all().delete()

    take_in(world.persona, house_scenarios("ru"))

    own = {one.name: (one.steps, one.expect) for one in scenarios_of(world.persona)}
    assert own == {one.name: (one.steps, one.expect) for one in house_scenarios("ru")}
