"""Voicing: parallel, in order, chunk by chunk, with engines that fail in every way."""

import asyncio
import random
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest

from tests.fakes.clocks import in_virtual_time
from tests.fakes.voices import HANG, FakeVoice, Mishap, pcm_of
from vtcontrol.kernel.errors import Fault
from vtcontrol.kernel.speech import AudioChunk, SpeechEvent, SpeechRequest, VisemeTrack
from workers.turn.rechunker import Rechunker
from workers.turn.vocabulary import EmotionStyle
from workers.turn.voiced_segment import SegmentAudio, SegmentVisemes, VoicedSegment
from workers.turn.voicing import Failure, Part, Voice, Voicing, VoicingLimits
from workers.turn.watchdog import Watchdog

PLAIN = EmotionStyle()
TEXT = "a text of some length"  # 21 characters: 1,260 ms


@dataclass
class Ledger:
    failures: list[Failure] = field(default_factory=list)
    characters: list[tuple[str, int]] = field(default_factory=list)
    first_bytes: int = 0

    def first_byte(self) -> None:
        self.first_bytes += 1

    def voiced(self, engine: str, characters: int) -> None:
        self.characters.append((engine, characters))

    def failed(self, failure: Failure) -> None:
        self.failures.append(failure)


def make(*engines: FakeVoice, limits: VoicingLimits | None = None) -> tuple[Voicing, Ledger]:
    ledger = Ledger()
    return Voicing([Voice(engine, "v") for engine in engines], limits or VoicingLimits(), ledger), ledger


async def read(segment: VoicedSegment) -> list[SegmentVisemes | SegmentAudio]:
    events = []
    while (event := await segment.next()) is not None:
        events.append(event)
    return events


def audio(events: list[SegmentVisemes | SegmentAudio]) -> list[SegmentAudio]:
    return [event for event in events if isinstance(event, SegmentAudio)]


def pcm(events: list[SegmentVisemes | SegmentAudio]) -> bytes:
    return b"".join(event.pcm for event in audio(events))


