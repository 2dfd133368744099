"""Links to chat platforms: which process reads which channel, what it says of it, and what people ask of it.

A link process takes links by a conditional `UPDATE` with a fence, as live workers take streams. A process that was
presumed dead writes nothing any more; what it still reads is harmless, since the inbox knows every message's id.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from streams.models import ChannelLink, LinkStatus, Platform, Stream
from vtcontrol.kernel.errors import InputInvalid, NotFound
from vtcontrol.tenancy.scope import unscoped

LEASE_S = 6
RENEW_S = 2
TAKE_MOST = 20
LINKS_A_STREAM = 5
_NAME = re.compile(r"[a-z0-9_]{1,25}")
_ADDRESS = re.compile(r"(?:https?://)?(?:www\.|m\.)?twitch\.tv/(?:popout/)?", re.IGNORECASE)
NEW_CHANNEL: dict[str, Any] = {"fault": "", "fault_at": None, "last_message_at": None}
"""What a link forgets when it is to read another channel."""
_WANTED = Q(is_enabled=True, stream__is_enabled=True, studio__is_active=True)


@dataclass(frozen=True, slots=True)
class HeldLink:
    """A link that is ours to read, as it stands now.

    Attributes:
        link_id: Its row.
        studio_id: Whose it is.
        stream_id: Where its events go.
        platform: `Platform` value.
        channel: Its name there, lower case.
        is_own: The channel's name means the character.
        asked_anew: Rises when somebody asks to connect anew.
        fence: Fencing token.
    """

    link_id: UUID
    studio_id: UUID
    stream_id: UUID
    platform: str
    channel: str
    is_own: bool
    asked_anew: int
    fence: int


@dataclass(frozen=True, slots=True)
class LinkReport:
    """How the reading of a link goes.

    Attributes:
        link_id: Its row.
        fence: Fencing token; an older one's report is ignored.
        status: `LinkStatus` value.
        fault: `LinkFault` value of the last fault, or "".
        fault_at: When that was; aware.
        connected_at: Since when it is read, or None.
        last_message_at: When the last message came, or None for none yet.
        messages_a_minute: Of the last minute.
        modes: What the room demands, such as "subs, slow=30".
    """

    link_id: UUID
    fence: int
    status: str
    fault: str = ""
    fault_at: dt.datetime | None = None
    connected_at: dt.datetime | None = None
    last_message_at: dt.datetime | None = None
    messages_a_minute: int = 0
    modes: str = ""


def hold_links(owner: str, *, room: int) -> list[HeldLink]:
    """Keep the links of a process, let go what is not wanted any more, and take free ones. Runs over all studios.

    Args:
        owner: The process's name: unique among all, ever.
        room: How many more it can carry; of these it takes at most `TAKE_MOST` at once, so that others get theirs.
    """
    now = timezone.now()
    with unscoped("a link process keeps and takes links of every studio"):
        mine = ChannelLink.objects.filter(lease_owner=owner)
        _let_go(mine.exclude(_WANTED))
        rows = list(mine)
        if any(row.lease_until is None or row.lease_until < now + _LEASE - _RENEWED for row in rows):
            mine.update(lease_until=now + _LEASE)
        return [_held(row) for row in [*rows, *_take(owner, now, min(room, TAKE_MOST))]]


_LEASE = dt.timedelta(seconds=LEASE_S)
_RENEWED = dt.timedelta(seconds=RENEW_S)


def _let_go(rows: "QuerySet[ChannelLink]") -> None:
    ids = list(rows.values_list("pk", flat=True))
    if ids:
        _free(ChannelLink.objects.filter(pk__in=ids))


def _free(rows: "QuerySet[ChannelLink]") -> int:
    return rows.update(lease_owner="", lease_until=None, **_AT_REST)


_AT_REST = {"status": LinkStatus.WAITING, "connected_at": None, "messages_a_minute": 0, "modes": ""}


def _take(owner: str, now: dt.datetime, most: int) -> list[ChannelLink]:
    """Take so many free links; one that another process takes at the same moment is theirs."""
    if most <= 0:
        return []
    free = Q(lease_owner="") | Q(lease_until__lt=now)
    taken = []
    for link_id in ChannelLink.objects.filter(_WANTED & free).order_by("id").values_list("pk", flat=True)[:most]:
        row = ChannelLink.objects.filter(free, pk=link_id)
        until, at_rest = now + _LEASE, {**_AT_REST, "status": LinkStatus.CONNECTING}
        if row.update(lease_owner=owner, lease_until=until, fence=F("fence") + 1, **at_rest):
            taken += ChannelLink.objects.filter(pk=link_id, lease_owner=owner)
    return taken


def _held(row: ChannelLink) -> HeldLink:
    return HeldLink(
        link_id=row.pk,
        studio_id=row.studio_id,
        stream_id=row.stream_id,
        platform=row.platform,
        channel=row.channel,
        is_own=row.is_own,
        asked_anew=row.asked_anew,
        fence=row.fence,
    )


def report_links(owner: str, reports: Iterable[LinkReport]) -> None:
    """Write down how links go, over all studios; of those the process lost, nothing is written."""
    with unscoped("a link process says how the links of every studio go"), transaction.atomic():
        for one in reports:
            row = ChannelLink.objects.filter(pk=one.link_id, lease_owner=owner, fence=one.fence)
            heard = {"last_message_at": one.last_message_at} if one.last_message_at else {}
            fault = {"fault": one.fault, "fault_at": one.fault_at} if one.fault else {}
            row.update(
                status=one.status,
                connected_at=one.connected_at,
                messages_a_minute=one.messages_a_minute,
                modes=one.modes[:120],
                **heard,
                **fault,
            )


def release_links(owner: str = "") -> int:
    """Give back the links of a process; without a name everybody's: an embedded start knows that nobody else runs."""
    with unscoped("a link process that ends gives back the links of every studio"):
        held = ChannelLink.objects.filter(lease_owner=owner) if owner else ChannelLink.objects.exclude(lease_owner="")
        return _free(held)


