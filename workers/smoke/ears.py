"""What a stage page hears: every chunk of a turn, when it came, and whether it could be played without a break.

Owns the reading of frames (docs/protocol.md, from the outside) and the clock of a page that plays 60 ms behind. Pure:
no sockets, no asyncio; times are seconds on any clock that only goes forward.
"""

import itertools
import math
import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

LEAD_S = 0.06
"""Between scheduling and sounding, as on the page."""
TOO_LATE_S = 0.005
"""A chunk that would have to sound sooner than this comes too late to join the one before."""
READING_S = (1.2, 0.06, 6.0)
"""How long words without a voice are shown: at least, per character, at most."""

HEADER = struct.Struct("<BBHIII16s")
VERSION = 1
LAST_CHUNK = 1
LENGTH_SLACK_MS = 30

CLICK = 8000
CLICK_FACTOR = 2.5
SEAM_MS = 12


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """A chunk of a segment's voice: PCM16 mono, little-endian."""

    turn: str
    seg: int
    seq: int
    fence: int
    is_last: bool
    sample_rate: int
    pcm: bytes


def read_audio(data: bytes) -> AudioFrame:
    """Read a binary frame.

    Raises:
        ValueError: It is none of version 1.
    """
    if len(data) < HEADER.size or len(data) % 2 or data[0] != VERSION:
        raise ValueError("no audio frame")
    _version, flags, seg, seq, fence, rate, turn = HEADER.unpack_from(data)
    if not 4_000 <= rate <= 192_000:
        raise ValueError("no sample rate")
    return AudioFrame(str(UUID(bytes=turn)), seg, seq, fence, bool(flags & LAST_CHUNK), rate, data[HEADER.size :])


