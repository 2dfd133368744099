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

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

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
    try:
        evening.popen.wait(20)
    except subprocess.TimeoutExpired:
        evening.popen.kill()
        evening.popen.wait(10)


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


@pytest.fixture(scope="module")
def admin(evening: Evening, browser: Browser) -> Iterator[Page]:
    """The admin, entered with the password that was printed."""
    page = evening.watched(browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme="light"))
    page.goto(f"{evening.url}/admin/")
    page.fill("input[name=username]", "owner")
    page.fill("input[name=password]", evening.printed(r"password (\S+) \("))
    page.press("input[name=password]", "Enter")
    until(lambda: page.locator("text=The Far Light").count())
    yield page
    page.close()


def say(dock: Page, text: str) -> None:
    field = dock.get_by_placeholder("Say something as a viewer")
    field.fill(text)
    field.press("Enter")


LISTEN = """() => {
  clearInterval(window.ears);
  const heard = window.heard = {loudest: 0, shapes: [], emotions: [], subtitles: [], openWithoutVoice: 0, moments: 0};
  const isOpen = (mouth) => Object.entries(mouth).some(([shape, weight]) => shape !== 'sil' && weight > 0.2);
  window.ears = setInterval(() => {
    const v = window.vtcontrol, rms = v.audio.rms(), mouth = v.mouth(), shape = JSON.stringify(mouth);
    heard.moments += v.audio.playing;
    heard.loudest = Math.max(heard.loudest, rms);
    if (v.audio.playing && heard.shapes.at(-1) !== shape) heard.shapes.push(shape);
    if (!v.audio.playing && isOpen(mouth)) heard.openWithoutVoice += 1;
    if (!heard.emotions.includes(v.emotion().name)) heard.emotions.push(v.emotion().name);
    const words = v.subtitle();
    if (words && !heard.subtitles.includes(words)) heard.subtitles.push(words);
  }, 16);
}"""
LOG = "window.vtcontrol.log.map(({way, type, detail}) => ({way, type, ...detail}))"


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


def test_the_turn_stands_in_the_admin_as_soon_as_the_dock_shows_it(admin: Page, evening: Evening, stage: Page) -> None:
    admin.goto(f"{evening.url}/admin/streams/turn/")

    said = " ".join(stage.evaluate("window.heard.subtitles"))
    row = admin.locator("#result_list tbody tr").first.inner_text()
    assert said.split(".")[0].split(",")[0][:20] in row


def test_the_page_told_what_it_heard_of_every_segment(stage: Page) -> None:
    log = stage.evaluate(LOG)

    announced = [one["seg"] for one in log if one["type"] == "say.start"]
    heard = [one for one in log if (one["way"], one["type"]) == ("out", "heard")]
    assert announced
    assert [one["seg"] for one in heard] == announced
    assert all(one["ms"] > 100 for one in heard)
    assert not [one for one in log if one["way"] == "refused"]


