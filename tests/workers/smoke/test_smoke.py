"""`manage.py smoke` against a real studio, and against everything that is none."""

import asyncio
import json
import socket
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.workers.smoke import studios
from tests.workers.smoke.studios import RunningStudio
from workers.embedded.folder import read_address
from workers.smoke.audition import Door, audition
from workers.smoke.failing import SmokeFailed
from workers.smoke.report import Report

KEYS = {"ok", "text", "emotion", "first_audio_ms", "audio_ms", "visemes", "gaps", "stages"}
WRONG = "vtc_api_this-is-not-a-token"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    folder = tmp_path_factory.mktemp("studio")
    process = studios.start(folder, tmp_path_factory.mktemp("log") / "errors.txt")
    try:
        one, everything, second = studios.prepare(folder)
        yield RunningStudio(folder, read_address(folder), one, everything, second)
    finally:
        studios.stop(process)


@pytest.fixture
def silent_server() -> Iterator[str]:
    """A server that takes every call and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def nobody() -> str:
    """An address where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def failing(*arguments: str) -> tuple[str, dict[str, Any]]:
    """Run the command in this process; return why it failed and the JSON it printed."""
    printed = StringIO()
    with pytest.raises(CommandError) as failure:
        call_command("smoke", *arguments, "--json", stdout=printed)
    return str(failure.value), json.loads(printed.getvalue())


def listen(door: Door, **options: Any) -> Report:
    return asyncio.run(audition(door, **options))


def test_operator_hears_the_character_of_a_data_folder(running: RunningStudio, tmp_path: Path) -> None:
    done = studios.smoke(tmp_path, "--data-dir", str(running.folder), "--json")

    report = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert set(report) == KEYS
    assert report["ok"] is True
    assert len(report["text"]) > 5
    assert report["emotion"]
    assert report["first_audio_ms"] > 0
    assert report["audio_ms"] > 500
    assert report["visemes"] > 3
    assert {"claimed", "first_token", "tts_first_byte", "first_audio", "heard"} <= set(report["stages"])


def test_operator_reads_it_in_words_and_never_sees_a_token(running: RunningStudio, tmp_path: Path) -> None:
    done = studios.smoke(tmp_path, "--data-dir", str(running.folder), "--text", "Thank you!")

    assert done.returncode == 0, done.stderr
    assert "The character was heard." in done.stdout
    assert "vtc_" not in done.stdout + done.stderr


def test_api_token_listens_as_a_preview(running: RunningStudio) -> None:
    token = running.one_stream_token

    report = listen(Door(running.url, token, token), text="Thanks!")

    assert report.ok, report.reason
    assert report.audio_ms > 200


def test_token_of_all_streams_names_the_one_it_means(running: RunningStudio) -> None:
    token = running.all_streams_token

    report = listen(Door(running.url, token, token, running.second_stream), text="Спасибо!")

    assert report.ok, report.reason
    assert any("а" <= letter <= "я" for letter in report.text.lower())


def test_token_of_all_streams_alone_says_what_is_missing(running: RunningStudio) -> None:
    reason, report = failing("--url", running.url, "--token", running.all_streams_token)

    assert "--stream" in reason
    assert report == {**Report().as_json(), "reason": reason}


def test_stream_of_nobody_is_refused(running: RunningStudio) -> None:
    door = Door(running.url, running.all_streams_token, running.all_streams_token, running.second_stream[::-1])

    with pytest.raises(SmokeFailed):
        listen(door)


def test_wrong_token_is_refused_and_not_printed(running: RunningStudio) -> None:
    reason, report = failing("--url", running.url, "--token", WRONG)

    assert "refused the token" in reason
    assert report["ok"] is False
    assert WRONG not in json.dumps(report) + reason


def test_line_that_moderation_drops_is_not_heard(running: RunningStudio) -> None:
    token = running.one_stream_token

    report = listen(Door(running.url, token, token), text="buy followers now")

    assert not report.ok
    assert "moderated" in report.reason


def test_nothing_listening_is_said(nobody: str) -> None:
    reason, report = failing("--url", nobody, "--token", WRONG)

    assert "Nothing answers" in reason
    assert report["ok"] is False


def test_silent_server_is_given_up(silent_server: str) -> None:
    reason, _report = failing("--url", silent_server, "--token", WRONG, "--timeout", "0.4")

    assert "does not answer" in reason


def test_folder_without_an_installation_is_said(tmp_path: Path) -> None:
    reason, _report = failing("--data-dir", str(tmp_path / "nothing"))

    assert "no installation" in reason
    assert not (tmp_path / "nothing").exists()


def test_links_of_other_keys_are_said(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "links.sealed").write_text("sealed with keys that are gone")

    reason, _report = failing("--data-dir", str(tmp_path))

    assert "cannot be read" in reason


@pytest.mark.parametrize("url", ["ftp://localhost", "localhost:8700", "http://"])
def test_odd_address_is_said(url: str) -> None:
    reason, _report = failing("--url", url, "--token", WRONG)

    assert "no address" in reason


def test_door_hides_its_tokens() -> None:
    assert WRONG not in repr(Door("http://localhost:8700", WRONG, WRONG))
