import array
import asyncio
import contextlib
import itertools
import math
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import espeakng_loader
import psutil
import pytest
import pytest_asyncio
import uvloop

from vtcontrol.kernel.errors import Fault, ProviderFailed
from vtcontrol.kernel.speech import AudioChunk, SpeechRequest, Viseme, VisemeCue
from workers.providers.espeak import EspeakEngine, default_voice, order_of, voices, voices_for
from workers.providers.espeak_process import Kind, frame

RATE = 22_050
LONG_TEXT = "Sounds go on and on, and nobody listens to them any more. " * 17
GREETINGS = {
    "en": "Hello everyone, and welcome to the stream! How are you today?",
    "ru": "Привет всем! Спасибо за подарок, ты очень добрый.",
    "zh": "大家好!欢迎来到直播间,今天过得怎么样?",
}


# The steepest step from one sample to the next, by volume: the library's recorded "s" and "ц" reach 15,300 at 1.0.
STEEPEST = {0.5: 9_000, 1.0: 18_000, 2.0: 28_000}


@dataclass
class Heard:
    """What a listener got from one request."""

    samples: list[int] = field(default_factory=list)
    cues: list[VisemeCue] = field(default_factory=list)

    @property
    def ms(self) -> float:
        return len(self.samples) / RATE * 1000

    @property
    def loudness(self) -> float:
        return math.sqrt(sum(sample * sample for sample in self.samples) / len(self.samples))


async def hear(engine: EspeakEngine, text: str, voice: str = "", language: str = "en", **style: float) -> Heard:
    heard = Heard()
    async for event in engine.stream(SpeechRequest(text, voice or default_voice(language), language, **style)):
        if isinstance(event, AudioChunk):
            assert event.sample_rate == RATE
            heard.samples += array.array("h", event.pcm)
        else:
            assert event.cues[0].at_ms >= heard.ms - 1, "a track comes before the audio it describes"
            heard.cues += event.cues
    return heard


def children_of(pid: int | None = None) -> list[psutil.Process]:
    family = psutil.Process(pid).children(recursive=True)
    return [child for child in family if any("espeak_process" in part for part in child.cmdline())]


def silences_ms(samples: list[int]) -> list[float]:
    runs = itertools.groupby(samples, key=lambda sample: abs(sample) <= 60)
    return [sum(1 for _ in run) / RATE * 1000 for is_silent, run in runs if is_silent]


def steps_out_of_silence(samples: list[int]) -> list[int]:
    """The jumps that begin a sound after 5 ms of silence, seen forwards and backwards: what one hears as a click."""
    steps = []
    for direction in (samples, samples[::-1]):
        quiet = 0
        for one, other in itertools.pairwise(direction):
            quiet = quiet + 1 if abs(one) <= 60 else 0
            if quiet >= 110:
                steps.append(abs(other - one))
    return steps


@pytest_asyncio.fixture
async def engine() -> AsyncIterator[EspeakEngine]:
    engine = EspeakEngine()
    yield engine
    await engine.aclose()
    assert children_of() == []


@pytest.mark.parametrize("language", GREETINGS)
@pytest.mark.parametrize(("volume", "steepest"), STEEPEST.items())
async def test_speech_is_clear_of_clicks_clipping_and_dead_air(engine, language, volume, steepest):
    heard = await hear(engine, GREETINGS[language], language=language, volume=volume)

    clipped = itertools.groupby(heard.samples, key=lambda sample: abs(sample) > 32_700)
    assert 2500 < heard.ms < 5500
    assert heard.loudness > 500
    assert heard.samples[0] == 0
    assert heard.samples[-1300:] == [0] * 1300
    assert max(steps_out_of_silence(heard.samples)) < 3000
    assert max(abs(one - other) for one, other in itertools.pairwise(heard.samples)) < steepest
    assert max((sum(1 for _ in run) for is_hot, run in clipped if is_hot), default=0) <= 2
    assert silences_ms(heard.samples)[0] <= 80
    assert silences_ms(heard.samples)[-1] <= 80


@pytest.mark.parametrize("rate", [0.7, 1.0])
@pytest.mark.parametrize(
    ("language", "word"),
    [("en", "Congratulations"), ("en", "Uncharacteristically"), ("ru", "Достопримечательность"), ("zh", "直播间")],
)
async def test_no_gap_inside_a_word(engine, language, word, rate):
    heard = await hear(engine, word, language=language, rate=rate)

    assert max(silences_ms(heard.samples)[1:-1], default=0) < 70
    assert Viseme.SIL not in [cue.viseme for cue in heard.cues[1:-1]]


