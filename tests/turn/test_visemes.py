import array
import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtcontrol.kernel.speech import AudioChunk, Viseme, VisemeCue
from workers.turn.visemes import (
    CueTrack,
    PhonemeEvent,
    TextTrack,
    from_phonemes,
    from_text,
    unknown_symbols,
    visemes_of,
)

V = Viseme


def spoken(*events: tuple[int, str]) -> list[PhonemeEvent]:
    return [PhonemeEvent(at_ms, phoneme) for at_ms, phoneme in events]


def assert_tidy(cues: tuple[VisemeCue, ...], audio_ms: float) -> None:
    assert cues[0].at_ms == 0
    assert all(one.at_ms < other.at_ms and one.viseme != other.viseme for one, other in pairwise(cues))
    assert cues[-1].viseme == V.SIL
    assert cues[-1].at_ms <= audio_ms


@pytest.mark.parametrize(
    ("phoneme", "shapes"),
    [
        ("p", (V.PP,)),
        ("ˈaɪ", (V.AA, V.I)),
        ("ˌaʊ", (V.AA, V.U)),
        ("ɑːɹ", (V.AA, V.RR)),
        ("n̩", (V.NN,)),
        ("tʃʲ", (V.CH,)),
        ("mʲ", (V.PP,)),
        ("ʲ", (V.I,)),
        ("ja", (V.I, V.AA)),
        ("ts", (V.SS,)),
        ("ts.h", (V.CH,)),
        ("th", (V.DD,)),
        ("θ", (V.TH,)),
        ("ˈuei", (V.U, V.E, V.I)),
        ("ˈonɡ", (V.O, V.KK)),
        ("o-", (V.E,)),
        ("ã", (V.AA,)),
        ("eə", (V.E,)),
        ("", (V.SIL,)),
        ("(en)", ()),
        ("1", ()),
    ],
)
def test_phoneme_shows_its_shapes(phoneme, shapes):
    assert visemes_of(phoneme) == shapes
    assert unknown_symbols(phoneme) == ""


def test_russian_y_is_spread_and_the_others_is_round():
    assert visemes_of("ˈy", "ru") == (V.I,)
    assert visemes_of("ˈy", "cmn") == (V.U,)


def test_symbol_without_a_shape_is_told_and_skipped():
    assert unknown_symbols("a@ʗ") == "@ʗ"
    assert visemes_of("a@ʗ") == (V.AA,)


def test_track_starts_at_zero_merges_repeats_and_ends_closed():
    track = from_phonemes(spoken((38, "p"), (90, "b"), (120, "ˈaɪ"), (320, "m"), (400, "")), audio_ms=460)

    assert [(cue.at_ms, cue.viseme) for cue in track] == [
        (0, V.SIL),
        (38, V.PP),
        (120, V.AA),
        (220, V.I),
        (320, V.PP),
        (400, V.SIL),
    ]


def test_mouth_left_open_by_the_engine_is_closed_before_the_end():
    track = from_phonemes(spoken((0, "a")), audio_ms=300)

    assert track == (VisemeCue(0, V.AA), VisemeCue(260, V.SIL))


def test_closure_of_a_stop_does_not_close_the_mouth_but_a_pause_does():
    short = from_phonemes(spoken((0, "a"), (100, ""), (130, "t"), (200, "")), audio_ms=260)
    long = from_phonemes(spoken((0, "a"), (100, ""), (200, "t"), (260, "")), audio_ms=320)

    assert [cue.viseme for cue in short] == [V.AA, V.DD, V.SIL]
    assert [cue.viseme for cue in long] == [V.AA, V.SIL, V.DD, V.SIL]


def test_language_mark_between_sounds_leaves_the_mouth_alone():
    assert from_phonemes(spoken((0, "a"), (80, "(en)"), (80, "p"), (150, "")), audio_ms=200)[1] == VisemeCue(80, V.PP)


def test_cues_that_the_engine_places_after_the_audio_are_dropped():
    assert from_phonemes(spoken((0, "a"), (500, "p")), audio_ms=200) == (VisemeCue(0, V.AA), VisemeCue(160, V.SIL))


def test_late_half_of_a_diphthong_gives_way_to_the_sound_that_came_sooner():
    track = CueTrack()
    track.add(spoken((0, "aɪ")))

    begun = track.until(10)
    track.add(spoken((50, "p")))
    ended = track.finish(200)

    assert begun == (VisemeCue(0, V.AA),)
    assert [cue.viseme for cue in ended] == [V.PP, V.SIL]


EVENTS = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from(["a", "p", "aɪ", "", "(en)", "ʲ", "uei", "tʃ", "1"])), max_size=40
)


