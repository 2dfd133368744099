"""Visemes: which mouth shape belongs to which sound, and when.

Owns the table from IPA to the 15 shapes of `vtcontrol.kernel.speech.Viseme`, the tidy track of cues made from an
engine's phoneme times (`CueTrack`), and the rough guess for engines that tell no times (`from_text`, `TextTrack`). Must
not know any engine, and must not draw: co-articulation (the way a mouth glides from shape to shape) is the page's.

Every track starts at 0, its times rise, no shape repeats, and it ends with a closed mouth.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from vtcontrol.kernel.speech import AudioChunk, Viseme, VisemeCue

_V = Viseme
_LONGEST_SYMBOL = 4


@dataclass(frozen=True, slots=True)
class PhonemeEvent:
    """One sound begins.

    Attributes:
        at_ms: When, counted from the segment's first sample.
        phoneme: Its IPA name, "" for a pause.
    """

    at_ms: int
    phoneme: str


def _table(rows: dict[Viseme, str]) -> dict[str, Viseme]:
    return {symbol: viseme for viseme, symbols in rows.items() for symbol in symbols.split()}


# IPA, and what espeak-ng 1.52 says instead where it has no IPA name ("ts.h" is tʂʰ, "o-" is ɤ, "th" is tʰ).
_IPA = _table(
    {
        _V.PP: "p b m ɓ ʘ ph bh",
        _V.FF: "f v ɱ ʋ ɸ β ⱱ",
        _V.TH: "θ ð",
        _V.DD: "t d ʈ ɖ ɗ ɾ ɽ ɺ th dh",
        _V.KK: "k g ɡ ŋ x ɣ q ɢ χ h ɦ ħ ʕ ʔ ç c ɟ ʝ ɠ ʛ ɰ ɴ kh ɡh nɡ",
        _V.CH: "tʃ dʒ ʃ ʒ tɕ dʑ ɕ ʑ ʂ ʐ tʂ dʐ ɧ tʃh dʒh tɕh ts. ts.h dz. s. z.",
        _V.SS: "s z ts dz tsh ɬ ɮ",
        _V.NN: "n l ɲ ɳ ɭ ʎ ɫ ʟ",
        _V.RR: "r ɹ ɻ ʀ ʁ ɚ ɝ ɜ",
        _V.AA: "a ɑ ɐ ʌ ɒ æ ɶ",
        _V.E: "e ɛ ə ɘ ɤ œ ø ɞ o-",
        _V.I: "i ɪ ɨ j ᵻ ʲ ɿ i. i̪ ɪ^",
        _V.O: 'o ɔ ɵ ɵ"',
        _V.U: 'u ʊ ʉ w ɯ y ʏ ʍ ɥ ᵿ u"',
    }
)
_IPA_OF = {"ru": _IPA | {"y": _V.I, "ʉ": _V.U}}  # espeak-ng writes Russian "ы" as y
_MARKS = frozenset("ˈˌːˑ‿͡|~-_^\".`'*;0123456789ʰʱʷˠˤˀ˞˥˦˧˨˩ ")
_TAG = re.compile(r"\([\w-]*\)")  # espeak-ng announces another language as "(en)"


@lru_cache(maxsize=4096)
def visemes_of(phoneme: str, language: str = "en") -> tuple[Viseme, ...]:
    """Return the shapes of one phoneme in order: two for a diphthong, `sil` for a pause, none for a language mark.

    Args:
        phoneme: IPA, stress, length and tone marks allowed.
        language: BCP 47 tag; some letters mean another sound in another language.
    """
    if not phoneme.strip():
        return (_V.SIL,)
    shapes = [viseme for viseme in _read(phoneme, language) if isinstance(viseme, Viseme)]
    return tuple(shape for at, shape in enumerate(shapes) if at == 0 or shape != shapes[at - 1])


def unknown_symbols(phoneme: str) -> str:
    """Return the symbols of a phoneme that have no mouth shape and are no mark; "" when the table covers it."""
    return "".join(symbol for symbol in _read(phoneme, "en") if not isinstance(symbol, Viseme))


def _read(phoneme: str, language: str) -> Iterator[Viseme | str]:
    """Yield the shape of each symbol, longest match first, or the symbol itself where it has none."""
    table = _IPA_OF.get(language.partition("-")[0], _IPA)
    rest = unicodedata.normalize("NFC", _TAG.sub("", phoneme)).lstrip("ˈˌ")
    has_sound = False
    while rest:
        size = next((size for size in range(_LONGEST_SYMBOL, 0, -1) if rest[:size] in table), 0)
        if size and not (has_sound and rest[:size] == "ʲ"):  # after a consonant it is only softness
            has_sound = True
            yield table[rest[:size]]
        elif not size:
            yield from _decomposed(rest[0], table)
        rest = rest[size or 1 :]


def _decomposed(symbol: str, table: dict[str, Viseme]) -> Iterator[Viseme | str]:
    """Yield what a symbol without a row means once its diacritics are gone."""
    for part in unicodedata.normalize("NFD", symbol):
        if part in table:
            yield table[part]
        elif not unicodedata.combining(part) and part not in _MARKS:
            yield part


class _Mouth:
    """What the mouth did so far: passes on only what changes it, in rising time, from 0 on, and closes it."""

    CLOSING_MS = 40  # how long before the end a mouth that is still open closes

    def __init__(self) -> None:
        self._last: VisemeCue | None = None

    def show(self, at_ms: int, viseme: Viseme) -> Iterator[VisemeCue]:
        if self._last is None and at_ms > 0:
            yield from self.show(0, _V.SIL)
        if self._last is None or (viseme != self._last.viseme and at_ms > self._last.at_ms):
            self._last = VisemeCue(at_ms, viseme)
            yield self._last

    def close(self, audio_ms: float) -> Iterator[VisemeCue]:
        if self._last is not None:
            yield from self.show(max(self._last.at_ms + 1, int(audio_ms) - self.CLOSING_MS), _V.SIL)


class CueTrack:
    """Turns the phonemes of one segment into cues, part by part, as an engine tells them.

    Args:
        language: BCP 47 tag of what is spoken.
    """

    LEAST_PAUSE_MS = 80  # a shorter one is the seam of two syllables or the closure of a stop, not a closed mouth
    USUAL_MS = 140  # length taken for a sound whose end is not known yet

    def __init__(self, language: str = "en") -> None:
        self._language = language
        self._sounds: list[PhonemeEvent] = []
        self._planned: list[VisemeCue] = []
        self._mouth = _Mouth()

    def add(self, events: Iterable[PhonemeEvent]) -> None:
        """Take more phonemes, in time order."""
        self._sounds += events

    def until(self, end_ms: float) -> tuple[VisemeCue, ...]:
        """Return the cues before `end_ms` that were not returned yet: those of the audio up to there."""
        while self._sounds and self._sounds[0].at_ms < end_ms:
            self._plan(self._sounds.pop(0))
        due = [cue for cue in self._planned if cue.at_ms < end_ms]
        self._planned = self._planned[len(due) :]
        return tuple(shown for cue in due for shown in self._mouth.show(cue.at_ms, cue.viseme))

    def finish(self, audio_ms: float) -> tuple[VisemeCue, ...]:
        """Return the last cues of a segment of this length; the very last one closes the mouth."""
        return (*self.until(audio_ms), *self._mouth.close(audio_ms))

    def _plan(self, sound: PhonemeEvent) -> None:
        """Spread the shapes of a sound over its time."""
        shapes = visemes_of(sound.phoneme, self._language)
        is_last = not self._sounds
        length_ms = self.USUAL_MS if is_last else self._sounds[0].at_ms - sound.at_ms
        if not shapes or (shapes == (_V.SIL,) and not is_last and length_ms < self.LEAST_PAUSE_MS):
            return
        self._planned = [cue for cue in self._planned if cue.at_ms < sound.at_ms]
        self._planned += [
            VisemeCue(sound.at_ms + length_ms * part // len(shapes), shape) for part, shape in enumerate(shapes)
        ]


def from_phonemes(events: Iterable[PhonemeEvent], audio_ms: float, language: str = "en") -> tuple[VisemeCue, ...]:
    """Return the whole track of a segment whose phonemes and length are known."""
    track = CueTrack(language)
    track.add(events)
    return track.finish(audio_ms)


@dataclass(frozen=True, slots=True)
class _Beat:
    viseme: Viseme
    ms: float


_LETTERS = _table(
    {
        _V.PP: "p b m п б м",
        _V.FF: "f v ph ф в",
        _V.TH: "th",
        _V.DD: "t d т д",
        _V.KK: "k g c q x h ck к г х ґ",
        _V.CH: "ch sh tch zh sch cz sz ч ш щ ж",
        _V.SS: "s z с з ц ß",
        _V.NN: "n l ng н л ł",
        _V.RR: "r р",
        _V.AA: "a а я",
        _V.E: "e э е є",
        _V.I: "i y ee ea ie и ы й і ї j",
        _V.O: "o о ё au aw ø",
        _V.U: "u w oo у ю",
    }
)
_SILENT_LETTERS = frozenset("ъь'’")
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_ONSETS = (_V.DD, _V.CH, _V.SS, _V.KK, _V.PP, _V.NN, _V.FF)
_NUCLEI = (_V.AA, _V.I, _V.E, _V.U, _V.O)
_VOWEL_MS, _CONSONANT_MS, _COMMA_MS, _STOP_MS = 95.0, 65.0, 150.0, 320.0
_PIECE = re.compile(r"(?P<word>[^\W\d_]+)|(?P<digit>\d)|(?P<stop>[.!?…。！？\n]+)|(?P<comma>[,;:—–、，；：]+)")
_SILENT_E = re.compile(r"(?<=[a-z]{2}[^aeiouy\W])e$")


def _beats(text: str, language: str) -> list[_Beat]:
    """Return the rhythm of a text at a usual speed. Letters stand for sounds: rough, but it moves with the words."""
    beats: list[_Beat] = []
    for piece in _PIECE.finditer(text.lower()):
        if piece["digit"]:
            beats += _spelled(_DIGITS[unicodedata.digit(piece["digit"])])
        elif piece["word"]:
            word = _SILENT_E.sub("", piece["word"]) if language.startswith("en") else piece["word"]
            beats += _spelled(word)
        else:
            beats.append(_Beat(_V.SIL, _STOP_MS if piece["stop"] else _COMMA_MS))
    return beats


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, a digit or a pause of a text.

    Attributes:
        start: Where it begins in the text.
        ms: How long it takes at a usual speed.
        is_word: It is spoken; a pause is not.
    """

    start: int
    ms: float
    is_word: bool


