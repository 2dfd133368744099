"""Sending to the pages of one stream: JSON frames and audio over the channel layer.

The frame formats are docs/protocol.md; static/stage/wire.js reads them. A layer that cannot be reached loses a frame,
never the turn.
"""

import logging
import struct
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer

from streams.hints import dock_group, page_frame, stage_group
from vtcontrol.kernel.speech import VisemeCue
from workers.turn.events import SegmentReady
from workers.turn.voiced_segment import SegmentAudio

logger = logging.getLogger(__name__)

AUDIO_HEADER = struct.Struct("<BBHIII16s")
AUDIO_VERSION = 1
LAST_CHUNK = 0b1


def audio_frame(turn: UUID, fence: int, audio: SegmentAudio) -> bytes:
    """Return the binary frame of a chunk: a 32-byte header, then PCM16 mono, all little-endian."""
    flags = LAST_CHUNK if audio.last else 0
    head = AUDIO_HEADER.pack(AUDIO_VERSION, flags, audio.seg, audio.seq, fence, audio.sample_rate, turn.bytes)
    return head + audio.pcm


class Stage:
    """The stage pages and docks of one stream, as the live loop sees them."""

    def __init__(self, stream_id: UUID) -> None:
        self._stage = stage_group(stream_id)
        self._dock = dock_group(stream_id)

    async def say_start(self, turn: UUID, fence: int, ready: SegmentReady, *, face: str) -> None:
        """Announce a segment: the page shows its text and the face, and waits for its audio."""
        frame = {
            "type": "say.start",
            "turn": str(turn),
            "fence": fence,
            "seg": ready.seg,
            "text": ready.text,
            "emotion": face,
            "intensity": ready.intensity,
            "motion": ready.motion,
            "sample_rate": ready.sample_rate,
        }
        await self._send(self._stage, page_frame(frame))

    async def say_visemes(self, turn: UUID, fence: int, seg: int, cues: Iterable[VisemeCue]) -> None:
        """Send more mouth shapes of a segment."""
        rows = [[cue.at_ms, cue.viseme.value] for cue in cues]
        frame = {"type": "say.visemes", "turn": str(turn), "fence": fence, "seg": seg, "cues": rows}
        await self._send(self._stage, page_frame(frame))

    async def audio(self, turn: UUID, fence: int, audio: SegmentAudio) -> None:
        """Send a chunk of audio."""
        await self._send(self._stage, {"type": "page.audio", "data": audio_frame(turn, fence, audio)})

    async def say_end(self, turn: UUID, fence: int, seg: int, audio_ms: int) -> None:
        """Tell that all audio of a segment has been sent."""
        frame = {"type": "say.end", "turn": str(turn), "fence": fence, "seg": seg, "audio_ms": audio_ms}
        await self._send(self._stage, page_frame(frame))

    async def turn_end(self, turn: UUID, fence: int, outcome: str) -> None:
        """Tell that a turn is over."""
        frame = {"type": "turn.end", "turn": str(turn), "fence": fence, "outcome": outcome}
        await self._send(self._stage, page_frame(frame))

    async def stop(self, epoch: int, reason: str, turn: UUID) -> None:
        """Silence the pages now."""
        frame = {"type": "stop", "epoch": epoch, "reason": reason, "turn": str(turn)}
        await self._send(self._stage, page_frame(frame))

    async def look(self, look: dict[str, Any]) -> None:
        """Send the pages what the character looks like now."""
        await self._send(self._stage, page_frame({"type": "look", **look}))

    async def tell_docks(self, frames: Iterable[dict[str, Any]]) -> None:
        """Send frames to the docks."""
        for frame in frames:
            await self._send(self._dock, page_frame(frame))

    async def _send(self, group: str, message: dict[str, Any]) -> None:
        try:
            await get_channel_layer().group_send(group, message)
        except Exception as error:
            logger.warning("a frame was lost: the channel layer failed", extra={"error": type(error).__name__})
