"""How the links of a stream stand, for docks, the control room and the admin's own pages."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from streams.models import ChannelLink, LinkStatus


@dataclass(frozen=True, slots=True)
class LinkState:
    """One link as it stands.

    Attributes:
        id: Its row.
        platform: `Platform` value.
        channel: Its name there.
        standing: "off", "unread" (no link process holds it), or a `LinkStatus` value.
        fault: `LinkFault` value of the last fault, or "".
        fault_at: When that was.
        connected_at: Since when it is read, or None.
        last_message_at: When the last message came, or None.
        messages_a_minute: Of the last minute.
    """

    id: UUID
    platform: str
    channel: str
    standing: str
    fault: str
    fault_at: dt.datetime | None
    connected_at: dt.datetime | None
    last_message_at: dt.datetime | None
    messages_a_minute: int


def standing_of(link: ChannelLink, now: dt.datetime) -> str:
    """Return "off", "unread" or the link's status; its stream must be at hand."""
    if not (link.is_enabled and link.stream.is_enabled):
        return "off"
    if not link.lease_owner or link.lease_until is None or link.lease_until < now:
        return "unread"
    return str(LinkStatus(link.status))


def link_states(stream_id: UUID) -> list[LinkState]:
    """Return the stream's links, by name. One query."""
    now = timezone.now()
    rows = ChannelLink.objects.filter(stream_id=stream_id).select_related("stream")
    return [
        LinkState(
            id=row.pk,
            platform=row.platform,
            channel=row.channel,
            standing=(standing := standing_of(row, now)),
            fault=row.fault,
            fault_at=row.fault_at,
            connected_at=row.connected_at if standing == LinkStatus.CONNECTED else None,
            last_message_at=row.last_message_at,
            messages_a_minute=row.messages_a_minute if standing == LinkStatus.CONNECTED else 0,
        )
        for row in rows.order_by(F("platform"), F("channel"))
    ]


def twitch_channel(stream_id: UUID) -> str:
    """Return the name of the stream's first Twitch channel, or ""."""
    found = ChannelLink.objects.filter(stream_id=stream_id, platform="twitch").order_by("id")
    return found.values_list("channel", flat=True).first() or ""
