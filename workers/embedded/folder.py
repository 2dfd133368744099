"""The data folder of an embedded installation: which one this process works in, and where it serves."""

import json
import os
import sys
from pathlib import Path

from django.conf import settings

from vtcontrol.environment import folder_at

ADDRESS_FILE = "studio.json"
USUAL_ADDRESS = "http://localhost:8700"


def use_folder(folder: Path | str) -> None:
    """Make sure that the settings were read for this folder; `manage.py` has seen to that where it was typed in.

    A name that leads nowhere is left to the findings of the environment.
    """
    try:
        is_other = bool(folder) and folder_at(folder) != settings.DATA_DIR
    except ValueError:
        return
    if is_other:
        os.environ["VTCONTROL_DATA_DIR"] = str(folder)
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - this very program, once more


def write_address(folder: Path, url: str) -> None:
    """Keep where this folder's server is reached, for programs beside it (`manage.py smoke`)."""
    (folder / ADDRESS_FILE).write_text(json.dumps({"url": url}))


def read_address(folder: Path | None) -> str:
    """Return where the folder's server was reached last, or the usual address."""
    try:
        url = json.loads((folder / ADDRESS_FILE).read_text())["url"] if folder else ""
    except (OSError, ValueError, KeyError, TypeError):
        url = ""
    return url if isinstance(url, str) and url else USUAL_ADDRESS
