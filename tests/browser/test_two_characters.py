"""Two characters on one stage in Chromium, over a whole embedded studio: one voice at a time, each with its own mouth.

Every character has a brain and a voice of its own at the OpenAI stub, which answers what a viewer asks it to.
"""

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page

from bench.stand import embedded, scratch_folder, stub
from tests.browser.test_docks import SHOTS, Evening, browser, until

__all__ = ["browser"]  # a fixture

pytestmark = pytest.mark.browser

BENCHY, VEX, NORA = "Benchy", "Vex", "Nora"
WATCH = """() => {
  // How far each mouth is open, in pixels of its inside, beside who speaks and what sounds; again with every picture.
  const pad = document.createElement('canvas');
  pad.width = 250; pad.height = 290;
  const pen = pad.getContext('2d', {willReadFrequently: true});
  const isInside = (r, g, b, a) => a > 200 && r > 55 && r < 125 && g > 8 && g < 42 && b > 32 && b < 70;
  const opening = (canvas) => {
    pen.clearRect(0, 0, 250, 290);
    pen.drawImage(canvas, 0, 0, 250, 290);
    const {data} = pen.getImageData(90, 120, 70, 70);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) count += isInside(data[at], data[at + 1], data[at + 2], data[at + 3]);
    return count;
  };
  window.seen = [];
  window.told = [];  // the page keeps its last events only
  setInterval(() => {
    const {audio, speaker, position, log} = window.vtcontrol;
    const known = window.told.at(-1)?.since ?? -1;
    for (const {way, type, at, detail} of log) {
      const isNew = at > known && type !== 'audio';
      if (isNew) window.told.push({...detail, way, type, since: at, at: performance.timeOrigin + at});
    }
    const mouths = {};
    for (const figure of document.querySelectorAll('.avatar')) {
      mouths[figure.dataset.character] = opening(figure.querySelector('canvas'));
    }
    const now = position();
    const name = document.querySelector('.subtitle-name')?.textContent ?? '';
    window.seen.push({speaker: speaker() ?? 'first', turn: now?.turn ?? null, rms: audio.rms(), name, mouths});
  }, 40);
}"""


@dataclass
class Theatre:
    """A running studio with two characters on stage, and one beside it."""

    evening: Evening
    stub: str
    cast: dict[str, str]
    stage: Page
    asked: list[str] = field(default_factory=list)

    def ask(self, name: str, words: str) -> None:
        """A viewer asks a character to say something."""
        viewer = f"viewer {len(self.asked)}"
        self.asked.append(words)
        body = {"text": f"{name}, stub-say: {words}", "author_name": viewer, "author_id": viewer, "platform": "dock"}
        self.evening.call("POST", "events", body)

    def until_all_said(self) -> None:
        """Wait until whatever was asked was said to its end, as far as the page was told."""
        ends = "window.told.filter(({type}) => type === 'turn.end').length"
        until(lambda: self.stage.evaluate(ends) >= len(self.asked), "not everybody was answered")
        until(lambda: not self.stage.evaluate("window.vtcontrol.audio.playing"))

    def hear(self, name: str, words: str) -> list[dict[str, Any]]:
        """What was seen while a character said something to its end."""
        self.stage.evaluate("window.seen = []")
        self.ask(name, words)
        self.until_all_said()
        seen: list[dict[str, Any]] = self.stage.evaluate("window.seen")
        return seen

    def requests(self, endpoint: str) -> list[dict[str, Any]]:
        """What the stub was asked so far."""
        with urlopen(f"{self.stub}/stub/log", timeout=10) as answer:
            return [one for one in json.load(answer) if one["endpoint"] == endpoint]

    def figure(self, name: str) -> str:
        """Key of a character's figure on the page."""
        keys: list[str] = self.stage.evaluate("window.vtcontrol.characters()")
        return keys[0] if name == BENCHY else keys[1]


@pytest.fixture(scope="module")
def theatre(browser: Browser) -> Iterator[Theatre]:
    SHOTS.mkdir(exist_ok=True)
    with ExitStack() as stack:
        folder = stack.enter_context(scratch_folder())
        url = stack.enter_context(stub(folder, "--ms-per-char", "45", "--first-token-ms", "20"))
        stand = stack.enter_context(embedded())
        seeded = stand.seed(stub=url, others=[VEX, NORA])
        tokens = seeded["streams"][0]["tokens"]
        evening = Evening(stand, f"{stand.url}/stage/#{tokens['stage']}", f"{stand.url}/dock/#{tokens['dock']}", "")
        page = evening.watched(browser.new_page(viewport={"width": 960, "height": 540}))
        page.goto(evening.stage)
        until(lambda: page.evaluate("window.vtcontrol?.primary()"))
        until(lambda: len(page.evaluate("window.vtcontrol.characters()")) == 3)
        page.evaluate(WATCH)
        yield Theatre(evening, url, seeded["cast"], page)


