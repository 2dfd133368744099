"""The channel layer of production: Redis pub/sub, whose listener waits for news as long as it takes.

channels_redis waits for 0.1 s at a time; with a page open that was most of what an idle web process did.
"""

import asyncio
import logging
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer, RedisPubSubLoopLayer, RedisSingleShardConnection, _wrap_close
from channels_redis.utils import decode_hosts

logger = logging.getLogger(__name__)

WAIT_S = 10.0
"""How long one wait for news may last; a message, or a change of what is subscribed to, ends it at once."""
UNSUBSCRIBED_S = 0.1
RETRY_S = 1.0


class PatientShard(RedisSingleShardConnection):  # type: ignore[misc]  # channels_redis ships no types
    """A connection that waits for the next message as long as it takes."""

    async def _do_receiving(self) -> None:
        while True:
            try:
                if self._pubsub is not None and self._pubsub.subscribed:
                    self._receive_message(
                        await self._pubsub.get_message(ignore_subscribe_messages=True, timeout=WAIT_S)
                    )
                else:
                    await asyncio.sleep(UNSUBSCRIBED_S)
            except Exception as error:
                logger.warning("Redis was lost; listening again", extra={"error": type(error).__name__})
                await asyncio.sleep(RETRY_S)


class PatientLoopLayer(RedisPubSubLoopLayer):  # type: ignore[misc]  # as above
    """What one event loop has of the layer."""

    def __init__(self, hosts: list[dict[str, Any]], **config: Any) -> None:
        super().__init__(hosts, **config)
        self._shards = [PatientShard(host, self) for host in decode_hosts(hosts)]


class PatientRedisLayer(RedisPubSubChannelLayer):  # type: ignore[misc]  # as above
    """Channels' pub/sub layer over Redis, patient."""

    def _get_layer(self) -> PatientLoopLayer:
        loop = asyncio.get_running_loop()
        if loop not in self._layers:
            self._layers[loop] = PatientLoopLayer(*self._args, **self._kwargs, channel_layer=self)
            _wrap_close(self, loop)
        layer: PatientLoopLayer = self._layers[loop]
        return layer
