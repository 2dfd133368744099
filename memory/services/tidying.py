"""The nightly round over a persona's memories: what says the same becomes one, and old journals lose their words."""

import datetime as dt
from collections import defaultdict
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from memory.models import (
    ConsolidationEntry,
    EntryAction,
    Memory,
    MemoryEvidence,
    MemoryKind,
    MemoryTier,
    Review,
    RunKind,
)
from memory.services.journal import begin_run, end_run, snapshot

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
            before = snapshot(other)
            other.valid_to, other.superseded_by, other.version = now, keeper, pen.version
            other.save(update_fields=["valid_to", "superseded_by", "version", "updated_at"])
            _share_evidence(other, keeper)
            kept = {key: before[key] for key in ("valid_to", "superseded_by_id")}
            pen.note(EntryAction.CLOSED, other, reason="duplicate", before=kept)
    return end_run(pen).expired


def _share_evidence(source: Memory, keeper: Memory) -> None:
    known = set(MemoryEvidence.objects.filter(memory=keeper).values_list("utterance_id", flat=True))
    MemoryEvidence.objects.bulk_create(
        MemoryEvidence(memory=keeper, utterance_id=one.utterance_id, turn_id=one.turn_id, said_at=one.said_at)
        for one in MemoryEvidence.objects.filter(memory=source)
        if one.utterance_id not in known
    )


def forget_old_entries() -> int:
    """Take the words out of journals of `ENTRIES_KEPT` ago, and with them the way back. Over all studios."""
    old = ConsolidationEntry.objects.filter(run__started_at__lt=timezone.now() - ENTRIES_KEPT)
    return int(old.exclude(text="", before=None).update(text="", before=None))