def rhythm(text: str, language: str) -> Iterator[Piece]:
    """Yield the pieces of a text in order; scripts without spaces come sign by sign."""
    for piece in _PIECE.finditer(text):
        words = list(piece[0]) if piece["word"] and _is_unspaced(piece[0][0]) else [piece[0]]
        for at, word in enumerate(words):
            ms = sum(beat.ms for beat in _beats(word, language))
            yield Piece(piece.start() + at, ms, is_word=not (piece["stop"] or piece["comma"]))


def _is_unspaced(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("CJK", "HIRAGANA", "KATAKANA"))


def _spelled(word: str) -> Iterator[_Beat]:
    while word:
        size = next((size for size in (3, 2, 1) if word[:size] in _LETTERS), 0)
        if size:
            shape = _LETTERS[word[:size]]
            yield _Beat(shape, _VOWEL_MS if shape in _NUCLEI else _CONSONANT_MS)
        elif word[0] not in _SILENT_LETTERS:
            yield from _foreign(word[0])
        word = word[size or 1 :]


def _foreign(letter: str) -> Iterator[_Beat]:
    """Yield beats for a letter outside the table: its base letter, its syllable's name, or a plausible syllable."""
    name = unicodedata.name(letter, "")
    base = unicodedata.normalize("NFD", letter)[0]
    if base in _LETTERS:
        yield from _spelled(base)
    elif name.startswith(("HIRAGANA", "KATAKANA LETTER", "HANGUL SYLLABLE")):
        yield from _spelled(name.rpartition(" ")[2].lower())
    elif name:
        yield _Beat(_ONSETS[ord(letter) % len(_ONSETS)], _CONSONANT_MS)
        if name.startswith("CJK"):
            yield _Beat(_NUCLEI[ord(letter) % len(_NUCLEI)], 2 * _CONSONANT_MS)


