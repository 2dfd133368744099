"""The stage socket: audio and frames to the page, and the page's word on what was heard."""

from typing import Any, ClassVar

from streams.consumers.base import CLOSE_GARBAGE, CLOSE_REVOKED, StudioConsumer
from streams.hints import control_group, stage_group
from streams.selectors.config import current_config
from streams.selectors.stage import stage_hello, token_is_valid
from streams.services.pages import claim_primary, leave_primary
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.access import TokenKind

SEGMENTS_MOST = 1000
HEARD_MOST_MS = 600_000


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
        await self.channel_layer.group_add(stage_group(self.stream_id), self.channel_name)
        hello = await self.in_studio(stage_hello, self.stream_id)
        await self.accept("vtcontrol.v1")
        if not self.is_preview:
            self.is_primary = await self.in_studio(claim_primary, self.stream_id, self.page)
        await self.page_frame({"frame": hello | {"page": self.page, "primary": self.is_primary}})
        await self.in_studio(current_config, self.claims.studio_id, self.stream_id)  # warm before the first event

    async def beat(self) -> None:
        """Renew the place of the primary page, or take it when it is free; leave when the token was revoked."""
        if not await self.in_studio(token_is_valid, self.claims.token_id):
            await self.close(CLOSE_REVOKED)
            return
        if self.is_preview:
            return
        is_primary = await self.in_studio(claim_primary, self.stream_id, self.page)
        if is_primary != self.is_primary:
            self.is_primary = is_primary
            await self.page_frame({"frame": {"type": "primary", "primary": is_primary}})

    async def frame(self, frame: dict[str, Any]) -> None:
        """Take `heard`; the other frames of the page need no answer."""
        if frame["type"] != "heard":
            return
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

    async def page_audio(self, message: dict[str, Any]) -> None:
        """Pass audio from the layer on to the page."""
        await self.send(bytes_data=message["data"])

    async def broke(self) -> None:
        """Leave the place of the primary page to the page that will come back."""
        await super().broke()
        if getattr(self, "is_primary", False):
            await self.in_studio(leave_primary, self.stream_id, self.page)

    async def disconnect(self, code: int) -> None:
        """Leave the group, and the place of the primary page."""
        await super().disconnect(code)
        if hasattr(self, "page"):
            await self.channel_layer.group_discard(stage_group(self.stream_id), self.channel_name)
            if self.is_primary:
                await self.in_studio(leave_primary, self.stream_id, self.page)


def _is_count(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < most
