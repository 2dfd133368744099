"""A dock's memory, by the rules of static/dock/store.js: a snapshot, then changes with consecutive versions."""

from collections.abc import Callable, Iterable
from typing import Any

Json = dict[str, Any]


class Dock:
    """What one dock page knows.

    Attributes:
        gaps: How often it had to fetch everything anew.
    """

    def __init__(self, fetch: Callable[[], Json]) -> None:
        self._fetch = fetch
        self.gaps = 0
        self._load(fetch())

    def _load(self, snapshot: Json) -> None:
        self.lines: dict[str, Json] = {line["id"]: line for line in snapshot["transcript"]}
        self.version: int = snapshot["version"]
        self.state: Json = snapshot["state"]

    def receive(self, frames: Iterable[Json]) -> None:
        for frame in frames:
            if frame.get("version", 0) <= self.version:  # what has no version is a hint of something else
                continue
            if frame["version"] > self.version + 1:
                self.gaps += 1
                self._load(self._fetch())
                continue
            self.version = frame["version"]
            if frame["type"] == "line":
                self.lines[frame["line"]["id"]] = frame["line"]
            else:
                self.state = frame["state"]

    def differences(self, fresh: Json) -> list[str]:
        """Name what a page that opens now would show differently."""
        wrong = [] if self.version == fresh["version"] else [f"version {self.version}, not {fresh['version']}"]
        for line in fresh["transcript"]:
            mine = self.lines.get(line["id"], {})
            wrong += [f"line {key}: {mine.get(key)!r}, not {line[key]!r}" for key in line if mine.get(key) != line[key]]
        order = [one for one in self.lines if any(one == line["id"] for line in fresh["transcript"])]
        if order != [line["id"] for line in fresh["transcript"]]:
            wrong.append("lines in another order")
        state = fresh["state"]
        return wrong + [
            f"state {key}: {self.state[key]!r}, not {state[key]!r}" for key in state if self.state[key] != state[key]
        ]
