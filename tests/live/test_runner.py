"""The runner: one stream's loop over real services and a real database, with brains and voices that follow a script.

A page at the end of the channel layer hears everything and says what it heard, when a test lets it.
"""

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.db.utils import OperationalError

from memory.models import Utterance
from personas import tokenizers
from personas.selectors import content_of
from personas.services import revisions
from personas.services.experiments import start_experiment
from personas.tokenizers import Lack, TokenizerMissing
from streams.hints import control_group, stage_group
from streams.models import InboxEvent, Segment, Stream, Turn
from streams.services import control, queue, turns
from tests.factories.personas import make_avatar, make_brain
from tests.factories.relationships import make_identity, make_viewer
from tests.factories.streams import make_rule, make_stream
from tests.factories.tenancy import make_budget
from tests.fakes.brains import HANG, FakeBrain, Wait
from tests.fakes.tokenizers import install_tables
from tests.fakes.voices import FakeVoice, Mishap
from tests.live import scenes
from tests.live.scenes import state_of
from vtcontrol.kernel.errors import Fault
from vtcontrol.kernel.events import EventState
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio
from workers.runner import ground, host, performance
from workers.runner.engines import Chains, Engines, Prices
from workers.runner.host import Host
from workers.turn.voicing import Voice

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_S = 10.0
HEADER = struct.Struct("<BBHIII16s")
STORY = "[joy] I like cats a lot. They purr at night. And they sleep all day long."


class Cast:
    """The engines of a test: who thinks and who speaks, and who does once the money is gone."""

    def __init__(self) -> None:
        self.brain = FakeBrain.saying(STORY, first_s=0.0, every_s=0.0)
        self.voice = FakeVoice(first_s=0.0, ms_per_char=10)
        self.free = FakeBrain.saying("I speak for free.", first_s=0.0, every_s=0.0, name="free")

    def chains(self, config: Any, *, is_degraded: bool = False) -> Chains:
        brains = (self.free,) if is_degraded else (self.brain, self.free)
        return Chains(brains, (Voice(self.voice, "v", config.language),), {"fake-brain": Prices()})

    async def warm(self, chains: Chains) -> None:
        """Nothing to open."""

    async def warm_built_in(self) -> None:
        """Nothing to start."""

    async def aclose(self) -> None:
        """Nothing to close."""


class Ears:
    """A primary stage page, as the layer sees it.

    Attributes:
        is_listening: It says that it heard each segment, as soon as all of it came.
    """

    def __init__(self, stream: Stream, channel: str) -> None:
        self.stream = stream
        self.frames: list[dict[str, Any]] = []
        self.audio: list[tuple[int, int]] = []
        self.is_listening = True
        self._channel = channel
        self._changed = asyncio.Condition()

    async def listen(self) -> None:
        while True:
            message = await get_channel_layer().receive(self._channel)
            for part in message["parts"]:
                await self._take(part)
            async with self._changed:
                self._changed.notify_all()

    async def _take(self, part: str | bytes) -> None:
        if isinstance(part, bytes):
            _, _, seg, seq, _, _, _ = HEADER.unpack_from(part)
            self.audio.append((seg, seq))
            return
        frame = json.loads(part)
        self.frames.append(frame)
        if frame["type"] == "say.end" and self.is_listening:
            await self.heard(frame["seg"], frame["audio_ms"])

    async def heard(self, seg: int, heard_ms: int, turn: str = "") -> None:
        turn = turn or self.of("say.start")[-1]["turn"]
        said = {"type": "control.heard", "stream": str(self.stream.pk), "turn": turn, "seg": seg, "ms": heard_ms}
        await get_channel_layer().group_send(control_group(self.stream.pk), said)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame["type"] == kind]

    async def until(self, look: Callable[[], Any]) -> Any:
        async with asyncio.timeout(PATIENCE_S), self._changed:
            while not (found := look()):
                await self._changed.wait()
            return found


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    made = Cast()
    monkeypatch.setattr(ground, "Engines", lambda: made)
    return made


@asynccontextmanager
async def worker(*, drain_s: float = 5.0) -> AsyncIterator[Host]:
    """A live worker on this loop."""
    made = Host(runners_most=8, loop=asyncio.get_running_loop())
    try:
        yield made
    finally:
        await made.drain(drain_s)


