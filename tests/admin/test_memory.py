from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from memory.models import Lore, Memory
from memory.selectors import forget_index, recall
from memory.services import delete_memories, save_memory
from personas.models import Persona
from tests.admin.pages import address, errors, page_text, save
from tests.factories.memory import make_memory
from tests.factories.personas import Character
from tests.factories.relationships import make_viewer
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio


@pytest.fixture
def persona(studio: Studio, character: Character) -> Persona:
    return character.persona


def _version(persona: Persona) -> int:
    with studio_scope(persona.studio_id):
        return Persona.objects.values_list("memory_version", flat=True).get(pk=persona.pk)


def _add(client: Client, persona: Persona, **fields: Any) -> Any:
    form = {
        "persona": str(persona.pk), "text": "Bo keeps bees.", "kind": "chat", "tier": "long", "importance": "0.5",
        "confidence": "1", "tags": "bees, Bo , bees", "_save": "Save",
    }  # fmt: skip
    return client.post(address(Memory, "add"), {**form, **fields})


def test_a_memory_written_in_the_admin_is_recalled_on_the_next_line(as_manager: Client, persona: Persona) -> None:
    forget_index(persona.pk)
    with studio_scope(persona.studio_id):
        recall(persona.pk, _version(persona), "bees", None, now=timezone.now())

    answer = _add(as_manager, persona)

    assert answer.status_code == 302
    with studio_scope(persona.studio_id):
        memory = Memory.objects.get()
        found = recall(persona.pk, _version(persona), "Do you like bees?", None, now=timezone.now())
    assert memory.version == _version(persona)
    assert memory.stems
    assert memory.tags == ["bees", "Bo"]
    assert [one.id for one in found] == [memory.pk]


def test_a_changed_memory_is_found_by_its_new_words(as_manager: Client, persona: Persona) -> None:
    _add(as_manager, persona)
    with studio_scope(persona.studio_id):
        memory = Memory.objects.get()

    save(as_manager, address(memory), text="Bo sails a boat.")

    with studio_scope(persona.studio_id):
        found = recall(persona.pk, _version(persona), "a boat", None, now=timezone.now())
    assert [one.text for one in found] == ["Bo sails a boat."]


def test_the_same_words_are_not_remembered_twice(as_manager: Client, persona: Persona) -> None:
    _add(as_manager, persona)

    assert "remembers exactly this" in errors(_add(as_manager, persona, text="  bo KEEPS   bees. "))


def test_the_same_words_may_be_about_two_viewers(as_manager: Client, persona: Persona) -> None:
    with studio_scope(persona.studio_id):
        viewer = make_viewer()
    _add(as_manager, persona)

    assert _add(as_manager, persona, viewer=str(viewer.pk)).status_code == 302

    with studio_scope(persona.studio_id):
        assert set(Memory.objects.values_list("viewer_id", flat=True)) == {None, viewer.pk}
    assert viewer.name in page_text(as_manager, address(Memory, "changelist"))


def test_a_memory_is_about_no_foreign_viewer(as_manager: Client, persona: Persona, other_studio: Studio) -> None:
    with studio_scope(other_studio.pk):
        foreign = make_viewer("OTHER-")

    answer = _add(as_manager, persona, viewer=str(foreign.pk))

    assert "valid choice" in errors(answer)
    assert "OTHER-" not in answer.content.decode()


@pytest.mark.parametrize(("action", "field"), [("pin", "is_pinned"), ("lock", "is_locked")])
def test_bulk_changes_move_the_version(action: str, field: str, as_manager: Client, persona: Persona) -> None:
    with studio_scope(persona.studio_id):
        memories = [make_memory(persona, text=f"Fact {number}.") for number in range(3)]
    before = _version(persona)

    as_manager.post(
        address(Memory, "changelist"),
        {"action": action, "_selected_action": [str(one.pk) for one in memories], "index": "0"},
    )

    with studio_scope(persona.studio_id):
        assert Memory.objects.filter(**{field: True}, version__gt=before).count() == 3


def test_deleting_moves_the_version_and_forgets(as_manager: Client, persona: Persona) -> None:
    _add(as_manager, persona)
    before = _version(persona)
    with studio_scope(persona.studio_id):
        memory = Memory.objects.get()

    as_manager.post(address(memory, "delete"), {"post": "yes"})

    assert _version(persona) == before + 1
    with studio_scope(persona.studio_id):
        assert recall(persona.pk, _version(persona), "bees", None, now=timezone.now()) == ()


def test_writing_memories_leaves_the_configuration_alone(in_studio: Studio, character: Character) -> None:
    before = Studio.objects.get(pk=in_studio.pk).config_version

    memory = Memory(persona=character.persona, text="The moon was full.")
    save_memory(memory)
    delete_memories([memory])

    assert Studio.objects.get(pk=in_studio.pk).config_version == before


def test_a_memory_moved_to_another_persona_leaves_the_first(in_studio: Studio, character: Character) -> None:
    first = character.persona
    other = Persona.objects.create(name="Other", identity="x", voice=character.voice, avatar=character.avatar)
    memory = Memory(persona=first, text="The moon was full.")
    save_memory(memory)
    before = _version(first)

    memory.persona = other
    save_memory(memory)

    assert _version(first) == before + 1
    assert memory.version == _version(other)


def test_lore_needs_a_word_that_brings_it_up(as_manager: Client, persona: Persona) -> None:
    form = {"persona": str(persona.pk), "content": "The lamp is old.", "position": "1", "is_enabled": "on"}

    assert "at least one word" in errors(save(as_manager, address(Lore, "add"), **form, keys=" , "))
    assert "no pattern RE2 can use" in errors(save(as_manager, address(Lore, "add"), **form, keys="/la(?=mp)/"))
    assert save(as_manager, address(Lore, "add"), **form, keys="lamp,  lamp , light").status_code == 302
    with studio_scope(persona.studio_id):
        assert Lore.objects.get().keys == "lamp, light"
