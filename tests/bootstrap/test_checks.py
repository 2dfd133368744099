"""`./run test`: the programs it needs, and how it runs the checks."""

import errno
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tests.bootstrap.checkouts import write_program

Program = Callable[[str, str], Path]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Writes a script into the only folder of PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def write(name: str, body: str) -> Path:
        write_program(tmp_path / name, body)
        return tmp_path / name

    return write


@pytest.fixture
def needs(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The list of needs, shortened to one program."""
    module = sys.modules["needs"]
    monkeypatch.setattr(module, "NEEDS", (module.Need(apt="redis-server", brew="redis", programs=("redis-server",)),))
    return module


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_no_package_tool_is_called_when_everything_is_there(
    needs: ModuleType, program: Program, tmp_path: Path
) -> None:
    program("redis-server", "")
    program("apt-get", f'echo called >"{tmp_path}/calls"')

    needs.require_programs(tmp_path)

    assert not (tmp_path / "calls").exists()


def test_debian_as_root_installs_after_fetching_the_lists_it_lacks(
    needs: ModuleType, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(needs, "is_root", lambda: True)
    program(
        "apt-get",
        f"""
        cd "{tmp_path}"
        case "$*" in
            *update*) : >lists ;;
            *) [ -e lists ] || exit 100
               echo "$*" >installed
               echo "#!/bin/sh" >redis-server && /bin/chmod +x redis-server ;;
        esac""",
    )

    needs.require_programs(tmp_path)

    assert (tmp_path / "installed").read_text().split()[-1] == "redis-server"


@pytest.mark.parametrize(
    ("tool", "way"),
    [
        ("apt-get", "sudo apt-get install redis-server"),
        ("brew", "brew install redis"),
        ("other", "package manager"),
    ],
)
def test_elsewhere_the_missing_is_named_with_the_way_to_get_it(
    needs: ModuleType, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: str, way: str
) -> None:
    monkeypatch.setattr(needs, "is_root", lambda: False)
    monkeypatch.setattr(sys.modules["environment"], "is_root", lambda: False)
    program(tool, "exit 1")

    with pytest.raises(sys.modules["terminal"].CannotStart) as refusal:
        needs.require_programs(tmp_path)

    assert "doesn't have: redis-server." in str(refusal.value)
    assert way in str(refusal.value)


def test_fonts_are_found_by_their_files(needs: ModuleType, tmp_path: Path) -> None:
    font = needs.Need(apt="font", brew="font", files=((str(tmp_path), "**/Noto*"),))
    before = font.is_met()

    (tmp_path / "truetype").mkdir()
    (tmp_path / "truetype" / "NotoColorEmoji.ttf").touch()

    assert (before, font.is_met()) == (False, True)


def test_javascript_packages_are_installed_once_per_lock(needs: ModuleType, program: Program, tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / "package-lock.json").write_text("{}")
    environment = sys.modules["environment"].Environment(tmp_path, tmp_path / ".venv")
    program("npm", f'echo "$1" >>"{tmp_path}/calls"')

    needs.prepare_node(environment)
    needs.prepare_node(environment)
    (tmp_path / "package-lock.json").write_text("{ }")
    needs.prepare_node(environment)

    assert (tmp_path / "calls").read_text().split() == ["ci", "ci"]


def test_every_step_runs_and_the_first_failure_is_the_exit_code(
    bootstrap: ModuleType, capfd: pytest.CaptureFixture[str]
) -> None:
    steps = {"a": python("exit(3)"), "b": python("exit(4)"), "c": python("print('1 passed in 0.1s')")}

    code = bootstrap.run_steps(steps)

    printed = capfd.readouterr().out
    assert code == 3
    assert "1 passed in 0.1s" in printed
    assert printed.endswith("Failed: a, b.\n1 passed, 2 failed\n")


def test_good_run_ends_with_the_last_steps_own_line(bootstrap: ModuleType, capfd: pytest.CaptureFixture[str]) -> None:
    steps = {"a": python("print('fine')"), "pytest": python("print('7 passed in 0.1s')")}

    code = bootstrap.run_steps(steps)

    printed = capfd.readouterr().out.splitlines()
    assert code == 0
    assert printed[-1] == "7 passed in 0.1s"
    assert printed.index("ok      a") < printed.index("== pytest")


def test_arguments_go_to_pytest_alone(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for step in ("require_programs", "prepare_node"):
        monkeypatch.setattr(bootstrap, step, lambda _argument: None)
    recorder = tmp_path / "python"
    write_program(recorder, f'echo "$@" >>"{tmp_path}/calls"; exit 5')
    environment = SimpleNamespace(python=str(recorder), prepare=lambda _name: None)

    code = bootstrap.test(environment, ["-k", "segmenter"])

    assert code == 5
    assert (tmp_path / "calls").read_text() == "-m pytest -k segmenter\n"


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (errno.ENOSPC, "The disk is full"),
        (errno.EDQUOT, "The disk is full"),
        (errno.EACCES, "/x can't be written to"),
        (errno.EROFS, "/x can't be written to"),
        (errno.EIO, "Setting up failed"),
    ],
)
def test_errors_of_the_system_become_a_sentence(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], code: int, sentence: str
) -> None:
    def fail(_environment: object, _arguments: object) -> int:
        raise OSError(code, "reason", "/x")

    monkeypatch.setattr(bootstrap, "studio", fail)

    exit_code = bootstrap.main([])

    printed = capfd.readouterr().err
    assert exit_code == 1
    assert printed.startswith(sentence)
    assert len(printed.splitlines()) == 1
