"""The dock socket: the live transcript and state. What the dock wants done goes over REST."""

from typing import ClassVar

from streams.consumers.base import CLOSE_REVOKED, StudioConsumer
from streams.hints import dock_group
from streams.selectors.state import dock_snapshot
from vtcontrol.tenancy.access import TokenKind
from vtcontrol.tenancy.tokens import is_good


class DockConsumer(StudioConsumer):
    """One dock page."""

    kinds: ClassVar[frozenset[str]] = frozenset({TokenKind.DOCK})

    async def opened(self) -> None:
        """Join first, then read the snapshot: what changes in between arrives twice, never not at all."""
        await self.channel_layer.group_add(dock_group(self.stream_id), self.channel_name)
        hello = await self.in_studio(dock_snapshot, self.stream_id)
        await self.accept("vtcontrol.v1")
        await self.show(hello)

    async def beat(self) -> None:
        """Leave when the token was revoked."""
        if not await self.in_studio(is_good, self.claims.token_id):
            await self.close(CLOSE_REVOKED)

    async def disconnect(self, code: int) -> None:
        """Leave the group."""
        await super().disconnect(code)
        if hasattr(self, "stream_id"):
            await self.channel_layer.group_discard(dock_group(self.stream_id), self.channel_name)
