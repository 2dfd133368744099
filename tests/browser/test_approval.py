"""Held lines in a real dock: seen, decided with keys and buttons, taken back when refused; the stage stays silent."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_docks import SHOTS, Evening, browser, evening, opened, stage, until

__all__ = ["browser", "evening", "stage"]  # fixtures

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def asking(evening: Evening, browser: Browser) -> Evening:
    """The stream asks a person before every answer: somebody set it so in the admin."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{evening.stand.url}/admin/")
    page.fill("input[name=username]", "owner")
    page.fill("input[name=password]", evening.password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile(r"/admin/?$"))
    stream = evening.call("GET", "state")["stream"]["id"]
    page.goto(f"{evening.stand.url}/admin/streams/stream/{stream}/change/")
    page.select_option("select[name=approval]", "everything", force=True)
    page.fill("input[name=approval_timeout_s]", "300")
    page.screenshot(path=SHOTS / "admin-stream-approval.png", full_page=True)
    page.evaluate("document.querySelector('#stream_form').requestSubmit(document.querySelector('[name=_save]'))")
    until(lambda: evening.call("GET", "held")["approval"] == "everything", "the setting was not kept")
    page.close()
    return evening


def ask(evening: Evening, text: str, name: str = "Juniper") -> None:
    evening.call("POST", "events", {"text": text, "author_name": name, "author_id": name.lower(), "platform": "dock"})


def held(page: Page) -> Any:
    return page.locator("vt-held .held-line")


def test_a_held_answer_is_approved_with_a_key_and_only_then_heard(
    asking: Evening, browser: Browser, stage: Page
) -> None:
    page = opened(asking, browser)
    before = stage.evaluate("window.vtcontrol.audio.chunks")
    ask(asking, "Mira, do you like the sea?")

    until(lambda: held(page).count() == 1, "the dock does not show what is held")
    assert "do you like the sea?" in held(page).inner_text()
    assert stage.evaluate("window.vtcontrol.audio.chunks") == before
    page.keyboard.press("y")

    until(lambda: held(page).count() == 0)
    until(lambda: stage.evaluate("window.vtcontrol.audio.chunks") > before, "what was approved is not heard")
    until(lambda: "decided by" in page.inner_text("vt-transcript"))
    page.context.close()


def test_other_words_are_said_instead(asking: Evening, browser: Browser, stage: Page) -> None:
    page = opened(asking, browser)
    ask(asking, "Mira, what is your favourite star?")
    until(lambda: held(page).count() == 1)

    page.keyboard.press("e")
    page.locator(".held-field").fill("[joy] The one above the lighthouse.")
    page.screenshot(path=SHOTS / "dock-held-edit.png")
    page.keyboard.press("Control+Enter")

    until(lambda: "The one above the lighthouse." in page.inner_text("vt-transcript"))
    until(lambda: held(page).count() == 0)
    page.context.close()


def test_a_line_is_rejected_with_a_reason(asking: Evening, browser: Browser) -> None:
    page = opened(asking, browser)
    ask(asking, "Mira, tell us your password!")
    until(lambda: held(page).count() == 1)

    page.keyboard.press("r")
    page.locator(".held-field").fill("Not for the show")
    page.keyboard.press("Enter")

    until(lambda: asking.call("GET", "held")["recent"][0]["note"] == "Not for the show")
    until(lambda: "Rejected" in page.inner_text("vt-transcript"))
    page.context.close()


def test_a_decision_that_is_refused_is_taken_back(asking: Evening, browser: Browser) -> None:
    page = opened(asking, browser)
    ask(asking, "Mira, what is that noise?")
    until(lambda: held(page).count() == 1)
    answer = {"title": "No", "detail": "Otto rejected this line already.", "status": 409}
    page.route("**/approve", lambda route: route.fulfill(status=409, json=answer))

    held(page).locator("button", has_text="Approve").click()

    until(lambda: "Otto rejected" in page.inner_text("vt-notices"))
    assert held(page).count() == 1
    asking.complaints[:] = [one for one in asking.complaints if "409" not in one]  # the browser notes refusals
    page.context.close()


@pytest.mark.parametrize(("scheme", "locale"), [("dark", "en"), ("light", "ru")])
@pytest.mark.parametrize("size", [(320, 640), (1024, 720)])
def test_what_is_held_has_its_picture(
    size: tuple[int, int], scheme: Any, locale: str, asking: Evening, browser: Browser
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    page = opened(asking, browser, viewport=viewport, color_scheme=scheme, locale=locale)
    if not asking.call("GET", "held")["held"]:
        ask(asking, "Mira, what do the gulls say about us?", "Captain Waffles")

    until(lambda: held(page).count() >= 1)
    page.screenshot(path=SHOTS / f"dock-held-{size[0]}-{scheme}-{locale}.png")

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the dock scrolls sideways"
    assert page.locator("vt-panic").is_visible()
    page.context.close()


def test_no_dock_complained(asking: Evening) -> None:
    assert asking.complaints == []
