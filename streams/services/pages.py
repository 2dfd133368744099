"""Stage pages: which are open, and which one is primary, by lease. Only the primary page's word counts as heard."""

import datetime as dt
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from streams.hints import announce, announce_dock, stage_group
from streams.models import StagePage, StreamState
from streams.selectors.state import state_frame
from vtcontrol.kernel.errors import Conflict, NotFound
from vtcontrol.tenancy.tasks import enqueue

PRIMARY_S = 15
BEAT_S = 5
GONE_S = 60
SILENT = "suspended"
SOUNDING = "running"


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page says of itself.

    Attributes:
        audio: "running" when sound comes out, "suspended" when the browser holds it back, "" when it has not said.
        is_obs: It runs inside OBS.
        width: Of the picture, in CSS pixels.
        height: The same.
        fps: Pictures drawn in the last second.
    """

    audio: str = ""
    is_obs: bool = False
    width: int = 0
    height: int = 0
    fps: int = 0


@transaction.atomic
def open_page(stream_id: UUID, page: str, facts: PageFacts, *, is_preview: bool) -> bool:
    """Note that a page is open and let it take the primary place if that is free; True when it has it."""
    now = timezone.now()
    pages = StagePage.objects.filter(stream_id=stream_id)
    pages.filter(seen_at__lt=now - dt.timedelta(seconds=GONE_S)).delete()
    StagePage(stream_id=stream_id, page=page, is_preview=is_preview, seen_at=now, **asdict(facts)).save()
    return not is_preview and claim_primary(stream_id, page)


@transaction.atomic
def keep_page(stream_id: UUID, page: str, facts: PageFacts, *, is_preview: bool) -> bool:
    """Note a page's sign of life and renew the primary place, or take it if it is free; True when it has it."""
    row = StagePage.objects.filter(stream_id=stream_id, page=page)
    if not row.update(seen_at=timezone.now(), **asdict(facts)):
        return open_page(stream_id, page, facts, is_preview=is_preview)
    if is_preview:
        return False
    return claim_primary(stream_id, page, can_sound=facts.audio == SOUNDING)


@transaction.atomic
def close_page(stream_id: UUID, page: str) -> None:
    """Forget a page that went away; its primary place is free at once."""
    StagePage.objects.filter(stream_id=stream_id, page=page).delete()
    leave_primary(stream_id, page)


@transaction.atomic
def claim_primary(stream_id: UUID, page: str, *, can_sound: bool = False) -> bool:
    """Take or renew the place of the primary page; False while another page has it.

    A page whose sound comes out takes it from one whose browser holds the sound back: nobody hears that one.
    """
    now = timezone.now()
    row = StreamState.objects.filter(stream_id=stream_id)
    held = row.values_list("primary_page", "primary_until").first()
    if held is None:
        return False
    was_mine, was_free = held[0] == page, held[1] is None or held[1] < now
    mine = Q(primary_page=page) | Q(primary_until=None) | Q(primary_until__lt=now)
    if can_sound:
        mine |= Q(primary_page__in=StagePage.objects.filter(stream_id=stream_id, audio=SILENT).values("page"))
    until = now + dt.timedelta(seconds=PRIMARY_S)
    if not row.filter(mine).update(primary_page=page, primary_until=until):
        return False
    if not was_mine:
        announce(stage_group(stream_id), {"type": "page.primary", "page": page})
    if was_free:
        row.update(version=F("version") + 1)
        announce_dock(stream_id, state_frame(stream_id))
        enqueue("live.perform", stream_id=stream_id)
    return True


@transaction.atomic
def make_primary(stream_id: UUID, page: str) -> None:
    """Give the primary place to an open page, whoever has it now; both pages are told at once.

    Raises:
        NotFound: No such page is open on this stream.
        Conflict: It is a preview, or has not been heard from for a while.
    """
    now = timezone.now()
    chosen = StagePage.objects.filter(stream_id=stream_id, page=page).first()
    if chosen is None:
        raise NotFound
    if chosen.is_preview:
        raise Conflict(_("A preview never answers for the show. Open the stage link without “preview”."))
    if chosen.seen_at < now - dt.timedelta(seconds=PRIMARY_S):
        raise Conflict(_("That page has not answered for a while. Is its computer asleep?"))
    row = StreamState.objects.filter(stream_id=stream_id)
    until = now + dt.timedelta(seconds=PRIMARY_S)
    row.update(primary_page=page, primary_until=until, version=F("version") + 1)
    announce(stage_group(stream_id), {"type": "page.primary", "page": page})
    announce_dock(stream_id, state_frame(stream_id))


def forget_pages() -> None:
    """Free every place of a primary page, over all studios: an embedded start knows that no page is open yet."""
    StagePage.objects.all().delete()
    StreamState.objects.exclude(primary_page="").update(primary_page="", primary_until=None)


@transaction.atomic
def leave_primary(stream_id: UUID, page: str) -> None:
    """Free the place of a page that went away, or fell silent; the other pages hear of it."""
    row = StreamState.objects.filter(stream_id=stream_id)
    if row.filter(primary_page=page).update(primary_page="", primary_until=None, version=F("version") + 1):
        announce(stage_group(stream_id), {"type": "page.vacant"})
        announce_dock(stream_id, state_frame(stream_id))
