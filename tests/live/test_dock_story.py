"""The proof that docks are never wrong: a snapshot and the frames after it show what a fresh snapshot shows.

Stories of random steps run through the services; after every step a dock that listened from the beginning is compared
with one that opens now.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from streams.domain.lines import TOLD_MOST
from streams.domain.turns import Claim
from streams.hints import dock_group
from streams.models import InboxEvent, Stream
from streams.selectors.state import dock_snapshot
from streams.services import control, leases, pages, queue, recovery, turns, viewers
from streams.services.leases import Lease
from streams.services.status import note_engines
from tests.factories.streams import make_rule
from tests.live.conftest import Wire
from tests.live.dock import Dock
from tests.live.scenes import HEIR, WORKER, arrive, chat, config_of, hold, let_expire, report, segment, speak
from vtcontrol.kernel.errors import Conflict, Interrupted
from vtcontrol.kernel.events import EventState
from vtcontrol.tenancy.studios import Studio

STEPS = 45


class Story:
    """A stream's evening, one random step after the other; `frames` are what the docks were told of the last step."""

    def __init__(self, stream: Stream, chance: random.Random) -> None:
        self.stream = stream
        self.chance = chance
        self.lease: Lease = hold(stream)
        self.claim: Claim | None = None
        self.said = ""
        self.viewers = 0

    def step(self) -> tuple[str, list[dict[str, Any]]]:
        steps: list[Callable[[], Any]] = [self.chat, self.chat, self.live, self.live, self.live, self.live]
        steps += [self.flood, self.hands, self.queue, self.queue, self.crash, self.page, self.status, self.give_back]
        chosen = self.chance.choice(steps)
        return chosen.__name__, list(chosen() or ())

    def chat(self) -> None:
        self.viewers += 1
        text = self.chance.choice(["hello there", "what is this?", "Mira, hi!", "a spoiler", "hello there"])
        arrive(self.stream, chat(text, f"viewer {self.viewers}"))

    def flood(self) -> None:
        arrive(self.stream, *(chat(f"line {number}", f"viewer {number}") for number in range(TOLD_MOST + 8)))

    def live(self) -> Any:
        if self.claim is None:
            found = turns.claim(self.lease, config_of(self.stream))
            self.claim, self.said = (found if isinstance(found, Claim) else None), ""
            return found.frames
        if self.said.count(".") < self.chance.randint(0, 2):
            return self.speak(self.claim)
        return self.finish(self.claim, "heard")

    def speak(self, claim: Claim) -> Any:
        is_first, words = not self.said, f"{self.said} So.".strip()
        try:
            frames = speak(self.lease, claim, words, is_first=is_first)
        except Interrupted as interrupted:
            return self.finish(claim, "cut", interrupted.reason)
        self.said = words
        return frames

    def finish(self, claim: Claim, state: str, reason: str = "") -> Any:
        count = self.said.count(".")
        spoken = [segment("So.", number, heard_ms=0 if state == "cut" else 1000) for number in range(count)]
        ending = EventState.ANSWERED if spoken or state == "heard" else EventState.CANCELLED
        self.claim = None
        done = report(claim, spoken, state=state, reason=reason, event_state=ending, event_reason=reason)
        return turns.finish(self.lease, config_of(self.stream), done)

    def hands(self) -> None:
        hand = self.chance.choice(["skip", "panic", "release", "mute", "unmute"])
        if hand.endswith("mute"):
            control.mute(self.stream.pk, is_muted=hand == "mute")
        else:
            getattr(control, hand)(self.stream.pk)
        if hand == "panic" and self.chance.random() < 0.7:
            control.release(self.stream.pk)

    def queue(self) -> None:
        events = list(InboxEvent.objects.filter(stream=self.stream).order_by("id").values_list("id", "viewer_id"))
        hand = self.chance.choice(["pin", "unpin", "drop", "restore", "say", "mute", "unmute"])
        if hand == "say" or not events:
            with suppress(Conflict):
                queue.say(self.stream.pk, "We are back!", key=str(self.chance.random()))
            return
        event_id, viewer_id = self.chance.choice(events)
        if hand in {"mute", "unmute"}:
            if viewer_id is not None:
                viewers.mute_viewer(self.stream.pk, viewer_id, minutes=5)
                viewers.unmute_viewer(self.stream.pk, viewer_id)
            return
        with suppress(Conflict):
            getattr(queue, hand)(self.stream.pk, event_id)

    def crash(self) -> Any:
        let_expire(self.stream)
        self.lease, self.claim = hold(self.stream, HEIR if self.lease.owner == WORKER else WORKER), None
        return recovery.recover(self.lease)

    def give_back(self) -> Any:
        if self.claim is not None:
            return None
        leases.release(self.lease)
        self.lease = hold(self.stream)
        return recovery.recover(self.lease)

    def page(self) -> None:
        (pages.claim_primary if self.chance.random() < 0.6 else pages.leave_primary)(self.stream.pk, "page")

    def status(self) -> Any:
        return note_engines(self.stream.pk, self.chance.choice(["Local", "Local|timeout"]), "espeak")


