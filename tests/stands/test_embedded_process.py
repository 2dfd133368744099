"""The embedded process: it stops when asked, says in plain words why it cannot start, and comes back after a crash."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.stand import ROOT, Stand, embedded, free_port, restart_embedded
from tests.stands.clerk import clerk_of
from tests.stands.conftest import Audience, House, Stub

QUICK_S = 6.0
STORY = "stub-say: Once upon a time there was a dragon. He was very small. He liked soup. He lived in a lighthouse."


@pytest.fixture(scope="module")
def mortal(stub_server: Stub) -> Iterator[House]:
    """An embedded process that may be stopped and killed."""
    with embedded() as stand, clerk_of(stand) as clerk:
        yield House(stand, clerk, stub_server)


def start(port: int, home: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Start a studio that is not expected to run."""
    command = [sys.executable, "manage.py", "studio", "--port", str(port), "--no-input"]
    clean = {"DATABASE_URL": "", "REDIS_URL": "", "CELERY_BROKER_URL": "", "PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **clean, "VTCONTROL_DATA_DIR": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def is_one_plain_sentence(done: "subprocess.CompletedProcess[str]", *words: str) -> None:
    assert done.returncode not in {0, None}
    assert "Traceback" not in done.stdout + done.stderr
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word in lines[0]


def home_of(stand: Stand) -> Path:
    return Path(stand.environment["VTCONTROL_DATA_DIR"])


def links_in(log: str) -> list[str]:
    return re.findall(r"http://\S+/(?:stage|dock)/#(\S+)", log)


async def test_ctrl_c_in_the_middle_of_a_line_stops_it_cleanly(mortal: House, audience: Audience) -> None:
    stream = mortal.character()
    page = await audience.stage(mortal, stream, is_listening=False)
    process = mortal.stand.processes["studio"]
    event = await page.post_line(STORY)
    spoken = await page.first_audio()

    code = await asyncio.to_thread(process.stop, signal.SIGINT, QUICK_S)

    assert code == 0
    assert process.tail().splitlines()[-1] == "Stopped."
    assert "Traceback" not in process.tail(200)
    await asyncio.to_thread(restart_embedded, mortal.stand)
    await page.come_back()
    page.is_listening = True
    settled = await page.settled(event)
    assert (settled["state"], settled["turn"]["id"]) == ("answered", spoken.turn)
    assert (await page.say("stub-say: Hello again.", "Zoe")).outcome == "heard"
    assert page.hello["primary"] is True


async def test_after_a_crash_nothing_is_spoken_twice_and_what_waited_is_answered(
    mortal: House, audience: Audience
) -> None:
    stream = mortal.character()
    page = await audience.stage(mortal, stream, is_listening=False)
    event = await page.post_line(STORY)
    spoken = await page.first_audio()
    waiting = await page.post_line("stub-say: I waited for you.", "Zoe")

    await asyncio.to_thread(mortal.stand.processes["studio"].stop, signal.SIGKILL)
    await asyncio.to_thread(restart_embedded, mortal.stand)
    page.is_listening = True
    await page.come_back()

    settled = await page.settled(event)
    assert (settled["state"], settled["reason"], settled["turn"]["state"]) == ("answered", "cut_short", "cut")
    assert (await page.settled(waiting))["state"] == "answered"
    texts = [turn.text for turn in page.turns.values()]
    assert texts.count("I waited for you.") == 1
    assert [turn["event_id"] for turn in mortal.clerk.turns(stream)] == [event["id"], waiting["id"]]
    assert spoken.turn in page.turns


def test_a_second_start_on_the_same_folder_is_refused(mortal: House) -> None:
    done = start(free_port(), home_of(mortal.stand))

    is_one_plain_sentence(done, str(home_of(mortal.stand)), "--data-dir")


def test_a_taken_port_is_named_with_a_way_out(mortal: House, tmp_path: Path) -> None:
    port = int(mortal.url.rpartition(":")[2])

    done = start(port, tmp_path)

    is_one_plain_sentence(done, str(port), f"--port {port + 1}")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    place = tmp_path / "home" if os.geteuid() else Path("/proc/vtcontrol")  # root may write anywhere but there

    is_one_plain_sentence(start(free_port(), place), str(place))


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    place = tmp_path / "home"
    place.write_text("here lives somebody else")

    is_one_plain_sentence(start(free_port(), place), str(place))


def test_the_links_stay_the_same_and_the_password_is_shown_once(mortal: House) -> None:
    log = mortal.stand.processes["studio"].log.read_text()

    assert len(log.split("Open the stage page")) >= 3  # it was started at least twice
    assert len(set(links_in(log))) == 2
    assert log.count("password") == 1
    for token in set(links_in(log)):
        assert token not in (home_of(mortal.stand) / "links.sealed").read_text()


async def test_two_folders_run_side_by_side(mortal: House, embedded_house: House, audience: Audience) -> None:
    said = []
    for house in (mortal, embedded_house):
        page = await audience.stage(house, house.character())
        said.append((await page.say("stub-say: Here I am.")).outcome)

    assert said == ["heard", "heard"]
    assert home_of(mortal.stand) != home_of(embedded_house.stand)
