"""`./run bench stage`: how the stage page draws, speaks and falls silent, in headless Chromium with software rendering.

The page is served by a real studio; the server's side of its socket is played inside the page (bench/stage.js), so that
nothing but the page is measured. Where the voice is comes from the AudioContext's clock less the way to the speakers;
when a picture is on screen is when the next one begins. `first_sound` and `stop_to_silence` end where sound leaves the
graph: what the sound card adds is `output_latency`, and the same for every program of the machine.
"""

import os
from typing import Any

from playwright.sync_api import CDPSession, Page

from bench.chromium import chromium, open_stage
from bench.figures import Figures
from bench.stand import embedded

IS_SHORT = bool(os.environ.get("CI"))
SIZE = (1280, 720)
FPS_S = 2 if IS_SHORT else 10
TURNS = 2 if IS_SHORT else 12
STOPS = 2 if IS_SHORT else 12
TALK_S = 4 if IS_SHORT else 90
SEGMENTS = [
    {"text": "Oh hi there, this is the first of three sentences!", "lengthMs": 1700, "emotion": "joy"},
    {"text": "The second one goes on for a little while longer.", "lengthMs": 2100, "emotion": "thinking"},
    {"text": "And that was it.", "lengthMs": 1100, "emotion": "laugh", "motion": "nod"},
]
CLOSED = "sil"

SPEAK_AND_WATCH = """async (segments) => {
  const stop = window.bench.watch();
  const spoken = await window.bench.say(segments);
  const until = performance.now() + 15000;
  const isOver = () => window.bench.told.filter(({type, turn, seg}) => type === 'heard'
    && turn === spoken[0].turn && seg === spoken.length - 1).length;
  while (!isOver() && performance.now() < until) await new Promise((go) => setTimeout(go, 20));
  await new Promise((go) => setTimeout(go, 250));
  return { spoken, seen: stop(), told: window.bench.told.splice(0) };
}"""
STOP = """async () => {
  void window.bench.say([{text: 'This line will be cut in the middle of it.', lengthMs: 3000}]);
  const { audio } = window.vtcontrol;
  const until = performance.now() + 4000;
  while (audio.rms() < 0.02 && performance.now() < until) await new Promise((go) => setTimeout(go, 5));
  const wasHeard = audio.rms() >= 0.02;
  const from = performance.now();
  window.bench.stop();
  let silentAt = null;
  while (performance.now() - from < 300) {
    if (audio.rms() > 0.002) silentAt = null;
    else silentAt ??= performance.now();
    await new Promise((go) => setTimeout(go, 2));
  }
  return { wasHeard, silentMs: (silentAt ?? Infinity) - from, isSilent: silentAt !== null };
}"""
TALK = """async (segments) => {
  const until = performance.now() + %d;
  let turns = 0;
  while (performance.now() < until) {
    const spoken = await window.bench.say(segments);
    const isHeard = () => window.bench.told.some(({type, turn, seg}) => type === 'heard' && turn === spoken[0].turn
      && seg === spoken.length - 1);
    while (!isHeard() && performance.now() < until + 20000) await new Promise((go) => setTimeout(go, 30));
    window.bench.told.length = 0;
    turns += 1;
  }
  return turns;
}"""


def run() -> Figures:
    """Run the bench."""
    figures = Figures("stage")
    with embedded() as stand, chromium() as browser:
        token = stand.seed(streams=1)["streams"][0]["tokens"]["stage"]
        page = open_stage(browser, stand.url, token, size=SIZE)
        page.wait_for_timeout(500)
        _pace(figures, page)
        _speech(figures, page)
        _silence(figures, page)
        _long_talk(figures, page)
        page.close()
    return figures


def _pace(figures: Figures, page: Page) -> None:
    """Pictures a second while it talks, once for each second."""
    page.evaluate(
        "(segments) => { void window.bench.say(segments); }", [{**SEGMENTS[0], "lengthMs": 1000 * FPS_S + 500}]
    )
    paces = []
    page.wait_for_timeout(500)
    for _ in range(FPS_S):
        page.wait_for_timeout(1000)
        paces.append(float(page.evaluate("window.vtcontrol.fps()")))
    figures.add("fps_720p_software", paces, "fps")
    figures.require(min(paces) > 0, "no picture was drawn")
    page.wait_for_timeout(1500)
    page.evaluate("window.bench.told.length = 0")


