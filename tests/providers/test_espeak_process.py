import array
import itertools
import json
import os
import select
import signal
import string
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import espeakng_loader
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.providers import espeak_process
from workers.providers.espeak_process import HEADER, SAMPLE_RATE, Edges, Kind, Order, frame, speakable_bytes
from workers.turn.visemes import unknown_symbols, visemes_of

PATIENCE_S = 30
ROOT = Path(__file__).parents[2]
LONG_TEXT = "Sounds go on and on, and nobody listens to them any more. " * 17


@dataclass
class Said:
    """Everything a child told about one job, in order."""

    frames: list[tuple[Kind, bytes]] = field(default_factory=list)

    @property
    def pcm(self) -> bytes:
        return b"".join(payload for kind, payload in self.frames if kind in {Kind.AUDIO, Kind.END})

    @property
    def phonemes(self) -> list[tuple[int, str]]:
        lists = [json.loads(payload) for kind, payload in self.frames if kind is Kind.PHONEMES]
        return [(at_ms, phoneme) for part in lists for at_ms, phoneme in part]


class Child:
    """The program itself, driven through its pipes."""

    def __init__(self, library: str = espeakng_loader.get_library_path(), data: str = espeakng_loader.get_data_path()):
        program = [sys.executable, "-I", "-S", espeak_process.__file__, library, data]
        self.process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self._numbers = itertools.count(1)

    def read(self) -> tuple[Kind, int, bytes]:
        length, kind, job = HEADER.unpack(self._exactly(HEADER.size))
        return Kind(kind), job, self._exactly(length)

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            assert select.select([self.process.stdout], [], [], PATIENCE_S)[0], "the child says nothing"
            piece = self.process.stdout.read(count - len(data))
            assert piece, "the child is gone"
            data += piece
        return data

    def order(self, text: str, *voices: str, **style: int) -> int:
        job = next(self._numbers)
        order = Order(list(voices) or ["en-us"], text, **style)
        self.process.stdin.write(frame(Kind.SPEAK, job, json.dumps(order._asdict()).encode()))
        return job

    def cancel(self, job: int) -> None:
        self.process.stdin.write(frame(Kind.CANCEL, job))

    def listen(self, job: int) -> Said:
        said = Said()
        while not said.frames or said.frames[-1][0] not in {Kind.END, Kind.ERROR}:
            kind, number, payload = self.read()
            assert number == job
            said.frames.append((kind, payload))
        return said

    def say(self, text: str, *voices: str, **style: int) -> Said:
        return self.listen(self.order(text, *voices, **style))

    def close(self) -> None:
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(PATIENCE_S)


@pytest.fixture
def child() -> Iterator[Child]:
    child = Child()
    assert child.read() == (Kind.READY, 0, b"")
    yield child
    child.close()


def test_each_sound_is_told_before_its_audio_and_the_end_comes_last(child):
    said = child.say("Hello everyone, and welcome to the stream!", "en-us+f3")

    told_ms = heard_ms = 0.0
    for kind, payload in said.frames:
        if kind is Kind.PHONEMES:
            sounds = json.loads(payload)
            assert sounds[0][0] >= heard_ms
            told_ms = sounds[-1][0]
        else:
            heard_ms += len(payload) / 2 / SAMPLE_RATE * 1000
            assert kind is Kind.END or told_ms >= heard_ms
    assert [kind for kind, _ in said.frames[:2]] == [Kind.PHONEMES, Kind.AUDIO]
    assert [kind for kind, _ in said.frames].count(Kind.END) == 1
    assert 2500 < heard_ms < 4000
    assert abs(told_ms - heard_ms) < 150


