"""Stage pages: one of them is primary, by lease, and only its word counts for what was heard."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from streams.hints import announce_dock
from streams.models import StreamState
from streams.selectors.state import state_frame
from vtcontrol.tenancy.tasks import enqueue

PRIMARY_S = 15
BEAT_S = 5


@transaction.atomic
def claim_primary(stream_id: UUID, page: str) -> bool:
    """Take or renew the place of the primary page; False while another page has it."""
    now = timezone.now()
    row = StreamState.objects.filter(stream_id=stream_id)
    was_free = row.filter(Q(primary_until=None) | Q(primary_until__lt=now)).exists()
    mine = Q(primary_page=page) | Q(primary_until=None) | Q(primary_until__lt=now)
    until = now + dt.timedelta(seconds=PRIMARY_S)
    if not row.filter(mine).update(primary_page=page, primary_until=until):
        return False
    if was_free:
        row.update(version=F("version") + 1)
        announce_dock(stream_id, state_frame(row.get()))
        enqueue("live.perform", stream_id=stream_id)
    return True


def forget_pages() -> None:
    """Free every place of a primary page, over all studios: an embedded start knows that no page is open yet."""
    StreamState.objects.exclude(primary_page="").update(primary_page="", primary_until=None)


@transaction.atomic
def leave_primary(stream_id: UUID, page: str) -> None:
    """Free the place of a page that went away."""
    row = StreamState.objects.filter(stream_id=stream_id)
    if row.filter(primary_page=page).update(primary_page="", primary_until=None, version=F("version") + 1):
        announce_dock(stream_id, state_frame(row.get()))
