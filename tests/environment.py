"""The surroundings of a test run, loaded before anything reads the settings (`-p tests.environment`).

Owns the environment variables of the process and the wall around it: a data folder of its own, an embedded topology
unless `VTCONTROL_TEST_DATABASE_URL` names a database, and no way out to the network. Must not import Django.
"""

import atexit
import ipaddress
import os
import shutil
import sys
import tempfile
from pathlib import Path

TAKEN_AWAY = (
    "DATABASE_URL",
    "REDIS_URL",
    "CELERY_BROKER_URL",
    "DJANGO_SETTINGS_MODULE",
    "PYTHONWARNINGS",
    "http_proxy",
    "https_proxy",
    "all_proxy",
)
KEPT = {"VTCONTROL_TEST_DATABASE_URL", "VTCONTROL_VENV"}
LOCAL_NAMES = {"localhost", "localhost.", "", None}
GUARDED = {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"}


class NetworkForbidden(RuntimeError):
    """A test tried to leave this machine. No OSError, so that no retry or fallback swallows it."""


def _is_local(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _is_number(host: object) -> bool:
    try:
        ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return True


def _refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    """Audit hook: sees every way a socket can reach out, also those of libraries written in C on top of `socket`."""
    if event not in GUARDED:
        return
    if event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        if not _is_local(arguments[0]) and not _is_number(arguments[0]):  # a number is not looked up anywhere
            raise NetworkForbidden(f"The name {arguments[0]!r} would be looked up outside this machine.")
        return
    address = arguments[1]
    if isinstance(address, tuple) and not _is_local(address[0]):
        raise NetworkForbidden(f"{address!r} is outside this machine.")


def _prepare() -> None:
    for name in list(os.environ):
        if name in TAKEN_AWAY or name.lower() in TAKEN_AWAY or (name.startswith("VTCONTROL_") and name not in KEPT):
            del os.environ[name]
    data_dir = Path(tempfile.mkdtemp(prefix="vtcontrol-tests-"))
    atexit.register(shutil.rmtree, data_dir, ignore_errors=True)
    os.environ["VTCONTROL_DATA_DIR"] = str(data_dir)
    if database := os.environ.get("VTCONTROL_TEST_DATABASE_URL"):
        os.environ["DATABASE_URL"] = database
        os.environ["VTCONTROL_SECRET_KEY"] = "signs nothing outside a test run, and is long enough for that"
        os.environ["VTCONTROL_ENCRYPTION_KEYS"] = "dGVzdHMgb25seS4uLi4uLi4uLi4uLi4uLi4uLi4uLi4="
    else:
        os.environ["VTCONTROL_TEST_DATABASE_NAME"] = str(data_dir / "tests.sqlite3")  # a file: threads share it
    sys.addaudithook(_refuse_network)


_prepare()
