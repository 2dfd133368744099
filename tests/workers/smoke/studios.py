"""A real studio in a process of its own, on a free port and in a folder of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
MANAGE = str(ROOT / "manage.py")
STOP_S = 30
SMOKE_S = 120

# Run in the studio's folder: an API token for its first stream, one for all, and a quicker voice for shorter tests.
PREPARE = """
import django; django.setup()
from personas.models import Voice
from streams.models import Stream
from vtcontrol.tenancy.access import TokenKind
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio
from vtcontrol.tenancy.tokens import issue
studio = Studio.objects.get()
with studio_scope(studio.pk):
    Voice.objects.update(rate=2.0)
    first, second = Stream.objects.order_by("id")
    print(issue(TokenKind.API, "one", stream_id=first.pk)[1], issue(TokenKind.API, "all")[1], second.pk)
"""


@dataclass(frozen=True, slots=True)
class RunningStudio:
    """A studio that serves.

    Attributes:
        folder: Its data folder.
        url: Its address.
        one_stream_token: API token of its first stream.
        all_streams_token: API token of all its streams.
        second_stream: Id of its second stream.
    """

    folder: Path
    url: str
    one_stream_token: str
    all_streams_token: str
    second_stream: str


def environment(folder: Path) -> dict[str, str]:
    """Return the variables of a child: an embedded installation in that folder, in English."""
    dropped = ("DATABASE_URL", "LANGUAGE", "LC_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VTCONTROL_", *dropped))}
    kept |= {"LANG": "C.UTF-8", "DJANGO_SETTINGS_MODULE": "vtcontrol.settings", "PYTHONPATH": str(ROOT)}
    return kept | {"VTCONTROL_DATA_DIR": str(folder)}


def start(folder: Path, log: Path) -> "subprocess.Popen[str]":
    """Start a studio and wait until it has printed its links."""
    command = [sys.executable, MANAGE, "studio", "--port", "0", "--data-dir", str(folder), "--no-input"]
    with log.open("w") as errors:
        process = subprocess.Popen(
            command, cwd=folder, env=environment(folder), stdout=subprocess.PIPE, stderr=errors, text=True
        )
    assert process.stdout is not None
    for line in process.stdout:
        if "/dock/#" in line:
            return process
    process.wait()
    raise AssertionError(f"The studio did not start: {log.read_text()}")


def stop(process: "subprocess.Popen[str]") -> None:
    """Stop a studio by its id, politely first."""
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def prepare(folder: Path) -> list[str]:
    """Return what the tests need to know of a running studio's database."""
    command = [sys.executable, "-c", PREPARE]
    done = subprocess.run(command, cwd=ROOT, env=environment(folder), capture_output=True, text=True, check=True)
    return done.stdout.split()


def smoke(elsewhere: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run `manage.py smoke` as an operator does, whose own folder is another one."""
    command = [sys.executable, MANAGE, "smoke", *arguments]
    surroundings = environment(elsewhere)
    return subprocess.run(command, env=surroundings, capture_output=True, text=True, timeout=SMOKE_S, check=False)
