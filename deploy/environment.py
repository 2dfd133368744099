"""The Python environment of a checkout: whether it is whole, and how it is made so.

Owns the environment's folder and the lock that keeps two starts out of each other's way. Must not know what the
environment is for.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from terminal import IS_WINDOWS, CannotStart, Progress, run_quietly, say
from words import said

PYTHON_KIND = f"{sys.implementation.cache_tag}-{sysconfig.get_platform()}"
LOCK_NAME = "vtcontrol.lock"
WAITING = "Another ./run is setting up this checkout; waiting for it."


@dataclass(frozen=True, slots=True)
class Environment:
    """The virtual environment of a checkout.

    Its stamp is removed before every change and written last; without one the environment is half-made.
    """

    checkout: Path
    folder: Path

    @property
    def python(self) -> str:
        """The path of its interpreter."""
        return str(self.folder / ("Scripts/python.exe" if IS_WINDOWS else "bin/python"))

    def prepare(self, name: str) -> None:
        """Makes sure that everything in `requirements/<name>.txt` is installed.

        Raises:
            CannotStart: With the reason, when that can't be done.
        """
        if self._has(name):
            return
        self._claim()
        with self.alone() as held:
            if self._has(name):
                return
            if not self._is_whole():
                self._build(held)
            self._install(name, held)

    @contextlib.contextmanager
    def alone(self) -> Iterator[int]:
        """Keeps other starts of this checkout waiting; yields the lock's file descriptor."""
        with (self.folder / LOCK_NAME).open("ab") as file:
            wait_for_lock(file.fileno())
            yield file.fileno()

    @property
    def _stamp(self) -> Path:
        return self.folder / "vtcontrol.json"

    def _read_stamp(self) -> dict[str, Any]:
        try:
            stamp: dict[str, Any] = json.loads(self._stamp.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return stamp

    def _has(self, name: str) -> bool:
        return self._is_whole() and self._read_stamp()["locks"].get(name) == digest(self._requirements(name))

    def _is_whole(self) -> bool:
        stamp = self._read_stamp()
        is_ours = stamp.get("python") == PYTHON_KIND and stamp.get("folder") == str(self.folder)
        return is_ours and Path(self.python).exists() and self._packages().issuperset(stamp["packages"])

    def _packages(self) -> set[str]:
        site = Path(sysconfig.get_path("purelib", "venv", {"base": str(self.folder)}))
        return {entry.name for entry in site.glob("*.dist-info")}

    def _requirements(self, name: str) -> Path:
        return self.checkout / "requirements" / f"{name}.txt"

    def _claim(self) -> None:
        """Creates the folder, or refuses one that holds somebody's other things."""
        self.folder.mkdir(parents=True, exist_ok=True)
        names = {entry.name for entry in self.folder.iterdir()}
        is_default = self.folder == default_folder(self.checkout)
        if names and not is_default and LOCK_NAME not in names:
            message = "{folder} holds other things: set VTCONTROL_VENV to a new or empty folder."
            raise CannotStart(said(message, folder=self.folder))

    def _build(self, held: int) -> None:
        require_venv()
        for entry in self.folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry.name != LOCK_NAME:
                entry.unlink()
        command = [base_python(), "-m", "venv", str(self.folder)]
        run_quietly(command, self.checkout, Progress(said("Making a Python environment")), held)

    def _install(self, name: str, held: int) -> None:
        self._stamp.unlink(missing_ok=True)
        requirements = self._requirements(name)
        command = [self.python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
        command += ["--progress-bar=off", "--require-hashes", "--no-deps", "-r", str(requirements)]
        run_quietly(command, self.checkout, PackageProgress(requirements), held)
        self._write_stamp({each: digest(self._requirements(each)) for each in {"base", name}})

    def _write_stamp(self, locks: dict[str, str]) -> None:
        stamp = {
            "python": PYTHON_KIND,
            "folder": str(self.folder),
            "locks": locks,
            "packages": sorted(self._packages()),
        }
        fresh = self._stamp.with_suffix(".new")
        fresh.write_text(json.dumps(stamp), encoding="utf-8")
        fresh.replace(self._stamp)


class PackageProgress(Progress):
    """Counts packages by what pip prints while it installs pinned requirements."""

    def __init__(self, requirements: Path) -> None:
        lines = requirements.read_text(encoding="utf-8").splitlines()
        self._total = sum("==" in line and not line.startswith((" ", "#")) for line in lines)
        self._seen = 0
        super().__init__(said("Installing what vtcontrol needs (only now, about a minute)"))

    def read(self, line: str) -> None:
        """Takes one line of pip's output."""
        if line.startswith("Ignoring "):
            self._total -= 1
        elif line.startswith(("Collecting ", "Requirement already satisfied: ")):
            self._seen += 1
            self.show(said("package {seen} of {total}", seen=self._seen, total=self._total))
        elif line.startswith("Installing collected packages"):
            self.show(said("unpacking"))


def environment_of(checkout: Path) -> Environment:
    """Returns the environment of a checkout, wherever the person wants it to be."""
    folder = os.environ.get("VTCONTROL_VENV")
    return Environment(checkout, Path(folder).absolute() if folder else default_folder(checkout))


def default_folder(checkout: Path) -> Path:
    """Returns where the environment is if nobody says otherwise."""
    return checkout / ".venv"


def digest(path: Path) -> str:
    """Returns the SHA-256 of a file's bytes, as hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def base_python() -> str:
    """Returns the interpreter behind this one, which outlives the environment it may run in."""
    return str(getattr(sys, "_base_executable", sys.executable))


def require_venv() -> None:
    """Refuses a Python that can't make environments, and says what to type."""
    try:
        __import__("venv")
        __import__("ensurepip")
    except ImportError as error:
        version = "{}.{}".format(*sys.version_info[:2])
        name = f"python{version}-venv"
        by_hand = said("install it (often called {name}).", name=name)
        way = said("type:  {command}", command=f"{sudo()}apt install {name}") if shutil.which("apt") else by_hand
        message = "Python {version} has no module {module} here; {way}"
        raise CannotStart(said(message, version=version, module=error.name, way=way)) from None


def is_root() -> bool:
    """Tells whether this process may install system packages."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def sudo() -> str:
    """Returns what a command line needs in front to run as root."""
    return "" if is_root() else "sudo "


if sys.platform == "win32":
    import msvcrt

    def wait_for_lock(descriptor: int) -> None:
        """Waits until this process alone holds the file's lock."""
        is_told = False
        while True:
            try:
                msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
            except OSError:
                if not is_told:
                    say(said(WAITING))
                is_told = True
            else:
                return

else:
    import fcntl

    def wait_for_lock(descriptor: int) -> None:
        """Waits until this process alone holds the file's lock."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(said(WAITING))
            fcntl.flock(descriptor, fcntl.LOCK_EX)