@dataclass(slots=True)
class SegmentHeard:
    """One segment as it arrived.

    Attributes:
        number: From 0.
        text: Its subtitle.
        emotion: The face it was said with.
        cues: Mouth shapes.
        chunks: Its samples.
        lost: Chunks that were missing or out of order.
        late: Times its voice came later than it had to sound.
        starts_at: When its first sample sounds, or None.
        ends_at: When everything of it so far has sounded.
        is_whole: All of it is known.
    """

    number: int
    text: str
    emotion: str
    cues: int = 0
    chunks: list[bytes] = field(default_factory=list)
    sample_rate: int = 0
    next_seq: int = 0
    lost: int = 0
    late: int = 0
    starts_at: float | None = None
    ends_at: float = 0.0
    has_last: bool = False
    is_whole: bool = False

    @property
    def audio_ms(self) -> float:
        """Length of what arrived."""
        return sum(map(len, self.chunks)) / 2 / self.sample_rate * 1000 if self.sample_rate else 0.0

    def played_ms(self, at: float) -> float:
        """Return how much of it has sounded by then."""
        if self.starts_at is None:
            return 0.0
        return max(0.0, min(self.audio_ms, (at - self.starts_at) * 1000))

    def clicks(self) -> int:
        """Return how many seams between chunks jump as no voice does."""
        chunks = [_samples(chunk) for chunk in self.chunks if chunk]
        reach = max(2, self.sample_rate * SEAM_MS // 1000)
        return sum(_is_click(before[-reach:], after[:reach]) for before, after in itertools.pairwise(chunks))


@dataclass(slots=True)
class TurnHeard:
    """One turn as it arrived.

    Attributes:
        segments: By number, in order.
        first_audio_at: When the first samples came, or None.
        outcome: What `turn.end` said, or "".
        is_stopped: It was silenced.
        stray: Audio frames of segments that were never announced.
    """

    id: str
    segments: dict[int, SegmentHeard] = field(default_factory=dict)
    first_audio_at: float | None = None
    outcome: str = ""
    is_stopped: bool = False
    stray: int = 0

    @property
    def text(self) -> str:
        """Everything that was said."""
        return " ".join(segment.text for segment in self.segments.values() if segment.text)

    @property
    def emotion(self) -> str:
        """The face of its first segment."""
        return next((segment.emotion for segment in self.segments.values()), "")

    @property
    def audio_ms(self) -> int:
        """Length of its voice."""
        return round(sum(segment.audio_ms for segment in self.segments.values()))

    @property
    def visemes(self) -> int:
        """Mouth shapes of all segments."""
        return sum(segment.cues for segment in self.segments.values())

    @property
    def lost(self) -> int:
        """Chunks that were missing, out of order or of an unknown segment."""
        return self.stray + sum(segment.lost for segment in self.segments.values())

    @property
    def gaps(self) -> int:
        """Everything that breaks the voice: lost chunks, late ones, and seams that click."""
        return self.lost + sum(segment.late + segment.clicks() for segment in self.segments.values())

    def loudness(self) -> float:
        """Return the root mean square of all samples, 0 to 1."""
        total = count = 0
        for segment in self.segments.values():
            for chunk in segment.chunks:
                samples = _samples(chunk)
                total += sum(sample * sample for sample in samples)
                count += len(samples)
        return math.sqrt(total / count) / 32768 if count else 0.0


class Ears:
    """Everything that came over one stage socket. Unknown frames are ignored; broken ones raise `ValueError`."""

    def __init__(self) -> None:
        self.turns: dict[str, TurnHeard] = {}
        self._fence = 0
        self._cursor = 0.0
        self._sounding = ""

    def hear(self, frame: dict[str, Any], at: float) -> SegmentHeard | None:
        """Take a JSON frame; return the segment it completes."""
        kind = frame.get("type")
        try:
            if kind == "hello":
                self._fence = max(self._fence, int(frame["fence"]))
            elif kind == "stop":
                self._stop(frame.get("turn"))
            elif kind in _OF_TURN and int(frame["fence"]) >= self._fence:
                return self._hear_turn(str(kind), frame, at)
        except (KeyError, TypeError) as error:
            raise ValueError(f"a broken {kind} frame") from error
        return None

    def hear_audio(self, frame: AudioFrame, at: float) -> SegmentHeard | None:
        """Take a chunk; return its segment when it was the last one."""
        turn = self.turns.get(frame.turn)
        if frame.fence < self._fence or (turn is not None and (turn.is_stopped or turn.outcome)):
            return None
        if turn is None:
            turn = self.turns[frame.turn] = TurnHeard(frame.turn)
        segment = turn.segments.get(frame.seg)
        if segment is None or segment.is_whole or frame.seq < segment.next_seq:
            turn.stray += 1
            return None
        segment.lost += frame.seq - segment.next_seq
        segment.next_seq = frame.seq + 1
        segment.sample_rate = frame.sample_rate
        if frame.pcm:
            self._play(turn, segment, frame, at)
        segment.has_last = segment.is_whole = frame.is_last
        return segment if frame.is_last else None

    def _hear_turn(self, kind: str, frame: dict[str, Any], at: float) -> SegmentHeard | None:
        self._fence = max(self._fence, int(frame["fence"]))
        turn = self.turns.setdefault(str(frame["turn"]), TurnHeard(str(frame["turn"])))
        if kind == "turn.end":
            turn.outcome = str(frame.get("outcome") or "ended")
            return None
        number = int(frame["seg"])
        if kind == "say.start":
            turn.segments[number] = SegmentHeard(number, str(frame["text"]), str(frame.get("emotion") or ""))
        elif (segment := turn.segments.get(number)) is None:
            turn.stray += 1
        elif kind == "say.visemes":
            segment.cues += len(frame["cues"])
        elif kind == "say.end":
            return self._finish(segment, float(frame["audio_ms"]), at)
        return None

    def _finish(self, segment: SegmentHeard, announced_ms: float, at: float) -> SegmentHeard | None:
        """Take the end of a segment; return it unless its last chunk told so before."""
        is_short = abs(segment.audio_ms - announced_ms) > LENGTH_SLACK_MS
        segment.lost += int(is_short or (bool(segment.chunks) and not segment.has_last))
        if segment.is_whole:
            return None
        segment.is_whole = True
        if segment.starts_at is None:
            least, each, most = READING_S
            begins_at = max(at, self._cursor)
            segment.ends_at = self._cursor = begins_at + min(most, least + each * len(segment.text))
        return segment

    def _play(self, turn: TurnHeard, segment: SegmentHeard, frame: AudioFrame, at: float) -> None:
        """Put a chunk behind everything scheduled so far, or a lead away when that has run out."""
        if self._cursor < at + TOO_LATE_S:
            segment.late += int(self._sounding == turn.id)
            self._cursor = at + LEAD_S
        self._sounding = turn.id
        if turn.first_audio_at is None:
            turn.first_audio_at = at
        if segment.starts_at is None:
            segment.starts_at = self._cursor
        segment.chunks.append(frame.pcm)
        self._cursor += len(frame.pcm) / 2 / frame.sample_rate
        segment.ends_at = self._cursor

    def _stop(self, turn_id: str | None) -> None:
        """Forget what was going to sound: a stop silences everything, whichever turn it names."""
        self._cursor, self._sounding = 0.0, ""
        if turn_id is not None:
            self.turns.setdefault(turn_id, TurnHeard(turn_id))
        for turn in self.turns.values():
            if not turn.outcome:
                turn.is_stopped = True


_OF_TURN = frozenset({"say.start", "say.visemes", "say.end", "turn.end"})


def _samples(chunk: bytes) -> "array[int]":
    samples = array("h", chunk)
    if struct.pack("=H", 1) != struct.pack("<H", 1):
        samples.byteswap()
    return samples


def _steps(samples: "array[int]") -> Iterator[int]:
    return (abs(right - left) for left, right in itertools.pairwise(samples))


def _is_click(before: "array[int]", after: "array[int]") -> bool:
    jump = abs(after[0] - before[-1])
    usual = max((*_steps(before), *_steps(after)), default=0)
    return jump > CLICK and jump > CLICK_FACTOR * usual
