"""The puppet in Chromium: contact sheets of every look, feeling and mouth, and proof that they differ to the eye.

The pictures land in test-results/ for people to look at.
"""

import functools
import json
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from bench.stand import ROOT
from personas.appearance import FACES, LOOKS, PARTS, VISEMES, Look
from personas.domain.shapes import MOTIONS

pytestmark = pytest.mark.browser

SHOTS = ROOT / "test-results"
CHROMIUM = ["--no-sandbox", "--no-first-run", "--disable-background-networking", "--disable-gpu"]
CELL = (300, 348)
STAGE_720P = (422, 490)
LEAST_DIFFERENCE = 2.0
"""Of 255, the mean over the face of what tells two pictures apart; a blink alone is about 1."""

SHEET = """
import { createRenderer } from '/static/stage/avatar/renderer.js';
import { mouthAt } from '/static/stage/lipsync.js';

const BACK = '#566079';
Math.random = () => 0.5;

/** Faces of one look, settled; blinks and glances fall on the same moments in all of them. */
window.sheet = (look, cells, [width, height], columns) => {
  document.body.replaceChildren();
  const sheet = document.createElement('canvas');
  sheet.width = width * columns;
  sheet.height = height * Math.ceil(cells.length / columns);
  const pen = sheet.getContext('2d');
  pen.fillStyle = BACK;
  pen.fillRect(0, 0, sheet.width, sheet.height);
  window.faces = cells.map((cell, index) => {
    const root = document.createElement('div');
    root.style.cssText = `position:fixed;left:-9999px;width:${width}px;height:${height}px`;
    document.body.append(root);
    const face = createRenderer('puppet');
    face.mount(root, { badge: false, subtitles: false, character: '', avatar: { kind: 'puppet', ...look } });
    face.setEmotion(cell.emotion ?? 'neutral', cell.intensity ?? 1);
    for (let picture = 0; picture < 100; picture += 1) {
      face.setViseme({ [cell.viseme ?? 'sil']: 1 });
      if (picture === 70 && cell.motion) face.play(cell.motion);
      face.frame(20000 + picture * 16.7);
    }
    const canvas = root.querySelector('canvas');
    const x = (index % columns) * width + (width - canvas.width) / 2;
    const y = Math.floor(index / columns) * height;
    pen.drawImage(canvas, x, y);
    pen.fillStyle = '#fff';
    pen.font = '600 13px sans-serif';
    pen.fillText(cell.label, (index % columns) * width + 8, y + 18);
    const small = document.createElement('canvas');
    [small.width, small.height] = [75, 87];
    const eye = small.getContext('2d', { willReadFrequently: true });
    eye.fillStyle = BACK;
    eye.fillRect(0, 0, 75, 87);
    eye.drawImage(canvas, 0, 0, 75, 87);
    face.unmount();
    return eye.getImageData(12, 24, 51, 34).data;
  });
  document.body.append(sheet);
};

/** The two faces that are hardest to tell apart, and by how much. */
window.closest = () => {
  let least = { difference: Infinity, pair: [] };
  window.faces.forEach((one, left) => window.faces.slice(left + 1).forEach((other, offset) => {
    let sum = 0;
    for (let at = 0; at < one.length; at += 1) sum += Math.abs(one[at] - other[at]);
    const difference = sum / (one.length * 0.75);
    if (difference < least.difference) least = { difference, pair: [left, left + 1 + offset] };
  }));
  return least;
};

/** A talking face on the page's own clock. */
window.perform = (look, [width, height], cues) => {
  const root = document.createElement('div');
  root.style.cssText = `position:fixed;right:20px;bottom:0;width:${width}px;height:${height}px;contain:strict`;
  document.body.replaceChildren(root);
  const face = createRenderer('puppet');
  face.mount(root, { badge: false, subtitles: false, character: '', avatar: { kind: 'puppet', ...look } });
  face.setEmotion('excited', 1);
  window.pictures = 0;
  window.performing = true;
  const from = performance.now();
  const picture = (now) => {
    if (!window.performing) return face.unmount();
    requestAnimationFrame(picture);
    const at = (now - from) % 4000;
    face.setViseme(mouthAt(cues, at));
    if (window.pictures % 240 === 0) face.play('wave');
    face.frame(now);
    window.pictures += 1;
  };
  requestAnimationFrame(picture);
};
"""


