"""The stage as viewers see it, in Chromium: subtitles in every script, two characters, layouts, the test card.

The server's side of the socket is played inside the page (bench/stage.js). Pictures go to test-results/.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from bench.chromium import chromium, open_stage
from bench.stand import ROOT, Stand, embedded

pytestmark = pytest.mark.browser

SHOTS = ROOT / "test-results"
FULL_HD = (1920, 1080)
PATIENCE_S = 30.0
LINES = {
    "en": "Oh hi, Alice! I was just telling everyone about the dragon who lives behind my microphone.",
    "ru": "Ой, привет! Я как раз рассказывала чату про дракона, который живёт у меня за микрофоном.",
    "zh": "大家晚上好！今天的直播真的很开心，我们一起来玩「塞尔达传说」吧，谁知道会发生什么呢？",
    "emoji": "GG everyone 🎉🎉 that was 👨‍👩‍👧‍👦 family-friendly chaos 🔥 see you in the next round ❤️‍🔥",
}
PALETTE = {"hair": "#6d4bd8", "eyes": "#3aa6a0", "skin": "#f6d7c3", "outfit": "#2b2f4a", "accent": "#f2a65a"}
OTHER_PALETTE = {"hair": "#c2543a", "eyes": "#4a7a2c", "skin": "#e8b48f", "outfit": "#24404a", "accent": "#7fd1ff"}
GAME = """() => {
  // Something like a game behind a transparent page: bright, dark and busy where the words stand.
  const canvas = document.createElement('canvas');
  canvas.width = innerWidth; canvas.height = innerHeight;
  const pen = canvas.getContext('2d');
  const sky = pen.createLinearGradient(0, 0, 0, innerHeight);
  sky.addColorStop(0, '#8fd3ff'); sky.addColorStop(0.55, '#eafff2'); sky.addColorStop(0.56, '#4c8f3a');
  sky.addColorStop(1, '#d8e07a');
  pen.fillStyle = sky; pen.fillRect(0, 0, innerWidth, innerHeight);
  let seed = 7;
  const chance = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let each = 0; each < 420; each += 1) {
    pen.fillStyle = `hsl(${chance() * 360} 70% ${20 + chance() * 70}%)`;
    const size = 8 + chance() * 60;
    pen.fillRect(chance() * innerWidth, innerHeight * (0.5 + chance() * 0.5), size, size * (0.4 + chance()));
  }
  canvas.style.position = 'fixed'; canvas.style.inset = '0'; canvas.style.zIndex = '-1'; canvas.id = 'game';
  document.body.prepend(canvas);
}"""


def until(is_so: Callable[[], Any], complaint: str = "it did not happen") -> Any:
    """Wait until `is_so` gives something true."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := is_so():
            return found
        time.sleep(0.02)
    raise AssertionError(complaint)


class Theatre:
    """A running studio, its browser, and stage pages in it."""

    def __init__(self, stand: Stand, browser: Browser, token: str) -> None:
        self.stand = stand
        self.browser = browser
        self.token = token
        self.complaints: list[str] = []

    def stage(
        self, look: dict[str, Any] | None = None, *, query: str = "", size: tuple[int, int] = FULL_HD, game: bool = True
    ) -> Page:
        page = open_stage(self.browser, self.stand.url, self.token, size=size, query=query, look=look_of(look))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        if game:
            page.evaluate(GAME)
        return page


def look_of(changes: dict[str, Any] | None = None) -> dict[str, Any]:
    first = {"key": "first", "name": "Mira", "avatar": {"kind": "puppet", "palette": PALETTE}}
    return {"badge": True, "subtitles": True, "character": "Mira", "characters": [first], **(changes or {})}


def two(**changes: Any) -> dict[str, Any]:
    """Two characters side by side, the subtitle between them."""
    return {
        "characters": [
            {
                "key": "first", "name": "Mira", "avatar": {"kind": "puppet", "palette": PALETTE},
                "place": {"x": 83, "y": 0, "height": 62, "mirrored": False},
            },
            {
                "key": "guest", "name": "Фёдор", "avatar": {"kind": "puppet", "palette": OTHER_PALETTE},
                "place": {"x": 17, "y": 0, "height": 62, "mirrored": True},
            },
        ],
        "layout": {"subtitles": {"x": 50, "y": 4, "width": 44, "size": 45}},
        **changes,
    }  # fmt: skip


