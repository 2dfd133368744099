"""How well the guessed mouth follows a voice: text and loudness against espeak's own times of its sounds.

The audio is espeak's, the truth its phonemes; the guess gets neither times nor phonemes, as with a voice behind an API.
Measured when this was written: the jaw moves with the truth at 0.60, at no lag; the text alone, stretched to the audio,
reaches 0.30.
"""

import statistics
from collections.abc import AsyncIterator, Sequence

import pytest

from vtcontrol.kernel.speech import AudioChunk, SpeechRequest, Viseme, VisemeCue
from workers.providers.espeak import EspeakEngine, default_voice
from workers.turn.visemes import TextTrack, from_text

TEXTS = (
    ("en", "Hello everyone, and welcome to the stream! How are you today?"),
    ("en", "I was just telling everyone about my dragon, who lives behind the microphone."),
    ("en", "So tell me, what would you name a tiny dragon like that?"),
    ("ru", "Привет всем! Спасибо за подарок, ты очень добрый."),
    ("ru", "Сегодня мы играем до поздней ночи, а потом пьём чай."),
    ("ru", "Расскажи мне, как прошёл твой день?"),
)
STEP_MS = 10
BITE_MS = 40
JAW = dict.fromkeys(Viseme, 0.25) | {
    Viseme.SIL: 0.0, Viseme.PP: 0.0, Viseme.FF: 0.1, Viseme.SS: 0.15, Viseme.AA: 1.0, Viseme.E: 0.7, Viseme.I: 0.45,
    Viseme.O: 0.8, Viseme.U: 0.4,
}  # fmt: skip


@pytest.fixture
async def engine() -> AsyncIterator[EspeakEngine]:
    one = EspeakEngine(children=1)
    yield one
    await one.aclose()


async def spoken(engine: EspeakEngine, language: str, text: str) -> tuple[bytes, int, list[VisemeCue]]:
    pcm, rate, truth = b"", 0, []
    async for event in engine.stream(SpeechRequest(text, default_voice(language), language)):
        if isinstance(event, AudioChunk):
            pcm, rate = pcm + event.pcm, event.sample_rate
        else:
            truth += event.cues
    return pcm, rate, truth


def guessed(pcm: bytes, rate: int, language: str, text: str) -> list[VisemeCue]:
    track, bite, cues = TextTrack(text, language), rate * BITE_MS // 1000 * 2, []
    for at in range(0, len(pcm), bite):
        cues += track.hear(AudioChunk(pcm[at : at + bite], rate))
    return [*cues, *track.finish()]


def mouth(cues: Sequence[VisemeCue], audio_ms: float) -> list[Viseme]:
    """Return what the mouth shows every 10 ms."""
    shown, at, now = [], 0, Viseme.SIL
    for moment in range(0, int(audio_ms), STEP_MS):
        while at < len(cues) and cues[at].at_ms <= moment:
            now, at = cues[at].viseme, at + 1
        shown.append(now)
    return shown


def jaw(shown: Sequence[Viseme], reach: int = 3) -> list[float]:
    """Return how far the mouth is open, smoothed as a page draws it."""
    levels = [JAW[viseme] for viseme in shown]
    return [statistics.fmean(levels[max(0, at - reach) : at + reach + 1]) for at in range(len(levels))]


def lag_ms(truth: Sequence[float], guess: Sequence[float], most: int = 15) -> int:
    """Return by how much the guess comes late where it fits best."""

    def fit(shift: int) -> float:
        pairs = [(truth[at], guess[at + shift]) for at in range(len(truth)) if 0 <= at + shift < len(guess)]
        return statistics.correlation(*zip(*pairs, strict=True))

    return max(range(-most, most + 1), key=fit) * STEP_MS


async def test_the_guess_moves_with_the_voice_and_better_than_text_alone(engine: EspeakEngine) -> None:
    likeness, alone, lags, right = [], [], [], []

    for language, text in TEXTS:
        pcm, rate, cues = await spoken(engine, language, text)
        audio_ms = len(pcm) / 2 / rate * 1000
        truth, guess = mouth(cues, audio_ms), mouth(guessed(pcm, rate, language, text), audio_ms)
        stretched = mouth(from_text(text, language, audio_ms), audio_ms)
        likeness.append(statistics.correlation(jaw(truth), jaw(guess)))
        alone.append(statistics.correlation(jaw(truth), jaw(stretched)))
        lags.append(lag_ms(jaw(truth), jaw(guess)))
        right.append(statistics.fmean(one is other for one, other in zip(truth, guess, strict=True)))

    assert statistics.fmean(likeness) > 0.5
    assert statistics.fmean(likeness) > statistics.fmean(alone) + 0.1
    assert abs(statistics.median(lags)) <= 20
    assert max(map(abs, lags)) <= 60
    assert statistics.fmean(right) > 0.3


async def test_the_guessed_mouth_is_not_closed_while_somebody_speaks(engine: EspeakEngine) -> None:
    for language, text in TEXTS:
        pcm, rate, cues = await spoken(engine, language, text)
        audio_ms = len(pcm) / 2 / rate * 1000
        truth, guess = mouth(cues, audio_ms), mouth(guessed(pcm, rate, language, text), audio_ms)

        spoken_shapes = [shown for sound, shown in zip(truth, guess, strict=True) if sound is not Viseme.SIL]
        assert spoken_shapes.count(Viseme.SIL) / len(spoken_shapes) < 0.03
        assert guess[-1] is Viseme.SIL
