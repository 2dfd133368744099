"""The four docks in a real browser, at the sizes and in the languages they are used in; its pictures are looked at.

Drives a whole embedded studio: what is pressed in a dock is seen in the others, heard on the stage, kept by the server.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.stand import ROOT, Stand, embedded

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
SIZES = {"320": (320, 640), "1024": (1024, 720)}
LONG = (
    "[joy] Welcome back, everybody! Tonight we count the ships that pass the lighthouse, one by one, and whoever "
    "guesses the number gets a song. Think about it for a while. I will wait. There is no hurry, the night is long."
)
CHAT: list[tuple[str, str, dict[str, str]]] = [
    ("Juniper", "What are you playing next?", {}),
    ("Captain Waffles", "This one is for the tea fund!", {"kind": "donation", "amount": "5.00", "currency": "EUR"}),
    ("Moss", "Mira, which star is that?", {}),
    ("Pixel", "nice hat", {}),
    ("Otto", "a long line about the weather, the sea, the ships, the gulls and everything else one sees from here", {}),
    ("Ida", "does it rain there?", {}),
]


def until(is_so: Callable[[], Any], complaint: str = "it did not happen") -> Any:
    """Wait until `is_so` gives something true."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := is_so():
            return found
        time.sleep(0.05)
    raise AssertionError(complaint)


@dataclass
class Evening:
    """A running studio, its links, and what the browser complained of."""

    stand: Stand
    stage: str
    dock: str
    password: str
    complaints: list[str] = field(default_factory=list)
    stream: str = ""

    def watched(self, page: Page) -> Page:
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def panel(self, name: str) -> str:
        base, _, token = self.dock.partition("#")
        return f"{base}{name}/#{token}"

    def call(self, method: str, what: str, body: Any = None) -> Any:
        """Call the API as a dock does."""
        self.stream = self.stream or json.loads(self._ask("POST", "session", {}))["stream"]["id"]
        return json.loads(self._ask(method, f"streams/{self.stream}/{what}", body))

    def _ask(self, method: str, path: str, body: Any) -> bytes:
        token = self.dock.partition("#")[2]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(f"{self.stand.url}/api/v1/{path}", data, headers, method=method), timeout=20) as answer:
            return bytes(answer.read())

    def crowd(self) -> list[str]:
        """Keep the character busy with a long speech, and let others wait; return their events."""
        self.call("POST", "say", {"text": LONG})
        until(lambda: self.call("GET", "state")["state"]["speaking_turn"])
        ids = []
        for name, text, more in CHAT:
            body = {"text": text, "author_name": name, "author_id": name.lower(), "platform": "dock", **more}
            ids.append(str(self.call("POST", "events", body)["id"]))
        return ids


@pytest.fixture(scope="module")
def evening() -> Iterator[Evening]:
    SHOTS.mkdir(exist_ok=True)
    with embedded() as stand:
        log = stand.processes["studio"].log
        until(lambda: "/dock/#" in log.read_text())
        said = log.read_text()

        def printed(pattern: str) -> str:
            found = re.search(pattern, said)
            assert found is not None, said[-2000:]
            return found[1]

        yield Evening(
            stand, printed(r"(http\S+/stage/#\S+)"), printed(r"(http\S+/dock/#\S+)"), printed(r"password (\S+) \(")
        )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", headless=True, args=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def stage(evening: Evening, browser: Browser) -> Iterator[Page]:
    page = evening.watched(browser.new_page(viewport={"width": 640, "height": 360}))
    page.goto(evening.stage)
    until(lambda: page.evaluate("window.vtcontrol?.primary()"))
    yield page
    page.close()


def opened(evening: Evening, browser: Browser, panel: str = "show", **context: Any) -> Page:
    made: BrowserContext = browser.new_context(
        **{"viewport": {"width": 320, "height": 640}, "color_scheme": "dark", "locale": "en-US", **context}
    )
    page = evening.watched(made.new_page())
    page.goto(evening.panel(panel) if panel != "show" else evening.dock)
    until(lambda: page.evaluate("document.documentElement.dataset.connection === 'open'"))
    return page


@pytest.fixture(scope="module")
def dock(evening: Evening, browser: Browser, stage: Page) -> Iterator[Page]:
    page = opened(evening, browser)
    yield page
    page.context.close()


def test_a_quiet_dock_says_what_it_is_for(dock: Page) -> None:
    for panel, words in (
        ("queue", "Nothing waits"),
        ("viewer", "Nobody has been answered yet"),
        ("health", "Nothing went wrong"),
    ):
        dock.click(f"#tab-{panel}")
        until(lambda panel=panel, words=words: words in dock.inner_text(f"#panel-{panel}"))
        dock.screenshot(path=SHOTS / f"dock-empty-{panel}.png")
        assert f"/dock/{panel}/#" in dock.url
    dock.click("#tab-show")


def test_say_this_is_spoken_and_heard(dock: Page, stage: Page) -> None:
    dock.keyboard.press("t")
    dock.get_by_placeholder("Words for the character").fill("[joy] The lamp is lit.")
    dock.keyboard.press("Enter")

    until(lambda: "The lamp is lit." in dock.inner_text(".line[data-who=character]"), "the character does not say it")
    until(lambda: stage.evaluate("window.vtcontrol.audio.chunks") > 0, "nothing is heard on the stage")
    until(lambda: "Heard" in dock.inner_text("vt-transcript"))
    assert "Director" in dock.inner_text("vt-transcript")


