"""The examples of docs/api.md, run as they stand against a fresh installation; and the commands the admin shows."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bench.stand import Stand, embedded
from streams.admin.commands import TOKEN, commands_of
from streams.models import Stream

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
BLOCKS = re.compile(r"^```(sh|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def stand() -> Iterator[tuple[Stand, dict[str, Any]]]:
    with embedded() as running:
        yield running, running.seed()["streams"][0]


def _blocks(language: str) -> list[str]:
    return [text for kind, text in BLOCKS.findall(GUIDE.read_text(encoding="utf-8")) if kind == language]


def _environment(stand: tuple[Stand, dict[str, Any]]) -> dict[str, str]:
    running, stream = stand
    return {"BASE": running.url, "STREAM": stream["id"], "TOKEN": stream["tokens"]["api"]}


def _run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    paths = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
    return subprocess.run(
        command, env=paths | environment, capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip


def test_the_shell_examples_do_what_they_say(stand: tuple[Stand, dict[str, Any]]) -> None:
    blocks = _blocks("sh")

    done = [_run(["bash", "-e", "-c", block.replace("curl -sS", "curl -sSf")], _environment(stand)) for block in blocks]

    assert len(blocks) >= 4
    assert [one.returncode for one in done] == [0] * len(blocks), [one.stderr for one in done]
    assert '"state":"waiting"' in done[0].stdout
    assert "event: snapshot" in done[-1].stdout


def test_the_python_examples_do_what_they_say(stand: tuple[Stand, dict[str, Any]]) -> None:
    given = "import os\nBASE, STREAM, TOKEN = (os.environ[name] for name in ('BASE', 'STREAM', 'TOKEN'))\n"
    blocks = _blocks("python")

    done = _run([sys.executable, "-c", given + "\n".join(blocks)], _environment(stand))

    assert len(blocks) >= 4
    assert done.returncode == 0, done.stderr
    assert "answered" in done.stdout
    assert "Is anybody there?" in done.stdout


def test_the_ready_commands_work_once_the_token_is_in_its_place(stand: tuple[Stand, dict[str, Any]]) -> None:
    environment = _environment(stand)
    commands = commands_of(environment["BASE"], Stream(pk=environment["STREAM"]))

    for command in commands:
        line = command.curl.replace(TOKEN, environment["TOKEN"]).replace("curl ", "curl -sSf -m 2 ", 1)
        done = _run(["bash", "-c", line], environment)
        assert done.returncode == (28 if command.id == "feed" else 0), (command.id, done.stderr)


def test_a_body_in_chunks_is_read_and_bounded(stand: tuple[Stand, dict[str, Any]]) -> None:
    environment = _environment(stand)

    def send(body: bytes) -> int:
        place = urlsplit(environment["BASE"])
        head = (
            f"POST /api/v1/streams/{environment['STREAM']}/events HTTP/1.1\r\nHost: {place.netloc}\r\n"
            f"Authorization: Bearer {environment['TOKEN']}\r\nContent-Type: application/json\r\n"
            "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        )
        with socket.create_connection((str(place.hostname), place.port or 80), timeout=10) as line:
            line.sendall(head.encode() + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
            return int(line.recv(4096).split()[1])

    assert send(b'{"text": "Hello in pieces!"}') == 202
    assert send(b'{"text": "' + b"x" * 100_000 + b'"}') == 413