@pytest.fixture(scope="module")
def theatre() -> Iterator[Theatre]:
    SHOTS.mkdir(exist_ok=True)
    with ExitStack() as stack:
        stand = stack.enter_context(embedded())
        stream = stand.seed(streams=1)["streams"][0]
        browser = stack.enter_context(chromium())
        yield Theatre(stand, browser, stream["tokens"]["stage"])


def say(page: Page, text: str, length_ms: int = 4000, **more: Any) -> None:
    page.evaluate("(segment) => { void window.bench.say([segment]); }", {"text": text, "lengthMs": length_ms, **more})


def wait_until_said(page: Page, share: float, text: str) -> None:
    """Wait until so much of a text's first page stands there."""
    until(
        lambda: (
            page.evaluate("window.vtcontrol.subtitle()") == text
            and page.locator(".subtitle-word.is-said").count() >= share * page.locator(".subtitle-word").count()
        )
    )


@pytest.mark.parametrize("script", LINES)
def test_subtitles_are_at_most_two_lines_inside_their_width(theatre: Theatre, script: str) -> None:
    page = theatre.stage()
    page.evaluate("(language) => window.bench.greet({stream: {id: 's', name: 'x', language}})", script[:2])

    say(page, LINES[script], 4200)
    wait_until_said(page, 0.6, LINES[script])
    page.screenshot(path=SHOTS / f"stage-subtitles-{script}.png")

    lines = page.locator(".subtitle-line")
    assert lines.count() <= 2
    box, plate = page.locator("#subtitles").bounding_box(), page.locator(".subtitle").bounding_box()
    assert box is not None
    assert plate is not None
    assert plate["x"] >= box["x"] - 1
    assert plate["x"] + plate["width"] <= box["x"] + box["width"] + 1
    assert plate["y"] + plate["height"] <= FULL_HD[1] * 0.976
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('.subtitle-words')).fontSize)") >= 42
    page.close()


def test_words_come_with_the_voice_not_by_the_clock(theatre: Theatre) -> None:
    page = theatre.stage(game=False)
    cues = [[0, "nn"], [80, "O"], [300, "sil"], [2300, "DD"], [2400, "U"], [2600, "kk"], [2700, "I"], [2900, "sil"]]

    seen = page.evaluate(
        """async (cues) => {
          const seen = [];
          let isOver = false, before = -1;
          (function look() {
            const at = window.vtcontrol.position()?.ms ?? 3000;
            seen.push([before, at, window.vtcontrol.said().length]);  // what is said was drawn between the two
            before = at;
            if (!isOver) requestAnimationFrame(look);
          })();
          await window.bench.say([{text: 'No, do cookies.', lengthMs: 3000, cues}]);
          await new Promise((go) => setTimeout(go, 3300));
          isOver = true;
          return seen;
        }""",
        cues,
    )

    in_the_pause = {count for before, at, count in seen if 700 < before <= at < 1800}  # by the clock there is more
    assert in_the_pause == {1}
    assert max(count for _, _, count in seen) == 3
    page.close()


@pytest.mark.parametrize("words", ["light", "whole"])
def test_words_may_stand_there_before_they_are_said(theatre: Theatre, words: str) -> None:
    page = theatre.stage({"layout": {"subtitles": {"words": words, "plate": 40, "size": 56}}})

    say(page, LINES["en"], 4000)
    wait_until_said(page, 0.4, LINES["en"])
    page.screenshot(path=SHOTS / f"stage-words-{words}.png")

    shown = page.evaluate(
        "[...document.querySelectorAll('.subtitle-word')].every((word) => getComputedStyle(word).opacity === '1')"
    )
    assert shown
    page.close()