def lengths_ms(events: list[SegmentVisemes | SegmentAudio]) -> list[int]:
    return [len(event.pcm) // 2 * 1000 // event.sample_rate for event in audio(events)]


def chunks_ms(total_ms: int, piece_ms: int, *, is_first: bool) -> list[int]:
    """Return the lengths a rechunker makes of audio that comes in pieces."""
    chunker, out, flags = Rechunker(24_000, is_first=is_first), [], []
    for at in range(0, total_ms, piece_ms):
        chunker.add(bytes(min(piece_ms, total_ms - at) * 48))
        while chunker.is_ready:
            out.append(chunker.take())
    chunker.end()
    while chunker.is_ready:
        out.append(chunker.take())
    flags = [last for _, last in out]
    assert flags == [False] * (len(flags) - 1) + [True] * bool(flags)
    return [len(piece) // 48 for piece, _ in out]


@pytest.mark.parametrize("piece_ms", [7, 20, 100, 5000])
@pytest.mark.parametrize(
    ("total_ms", "is_first", "expected"),
    [
        (1500, True, [40, 80, 160, 320, 500, 400]),
        (1500, False, [160, 320, 500, 260, 260]),
        (30, True, [30]),
        (90, True, [40, 50]),
        (130, True, [40, 90]),
        (210, False, [210]),
        (230, False, [160, 70]),
        (2600, True, [40, 80, 160, 320, 500, 500, 500, 500]),
        (0, True, []),
    ],
)
def test_chunks_grow_and_do_not_depend_on_how_audio_came(
    total_ms: int, is_first: bool, expected: list[int], piece_ms: int
) -> None:
    assert chunks_ms(total_ms, piece_ms, is_first=is_first) == expected


def test_the_first_chunk_does_not_wait_for_more_than_itself() -> None:
    chunker = Rechunker(24_000, is_first=True)

    chunker.add(bytes(40 * 48))

    assert chunker.is_ready
    assert chunker.take() == (bytes(40 * 48), False)
    chunker.end()
    assert chunker.take() == (b"", True)
    assert not chunker.is_ready


def test_half_a_sample_is_never_delivered() -> None:
    chunker = Rechunker(24_000, is_first=True)

    for _ in range(333):
        chunker.add(bytes(7))
    chunker.end()
    pieces = []
    while chunker.is_ready:
        pieces.append(chunker.take()[0])

    assert [len(piece) % 2 for piece in pieces] == [0] * len(pieces)
    assert sum(map(len, pieces)) == 333 * 7 - 1


@in_virtual_time
async def test_a_segment_is_voiced_whole() -> None:
    engine = FakeVoice()
    voicing, ledger = make(engine)

    segment = voicing.begin(0, TEXT, PLAIN, 1.0)
    events = await read(segment)

    assert pcm(events) == pcm_of(TEXT)
    assert [event.seq for event in audio(events)] == list(range(len(audio(events))))
    assert lengths_ms(events)[0] == 40
    assert (segment.engine, segment.characters, segment.audio_ms) == ("fake-voice", 21, 1260)
    assert segment.is_complete
    assert ledger == Ledger([], [("fake-voice", 21)], 1)
    assert all(task.done() for task in voicing.tasks)


@in_virtual_time
async def test_requests_start_at_once_and_no_more_than_the_cap_run() -> None:
    engine = FakeVoice(first_s=1.0)
    voicing, _ = make(engine)

    segments = [voicing.begin(seg, f"{TEXT} {seg}", PLAIN, 1.0) for seg in range(7)]
    got = [pcm(await read(segment)) for segment in segments]

    assert got == [pcm_of(f"{TEXT} {seg}") for seg in range(7)]
    assert engine.most_active == 3
    assert engine.started_at == [0, 0, 0, 1, 1, 1, 2]


@pytest.mark.parametrize("seed", range(5))
def test_order_holds_whatever_each_request_takes(seed: int) -> None:
    dice = random.Random(seed)

    @in_virtual_time
    async def scenario() -> None:
        engine = FakeVoice(delay=lambda _: dice.uniform(0, 3), every_s=dice.uniform(0, 0.2))
        voicing, _ = make(engine)
        segments = [voicing.begin(seg, f"text {seg} " * dice.randint(1, 9), PLAIN, 1.0) for seg in range(12)]
        texts = [request.text for request in engine.requests]
        for seg, segment in enumerate(segments):
            events = await read(segment)
            texts = sorted((request.text for request in engine.requests), key=lambda text: int(text.split()[1]))
            assert {event.seg for event in events} == {seg}
            assert pcm(events) == pcm_of(texts[seg])

    scenario()


@in_virtual_time
async def test_what_is_voiced_ahead_is_bounded() -> None:
    engine = FakeVoice(ms_per_char=1000, piece_ms=100, every_s=0.001)
    voicing, _ = make(engine, limits=VoicingLimits(buffer_bytes=20_000))
    segment = voicing.begin(0, TEXT, PLAIN, 1.0)

    await asyncio.sleep(60)

    assert segment.buffered < 20_000 + 4800
    assert pcm(await read(segment)) == pcm_of(TEXT, ms_per_char=1000)
    assert segment.is_complete


@in_virtual_time
async def test_nothing_to_voice_is_complete_and_silent() -> None:
    engine = FakeVoice()
    voicing, _ = make(engine)

    segment = voicing.begin(0, None, PLAIN, 1.0)

    assert await read(segment) == []
    assert (segment.is_complete, segment.audio_ms, segment.engine) == (True, 0, "")
    assert engine.requests == []


@in_virtual_time
async def test_without_engines_a_segment_is_silent_and_incomplete() -> None:
    voicing, _ = make()

    segment = voicing.begin(0, TEXT, PLAIN, 1.0)

    assert await read(segment) == []
    assert not segment.is_complete


@in_virtual_time
async def test_the_small_first_chunk_belongs_to_the_first_segment_with_a_voice() -> None:
    voicing, _ = make(FakeVoice())

    segments = [voicing.begin(seg, text, PLAIN, 1.0) for seg, text in enumerate([None, TEXT, TEXT])]
    events = [await read(segment) for segment in segments]

    assert [lengths_ms(each)[:1] for each in events] == [[], [40], [160]]


@pytest.mark.parametrize(
    ("style", "intensity", "expected"),
    [
        (EmotionStyle(), 1.0, (1.1, 1.0, 1.0)),
        (EmotionStyle(1.2, 0.8, 0.5), 1.0, (1.32, 0.8, 0.5)),
        (EmotionStyle(1.2, 0.8, 0.5), 0.5, (1.21, 0.9, 0.75)),
        (EmotionStyle(1.2, 0.8, 0.5), 0.0, (1.1, 1.0, 1.0)),
        (EmotionStyle(9.0, 0.0, 9.0), 1.0, (2.0, 0.5, 2.0)),
    ],
)
def test_an_emotion_colours_the_voice_within_bounds(
    style: EmotionStyle, intensity: float, expected: tuple[float, float, float]
) -> None:
    request = Voice(FakeVoice(), "alto", "ru", rate=1.1).request("text", style, intensity)

    assert (request.rate, request.pitch, request.volume) == pytest.approx(expected)
    assert (request.voice, request.language) == ("alto", "ru")


@in_virtual_time
async def test_an_engines_own_visemes_come_before_their_audio() -> None:
    voicing, _ = make(FakeVoice(timestamps=True, every_s=0.1))

    events = await read(voicing.begin(0, TEXT, PLAIN, 1.0))

    cues = [cue for event in events if isinstance(event, SegmentVisemes) for cue in event.cues]
    assert [cue.at_ms for cue in cues] == list(range(0, 1300, 100))
    seen_ms = sent_ms = 0
    for event in events:
        if isinstance(event, SegmentVisemes):
            seen_ms = event.cues[-1].at_ms
        else:
            sent_ms += len(event.pcm) // 48
            assert seen_ms + 100 >= sent_ms


@in_virtual_time
async def test_visemes_are_guessed_where_an_engine_tells_none() -> None:
    voicing, _ = make(FakeVoice())

    events = await read(voicing.begin(0, TEXT, PLAIN, 1.0))

    cues = [cue for event in events if isinstance(event, SegmentVisemes) for cue in event.cues]
    assert isinstance(events[0], SegmentVisemes)
    assert len({cue.viseme for cue in cues}) > 4
    assert cues == sorted(cues, key=lambda cue: cue.at_ms)


FAILURES = [
    *((Mishap(fault), fault, 0.08) for fault in Fault),
    (Mishap(ValueError("garbage")), Fault.GARBAGE, 0.08),
    (Mishap(None), Fault.GARBAGE, 0.08),
    (Mishap(HANG), Fault.TIMEOUT, 4.0),
]


@pytest.mark.parametrize(("mishap", "fault", "after_s"), FAILURES)
def test_an_engine_that_fails_before_any_audio_is_replaced(mishap: Mishap, fault: Fault, after_s: float) -> None:
    @in_virtual_time
    async def scenario() -> None:
        bad, good = FakeVoice("bad", always=mishap), FakeVoice("good", sample_rate=16_000)
        voicing, ledger = make(bad, good)

        segment = voicing.begin(3, TEXT, PLAIN, 1.0)
        events = await read(segment)

        assert pcm(events) == pcm_of(TEXT, 16_000)
        assert {event.sample_rate for event in audio(events)} == {16_000}
        assert (segment.engine, segment.is_complete) == ("good", True)
        assert ledger.failures == [Failure(Part.VOICE, "bad", fault, 3)]
        assert ledger.characters == [("good", 21)]
        assert good.started_at == [pytest.approx(after_s)]
        assert bad.active == 0

    scenario()


@pytest.mark.parametrize("step", [Fault.SERVER, ValueError("garbage"), HANG])
def test_the_only_engine_that_fails_in_the_middle_loses_the_rest_of_the_segment(step: object) -> None:
    @in_virtual_time
    async def scenario() -> None:
        bad = FakeVoice("bad", mishaps={0: Mishap(step, after_pieces=3)})
        voicing, ledger = make(bad)

        segments = [voicing.begin(seg, TEXT, PLAIN, 1.0) for seg in range(2)]
        first = await read(segments[0])
        second = await read(segments[1])

        assert pcm(first) == pcm_of(TEXT)[: 300 * 48]
        assert audio(first)[-1].last
        assert (segments[0].engine, segments[0].is_complete, segments[0].audio_ms) == ("bad", False, 300)
        assert pcm(second) == pcm_of(TEXT)
        assert len(ledger.failures) == 1
        assert bad.active == 0

    scenario()


@in_virtual_time
async def test_a_segment_nobody_heard_of_yet_starts_over_with_the_next_engine() -> None:
    bad, good = FakeVoice("bad", mishaps={1: Mishap(Fault.SERVER, after_pieces=3)}), FakeVoice("good")
    voicing, _ = make(bad, good)

    segments = [voicing.begin(seg, TEXT, PLAIN, 1.0) for seg in range(2)]
    await asyncio.sleep(2)
    events = [await read(segment) for segment in segments]

    assert [pcm(each) for each in events] == [pcm_of(TEXT)] * 2
    assert [segment.engine for segment in segments] == ["bad", "good"]
    assert [segment.is_complete for segment in segments] == [True, True]


@in_virtual_time
async def test_later_segments_start_with_the_engine_that_works() -> None:
    bad, good = FakeVoice("bad", always=Mishap(Fault.SERVER)), FakeVoice("good")
    voicing, _ = make(bad, good)

    for seg in range(4):
        await read(voicing.begin(seg, TEXT, PLAIN, 1.0))

    assert (len(bad.requests), len(good.requests)) == (1, 4)


@in_virtual_time
async def test_a_rejected_text_says_nothing_about_the_next_one() -> None:
    picky, good = FakeVoice("picky", mishaps={0: Mishap(Fault.REJECTED)}), FakeVoice("good")
    voicing, _ = make(picky, good)

    engines = []
    for seg in range(2):
        segment = voicing.begin(seg, TEXT, PLAIN, 1.0)
        await read(segment)
        engines.append(segment.engine)

    assert engines == ["good", "picky"]


@pytest.mark.parametrize(("fault", "asked"), [(Fault.AUTH, 1), (Fault.SERVER, 2)])
def test_an_engine_that_keeps_failing_is_not_asked_again(fault: Fault, asked: int) -> None:
    @in_virtual_time
    async def scenario() -> None:
        bad = FakeVoice("bad", always=Mishap(fault))
        voicing, _ = make(bad)

        segments = []
        for seg in range(5):
            segments.append(voicing.begin(seg, TEXT, PLAIN, 1.0))
            assert await read(segments[-1]) == []

        assert len(bad.requests) == asked
        assert not any(segment.is_complete for segment in segments)

    scenario()


@in_virtual_time
async def test_one_failure_of_the_only_engine_costs_one_segment() -> None:
    engine = FakeVoice(mishaps={0: Mishap(Fault.SERVER)})
    voicing, _ = make(engine)

    got = [pcm(await read(voicing.begin(seg, TEXT, PLAIN, 1.0))) for seg in range(2)]

    assert got == [b"", pcm_of(TEXT)]


class Moody(FakeVoice):
    """Changes its sample rate in the middle."""

    async def stream(self, request: SpeechRequest) -> AsyncGenerator[SpeechEvent, None]:
        self.active += 1
        try:
            yield VisemeTrack(())
            yield AudioChunk(bytes(400), 24_000)
            yield AudioChunk(bytes(400), 16_000)
        finally:
            self.active -= 1


class Mad(FakeVoice):
    """Claims a sample rate nobody can play."""

    async def stream(self, request: SpeechRequest) -> AsyncGenerator[SpeechEvent, None]:
        yield AudioChunk(bytes(400), 0)


@pytest.mark.parametrize("engine", [Moody("bad"), Mad("bad")])
def test_senseless_sample_rates_are_garbage(engine: FakeVoice) -> None:
    @in_virtual_time
    async def scenario() -> None:
        voicing, ledger = make(engine, FakeVoice("good"))

        assert pcm(await read(voicing.begin(0, TEXT, PLAIN, 1.0))) == pcm_of(TEXT)
        assert [failure.fault for failure in ledger.failures] == [Fault.GARBAGE]

    scenario()


@in_virtual_time
async def test_an_engine_that_is_given_up_on_is_closed_before_the_next_is_asked() -> None:
    bad = Moody("bad")
    active = []

    class Watching(FakeVoice):
        async def stream(self, request: SpeechRequest) -> AsyncGenerator[SpeechEvent, None]:
            active.append(bad.active)
            async for event in super().stream(request):
                yield event

    voicing, _ = make(bad, Watching("good"))
    await read(voicing.begin(0, TEXT, PLAIN, 1.0))

    assert active == [0]


@in_virtual_time
async def test_a_watchdog_bites_what_makes_no_progress() -> None:
    loop = asyncio.get_running_loop()

    async def stuck_after_a_while() -> None:
        with Watchdog() as watchdog:
            watchdog.allow(1)
            for _ in range(5):
                await asyncio.sleep(0.9)
                watchdog.allow(1)
            await loop.create_future()

    with pytest.raises(TimeoutError):
        await stuck_after_a_while()

    assert loop.time() == pytest.approx(5.5)
    assert asyncio.current_task().cancelling() == 0


@in_virtual_time
async def test_a_watchdog_knows_an_end_whatever_the_progress() -> None:
    loop = asyncio.get_running_loop()

    async def endless() -> None:
        with Watchdog(total_s=3) as watchdog:
            while True:
                watchdog.allow(1)
                await asyncio.sleep(0.5)

    with pytest.raises(TimeoutError):
        await endless()

    assert loop.time() == pytest.approx(3)


@in_virtual_time
async def test_a_watchdog_rests_while_we_take_our_time() -> None:
    with Watchdog() as watchdog:
        watchdog.allow(1)
        watchdog.rest()
        await asyncio.sleep(100)
        watchdog.allow(1)


@in_virtual_time
async def test_a_watchdog_lets_a_real_cancellation_through() -> None:
    async def watched() -> None:
        with Watchdog() as watchdog:
            watchdog.allow(1)
            await asyncio.get_running_loop().create_future()

    task = asyncio.create_task(watched())
    await asyncio.sleep(0.5)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
