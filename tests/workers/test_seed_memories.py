"""`manage.py seed_memories`, with the example of docs/memory.md."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from memory.models import Lore, Memory
from streams.models import Stream
from vtcontrol.tenancy.scope import studio_scope

PAGE = Path(__file__).resolve().parents[2] / "docs" / "memory.md"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The page's example."""
    (example,) = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    path = tmp_path / "seeds.yaml"
    path.write_text(example, encoding="utf-8")
    return path


def seed(*arguments: str) -> tuple[str, str]:
    out = StringIO()
    try:
        call_command("seed_memories", *arguments, stdout=out)
    except CommandError as failed:
        return out.getvalue(), str(failed)
    return out.getvalue(), ""


def counts(stream: Stream) -> tuple[int, int]:
    with studio_scope(stream.studio_id):
        return Memory.objects.count(), Lore.objects.count()


def report_of(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(seed(*arguments, "--json")[0])
    return found


def test_the_example_of_the_page_is_loaded_once(stream: Stream, file: Path) -> None:
    dry = report_of(str(file), "--persona", stream.persona.name, "--dry-run")
    assert (dry["ok"], dry["added"], counts(stream)) == (True, 4, (0, 0))

    done, again = report_of(str(file)), report_of(str(file))

    assert (done["added"], again["unchanged"], counts(stream)) == (4, 4, (2, 2))
    with studio_scope(stream.studio_id):
        assert Memory.objects.get(kind="objectives").is_pinned
        assert Lore.objects.get(is_constant=False).keys == "Lantern Lane, the lane"


def test_each_entry_is_a_line(stream: Stream, file: Path) -> None:
    told, reason = seed(str(file))

    assert reason == ""
    assert told.splitlines()[0] == "4: memories cat: added"


def test_a_mistake_is_named_by_its_line_and_fails(stream: Stream, file: Path) -> None:
    file.write_text(file.read_text().replace("importance: 0.8", "importance: 8"))

    told, reason = seed(str(file))

    assert told.startswith("Line 4: memories cat: importance: ")
    assert reason == "Nothing was loaded."
    assert not report_of(str(file))["ok"]
    assert counts(stream) == (0, 0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--persona", "Nobody"), "There is no such character."),
        (("--studio", "nowhere"), "There is no such studio."),
    ],
)
def test_who_is_not_there_is_said(stream: Stream, file: Path, arguments: tuple[str, ...], words: str) -> None:
    assert seed(str(file), *arguments) == ("", words)


def test_a_file_that_is_not_there_is_said(stream: Stream) -> None:
    assert "no-such-file" in seed("no-such-file.yaml")[1]
    assert not report_of("no-such-file.yaml")["ok"]
