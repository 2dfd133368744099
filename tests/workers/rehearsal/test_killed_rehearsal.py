"""A real process, killed in the middle of a rehearsal: the next one goes on, and no answer is lost or doubled."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workers.rehearsal.killed import LINES

PROJECT = Path(__file__).parents[3]


def _run(when: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "REDIS"))}
    environment |= {"VTCONTROL_DATA_DIR": str(folder), "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-m", "tests.workers.rehearsal.killed", when]
    return subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=240, check=False
    )


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("waiting")
    prepared = _run("prepare", folder)
    assert prepared.returncode == 0, prepared.stderr
    return folder


@pytest.mark.parametrize("when", ["2", "-3"])
def test_a_killed_rehearsal_is_taken_up_where_it_was(when: str, waiting: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(waiting, folder)

    killed = _run(when, folder)
    again = _run("none", folder)

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout) == {"state": "done", "done": LINES, "deaths": 1, "steps": list(range(LINES))}