def test_two_characters_speak_in_turn_each_with_its_own_mouth(theatre: Theatre) -> None:
    page = theatre.stage(two())
    page.evaluate(
        """() => {
          void window.bench.say([
            {text: 'So, Fyodor, what do you think of that?', lengthMs: 2500, character: 'first', emotion: 'joy'},
            {text: 'Я думаю, что это был самый смешной стрим за неделю!', lengthMs: 3000, character: 'guest',
             emotion: 'laugh'},
          ]);
        }"""
    )
    assert page.evaluate("window.vtcontrol.characters()") == ["first", "guest"]

    until(lambda: page.evaluate("window.vtcontrol.speaker()") == "first")
    page.screenshot(path=SHOTS / "stage-two-first.png")
    until(lambda: page.evaluate("window.vtcontrol.speaker()") == "guest")
    wait_until_said(page, 0.5, "Я думаю, что это был самый смешной стрим за неделю!")
    page.screenshot(path=SHOTS / "stage-two-guest.png")

    assert page.inner_text(".subtitle-name") == "Фёдор"
    assert page.locator(".avatar").count() == 2
    heard = until(lambda: [one for one in page.evaluate("window.bench.told") if one["type"] == "heard"][1:])
    assert heard[0]["ms"] > 2900
    page.close()


def test_a_changed_layout_is_applied_to_the_open_page(theatre: Theatre) -> None:
    page = theatre.stage()
    say(page, LINES["en"], 8000)
    wait_until_said(page, 0.2, LINES["en"])
    before = page.locator(".avatar").bounding_box()

    changed = look_of(
        {
            "characters": [
                {"key": "first", "name": "Mira", "avatar": {"kind": "puppet", "palette": PALETTE},
                 "place": {"x": 16, "y": -6, "height": 92, "mirrored": True}}
            ],
            "layout": {
                "subtitles": {"x": 66, "y": 70, "width": 60, "size": 52},
                "safe": {"top": 4, "right": 3, "bottom": 12, "left": 3}, "badge": "top_left",
            },
        }
    )  # fmt: skip
    page.evaluate("(look) => window.bench.tell({type: 'look', ...look})", changed)
    page.wait_for_timeout(300)
    page.screenshot(path=SHOTS / "stage-mirrored.png")

    after = page.locator(".avatar").bounding_box()
    assert before is not None
    assert after is not None
    assert (before["x"] > 1000, after["x"] < 300) == (True, True)
    assert page.locator(".avatar.is-mirrored").count() == 1
    assert page.locator(".subtitle-line").count() <= 2
    badge = page.locator("#badge").bounding_box()
    assert badge is not None
    assert (round(badge["x"]), round(badge["y"])) == (58, 43)
    page.close()


def test_the_test_card_tells_what_an_obs_needs_to_know(theatre: Theatre) -> None:
    page = theatre.stage(query="?card=1&tone=1", game=False)
    until(lambda: page.evaluate("window.vtcontrol.audio.rms()") > 0.02, "the test tone is not heard")
    page.screenshot(path=SHOTS / "stage-card.png")

    card = page.inner_text("#card")
    assert "1920 × 1080" in card
    assert "connected" in card
    assert "primary: this page counts" in card
    page.get_by_role("button", name="Stop the test tone").click()
    until(lambda: page.evaluate("window.vtcontrol.audio.rms()") < 0.002)
    page.evaluate("window.bench.tell({type: 'primary', primary: false})")
    until(lambda: "not primary" in page.inner_text("#card"))
    page.evaluate("window.bench.drop()")
    until(lambda: "connected" not in page.inner_text("#card").replace("not connected", ""))
    page.screenshot(path=SHOTS / "stage-card-lost.png")
    page.close()


def test_viewers_never_see_that_the_connection_is_lost(theatre: Theatre) -> None:
    page = theatre.stage(game=False)
    page.evaluate("() => { window.WebSocket = class { readyState = 0; close() {} }; }")
    shown = page.inner_text("body")

    page.evaluate("window.bench.drop()")
    until(lambda: page.evaluate("window.vtcontrol.connection()") != "open")

    assert page.inner_text("body") == shown
    assert page.locator("#card").is_hidden()
    picture = page.screenshot(omit_background=True)
    assert page.evaluate(CORNER_ALPHA, list(picture)) == 0
    page.close()