def _speech(figures: Figures, page: Page) -> None:
    """Lip-sync, closing and first sound of whole turns."""
    page.evaluate(SPEAK_AND_WATCH, SEGMENTS)  # warm
    errors: list[float] = []
    closings: list[float] = []
    first_sounds: list[float] = []
    latency_ms = page.evaluate("window.vtcontrol.audio.latency()") * 1000
    for _ in range(TURNS):
        turn = page.evaluate(SPEAK_AND_WATCH, SEGMENTS)
        heard = [one["seg"] for one in turn["told"] if one["type"] == "heard"]
        figures.require(heard == list(range(len(SEGMENTS))), f"heard {heard}")
        errors += _lipsync_errors(turn)
        closings += _closings(turn)
        first_sounds += [sound - latency_ms for sound in _first_sounds(turn)]
    figures.add("lipsync_error", errors, "ms")
    figures.add("mouth_close", closings, "ms")
    figures.add("first_sound", first_sounds, "ms")
    figures.require(len(first_sounds) == TURNS, f"{len(first_sounds)} of {TURNS} turns sounded")
    figures.require(bool(errors), "no mouth shape was seen")
    breaks = page.evaluate("window.vtcontrol.audio.underruns + window.vtcontrol.audio.gaps")
    figures.add("breaks", [float(breaks)], "count")
    figures.add("output_latency", [page.evaluate("window.vtcontrol.audio.latency()") * 1000], "ms")
    refused = page.evaluate("window.vtcontrol.log.filter(({way}) => way === 'refused')")
    figures.require(refused == [], f"frames were refused: {refused[:3]}")


def _lipsync_errors(turn: dict[str, Any]) -> list[float]:
    """Return how far from its cue each shape was on screen when it was first seen, in milliseconds of voice."""
    errors = []
    for spoken in turn["spoken"]:
        cues = spoken["cues"]
        before = CLOSED
        for one in turn["seen"]:
            position = one["position"]
            if not position or position["seg"] != spoken["seg"] or position["turn"] != spoken["turn"]:
                continue
            if one["shape"] != before:
                begins = [at for at, viseme in cues if viseme == one["shape"]]
                errors.append(min(abs(position["ms"] - at) for at in begins) if begins else 1000.0)
                before = one["shape"]
    return errors


def _closings(turn: dict[str, Any]) -> list[float]:
    """Return how long after the turn's last sound the closed mouth was on screen."""
    last = turn["spoken"][-1]
    silent_at = last["cues"][-1][0]
    ends = [
        one["onScreenAt"] - (one["position"]["ms"] - silent_at)
        for one in turn["seen"]
        if one["position"] and one["position"]["seg"] == last["seg"]
    ]
    if not ends:
        return []
    ended_at = sorted(ends)[len(ends) // 2]
    closed = [
        one["onScreenAt"] for one in turn["seen"] if one["shape"] == CLOSED and one["onScreenAt"] >= ended_at - 40
    ]
    return [max(0.0, closed[0] - ended_at)] if closed else [1000.0]


def _first_sounds(turn: dict[str, Any]) -> list[float]:
    """Return how long it took from the turn's first audio frame to its being scheduled to sound."""
    came = next(one["at"] for one in turn["told"] if one["type"] == "bench.first" and one["seg"] == 0)
    started = [one for one in turn["told"] if one["type"] == "started" and one["seg"] == 0]
    return [one["sounds"] - came for one in started]


def _silence(figures: Figures, page: Page) -> None:
    """From the stop's frame to the last sound of the graph."""
    stops = [page.evaluate(STOP) for _ in range(STOPS)]
    figures.add("stop_to_silence", [one["silentMs"] for one in stops], "ms")
    figures.require(all(one["wasHeard"] for one in stops), "a line was not heard before its stop")
    figures.require(all(one["isSilent"] for one in stops), "a stopped line went on")


def _long_talk(figures: Figures, page: Page) -> None:
    """How much more the page holds after a long talk than after a short one."""
    devtools = page.context.new_cdp_session(page)
    page.evaluate(TALK % 2000, SEGMENTS)
    before = _held_mb(devtools)
    turns = page.evaluate(TALK % (1000 * TALK_S), SEGMENTS)
    figures.add("memory_growth_mb", [_held_mb(devtools) - before], "MB")
    figures.require(turns > 0, "nothing was said in the long talk")


def _held_mb(devtools: CDPSession) -> float:
    devtools.send("HeapProfiler.collectGarbage")
    return float(devtools.send("Runtime.getHeapUsage")["usedSize"]) / 2**20