class Files(SimpleHTTPRequestHandler):
    """The project's static files, and a bare page for the sheets."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript"}

    def do_GET(self) -> None:
        if self.path != "/sheet.html":
            super().do_GET()
            return
        page = f"<!doctype html><link rel=icon href=data:,><body style=margin:0><script type=module>{SHEET}</script>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=str(ROOT)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/sheet.html"
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    SHOTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", headless=True, args=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    complaints: list[str] = []
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    page.wait_for_function("() => Boolean(window.sheet)")
    yield page
    page.close()
    assert complaints == []


def worn(look: Look, palette: int = 0) -> dict[str, Any]:
    """Return a ready look as the stage takes it."""
    parts = {part: look.parts[field] for part, field in PARTS.items()}
    return {"palette": dict(look.palettes[palette].colours), "parts": parts}


def shoot(page: Page, name: str, look: dict[str, Any], cells: list[dict[str, Any]], columns: int) -> None:
    """Draw a sheet and keep it as test-results/<name>.png."""
    page.evaluate("([look, cells, size, columns]) => sheet(look, cells, size, columns)", [look, cells, CELL, columns])
    page.locator("canvas").screenshot(path=SHOTS / f"{name}.png")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.key)
def test_every_feeling_of_a_look_differs_to_the_eye(page: Page, look: Look) -> None:
    cells = [{"emotion": face, "label": face} for face in FACES]

    shoot(page, f"puppet-{look.key}-feelings", worn(look), cells, 6)

    found = page.evaluate("closest()")
    pair = [cells[index]["label"] for index in found["pair"]]
    assert found["difference"] > LEAST_DIFFERENCE, f"{pair}: {found['difference']:.2f}"


def test_every_mouth_differs_to_the_eye(page: Page) -> None:
    for look in LOOKS[:3]:
        cells = [{"viseme": viseme, "label": viseme} for viseme in VISEMES]

        shoot(page, f"puppet-{look.key}-mouths", worn(look), cells, 5)

        found = page.evaluate("closest()")
        pair = [cells[index]["label"] for index in found["pair"]]
        assert found["difference"] > 0.1, f"{look.key} {pair}: {found['difference']:.2f}"


def test_motions_and_degrees_of_a_feeling_are_seen(page: Page) -> None:
    degrees = [
        {"emotion": face, "intensity": degree, "label": f"{face} {degree}"}
        for face in ("joy", "sad", "angry")
        for degree in (0.25, 0.5, 0.75, 1)
    ]
    moves = [{"motion": motion, "label": motion} for motion in MOTIONS]

    shoot(page, "puppet-degrees", worn(LOOKS[0]), degrees + moves, 4)

    assert page.evaluate("closest()")["difference"] > 0.2


def test_looks_have_silhouettes_and_palettes_of_their_own(page: Page) -> None:
    for look in LOOKS:
        for palette in range(len(look.palettes)):
            shoot(page, f"puppet-{look.key}-{look.palettes[palette].key}", worn(look, palette), [{"label": ""}], 1)


def test_an_unknown_feeling_is_calm_and_an_unknown_part_is_our_own(page: Page) -> None:
    look = {"palette": {"hair": "red"}, "parts": {"hair": "mohawk", "wings": "bat"}}
    cells = [{"emotion": "neutral", "label": ""}, {"emotion": "nostalgia", "motion": "backflip", "label": ""}]

    shoot(page, "puppet-unknown", look, cells, 2)

    assert page.evaluate("closest()")["difference"] == 0


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.key)
def test_a_talking_puppet_draws_without_a_graphics_card_and_keeps_no_memory(page: Page, look: Look) -> None:
    cues = [[at * 110, VISEMES[(at * 7) % len(VISEMES)]] for at in range(30)] + [[3300, "sil"]]
    session = page.context.new_cdp_session(page)

    def heap() -> int:
        session.send("HeapProfiler.collectGarbage")
        return int(session.send("Runtime.getHeapUsage")["usedSize"])

    page.evaluate("([look, size, cues]) => perform(look, size, cues)", [worn(look), STAGE_720P, cues])
    page.wait_for_function("window.pictures > 60")
    before, pictures = heap(), page.evaluate("pictures")
    page.wait_for_function(f"window.pictures > {pictures + 300}", timeout=60_000)
    after = heap()
    page.evaluate("window.performing = false")

    print(json.dumps({"look": look.key, "grown_kb": round((after - before) / 1024, 1)}))
    assert after - before < 256 * 1024
