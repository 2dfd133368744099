"""The surroundings of the live services: a wire that remembers what it was told, a clock that can be put forward."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone

from streams import hints
from streams.models import Stream
from streams.services.leases import Lease
from tests.live import scenes
from vtcontrol.tenancy.studios import Studio


def json_frames(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The JSON frames that a message of the channel layer carries to pages."""
    return [json.loads(part) for part in message.get("parts", ()) if isinstance(part, str)]


class Wire:
    """A channel layer nobody listens to; it keeps what was sent.

    Attributes:
        sent: (group, message), in order.
    """

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self.sent.append((group, message))

    def frames(self, group: str) -> list[dict[str, Any]]:
        """The page frames sent to a group."""
        return [frame for name, message in self.sent if name == group for frame in json_frames(message)]

    def messages(self, group: str) -> list[dict[str, Any]]:
        """Everything sent to a group."""
        return [message for name, message in self.sent if name == group]


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """The tasks that were started: (name, arguments). Nobody carries them out."""
    tasks: list[tuple[str, dict[str, Any]]] = []
    for name in ("live.perform", "upkeep.absorb"):
        note = _noting(tasks, name)
        monkeypatch.setattr(current_app.tasks[name], "apply_async", note)
    return tasks


def _noting(tasks: list[tuple[str, dict[str, Any]]], name: str) -> Callable[..., None]:
    return lambda **options: tasks.append((name, options["kwargs"]))


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """What the services tell pages and workers; commit with `django_capture_on_commit_callbacks(execute=True)`."""
    made = Wire()
    monkeypatch.setattr(hints, "get_channel_layer", lambda: made)
    return made


@pytest.fixture
def lease(in_studio: Studio, stream: Stream) -> Lease:
    """The stream is ours."""
    return scenes.hold(stream)


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], None]]:
    """Put the clock of the services forward by so many seconds."""
    ahead = dt.timedelta()
    now = timezone.now

    def forward(seconds: float) -> None:
        nonlocal ahead
        ahead += dt.timedelta(seconds=seconds)

    monkeypatch.setattr(timezone, "now", lambda: now() + ahead)
    return forward
