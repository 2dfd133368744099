"""A role-play run from a real dock: begun, moved on, a role taken over and spoken in; taken back when refused."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.test_docks import SHOTS, opened, until
from tests.browser.test_two_characters import BENCHY, VEX, Theatre, browser, theatre

__all__ = ["browser", "theatre"]  # fixtures

pytestmark = pytest.mark.browser

STILL_PX = 50  # breathing moves a shut mouth by up to 26 pixels, a spoken word by 200 and more
PLAN = """
from streams.models import RolePart, RolePlay, Stream
from vtcontrol.tenancy.models import Studio
from vtcontrol.tenancy.scope import studio_scope

studio = Studio.objects.get(slug="bench")
with studio_scope(studio.pk):
    stream = Stream.objects.get()
    scene = RolePlay(stream=stream, name="The lighthouse", scene="A storm at sea.", advance="operator")
    scene.save()
    for name, role in (("Benchy", "the keeper of the lamp"), ("Vex", "a shipwrecked captain")):
        persona = type(stream.persona).objects.get(name=name)
        RolePart(roleplay=scene, persona=persona, role=role, secret="It was me.").save()
"""


@pytest.fixture(scope="module")
def planned(theatre: Theatre) -> Theatre:
    """Somebody wrote a role-play in the admin."""
    theatre.evening.stand.manage("shell", "-c", PLAN)
    return theatre


def cast(theatre: Theatre) -> Any:
    return theatre.evening.call("GET", "cast")


def scene_of(theatre: Theatre) -> Any:
    return cast(theatre)["scene"]


def heard(theatre: Theatre) -> list[tuple[str, str]]:
    """Who said what to its end."""
    lines = theatre.evening.call("GET", "state")["transcript"]
    return [(one["name"], one["text"]) for one in lines if one["status"] == "heard"]


def test_a_stream_without_a_role_play_says_where_to_write_one(theatre: Theatre, browser: Browser) -> None:
    page = opened(theatre.evening, browser, "scene")
    until(lambda: "No role-play yet" in page.inner_text("vt-scene"))
    page.screenshot(path=SHOTS / "dock-scene-empty.png")
    page.context.close()


def test_a_scene_is_begun_moved_on_and_ended_with_keys(planned: Theatre, browser: Browser) -> None:
    page = opened(planned.evening, browser, "scene")
    until(lambda: "The lighthouse" in page.inner_text("vt-scene"))
    page.screenshot(path=SHOTS / "dock-scene-planned.png")

    page.keyboard.press("g")
    until(lambda: "Running" in page.inner_text("vt-scene"))
    until(lambda: (scene_of(planned) or {}).get("state") == "running", "the scene has not begun")
    before = planned.stage.evaluate("window.told.filter(({type}) => type === 'say.start').length")
    page.keyboard.press("n")
    until(lambda: planned.stage.evaluate("window.told.filter(({type}) => type === 'say.start').length") > before)
    page.keyboard.press("b")
    until(lambda: scene_of(planned)["state"] == "paused")
    page.keyboard.press("b")
    until(lambda: scene_of(planned)["state"] == "running")
    page.keyboard.press("f")
    until(lambda: scene_of(planned) is None)
    until(lambda: "Over" in page.inner_text("vt-scene"))
    page.context.close()


def test_a_role_is_taken_over_spoken_in_and_given_back(planned: Theatre, browser: Browser) -> None:
    page = opened(planned.evening, browser, "scene")
    page.get_by_role("button", name="Start scene").click()
    until(lambda: scene_of(planned))
    row = page.locator("vt-scene li.row", has_text="a shipwrecked captain")
    row.get_by_role("button", name="Speak for it").click()
    until(lambda: [one["is_taken"] for one in scene_of(planned)["roles"] if one["character"] == VEX] == [True])

    page.keyboard.press("Escape")
    row.get_by_label("Words for a shipwrecked captain").fill("A storm. Only a storm.")
    page.screenshot(path=SHOTS / "dock-scene-taken.png")
    page.keyboard.press("Enter")
    until(lambda: (VEX, "A storm. Only a storm.") in heard(planned), "it is not said in the role's voice")
    row.get_by_role("button", name="Give back").click()
    until(lambda: not any(one["is_taken"] for one in scene_of(planned)["roles"]))
    page.context.close()


def test_a_narration_is_shown_and_moves_nobodys_mouth(planned: Theatre, browser: Browser) -> None:
    page = opened(planned.evening, browser, "scene")
    until(lambda: page.locator("vt-scene .scene-narration").is_visible())
    until(lambda: are_calm(planned), "whoever spoke before still moves")
    planned.stage.evaluate("window.seen = []")

    page.keyboard.press("h")
    page.keyboard.type("The lamp goes out, and the sea is dark.")
    page.keyboard.press("Enter")

    until(lambda: "The lamp goes out" in planned.stage.evaluate("window.vtcontrol.subtitle()"), "nobody can read it")
    assert planned.stage.inner_text(".subtitle-name") == "Narrator"
    planned.stage.screenshot(path=SHOTS / "stage-narrated.png")
    until(lambda: "The lamp goes out" in page.inner_text("vt-scene .scene-told"))
    until(lambda: not planned.stage.evaluate("window.vtcontrol.subtitle()"))
    told = [one for one in planned.stage.evaluate("window.seen") if one["speaker"] == "narrator"]
    assert told
    assert all(swing(told, figure) < STILL_PX for figure in told[0]["mouths"]), "somebody moves their mouth"
    page.context.close()


def are_calm(theatre: Theatre) -> bool:
    """Tell whether every face has been at rest for a while."""
    seen = theatre.stage.evaluate("window.seen.slice(-40)")
    feeling = theatre.stage.evaluate("window.vtcontrol.emotion().name")
    is_long = feeling == "neutral" and len(seen) == 40
    return is_long and all(swing(seen, figure) < STILL_PX for figure in seen[0]["mouths"])


def swing(seen: list[dict[str, Any]], figure: str) -> int:
    """How much a mouth's inside grew and shrank, in pixels."""
    open_px = [moment["mouths"][figure] for moment in seen]
    return int(max(open_px) - min(open_px))


