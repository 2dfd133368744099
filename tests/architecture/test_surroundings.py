"""The wall around the tests: a data folder of their own, and no way out to the network."""

import asyncio
import os
import socket
import tempfile
import warnings
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.environment import NetworkForbidden
from vtcontrol.environment import default_data_dir


def test_the_data_folder_is_private_and_temporary() -> None:
    assert Path(tempfile.gettempdir()) in settings.DATA_DIR.parents
    assert default_data_dir() != settings.DATA_DIR
    assert settings.DATA_DIR.stat().st_mode & 0o077 == 0


def test_nothing_of_the_shells_topology_comes_in() -> None:
    if "VTCONTROL_TEST_DATABASE_URL" not in os.environ:
        assert settings.IS_EMBEDDED
        assert settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
    assert settings.CELERY_BROKER_URL.startswith("embedded://")


def test_the_sqlite_database_is_a_file_that_threads_share() -> None:
    if connection.vendor == "sqlite":
        assert settings.DATA_DIR in Path(str(settings.DATABASES["default"]["TEST"]["NAME"])).parents


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80)])
def test_a_socket_cannot_leave_the_machine(address: tuple[str, int]) -> None:
    kind = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(kind) as one, pytest.raises(NetworkForbidden):
        one.connect(address)
    with socket.socket(kind, socket.SOCK_DGRAM) as one, pytest.raises(NetworkForbidden):
        one.sendto(b"x", address)


async def test_asyncio_cannot_leave_the_machine() -> None:
    for host in ("192.0.2.1", "example.com"):
        with pytest.raises(NetworkForbidden):
            await asyncio.open_connection(host, 80)


def test_names_of_elsewhere_are_not_looked_up() -> None:
    with pytest.raises(NetworkForbidden):
        socket.getaddrinfo("example.com", 80)
    with pytest.raises(NetworkForbidden):
        socket.gethostbyname("example.com")


def test_the_machine_itself_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as one:
        assert one.getpeername() == server.getsockname()
    assert socket.getaddrinfo("localhost", 80)


def test_a_warning_is_an_error() -> None:
    with pytest.raises(UserWarning, match="careful"):
        warnings.warn("careful", stacklevel=1)
