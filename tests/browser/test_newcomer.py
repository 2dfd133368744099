"""A newcomer's evening in a real browser: the README's command, the printed links, a line typed, seen and heard."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from bench.stand import ROOT, free_port

pytestmark = pytest.mark.browser

SHOTS = ROOT / "test-results"
CHROMIUM = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
PATIENCE_S = 40.0


@dataclass
class Evening:
    """The running studio, its links, and what the browser complained of."""

    popen: subprocess.Popen[bytes]
    log: Path
    port: int
    data: Path
    complaints: list[str] = field(default_factory=list)

    def printed(self, pattern: str) -> str:
        found = re.search(pattern, self.log.read_text())
        assert found is not None, self.log.read_text()[-2000:]
        return found[1]

    def watched(self, page: Page) -> Page:
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page


def start(port: int, data: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start as the README says; the environment that runs the tests stands in for a second install."""
    command = [str(ROOT / "run"), "--port", str(port), "--data-dir", str(data), "--no-input"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("VTCONTROL_")}
    environment |= {"VTCONTROL_VENV": sys.prefix, "DATABASE_URL": "", "REDIS_URL": "", "CELERY_BROKER_URL": ""}
    with log.open("ab") as output:
        popen = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    until(lambda: is_up(port), f"./run did not come up: {log.read_text()[-1500:]}")
    return popen


def is_up(port: int) -> bool:
    with suppress(URLError, OSError), urlopen(f"http://localhost:{port}/healthz", timeout=2) as answer:
        return bool(answer.status == 200)
    return False


