"""The floors: import-linter passes, and its configuration catches what it is there to catch."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, PROJECT

LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"


def _lint(project: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LINT]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def test_imports_point_down_only() -> None:
    done = _lint(PROJECT)

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The six packages and their configuration, to be broken."""
    project = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        shutil.copytree(PROJECT / package, project / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", project)
    return project


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("personas/models/engines.py", "import streams.models", "Floors"),
        ("memory/models/memories.py", "import relationships.models", "Floors"),
        ("vtcontrol/tenancy/tokens.py", "import personas.models", "Floors"),
        ("streams/models/turns.py", "import workers.apps", "Floors"),
        ("workers/apps.py", "import vtcontrol.celery", "Floors"),
        ("workers/turn/tags.py", "import django.utils.timezone", "Pure rooms"),
        ("vtcontrol/kernel/events.py", "import redis", "Pure rooms"),
        ("personas/domain/prompt.py", "import personas.models", "Pure rooms"),
        ("workers/turn/segmenter.py", "import openai", "Vendors"),
        ("streams/services/__init__.py", "import httpx2", "Vendors"),
        ("streams/selectors/state.py", "import streams.services.control", "Inside an app"),
        ("streams/services/control.py", "import streams.consumers.base", "Inside an app"),
        ("personas/models/engines.py", "import personas.services", "Inside an app"),
        ("memory/selectors/recall.py", "import memory.services", "Inside an app"),
        ("relationships/domain/scoring.py", "import relationships.models", "Inside an app"),
    ],
)
def test_a_planted_import_breaks_its_contract(module: str, line: str, contract: str, copy: Path) -> None:
    file = copy / module
    whole = file.read_text()
    file.write_text(f"{line}\n{whole}")
    try:
        done = _lint(copy)
    finally:
        file.write_text(whole)

    broken = [row for row in done.stdout.splitlines() if row.strip().endswith("BROKEN")]
    assert done.returncode != 0
    assert any(contract in row for row in broken), done.stdout[-2000:] + done.stderr[-2000:]
