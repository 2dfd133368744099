"""`./run bench turn`: what one turn costs beyond what the model and the voice themselves take.

Overhead = (event accepted → first audio chunk at the stage socket) − (what the stub itself took: its first token and
the tokens up to the end of the first clause, then its first byte of audio), by the stub's own clock.
"""

import asyncio
import json
import os
import urllib.request
from typing import Any

import aiohttp

from bench.client import Heard, Page
from bench.figures import Figures
from bench.stand import Stand, embedded, production, scratch_folder, stub

IS_SHORT = bool(os.environ.get("CI"))
PAUSE_S = 0.0 if IS_SHORT else 0.7  # the last turn is written down by then: each is measured for itself
WARM_TURNS = 2
TURNS = 6 if IS_SHORT else 40
SCRIPTED_TURNS = 6 if IS_SHORT else 30
COLD_STARTS = 1 if IS_SHORT else 5
MEMORIES = 1000 if IS_SHORT else 10_000
REPLY = (
    "[joy] Oh {marker} it is so good to see you here, I was just telling everyone about my dragon! "
    "He lives behind the microphone and guards all of our snacks. "
    "Honestly he is not very good at it, because he keeps eating them. "
    "So tell me, what would you name a tiny dragon like that?"
)


def stub_call(url: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """Call one of the stub's control endpoints."""
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{url}/stub/{path}", data=data), timeout=10) as answer:
        return json.loads(answer.read() or b"null")


def stub_ms(url: str) -> dict[str, float]:
    """Return, by marker, the milliseconds the stub itself took up to the first audio."""
    spent: dict[str, float] = {}
    voiced: set[str] = set()
    for entry in stub_call(url, "log"):
        marker = entry["marker"]
        if not marker:
            continue
        if entry["endpoint"] == "chat" and entry["clause_sent"]:
            spent[marker] = spent.get(marker, 0.0) + (entry["clause_sent"] - entry["arrived"]) * 1000
        elif entry["endpoint"] == "speech" and marker not in voiced and entry["first_sent"]:
            voiced.add(marker)
            spent[marker] = spent.get(marker, 0.0) + (entry["first_sent"] - entry["arrived"]) * 1000
    return spent


async def talk(stand: Stand, stream: dict[str, Any], turns: int, first: int = 0) -> dict[str, Heard]:
    """Have so many turns one after the other; return them by marker."""
    async with aiohttp.ClientSession() as http:
        page = Page(http, stand.url, stream, is_patient=False)
        await page.open()
        await asyncio.sleep(1.5)
        heard = {}
        for number in range(first, first + turns):
            marker = f"turn-{number}"
            heard[marker] = await page.say(f"{marker} what about the dragon and the lighthouse?")
            await asyncio.sleep(PAUSE_S)
        await page.close()
        return heard


def overheads(heard: dict[str, Heard], url: str) -> list[float]:
    """Return the overhead of each turn."""
    spent = stub_ms(url)
    return [turn.first_audio_ms - spent[marker] for marker, turn in heard.items()]


def check(figures: Figures, heard: dict[str, Heard], name: str) -> None:
    """Every turn was heard whole and in order."""
    for marker, turn in heard.items():
        figures.require(turn.outcome == "heard", f"{name} {marker}: {turn.outcome or 'no end'}")
        figures.require(turn.disorder() == 0, f"{name} {marker}: audio out of order")


def run() -> Figures:
    """Run the bench."""
    figures = Figures("turn")
    with scratch_folder() as folder, stub(folder) as url:
        stub_call(url, "script", {"reply": REPLY})
        cpu: list[float] = []
        _cold(figures, url)
        with embedded() as stand:
            _measure(figures, "overhead_embedded", stand, url)
        with production() as stand:
            cpu += _measure(figures, "overhead_production", stand, url)
        figures.add("cpu_per_turn", cpu, "ms")
    with embedded() as stand:
        stream = stand.seed(streams=1, memories=MEMORIES)["streams"][0]
        heard = asyncio.run(talk(stand, stream, SCRIPTED_TURNS + WARM_TURNS))
        check(figures, heard, "scripted")
        figures.add("scripted_first_audio", [turn.first_audio_ms for turn in heard.values()][WARM_TURNS:], "ms")
    return figures


def _measure(figures: Figures, name: str, stand: Stand, url: str) -> list[float]:
    """Measure one topology; return CPU milliseconds per turn."""
    stream = stand.seed(streams=1, memories=MEMORIES, stub=url)["streams"][0]
    stub_call(url, "reset", {})
    stub_call(url, "script", {"reply": REPLY})
    warm = asyncio.run(talk(stand, stream, WARM_TURNS))
    before = stand.cpu_s()
    heard = asyncio.run(talk(stand, stream, TURNS, first=1000))
    cpu = (stand.cpu_s() - before) * 1000 / TURNS
    check(figures, warm | heard, name)
    figures.add(name, overheads(heard, url), "ms")
    return [cpu]


def _cold(figures: Figures, url: str) -> None:
    """The first turn of a fresh process, after its page has opened."""
    cold = []
    for _ in range(COLD_STARTS):
        with embedded() as stand:
            stream = stand.seed(streams=1, memories=MEMORIES, stub=url)["streams"][0]
            stub_call(url, "reset", {})
            stub_call(url, "script", {"reply": REPLY})
            heard = asyncio.run(talk(stand, stream, 1))
            check(figures, heard, "cold")
            cold += overheads(heard, url)
    figures.add("cold_first_turn", cold, "ms")
