"""Environment variables: typed, and a wrong one is a sentence in a system check, never a traceback."""

import json
import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from hypothesis import strategies as st
from pytest_django import Settings

from vtcontrol.environment import Environment, default_data_dir, embedded_keys
from vtcontrol.tenancy.checks import require_sound_environment

PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("yes", True),
        ("TRUE", True),
        ("1", True),
        ("on", True),
        ("no", False),
        ("0", False),
        (" Off ", False),
    ],
)
def test_flags_take_the_usual_words(word: str, value: bool) -> None:
    env = Environment({"FLAG": word})

    assert env.flag("FLAG", default=not value) is value
    assert Environment({}).flag("FLAG", default=value) is value
    assert env.findings == []


def test_a_flag_that_is_none_keeps_the_default_and_is_found() -> None:
    env = Environment({"FLAG": "perhaps"})

    assert env.flag("FLAG", default=False) is False
    assert env.findings == ["FLAG must be yes or no, not 'perhaps'."]


def test_a_folder_in_an_unknown_home_is_found() -> None:
    env = Environment({"FOLDER": "~nobody-at-all/x", "OTHER": "~/x"})

    assert env.folder("FOLDER", Path("/usual")) is None
    assert env.folder("OTHER", Path("/usual")) == Path.home() / "x"
    assert env.folder("UNSET", Path("/usual")) == Path("/usual")
    assert len(env.findings) == 1
    assert "FOLDER names a folder in the home of somebody" in env.findings[0]


def _manage(home: Path, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    environment = {key: value for key, value in os.environ.items() if key != "VTCONTROL_DATA_DIR"}
    return subprocess.run(
        [sys.executable, str(PROJECT / "manage.py"), *words],
        env={**environment, "HOME": str(home), "XDG_DATA_HOME": str(home / "usual"), **more},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_an_unknown_home_is_one_sentence_of_the_system_check_and_makes_no_keys_elsewhere(tmp_path: Path) -> None:
    done = _manage(tmp_path, "studio", "--no-input", VTCONTROL_DATA_DIR="~nobody-at-all/x")

    assert done.returncode == 1
    assert "CommandError: VTCONTROL_DATA_DIR names a folder in the home of somebody" in done.stderr
    assert "Traceback" not in done.stderr
    assert "VTCONTROL_SECRET_KEY" not in done.stderr
    assert list(tmp_path.rglob("keys.json")) == []


@pytest.mark.parametrize("option", [("--data-dir", "{here}/chosen"), ("--data-dir={here}/chosen",)])
def test_a_folder_given_to_a_command_leaves_the_usual_one_alone(option: tuple[str, ...], tmp_path: Path) -> None:
    words = [word.format(here=tmp_path) for word in option]

    _manage(tmp_path, "smoke", *words)

    assert not (tmp_path / "usual").exists()


@pytest.mark.parametrize("word", ["--5", "5.0", "five", "²", "1_000", "0", "201", "9" * 5000, "-1"])
def test_a_number_that_is_none_or_out_of_bounds_keeps_the_default_and_is_found(word: str) -> None:
    env = Environment({"NUMBER": word})

    assert env.number("NUMBER", 12, least=1, most=200) == 12
    assert len(env.findings) == 1
    assert "1 to 200" in env.findings[0]


def test_numbers_choices_and_names_are_read() -> None:
    env = Environment({"NUMBER": " 7 ", "CHOICE": "ru", "NAMES": "a, b,,c ", "EMPTY": " "})

    assert env.number("NUMBER", 12, least=1, most=200) == 7
    assert env.choice("CHOICE", "en", ("en", "ru")) == "ru"
    assert env.names("NAMES") == ["a", "b", "c"]
    assert env.names("EMPTY", ("x",)) == ["x"]
    assert env.text("EMPTY", "default") == "default"
    assert env.findings == []


def test_an_unknown_choice_is_found() -> None:
    env = Environment({"CHOICE": "tlh"})

    assert env.choice("CHOICE", "en", ("en", "ru")) == "en"
    assert env.findings == ["CHOICE must be one of en, ru, not 'tlh'."]


@pytest.mark.parametrize("word", ["Mars/Olympus", "../../etc/passwd", "/etc/passwd", "", " "])
def test_a_time_zone_is_utc_unless_it_is_one(word: str) -> None:
    assert Environment({"ZONE": word}).time_zone("ZONE") == "UTC"
    assert Environment({"ZONE": "Europe/Berlin"}).time_zone("ZONE") == "Europe/Berlin"


@pytest.mark.parametrize("word", ["cache:6379", "http://cache", "redis://", "redis:/cache"])
def test_an_address_of_another_kind_is_found_and_still_counts_as_given(word: str) -> None:
    env = Environment({"URL": word})

    assert env.url("URL", ("redis", "rediss")) == word
    assert env.findings == ["URL must be an address that begins with redis:// or rediss://."]
    assert Environment({}).url("URL", ("redis",)) == ""


@hypothesis.given(st.text(max_size=30))
def test_no_value_makes_reading_fail(word: str) -> None:
    env = Environment({"X": word})

    env.flag("X", default=True)
    env.number("X", 5, least=1, most=9)
    env.choice("X", "a", ("a", "b"))
    env.names("X")
    env.time_zone("X")
    env.url("X", ("http",))


def test_embedded_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    data_dir = tmp_path / "new" / "folder"

    signing, encryption = embedded_keys(data_dir)

    assert embedded_keys(data_dir) == (signing, encryption)
    assert len(signing) >= 50
    Fernet(encryption)
    assert (data_dir / "keys.json").stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in data_dir.iterdir()] == ["keys.json"]


def test_processes_that_start_at_once_agree_on_the_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _number: embedded_keys(tmp_path), range(32)))

    assert len(found) == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["keys.json"]


