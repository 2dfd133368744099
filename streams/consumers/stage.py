"""The stage socket: audio and frames to the page, and the page's word on what was heard."""

import asyncio
from dataclasses import replace
from typing import Any, ClassVar

from streams.consumers import base
from streams.consumers.base import CLOSE_GARBAGE, CLOSE_REVOKED, StudioConsumer
from streams.hints import control_group, stage_group
from streams.selectors.config import current_config
from streams.selectors.stage import stage_hello
from streams.services.pages import PageFacts, close_page, keep_page, leave_primary, open_page
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.access import TokenKind
from vtcontrol.tenancy.tokens import is_good

SEGMENTS_MOST = 1000
HEARD_MOST_MS = 600_000
QUIET_BEATS = 2.5  # a page that answers no ping for so many beats is asleep, frozen or cut off
AUDIO_STATES = frozenset({"running", "suspended"})
PIXELS_MOST = 32_767
FPS_MOST = 1000


class StageConsumer(StudioConsumer):
    """One stage page. It never waits for a turn: audio comes over the layer, answers go over the layer.

    With an API token it is a preview: it may listen, but what was heard is the stage pages' to say.
    """

    kinds: ClassVar[frozenset[str]] = frozenset({TokenKind.STAGE, TokenKind.API})

    async def opened(self) -> None:
        """Join first, then read the state: what changes in between arrives after the greeting, never not at all."""
        self.page = uuid7().hex
        asks_preview = b"preview=1" in self.scope.get("query_string", b"")
        self.is_preview = asks_preview or self.claims.kind != TokenKind.STAGE
        self.is_primary = False
        self.is_asleep = False
        self._facts = PageFacts()
        self._life_at = asyncio.get_running_loop().time()
        await self.channel_layer.group_add(stage_group(self.stream_id), self.channel_name)
        hello = await self.in_studio(stage_hello, self.stream_id)
        await self.accept("vtcontrol.v1")
        self.is_primary = await self.in_studio(
            open_page, self.stream_id, self.page, self._facts, is_preview=self.is_preview
        )
        await self.show(hello | {"page": self.page, "primary": self.is_primary})
        await self.in_studio(current_config, self.claims.studio_id, self.stream_id)  # warm before the first event

    async def beat(self) -> None:
        """Renew the primary place, or take it when it is free; leave it when the page sleeps or lost its token."""
        if not await self.in_studio(is_good, self.claims.token_id):
            await self.close(CLOSE_REVOKED)
            return
        if asyncio.get_running_loop().time() - self._life_at > QUIET_BEATS * base.BEAT_S:
            self.is_asleep = True
            if self.is_primary:
                await self.in_studio(leave_primary, self.stream_id, self.page)
            await self._become(is_primary=False)
            return
        await self._claim()

    async def frame(self, frame: dict[str, Any]) -> None:
        """Take the page's word: what it heard, and how it is. Any frame is a sign of life."""
        self._life_at = asyncio.get_running_loop().time()
        if self.is_asleep:
            self.is_asleep = False
            await self._claim()
        if frame["type"] == "heard":
            await self._heard(frame)
        elif frame["type"] == "ready":
            before = self._facts
            self._facts = _facts_of(frame, before)
            if self._facts != before:
                await self._claim()
        elif frame["type"] == "pong":
            self._facts = replace(self._facts, fps=_count(frame.get("fps"), FPS_MOST))

    async def _heard(self, frame: dict[str, Any]) -> None:
        turn, seg, heard_ms = frame.get("turn"), frame.get("seg"), frame.get("ms")
        if not isinstance(turn, str) or len(turn) > 36 or not _is_count(seg, SEGMENTS_MOST):
            await self.close(CLOSE_GARBAGE)
            return
        if not isinstance(heard_ms, int | float) or not 0 <= heard_ms <= HEARD_MOST_MS:
            await self.close(CLOSE_GARBAGE)
            return
        if self.is_primary:
            heard = {
                "type": "control.heard",
                "stream": str(self.stream_id),
                "turn": turn,
                "seg": seg,
                "ms": round(heard_ms),
            }
            await self.channel_layer.group_send(control_group(self.stream_id), heard)

    async def page_primary(self, message: dict[str, Any]) -> None:
        """Another page, or this one, was made primary."""
        await self._become(is_primary=message["page"] == self.page and not self.is_preview)

    async def page_vacant(self, message: dict[str, Any]) -> None:
        """The primary page went away: the first to ask takes its place."""
        if not self.is_preview and not self.is_asleep:
            await self._claim()

    async def _claim(self) -> None:
        """Note the page's sign of life, and ask for the primary place."""
        is_primary = await self.in_studio(keep_page, self.stream_id, self.page, self._facts, is_preview=self.is_preview)
        await self._become(is_primary=is_primary)

    async def _become(self, *, is_primary: bool) -> None:
        if is_primary != self.is_primary:
            self.is_primary = is_primary
            await self.show({"type": "primary", "primary": is_primary})

    async def broke(self) -> None:
        """Leave the place of the primary page to the page that will come back."""
        await super().broke()
        if hasattr(self, "page"):
            await self.in_studio(close_page, self.stream_id, self.page)

    async def disconnect(self, code: int) -> None:
        """Leave the group, and the place of the primary page."""
        await super().disconnect(code)
        if hasattr(self, "page"):
            await self.channel_layer.group_discard(stage_group(self.stream_id), self.channel_name)
            await self.in_studio(close_page, self.stream_id, self.page)


def _is_count(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < most


def _count(value: object, most: int) -> int:
    """Return a page's number if it is one, else 0."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most else 0


def _facts_of(frame: dict[str, Any], before: PageFacts) -> PageFacts:
    """Return what a `ready` frame says; a field an older page leaves out stays as it was."""
    audio = frame.get("audio")
    return replace(
        before,
        audio=audio if isinstance(audio, str) and audio in AUDIO_STATES else "",
        is_obs=frame.get("obs") is True,
        width=_count(frame.get("width"), PIXELS_MOST),
        height=_count(frame.get("height"), PIXELS_MOST),
    )
