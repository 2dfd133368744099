"""The page that loads a seed file: what would happen first, then that; who may, and what is told."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from memory.models import Lore, Memory
from streams.models import Stream
from tests.admin.pages import address, page_text
from tests.factories.world import World
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

SEEDS = reverse("admin:memory_memory_seeds")
CAT = {"key": "cat", "text": "I have a cat called Waffle."}
LANE = {"key": "lane", "keys": ["lane"], "content": "A street in the old town."}


def sent(world: World, *memories: Any, **button: str) -> dict[str, Any]:
    content = {"format": "vtcontrol.seeds", "version": 1, "memories": list(memories), "lore": [LANE]}
    file = SimpleUploadedFile("seeds.json", json.dumps(content, indent=1).encode())
    return {"persona": world.persona.pk, "file": file, **button}


def texts(studio: Studio) -> set[str]:
    with studio_scope(studio.pk):
        return {*Memory.objects.values_list("text", flat=True), *Lore.objects.values_list("content", flat=True)}


def test_the_page_says_what_would_happen_and_then_does_it(as_manager: Client, world: World, studio: Studio) -> None:
    before = texts(studio)

    dry = as_manager.post(SEEDS, sent(world, CAT, **{"try": ""})).content.decode()
    assert "What would happen" in dry
    assert ">cat<" in dry
    assert "added" in dry
    assert texts(studio) == before

    done = as_manager.post(SEEDS, sent(world, CAT, load=""), follow=True)
    assert "2 entries were loaded." in done.content.decode()
    assert done.redirect_chain[0][0].startswith("/admin/memory/consolidationrun/")
    assert texts(studio) == before | {CAT["text"], LANE["content"]}

    again = as_manager.post(SEEDS, sent(world, CAT, **{"try": ""})).content.decode()
    assert "2 entries are as they were." in again


def test_mistakes_are_told_by_their_line_and_nothing_is_loaded(
    as_manager: Client, world: World, studio: Studio
) -> None:
    before = texts(studio)

    answer = as_manager.post(SEEDS, sent(world, CAT, {"key": "odd", "text": "<b>", "knd": "x"}, load=""))

    assert "Line 9: memories odd: knd: There is no such field." in answer.content.decode()
    assert texts(studio) == before


def test_what_people_changed_is_counted(as_manager: Client, world: World, studio: Studio) -> None:
    as_manager.post(SEEDS, sent(world, CAT, load=""))
    with studio_scope(studio.pk):
        Memory.objects.filter(text=CAT["text"]).update(importance=0.9)

    done = as_manager.post(SEEDS, sent(world, {**CAT, "text": "I have a dog."}, load=""), follow=True)

    assert "1 are people's by now" in done.content.decode().replace("&#x27;", "'")


@pytest.mark.parametrize("client_name", ["as_moderator", "as_observer"])
def test_who_may_not_write_memories_may_not_load_them(
    client_name: str, request: pytest.FixtureRequest, world: World
) -> None:
    client: Client = request.getfixturevalue(client_name)

    assert client.get(SEEDS).status_code == 403
    assert client.post(SEEDS, sent(world, CAT, load="")).status_code == 403
    assert SEEDS not in page_text(client, address(Memory, "changelist"))


def test_the_list_of_memories_leads_to_it(as_manager: Client, world: World) -> None:
    assert SEEDS in page_text(as_manager, address(Memory, "changelist"))


def test_a_character_of_another_studio_is_no_choice(as_manager: Client, world: World, other_stream: Stream) -> None:
    answer = as_manager.post(SEEDS, {**sent(world, CAT, load=""), "persona": other_stream.persona_id})

    assert "Select a valid choice" in answer.content.decode()