@pytest.mark.parametrize("language", GREETINGS)
async def test_mouth_moves_all_along_and_closes_at_the_end(engine, language):
    heard = await hear(engine, GREETINGS[language], language=language)

    times = [cue.at_ms for cue in heard.cues]
    assert times[0] == 0
    assert all(one.at_ms < other.at_ms and one.viseme != other.viseme for one, other in itertools.pairwise(heard.cues))
    assert max(other - one for one, other in itertools.pairwise(times)) < 500
    assert len({cue.viseme for cue in heard.cues}) >= 9
    assert heard.cues[-1].viseme == Viseme.SIL
    assert heard.ms - 120 < heard.cues[-1].at_ms <= heard.ms


async def test_lips_meet_where_the_sound_is_quiet(engine):
    heard = await hear(engine, "Papa, mama, papa, baby.", voice="en-us")

    def level(viseme: Viseme) -> float:
        spans = [(a.at_ms, b.at_ms) for a, b in itertools.pairwise(heard.cues) if a.viseme == viseme]
        pieces = [heard.samples[a * RATE // 1000 : b * RATE // 1000] for a, b in spans]
        return sum(max(map(abs, piece)) for piece in pieces) / len(pieces)

    assert level(Viseme.AA) > 2 * level(Viseme.PP)


@pytest.mark.parametrize("voice", voices(), ids=lambda voice: voice.name)
async def test_each_voice_offered_speaks(engine, voice):
    heard = await hear(engine, GREETINGS[voice.language[:2]], voice=voice.name, language=voice.language)

    assert heard.ms > 2000
    assert heard.loudness > 500


def test_each_timbre_offered_is_in_the_data():
    timbres = {voice.timbre for voice in voices()} - {""}

    known = {path.name for path in Path(espeakng_loader.get_data_path(), "voices", "!v").iterdir()}
    assert timbres
    assert timbres <= known


def test_english_russian_and_chinese_have_female_and_male_voices():
    assert {(voice.language, voice.is_female) for voice in voices()} == {
        (language, is_female) for language in ("en-US", "en-GB", "ru", "zh") for is_female in (True, False)
    }


async def test_rate_pitch_and_volume_are_heard(engine):
    usual = await hear(engine, "Aaah, and so on.", voice="en-us+f3")

    fast = await hear(engine, "Aaah, and so on.", voice="en-us+f3", rate=2.0)
    slow = await hear(engine, "Aaah, and so on.", voice="en-us+f3", rate=0.5)
    high = await hear(engine, "Aaah, and so on.", voice="en-us+f3", pitch=2.0)
    deep = await hear(engine, "Aaah, and so on.", voice="en-us+f3", pitch=0.5)
    soft = await hear(engine, "Aaah, and so on.", voice="en-us+f3", volume=0.3)
    loud = await hear(engine, "Aaah, and so on.", voice="en-us+f3", volume=2.0)

    assert fast.ms < 0.7 * usual.ms < usual.ms < 0.65 * slow.ms
    assert 1.6 < fundamental_hz(high) / fundamental_hz(usual) < 2.4
    assert 1.6 < fundamental_hz(usual) / fundamental_hz(deep) < 2.4
    assert soft.loudness < 0.4 * usual.loudness
    assert loud.loudness > 1.35 * usual.loudness


def fundamental_hz(heard: Heard) -> float:
    """Pitch of the first vowel: the shift at which it resembles itself most."""
    vowel = heard.samples[RATE // 10 : RATE // 10 + 1200]
    lags = range(40, 400)
    likeness = [
        sum(abs(one - other) for one, other in zip(vowel, vowel[lag : lag + 800], strict=False)) for lag in lags
    ]
    alike = min(likeness) * 1.15
    return RATE / next(
        lag for lag, this, after in zip(lags, likeness, likeness[1:], strict=False) if this <= alike and this <= after
    )


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ({}, (175, 50, 85)),
        ({"rate": 2.0, "pitch": 2.0, "volume": 2.0}, (350, 99, 130)),
        ({"rate": 0.5, "pitch": 0.5, "volume": 0.0}, (88, 0, 0)),
        ({"rate": 99.0, "pitch": 99.0, "volume": 99.0}, (350, 99, 130)),
        ({"rate": -1.0, "pitch": -1.0, "volume": -1.0}, (88, 0, 0)),
        ({"rate": math.nan, "pitch": math.inf, "volume": math.nan}, (175, 50, 85)),
    ],
)
def test_style_is_translated_and_kept_within_limits(style, expected):
    order = order_of(SpeechRequest("Hi", "en-us", **style))

    assert (order.rate, order.pitch, order.volume) == expected


@pytest.mark.parametrize(
    ("text", "voice", "language", "chosen"),
    [
        ("Hello", "en-us+f3", "en", "en-us+f3"),
        ("Hello", "en", "en", "en"),
        ("Hello", "", "en", "en-us+f3"),
        ("Hello", "", "en-GB", "en+f3"),
        ("Привет", "", "ru-RU", "ru+f3"),
        ("你好", "", "zh-CN", "cmn+f3"),
        ("Hallo", "", "de", "de+f3"),
        ("Привет", "en-us+Annie", "en", "ru+Annie"),
        ("Привіт", "en-us", "uk", "uk"),
        ("你好", "en-us", "en", "cmn"),
        ("Hello there", "ru+f3", "ru", "en-us+f3"),
        ("Я включил OBS Studio", "ru+f3", "ru", "ru+f3"),
        ("Hello World, да!", "en-us+f3", "en", "en-us+f3"),
        ("Я включил OBS Studio", "en-us+f3", "en", "ru+f3"),
        ("我用 OBS 说话", "en-us", "en", "cmn"),
        ("こんにちは", "cmn", "zh", "ja"),
        ("漢字", "ja", "ja", "ja"),
        ("1234!", "ru+f3", "ru", "ru+f3"),
        ("Hello", "alloy", "en", "en-us+f3"),
        ("Привет", "eleven_labs/voice", "ru", "ru+f3"),
    ],
)
def test_voice_is_one_that_can_read_the_text(text, voice, language, chosen):
    assert voices_for(SpeechRequest(text, voice, language))[0] == chosen


async def test_voice_nobody_knows_falls_back(engine):
    assert (await hear(engine, "Hello", voice="ash")).ms > 300
    assert (await hear(engine, "Привет", voice="xx-yy+f3", language="xx")).ms > 300


@pytest.mark.parametrize("text", ["", "...", "   ", "\0", "\u200d"])
async def test_text_without_a_sound_yields_nothing(engine, text):
    assert await hear(engine, text) == Heard()


async def test_requests_at_once_do_not_mix(engine):
    words = ("one", "seventeen", "eleven thousand", "привет", "до свидания", "你好")
    texts = [f"{word} {word} {word}." for word in words] * 4
    alone = {text: await hear(engine, text) for text in texts[:6]}

    together = await asyncio.gather(*(hear(engine, text) for text in texts))

    for text, heard in zip(texts, together, strict=True):
        assert abs(heard.ms - alone[text].ms) < 0.05 * alone[text].ms
        assert [cue.viseme for cue in heard.cues] == [cue.viseme for cue in alone[text].cues]
    assert len(children_of()) <= 2


async def test_closing_a_stream_stops_its_sound_and_frees_the_child():
    engine = EspeakEngine(children=1)
    for _ in range(20):
        stream = engine.stream(SpeechRequest(LONG_TEXT, "en-us"))
        await anext(stream)
        await stream.aclose()

    assert (await hear(engine, "Good evening!")).ms > 300
    assert len(children_of()) == 1
    await engine.aclose()


async def test_cancelled_task_leaves_the_engine_usable():
    engine = EspeakEngine(children=1)
    await engine.warm()
    task = asyncio.create_task(hear(engine, LONG_TEXT))
    await asyncio.sleep(0)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert (await hear(engine, "Good evening!")).ms > 300
    await engine.aclose()


async def test_killed_child_fails_its_request_moves_the_queue_and_is_replaced():
    engine = EspeakEngine(children=1)
    stream = engine.stream(SpeechRequest(LONG_TEXT, "en-us"))
    await anext(stream)
    waiting = asyncio.create_task(hear(engine, "I was next."))
    await asyncio.sleep(0)

    os.kill(children_of()[0].pid, signal.SIGKILL)
    with pytest.raises(ProviderFailed) as failure:
        async for _ in stream:
            pass

    assert failure.value.fault is Fault.UNREACHABLE
    assert (await waiting).ms > 300
    assert (await hear(engine, "And I am new.")).ms > 300
    await engine.aclose()


async def test_child_killed_while_idle_is_replaced(engine):
    await engine.warm()
    child = children_of()[0]
    os.kill(child.pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):  # asyncio was faster to bury it
        await asyncio.to_thread(os.waitid, os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

    outcomes = [await asyncio.gather(hear(engine, "Hello"), return_exceptions=True) for _ in range(2)]

    assert outcomes[1][0].ms > 300


async def test_engine_closed_in_the_middle_fails_the_request_and_starts_anew():
    engine = EspeakEngine(children=1)
    stream = engine.stream(SpeechRequest(LONG_TEXT, "en-us"))
    await anext(stream)

    closing = asyncio.create_task(engine.aclose())
    again = await hear(engine, "I came at once.")
    await closing
    with pytest.raises(ProviderFailed):
        async for _ in stream:
            pass

    assert again.ms > 300
    await engine.aclose()


SAYS_READY = "import sys; sys.stdout.buffer.write({!r}); sys.stdout.flush(); sys.stdin.buffer.read({})"


@pytest.mark.parametrize(
    ("program", "fault"),
    [
        (("/nowhere/python",), Fault.UNREACHABLE),
        ((sys.executable, "-c", "pass"), Fault.UNREACHABLE),
        ((sys.executable, "-c", "print('not a frame at all, is it?')"), Fault.UNREACHABLE),
        ((sys.executable, "-c", SAYS_READY.format(frame(Kind.ERROR, 0, b"no library"), 0)), Fault.UNREACHABLE),
        ((sys.executable, "-c", SAYS_READY.format(frame(Kind.READY, 0), 9)), Fault.UNREACHABLE),
        ((sys.executable, "-c", SAYS_READY.format(frame(Kind.READY, 0) + b"\xff" * 9, -1)), Fault.UNREACHABLE),
    ],
)
async def test_broken_program_is_unreachable_and_warming_it_raises_nothing(program, fault):
    engine = EspeakEngine(program=program, patience_s=30.0)

    await engine.warm()
    with pytest.raises(ProviderFailed) as failure:
        await hear(engine, "Hello")

    assert failure.value.fault is fault
    assert "Hello" not in str(failure.value)
    await engine.aclose()


@pytest.mark.parametrize(
    "program",
    [("/bin/sleep", "600"), ("/bin/sh", "-c", "printf '\\0\\0\\0\\0\\3\\0\\0\\0\\0'; exec /bin/sleep 600")],
)
async def test_program_that_hangs_times_out_and_is_killed(program):
    engine = EspeakEngine(children=1, program=program, patience_s=0.3)

    with pytest.raises(ProviderFailed) as failure:
        await hear(engine, "Hello")

    assert failure.value.fault is Fault.TIMEOUT
    await engine.aclose()
    assert [child for child in psutil.Process().children() if "sleep" in child.name()] == []


def speak_in_a_loop(loop_factory) -> Heard:
    async def speak() -> Heard:
        engine = EspeakEngine()
        await engine.warm()
        heard = await hear(engine, "Hello from here.")
        await engine.aclose()
        return heard

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(speak())


@pytest.mark.parametrize("loop_factory", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_engine_works_in_a_loop_of_another_thread(loop_factory):
    heard: list[Heard] = []
    thread = threading.Thread(target=lambda: heard.append(speak_in_a_loop(loop_factory)))

    thread.start()
    thread.join(60)

    assert heard[0].ms > 500
    assert children_of() == []


def test_engine_works_in_uvloop():
    assert speak_in_a_loop(uvloop.new_event_loop).ms > 500


async def test_engine_can_be_closed_twice_and_used_again():
    engine = EspeakEngine()
    await engine.aclose()
    assert (await hear(engine, "Hello")).ms > 300
    await engine.aclose()
    await engine.aclose()
    assert children_of() == []
    assert (await hear(engine, "Hello")).ms > 300
    await engine.aclose()


PARENT = """
import asyncio
from vtcontrol.kernel.speech import SpeechRequest
from workers.providers.espeak import EspeakEngine

async def main():
    engine = EspeakEngine()
    await anext(engine.stream(SpeechRequest("on and on, " * 90, "en-us")))
    print("speaking", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def test_child_does_not_outlive_a_killed_parent():
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", PARENT], cwd=root, stdout=subprocess.PIPE) as parent:
        assert parent.stdout.readline() == b"speaking\n"
        children = children_of(parent.pid)

        parent.kill()

        gone, alive = psutil.wait_procs(children, timeout=30)
    assert len(gone) == 1
    assert alive == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads the process's memory map")
def test_gpl_library_is_never_loaded_here():
    assert speak_in_a_loop(asyncio.new_event_loop).ms > 500

    assert "libespeak" not in Path("/proc/self/maps").read_text(encoding="utf-8")
