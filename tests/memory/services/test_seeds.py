"""Seed files loaded: again and again, without doubling, and without touching what people changed."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from memory.models import ConsolidationRun, Lore, Memory, SeedMark
from memory.services import save_memory, undo_run
from memory.services.bulk import end_now
from memory.services.seeds import Seeded, load_seeds
from personas.models import Persona
from tests.factories.memory import make_lore, make_memory
from tests.factories.personas import Character, make_persona
from vtcontrol.tenancy.studios import Studio

CAT = {"key": "cat", "text": "I have a cat called Biscuit.", "tags": ["pets"], "importance": 1}
SEA = {"key": "sea", "text": "I love the sea.", "valid_from": "2026-01-01T12:00:00+03:00"}
LANE = {"key": "lane", "keys": ["lane", "alley"], "content": "A street in the old town."}


@pytest.fixture
def persona(in_studio: Studio, character: Character) -> Persona:
    return character.persona


def file_of(*memories: Any, lore: Any = ()) -> bytes:
    content = {"format": "vtcontrol.seeds", "version": 1, "memories": list(memories), "lore": list(lore)}
    return json.dumps(content, indent=1).encode()


def load(persona: Persona, *memories: Any, lore: Any = (), **options: Any) -> Seeded:
    result = load_seeds(persona, file_of(*memories, lore=lore), **options)
    assert result.errors == []
    return result


def did(result: Seeded) -> dict[str, str]:
    return {one.key: one.did.value for one in result.done}


def test_what_is_loaded_is_remembered_and_known(persona: Persona) -> None:
    result = load(persona, CAT, SEA, lore=[LANE])

    assert did(result) == {"cat": "added", "sea": "added", "lane": "added"}
    cat = Memory.objects.get(text=CAT["text"])
    assert (cat.kind, cat.tier, cat.source, cat.importance, cat.tags) == ("self", "core", "import", 1.0, ["pets"])
    assert (cat.viewer_id, cat.review) == (None, "accepted")
    assert Lore.objects.get().keys == "lane, alley"


def test_loading_again_changes_nothing(persona: Persona) -> None:
    load(persona, CAT, SEA, lore=[LANE])
    version = Persona.objects.get(pk=persona.pk).memory_version
    rows = list(Memory.objects.values()), list(Lore.objects.values())

    result = load(persona, CAT, SEA, lore=[LANE])

    assert set(did(result).values()) == {"unchanged"}
    assert (list(Memory.objects.values()), list(Lore.objects.values())) == rows
    assert result.run_id is None
    assert Persona.objects.get(pk=persona.pk).memory_version >= version


def test_a_row_follows_its_entry(persona: Persona) -> None:
    load(persona, CAT, lore=[LANE])
    kept = Memory.objects.get().pk, Memory.objects.get().valid_from, Lore.objects.get().pk

    changed = {**CAT, "text": "I have a cat called Waffle.", "importance": 0.4}
    result = load(persona, changed, lore=[{**LANE, "content": "A wide street.", "probability": 50}])

    assert did(result) == {"cat": "changed", "lane": "changed"}
    memory, lore = Memory.objects.get(), Lore.objects.get()
    assert (memory.pk, memory.valid_from, lore.pk) == kept
    assert (memory.text, memory.importance, memory.content_key) == (
        changed["text"], 0.4, Memory.key_of(str(changed["text"])),
    )  # fmt: skip
    assert (lore.content, lore.probability) == ("A wide street.", 50)
    assert set(did(load(persona, changed)).values()) == {"unchanged"}


def test_what_people_changed_since_is_left_alone(persona: Persona) -> None:
    load(persona, CAT, SEA, lore=[LANE])
    cat, lore = Memory.objects.get(text=CAT["text"]), Lore.objects.get()
    cat.text = "I had a cat called Biscuit."
    save_memory(cat)
    lore.is_enabled = False
    lore.save()
    end_now([Memory.objects.get(text=SEA["text"])])

    result = load(persona, {**CAT, "importance": 0.1}, {**SEA, "emotion": "joy"}, lore=[{**LANE, "content": "Gone."}])

    assert set(did(result).values()) == {"edited"}
    assert Memory.objects.get(pk=cat.pk).text == "I had a cat called Biscuit."
    assert Lore.objects.get().content == LANE["content"]


def test_what_people_deleted_stays_away(persona: Persona) -> None:
    load(persona, CAT, lore=[LANE])
    Memory.objects.all().delete()
    Lore.objects.all().delete()

    assert did(load(persona, CAT, lore=[LANE])) == {"cat": "deleted", "lane": "deleted"}
    assert not Memory.objects.exists()


def test_what_was_remembered_before_is_not_doubled_and_stays_peoples(persona: Persona) -> None:
    make_memory(persona, text=CAT["text"], importance=0.2)
    make_lore(persona, content=LANE["content"])

    assert did(load(persona, CAT, lore=[LANE])) == {"cat": "known", "lane": "known"}
    assert did(load(persona, {**CAT, "importance": 0.9}, lore=[LANE])) == {"cat": "known", "lane": "known"}
    assert Memory.objects.get().importance == 0.2
    assert not SeedMark.objects.exists()


def test_a_dry_run_says_the_same_and_does_nothing(persona: Persona) -> None:
    load(persona, CAT)

    dry = load(persona, {**CAT, "importance": 0.3}, SEA, lore=[LANE], is_dry=True)

    assert did(dry) == {"cat": "changed", "sea": "added", "lane": "added"}
    assert (Memory.objects.count(), Lore.objects.count(), SeedMark.objects.count()) == (1, 0, 1)
    assert dry.run_id is None
    assert ConsolidationRun.objects.count() == 1


def test_a_dry_run_only_reads(persona: Persona) -> None:
    load(persona, CAT, lore=[LANE])

    with CaptureQueriesContext(connection) as queries:
        load(persona, {**CAT, "importance": 0.3}, SEA, lore=[{**LANE, "probability": 50}], is_dry=True)

    assert queries.captured_queries
    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}


def test_a_dry_run_foresees_words_that_move_from_row_to_row(persona: Persona) -> None:
    load(persona, CAT, SEA, lore=[LANE])
    hill = {**LANE, "key": "hill"}
    memories = [{**CAT, "text": "I have a dog."}, {**CAT, "key": "old"}, {**SEA, "text": "I have a cat."}]
    lore = [
        {**LANE, "content": "A wide street."},
        hill,
        {**hill, "key": "again"},
        {**hill, "key": "more", "content": "Hm."},
    ]

    dry = load(persona, *memories, lore=lore, is_dry=True)
    done = load(persona, *memories, lore=lore)

    assert dry.done == done.done
    assert did(done) == {
        "cat": "changed", "old": "added", "sea": "changed",
        "lane": "changed", "hill": "added", "again": "known", "more": "added",
    }  # fmt: skip


def test_words_are_not_taken_from_a_row_that_moves_later(persona: Persona) -> None:
    load(persona, CAT, SEA)
    swapped = [{**CAT, "text": SEA["text"]}, {**SEA, "text": CAT["text"]}]

    assert did(load(persona, *swapped, is_dry=True)) == did(load(persona, *swapped)) == {"cat": "known", "sea": "known"}
    assert set(Memory.objects.values_list("text", flat=True)) == {CAT["text"], SEA["text"]}


def test_a_load_is_undone_in_the_journal(persona: Persona) -> None:
    load(persona, CAT)
    changed = load(persona, {**CAT, "text": "I have a dog."}, SEA)
    assert changed.run_id is not None

    undo_run(changed.run_id)

    memory = Memory.objects.get()
    assert (memory.text, memory.content_key) == (CAT["text"], Memory.key_of(str(CAT["text"])))


def test_each_character_has_seeds_of_its_own(persona: Persona) -> None:
    other = make_persona(marker="Other ")
    load(persona, CAT)

    assert did(load(other, CAT)) == {"cat": "added"}
    assert Memory.objects.count() == 2


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"text": "Hi", "txet": "x"}, "txet"),
        ({"text": ""}, "text"),
        ({"text": 5}, "text"),
        ({}, "text"),
        ({"text": "x" * 1001}, "text"),
        ({"text": "Hi", "viewer": "0190d2b0-0000-7000-8000-000000000000"}, "viewer"),
        ({"text": "Hi", "kind": ["self"]}, "kind"),
        ({"text": "Hi", "importance": 2}, "importance"),
        ({"text": "Hi", "importance": float("nan")}, "importance"),
        ({"text": "Hi", "tags": "pets"}, "tags"),
        ({"text": "Hi", "is_pinned": "yes"}, "is_pinned"),
        ({"text": "Hi", "expires_at": "tomorrow"}, "expires_at"),
    ],
)
def test_a_wrong_entry_is_named_and_nothing_is_loaded(persona: Persona, entry: Any, field: str) -> None:
    result = load_seeds(persona, file_of(CAT, {"key": "odd", **entry}, lore=[LANE]))

    (error,) = result.errors
    assert (error["part"], error["key"]) == ("memories", "odd")
    assert list(error["errors"]) == [field]
    assert '"key": "odd"' in file_of(CAT, {"key": "odd", **entry}).decode().splitlines()[error["line"]]
    assert not Memory.objects.exists()


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"content": "x"}, "keys"),
        ({"keys": ["a"], "content": ""}, "content"),
        ({"keys": ["a"], "content": ["x"]}, "content"),
        ({"keys": [True], "content": "x"}, "keys"),
        ({"keys": ["/(?=a)/"], "content": "x"}, "keys"),
        ({"keys": ["a"], "content": "x", "probability": 101}, "probability"),
        ({"keys": ["a"], "content": "x", "place": "nowhere"}, "place"),
        ({"keys": ["a"], "content": "x", "scan_depth": "deep"}, "scan_depth"),
        ({"keys": ["a"], "content": "x", "is_enabled": 7}, "is_enabled"),
    ],
)
def test_wrong_lore_is_named(persona: Persona, entry: Any, field: str) -> None:
    result = load_seeds(persona, file_of(lore=[{"key": "odd", **entry}]))

    assert [(error["key"], list(error["errors"])) for error in result.errors] == [("odd", [field])]
    assert not Lore.objects.exists()


def test_the_same_words_twice_are_refused(persona: Persona) -> None:
    result = load_seeds(persona, file_of(CAT, {**CAT, "key": "again"}))

    assert [error["key"] for error in result.errors] == ["again"]


def test_a_file_that_is_none_is_told_by_its_line(persona: Persona) -> None:
    result = load_seeds(persona, b"format: vtcontrol.seeds\nversion: 1\nmemories: [")

    assert [error["line"] for error in result.errors] == [3]
    assert "YAML" in result.errors[0]["errors"][""][0]


@pytest.mark.parametrize(
    "raw",
    [
        b"format: vtcontrol.seeds\nversion: 1\nmemories: [{key: a, text: A.}, {key: b, text: B.}]\nmemories:\n",
        b'{"format": "vtcontrol.seeds", "version": 1, "lore": [{"key": "a"}], "lore": []}',
    ],
)
def test_a_list_given_twice_is_refused(persona: Persona, raw: bytes) -> None:
    (error,) = load_seeds(persona, raw).errors

    assert "named twice" in error["errors"][""][0]
    assert not Memory.objects.exists()