def test_first_audio_is_short_and_the_rest_comes_in_long_pieces(child):
    sizes = [len(payload) // 2 for kind, payload in child.say(LONG_TEXT).frames if kind is Kind.AUDIO]

    assert SAMPLE_RATE * 0.04 <= sizes[0] <= SAMPLE_RATE * 0.11
    assert all(size >= SAMPLE_RATE * 0.4 for size in sizes[1:])


@pytest.mark.parametrize(
    ("voice", "letters", "endings", "prose"),
    [
        ("en-us+f3", string.ascii_lowercase, "aeiouynrstlh", "en"),
        ("en", string.ascii_lowercase, "aeiouynrstlh", "en"),
        ("ru+f3", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "аеиоуьнрстлшщйё", "ru"),
    ],
)
def test_every_sound_of_an_alphabet_has_a_mouth_shape(child, voice, letters, endings, prose):
    texts = [
        " ".join(one + two + end for two in letters for end in endings[i % 4 :: 4]) for i, one in enumerate(letters)
    ]
    sounds = Counter(name for text in [*texts, *PROSE[prose]] for _, name in child.say(text, voice, rate=450).phonemes)

    assert_all_shaped(sounds, at_least=70)


def test_every_sound_of_chinese_has_a_mouth_shape(child):
    characters = "".join(map(chr, range(0x4E00, 0x9FA5, 3)))
    texts = [",".join(characters[at : at + 8] for at in range(start, start + 240, 8)) for start in range(0, 7000, 240)]
    sounds = Counter(name for text in [*texts, *PROSE["zh"]] for _, name in child.say(text, "cmn", rate=450).phonemes)

    assert_all_shaped(sounds, at_least=80)


PROSE = {
    "en": (
        "The measure of a joyous azure beach; sure, usual pleasure!",
        "Mr. Smith's 3rd try cost $42.50 at 17:45, didn't it? OBS, GPU, HTTP & co. naïve café",
        "Привет! 你好! こんにちは 안녕 नमस्ते مرحبا שלום ελληνικά ½ € ™ 🎉",
    ),
    "ru": (
        "Съешь же ещё этих мягких французских булок, да выпей чаю. Объём, вьюга, подъезд, цапля, щёлк, жюри, ёжик.",
        "В 17:45 он заплатил 42,50 руб. за OBS Studio, GPU и Hello World — ого! №3, 99 %.",
        "你好! こんにちは 안녕 नमस्ते مرحبا שלום ελληνικά ½ € ™ 🎉",
    ),
    "zh": (
        "大家好!欢迎来到直播间,今天过得怎么样?我用 OBS Studio 和 GPU,花了 42.50 元。",
        "儿子、女儿、鱼、雨、绿、略、兄、穷、日、吃、知、诗、资、此、思、二、哦、嗯、呣。",
        "Привет! Hello! こんにちは 안녕 ½ € ™ 🎉",
    ),
}


def assert_all_shaped(sounds: Counter[str], at_least: int) -> None:
    assert len(sounds) >= at_least
    assert {name: unknown_symbols(name) for name in sounds if unknown_symbols(name)} == {}
    assert {name for name in sounds if not visemes_of(name)} <= {
        "1",
        *(name for name in sounds if name.startswith("(")),
    }


def test_cancelled_job_stops_in_the_middle_and_the_next_one_is_whole(child):
    alone = child.say("Good evening!").pcm
    job = child.order(LONG_TEXT)
    heard = [child.read() for _ in range(2)]

    child.cancel(job)
    rest = child.listen(job)
    after = child.say("Good evening!").pcm

    assert [kind for kind, _, _ in heard] == [Kind.PHONEMES, Kind.AUDIO]
    assert rest.frames[-1] == (Kind.END, b"")
    assert len(rest.pcm) / 2 / SAMPLE_RATE < 30
    assert abs(len(after) - len(alone)) < 0.1 * len(alone)


def test_job_cancelled_before_its_turn_is_ended_without_a_sound(child):
    first, second = child.order(LONG_TEXT), child.order("Never mind.")
    child.cancel(second)

    assert child.listen(first).pcm
    assert child.listen(second).frames == [(Kind.END, b"")]


def test_cancelling_what_is_over_does_no_harm(child):
    child.say("One.")
    child.cancel(1)
    child.cancel(99)

    assert child.say("Two.").pcm


def test_first_voice_the_library_knows_is_used(child):
    assert child.say("Hello", "alloy", "en-us").pcm
    assert child.say("Hello", "alloy", "\ud800").frames == [(Kind.ERROR, b"no such voice")]
    assert child.say("Hello").pcm


@pytest.mark.parametrize(
    "text",
    [
        "s'" * 500,
        "’s" * 500,
        "a." * 500,
        "A.B.C." * 160,
        "a.b.c.d.e.f." * 80,
        "anti" * 250,
        "over" * 250,
        "A.B.C. " * 140,
        "x" * 1000,
        "ы" * 1000,
        "你" * 1000,
        "9" * 1000,
        "1.1.1.1" * 140,
        "!" * 1000,
        "(" * 1000,
        "🎉" * 500,
        "e\u0301\u0300\u0308" * 250,
        "\u200d" * 1000,
        "a\0b\0\0c",
        "\x01" + "50P hello \x01+99S there",
        "\ud83d lone \udc00 halves",
        "<speak><break time='10s'/>hi</speak> &lt;",
        "[[h@l'oU]] {{}} %s %n",
        "\t\r\n\x0b\x1b[31m",
        "",
    ],
)
@pytest.mark.parametrize("voice", ["en-us+f3", "ru+f3", "cmn+f3"])
def test_no_text_breaks_the_child(child, text, voice):
    assert child.say(text, voice, rate=350).frames[-1][0] is Kind.END
    assert child.say("Still here.", voice).pcm


def test_voice_is_the_same_after_foreign_words_and_after_a_cut(child):
    fresh = child.say("Привет, как дела?", "ru+f3").phonemes

    child.say("Смотри: Hello World and welcome", "ru+f3")
    after_words = child.say("Привет, как дела?", "ru+f3").phonemes
    cut = child.order("Hello World and welcome to the stream. " * 20 + "Привет", "ru+f3")
    child.read()
    child.cancel(cut)
    child.listen(cut)
    after_cut = child.say("Привет, как дела?", "ru+f3").phonemes

    assert [name for _, name in after_words] == [name for _, name in fresh]
    assert [name for _, name in after_cut] == [name for _, name in fresh]


def test_style_of_one_job_does_not_stay_for_the_next(child):
    usual = child.say("Good evening!")
    child.say("Good evening!", rate=350, pitch=99, volume=10)
    again = child.say("Good evening!")

    assert [name for _, name in again.phonemes] == [name for _, name in usual.phonemes]
    assert abs(len(again.pcm) - len(usual.pcm)) < 0.05 * len(usual.pcm)
    assert max(array.array("h", again.pcm)) > 0.8 * max(array.array("h", usual.pcm))


def test_failure_while_listening_comes_out_of_the_library():
    program = (
        "import sys; from workers.providers.espeak_process import Espeak, Order\n"
        "def heard(pcm, phonemes): raise RuntimeError('no room')\n"
        "try: Espeak(*sys.argv[1:]).say(Order(['en'], 'Hello'), heard)\n"
        "except RuntimeError as failure: print(failure)"
    )
    paths = [espeakng_loader.get_library_path(), espeakng_loader.get_data_path()]

    told = subprocess.run([sys.executable, "-c", program, *paths], cwd=ROOT, capture_output=True, check=True)

    assert told.stdout == b"no room\n"


def test_markup_and_library_commands_are_not_obeyed(child):
    plain = child.say("ten seconds", rate=175).pcm
    marked = child.say("<break time='10s'/>ten seconds", rate=175).pcm
    commanded = child.say("\x0180S ten seconds", rate=175).pcm

    assert len(marked) < len(plain) + 2 * 8 * SAMPLE_RATE
    assert len(commanded) < len(plain) + 2 * 2 * SAMPLE_RATE
    assert speakable_bytes("a\0\x01b\u00adc\ud800d") == b"a  bc d\0"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_to_the_group_is_left_to_the_parent(child, number):
    os.kill(child.process.pid, number)

    assert child.say("Still here.").pcm


def test_child_ends_with_stdin_even_while_nobody_reads_its_sound(child):
    child.order(LONG_TEXT)
    child.order(LONG_TEXT)

    child.process.stdin.close()

    assert child.process.wait(PATIENCE_S) == 0


def test_missing_library_is_told_in_a_word(tmp_path):
    child = Child(library=str(tmp_path / "libnothing.so"))

    assert child.read() == (Kind.ERROR, 0, b"the espeak-ng library cannot be loaded")
    assert child.process.wait(PATIENCE_S) == 0
    child.close()


def test_missing_data_is_told_in_a_word(tmp_path):
    child = Child(data=str(tmp_path))

    assert child.read() == (Kind.ERROR, 0, b"espeak-ng does not start with its data")
    child.close()


def test_long_path_to_the_data_does_not_matter(tmp_path):
    deep = tmp_path.joinpath(*["a folder with a long name"] * 10)
    deep.mkdir(parents=True)
    data = deep / "espeak-ng-data"
    data.symlink_to(espeakng_loader.get_data_path())

    child = Child(data=str(data))

    assert child.read()[0] is Kind.READY
    assert child.say("Hello").pcm
    child.close()


def through_edges(*parts: list[int]) -> tuple[Edges, list[int]]:
    edges = Edges()
    pcm = b""
    for part in parts:
        edges.feed(array.array("h", part).tobytes())
        pcm += edges.take(edges.ready)
    pcm += edges.finish()
    return edges, array.array("h", pcm).tolist()


def test_long_lead_is_cut_short_and_short_lead_is_kept():
    loud = [5000] * 2000

    cut, after_long = through_edges([0] * 3000, loud)
    kept, after_short = through_edges([0] * 500, loud)

    assert (cut.trimmed, kept.trimmed) == (3000 - Edges.LEAD, 0)
    assert len(after_long) == Edges.LEAD + 2000 + Edges.TAIL
    assert len(after_short) == 500 + 2000 + Edges.TAIL


def test_ends_are_faded_and_followed_by_a_short_silence():
    _, samples = through_edges([9000] * 700, [9000] * 700, [3] * 4000)

    body, tail = samples[:1400], samples[1400:]
    assert body[0] == body[-1] == 0
    assert max(abs(one - other) for one, other in itertools.pairwise(body)) <= 9000 // Edges.FADE + 1
    assert body[Edges.FADE : -Edges.FADE] == [9000] * (1400 - 2 * Edges.FADE)
    assert tail == [0] * Edges.TAIL


def test_silence_inside_is_kept():
    _, samples = through_edges([4000] * 500, [0] * 9000, [4000] * 500)

    assert len(samples) == 10_000 + Edges.TAIL
    assert samples[600:9400] == [0] * 8800


@given(st.lists(st.lists(st.sampled_from([0, 5, -40, 900, -20_000]), max_size=400), max_size=8), st.data())
def test_every_sample_between_the_fades_is_the_library_s_own(parts, data):
    edges, pcm = Edges(), b""
    for part in parts:
        edges.feed(array.array("h", part).tobytes())
        pcm += edges.take(data.draw(st.integers(0, edges.ready)))
    pcm += edges.finish()

    given_samples = [sample for part in parts for sample in part]
    samples = array.array("h", pcm).tolist()
    body = samples[Edges.FADE : -Edges.TAIL - Edges.FADE]
    start = edges.trimmed + Edges.FADE
    assert body == given_samples[start : start + len(body)]
    assert samples == [] or not any(abs(at) > Edges.AUDIBLE for at in given_samples[start + len(body) + Edges.FADE :])


def test_nothing_audible_is_nothing_at_all():
    _, samples = through_edges([0] * 5000, [7] * 5000, [])

    assert samples == []


def test_program_needs_the_standard_library_only():
    source = Path(espeak_process.__file__).read_text(encoding="utf-8")
    imported = {
        line.split()[1].partition(".")[0] for line in source.splitlines() if line.startswith(("import", "from"))
    }

    assert imported <= sys.stdlib_module_names
