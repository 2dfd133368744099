"""What the tests of `./run` start from."""

import importlib
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.bootstrap.checkouts import ROOT, Checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout.below(tmp_path)


@pytest.fixture
def gate() -> Iterator[socket.socket]:
    """A listening socket: a stand-in `pip` that knows its port connects, and goes on when the connection is closed."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)
        yield listener


@pytest.fixture
def bootstrap(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The script as a module, with its neighbours imported the way it imports them."""
    monkeypatch.syspath_prepend(ROOT / "deploy")
    yield importlib.import_module("bootstrap")
    for name in ("bootstrap", "needs", "environment", "terminal"):
        del sys.modules[name]
