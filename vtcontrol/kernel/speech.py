"""The words of speech: visemes, audio chunks and what is asked of a speech engine. Pure values."""

from dataclasses import dataclass
from enum import StrEnum


class Viseme(StrEnum):
    """The 15 mouth shapes of the Oculus (OVR LipSync) set, which every avatar renderer draws."""

    SIL = "sil"
    PP = "PP"
    FF = "FF"
    TH = "TH"
    DD = "DD"
    KK = "kk"
    CH = "CH"
    SS = "SS"
    NN = "nn"
    RR = "RR"
    AA = "aa"
    E = "E"
    I = "I"  # noqa: E741 - the set's own name for this shape
    O = "O"  # noqa: E741 - the set's own name for this shape
    U = "U"


@dataclass(frozen=True, slots=True)
class VisemeCue:
    """From `at_ms` on (counted from the segment's first sample) the mouth shows `viseme`."""

    at_ms: int
    viseme: Viseme


@dataclass(frozen=True, slots=True)
class WordCue:
    """At `at_ms` (counted from the segment's first sample) the word begins that is at `start` in the request's text."""

    at_ms: int
    start: int


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """One segment to be voiced.

    Attributes:
        text: Plain speakable text: no tags, no markup. 1 to 1,000 characters.
        voice: The engine's own name of the voice.
        language: BCP 47 tag, for example "en", "ru", "zh".
        rate: Speed, 1.0 is the voice's own; 0.5 to 2.0.
        pitch: Pitch, 1.0 is the voice's own; 0.5 to 2.0.
        volume: Loudness, 1.0 is the voice's own; 0.0 to 2.0.
    """

    text: str
    voice: str
    language: str = "en"
    rate: float = 1.0
    pitch: float = 1.0
    volume: float = 1.0


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """Mono signed 16-bit little-endian PCM, a whole number of samples."""

    pcm: bytes
    sample_rate: int

    @property
    def duration_ms(self) -> float:
        """Length in milliseconds."""
        return len(self.pcm) / 2 / self.sample_rate * 1000


@dataclass(frozen=True, slots=True)
class VisemeTrack:
    """More mouth shapes of the segment being voiced, in time order; may arrive in several parts.

    Attributes:
        cues: The shapes.
        words: When words begin, from engines that tell; they precede the audio they are in, like the shapes.
    """

    cues: tuple[VisemeCue, ...]
    words: tuple[WordCue, ...] = ()


SpeechEvent = AudioChunk | VisemeTrack
