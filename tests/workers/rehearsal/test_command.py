"""`manage.py rehearse`: one JSON object, and an exit code that says whether every check passed."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from personas.models import Persona
from personas.selectors import content_of
from streams.models import RehearsalRun, RehearsalState, Stream
from tests.factories import streams
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

HELLO = 'format: vtcontrol.scenarios\nversion: 1\nscenarios:\n  - name: Hello\n    script: "Mia: Hi there!"\n'


def _rehearse(*arguments: str) -> tuple[dict[str, Any], str]:
    out = StringIO()
    try:
        call_command("rehearse", "--json", *arguments, stdout=out)
        reason = ""
    except CommandError as failed:
        reason = str(failed)
    return json.loads(out.getvalue()), reason


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "scenarios.yaml"
    path.write_text(HELLO)
    return path


def test_a_file_is_rehearsed_and_all_is_well(stream: Stream, file: Path) -> None:
    report, reason = _rehearse("--scenarios", str(file))

    assert (report["ok"], reason, report["state"], report["given"]) == (True, "", "done", 1)
    assert report["answers"][0]["scenario"] == "Hello"
    assert all(check["ok"] for check in report["answers"][0]["checks"])
    assert report["sides"][0]["label"] == "On air"


def test_a_check_that_fails_is_the_exit_code(stream: Stream, file: Path) -> None:
    file.write_text(HELLO + "    expect: {must_say_any: [xylophone]}\n")

    report, reason = _rehearse("--scenarios", str(file))

    assert (report["ok"], reason) == (False, "Checks failed: 1.")


def test_a_revision_stands_against_what_is_published(stream: Stream, studio: Studio, file: Path) -> None:
    with studio_scope(studio.pk):
        persona = Persona.objects.get()
        persona.revisions.create(number=7, content=content_of(persona), digest="d" * 64, studio=studio)

    report, _reason = _rehearse("--draft", "7", "--against", "published", "--scenarios", str(file))

    assert [(one["side"], one["label"]) for one in report["sides"]] == [("against", "On air"), ("tried", "№ 7")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--studio", "nowhere"), "There is no such studio."),
        (("--persona", "Nobody"), "There is no such character."),
        (("--stream", "Nowhere"), "The character has no such stream"),
        (("--revision", "99"), "There is no revision № 99."),
        (("--against", "yesterday"), "Compare with “published” or with a number."),
        (("--broadcast", "x"), "There is no such broadcast."),
        (("--scenarios", "/nowhere/scenarios.yaml"), "No such file"),
    ],
)
def test_what_is_not_there_is_told(stream: Stream, arguments: tuple[str, ...], words: str) -> None:
    report, reason = _rehearse(*arguments)

    assert not report["ok"]
    assert words in reason
    assert words in report["reason"]


def test_a_file_with_mistakes_names_them(stream: Stream, file: Path) -> None:
    file.write_text(HELLO.replace("Mia: Hi there!", "nobody"))

    _report, reason = _rehearse("--scenarios", str(file))

    assert "Scenario 1: Line 1: Who says it?" in reason


def test_while_another_one_runs_it_does_not_wait_in_line(stream: Stream, studio: Studio, file: Path) -> None:
    with studio_scope(studio.pk):
        streams.make_rehearsal(stream, state=RehearsalState.RUNNING, worker="somebody")

    report, reason = _rehearse("--scenarios", str(file))

    assert "Another rehearsal" in reason
    assert not report["ok"]
    with studio_scope(studio.pk):
        assert RehearsalRun.objects.filter(state=RehearsalState.CANCELLED).count() == 1


def test_people_read_what_failed_and_where(stream: Stream, file: Path) -> None:
    file.write_text(HELLO + "    expect: {sentences_most: 1, characters_most: 1}\n")
    out = StringIO()

    with pytest.raises(CommandError):
        call_command("rehearse", "--scenarios", str(file), stdout=out)

    assert "Hello · Mia: Hi there!" in out.getvalue()
    assert "✗ Too long" in out.getvalue()
