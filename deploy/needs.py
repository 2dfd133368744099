"""What the tests need beside Python packages: other programs, fonts and the JavaScript checks.

Owns the list and how each is installed. Must not install system packages where that takes a person's consent: anywhere
but on Debian as root it only says what to type.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from environment import Environment, digest, is_root, sudo
from terminal import CannotStart, Progress, run_quietly, run_unseen
from words import said

FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
APT = ("apt-get", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300")


class Need(NamedTuple):
    """Something the tests use; it is there if one of its programs is, or one of its files (folder, pattern)."""

    apt: str
    brew: str
    programs: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()

    def is_met(self) -> bool:
        """Tells whether this machine has it."""
        has_program = any(shutil.which(program) for program in self.programs)
        return has_program or any(any(Path(folder).expanduser().glob(name)) for folder, name in self.files)


NEEDS = (
    Need(
        apt="postgresql",
        brew="postgresql",
        programs=("postgres",),
        files=(("/usr/lib/postgresql", "*/bin/postgres"), ("/opt/homebrew/opt", "postgresql*/bin/postgres")),
    ),
    Need(apt="redis-server", brew="redis", programs=("redis-server",)),
    Need(
        apt="chromium",
        brew="--cask chromium",
        programs=("chromium", "chromium-browser", "google-chrome"),
        files=(("/Applications", "Chromium.app"), ("/Applications", "Google Chrome.app")),
    ),
    Need(apt="nodejs", brew="node", programs=("node",)),
    Need(apt="npm", brew="node", programs=("npm",)),
    Need(
        apt="fonts-noto-color-emoji",
        brew="--cask font-noto-color-emoji",
        files=(*((each, "**/NotoColorEmoji*") for each in FONT_FOLDERS), ("/System/Library/Fonts", "Apple Color*")),
    ),
    Need(
        apt="fonts-noto-cjk",
        brew="--cask font-noto-sans-cjk",
        files=(*((each, "**/NotoSansCJK*") for each in FONT_FOLDERS), ("/System/Library/Fonts", "*PingFang*")),
    ),
)


def require_programs(checkout: Path) -> None:
    """Makes sure that what the tests need is there; installs it on Debian as root.

    Raises:
        CannotStart: Something is missing; the sentence says how to get it.
    """
    missing = [need for need in NEEDS if not need.is_met()]
    if missing and shutil.which("apt-get") and is_root():
        install_with_apt([need.apt for need in missing], checkout)
        missing = [need for need in missing if not need.is_met()]
    if missing:
        names = ", ".join(need.apt for need in missing)
        message = "The tests need what this machine doesn't have: {names}.\n{way}"
        raise CannotStart(said(message, names=names, way=way_to_install(missing)))


def install_with_apt(packages: Sequence[str], checkout: Path) -> None:
    """Installs Debian packages; fetches the package lists only if it doesn't work without."""
    install = [*APT, "install", *packages]
    title = said("Installing {packages}", packages=", ".join(packages))
    if run_unseen(install, checkout, Progress(title)).code != 0:
        run_quietly([*APT, "update"], checkout, Progress(said("Fetching the package lists")))
        run_quietly(install, checkout, Progress(title))


def way_to_install(missing: Sequence[Need]) -> str:
    """Says how to install what is missing."""
    if shutil.which("apt-get"):
        command = f"{sudo()}apt-get install {' '.join(need.apt for need in missing)}"
        return said("Type:  {command}", command=command)
    if shutil.which("brew"):
        command = " && ".join(dict.fromkeys(f"brew install {need.brew}" for need in missing))
        return said("Type:  {command}", command=command)
    return said("Install it with your system's package manager (the names are Debian's) and start again.")


def prepare_node(environment: Environment) -> None:
    """Installs the pinned JavaScript packages if package-lock.json has changed since the last time.

    Raises:
        CannotStart: npm failed; its last lines have been shown.
    """
    wanted = digest(environment.checkout / "package-lock.json")
    stamp = environment.checkout / "node_modules" / ".vtcontrol"
    with environment.alone() as held:
        if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
            return
        command = [npm(), "ci", "--no-audit", "--no-fund"]
        run_quietly(command, environment.checkout, Progress(said("Installing the JavaScript checks")), held)
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(wanted, encoding="utf-8")


def npm() -> str:
    """Returns the path of npm, which on Windows is a script with an ending of its own."""
    return shutil.which("npm") or "npm"