def test_the_queue_is_steered_by_keys_and_undone(evening: Evening, browser: Browser, stage: Page) -> None:
    page = opened(evening, browser, "queue")
    ids = evening.crowd()
    rows = page.locator("vt-queue .half:first-child .row")
    until(lambda: rows.count() == len(ids), "the queue does not show who waits")

    page.keyboard.press("j")
    last = page.locator(f".row[data-id='{ids[-1]}']")
    last.focus()
    page.keyboard.press("a")
    until(lambda: rows.first.get_attribute("data-id") == ids[-1], "the pinned line does not come first")
    until(lambda: evening.call("GET", "queue")["waiting"][0]["is_pinned"])
    page.locator(f".row[data-id='{ids[3]}']").focus()
    page.keyboard.press("d")
    until(lambda: evening.call("GET", f"events/{ids[3]}")["state"] == "cancelled")
    page.screenshot(path=SHOTS / "dock-queue-undo.png")
    page.keyboard.press("z")
    until(lambda: evening.call("GET", f"events/{ids[3]}")["state"] == "waiting", "the drop was not taken back")
    page.context.close()


def test_a_press_that_is_refused_is_taken_back(evening: Evening, browser: Browser) -> None:
    page = opened(evening, browser, "queue")
    rows = page.locator("vt-queue .half:first-child .row")
    until(lambda: rows.count() > 2)
    page.route(
        "**/drop", lambda route: route.fulfill(status=409, json={"title": "No", "detail": "Too late.", "status": 409})
    )
    row = rows.nth(2)
    event_id = row.get_attribute("data-id")
    row.locator("button", has_text="Drop").click()

    until(lambda: "Too late." in page.inner_text("vt-notices"))
    assert page.locator(f".half:first-child .row[data-id='{event_id}']").count() == 1
    evening.complaints[:] = [one for one in evening.complaints if "409" not in one]  # the browser notes refusals
    page.context.close()


@pytest.mark.parametrize(("scheme", "locale"), [("dark", "en"), ("light", "ru")])
@pytest.mark.parametrize("size", SIZES)
def test_each_dock_has_its_picture(size: str, scheme: Any, locale: str, evening: Evening, browser: Browser) -> None:
    width, height = SIZES[size]
    if evening.call("GET", "queue")["total"] < 3:
        evening.crowd()
    look = {"viewport": {"width": width, "height": height}, "color_scheme": scheme, "locale": locale}
    page = opened(evening, browser, **look)
    for panel in ("show", "queue", "viewer", "health"):
        page.click(f"#tab-{panel}")
        until(lambda panel=panel: page.locator(f"#panel-{panel} :is(.line, .row, .face)").count())
        page.wait_for_timeout(250)
        page.screenshot(path=SHOTS / f"dock-{panel}-{size}-{scheme}-{locale}.png")
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider == 0, f"{panel} is {wider} px too wide at {size}"
    page.context.close()


def test_the_viewer_answered_now_is_muted_noted_and_unmuted(evening: Evening, browser: Browser, stage: Page) -> None:
    body = {"text": "Good evening, Mira!", "author_name": "Theo", "author_id": "theo", "platform": "dock"}
    event = evening.call("POST", "events", body)["id"]
    evening.call("POST", f"events/{event}/pin", {})
    evening.call("POST", "skip", {})
    page = opened(evening, browser, "viewer", viewport={"width": 1024, "height": 720})
    until(lambda: "Theo" in page.inner_text("#panel-viewer .card-head"), "the card of who is answered does not come")

    page.get_by_role("button", name="30 min").click()
    until(lambda: "muted until" in page.inner_text(".card-head"))
    page.keyboard.press("n")
    page.get_by_placeholder("Quick note").fill("Brought a typewriter today.")
    page.keyboard.press("Enter")
    until(lambda: "Brought a typewriter today." in page.inner_text(".notes:not(.is-never)"))
    page.screenshot(path=SHOTS / "dock-viewer-muted.png")
    card = until(lambda: (found := evening.call("GET", "viewers/current")["viewer"])["is_muted"] and found)
    assert card["notes"][0] == "Brought a typewriter today."
    page.get_by_role("button", name="Unmute viewer").click()
    until(lambda: not evening.call("GET", "viewers/current")["viewer"]["is_muted"])
    page.context.close()


def test_panic_is_in_the_same_place_in_every_panel(evening: Evening, dock: Page) -> None:
    places = set()
    for panel in ("show", "queue", "viewer", "health"):
        dock.click(f"#tab-{panel}")
        places.add(json.dumps(dock.locator(".panic").bounding_box()))
    dock.click(".panic")
    until(lambda: evening.call("GET", "state")["state"]["panicked"])
    dock.screenshot(path=SHOTS / "dock-panicked.png")
    dock.hover(".panic")
    dock.mouse.down()
    until(lambda: not evening.call("GET", "state")["state"]["panicked"], "a held press does not release")
    dock.mouse.up()

    assert len(places) == 1


def test_the_docks_stand_in_the_admin_too(evening: Evening, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 860}, color_scheme="light", locale="en-US")
    page = evening.watched(context.new_page())
    page.goto(f"{evening.stand.url}/admin/")
    page.fill("input[name=username]", "owner")
    page.fill("input[name=password]", evening.password)
    page.press("input[name=password]", "Enter")
    until(lambda: page.locator(".vt-stream a.vt-button", has_text="Dock").count())
    page.locator(".vt-stream a.vt-button", has_text="Dock").first.click()
    frame = page.frame_locator(".vt-dock-frame")
    until(lambda: "Connected" in frame.locator("body").inner_text())
    frame.locator("#tab-queue").click()
    until(lambda: "Waiting" in frame.locator("#panel-queue").inner_text())
    page.wait_for_timeout(300)
    page.screenshot(path=SHOTS / "admin-dock.png")
    assert "#" not in page.url
    context.close()


def test_no_page_complained(evening: Evening) -> None:
    assert evening.complaints == []
