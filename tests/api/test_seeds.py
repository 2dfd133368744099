"""Seed files over REST."""

from typing import Any

import pytest

from memory.models import Memory
from personas.models import Persona
from streams.models import Stream
from tests.api.conftest import Program, problem
from tests.factories.personas import make_persona
from vtcontrol.tenancy.access import Scope
from vtcontrol.tenancy.studios import Studio

FILE = """format: vtcontrol.seeds
version: 1
memories:
- {key: cat, text: I have a cat called Biscuit.}
lore:
- {key: lane, keys: [lane], content: A street in the old town.}
"""


@pytest.fixture
def persona(in_studio: Studio, stream: Stream) -> Persona:
    return stream.persona


def load(program: Program, persona: Persona, file: str = FILE, **body: Any) -> Any:
    return program.post("memory/seeds", {"persona": str(persona.pk), "file": file, **body})


def test_a_file_is_tried_loaded_and_loaded_again(program: Program, persona: Persona) -> None:
    dry = load(program, persona, dry_run=True)
    assert (dry.json()["added"], dry.json()["run"], Memory.objects.count()) == (2, None, 0)

    done = load(program, persona).json()
    again = load(program, persona).json()

    assert (done["added"], done["errors"], Memory.objects.count()) == (2, [], 1)
    assert done["entries"][0] == {"part": "memories", "key": "cat", "line": 4, "did": "added"}
    assert (again["unchanged"], again["entries"]) == (2, [])


def test_the_same_key_loads_once(program: Program, persona: Persona) -> None:
    body = {"persona": str(persona.pk), "file": FILE}

    first, again = (program.post("memory/seeds", body, **{"Idempotency-Key": "s-1"}) for _ in range(2))

    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"


def test_mistakes_come_with_their_lines(program: Program, persona: Persona) -> None:
    answer = load(program, persona, FILE.replace("text: I", "txt: I"))

    assert answer.status_code == 200
    (error,) = answer.json()["errors"]
    assert (error["line"], error["part"], error["key"], list(error["errors"])) == (4, "memories", "cat", ["txt"])
    assert not Memory.objects.exists()


def test_loading_needs_the_scope_and_the_character(program: Program, persona: Persona) -> None:
    problem(load(program.may(Scope.READ), persona), 403)
    problem(load(program, make_persona(marker="Other ")), 404)
    problem(program.post("memory/seeds", {"persona": str(persona.pk)}), 400)
    assert load(program.may(Scope.MANAGE), persona).status_code == 200
