"""Tokenizers without tables: a model whose every letter is a token, read when the test says so."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import pytest

from personas import tokenizers
from personas.domain.tokens import TokenCounter
from personas.tokenizers import CounterRoom


class Own:
    """A model's own counter."""

    name = "own"

    def count(self, text: str) -> int:
        return len(text)


class FakeTables:
    """Tables of one model; others fail as they are told to."""

    def __init__(self) -> None:
        self.is_offered = True
        self.read_models: list[str] = []
        self.failures: dict[str, Exception] = {}

    def read(self, model: str) -> TokenCounter:
        self.read_models.append(model)
        if model in self.failures:
            raise self.failures[model]
        return Own()


class Later(Executor):
    """Does what it is given when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], Any]] = []
        self.is_over = False

    def submit(self, work: Any, /, *args: Any, **options: Any) -> "Future[Any]":
        if self.is_over:
            raise RuntimeError("cannot schedule new futures after interpreter shutdown")
        self.waiting.append(lambda: work(*args, **options))
        return Future()

    def run(self) -> None:
        waiting, self.waiting = self.waiting, []
        for work in waiting:
            work()


def install_tables(monkeypatch: pytest.MonkeyPatch) -> tuple[FakeTables, Later]:
    """Let this process count by fake tables; they are read by `Later.run`."""
    tables, later = FakeTables(), Later()
    monkeypatch.setattr(tokenizers, "_rooms", [CounterRoom(tables, later)])
    return tables, later