def test_what_a_killed_start_left_behind_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / f"keys.{os.getpid()}").write_text("{")

    embedded_keys(tmp_path)


def test_keys_are_made_on_a_file_system_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_paths: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)

    assert embedded_keys(tmp_path) == embedded_keys(tmp_path)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", "{}", '{"signing": "x"}', '{"signing": "", "encryption": "x"}']
)
def test_a_broken_key_file_is_an_error_and_is_not_overwritten(content: str, tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(content)

    with pytest.raises(ValueError, match=r".+"):
        embedded_keys(tmp_path)

    assert (tmp_path / "keys.json").read_text() == content


def test_the_default_data_folder_is_the_users_and_never_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere/data")
    if sys.platform == "linux":
        assert default_data_dir() == Path("/somewhere/data/vtcontrol")
    assert PROJECT not in default_data_dir().parents


def test_an_account_without_a_home_gets_a_folder_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", homeless)

    assert default_data_dir().is_absolute()


def test_findings_become_system_checks_and_stop_servers(settings: Settings) -> None:
    settings.ENVIRONMENT_FINDINGS = ["VTCONTROL_DEBUG must be yes or no, not 'perhaps'."]

    errors = [error for error in run_checks() if error.id == "vtcontrol.E001"]

    assert [error.msg for error in errors] == settings.ENVIRONMENT_FINDINGS
    with pytest.raises(ImproperlyConfigured, match="VTCONTROL_DEBUG"):
        require_sound_environment()


def test_a_key_that_is_none_is_found_without_being_shown(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), "not-a-fernet-key"]

    with pytest.raises(ImproperlyConfigured, match="Key 2 of VTCONTROL_ENCRYPTION_KEYS") as refused:
        require_sound_environment()

    assert "not-a-fernet-key" not in str(refused.value)


def test_a_sound_environment_stops_nobody() -> None:
    require_sound_environment()


WRONG = {
    "VTCONTROL_DEBUG": "perhaps",
    "VTCONTROL_ALLOW_PRIVATE_URLS": "perhaps",
    "VTCONTROL_BEHIND_TLS": "perhaps",
    "VTCONTROL_LIVE_RUNNERS": "many",
    "VTCONTROL_LANGUAGE": "tlh",
    "VTCONTROL_LOG_LEVEL": "LOUD",
    "VTCONTROL_TIME_ZONE": "Mars/Olympus",
    "VTCONTROL_PUBLIC_URL": "show.example.com",
    "VTCONTROL_DATA_DIR": "/dev/null/nowhere",
    "DATABASE_URL": "not a url",
    "REDIS_URL": "not a url",
}


@pytest.fixture
def read_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Run the settings under other variables, without touching those in use."""

    def read(**variables: str) -> dict[str, Any]:
        monkeypatch.setattr(os, "environ", {"VTCONTROL_DATA_DIR": str(tmp_path), **variables})
        return runpy.run_path(str(PROJECT / "vtcontrol" / "settings.py"))

    return read


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_variable_is_named_in_a_sentence(name: str, read_settings: Callable[..., dict[str, Any]]) -> None:
    keys = {"VTCONTROL_SECRET_KEY": "s" * 50, "VTCONTROL_ENCRYPTION_KEYS": "k"}
    given = {name: WRONG[name]} | (keys if name in {"DATABASE_URL", "REDIS_URL"} else {})

    findings = read_settings(**given)["ENVIRONMENT_FINDINGS"]

    assert findings
    assert name in findings[0] or WRONG[name] in findings[0]


def test_production_without_keys_says_which_are_missing(
    read_settings: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    findings = read_settings(REDIS_URL="redis://127.0.0.1:1/0")["ENVIRONMENT_FINDINGS"]

    assert "VTCONTROL_SECRET_KEY" in findings[0]
    assert "VTCONTROL_ENCRYPTION_KEYS" in findings[1]
    assert not (tmp_path / "keys.json").exists()


def test_an_empty_environment_is_the_embedded_topology(
    read_settings: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    read = read_settings()

    assert read["ENVIRONMENT_FINDINGS"] == []
    assert read["IS_EMBEDDED"]
    assert read["ALLOW_PRIVATE_URLS"]
    assert read["DATABASES"]["default"]["NAME"] == str(tmp_path / "vtcontrol.sqlite3")
    assert set(json.loads((tmp_path / "keys.json").read_text())) == {"signing", "encryption"}


def test_a_database_and_redis_make_the_production_topology(read_settings: Callable[..., dict[str, Any]]) -> None:
    read = read_settings(DATABASE_URL="postgresql://u:p@db/vtcontrol", REDIS_URL="redis://cache:6379/0")

    assert not read["IS_EMBEDDED"]
    assert not read["ALLOW_PRIVATE_URLS"]
    assert read["DATABASES"]["default"]["ENGINE"] == "django.db.backends.postgresql"
    assert read["CELERY_BROKER_URL"] == "redis://cache:6379/0"


def test_manage_py_says_what_is_wrong_without_a_traceback(tmp_path: Path) -> None:
    surroundings = {
        "PATH": os.environ["PATH"],
        "VTCONTROL_DATA_DIR": str(tmp_path),
        "VTCONTROL_DEBUG": "perhaps",
        "VTCONTROL_TIME_ZONE": "Mars/Olympus",
    }
    command = [sys.executable, "manage.py", "check"]

    done = subprocess.run(command, cwd=PROJECT, env=surroundings, capture_output=True, text=True, check=False)

    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "VTCONTROL_DEBUG must be yes or no" in done.stderr
    assert "Mars/Olympus" in done.stderr