@pytest.mark.parametrize("seed", range(8))
def test_a_snapshot_and_its_frames_show_what_a_fresh_snapshot_shows(
    in_studio: Studio, stream: Stream, wire: Wire, django_capture_on_commit_callbacks: Any, seed: int
) -> None:
    make_rule()
    story = Story(stream, random.Random(seed))
    recovery.recover(story.lease)
    dock = Dock(lambda: dock_snapshot(stream.pk))
    for number in range(STEPS):
        wire.sent.clear()
        with django_capture_on_commit_callbacks(execute=True):
            name, frames = story.step()
        dock.receive([*wire.frames(dock_group(stream.pk)), *frames])

        wrong = dock.differences(dock_snapshot(stream.pk))
        if name in {"chat", "flood", "live", "queue"}:  # docks count the waiting lines themselves until a state comes
            wrong = [one for one in wrong if not one.startswith("state waiting")]
        assert wrong == [], f"step {number}: {name}"
        dock.state["waiting"] = dock_snapshot(stream.pk)["state"]["waiting"]


def test_an_ordinary_turn_makes_no_dock_fetch_anew(
    in_studio: Studio, stream: Stream, lease: Lease, wire: Wire, django_capture_on_commit_callbacks: Any
) -> None:
    dock = Dock(lambda: dock_snapshot(stream.pk))

    for author in ("Bo", "Ann"):
        with django_capture_on_commit_callbacks(execute=True):
            arrive(stream, chat("Mira, do you like cats?", author))
            claim = turns.claim(lease, config_of(stream))
            assert isinstance(claim, Claim)
            said = speak(lease, claim, "Yes.")
            ended = turns.finish(lease, config_of(stream), report(claim))
            control.skip(stream.pk)
        dock.receive([*wire.frames(dock_group(stream.pk)), *claim.frames, *said, *ended])
        wire.sent.clear()

    assert dock.gaps == 0
    assert dock.differences(dock_snapshot(stream.pk)) == []


def test_a_dock_that_missed_a_frame_notices_and_is_right_again(
    in_studio: Studio, stream: Stream, wire: Wire, django_capture_on_commit_callbacks: Any
) -> None:
    dock = Dock(lambda: dock_snapshot(stream.pk))
    with django_capture_on_commit_callbacks(execute=True):
        arrive(stream, chat("one"), chat("two"), chat("three"))
    frames = wire.frames(dock_group(stream.pk))

    dock.receive([frames[0], frames[2]])

    assert dock.gaps == 1
    assert len(dock.lines) == 3


def test_a_snapshot_shows_the_last_lines_oldest_first(in_studio: Studio, stream: Stream) -> None:
    arrive(stream, *(chat(f"line {number}") for number in range(100)))

    transcript = dock_snapshot(stream.pk)["transcript"]

    assert [line["text"] for line in transcript] == [f"line {number}" for number in range(40, 100)]