@pytest.fixture(autouse=True)
def _slow_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody but a test takes up what lies about."""
    monkeypatch.setattr(host, "SWEEP_S", 3600.0)


@pytest.fixture
async def live(cast: Cast) -> AsyncIterator[Host]:
    async with worker(drain_s=0.2) as made:
        yield made


@pytest.fixture
async def ears(stream: Stream, cast: Cast) -> AsyncIterator[Ears]:
    layer = get_channel_layer()
    channel = await layer.new_channel("ears")
    await layer.group_add(stage_group(stream.pk), channel)
    page = Ears(stream, channel)
    listening = asyncio.create_task(page.listen())
    yield page
    listening.cancel()


@sync_to_async
def inside(stream: Stream, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run database work in the stream's studio."""
    with studio_scope(stream.studio_id):
        return work(*args, **kwargs)


async def nudge(made: Host, stream: Stream) -> None:
    await asyncio.to_thread(made.nudge, stream.studio_id, stream.pk)


async def says(made: Host, stream: Stream, text: str = "Mira, do you like cats?", author: str = "Bo") -> InboxEvent:
    event: InboxEvent = await inside(stream, scenes.says, stream, text, author)
    await nudge(made, stream)
    return event


async def settled(stream: Stream, event: InboxEvent) -> InboxEvent:
    """The event, once it has come to its end."""
    async with asyncio.timeout(PATIENCE_S):
        async for found in looks(stream, lambda: InboxEvent.objects.get(pk=event.pk)):
            if found.state not in scenes.OPEN:
                break
        return found


async def looks(stream: Stream, work: Callable[[], Any]) -> AsyncIterator[Any]:
    """Look again and again."""
    while True:
        yield await inside(stream, work)
        await asyncio.sleep(0.02)


