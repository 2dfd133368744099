"""One engine takes over from another inside a turn: where it goes on, and how long the stage is silent."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from tests.fakes.clocks import LoopClock, in_virtual_time
from tests.fakes.voices import HANG, FakeVoice, Mishap, pcm_of
from tests.turn.test_voicing import PLAIN, Ledger
from vtcontrol.kernel.errors import Fault
from vtcontrol.kernel.ports import SpeechEngine
from workers.providers.breaker import BreakerRules, CircuitBreaker
from workers.providers.guarded import SPEECH_LIMITS, Guard, GuardedSpeech
from workers.turn.voiced_segment import SegmentAudio, SegmentVisemes, VoicedSegment
from workers.turn.voicing import Voice, Voicing, VoicingLimits

TEXT = "The dragon sleeps, the dragon wakes, the dragon flies over the hills."
MOST_GAP_MS = 300
LEAD_S = 0.06  # a page's own, see static/stage/audio.js


@dataclass
class Timeline:
    """The stage's audio timeline: what sounds when, as a page would play it.

    Attributes:
        gaps_ms: Silences in it.
        pcm: What sounds, by sample rate, in order.
    """

    gaps_ms: list[float] = field(default_factory=list)
    stretches: list[tuple[int, bytes]] = field(default_factory=list)
    cues: list[int] = field(default_factory=list)
    ends_at: float | None = None

    def play(self, audio: SegmentAudio) -> None:
        now = asyncio.get_running_loop().time()
        if self.ends_at is None:
            self.ends_at = now + LEAD_S
        elif now > self.ends_at:
            self.gaps_ms.append((now + LEAD_S - self.ends_at) * 1000)
            self.ends_at = now + LEAD_S
        self.ends_at += len(audio.pcm) / 2 / audio.sample_rate
        if self.stretches and self.stretches[-1][0] == audio.sample_rate:
            self.stretches[-1] = (audio.sample_rate, self.stretches[-1][1] + audio.pcm)
        elif audio.pcm:
            self.stretches.append((audio.sample_rate, audio.pcm))

    @property
    def longest_gap_ms(self) -> float:
        return max(self.gaps_ms, default=0.0)


def chain(*engines: SpeechEngine, limits: VoicingLimits | None = None, usual_s: Sequence[float] = ()) -> Voicing:
    voices = [Voice(engine, "v", usual_s=dict(enumerate(usual_s)).get(at, 0.0)) for at, engine in enumerate(engines)]
    return Voicing(voices, limits or VoicingLimits(), Ledger())


async def show(timeline: Timeline, segments: Sequence[VoicedSegment]) -> Timeline:
    """Read segments as the pipeline does."""
    for segment in segments:
        seqs = []
        while (event := await segment.next()) is not None:
            if isinstance(event, SegmentVisemes):
                timeline.cues += [cue.at_ms for cue in event.cues]
            else:
                seqs.append(event.seq)
                timeline.play(event)
        assert seqs == list(range(len(seqs)))
    return timeline


def espeak(**more) -> FakeVoice:
    return FakeVoice("espeak", sample_rate=22_050, first_s=0.02, **more)


@pytest.mark.parametrize("step", [Fault.SERVER, Fault.UNREACHABLE, ValueError("garbage"), HANG])
@pytest.mark.parametrize("pieces", [2, 5, 13, 25])
@pytest.mark.parametrize("every_s", [0.0, 0.09])
def test_the_next_engine_goes_on_where_the_first_broke_off(step: object, pieces: int, every_s: float) -> None:
    @in_virtual_time
    async def scenario() -> None:
        cloud = FakeVoice("cloud", words=True, every_s=every_s, mishaps={0: Mishap(step, after_pieces=pieces)})
        local = espeak()
        voicing = chain(cloud, local)
        segment = voicing.begin(0, TEXT, PLAIN, 1.0)

        timeline = await show(Timeline(), [segment])

        (first_rate, first), (second_rate, second) = timeline.stretches
        rest = local.requests[0].text
        spoken = pieces * 100 / 60  # characters
        assert (first_rate, first) == (24_000, pcm_of(TEXT)[: len(first)])
        assert len(first) == pieces * 4800
        assert TEXT.endswith(rest)
        assert 0 <= len(TEXT) - len(rest) - spoken < 8  # the next word, and nothing of what was heard
        assert TEXT[len(TEXT) - len(rest) - 1] == " "
        assert (second_rate, second) == (22_050, pcm_of(rest, 22_050))
        assert timeline.longest_gap_ms <= MOST_GAP_MS
        assert timeline.cues == sorted(timeline.cues)
        assert max(timeline.cues) > pieces * 100
        assert (segment.engine, segment.is_complete) == ("espeak", True)
        assert segment.audio_ms == pytest.approx(pieces * 100 + len(rest) * 60, abs=2)

    scenario()


@in_virtual_time
async def test_without_times_of_words_the_place_is_guessed_from_the_pace_of_earlier_segments() -> None:
    cloud = FakeVoice("cloud", mishaps={1: Mishap(Fault.SERVER, after_pieces=20)})
    local = espeak()
    voicing = chain(cloud, local)

    timeline = await show(Timeline(), [voicing.begin(0, TEXT, PLAIN, 1.0)])
    await show(timeline, [voicing.begin(1, TEXT, PLAIN, 1.0)])

    rest = local.requests[0].text
    spoken = 2000 / 60
    assert TEXT.endswith(rest)
    assert 0 <= len(TEXT) - len(rest) - spoken < 16


@in_virtual_time
async def test_without_any_pace_the_next_clause_is_where_it_goes_on() -> None:
    cloud = FakeVoice("cloud", ms_per_char=70, mishaps={0: Mishap(Fault.SERVER, after_pieces=15)})
    local = espeak()

    await show(Timeline(), [chain(cloud, local).begin(0, TEXT, PLAIN, 1.0)])

    assert local.requests[0].text == "the dragon flies over the hills."


@in_virtual_time
async def test_nothing_is_added_when_only_the_end_was_lost() -> None:
    cloud = FakeVoice("cloud", words=True, mishaps={0: Mishap(Fault.SERVER, after_pieces=41)})
    local = espeak()
    segment = chain(cloud, local).begin(0, TEXT, PLAIN, 1.0)

    timeline = await show(Timeline(), [segment])

    assert local.requests == []
    assert [rate for rate, _ in timeline.stretches] == [24_000]


@pytest.mark.parametrize("mishap", [Mishap(HANG), Mishap(Fault.SERVER), Mishap(HANG, after_pieces=1)])
def test_a_later_segment_that_fails_leaves_no_hole_between_two(mishap: Mishap) -> None:
    @in_virtual_time
    async def scenario() -> None:
        cloud = FakeVoice("cloud", words=True, mishaps={1: mishap})
        voicing = chain(cloud, espeak())
        segments = [voicing.begin(seg, TEXT[:30], PLAIN, 1.0) for seg in range(3)]

        timeline = await show(Timeline(), segments)

        assert timeline.longest_gap_ms <= MOST_GAP_MS
        assert [segment.is_complete for segment in segments] == [True, True, True]
        assert [segment.engine for segment in segments] == ["cloud", "espeak", "cloud"]

    scenario()


@in_virtual_time
async def test_an_engine_far_away_is_asked_early_enough_to_take_over() -> None:
    cloud = FakeVoice("cloud", words=True, every_s=0.03, mishaps={0: Mishap(HANG, after_pieces=12)})
    far = FakeVoice("far", sample_rate=16_000, first_s=0.45)

    timeline = await show(Timeline(), [chain(cloud, far, usual_s=(0.3, 0.45)).begin(0, TEXT, PLAIN, 1.0)])

    assert timeline.longest_gap_ms <= MOST_GAP_MS
    assert [rate for rate, _ in timeline.stretches] == [24_000, 16_000]


@in_virtual_time
async def test_an_engine_that_speaks_no_faster_than_it_is_heard_is_left_in_peace() -> None:
    live = FakeVoice("live", every_s=0.1)

    timeline = await show(Timeline(), [chain(live, espeak(), usual_s=(0.1, 2.0)).begin(0, TEXT, PLAIN, 1.0)])

    assert timeline.stretches == [(24_000, pcm_of(TEXT))]


@in_virtual_time
async def test_what_was_made_is_played_to_its_end_before_another_engine_takes_over() -> None:
    cloud = FakeVoice("cloud", words=True, mishaps={0: Mishap(HANG, after_pieces=7)})

    timeline = await show(Timeline(), [chain(cloud, espeak()).begin(0, TEXT, PLAIN, 1.0)])

    assert len(timeline.stretches[0][1]) == 7 * 4800
    assert len(timeline.gaps_ms) <= 1


@in_virtual_time
async def test_the_last_engine_may_take_its_time() -> None:
    slow = FakeVoice("slow", mishaps={}, every_s=1.0)

    timeline = await show(Timeline(), [chain(slow).begin(0, TEXT[:10], PLAIN, 1.0)])

    assert timeline.stretches == [(24_000, pcm_of(TEXT[:10]))]


@in_virtual_time
async def test_the_first_sound_of_a_turn_is_waited_for() -> None:
    slow = FakeVoice("slow", first_s=3.0)
    local = espeak()

    timeline = await show(Timeline(), [chain(slow, local).begin(0, TEXT, PLAIN, 1.0)])

    assert timeline.stretches == [(24_000, pcm_of(TEXT))]
    assert local.requests == []


@in_virtual_time
async def test_three_engines_take_over_from_each_other() -> None:
    first = FakeVoice("first", words=True, mishaps={0: Mishap(Fault.SERVER, after_pieces=8)})
    second = FakeVoice("second", words=True, sample_rate=16_000, mishaps={0: Mishap(HANG, after_pieces=6)})
    segment = chain(first, second, espeak()).begin(0, TEXT, PLAIN, 1.0)

    timeline = await show(Timeline(), [segment])

    assert [rate for rate, _ in timeline.stretches] == [24_000, 16_000, 22_050]
    assert timeline.longest_gap_ms <= MOST_GAP_MS
    assert segment.is_complete


@in_virtual_time
async def test_every_engine_that_fails_leaves_what_was_heard_and_a_proper_end() -> None:
    first = FakeVoice("first", words=True, mishaps={0: Mishap(Fault.SERVER, after_pieces=8)})
    second = FakeVoice("second", always=Mishap(Fault.AUTH))
    segment = chain(first, second).begin(0, TEXT, PLAIN, 1.0)

    events = []
    while (event := await segment.next()) is not None:
        events.append(event)

    sounds = [event for event in events if isinstance(event, SegmentAudio)]
    assert b"".join(event.pcm for event in sounds) == pcm_of(TEXT)[: 8 * 4800]
    assert [event.last for event in sounds] == [False] * (len(sounds) - 1) + [True]
    assert not segment.is_complete


@in_virtual_time
async def test_an_open_breaker_sends_the_text_straight_to_the_next_engine() -> None:
    clock = LoopClock()
    cloud = FakeVoice("cloud", always=Mishap(Fault.SERVER))
    breaker = CircuitBreaker(BreakerRules(failures=1), clock)
    guarded = GuardedSpeech(cloud, Guard(breaker, SPEECH_LIMITS, clock=clock))
    local = espeak()

    for _ in range(3):
        timeline = await show(Timeline(), [chain(guarded, local).begin(0, TEXT, PLAIN, 1.0)])
        assert timeline.stretches == [(22_050, pcm_of(TEXT, 22_050))]

    assert len(cloud.requests) == 2  # the first call and its repetition
    assert not guarded.status.ok
    assert guarded.status.retry_in_s > 0


@in_virtual_time
async def test_closing_in_the_middle_of_a_change_leaves_nothing_running() -> None:
    cloud = FakeVoice("cloud", words=True, mishaps={0: Mishap(HANG, after_pieces=3)})
    local = espeak(every_s=0.5)
    voicing = chain(cloud, local)
    segment = voicing.begin(0, TEXT, PLAIN, 1.0)
    reading = asyncio.create_task(show(Timeline(), [segment]))
    await asyncio.sleep(1.5)

    reading.cancel()
    for task in voicing.tasks:
        task.cancel()
    await asyncio.gather(reading, *voicing.tasks, return_exceptions=True)

    assert cloud.active == local.active == 0