CORNER_ALPHA = """async (bytes) => {
  const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)], {type: 'image/png'}));
  const canvas = document.createElement('canvas');
  canvas.width = picture.width; canvas.height = picture.height;
  const pen = canvas.getContext('2d');
  pen.drawImage(picture, 0, 0);
  return pen.getImageData(20, 20, 1, 1).data[3];
}"""


def test_a_second_page_is_silent_unless_the_layout_says_otherwise(theatre: Theatre) -> None:
    page = theatre.stage(game=False)

    def loudest(*, is_primary: bool, second_pages: str) -> float:
        look = look_of({"audio": {"second_pages": second_pages}})
        page.evaluate("(look) => window.bench.tell({type: 'look', ...look})", look)
        page.evaluate("(primary) => window.bench.tell({type: 'primary', primary})", is_primary)
        page.wait_for_timeout(120)
        return float(
            page.evaluate(
                """async () => {
                  void window.bench.say([{text: 'Hello there', lengthMs: 700}]);
                  let loudest = 0;
                  for (let moment = 0; moment < 60; moment += 1) {
                    await new Promise((go) => setTimeout(go, 12));
                    loudest = Math.max(loudest, window.vtcontrol.audio.rms());
                  }
                  return loudest;
                }"""
            )
        )

    assert loudest(is_primary=True, second_pages="muted") > 0.02
    assert loudest(is_primary=False, second_pages="muted") < 0.001
    assert loudest(is_primary=False, second_pages="voiced") > 0.02
    page.close()


def test_the_graph_neither_clips_nor_clicks_at_the_borders_of_segments(theatre: Theatre) -> None:
    """Two loud segments at full swing, rendered by the browser's own graph, sample by sample."""
    page = theatre.stage(game=False)

    found = page.evaluate(
        """async () => {
          const { Player } = await import('/static/stage/audio.js');
          const context = new OfflineAudioContext(1, 48000 * 2, 48000);
          Object.defineProperty(context, 'state', { value: 'running' });
          const player = new Player(context);
          player.setSound({ volume: 100, boost_db: 12, ceiling_db: -1 });
          for (const turn of ['a', 'a']) {
            const track = player.openTrack(turn);
            for (let chunk = 0; chunk < 4; chunk += 1) {
              const swing = (_, at) => 32000 * Math.cos((at + chunk * 4800) * 0.05);
              track.push(Int16Array.from({ length: 4800 }, swing), 24000);
            }
            track.finish();
          }
          const sound = (await context.startRendering()).getChannelData(0);
          let peak = 0;
          let jump = 0;
          for (let at = 1; at < sound.length; at += 1) {
            peak = Math.max(peak, Math.abs(sound[at]));
            jump = Math.max(jump, Math.abs(sound[at] - sound[at - 1]));
          }
          const silentEnd = sound.slice(48000 * 1.7).every((sample) => sample === 0);
          return { peak, jump, silentEnd };
        }"""
    )

    assert found["peak"] <= 10 ** (-1 / 20) + 1e-4
    assert found["jump"] < 0.06, "a tone at 191 Hz never moves further from sample to sample: more is a click"
    assert found["silentEnd"]
    page.close()


def test_an_upright_source_has_the_figure_in_the_middle_and_words_across(theatre: Theatre) -> None:
    page = theatre.stage(size=(1080, 1920))

    say(page, LINES["ru"], 4000)
    wait_until_said(page, 0.5, LINES["ru"])
    page.screenshot(path=SHOTS / "stage-upright.png")

    assert page.locator(".subtitle-line").count() <= 2
    avatar = page.locator(".avatar").bounding_box()
    assert avatar is not None
    assert abs(avatar["x"] + avatar["width"] / 2 - 540) < 3
    page.close()


def test_no_page_complained(theatre: Theatre) -> None:
    assert theatre.complaints == []
