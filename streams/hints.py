"""Hints over the channel layer: group names, message shapes and sending on commit.

The layer may lose any message. A hint says that something changed; the truth is in the database, and readers that see a
gap in the versions fetch it again.
"""

import json
import logging
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

logger = logging.getLogger(__name__)

Message = dict[str, Any]
Part = str | bytes


def stage_group(stream_id: UUID) -> str:
    """Return the group of a stream's stage pages."""
    return f"stage.{stream_id.hex}"


def dock_group(stream_id: UUID) -> str:
    """Return the group of a stream's dock pages."""
    return f"dock.{stream_id.hex}"


def control_group(stream_id: UUID) -> str:
    """Return the group the worker holding a stream's lease listens on."""
    return f"control.{stream_id.hex}"


def page_text(frame: Message) -> str:
    """Return a JSON frame as pages receive it."""
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


def page_parts(parts: Sequence[Part]) -> Message:
    """Return the layer message that carries frames to pages, in order: JSON as text, audio as bytes."""
    return {"type": "page.parts", "parts": list(parts)}


def page_frame(frame: Message) -> Message:
    """Return the layer message that carries one JSON frame to pages."""
    return page_parts([page_text(frame)])


def announce(group: str, message: Message) -> None:
    """Send `message` to `group` when the transaction commits; a layer that cannot be reached does no harm."""
    announce_all([(group, message)])


def announce_all(hints: Sequence[tuple[str, Message]]) -> None:
    """Send messages to their groups, in order, when the transaction commits."""
    layer = get_channel_layer()

    async def send_all() -> None:
        for group, message in hints:
            await layer.group_send(group, message)

    def send() -> None:
        try:
            async_to_sync(send_all)()
        except Exception as error:
            logger.warning("a hint was lost: the channel layer failed", extra={"error": type(error).__name__})

    transaction.on_commit(send)


def nudge(stream_id: UUID) -> Message:
    """Return the message that has the worker holding a stream's lease look at the inbox, for its `control_group`."""
    return {"type": "control.nudge", "stream": str(stream_id)}


def announce_dock(stream_id: UUID, *frames: Message) -> None:
    """Send frames to the stream's dock pages when the transaction commits."""
    if frames:
        announce(dock_group(stream_id), page_parts([page_text(frame) for frame in frames]))