def test_a_press_that_is_refused_is_taken_back(planned: Theatre, browser: Browser) -> None:
    page = opened(planned.evening, browser, "scene")
    until(lambda: "Running" in page.inner_text("vt-scene"))
    answer = {"title": "No", "detail": "Panic holds, so no scene is played.", "status": 409}
    page.route("**/scene", lambda route: route.fulfill(status=409, json=answer))

    page.get_by_role("button", name="Pause scene").click()

    until(lambda: "Panic holds" in page.inner_text("vt-notices"))
    assert "Running" in page.inner_text("vt-scene")
    complaints = planned.evening.complaints
    complaints[:] = [one for one in complaints if "409" not in one]  # the browser notes refusals
    page.context.close()


@pytest.mark.parametrize(("scheme", "locale"), [("dark", "en"), ("light", "ru")])
@pytest.mark.parametrize("size", [(320, 640), (390, 800), (1280, 800)])
def test_the_scene_has_its_picture(
    size: tuple[int, int], scheme: Any, locale: str, planned: Theatre, browser: Browser
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    page = opened(planned.evening, browser, "scene", viewport=viewport, color_scheme=scheme, locale=locale)
    until(lambda: page.locator("vt-scene .row").count() == 2)
    until(lambda: json.dumps(page.locator(".panic").bounding_box()))
    page.screenshot(path=SHOTS / f"dock-scene-{size[0]}-{scheme}-{locale}.png")

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the dock scrolls sideways"
    assert BENCHY in page.inner_text("vt-scene")
    page.context.close()


def test_no_page_complained(planned: Theatre) -> None:
    assert planned.evening.complaints == []