async def holds(is_so: Callable[[], Any]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():
            await asyncio.sleep(0.01)


async def turn_of(stream: Stream, event: InboxEvent) -> Turn:
    found: Turn = await inside(stream, lambda: Turn.objects.filter(event=event).latest("started_at"))
    return found


async def segments_of(stream: Stream, turn: Turn) -> list[tuple[Any, ...]]:
    fields = ("number", "heard_ms", "heard_by")
    rows: list[tuple[Any, ...]] = await inside(
        stream, lambda: list(Segment.objects.filter(turn=turn).order_by("number").values_list(*fields))
    )
    return rows


async def test_a_turn_goes_out_in_order_and_is_written_down(live: Host, ears: Ears, stream: Stream) -> None:
    event = await says(live, stream)

    ended = await settled(stream, event)

    turn = await turn_of(stream, event)
    assert (ended.state, turn.state) == (EventState.ANSWERED, "heard")
    kinds = [frame["type"] for frame in ears.frames if frame["type"] != "say.visemes"]
    assert kinds == ["say.start", "say.end"] * 3 + ["turn.end"]
    assert [frame["text"] for frame in ears.of("say.start")] == [
        "I like cats a lot.",
        "They purr at night.",
        "And they sleep all day long.",
    ]
    assert ears.audio == sorted(ears.audio)
    assert {frame["emotion"] for frame in ears.of("say.start")} == {"joy"}
    assert turn.text == turn.heard_text == STORY.removeprefix("[joy] ")


async def test_nothing_is_sent_before_it_is_committed(
    live: Host, ears: Ears, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    states: list[str] = []
    begin = turns.begin_segment

    def begin_and_look(*args: Any, **kwargs: Any) -> Any:
        assert len(ears.of("say.start")) <= len(states)  # what is on its way may not have arrived
        done = begin(*args, **kwargs)
        states.append(str(Turn.objects.get().state))
        return done

    monkeypatch.setattr(turns, "begin_segment", begin_and_look)
    await settled(stream, await says(live, stream))

    assert states == ["speaking"] * 3


async def test_the_pages_word_counts_as_far_as_it_goes(live: Host, ears: Ears, stream: Stream, cast: Cast) -> None:
    cast.voice = FakeVoice(first_s=0.0, ms_per_char=40)
    ears.is_listening = False
    event = await says(live, stream)
    first, second, third = await ears.until(lambda: ears.of("say.end")[2:] and ears.of("say.end"))

    await ears.heard(0, 10**6)
    await ears.heard(1, second["audio_ms"] // 2)
    await ears.heard(1, second["audio_ms"])
    await ears.heard(2, third["audio_ms"], turn="another turn")
    await ears.heard(2, third["audio_ms"])

    await settled(stream, event)
    turn = await turn_of(stream, event)
    rows = await segments_of(stream, turn)
    assert rows[0] == (0, first["audio_ms"] + 250, "page")
    assert rows[1] == (1, second["audio_ms"] // 2, "page")
    assert turn.heard_text == "I like cats a lot. They purr And they sleep all day long."


async def test_without_a_page_a_turn_is_over_when_its_time_has_passed(
    live: Host, ears: Ears, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(performance, "HEARD_GRACE_S", 0.05)
    ears.is_listening = False

    event = await says(live, stream)

    await settled(stream, event)
    turn = await turn_of(stream, event)
    assert turn.heard_text == turn.text
    assert {heard_by for _, _, heard_by in await segments_of(stream, turn)} == {"deadline"}


@pytest.mark.parametrize(("hand", "reason"), [(control.skip, "skip"), (control.panic, "panic")])
async def test_an_interrupt_stops_the_page_and_keeps_what_was_heard(
    live: Host, ears: Ears, stream: Stream, cast: Cast, hand: Callable[[Any], None], reason: str
) -> None:
    ears.is_listening = False
    cast.brain = FakeBrain("[joy] I like cats a lot. They purr at night. ", HANG)
    event = await says(live, stream)
    first = (await ears.until(lambda: ears.of("say.end")))[0]
    await ears.heard(0, first["audio_ms"])

    await inside(stream, hand, stream.pk)
    stop = (await ears.until(lambda: [one for one in ears.of("stop") if one["turn"]]))[0]
    await ears.heard(1, 0)

    ended = await settled(stream, event)
    turn = await turn_of(stream, event)
    assert (stop["reason"], stop["turn"]) == (reason, str(turn.pk))
    assert (ended.state, ended.reason) == (EventState.ANSWERED, "cut_short")
    assert (turn.state, turn.reason) == ("cut", reason)
    assert turn.heard_text.startswith("I like cats a lot.")
    assert cast.brain.active == 0
    assert cast.brain.cancelled == 1


async def test_an_interrupt_whose_message_was_lost_is_noticed_at_the_next_segment(
    live: Host, ears: Ears, stream: Stream, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()
    cast.brain = FakeBrain("[joy] I like cats a lot. ", go_on, "They purr at night. And so on.", HANG)
    event = await says(live, stream)
    await ears.until(lambda: ears.of("say.end"))

    monkeypatch.setattr(control, "announce", lambda *_: None)
    await inside(stream, control.skip, stream.pk)
    go_on.set()

    ended = await settled(stream, event)
    turn = await turn_of(stream, event)
    assert (ended.reason, turn.state, turn.reason) == ("cut_short", "cut", "skip")
    assert [frame["seg"] for frame in ears.of("say.start")] == [0]
    assert ears.of("stop")[0]["turn"] == str(turn.pk)


async def test_an_interrupt_while_the_brain_thinks_cancels_it(
    live: Host, ears: Ears, stream: Stream, cast: Cast
) -> None:
    cast.brain = FakeBrain(HANG)
    event = await says(live, stream)
    await holds(lambda: cast.brain.active)

    await inside(stream, control.skip, stream.pk)

    ended = await settled(stream, event)
    assert (ended.state, ended.reason) == (EventState.CANCELLED, "skip")
    assert (cast.brain.active, cast.brain.cancelled) == (0, 1)
    assert ears.of("say.start") == []


async def test_after_an_interrupt_the_next_event_is_answered(
    live: Host, ears: Ears, stream: Stream, cast: Cast
) -> None:
    cast.brain = FakeBrain("[joy] I like cats a lot. ", HANG)
    first = await says(live, stream)
    await ears.until(lambda: ears.of("say.end"))
    cast.brain = FakeBrain.saying("Dogs as well.", first_s=0.0, every_s=0.0)
    second = await says(live, stream, "Mira, and dogs?", "Ann")

    await inside(stream, control.skip, stream.pk)

    await settled(stream, first)
    assert (await settled(stream, second)).state == EventState.ANSWERED
    assert (await turn_of(stream, second)).text == "Dogs as well."


async def test_a_worker_that_lost_its_lease_falls_silent(
    live: Host, ears: Ears, stream: Stream, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host, "RENEW_S", 0.05)
    go_on = asyncio.Event()
    cast.brain = FakeBrain("[joy] I like cats a lot. ", go_on, "They purr at night. And so on.")
    event = await says(live, stream)
    await ears.until(lambda: ears.of("say.end"))

    heir = await inside(stream, scenes.inherit, stream)
    go_on.set()
    await holds(lambda: stream.pk not in live._runners)

    turn = await turn_of(stream, event)
    assert (turn.state, turn.reason) == ("cut", "worker_lost")
    assert [frame["seg"] for frame in ears.of("say.start")] == [0]
    assert ears.of("turn.end") == []
    state = await inside(stream, state_of, stream)
    assert (state.lease_owner, state.fence) == (heir.owner, heir.fence)


async def test_news_of_an_older_lease_does_not_end_a_newer_one(
    live: Host, ears: Ears, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settled(stream, await says(live, stream))
    runner = live._runners[stream.pk]
    asked: list[int] = []

    def renew_meanwhile(owner: str, held: dict[Any, int]) -> dict[Any, Any]:
        """The runner takes its lease anew while the renewal of the old one is under way."""
        if not asked:
            with studio_scope(stream.studio_id):
                runner._lease = scenes.hold(stream, owner)
        asked.append(held[stream.pk])
        return {} if len(asked) == 1 else renew(owner, held)

    renew = host.renew_all
    monkeypatch.setattr(host, "renew_all", renew_meanwhile)
    monkeypatch.setattr(host, "RENEW_S", 0.02)
    await holds(lambda: len(asked) >= 3)

    assert asked[1] == asked[0] + 1
    assert (await settled(stream, await says(live, stream, "Mira, and dogs?", "Ann"))).state == EventState.ANSWERED
    assert runner.fence == asked[1]


async def test_a_brain_that_fails_is_replaced_and_the_docks_are_told(
    live: Host, ears: Ears, stream: Stream, cast: Cast
) -> None:
    cast.brain = FakeBrain(Fault.SERVER)

    event = await says(live, stream)

    await settled(stream, event)
    turn = await turn_of(stream, event)
    assert (turn.text, turn.brain) == ("I speak for free.", "free: fake")
    await told(stream, "free: fake|fake-brain: server")


async def told(stream: Stream, note: str) -> None:
    """Wait until the status line says so."""
    async with asyncio.timeout(PATIENCE_S):
        async for brain_note in looks(stream, lambda: state_of(stream).brain_note):
            if brain_note == note:
                return


async def test_a_voice_that_fails_for_good_fails_the_turn_and_the_queue_goes_on(
    live: Host, ears: Ears, stream: Stream, cast: Cast
) -> None:
    cast.voice = FakeVoice(first_s=0.0, always=Mishap(Fault.SERVER))
    first = await says(live, stream)
    ended = await settled(stream, first)

    cast.voice = FakeVoice(first_s=0.0, ms_per_char=10)
    second = await settled(stream, await says(live, stream, "Mira, and dogs?", "Ann"))

    assert (ended.state, ended.reason) == (EventState.FAILED, "server")
    assert (await turn_of(stream, first)).state == "failed"
    assert second.state == EventState.ANSWERED


async def test_an_answer_moderation_stops_is_not_spoken(live: Host, ears: Ears, stream: Stream, cast: Cast) -> None:
    await inside(stream, make_rule, action="drop")
    cast.brain = FakeBrain.saying("[joy] The spoiler is this.", first_s=0.0, every_s=0.0)

    event = await says(live, stream)

    ended = await settled(stream, event)
    assert (ended.state, ended.reason) == (EventState.PASSED_OVER, "answer_blocked")
    assert ears.of("say.start") == []


async def test_a_budget_used_up_leaves_the_turn_to_what_costs_nothing(
    live: Host, ears: Ears, stream: Stream, cast: Cast
) -> None:
    def use_up() -> None:
        budget = make_budget()
        budget.daily_limit = 0
        budget.save()

    await inside(stream, use_up)

    event = await says(live, stream)

    await settled(stream, event)
    assert (await turn_of(stream, event)).brain == "free: fake"
    assert cast.brain.requests == []
    await told(stream, "free: fake|budget used up")


async def test_a_change_of_the_look_reaches_the_pages_before_the_next_line(
    live: Host, ears: Ears, stream: Stream
) -> None:
    await settled(stream, await says(live, stream))
    stream.shows_badge = False
    await inside(stream, stream.save)

    await settled(stream, await says(live, stream, "Mira, and dogs?", "Ann"))

    assert [frame["badge"] for frame in ears.of("look")] == [False]
    kinds = [frame["type"] for frame in ears.frames]
    assert kinds.index("look") < len(kinds) - 1 - kinds[::-1].index("say.start")


async def test_who_hears_the_other_side_of_an_experiment_sees_it_too(
    live: Host, ears: Ears, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start() -> None:
        revisions.record_revision(stream.persona)
        content = {**content_of(stream.persona), "avatar": str(make_avatar("B ", hair="#00ff00").pk)}
        start_experiment(revisions.save_draft(stream.persona, content, by=None), 50, by=None)

    await inside(stream, start)
    for number, hears_other in enumerate((False, True, True, False, False)):
        monkeypatch.setattr("streams.domain.plan.hears_other", lambda *_, is_other=hears_other: is_other)
        await settled(stream, await says(live, stream, f"Mira, number {number}?", f"Guest{number}"))

    shown = [
        frame["avatar"]["palette"]["hair"] if frame["type"] == "look" else "says"
        for frame in ears.frames
        if frame["type"] == "look" or (frame["type"] == "say.start" and frame["seg"] == 0)
    ]
    own = await inside(stream, lambda: stream.persona.avatar.hair)
    assert shown == [own, "says", "#00ff00", "says", "#00ff00", "says", own, "says", "says"]


async def test_a_worker_told_to_stop_ends_what_it_says_and_gives_the_lease_back(
    cast: Cast, ears: Ears, stream: Stream
) -> None:
    cast.brain = FakeBrain("[joy] I like cats a lot. ", Wait(0.2), "They purr at night.")
    async with worker() as made:
        event = await says(made, stream)
        await ears.until(lambda: ears.of("say.start"))

    turn = await turn_of(stream, event)
    assert (turn.state, turn.text) == ("heard", "I like cats a lot. They purr at night.")
    assert (await inside(stream, state_of, stream)).lease_owner == ""


async def test_two_workers_in_turn_answer_every_event_once(cast: Cast, ears: Ears, stream: Stream) -> None:
    async with worker() as first, worker() as second:
        events = []
        for number in range(6):
            made = (first, second)[number % 2]
            events.append(await says(made, stream, f"Mira, question {number}?", f"viewer {number}"))
        ended = [await settled(stream, event) for event in events]

    assert [event.state for event in ended] == [EventState.ANSWERED] * 6
    assert await inside(stream, Turn.objects.count) == 6
    assert len(ears.of("turn.end")) == 6


async def test_a_worker_that_is_full_waits_and_tells_whoever_has_the_stream(
    cast: Cast, ears: Ears, stream: Stream, studio: Studio
) -> None:
    elsewhere = await inside(stream, make_stream, stream.persona, name="Second stage")
    async with worker() as holder:
        await settled(stream, await says(holder, stream))
        full = Host(runners_most=1, loop=asyncio.get_running_loop())
        await settled(elsewhere, await says(full, elsewhere))

        event = await inside(stream, scenes.says, stream, "Mira, and dogs?", "Ann")
        waiting = asyncio.create_task(nudge(full, stream))
        assert (await settled(stream, event)).state == EventState.ANSWERED

        assert not waiting.done()
        await full.drain(1.0)
        await waiting


async def test_a_worker_looks_by_itself_for_what_nobody_does(
    cast: Cast, stream: Stream, started: list[tuple[str, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    await inside(stream, scenes.says, stream)
    started.clear()
    monkeypatch.setattr(host, "SWEEP_S", 0.01)
    look_for = host.looks
    monkeypatch.setattr(host, "looks", lambda **asked: (_refuse, *look_for(**asked)))

    async with worker():
        await eventually(lambda: started)

    assert started[0][1]["stream_id"] == str(stream.pk)


def _refuse() -> None:
    raise OperationalError("the database is away")


async def eventually(look: Callable[[], Any]) -> None:
    """Wait until `look` gives something true."""
    async with asyncio.timeout(10):
        while not look():
            await asyncio.sleep(0.01)


async def test_a_control_message_nobody_can_read_leaves_the_worker_listening(
    live: Host, ears: Ears, stream: Stream
) -> None:
    await settled(stream, await says(live, stream))
    for unreadable in ({"type": "control.heard"}, {"type": "control.heard", "stream": str(stream.pk)}):
        await get_channel_layer().group_send(control_group(stream.pk), unreadable)

    event = await says(live, stream, "Mira, and dogs?", "Ann")
    await settled(stream, event)

    segments = await segments_of(stream, await turn_of(stream, event))
    assert {heard_by for _number, _heard_ms, heard_by in segments} == {"page"}


async def test_what_an_opted_out_viewer_said_is_answered_and_forgotten(live: Host, ears: Ears, stream: Stream) -> None:
    def shy() -> InboxEvent:
        make_identity(make_viewer(has_opted_out=True))
        return scenes.says(stream, "Mira, do you like cats?", author_id="1001")

    event = await inside(stream, shy)
    await nudge(live, stream)

    assert (await settled(stream, event)).state == EventState.ANSWERED
    assert not await inside(stream, Utterance.objects.exists)


def test_prices_of_a_brain_and_a_voice_of_one_name_are_both_counted(in_studio: Studio, stream: Stream) -> None:
    brain = make_brain(name="OpenAI", prompt_price=2, completion_price=8)
    voice = stream.persona.voice
    voice.name, voice.engine, voice.base_url, voice.model, voice.price = "OpenAI", "openai", brain.base_url, "tts", 15
    voice.save()
    stream.persona.brain = brain
    stream.persona.save()

    prices = Engines().chains(scenes.config_of(stream)).prices["OpenAI"]

    assert (prices.prompt, prices.completion, prices.characters) == (2, 8, 15)


async def test_the_directors_words_are_spoken_as_they_stand(live: Host, cast: Cast, ears: Ears, stream: Stream) -> None:
    said = await inside(stream, queue.say, stream.pk, "[joy] We are back! Good to see you.", key="k", name="Olga")
    await nudge(live, stream)

    ended = await settled(stream, await inside(stream, InboxEvent.objects.get, pk=said.id))

    turn = await turn_of(stream, ended)
    assert (ended.state, turn.state, turn.brain) == (EventState.ANSWERED, "heard", "verbatim")
    assert turn.heard_text == "We are back! Good to see you."
    assert {frame["emotion"] for frame in ears.of("say.start")} == {"joy"}
    assert (cast.brain.requests, cast.free.requests) == ([], [])
    assert (await inside(stream, state_of, stream)).brain_note == ""


async def test_moderation_hears_the_directors_words_too(live: Host, ears: Ears, stream: Stream) -> None:
    await inside(stream, make_rule, action="drop")
    said = await inside(stream, queue.say, stream.pk, "A spoiler: the butler did it.", key="k")
    await nudge(live, stream)

    ended = await settled(stream, await inside(stream, InboxEvent.objects.get, pk=said.id))

    assert (ended.state, ended.reason) == (EventState.PASSED_OVER, "answer_blocked")
    assert ears.audio == []


async def test_going_live_looks_for_the_tokenizer_again(
    live: Host, ears: Ears, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables, later = install_tables(monkeypatch)
    tables.failures["letters"] = TokenizerMissing(Lack.NO_TABLE, "letters")
    tokenizers.look_again("letters")
    later.run()
    brain = await inside(stream, make_brain, model="letters")
    stream.persona.brain = brain
    await inside(stream, stream.persona.save)

    await settled(stream, await says(live, stream))

    assert len(later.waiting) == 1
