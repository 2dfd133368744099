"""An erased person is gone from PostgreSQL's own files: heap, indexes and TOAST."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from bench.stand import ROOT, Stand, postgres, scratch_folder
from tests.stands.erasing import MARK

pytestmark = pytest.mark.services


def _marks(data: Path) -> list[str]:
    """The tables' files the marker stands in, by number; the write-ahead log ages out by itself."""
    word = MARK.lower().encode()
    files = (file for file in (data / "base").rglob("*") if file.is_file())
    return [file.name for file in files if word in file.read_bytes().lower()]


def _tables(environment: dict[str, str]) -> str:
    """Which number is which table."""
    return _run(environment, "tables")


def _run(environment: dict[str, str], word: str) -> str:
    command = [sys.executable, "-m", "tests.stands.erasing", word]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_nothing_of_an_erased_person_is_left_in_the_tables_files() -> None:
    with scratch_folder() as folder, postgres(folder) as (_server, url):
        environment = {
            "DATABASE_URL": url,
            "REDIS_URL": "",
            "VTCONTROL_DATA_DIR": str(folder / "data"),
            "VTCONTROL_SECRET_KEY": "stand-" * 10,
            "VTCONTROL_ENCRYPTION_KEYS": "Y29kZS1vZi10aGUtYmVuY2gtMzItYnl0ZXMtbG9uZyE=",
            "PYTHONWARNINGS": "ignore",
        }
        Stand("", environment, folder).manage("migrate", "--no-input")
        _run(environment, "live")
        with psycopg.connect(url, autocommit=True) as planner:
            planner.execute("ANALYZE")  # as autovacuum does by itself, sooner or later
        assert len(_marks(folder / "postgres")) > 3

        _run(environment, "erase")

        assert _marks(folder / "postgres") == [], _tables(environment)
