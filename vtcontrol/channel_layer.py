"""The embedded channel layer: in memory, and safe to call from any thread.

Channels' in-memory layer keeps plain asyncio queues, which belong to one loop. Here every operation runs on the home
loop (the server's); a caller on another loop or thread hops over.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, ClassVar, TypeVar

from channels.layers import InMemoryChannelLayer

Result = TypeVar("Result")


class HomeLoopLayer(InMemoryChannelLayer):  # type: ignore[misc]  # channels ships no types
    """The in-memory layer whose queues live on one loop: the first that receives, or the one given to `settle`."""

    home: ClassVar[asyncio.AbstractEventLoop | None] = None

    @classmethod
    def settle(cls, loop: asyncio.AbstractEventLoop) -> None:
        """Make `loop` the home of all queues."""
        cls.home = loop

    async def _at_home(self, operation: Coroutine[Any, Any, Result]) -> Result:
        here, home = asyncio.get_running_loop(), HomeLoopLayer.home
        if home is None or home is here or home.is_closed():
            return await operation
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(operation, home))

    async def receive(self, channel: str) -> dict[str, Any]:
        """Return the next message of `channel`, waiting for it."""
        if HomeLoopLayer.home is None or HomeLoopLayer.home.is_closed():
            HomeLoopLayer.home = asyncio.get_running_loop()
        return await self._at_home(super().receive(channel))

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        """Put `message` on `channel`."""
        await self._at_home(super().send(channel, message))

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        """Put `message` on every channel of `group`."""
        await self._at_home(super().group_send(group, message))

    async def group_add(self, group: str, channel: str) -> None:
        """Add `channel` to `group`."""
        await self._at_home(super().group_add(group, channel))

    async def group_discard(self, group: str, channel: str) -> None:
        """Take `channel` out of `group`."""
        await self._at_home(super().group_discard(group, channel))
