"""A headless Chromium and a stage page in it whose server the bench plays (bench/stage.js). Software rendering."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench.stand import StandFailed

FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--enable-precise-memory-info",
    "--js-flags=--expose-gc",
]
SCRIPT = Path(__file__).parent / "stage.js"
START_S = 20.0


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Debian's Chromium.

    Raises:
        StandFailed: It is not installed.
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        raise StandFailed("Chromium is not installed.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=FLAGS)
        yield browser
        browser.close()


def open_stage(
    browser: Browser,
    url: str,
    token: str,
    *,
    size: tuple[int, int],
    query: str = "",
    look: dict[str, Any] | None = None,
) -> Page:
    """Open a stage page of so many pixels; it is greeted with `look` and primary."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.add_init_script(path=SCRIPT)
    page.add_init_script(f"window.bench.setLook({json.dumps(look or {})})")
    page.goto(f"{url}/stage/{query}#{token}")
    until = time.monotonic() + START_S
    while not page.evaluate(
        "window.vtcontrol?.connection() === 'open'"
    ):  # wait_for_function evaluates: the CSP refuses
        if time.monotonic() > until:
            raise StandFailed("The stage page did not connect.")
        page.wait_for_timeout(20)
    return page
