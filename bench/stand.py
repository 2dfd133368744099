"""Test stands: the product's own processes on free ports, started for one run and stopped by pid.

`Embedded` is `manage.py studio` on a fresh data folder. `Production` is PostgreSQL, Redis, daphne, a live worker, an
upkeep worker and beat, each a process. The stub is the OpenAI-compatible server of the tests. Used by the bench and by
the tests that need real processes.
"""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError

import psutil

ROOT = Path(__file__).resolve().parent.parent
START_S = 120.0  # a first start makes its database; a machine may have other work
DRAIN_S = 12.0


class StandFailed(RuntimeError):
    """A process of the stand did not come up; the message ends with the tail of its log."""


def free_port() -> int:
    """Return a port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Process:
    """One started process and its log."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path

    def tail(self, lines: int = 30) -> str:
        """Return the end of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self, number: int = signal.SIGTERM, wait_s: float = DRAIN_S) -> int:
        """Stop it and return its exit code; one that does not listen is killed."""
        if self.popen.poll() is None:
            with suppress(ProcessLookupError):
                self.popen.send_signal(number)
            try:
                self.popen.wait(wait_s)
            except subprocess.TimeoutExpired:
                self.popen.kill()
        return self.popen.wait(10)

    def cpu_s(self) -> float:
        """Return the CPU seconds it and its children have used so far, ended children included."""
        with suppress(psutil.NoSuchProcess):
            whole = psutil.Process(self.popen.pid)
            times = whole.cpu_times()
            used = times.user + times.system + times.children_user + times.children_system
            for child in whole.children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    spent = child.cpu_times()
                    used += spent.user + spent.system
            return float(used)
        return 0.0

    def rss_mb(self) -> float:
        """Return the resident memory of it and its children, in megabytes."""
        whole = psutil.Process(self.popen.pid)
        return sum(one.memory_info().rss for one in (whole, *whole.children(recursive=True))) / 2**20


@dataclass
class Stand:
    """Running processes, and where to reach them.

    Attributes:
        url: Base URL of the web process.
        environment: What a further process of ours needs to join.
        processes: By name; the ones whose CPU counts as ours.
        folder: Scratch folder, gone with the stand.
    """

    url: str
    environment: dict[str, str]
    folder: Path
    processes: dict[str, Process] = field(default_factory=dict)

    def start(self, name: str, *command: str, extra: Mapping[str, str] | None = None, user: str = "") -> Process:
        """Start a process; its output goes to a log in the scratch folder."""
        log = self.folder / f"{name}.log"
        account = pwd.getpwnam(user) if user else None
        with log.open("ab") as output:
            popen = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **self.environment, **(extra or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                start_new_session=True,
            )
        process = self.processes[name] = Process(name, popen, log)
        return process

    def manage(self, *words: str, extra: Mapping[str, str] | None = None) -> str:
        """Run a management command to its end and return what it printed."""
        command = [sys.executable, "manage.py", *words]
        environment = {**os.environ, **self.environment, **(extra or {})}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise StandFailed(f"manage.py {words[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-3000:]}")
        return done.stdout

    def seed(self, **wanted: Any) -> dict[str, Any]:
        """Fill the database with bench rows and return ids and tokens. See `bench.seed`."""
        command = [sys.executable, "-m", "bench.seed", json.dumps(wanted)]
        environment = {**os.environ, **self.environment}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise StandFailed(f"seeding failed:\n{done.stderr[-3000:]}")
        seeded: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return seeded

    def cpu_s(self) -> float:
        """Return the CPU seconds all processes of the stand have used."""
        return sum(process.cpu_s() for process in self.processes.values())

    def wait_until_ready(self, process: Process) -> None:
        """Wait until the web process answers /healthz.

        Raises:
            StandFailed: It ended, or did not answer in time.
        """
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            if process.popen.poll() is not None:
                break
            with suppress(URLError, OSError), urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                if answer.status == 200:
                    return
            time.sleep(0.05)
        raise StandFailed(f"{process.name} did not come up:\n{process.tail()}")


def _clean_environment() -> dict[str, str]:
    return {
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "CELERY_BROKER_URL": "",
        "VTCONTROL_ALLOW_PRIVATE_URLS": "yes",
        "VTCONTROL_LOG_LEVEL": "WARNING",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
    }


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a folder that other users (PostgreSQL's) may enter, and delete it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="vtcontrol-stand-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def stub(folder: Path, *options: str) -> Iterator[str]:
    """Run the OpenAI-compatible stub; gives its base URL without "/v1"."""
    log = (folder / "stub.log").open("ab")
    command = [sys.executable, "-m", "tests.fakes.openai_server", "--port", "0", *options]
    popen = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL)
    try:
        assert popen.stdout is not None
        yield str(json.loads(popen.stdout.readline())["url"])
    finally:
        popen.terminate()
        popen.wait(10)
        if popen.stdout is not None:
            popen.stdout.close()
        log.close()


@contextmanager
def embedded(*, data_dir: Path | None = None) -> Iterator[Stand]:
    """Run `manage.py studio` on a fresh data folder (or on `data_dir`)."""
    with scratch_folder() as folder:
        home = data_dir or folder / "data"
        port = free_port()
        environment = {**_clean_environment(), "VTCONTROL_DATA_DIR": str(home)}
        stand = Stand(f"http://127.0.0.1:{port}", environment, folder)
        process = stand.start("studio", sys.executable, "manage.py", "studio", "--port", str(port), "--no-input")
        try:
            stand.wait_until_ready(process)
            yield stand
        finally:
            stand.processes["studio"].stop()  # a test may have started it anew


def restart_embedded(stand: Stand) -> Process:
    """Start the studio of a stand again on the same folder and port, after it was stopped or killed."""
    port = stand.url.rpartition(":")[2]
    process = stand.start("studio", sys.executable, "manage.py", "studio", "--port", port, "--no-input")
    stand.wait_until_ready(process)
    return process


def _postgres_bin() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if shutil.which("initdb"):
        found.append(Path(str(shutil.which("initdb"))).parent)
    if not found:
        raise StandFailed("PostgreSQL is not installed.")
    return found[-1]


@contextmanager
def postgres(folder: Path) -> Iterator[tuple[Process, str]]:
    """Run a PostgreSQL server of our own; gives its process and a database URL."""
    user = "postgres" if os.geteuid() == 0 else ""
    data, port, programs = folder / "postgres", free_port(), _postgres_bin()
    data.mkdir(mode=0o700)
    if user:
        shutil.chown(data, user, user)
    stand = Stand("", {}, folder)
    made = stand.start("initdb", str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "vtcontrol", user=user)
    if made.popen.wait(60):
        raise StandFailed(made.tail())
    options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "100"}
    settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    server = stand.start("postgres", str(programs / "postgres"), "-D", str(data), "-p", str(port), *settings, user=user)
    try:
        _wait_for_port(server, port)
        url = f"postgresql://vtcontrol@127.0.0.1:{port}/postgres"
        yield server, url
    finally:
        server.stop(signal.SIGINT)


@contextmanager
def redis(folder: Path) -> Iterator[tuple[Process, str]]:
    """Run a Redis server of our own; gives its process and URL."""
    program = shutil.which("redis-server")
    if program is None:
        raise StandFailed("Redis is not installed.")
    port = free_port()
    words = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    server = Stand("", {}, folder).start("redis", program, *words)
    try:
        _wait_for_port(server, port)
        yield server, f"redis://127.0.0.1:{port}/0"
    finally:
        server.stop()


def _wait_for_port(process: Process, port: int) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.popen.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise StandFailed(f"{process.name} did not come up:\n{process.tail()}")


QUIET = ("--without-mingle", "--without-gossip", "--without-heartbeat")  # as docs/production.md starts them
CELERY = (sys.executable, "-m", "celery", "-A", "vtcontrol")
WORKER = (*CELERY, "worker", "--loglevel", "WARNING", *QUIET)


@contextmanager
def production(*, live_workers: int = 1) -> Iterator[Stand]:
    """Run the production topology: PostgreSQL, Redis, daphne, live workers, an upkeep worker, beat."""
    with ExitStack() as stack:
        folder = stack.enter_context(scratch_folder())
        database, database_url = stack.enter_context(postgres(folder))
        cache, redis_url = stack.enter_context(redis(folder))
        port = free_port()
        environment = {
            **_clean_environment(),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "VTCONTROL_DATA_DIR": str(folder / "data"),
            "VTCONTROL_SECRET_KEY": "bench-" * 10,
            "VTCONTROL_ENCRYPTION_KEYS": "Y29kZS1vZi10aGUtYmVuY2gtMzItYnl0ZXMtbG9uZyE=",
            "VTCONTROL_PUBLIC_URL": f"http://127.0.0.1:{port}",
        }
        stand = Stand(f"http://127.0.0.1:{port}", environment, folder)
        stand.processes |= {"postgres": database, "redis": cache}
        stand.manage("migrate", "--no-input")
        stack.callback(_stop_all, stand, {"postgres", "redis"})
        web = stand.start(
            "web", sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "vtcontrol.asgi:application"
        )
        for number in range(live_workers):
            start_live_worker(stand, number)
        start_upkeep_worker(stand)
        stand.start("beat", *CELERY, "beat", "--loglevel", "WARNING", "-s", str(folder / "beat"))
        stand.wait_until_ready(web)
        yield stand


def start_live_worker(stand: Stand, number: int = 0, extra: Mapping[str, str] | None = None) -> Process:
    """Start one more live worker."""
    name = f"live{number}"
    return stand.start(name, *WORKER, "-Q", "live", "-P", "threads", "-c", "4", "-n", f"{name}@%h", extra=extra)


def start_upkeep_worker(stand: Stand) -> Process:
    """Start an upkeep worker."""
    return stand.start("upkeep", *WORKER, "-Q", "upkeep", "-P", "threads", "-c", "1", "-n", "upkeep@%h")


def _stop_all(stand: Stand, but: set[str]) -> None:
    for name, process in reversed(list(stand.processes.items())):
        if name not in but:
            process.stop()
