"""Files in and out of the admin: round trips, dry runs, limits, and what no file may do."""

import csv
import io
import json
from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from memory.models import Lore, Memory, MemorySource
from memory.services import save_memory
from personas.models import Persona
from streams.models import ModerationRule
from tests.admin.pages import address
from tests.factories.memory import make_lore
from tests.factories.personas import Character
from tests.factories.relationships import make_viewer
from tests.factories.streams import make_rule
from tests.tenancy.html_forms import read_form
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

CSV, JSON, YAML = "0", "1", "2"
FORMULA = '=HYPERLINK("http://evil.example")'


@pytest.fixture
def persona(studio: Studio, character: Character) -> Persona:
    return character.persona


def _export(client: Client, model: Any, kind: str) -> str:
    answer = client.post(address(model, "export"), {"format": kind, "resource": "0"})
    assert answer.status_code == 200
    return answer.content.decode()


def _upload(client: Client, model: Any, kind: str, text: str) -> Any:
    file = SimpleUploadedFile("memories", text.encode())
    return client.post(address(model, "import"), {"format": kind, "resource": "0", "import_file": file})


def _confirm(client: Client, model: Any, shown: Any) -> Any:
    form = read_form(shown.content)
    assert "import_file_name" in form, shown.content.decode()
    return client.post(address(model, "process_import"), form)


def _memories(studio: Studio) -> dict[str, Memory]:
    with studio_scope(studio.pk):
        return {memory.text: memory for memory in Memory.objects.all()}


@pytest.mark.parametrize("kind", [CSV, JSON, YAML])
def test_memories_go_out_and_come_back_the_same(
    kind: str, as_manager: Client, persona: Persona, studio: Studio
) -> None:
    with studio_scope(studio.pk):
        viewer = make_viewer()
        save_memory(
            Memory(persona=persona, text="Bo, “the bee”,\nkeeps bees — 蜂.", tags=["bees", "Bo"], is_pinned=True)
        )
        save_memory(Memory(persona=persona, text=FORMULA, viewer_id=viewer.pk, kind="user", importance=0.25))
        before = {
            one.text: (one.tags, one.is_pinned, one.viewer_id, one.kind, one.importance) for one in Memory.objects.all()
        }

    text = _export(as_manager, Memory, kind)
    with studio_scope(studio.pk):
        Memory.objects.all().delete()
    answer = _confirm(as_manager, Memory, _upload(as_manager, Memory, kind, text))

    assert answer.status_code == 302
    after = _memories(studio)
    assert {
        one.text: (one.tags, one.is_pinned, one.viewer_id, one.kind, one.importance) for one in after.values()
    } == before
    assert all(one.stems and one.version and one.source == MemorySource.IMPORT for one in after.values())


def test_no_spreadsheet_takes_an_exported_cell_for_a_formula(
    as_manager: Client, persona: Persona, studio: Studio
) -> None:
    with studio_scope(studio.pk):
        for text in (FORMULA, "+1", "-1+2", "@SUM(A1)", "\tx", "plain"):
            save_memory(Memory(persona=persona, text=text))

    cells = [cell for row in csv.reader(io.StringIO(_export(as_manager, Memory, CSV))) for cell in row]

    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert f"'{FORMULA}" in cells


def test_an_export_names_no_studio_and_no_id(as_manager: Client, persona: Persona, studio: Studio) -> None:
    with studio_scope(studio.pk):
        memory = Memory(persona=persona, text="Bo keeps bees.")
        save_memory(memory)

    for kind in (CSV, JSON, YAML):
        text = _export(as_manager, Memory, kind)
        assert str(memory.pk) not in text
        assert str(studio.pk) not in text


def test_a_dry_run_changes_nothing(as_manager: Client, persona: Persona, studio: Studio) -> None:
    shown = _upload(as_manager, Memory, JSON, json.dumps([{"persona": persona.name, "text": "Bo sails."}]))

    assert "Bo sails." in shown.content.decode()
    assert _memories(studio) == {}


def test_the_same_words_are_updated_and_not_doubled(as_manager: Client, persona: Persona, studio: Studio) -> None:
    with studio_scope(studio.pk):
        save_memory(Memory(persona=persona, text="Bo keeps bees.", importance=0.1))

    file = json.dumps([{"persona": persona.name, "text": "bo keeps  BEES.", "importance": 0.9}])
    _confirm(as_manager, Memory, _upload(as_manager, Memory, JSON, file))

    assert [memory.importance for memory in _memories(studio).values()] == [0.9]


def test_a_wrong_row_is_named_and_nothing_is_taken(as_manager: Client, persona: Persona, studio: Studio) -> None:
    rows = [
        {"persona": persona.name, "text": "Fine."},
        {"persona": "Nobody", "text": "Lost."},
        {"persona": persona.name, "text": "Odd.", "kind": "nonsense"},
        {"persona": persona.name, "text": "Too sure.", "confidence": 7},
        {"persona": persona.name, "text": "x" * 1001},
    ]

    shown = _upload(as_manager, Memory, JSON, json.dumps(rows))

    text = shown.content.decode()
    assert "There is no such persona in this studio." in text
    assert "nonsense" in text
    assert "import_file_name" not in read_form(shown.content)
    assert _memories(studio) == {}