def from_text(text: str, language: str, audio_ms: float) -> tuple[VisemeCue, ...]:
    """Return a guessed track for audio of a known length whose engine tells no times.

    Args:
        text: What is spoken, in Latin, Cyrillic, kana, hangul or ideographs.
        language: BCP 47 tag.
        audio_ms: Length of the audio; the rhythm of the text is stretched to it.
    """
    beats = _beats(text.rstrip(".!?…。！？ "), language)
    mouth = _Mouth()
    scale = max(0.0, audio_ms - _Mouth.CLOSING_MS) / (sum(beat.ms for beat in beats) or 1)
    starts = accumulate((beat.ms * scale for beat in beats), initial=0.0)
    cues = [cue for at_ms, beat in zip(starts, beats, strict=False) for cue in mouth.show(int(at_ms), beat.viseme)]
    return (*cues, *mouth.close(audio_ms))


class TextTrack:
    """Guesses cues for audio that is still coming, from its text and its loudness.

    The shapes come from the text in order; loudness sets their pace: a vowel waits for the voice to swell and lasts
    while it does, consonants fall between, and a silence closes the mouth. A voice that says more than the text goes
    through it again.

    Args:
        text: What is spoken.
        language: BCP 47 tag.
        rate: Speed of the voice, 1.0 is usual.
    """

    WINDOW_MS = 20
    LOUD = 400  # of 32,768: -38 dB
    LEAST_PAUSE_MS = 60
    PEAK_DECAY = 0.97  # a window: the recent peak halves in about half a second
    SWELL = 0.45  # of the recent peak
    # The share of its usual length after which a shape may go: (vowel or not, swelling or not).
    LASTS = {(True, True): 1.8, (True, False): 0.4, (False, True): 0.35, (False, False): 1.5}

    def __init__(self, text: str, language: str = "en", rate: float = 1.0) -> None:
        beats = [beat for beat in _beats(text, language) if beat.viseme != _V.SIL] or list(_spelled("la"))
        self._beats = [_Beat(beat.viseme, beat.ms / rate) for beat in beats]
        self._at = 0
        self._shown_ms = 0.0
        self._heard_ms = 0.0
        self._quiet_ms: float = self.LEAST_PAUSE_MS
        self._peak = 0.0
        self._mouth = _Mouth()

    def hear(self, chunk: AudioChunk) -> tuple[VisemeCue, ...]:
        """Return the cues of the next chunk; send them before it."""
        samples = memoryview(chunk.pcm).cast("h")
        window = chunk.sample_rate * self.WINDOW_MS // 1000
        cues: list[VisemeCue] = []
        for start in range(0, len(samples), window):
            heard = samples[start : start + window]
            length_ms = len(heard) * 1000 / chunk.sample_rate
            shape = self._shape_of(max(map(abs, heard[::8])), length_ms)
            if shape is not None:
                cues += self._mouth.show(int(self._heard_ms), shape)
            self._heard_ms += length_ms
        return tuple(cues)

    def finish(self) -> tuple[VisemeCue, ...]:
        """Return the cue that closes the mouth, where it is still open."""
        return tuple(self._mouth.close(self._heard_ms))

    def _shape_of(self, level: int, length_ms: float) -> Viseme | None:
        """Return the shape of one window; None leaves the mouth as it is."""
        self._peak = max(level, self._peak * self.PEAK_DECAY)
        if level < self.LOUD:
            self._quiet_ms += length_ms
            return _V.SIL if self._quiet_ms >= self.LEAST_PAUSE_MS else None
        self._quiet_ms = 0.0
        beat = self._beats[self._at]
        if self._shown_ms >= beat.ms * self.LASTS[beat.viseme in _NUCLEI, level > self.SWELL * self._peak]:
            self._at = (self._at + 1) % len(self._beats)
            self._shown_ms = 0.0
        self._shown_ms += length_ms
        return self._beats[self._at].viseme