def count_unread(link_ids: Iterable[UUID]) -> int:
    """Count those of some links that are wanted and that no process holds, over all studios."""
    with unscoped("a link process that ends looks whether its links are read on"):
        return int(ChannelLink.objects.filter(_WANTED, pk__in=list(link_ids), lease_owner="").count())


def channel_name(text: str) -> str:
    """Return a Twitch channel's name, however it was written: a link, "@Name", "#name".

    Raises:
        InputInvalid: It can be no channel's name.
    """
    name = _ADDRESS.sub("", text.strip(), count=1).lstrip("@#").partition("?")[0].partition("/")[0].lower()
    if not _NAME.fullmatch(name):
        raise InputInvalid(
            _("A Twitch channel's name has up to 25 Latin letters, digits and “_”, as in twitch.tv/name."),
            field="channel",
        )
    return name


@transaction.atomic
def set_twitch_channel(stream_id: UUID, name: str) -> None:
    """Make `name` the stream's Twitch channel: link it, rename the link there is, or take it away when it is empty.

    Raises:
        NotFound: No such stream in this studio.
        InputInvalid: It can be no channel's name.
    """
    if not Stream.objects.filter(pk=stream_id).exists():
        raise NotFound
    own = ChannelLink.objects.filter(stream_id=stream_id, platform=Platform.TWITCH).order_by("id")
    first: ChannelLink | None = own.first()
    if not name.strip():
        if first is not None:
            first.delete()
        return
    channel = channel_name(name)
    if first is not None and first.channel == channel:
        return
    own.exclude(pk=first.pk if first else None).filter(channel=channel).delete()
    if first is None:
        ChannelLink(stream_id=stream_id, platform=Platform.TWITCH, channel=channel).save()
    else:
        own.filter(pk=first.pk).update(channel=channel, is_enabled=True, **NEW_CHANNEL)


def connect_anew(link_id: UUID) -> None:
    """Ask whoever reads the link to join the channel afresh, now.

    Raises:
        NotFound: No such link in this studio.
    """
    if not ChannelLink.objects.filter(pk=link_id).update(asked_anew=F("asked_anew") + 1, fault="", fault_at=None):
        raise NotFound
