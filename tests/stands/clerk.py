"""A process of ours inside a stand: casts characters and reads rows, for tests that stand outside.

As a program (`python -m tests.stands.clerk`) it answers one line of JSON with another until its input ends. `Clerk` is
the tests' end of it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.stand import ROOT, Stand
from tests.stands import backstage

Json = dict[str, Any]


class Clerk:
    """Asks the process."""

    def __init__(self, popen: "subprocess.Popen[str]", log: Path) -> None:
        self._popen = popen
        self._log = log

    def ask(self, question: str, **details: Any) -> Any:
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        self._popen.stdin.write(json.dumps({"question": question, **details}) + "\n")
        self._popen.stdin.flush()
        line = self._popen.stdout.readline()
        assert line, f"the clerk died:\n{self._log.read_text()[-3000:]}"
        return json.loads(line)

    def cast(self, *parts: Json) -> list[Json]:
        """Make a studio with a character for each part; see `cast` below."""
        streams: list[Json] = self.ask("cast", parts=list(parts))
        return streams

    def turns(self, stream: Json) -> list[Json]:
        """The turns of a stream, oldest first, with their segments."""
        rows: list[Json] = self.ask("turns", stream=stream["id"])
        return rows

    def events(self, stream: Json) -> list[Json]:
        """The events of a stream, oldest first."""
        rows: list[Json] = self.ask("events", stream=stream["id"])
        return rows

    def history(self, stream: Json) -> list[list[str]]:
        """What was heard on a stream: (speaker, text), oldest first."""
        rows: list[list[str]] = self.ask("history", stream=stream["id"])
        return rows


@contextmanager
def clerk_of(stand: Stand) -> Iterator[Clerk]:
    """Hire a clerk for a stand."""
    path = stand.folder / "clerk.log"
    with path.open("ab") as log:
        command = [sys.executable, "-m", "tests.stands.clerk"]
        popen = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **stand.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            yield Clerk(popen, path)
        finally:
            popen.communicate(timeout=10)  # closes its input, at which it ends


def cast(parts: list[Json]) -> list[Json]:
    """Make a studio with one stream for each part.

    A part may name `stub` (who thinks and speaks; without one the scripted brain and espeak), `brain` and `voice`
    (models of the stub; "stub-<mode>" fails that way).
    """
    from bench.seed import seed
    from personas.models import Brain, Voice
    from vtcontrol.kernel.ids import uuid7
    from vtcontrol.tenancy.scope import studio_scope

    made = []
    for part in parts:
        seeded = seed(studio=uuid7().hex, stub=part.get("stub", ""))
        with studio_scope(_uuid(seeded["studio"])):
            for model, name in ((Brain, part.get("brain")), (Voice, part.get("voice"))):
                if name:
                    model.objects.update(model=name)
        made.append(seeded["streams"][0] | {"persona": seeded["persona"], "studio": seeded["studio"]})
    return made


def turns(stream: str) -> list[Json]:
    from streams.models import Segment, Turn

    kept = ("id", "state", "reason", "text", "heard_text", "emotion", "brain", "voice", "timings", "fence")
    kept += ("prompt_tokens", "completion_tokens", "characters", "event_id", "started_at", "finished_at")
    rows = list(Turn.objects.filter(stream_id=stream).order_by("started_at").values(*kept))
    for row in rows:
        segments = Segment.objects.filter(turn_id=row["id"]).order_by("number")
        row["segments"] = list(segments.values("number", "text", "audio_ms", "heard_ms", "heard_by", "engine"))
    return rows


def events(stream: str) -> list[Json]:
    from streams.models import InboxEvent

    rows = InboxEvent.objects.filter(stream_id=stream).order_by("id")
    return list(rows.values("id", "text", "state", "reason", "attempts"))


def history(stream: str) -> list[list[str]]:
    from memory.models import Utterance

    rows = Utterance.objects.filter(stream_id=stream).order_by("said_at")
    return [list(row) for row in rows.values_list("speaker", "text")]


def owners(streams: list[str]) -> list[str]:
    """The workers that hold the streams' leases now; "" where nobody does."""
    from streams.models import StreamState

    return list(StreamState.objects.filter(stream_id__in=streams).values_list("lease_owner", flat=True))


def workers(count: int) -> list[str]:
    """Names of the Celery workers that answer; asks until there are `count`."""
    from vtcontrol.celery import app

    found: list[str] = []
    for _ in range(60):
        found = [name for answer in app.control.ping(timeout=0.5) for name in answer]
        if len(found) >= count:
            break
    return found


def _uuid(text: str) -> Any:
    from uuid import UUID

    return UUID(text)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vtcontrol.settings")
    import django

    django.setup()
    from vtcontrol.tenancy.scope import unscoped

    questions = (cast, turns, events, history, owners, workers, *backstage.QUESTIONS)
    answers: dict[str, Callable[..., Any]] = {question.__name__: question for question in questions}
    for line in sys.stdin:
        asked = json.loads(line)
        with unscoped("the tests' own eye on every studio"):
            answer = answers[asked.pop("question")](**asked)
        print(json.dumps(answer, default=str), flush=True)


if __name__ == "__main__":
    main()