@given(EVENTS, st.lists(st.integers(1, 400), min_size=1, max_size=12))
def test_track_is_tidy_however_it_is_cut(steps, cuts):
    at_ms, events = 0, []
    for step_ms, phoneme in steps:
        at_ms += step_ms
        events.append(PhonemeEvent(at_ms, phoneme))
    track, end_ms, cues = CueTrack(), 0, []

    for cut_ms in cuts:
        end_ms += cut_ms
        track.add(event for event in events if end_ms - cut_ms <= event.at_ms < end_ms)
        part = track.until(end_ms)
        assert all(cue.at_ms < end_ms for cue in part)
        cues += part
    cues += track.finish(end_ms)

    if cues:
        assert_tidy(tuple(cues), end_ms)


TEXTS = [
    ("en", "Hello everyone, and welcome to the stream!"),
    ("en", "Make 3 cakes, please."),
    ("ru", "Привет всем! Объём — это ёжик."),
    ("zh", "大家好!欢迎来到直播间。"),
    ("ja", "こんにちは、カタカナ!"),
    ("ko", "안녕하세요"),
    ("fr", "Ça va très bien, merci."),
    ("he", "שלום"),
]


@pytest.mark.parametrize(("language", "text"), TEXTS)
def test_guess_from_text_fills_the_audio(language, text):
    track = from_text(text, language, audio_ms=2500)

    assert_tidy(track, 2500)
    assert track[-1].at_ms == 2460
    assert len({cue.viseme for cue in track}) >= 4


def test_guess_follows_letters_of_each_alphabet():
    assert [cue.viseme for cue in from_text("mama", "en", 800)] == [V.PP, V.AA, V.PP, V.AA, V.SIL]
    assert [cue.viseme for cue in from_text("Мама", "ru", 800)] == [V.PP, V.AA, V.PP, V.AA, V.SIL]
    assert [cue.viseme for cue in from_text("まま", "ja", 800)] == [V.PP, V.AA, V.PP, V.AA, V.SIL]
    assert [cue.viseme for cue in from_text("shoe cake", "en", 800)][:3] == [V.CH, V.O, V.E]


def test_guess_pauses_between_sentences_but_not_after_the_last():
    track = from_text("Oh. Oh.", "en", 1000)

    assert [cue.viseme for cue in track] == [V.O, V.KK, V.SIL, V.O, V.KK, V.SIL]


@pytest.mark.parametrize("text", ["", "...", "?!", "   "])
def test_text_without_letters_moves_no_mouth(text):
    assert from_text(text, "en", 500) == ()


@given(st.text(max_size=80), st.sampled_from(["en", "ru", "zh"]), st.floats(0, 20_000))
def test_guess_is_tidy_for_any_text(text, language, audio_ms):
    track = from_text(text, language, audio_ms)

    if track:
        assert track[0].at_ms == 0
        assert all(one.at_ms < other.at_ms and one.viseme != other.viseme for one, other in pairwise(track))
        assert track[-1].viseme == V.SIL


def tone(length_ms: int, level: float = 0.5, rate: int = 24_000) -> bytes:
    count = length_ms * rate // 1000
    wave = (int(32_767 * level * math.sin(2 * math.pi * 220 * at / rate)) for at in range(count))
    return array.array("h", wave).tobytes()


def hear_all(track: TextTrack, *parts: bytes) -> tuple[VisemeCue, ...]:
    heard = [cue for pcm in parts for cue in track.hear(AudioChunk(pcm, 24_000))]
    return (*heard, *track.finish())


def test_streamed_guess_waits_for_the_voice_and_closes_in_silence():
    silence = bytes(2 * 24 * 300)

    cues = hear_all(TextTrack("Mama mama mama"), silence, tone(600), silence, tone(400), silence)

    assert_tidy(cues, 1900)
    closed = [cue.at_ms for cue in cues if cue.viseme == V.SIL]
    assert closed[0] == 0
    assert cues[1].at_ms == 300
    assert 900 < closed[1] < 1000
    assert 1600 < closed[2] < 1700


def test_streamed_guess_opens_where_the_voice_swells():
    track = TextTrack("papapapa")
    swells = [tone(140, 0.6), tone(100, 0.05)] * 4

    cues = hear_all(track, *swells)

    opened = [cue.at_ms for cue in cues if cue.viseme == V.AA]
    assert len(opened) == 4
    assert all(at_ms % 240 < 140 for at_ms in opened)


def test_streamed_guess_keeps_moving_when_the_voice_is_slower_than_the_text():
    cues = hear_all(TextTrack("Hello!"), *[tone(500)] * 8)

    assert cues[-2].at_ms > 3000


def test_streamed_guess_without_letters_still_moves_with_the_voice():
    assert {cue.viseme for cue in hear_all(TextTrack("..."), tone(800))} >= {V.AA, V.SIL}


@pytest.mark.parametrize("size", [2, 480, 961 * 2, 24_000])
def test_streamed_guess_is_tidy_for_chunks_of_any_size(size):
    pcm = tone(700) + bytes(4800) + tone(300, 0.1)

    cues = hear_all(TextTrack("Привет всем!", "ru"), *[pcm[at : at + size] for at in range(0, len(pcm), size)])

    assert_tidy(cues, 1100)