def until(is_so: Callable[[], Any], complaint: str = "it did not happen") -> Any:
    """Wait until `is_so` gives something true."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := is_so():
            return found
        time.sleep(0.02)
    raise AssertionError(complaint)


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    folder = tmp_path_factory.mktemp("evening")
    port = free_port()
    log = folder / "run.log"
    popen = start(port, folder / "data", log)
    evening = Evening(popen, log, port, folder / "data")
    yield evening
    evening.popen.send_signal(signal.SIGINT)
    evening.popen.wait(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    SHOTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", headless=True, args=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def stage(evening: Evening, browser: Browser) -> Iterator[Page]:
    page = evening.watched(browser.new_page(viewport={"width": 1280, "height": 720}))
    page.goto(evening.printed(r"(http\S+/stage/#\S+)"))
    until(lambda: page.evaluate("window.vtcontrol?.primary()"))
    yield page
    page.close()


@pytest.fixture(scope="module")
def dock(evening: Evening, browser: Browser) -> Iterator[Page]:
    page = evening.watched(browser.new_page(viewport={"width": 390, "height": 760}, color_scheme="dark"))
    page.goto(evening.printed(r"(http\S+/dock/#\S+)"))
    until(lambda: "Connected" in page.inner_text("body"))
    yield page
    page.close()


def say(dock: Page, text: str) -> None:
    field = dock.get_by_placeholder("Say something as a viewer")
    field.fill(text)
    field.press("Enter")


LISTEN = """() => {
  const heard = window.heard = {loudest: 0, shapes: [], open: 0, emotions: [], subtitles: []};
  window.ears = setInterval(() => {
    const v = window.vtcontrol, rms = v.audio.rms(), mouth = JSON.stringify(v.mouth());
    if (rms > heard.loudest) heard.loudest = rms;
    if (v.audio.playing && heard.shapes[heard.shapes.length - 1] !== mouth) heard.shapes.push(mouth);
    if (!heard.emotions.includes(v.emotion().name)) heard.emotions.push(v.emotion().name);
    const words = v.subtitle();
    if (words && !heard.subtitles.includes(words)) heard.subtitles.push(words);
  }, 16);
}"""


def test_a_line_typed_in_the_dock_is_answered_seen_and_heard(evening: Evening, stage: Page, dock: Page) -> None:
    stage.evaluate(LISTEN)

    say(dock, "Hello! How are you tonight?")
    until(lambda: stage.evaluate("window.heard.shapes.length > 8"), "the mouth does not move")
    stage.screenshot(path=SHOTS / "stage-speaking.png")
    dock.screenshot(path=SHOTS / "dock-speaking.png")
    until(lambda: "Heard" in dock.inner_text("body"), "the dock never shows the line as heard")

    heard = stage.evaluate("window.heard")
    assert heard["loudest"] > 0.01
    assert len(set(heard["shapes"])) > 8
    assert any(len(words) > 10 for words in map(str, heard["subtitles"]))
    assert set(heard["emotions"]) - {"neutral"}
    sound = stage.evaluate("({gaps: window.vtcontrol.audio.gaps, chunks: window.vtcontrol.audio.chunks})")
    assert sound["gaps"] == 0
    assert sound["chunks"] > 3
    dock.screenshot(path=SHOTS / "dock-heard.png")


def test_the_mouth_closes_when_the_line_is_over(stage: Page) -> None:
    until(lambda: not stage.evaluate("window.vtcontrol.audio.playing"))

    def shape() -> dict[str, float]:
        found: dict[str, float] = stage.evaluate("window.vtcontrol.mouth()")
        return found

    until(lambda: all(weight < 0.05 for name, weight in shape().items() if name != "sil"), f"open: {shape()}")


def test_skip_silences_the_stage(stage: Page, dock: Page) -> None:
    say(dock, "Mira, tell me everything about the lighthouse, please!")
    until(lambda: stage.evaluate("window.vtcontrol.audio.playing && window.vtcontrol.audio.rms() > 0.01"))

    dock.get_by_role("button", name="Skip line").click()

    until(lambda: not stage.evaluate("window.vtcontrol.audio.playing"))
    until(lambda: stage.evaluate("window.vtcontrol.audio.rms() < 0.002"))
    assert stage.evaluate("window.vtcontrol.log.some(one => one.type === 'stop')")


def test_panic_holds_until_it_is_released(stage: Page, dock: Page) -> None:
    say(dock, "Mira, what do you see at night?")
    until(lambda: stage.evaluate("window.vtcontrol.audio.playing"))

    dock.get_by_role("button", name=re.compile("Panic")).click()

    until(lambda: not stage.evaluate("window.vtcontrol.audio.playing"))
    until(lambda: "Silenced" in dock.inner_text("body") or "Hold" in dock.inner_text("body"))
    dock.screenshot(path=SHOTS / "dock-panic.png")
    release = dock.get_by_role("button", name=re.compile("Hold|Release|silence", re.IGNORECASE)).first
    box = release.bounding_box()
    assert box is not None
    dock.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    dock.mouse.down()
    until(lambda: "silence now" in dock.inner_text("body"), "the held press did not release the panic")
    dock.mouse.up()


def test_the_turn_stands_in_the_admin(evening: Evening, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    page = evening.watched(context.new_page())
    page.goto(f"http://localhost:{evening.port}/admin/")
    page.fill("input[name=username]", "owner")
    page.fill("input[name=password]", evening.printed(r"password (\S+) \("))
    page.press("input[name=password]", "Enter")
    until(lambda: page.locator("text=The Far Light").count())
    page.screenshot(path=SHOTS / "admin-light.png")

    page.goto(f"http://localhost:{evening.port}/admin/streams/turn/")
    page.screenshot(path=SHOTS / "admin-turns.png")
    page.locator("#result_list tbody tr a").first.click()
    until(lambda: page.locator("text=Why did it say that?").count())
    page.set_viewport_size({"width": 390, "height": 844})
    page.screenshot(path=SHOTS / "admin-turn-phone.png", full_page=True)
    context.close()


def test_the_admin_speaks_russian(evening: Evening, browser: Browser) -> None:
    context = browser.new_context(locale="ru-RU", color_scheme="dark", viewport={"width": 1440, "height": 900})
    page = evening.watched(context.new_page())
    page.goto(f"http://localhost:{evening.port}/admin/login/")
    page.screenshot(path=SHOTS / "login-ru.png")
    page.goto(evening.printed(r"(http\S+/dock/#\S+)"))
    until(lambda: "Паника" in page.inner_text("body"))
    page.screenshot(path=SHOTS / "dock-ru.png")
    context.close()


def test_both_pages_come_back_after_a_restart(evening: Evening, stage: Page, dock: Page) -> None:
    evening.popen.send_signal(signal.SIGINT)
    evening.popen.wait(20)
    complaints = list(evening.complaints)

    evening.popen = start(evening.port, evening.data, evening.log)

    until(lambda: "Connected" in dock.inner_text("body"))
    until(lambda: stage.evaluate("window.vtcontrol.primary()"))
    before = stage.evaluate("window.vtcontrol.audio.chunks")
    say(dock, "Good morning, Mira!")
    until(lambda: stage.evaluate("window.vtcontrol.audio.chunks") > before)
    evening.complaints[:] = complaints  # while the server was away a browser has every right to complain


def test_no_page_complained(evening: Evening) -> None:
    assert evening.complaints == []
