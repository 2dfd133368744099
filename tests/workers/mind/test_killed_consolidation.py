"""A real process, killed at each step of a consolidation: nothing is lost and nothing doubled."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.workers.mind.killed import STEPS

PROJECT = Path(__file__).parents[3]
DEATHS = [f"{when} {step}" for step in STEPS for when in ("before", "after")] + ["within apply_run"]
LEFT = [
    ["Bo lives in Lisbon", False],
    ["Bo lives in Porto", True],
    ["Bo loves synthwave", True],
    ["Bo's cat is called Biscuit", True],
]


def _run(step: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "REDIS"))}
    environment |= {"VTCONTROL_DATA_DIR": str(folder), "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-m", "tests.workers.mind.killed", step]
    return subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def _left(answer: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    assert answer.returncode == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("said")
    _left(_run("prepare", folder))
    return folder


@pytest.mark.parametrize("death", DEATHS)
def test_a_killed_consolidation_loses_and_doubles_nothing(death: str, said: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(said, folder)

    killed = _run(death, folder)

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert _left(_run("none", folder)) == {"facts": LEFT, "evidence": 5}
