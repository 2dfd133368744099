"""The nightly round over a persona's memories: what says the same becomes one, and old journals lose their words."""

import datetime as dt
from collections import defaultdict
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from memory.models import (
    ConsolidationEntry,
    Memory,
    MemoryEvidence,
    MemoryKind,
    MemoryTier,
    Review,
    RunKind,
)
from memory.services.journal import begin_run, end_run
from memory.services.writing import add_evidence

ENTRIES_KEPT = dt.timedelta(days=30)
READ_MOST = 20_000


@transaction.atomic
def tidy_persona(persona_id: UUID) -> int:
    """End memories of one viewer that say exactly what another one says; return how many ended.

    Only facts about viewers, and never what people wrote, pinned or locked. The older one stays and takes over the
    evidence. Undone like every run.
    """
    now = timezone.now()
    rows = Memory.objects.filter(
        persona_id=persona_id, kind=MemoryKind.USER, viewer_id__isnull=False, valid_to=None, review=Review.ACCEPTED,
        is_locked=False, is_pinned=False,
    ).exclude(tier=MemoryTier.SESSION)  # fmt: skip
    alike: defaultdict[tuple[UUID, frozenset[str]], list[Memory]] = defaultdict(list)
    for row in rows.order_by("valid_from")[:READ_MOST]:
        alike[row.viewer_id, frozenset(row.stems.split())].append(row)
    twins = [group for group in alike.values() if len(group) > 1]
    if not twins:
        return 0
    pen = begin_run(persona_id, RunKind.NIGHTLY)
    for keeper, *others in twins:
        for other in others:
            pen.end(other, reason="duplicate", at=now, by=keeper)
            add_evidence(keeper, MemoryEvidence.objects.filter(memory=other))
    return end_run(pen).expired


def forget_old_entries() -> int:
    """Take the words out of journals of `ENTRIES_KEPT` ago, and with them the way back. Over all studios."""
    old = ConsolidationEntry.objects.filter(run__started_at__lt=timezone.now() - ENTRIES_KEPT)
    return int(old.exclude(text="", before=None).update(text="", before=None))
