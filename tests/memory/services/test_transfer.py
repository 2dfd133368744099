"""Memories out and in again: nothing lost, nothing half done."""

import datetime as dt
import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.models import Memory, MemoryKind, MemorySource, MemoryTier, Review
from memory.services import undo_run
from memory.services.transfer import export_persona, import_memories
from personas.models import Persona
from tests.factories.personas import Character
from tests.memory.said import BO
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.tenancy.studios import Studio

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cs", "Cc"]), max_size=60)
SHARE = st.floats(0, 1)
TIME = st.integers(946_684_800, 4_102_444_800).map(lambda second: dt.datetime.fromtimestamp(second, dt.UTC))
ENTRY = st.fixed_dictionaries(
    {
        "id": st.uuids().map(str),
        "viewer": st.none(),
        "kind": st.sampled_from(MemoryKind.values),
        "tier": st.sampled_from(MemoryTier.values),
        "text": TEXT.filter(lambda text: text.strip()),
        "slot": TEXT.map(lambda text: text.strip()),
        "tags": st.lists(TEXT, max_size=4),
        "emotion": st.sampled_from(["", "joy"]),
        "importance": SHARE,
        "confidence": SHARE,
        "source": st.sampled_from(MemorySource.values),
        "is_pinned": st.booleans(),
        "is_locked": st.booleans(),
        "review": st.sampled_from(Review.values),
        "doubt": st.sampled_from(["", "unsure"]),
        "valid_from": TIME.map(dt.datetime.isoformat),
        "valid_to": st.none() | TIME.map(dt.datetime.isoformat),
        "superseded_by": st.none(),
        "expires_at": st.none() | TIME.map(dt.datetime.isoformat),
        "evidence": st.lists(
            st.fixed_dictionaries(
                {
                    "utterance": st.uuids().map(str),
                    "turn": st.none() | st.uuids().map(str),
                    "said_at": TIME.map(dt.datetime.isoformat),
                }
            ),
            max_size=2,
            unique_by=lambda one: one["utterance"],
        ),
        "episode": st.none(),
        "position": st.none(),
    }
)
FILE = st.lists(ENTRY, max_size=6, unique_by=lambda one: Memory.key_of(one["text"]))


def document(*entries: Any) -> dict[str, Any]:
    return {"format": "vtcontrol.memories", "version": 1, "memories": list(entries)}


def plain(found: dict[str, Any]) -> list[dict[str, Any]]:
    """A document's entries without the ids that only tie it together."""
    entries = json.loads(json.dumps(found))["memories"]
    texts = {entry["id"]: entry["text"] for entry in entries}
    for entry in entries:
        entry["superseded_by"] = texts.get(entry.pop("superseded_by"))
        entry["evidence"] = sorted(entry["evidence"], key=lambda one: one["utterance"])
        del entry["id"]
    return sorted(entries, key=lambda entry: entry["text"])


def nobody(_viewer_id: UUID) -> bool:
    return False


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(entries=FILE)
def test_what_goes_out_comes_in_the_same(
    entries: list[dict[str, Any]], in_studio: Studio, character: Character
) -> None:
    first = character.persona
    second = Persona.objects.filter(name="Second").first() or Persona.objects.create(
        name="Second", identity="x", voice=character.voice, avatar=character.avatar
    )
    Memory.objects.all().delete()
    for number, entry in enumerate(entries[1:]):
        entry["superseded_by"] = entries[number]["id"]

    done = import_memories(first.pk, document(*entries), nobody)
    out = export_persona(first.pk)
    again = import_memories(second.pk, out, nobody)

    assert (done.errors, again.errors, done.added, again.added) == ([], [], len(entries), len(entries))
    assert plain(export_persona(second.pk)) == plain(out)
    assert [entry["text"] for entry in plain(out)] == sorted(entry["text"] for entry in entries)
    assert import_memories(second.pk, out, nobody).unchanged == len(entries)


@pytest.fixture
def persona(in_studio: Studio, character: Character) -> Persona:
    return character.persona


def test_a_dry_run_says_what_would_happen_and_does_nothing(persona: Persona) -> None:
    done = import_memories(persona.pk, document({"text": "The moon was full."}), nobody, is_dry=True)

    assert (done.added, done.run_id) == (1, None)
    assert not Memory.objects.exists()


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 1001}, "text"),
        ({"text": 5}, "text"),
        ({"text": "a", "kind": "secret"}, "kind"),
        ({"text": "a", "importance": 2}, "importance"),
        ({"text": "a", "tags": "pets"}, "tags"),
        ({"text": "a", "valid_from": "yesterday"}, "valid_from"),
        ({"text": "a", "is_pinned": "yes"}, "is_pinned"),
        ({"text": "a", "viewer": str(BO)}, "viewer"),
        ({"text": "a", "position": 3}, "position"),
        ({"text": "a", "viewer": "nobody"}, ""),
        ("text", ""),
        (None, ""),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_imported(entry: Any, field: str, persona: Persona) -> None:
    done = import_memories(persona.pk, document({"text": "The moon was full."}, entry), nobody)

    assert [(one["row"], list(one["errors"])) for one in done.errors] == [(1, [field])]
    assert not Memory.objects.exists()


def test_what_is_never_stored_about_a_viewer_is_not_imported_either(persona: Persona) -> None:
    entry = {"text": "Bo has diabetes", "viewer": str(BO)}

    done = import_memories(persona.pk, document(entry), lambda viewer_id: True)

    assert list(done.errors[0]["errors"]) == ["text"]


@pytest.mark.parametrize(
    "wrong", [None, 5, "x", {}, {"format": "other", "version": 1, "memories": []}, {"memories": 1}]
)
def test_another_file_is_refused(wrong: Any, persona: Persona) -> None:
    with pytest.raises(InputInvalid):
        import_memories(persona.pk, wrong, nobody)


def test_an_import_is_undone_like_every_run(persona: Persona) -> None:
    import_memories(persona.pk, document({"text": "The moon was full.", "importance": 0.5}), nobody)
    done = import_memories(
        persona.pk, document({"text": "The moon was full.", "importance": 0.9}, {"text": "It rained."}), nobody
    )
    assert done.run_id is not None
    assert (done.added, done.changed) == (1, 1)

    undo_run(done.run_id)

    assert list(Memory.objects.values_list("text", "importance")) == [("The moon was full.", 0.5)]