def opening(seen: list[dict[str, Any]], figure: str, when: Callable[[dict[str, Any]], bool]) -> list[int]:
    return [moment["mouths"][figure] for moment in seen if when(moment)]


@pytest.mark.parametrize(("name", "other"), [(VEX, BENCHY), (BENCHY, VEX)])
def test_who_is_named_answers_and_only_its_mouth_moves(name: str, other: str, theatre: Theatre) -> None:
    seen = theatre.hear(name, "[neutral] All hands look at the moon, how round it is and how far away.")

    speaking = [moment for moment in seen if moment["turn"]][2:]  # the next picture shows what sounds
    assert {moment["speaker"] for moment in speaking} == {theatre.figure(name)}
    assert {moment["name"] for moment in speaking if moment["name"]} == {name}
    assert max(moment["rms"] for moment in speaking) > 0.01
    own = opening(speaking, theatre.figure(name), lambda _: True)
    silent = opening(speaking, theatre.figure(other), lambda _: True)
    assert len(set(own)) > 5, "its mouth does not move"
    assert max(own) > 5 * max(1, *silent), "the mouth of the one who is silent moves too"
    theatre.stage.screenshot(path=SHOTS / f"stage-two-{name.lower()}.png")


def test_each_is_asked_at_its_own_brain_and_sounds_with_its_own_voice(theatre: Theatre) -> None:
    chats = [one["model"] for one in theatre.requests("chat")]
    voices = [one["model"] for one in theatre.requests("speech") if one["text"].startswith("All hands")]

    assert chats[-2:] == [VEX, "stub"]
    assert voices == ["vex-voice", "bench-voice"]


def test_a_crowd_that_calls_both_hears_one_after_the_other(theatre: Theatre) -> None:
    wanted = [
        (VEX, "The tide comes in at nine."),
        (BENCHY, "A kettle sings for everybody."),
        (BENCHY, "Look, three ships with red sails!"),
        (VEX, "Who has left the door open?"),
    ]
    theatre.until_all_said()
    before = len(theatre.stage.evaluate("window.told"))
    for name, words in wanted:
        theatre.ask(name, words)
    theatre.until_all_said()

    log = theatre.stage.evaluate("window.told")[before:]
    spans = [span(log, turn) for turn in dict.fromkeys(one["turn"] for one in log if one["type"] == "say.start")]
    assert len(spans) == len(wanted)
    for (_, ended), (began, _) in itertools.pairwise(spans):
        assert began >= ended - 60, "two voices at once"
    dock = theatre.evening.call("GET", "state")["transcript"]
    spoken = [(line["name"], line["text"]) for line in dock if line["who"] == "character"]
    assert sorted(spoken[-len(wanted) :]) == sorted(wanted)


def span(log: list[dict[str, Any]], turn: str) -> tuple[float, float]:
    """When the first sound of a turn began and its last one ended, in epoch milliseconds."""
    of_turn = [one for one in log if one.get("turn") == turn and one["way"] == "out"]
    return (
        min(one["at"] for one in of_turn if one["type"] == "started"),
        max(one["at"] for one in of_turn if one["type"] == "heard"),
    )


def test_the_dock_names_who_spoke(theatre: Theatre, browser: Browser) -> None:
    page = theatre.evening.watched(browser.new_page(viewport={"width": 390, "height": 800}))
    page.goto(theatre.evening.dock)
    until(lambda: page.locator(".line[data-who=character]").count() >= 4)

    said = page.locator(".line[data-who=character]").all_inner_texts()

    assert any(text.startswith(VEX) for text in said)
    assert any(text.startswith(BENCHY) for text in said)
    page.screenshot(path=SHOTS / "dock-two.png")
    page.close()


def test_another_character_takes_over_with_the_next_line(theatre: Theatre) -> None:
    words = "This is a long line of the one who leaves, and it goes on and on until it is said to its very end."
    theatre.ask(BENCHY, words)
    until(lambda: theatre.stage.evaluate("window.vtcontrol.audio.playing"))
    figure = theatre.stage.evaluate("window.vtcontrol.characters()[0]")

    theatre.evening.call("POST", "character", {"persona": theatre.cast[NORA]})
    theatre.until_all_said()
    turn = theatre.evening.call("GET", "state")["transcript"][-1]
    seen = theatre.hear(NORA, "Good morning to all of you, I open the window.")

    assert (turn["name"], turn["text"], turn["status"]) == (BENCHY, words, "heard")
    speaking = [moment for moment in seen if moment["turn"]][2:]
    assert {(moment["name"], moment["speaker"]) for moment in speaking} == {(NORA, figure)}
    assert len(theatre.stage.evaluate("window.vtcontrol.characters()")) == 2  # Nora leads now; Vex stays beside her
    theatre.stage.screenshot(path=SHOTS / "stage-two-switched.png")


def test_no_page_complained(theatre: Theatre) -> None:
    assert theatre.evening.complaints == []