def test_a_file_cannot_name_a_persona_of_another_studio(
    as_manager: Client, other_character: Character, studio: Studio
) -> None:
    file = json.dumps([{"persona": other_character.persona.name, "text": "Planted."}])

    shown = _upload(as_manager, Memory, JSON, file)

    assert "There is no such persona in this studio." in shown.content.decode()


def test_a_file_cannot_plant_rows_in_another_studio(
    as_manager: Client, persona: Persona, studio: Studio, other_studio: Studio
) -> None:
    row = {
        "persona": persona.name,
        "text": "Planted.",
        "studio": str(other_studio.pk),
        "studio_id": str(other_studio.pk),
    }

    _confirm(as_manager, Memory, _upload(as_manager, Memory, JSON, json.dumps([row])))

    assert _memories(other_studio) == {}
    assert list(_memories(studio)) == ["Planted."]


def test_a_file_cannot_speak_of_a_foreign_viewer(as_manager: Client, persona: Persona, other_studio: Studio) -> None:
    with studio_scope(other_studio.pk):
        foreign = make_viewer()
    file = json.dumps([{"persona": persona.name, "text": "Odd.", "viewer": str(foreign.pk)}])

    assert "no such viewer" in _upload(as_manager, Memory, JSON, file).content.decode()


BOMB = "\n".join(
    ["a: &a [x, x, x, x, x, x, x, x, x]"]
    + [
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]
)


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (YAML, BOMB, "aliases are not read"),
        (YAML, "!!python/object/apply:os.system ['true']", "cannot be read"),
        (JSON, "{}", "no list of entries"),
        (JSON, '[{"persona": {"deep": 1}, "text": "x"}]', "another table inside"),
        (JSON, "[" * 100_000, "cannot be read"),
        (JSON, '[{"persona": "Mira", "text": "a\\u0000b"}]', "is no text"),
        (CSV, "persona,text\n" + "Mira,x\n" * 2001, "At most 2000 entries"),
        (JSON, json.dumps([{"persona": "Mira", "text": "x" * 30_000}]), "too long"),
        (CSV, "\xff\xfe", "cannot be read"),
    ],
)
def test_a_file_that_is_no_plain_table_is_refused_with_a_sentence(
    kind: str, text: str, said: str, as_manager: Client, persona: Persona
) -> None:
    file = SimpleUploadedFile("file", text.encode("latin-1") if text == "\xff\xfe" else text.encode())

    answer = as_manager.post(address(Memory, "import"), {"format": kind, "resource": "0", "import_file": file})

    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


def test_a_file_without_a_needed_column_says_which(as_manager: Client, persona: Persona) -> None:
    text = _upload(as_manager, Memory, CSV, "persona\nMira\n").content.decode()

    assert "The file lacks: text." in text
    assert "Traceback" not in text


def test_a_large_file_is_refused(as_manager: Client, persona: Persona) -> None:
    text = "persona,text\n" + "x" * (2 * 1024 * 1024)

    assert "At most 2 MB." in _upload(as_manager, Memory, CSV, text).content.decode()


def test_an_upload_of_one_studio_is_unknown_in_another(
    as_manager: Client, as_stranger: Client, persona: Persona, other_studio: Studio
) -> None:
    shown = _upload(as_manager, Memory, JSON, json.dumps([{"persona": persona.name, "text": "Ours."}]))
    form = read_form(shown.content)

    answer = as_stranger.post(address(Memory, "process_import"), form, follow=True)

    assert "no longer here" in answer.content.decode()
    assert _memories(other_studio) == {}


@pytest.mark.parametrize("change", [{"format": "99"}, {"format": "x"}, {"import_file_name": "../../etc/passwd"}])
def test_a_tampered_confirmation_changes_nothing(
    change: dict[str, str], as_manager: Client, persona: Persona, studio: Studio
) -> None:
    shown = _upload(as_manager, Memory, JSON, json.dumps([{"persona": persona.name, "text": "Ours."}]))

    answer = as_manager.post(address(Memory, "process_import"), {**read_form(shown.content), **change}, follow=True)

    assert answer.status_code == 200
    assert _memories(studio) == {}


def test_lore_goes_out_and_comes_back(as_manager: Client, persona: Persona, studio: Studio) -> None:
    with studio_scope(studio.pk):
        make_lore(persona)
    text = _export(as_manager, Lore, YAML)
    assert yaml.safe_load(text)[0]["keys"] == "lighthouse"
    with studio_scope(studio.pk):
        Lore.objects.all().delete()

    _confirm(as_manager, Lore, _upload(as_manager, Lore, YAML, text))

    with studio_scope(studio.pk):
        assert Lore.objects.get().keys == "lighthouse"


def test_rules_go_out_and_come_back(as_manager: Client, studio: Studio) -> None:
    with studio_scope(studio.pk):
        make_rule(name="Numbers", kind="pattern", content=r"\d{3}-\d{4}")
    text = _export(as_manager, ModerationRule, CSV)
    with studio_scope(studio.pk):
        ModerationRule.objects.all().delete()

    _confirm(as_manager, ModerationRule, _upload(as_manager, ModerationRule, CSV, text))

    with studio_scope(studio.pk):
        assert ModerationRule.objects.get().content == r"\d{3}-\d{4}"


def test_a_rule_that_cannot_be_used_is_refused(as_manager: Client, studio: Studio) -> None:
    rows = [{"name": "Bad", "kind": "pattern", "content": "(?=x)"}]

    shown = _upload(as_manager, ModerationRule, JSON, json.dumps(rows))

    assert "import_file_name" not in read_form(shown.content)
