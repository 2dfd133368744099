"""Talks to the person at the terminal and runs other programs for them.

Owns what is said and how a failing program is explained. Must not know which programs there are or why they run.
Everything is said on standard error, so that the output of a command stays the command's own.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from words import said

IS_WINDOWS = sys.platform == "win32"
LINES_SHOWN_ON_FAILURE = 8
CHARACTERS_SHOWN_OF_A_LINE = 240
ROUTINE_LINES = ("Ignoring ", "Collecting ", "Downloading ", "Using cached ", "Requirement already", "Looking in ")

DISK_IS_FULL = (
    "The disk is full: setting up needs about 700 MB in {checkout} and some in {temporary}; "
    "free some space and start again."
)
NOT_WRITABLE = (
    "{path} can't be written to ({reason}): make it writable for you, or set VTCONTROL_VENV to a folder that is."
)
NO_NETWORK = "The packages can't be fetched: check the network (or the proxy settings) and start again."
FULL_DISK_SIGNS = ("No space left on device", "[Errno 28]", "ENOSPC", "Disk quota exceeded", "[WinError 112]")
NO_NETWORK_SIGNS = (
    "Failed to establish a new connection",
    "NameResolutionError",
    "NewConnectionError",
    "Max retries exceeded",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "ProxyError",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "Temporary failure resolving",
)


class CannotStart(Exception):
    """A reason to stop, told to the person in one plain sentence."""


class Outcome(NamedTuple):
    """What became of a program: its exit code and every line it printed."""

    code: int
    lines: list[str]


class Progress:
    """One line that tells what is under way, rewritten in place on a terminal and printed once elsewhere."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._is_live = sys.stderr.isatty()
        self._write(f"{title} ...")

    def read(self, line: str) -> None:
        """Takes a line that the program under way has printed; subclasses make a detail of it."""

    def show(self, detail: str) -> None:
        """Rewrites the line with the latest detail."""
        if self._is_live:
            self._write(f"{self._title}: {detail}")

    def close(self) -> None:
        """Clears the line, so that what follows starts at the margin."""
        if self._is_live:
            self._write("")

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r\033[K{text}" if self._is_live else f"{text}\n")
        sys.stderr.flush()


def say(text: str) -> None:
    """Prints a line for the person at the terminal."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def explain_error(error: OSError, checkout: Path) -> str:
    """Says in one sentence what an error of the operating system means for the person."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return said(DISK_IS_FULL, checkout=checkout, temporary=tempfile.gettempdir())
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST} and error.filename:
        return said(NOT_WRITABLE, path=error.filename, reason=error.strerror)
    return said("Setting up failed: {error}.", error=error)


def explain_output(lines: Sequence[str], program: str, checkout: Path) -> str:
    """Says why a program failed, from what it printed: one sentence, after its last lines where they tell more."""
    output = "\n".join(lines)
    if any(sign in output for sign in FULL_DISK_SIGNS):
        return said(DISK_IS_FULL, checkout=checkout, temporary=tempfile.gettempdir())
    telling = [line for line in lines if line and not line.lstrip().startswith(ROUTINE_LINES)]
    shown = "".join(f"  {line[:CHARACTERS_SHOWN_OF_A_LINE]}\n" for line in telling[-LINES_SHOWN_ON_FAILURE:])
    if any(sign in output for sign in NO_NETWORK_SIGNS):
        return shown + said(NO_NETWORK)
    return shown + said("Setting up failed in {program}: its last lines are above.", program=program)


def run_quietly(command: Sequence[str], folder: Path, progress: Progress, held: int | None = None) -> None:
    """Runs a program out of sight; what it prints is shown only if it fails.

    Args:
        command: The program and its arguments.
        folder: Where it runs.
        progress: Reads what the program prints, and is closed when it ends.
        held: A lock's file descriptor; the lock stays held until the program ends, even if this process is killed.

    Raises:
        CannotStart: The program ended with another code than 0.
    """
    code, lines = run_unseen(command, folder, progress, held)
    if code != 0:
        program = command[2] if command[1] == "-m" else Path(command[0]).stem
        raise CannotStart(explain_output(lines, program, folder))


def run_unseen(command: Sequence[str], folder: Path, progress: Progress, held: int | None = None) -> Outcome:
    """Runs a program that asks nothing and whose output only `progress` sees; for the arguments see `run_quietly`."""
    lines: list[str] = []
    process = subprocess.Popen(  # noqa: S603 - the program is named by the caller, not by any input
        command,
        cwd=folder,
        env=quiet_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        pass_fds=() if IS_WINDOWS or held is None else (held,),
    )
    with contextlib.closing(progress), process:
        try:
            for line in process.stdout or ():
                lines.append(line.rstrip())
                progress.read(lines[-1])
        except BaseException:
            process.terminate()
            raise
    return Outcome(process.returncode, lines)


def quiet_environment() -> dict[str, str]:
    """Returns the environment without what would lead pip out of its folder or make apt ask."""
    misleading = {"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PYTHONHOME"}
    kept = {key: value for key, value in os.environ.items() if key not in misleading}
    return kept | {"PIP_USER": "0", "DEBIAN_FRONTEND": "noninteractive"}


def call(command: Sequence[str], folder: Path | None = None) -> int:
    """Runs a program in the foreground, leaves Ctrl-C to it, and returns its exit code.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed; the program has ended.
    """
    interrupts: list[int] = []
    with subprocess.Popen(command, cwd=folder) as process:  # noqa: S603 - the caller names the program
        on_interrupt = signal.signal(signal.SIGINT, lambda number, _frame: interrupts.append(number))
        on_terminate = signal.signal(signal.SIGTERM, lambda _number, _frame: process.terminate())
        code = process.wait()
        signal.signal(signal.SIGINT, on_interrupt)
        signal.signal(signal.SIGTERM, on_terminate)
    if interrupts:
        raise KeyboardInterrupt
    return code if code >= 0 else 128 - code


def become(command: Sequence[str], folder: Path | None = None) -> int:
    """Turns this process into the given program; on Windows, which can't, runs it and returns its exit code."""
    if IS_WINDOWS:
        return call(command, folder)
    if folder is not None:
        os.chdir(folder)
    return os.execv(command[0], list(command))  # noqa: S606 - no shell is wanted
