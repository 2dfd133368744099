"""The review inbox, bulk changes with the way back, and "What would it recall?"."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from memory.models import ConsolidationRun, Doubt, Memory, Review, RunState
from memory.services import save_memory
from personas.models import Persona
from tests.admin.pages import address, page_text
from tests.factories.personas import Character
from tests.memory.said import BO
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

REVIEW = "admin:memory_memory_review"
RECALL = "admin:memory_memory_recall"


@pytest.fixture
def persona(in_studio: Studio, character: Character) -> Persona:
    return character.persona


def remember(persona: Persona, text: str, **fields: Any) -> Memory:
    memory = Memory(persona=persona, text=text, **{"viewer_id": BO, "kind": "user", **fields})
    save_memory(memory)
    return memory


def doubt(persona: Persona, text: str = "Bo lives in Porto", **fields: Any) -> Memory:
    return remember(persona, text, **{"review": Review.DOUBTFUL, "doubt": Doubt.CONTRADICTION, **fields})


def act(client: Client, action: str, *memories: Memory, **fields: Any) -> Any:
    chosen = {"action": action, "_selected_action": [str(one.pk) for one in memories], "index": "0"}
    return client.post(address(Memory, "changelist"), {**chosen, **fields})


def undo(client: Client) -> None:
    with studio_scope(ConsolidationRun.objects.first().studio_id):
        run = ConsolidationRun.objects.latest("started_at")
    client.post(address(run, "undo"))


def test_what_waits_is_approved_and_ends_what_it_contradicts(as_manager: Client, persona: Persona) -> None:
    old = remember(persona, "Bo lives in Lisbon", slot="home")
    new = doubt(persona, slot="home")
    page = page_text(as_manager, reverse(REVIEW))
    assert "Bo lives in Porto" in page
    assert "Bo lives in Lisbon" in page

    as_manager.post(reverse(REVIEW), {"memory": str(new.pk), "verdict": "approve", "text": new.text})

    old.refresh_from_db()
    new.refresh_from_db()
    assert (new.review, new.doubt) == (Review.ACCEPTED, Doubt.NONE)
    assert old.superseded_by == new
    undo(as_manager)
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.valid_to, new.review) == (None, Review.DOUBTFUL)


def test_what_waits_may_be_put_right_first(as_manager: Client, persona: Persona) -> None:
    memory = doubt(persona)

    as_manager.post(reverse(REVIEW), {"memory": str(memory.pk), "verdict": "approve", "text": "Bo lives near Porto"})

    memory.refresh_from_db()
    assert (memory.text, memory.review) == ("Bo lives near Porto", Review.ACCEPTED)


def test_what_is_rejected_stays_as_a_mark(as_manager: Client, persona: Persona) -> None:
    memory = doubt(persona)

    as_manager.post(reverse(REVIEW), {"memory": str(memory.pk), "verdict": "reject"})

    memory.refresh_from_db()
    assert memory.review == Review.REJECTED
    assert "Nothing is left" in page_text(as_manager, reverse(REVIEW))


def test_who_only_looks_decides_nothing(as_observer: Client, persona: Persona) -> None:
    memory = doubt(persona)
    assert 'name="verdict"' not in page_text(as_observer, reverse(REVIEW))

    answer = as_observer.post(reverse(REVIEW), {"memory": str(memory.pk), "verdict": "approve"})

    memory.refresh_from_db()
    assert (answer.status_code, memory.review) == (403, Review.DOUBTFUL)


@pytest.mark.parametrize("wanted", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_a_verdict_on_nothing_changes_nothing(wanted: str, as_manager: Client, persona: Persona) -> None:
    doubt(persona)

    assert as_manager.post(reverse(REVIEW), {"memory": wanted, "verdict": "approve"}).status_code == 302

    assert Memory.objects.get().review == Review.DOUBTFUL


def test_what_would_be_recalled_is_shown_with_its_reasons(as_manager: Client, persona: Persona) -> None:
    remember(persona, "The lighthouse hums at noon", viewer_id=None)
    doubt(persona, "The lighthouse is haunted", viewer_id=None)

    page = page_text(as_manager, f"{reverse(RECALL)}?persona={persona.pk}&text=the+lighthouse")

    assert "The lighthouse hums at noon" in page
    assert "haunted" not in page
    assert "Words" in page
    assert page.count('class="vt-pairs"') == 1


def test_deleted_memories_come_back_whole(as_manager: Client, persona: Persona) -> None:
    memories = [remember(persona, f"Fact {number}.", tags=["a"]) for number in range(3)]
    fields = [field.name for field in Memory._meta.concrete_fields if field.name not in {"version", "updated_at"}]
    before = list(Memory.objects.order_by("pk").values(*fields))

    act(as_manager, "delete_selected", *memories, post="yes")
    assert not Memory.objects.exists()
    undo(as_manager)

    assert list(Memory.objects.order_by("pk").values(*fields)) == before
    assert ConsolidationRun.objects.get().state == RunState.UNDONE


def test_kind_and_tags_are_asked_for_and_changed(as_manager: Client, persona: Persona) -> None:
    memories = [remember(persona, f"Fact {number}.", tags=["a", "b"]) for number in range(2)]
    assert 'name="apply"' in act(as_manager, "change_kind", *memories).content.decode()

    act(as_manager, "change_kind", *memories, apply="1", kind="emotions")
    act(as_manager, "retag", *memories, apply="1", add="c", remove="a")

    assert {(one.kind, tuple(one.tags)) for one in Memory.objects.all()} == {("emotions", ("b", "c"))}


def test_several_become_one_and_one_several(as_manager: Client, persona: Persona) -> None:
    first, second = remember(persona, "Bo has a cat"), remember(persona, "Bo's cat is Biscuit")

    act(as_manager, "merge", first, second, apply="1", text="Bo has a cat, Biscuit")

    merged = Memory.objects.get(valid_to=None)
    assert (merged.text, merged.viewer_id) == ("Bo has a cat, Biscuit", BO)
    assert set(Memory.objects.filter(superseded_by=merged)) == {first, second}
    as_manager.post(address(merged, "split"), {"apply": "1", "parts": "Bo has a cat\nThe cat is Biscuit"})
    assert set(Memory.objects.filter(valid_to=None).values_list("text", flat=True)) == {
        "Bo has a cat",
        "The cat is Biscuit",
    }


def test_memories_of_two_people_are_not_merged(as_manager: Client, persona: Persona) -> None:
    first, second = remember(persona, "Bo has a cat"), remember(persona, "Ann has a dog", viewer_id=None)

    answer = act(as_manager, "merge", first, second, apply="1", text="All have pets")

    assert "Only memories of one character" in answer.content.decode()
    assert Memory.objects.filter(valid_to=None).count() == 2


def test_an_observer_changes_nothing_in_bulk(as_observer: Client, persona: Persona) -> None:
    memory = remember(persona, "Bo has a cat")

    act(as_observer, "lock", memory)
    act(as_observer, "delete_selected", memory, post="yes")

    assert not Memory.objects.get().is_locked
