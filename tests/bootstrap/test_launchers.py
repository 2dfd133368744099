"""The launchers of other systems beside `./run`, as far as this one can try them; and what `./run` says in Russian."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bootstrap.checkouts import ROOT, Checkout, arguments_of_studio

BATCH = ROOT / "run.cmd"
SHELLS = [shell for shell in ("sh", "dash", "bash", "zsh") if shutil.which(shell)]
RUSSIAN = {"LC_ALL": "", "LANG": "ru_RU.UTF-8", "PYTHONIOENCODING": "utf-8"}


def test_the_batch_file_is_plain_ascii_with_the_line_ends_of_windows() -> None:
    raw = BATCH.read_bytes()

    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n") > 30
    assert "run.cmd: eol: crlf" in subprocess.check_output(["git", "check-attr", "eol", "run.cmd"], cwd=ROOT, text=True)


def test_the_batch_file_goes_only_where_there_is_a_place() -> None:
    text = BATCH.read_text()

    labels = set(re.findall(r"^:(\w+)", text, re.MULTILINE))
    assert set(re.findall(r"goto (\w+)", text)) <= labels
    assert text.count("(\n") <= len(re.findall(r"^\s*\)$", text, re.MULTILINE))


def test_the_batch_file_starts_what_run_starts_and_quotes_every_path() -> None:
    text = BATCH.read_text()

    assert text.count(r'"%VT_ROOT%deploy\bootstrap.py" %*') == 2
    assert not re.search(r'(?<!")%VT_(?:ROOT|OWN)%(?!deploy|\.venv|\\Scripts|")', text.replace("set ", ""))
    assert all(version in text for version in ("3.13", "3.12", "3.11"))
    test = re.search(r'set "VT_TEST=(.*)"', text)
    assert test is not None
    assert subprocess.run([sys.executable, "-c", test[1]], check=False).returncode == 0


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", ["run", "run.command"])
def test_every_shell_can_read_the_launchers(shell: str, name: str) -> None:
    assert subprocess.run([shell, "-n", str(ROOT / name)], check=False).returncode == 0


def test_both_unix_launchers_may_be_run() -> None:
    assert all(os.access(ROOT / name, os.X_OK) for name in ("run", "run.command"))


@pytest.mark.parametrize("shell", SHELLS)
def test_a_double_click_starts_from_a_folder_with_spaces_and_letters_of_any_kind(shell: str, tmp_path: Path) -> None:
    below = tmp_path / "Мои стримы (2)"
    below.mkdir()
    checkout = Checkout.below(below)
    shutil.copy(ROOT / "run.command", checkout.folder)

    done = subprocess.run(
        [shutil.which(shell) or shell, str(checkout.folder / "run.command"), "--port", "8123"],
        cwd="/", env=checkout.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert arguments_of_studio(done) == ["studio", "--port", "8123"]


def test_every_sentence_has_a_russian_one_with_the_same_places() -> None:
    words = _words()
    spoken = {text for path in (ROOT / "deploy").glob("*.py") for text in _sentences(path)}

    assert spoken <= words.keys()
    for english, russian in words.items():
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", russian)), english
        assert re.search("[а-яё]", russian), english


def _words() -> dict[str, str]:
    tree = ast.parse((ROOT / "deploy" / "words.py").read_text())
    table = next(
        node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "RUSSIAN"
    )
    found: dict[str, str] = ast.literal_eval(table)
    return found


def _sentences(path: Path) -> set[str]:
    """Return what `said` is called with: texts, and names of texts of the module."""
    tree = ast.parse(path.read_text())
    named = {
        ast.unparse(node.targets[0]): node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "said"]
    first = [call.args[0] for call in calls]
    return {one.value if isinstance(one, ast.Constant) else named[ast.unparse(one)] for one in first}


def test_a_russian_reader_is_told_in_russian(checkout: Checkout) -> None:
    (checkout.folder / "elsewhere").mkdir()
    (checkout.folder / "elsewhere" / "diary.txt").touch()

    done = checkout.run(VTCONTROL_VENV=str(checkout.folder / "elsewhere"), **RUSSIAN)
    helped = checkout.run("--help", **RUSSIAN)

    assert "лежит другое" in done.stderr
    assert "порт админки" in helped.stdout


def test_a_terminal_that_cannot_show_russian_gets_english(checkout: Checkout) -> None:
    helped = checkout.run("--help", **{**RUSSIAN, "PYTHONIOENCODING": "ascii"})

    assert "the port of the admin" in helped.stdout


def test_without_any_python_a_russian_reader_is_told_so(checkout: Checkout) -> None:
    checkout.add_program("python3", "exit 1")

    done = checkout.run(**RUSSIAN)

    assert done.returncode == 1
    assert "нужен Python" in done.stderr
