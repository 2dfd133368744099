"""Sending to the pages of one stream: JSON frames and audio over the channel layer.

The frame formats are docs/protocol.md; static/stage/wire.js reads them. Nothing here waits: frames go to an outbox, and
what gathers while one message is on its way leaves together as the next. A layer that cannot be reached loses frames,
never the turn.
"""

import asyncio
import logging
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer

from streams.hints import Part, dock_group, page_parts, page_text, stage_group
from vtcontrol.kernel.speech import VisemeCue
from workers.turn.events import SegmentReady
from workers.turn.voiced_segment import SegmentAudio

logger = logging.getLogger(__name__)

AUDIO_HEADER = struct.Struct("<BBHIII16s")
AUDIO_VERSION = 1
LAST_CHUNK = 0b1
PARTS_MOST = 24


def audio_frame(turn: UUID, fence: int, audio: SegmentAudio) -> bytes:
    """Return the binary frame of a chunk: a 32-byte header, then PCM16 mono, all little-endian."""
    flags = LAST_CHUNK if audio.last else 0
    head = AUDIO_HEADER.pack(AUDIO_VERSION, flags, audio.seg, audio.seq, fence, audio.sample_rate, turn.bytes)
    return head + audio.pcm


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says a segment: the figure on the stage, "" for the first, and the name of one that has no figure."""

    figure: str = ""
    name: str = ""


FIRST_SPEAKER = Speaker()


class Outbox:
    """What is on its way to one group of pages, in order.

    Args:
        group: The channel layer's group.
    """

    def __init__(self, group: str) -> None:
        self._group = group
        self._waiting: list[Part] = []
        self._sending: asyncio.Task[None] | None = None

    def put(self, part: Part) -> None:
        """Send a part after those before it."""
        self._waiting.append(part)
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())

    def clear(self) -> None:
        """Drop what has not left yet."""
        self._waiting.clear()

    async def flush(self) -> None:
        """Wait until everything has left."""
        if self._sending is not None:
            await asyncio.wait([self._sending])

    async def _send(self) -> None:
        try:
            while self._waiting:
                parts = self._waiting[:PARTS_MOST]
                del self._waiting[:PARTS_MOST]
                await self._pass_on(parts)
        finally:
            self._sending = None

    async def _pass_on(self, parts: list[Part]) -> None:
        try:
            await get_channel_layer().group_send(self._group, page_parts(parts))
        except Exception as error:
            logger.warning("frames were lost: the channel layer failed", extra={"error": type(error).__name__})


class Stage:
    """The stage pages and docks of one stream, as the live loop sees them."""

    def __init__(self, stream_id: UUID) -> None:
        self._stage = Outbox(stage_group(stream_id))
        self._docks = Outbox(dock_group(stream_id))

    def say_start(
        self, turn: UUID, fence: int, ready: SegmentReady, *, face: str, speaker: Speaker = FIRST_SPEAKER
    ) -> None:
        """Announce a segment: the page shows its text and the speaker's face, and waits for its audio."""
        who = {"character": speaker.figure, "name": speaker.name}
        self._show(
            {
                "type": "say.start",
                "turn": str(turn),
                "fence": fence,
                "seg": ready.seg,
                "text": ready.text,
                "emotion": face,
                "intensity": ready.intensity,
                "motion": ready.motion,
                "sample_rate": ready.sample_rate,
                **{field: value for field, value in who.items() if value},
            }
        )

    def say_visemes(self, turn: UUID, fence: int, seg: int, cues: Iterable[VisemeCue]) -> None:
        """Send more mouth shapes of a segment."""
        rows = [[cue.at_ms, cue.viseme.value] for cue in cues]
        self._show({"type": "say.visemes", "turn": str(turn), "fence": fence, "seg": seg, "cues": rows})

    def audio(self, turn: UUID, fence: int, audio: SegmentAudio) -> None:
        """Send a chunk of audio."""
        self._stage.put(audio_frame(turn, fence, audio))

    def say_end(self, turn: UUID, fence: int, seg: int, audio_ms: int) -> None:
        """Tell that all audio of a segment has been sent."""
        self._show({"type": "say.end", "turn": str(turn), "fence": fence, "seg": seg, "audio_ms": audio_ms})

    def turn_end(self, turn: UUID, fence: int, outcome: str) -> None:
        """Tell that a turn is over."""
        self._show({"type": "turn.end", "turn": str(turn), "fence": fence, "outcome": outcome})

    def stop(self, epoch: int, reason: str, turn: UUID) -> None:
        """Silence the pages now; what has not left yet never does."""
        self._stage.clear()
        self._show({"type": "stop", "epoch": epoch, "reason": reason, "turn": str(turn)})

    def look(self, look: dict[str, Any]) -> None:
        """Send the pages what the character looks like now."""
        self._show({"type": "look", **look})

    def tell_docks(self, frames: Iterable[dict[str, Any]]) -> None:
        """Send frames to the docks."""
        for frame in frames:
            self._docks.put(page_text(frame))

    async def flush(self) -> None:
        """Wait until everything has left."""
        await self._stage.flush()
        await self._docks.flush()

    def _show(self, frame: dict[str, Any]) -> None:
        self._stage.put(page_text(frame))
