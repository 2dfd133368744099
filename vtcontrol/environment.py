"""Environment variables, read once and typed. A wrong value becomes a finding, never a traceback.

`vtcontrol.settings` reads through one `Environment`; the system check in `vtcontrol.tenancy.checks` prints its
findings. docs/configuration.md lists every variable.
"""

import json
import os
import re
import secrets
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cryptography.fernet import Fernet

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off"}


class Environment:
    """Reads typed values from a mapping and keeps a finding for each one it cannot use."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.findings: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        """Return the variable, or the default when it is unset or empty."""
        return self._variables.get(name, "").strip() or default

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a yes-or-no variable."""
        word = self.text(name).lower()
        if not word:
            return default
        if word in TRUE_WORDS:
            return True
        if word in FALSE_WORDS:
            return False
        self.findings.append(f"{name} must be yes or no, not {word!r}.")
        return default

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """Return a whole number between `least` and `most`, both included."""
        word = self.text(name)
        if not word:
            return default
        if re.fullmatch(r"-?[0-9]{1,18}", word) and least <= int(word) <= most:
            return int(word)
        self.findings.append(f"{name} must be a whole number from {least} to {most}, not {word!r}.")
        return default

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """Return one of the given words."""
        word = self.text(name, default)
        if word in choices:
            return word
        self.findings.append(f"{name} must be one of {', '.join(choices)}, not {word!r}.")
        return default

    def time_zone(self, name: str, default: str = "UTC") -> str:
        """Return the name of a time zone, such as Europe/Berlin."""
        word = self.text(name, default)
        try:
            ZoneInfo(word)
        except (ValueError, OSError, ZoneInfoNotFoundError):
            self.findings.append(f"{name} must be a time zone such as Europe/Berlin, not {word!r}.")
            return default
        return word

    def url(self, name: str, schemes: tuple[str, ...]) -> str:
        """Return an address of one of the given schemes, or "" when it is unset.

        A wrong one is returned as it stands: a slip in `REDIS_URL` must not turn production into the embedded topology.
        """
        word = self.text(name)
        scheme, _, place = word.partition("://")
        if word and not (place and scheme in schemes):
            wanted = " or ".join(f"{one}://" for one in schemes)
            self.findings.append(f"{name} must be an address that begins with {wanted}.")
        return word

    def folder(self, name: str, default: Path) -> Path | None:
        """Return a folder as an absolute path; None when its name leads nowhere."""
        word = self.text(name)
        try:
            return folder_at(word or default)
        except ValueError:
            self.findings.append(f"{name} names a folder in the home of somebody this machine does not know: {word!r}.")
            return None

    def names(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """Return a comma-separated list."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()] or list(default)


def folder_at(name: str | Path) -> Path:
    """Return a folder as an absolute path, "~" and "~somebody" taken for their homes.

    Raises:
        ValueError: This machine knows no home for that name.
    """
    try:
        return Path(name).expanduser().absolute()
    except RuntimeError as error:
        raise ValueError(f"there is no home for {name}") from error


def default_data_dir() -> Path:
    """Return the per-user folder for embedded data: never the checkout."""
    try:
        home = Path.home()
    except RuntimeError:  # an account without a home, as in some containers
        return Path("/var/lib/vtcontrol")
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "vtcontrol"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home) / "vtcontrol"
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "vtcontrol"


def embedded_keys(data_dir: Path) -> tuple[str, str]:
    """Return (signing key, encryption key) of an embedded installation, made at its first start.

    Raises:
        OSError: The folder cannot be written, or the file in it cannot be read.
        ValueError: The file holds something else.
    """
    path = data_dir / "keys.json"
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _write_keys(path)
    stored = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(stored, dict) or not stored.get("signing") or not stored.get("encryption"):
        raise ValueError(f"{path.name} does not hold the two keys")
    return str(stored["signing"]), str(stored["encryption"])


def _write_keys(path: Path) -> None:
    """Make new keys; of several processes that start at once, the first wins."""
    keys = {"signing": secrets.token_urlsafe(48), "encryption": Fernet.generate_key().decode()}
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix="keys.")  # only the owner may read it
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(keys, file)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # atomic, and loses against a sibling who was first
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
