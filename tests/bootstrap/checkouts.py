"""A small checkout with stand-ins for what is slow: `venv` makes a symlink, `pip` just writes down what it is asked."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

FAKE_MANAGE = "import json, sys; print(json.dumps(sys.argv[1:]))"

FAKE_VENV = """
import os, sys
from pathlib import Path
if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    (folder / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).parent}\\n")
    with open(os.environ["FAKE_LOG"], "a") as log:
        print("venv", file=log)
"""

FAKE_PIP = """
import os, socket, sys
from pathlib import Path
with open(os.environ["FAKE_LOG"], "a") as log:
    print("pip", Path(sys.argv[-1]).name, file=log)
if "FAKE_PIP_GATE" in os.environ:
    socket.create_connection(("127.0.0.1", int(os.environ["FAKE_PIP_GATE"]))).recv(1)
if "FAKE_PIP_ERROR" in os.environ:
    sys.exit(os.environ["FAKE_PIP_ERROR"])
"""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A copy of what `./run` consists of.

    The only programs it finds are those in `programs`; modules in `stand_ins` come before the standard library's.
    """

    folder: Path
    programs: Path
    stand_ins: Path

    @classmethod
    def below(cls, folder: Path) -> "Checkout":
        """Lays a checkout in which the running Python is `python3`."""
        checkout = cls(folder / "a checkout", folder / "programs", folder / "stand_ins")
        shutil.copytree(ROOT / "deploy", checkout.folder / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "run", checkout.folder)
        (checkout.folder / "manage.py").write_text(FAKE_MANAGE)
        (checkout.folder / "requirements").mkdir()
        checkout.pin("base", "one==1")
        checkout.pin("test", "one==1\ntwo==2")
        checkout.programs.mkdir()
        checkout.add_program("python3", f'exec "{sys.executable}" "$@"')
        checkout.stand_ins.mkdir()
        checkout.stand_in("venv", FAKE_VENV)
        checkout.stand_in("pip", FAKE_PIP)
        return checkout

    def pin(self, name: str, requirements: str) -> None:
        """Writes the pinned requirements called `name`."""
        (self.folder / "requirements" / f"{name}.txt").write_text(f"{requirements}\n")

    def add_program(self, name: str, body: str) -> None:
        """Puts a shell script on PATH."""
        write_program(self.programs / name, body)

    def stand_in(self, module: str, source: str) -> None:
        """Puts a module in front of the standard library's."""
        (self.stand_ins / f"{module}.py").write_text(source)

    def environment(self) -> dict[str, str]:
        """Returns the environment variables of a start in this checkout."""
        kept = {key: value for key, value in os.environ.items() if key != "VTCONTROL_VENV"}
        return kept | {"PATH": str(self.programs), "PYTHONPATH": str(self.stand_ins), "FAKE_LOG": str(self._log)}

    def start(self, *arguments: str, **settings: str) -> "subprocess.Popen[str]":
        """Starts `./run` with the given environment variables added."""
        return subprocess.Popen(
            ["/bin/sh", str(self.folder / "run"), *arguments],
            env=self.environment() | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        """Runs `./run` to its end."""
        return finish(self.start(*arguments, **settings))

    def asked(self) -> list[str]:
        """Returns what the stand-ins have been asked to do, oldest first."""
        return self._log.read_text().splitlines() if self._log.exists() else []

    @property
    def venv(self) -> Path:
        """The folder of its environment."""
        return self.folder / ".venv"

    @property
    def _log(self) -> Path:
        return self.folder / "log"


def write_program(path: Path, body: str) -> None:
    """Writes a shell script that can be run."""
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def finish(process: "subprocess.Popen[str]") -> "subprocess.CompletedProcess[str]":
    """Waits for a started `./run` and returns what became of it."""
    with process:
        try:
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()  # one that hangs fails its test, not the whole run
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def arguments_of_studio(done: "subprocess.CompletedProcess[str]") -> list[str]:
    """Returns what manage.py was called with."""
    arguments: list[str] = json.loads(done.stdout)
    return arguments
