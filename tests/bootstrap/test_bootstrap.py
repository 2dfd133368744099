"""`./run` before the project itself runs: the environment it makes, and what it says when it can't."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bootstrap.checkouts import ROOT, Checkout, arguments_of_studio, finish

REFUSES_EVERYTHING = 'case "$2" in *print*) echo "only Python 3.8" ;; *) exit 1 ;; esac'


def gate_port(gate: socket.socket) -> str:
    return str(gate.getsockname()[1])


def test_first_start_makes_an_environment_and_starts_the_studio(checkout: Checkout) -> None:
    done = checkout.run("--port", "8123", "--no-input")

    assert done.returncode == 0, done.stderr
    assert arguments_of_studio(done) == ["studio", "--port", "8123", "--no-input"]
    assert checkout.asked() == ["venv", "pip base.txt"]


def test_second_start_installs_nothing_and_says_nothing(checkout: Checkout) -> None:
    checkout.run()

    done = checkout.run()

    assert arguments_of_studio(done) == ["studio"]
    assert done.stderr == ""
    assert checkout.asked() == ["venv", "pip base.txt"]


def test_changed_requirements_are_installed_into_the_same_environment(checkout: Checkout) -> None:
    checkout.run()
    checkout.pin("base", "one==2")

    checkout.run()

    assert checkout.asked() == ["venv", "pip base.txt", "pip base.txt"]


def test_what_the_tests_need_covers_what_a_start_needs(checkout: Checkout) -> None:
    (checkout.folder / "bench").mkdir()
    (checkout.folder / "bench" / "__main__.py").write_text("import sys; print(*sys.argv[1:])")

    done = checkout.run("bench", "turn", "--json")
    checkout.run()

    assert done.stdout == "turn --json\n"
    assert checkout.asked() == ["venv", "pip test.txt"]


def test_half_made_environment_is_rebuilt(checkout: Checkout) -> None:
    failed = checkout.run(FAKE_PIP_ERROR="ERROR: the wheel is broken")
    (checkout.venv / "half-made").touch()

    done = checkout.run()

    assert failed.returncode == 1
    assert done.returncode == 0
    assert not (checkout.venv / "half-made").exists()
    assert checkout.asked() == ["venv", "pip base.txt", "venv", "pip base.txt"]


def test_environment_that_lost_a_package_is_rebuilt(checkout: Checkout) -> None:
    checkout.run()
    stamp = checkout.venv / "vtcontrol.json"
    stamp.write_text(stamp.read_text().replace('"packages": []', '"packages": ["django-5.dist-info"]'))

    checkout.run()

    assert checkout.asked().count("venv") == 2


def test_moved_checkout_gets_a_new_environment(checkout: Checkout, tmp_path: Path) -> None:
    checkout.run()
    moved = Checkout(checkout.folder.rename(tmp_path / "elsewhere"), checkout.programs, checkout.stand_ins)

    done = moved.run()

    assert done.returncode == 0
    assert moved.asked().count("venv") == 2


def test_environment_may_be_elsewhere(checkout: Checkout, tmp_path: Path) -> None:
    done = checkout.run(VTCONTROL_VENV=str(tmp_path / "mine"))

    assert done.returncode == 0
    assert (tmp_path / "mine" / "vtcontrol.json").exists()
    assert not checkout.venv.exists()


@pytest.mark.parametrize("name", ["thesis.txt", "pyvenv.cfg"])
def test_folder_with_other_things_is_never_cleared(name: str, checkout: Checkout, tmp_path: Path) -> None:
    precious = tmp_path / "mine" / name
    precious.parent.mkdir()
    precious.write_text("years of work")

    done = checkout.run(VTCONTROL_VENV=str(precious.parent))

    assert done.returncode == 1
    assert "holds other things" in done.stderr
    assert precious.read_text() == "years of work"


def test_two_first_starts_wait_for_each_other(checkout: Checkout, gate: socket.socket) -> None:
    first = checkout.start(FAKE_PIP_GATE=gate_port(gate))
    installing, _ = gate.accept()
    second = checkout.start()

    said = second.stderr.readline() if second.stderr else ""
    installing.close()
    codes = [finish(first).returncode, finish(second).returncode]

    assert "waiting" in said
    assert codes == [0, 0]
    assert checkout.asked() == ["venv", "pip base.txt"]


def test_start_after_a_kill_waits_for_the_orphaned_install(checkout: Checkout, gate: socket.socket) -> None:
    first = checkout.start(FAKE_PIP_GATE=gate_port(gate))
    installing, _ = gate.accept()
    first.kill()
    finish(first)
    second = checkout.start()

    said = second.stderr.readline() if second.stderr else ""
    installing.close()
    done = finish(second)

    assert "waiting" in said
    assert done.returncode == 0
    assert checkout.asked() == ["venv", "pip base.txt", "venv", "pip base.txt"]


def test_ctrl_c_while_installing_stops_with_a_word(checkout: Checkout, gate: socket.socket) -> None:
    start = checkout.start(FAKE_PIP_GATE=gate_port(gate))
    installing, _ = gate.accept()

    start.send_signal(signal.SIGINT)
    done = finish(start)
    with installing:
        last_of_pip = installing.recv(1)

    assert done.returncode == 130
    assert done.stderr.endswith("Stopped.\n")
    assert last_of_pip == b""


@pytest.mark.parametrize(
    ("pip_says", "sentence"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "The disk is full"),
        ("NewConnectionError: Failed to establish a new connection", "check the network"),
        ("ERROR: Hash mismatch", "Setting up failed in pip"),
    ],
)
def test_failed_install_is_explained(checkout: Checkout, pip_says: str, sentence: str) -> None:
    done = checkout.run(FAKE_PIP_ERROR=pip_says)

    assert done.returncode == 1
    assert sentence in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_unknown_failure_shows_what_pip_said_last(checkout: Checkout) -> None:
    done = checkout.run(FAKE_PIP_ERROR="Collecting one==1\nERROR: Hash mismatch")

    assert "  ERROR: Hash mismatch\n" in done.stderr
    assert "Collecting" not in done.stderr


def test_unwritable_folder_is_explained(checkout: Checkout) -> None:
    done = checkout.run(VTCONTROL_VENV=str(checkout.folder / "manage.py" / "venv"))

    assert done.returncode == 1
    assert "can't be written to" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(("has_apt", "way"), [(True, "apt install python3."), (False, "often called python3.")])
def test_python_without_ensurepip_is_told_what_to_install(checkout: Checkout, way: str, *, has_apt: bool) -> None:
    checkout.stand_in("ensurepip", "raise ModuleNotFoundError('No module', name='ensurepip')")
    if has_apt:
        checkout.add_program("apt", "exit 1")

    done = checkout.run()

    assert done.returncode == 1
    assert "has no module ensurepip" in done.stderr
    assert way in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_old_python_is_refused_in_one_sentence(checkout: Checkout) -> None:
    checkout.add_program("python3", REFUSES_EVERYTHING)

    done = checkout.run()

    assert done.returncode == 1
    assert done.stderr == (
        "vtcontrol needs Python 3.11, 3.12 or 3.13, but finds only Python 3.8 here; "
        "install one of them and start again.\n"
    )


def test_no_python_at_all_is_told_in_one_sentence(checkout: Checkout) -> None:
    (checkout.programs / "python3").unlink()

    done = checkout.run()

    assert done.returncode == 1
    assert "finds none here" in done.stderr


def test_good_python_is_found_behind_an_old_one(checkout: Checkout) -> None:
    checkout.add_program("python3.13", "exit 127")
    checkout.add_program("python3", REFUSES_EVERYTHING)
    checkout.add_program("python", f'exec "{sys.executable}" "$@"')

    done = checkout.run()

    assert done.returncode == 0


def test_environment_keeps_its_python_whatever_is_installed_later(checkout: Checkout) -> None:
    checkout.run()
    checkout.add_program("python3", REFUSES_EVERYTHING)

    done = checkout.run()

    assert done.returncode == 0
    assert checkout.asked().count("venv") == 1


def test_data_dir_is_taken_from_where_the_person_is(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout.stand_ins)

    done = checkout.run("--data-dir", "here")

    assert arguments_of_studio(done) == ["studio", "--data-dir", str(checkout.stand_ins / "here")]


def test_manage_passes_everything_through(checkout: Checkout) -> None:
    done = checkout.run("manage", "smoke", "--json", "--", "-x")

    assert arguments_of_studio(done) == ["smoke", "--json", "--", "-x"]


@pytest.mark.parametrize("arguments", [["--prot", "1"], ["--port", "http"], ["tset"]])
def test_mistyped_argument_is_refused_before_anything_is_installed(checkout: Checkout, arguments: list[str]) -> None:
    done = checkout.run(*arguments)

    assert done.returncode == 2
    assert checkout.asked() == []


def test_help_installs_nothing(checkout: Checkout) -> None:
    done = checkout.run("--help")

    assert done.returncode == 0
    assert all(word in done.stdout for word in ("./run test", "./run bench", "./run manage", "--data-dir"))
    assert checkout.asked() == []


def test_script_itself_refuses_an_old_python() -> None:
    code = "import runpy, sys; sys.version_info = (3, 8, 0); runpy.run_path(sys.argv[1])"

    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT / "deploy" / "bootstrap.py")], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr == "vtcontrol needs Python 3.11, 3.12 or 3.13, and this is Python 3.8.\n"


def test_scripts_can_be_executed() -> None:
    assert all(os.access(ROOT / name, os.X_OK) for name in ("run", ".ci/run"))