def test_the_mouth_moves_with_the_voice_and_closes_with_it(stage: Page) -> None:
    until(lambda: not stage.evaluate("window.vtcontrol.audio.playing"))

    def shape() -> dict[str, float]:
        found: dict[str, float] = stage.evaluate("window.vtcontrol.mouth()")
        return found

    until(lambda: all(weight < 0.05 for name, weight in shape().items() if name != "sil"), f"open: {shape()}")
    heard = stage.evaluate("window.heard")
    assert heard["openWithoutVoice"] <= max(3, heard["moments"] // 20)


def test_skip_silences_the_stage(stage: Page, dock: Page) -> None:
    say(dock, "Mira, tell me everything about the lighthouse, please!")
    until(lambda: stage.evaluate("window.vtcontrol.audio.playing && window.vtcontrol.audio.rms() > 0.01"))

    dock.get_by_role("button", name="Skip line").click()

    until(lambda: not stage.evaluate("window.vtcontrol.audio.playing"))
    until(lambda: stage.evaluate("window.vtcontrol.audio.rms() < 0.002"))
    nothing_was_taken_after_the_stop(stage)


def nothing_was_taken_after_the_stop(stage: Page) -> None:
    """What came of the turn after the page was told to stop was refused."""
    log = stage.evaluate(LOG)
    place = max(number for number, one in enumerate(log) if one["type"] == "stop" and one["turn"] is None)
    turn = next(one["turn"] for one in reversed(log[:place]) if one["type"] == "say.start")
    after = [one for one in log[place:] if one.get("turn") == turn and one["way"] == "in"]
    assert not [one for one in after if one["type"] in {"audio", "say.start", "say.visemes"}]


def test_panic_holds_until_it_is_released(stage: Page, dock: Page) -> None:
    say(dock, "Mira, what do you see at night?")
    until(lambda: stage.evaluate("window.vtcontrol.audio.playing"))

    dock.get_by_role("button", name=re.compile("Panic")).click()

    until(lambda: not stage.evaluate("window.vtcontrol.audio.playing"))
    until(lambda: "Silenced" in dock.inner_text("body"))
    nothing_was_taken_after_the_stop(stage)
    said_before = stage.evaluate("window.vtcontrol.audio.chunks")
    say(dock, "Mira, are you there?")
    until(lambda: "Cancelled" in dock.inner_text("body"), "a line that came in a panic is not shown as cancelled")
    assert stage.evaluate("window.vtcontrol.audio.chunks") == said_before
    dock.screenshot(path=SHOTS / "dock-panic.png")
    release = dock.get_by_role("button", name=re.compile("Hold|Release|silence", re.IGNORECASE)).first
    box = release.bounding_box()
    assert box is not None
    dock.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    dock.mouse.down()
    until(lambda: "silence now" in dock.inner_text("body"), "the held press did not release the panic")
    dock.mouse.up()


ROOMS = {
    "room": "/admin/",
    "persona": "/admin/personas/persona/",
    "turn": "/admin/streams/turn/",
    "viewer": "/admin/relationships/viewer/",
}


@pytest.mark.parametrize(
    ("look", "options"),
    [
        ("desktop-light-en", {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light", "locale": "en-GB"}),
        ("desktop-dark-ru", {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark", "locale": "ru-RU"}),
        ("phone-light-ru", {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "locale": "ru-RU"}),
        ("phone-dark-en", {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "locale": "en-GB"}),
    ],
)
def test_every_page_stands_in_every_light_size_and_language(
    evening: Evening, browser: Browser, admin: Page, look: str, options: dict[str, Any]
) -> None:
    context = browser.new_context(**options, storage_state=admin.context.storage_state())
    page = evening.watched(context.new_page())
    is_russian = options["locale"] == "ru-RU"
    for name, path in ROOMS.items():
        page.goto(evening.url + path)
        if name != "room":
            page.locator("#result_list tbody tr a").first.click()
            page.wait_for_load_state()
        assert page.locator("html").get_attribute("lang") == ("ru" if is_russian else "en")
        assert fits(page), f"{name} is wider than its window"
        page.screenshot(path=SHOTS / f"admin-{name}-{look}.png")
    page.goto(evening.printed(r"(http\S+/dock/#\S+)"))
    until(lambda: ("Паника" if is_russian else "Panic") in page.inner_text("body"))
    until(lambda: ("На связи" if is_russian else "Connected") in page.inner_text("body"))
    assert fits(page)
    page.screenshot(path=SHOTS / f"dock-{look}.png")
    page.goto(evening.printed(r"(http\S+/stage/#\S+)").replace("/stage/", "/stage/?preview=1"))
    until(lambda: page.evaluate("window.vtcontrol?.connection() === 'open'"))
    page.screenshot(path=SHOTS / f"stage-{look}.png")
    context.close()


def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"))


def test_a_changed_persona_is_heard_in_the_next_line(evening: Evening, admin: Page, stage: Page, dock: Page) -> None:
    admin.goto(f"{evening.url}/admin/personas/persona/")
    admin.locator("#result_list tbody tr a", has_text="Mira").first.click()
    admin.fill("input[name=name]", "Admiral Plum")
    admin.locator("button[name=_save], input[name=_save]").first.click()
    until(lambda: "Admiral Plum" in admin.inner_text("body"))

    say(dock, "Good evening to you!")

    until(lambda: "Admiral Plum" in dock.inner_text("vt-transcript"), "the old name answers")
    until(lambda: "Admiral Plum" in stage.inner_text("body"), "the stage still shows the old name")


def test_both_pages_come_back_after_a_restart(evening: Evening, stage: Page, dock: Page) -> None:
    complaints = list(evening.complaints)
    evening.popen.send_signal(signal.SIGINT)
    assert evening.popen.wait(20) == 0
    until(lambda: stage.evaluate("window.vtcontrol.connection() !== 'open'"))
    until(lambda: "Connected" not in dock.inner_text("body"))

    evening.popen = start(evening.port, evening.data, evening.log)

    until(lambda: stage.evaluate("window.vtcontrol.connection() === 'open' && window.vtcontrol.primary()"))
    until(lambda: "Connected" in dock.inner_text("body"))
    before = stage.evaluate("window.vtcontrol.audio.chunks")
    say(dock, "Good morning!")
    until(lambda: stage.evaluate("window.vtcontrol.audio.chunks") > before)
    until(lambda: stage.evaluate("window.vtcontrol.audio.rms() > 0.01"))
    evening.complaints[:] = complaints  # while the server was away a browser has every right to complain


def test_no_page_complained(evening: Evening) -> None:
    assert evening.complaints == []
