"""One person behind two cards: joins and parts what memories, events and utterances know of them.

The one floor that knows audience and memory moves both in one transaction (`relationships.services.merging` does the
audience's part).
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from memory.models import Memory, Utterance
from memory.services import change_memories
from relationships.models import Identity, Viewer, ViewerMerge
from relationships.services.merging import merge, unmerge
from streams.models import InboxEvent

BATCH = 500


@transaction.atomic
def merge_viewers(kept: Viewer, absorbed: Viewer, *, user: Any = None) -> ViewerMerge:
    """Join `absorbed` into `kept`, with all that is remembered of them.

    Raises:
        InputInvalid: They cannot be joined.
    """
    return follow_merge(merge(kept, absorbed, user=user))


@transaction.atomic
def follow_merge(done: ViewerMerge) -> ViewerMerge:
    """Move memories, events and utterances after the cards were joined; return the merge, which knows them."""
    known = Memory.objects.filter(viewer_id=done.kept_id).values_list("persona_id", "content_key")
    same = set(known)
    moved = [
        memory for memory in Memory.objects.filter(viewer_id=done.absorbed_id)
        if (memory.persona_id, memory.content_key) not in same
    ]  # fmt: skip
    _give(moved, done.kept_id)
    done.memory_ids = [str(memory.pk) for memory in moved]
    done.save(update_fields=["memory_ids"])
    _move(_events_of(done.absorbed_id, done.identity_ids), done.absorbed_id, done.kept_id)
    return done


@transaction.atomic
def unmerge_viewers(done: ViewerMerge) -> None:
    """Part what was joined.

    Raises:
        InputInvalid: It was undone before.
    """
    unmerge(done)
    _give(list(Memory.objects.filter(pk__in=done.memory_ids, viewer_id=done.kept_id)), done.absorbed_id)
    _move(_events_of(done.kept_id, done.identity_ids), done.kept_id, done.absorbed_id)


def _give(memories: list[Memory], viewer_id: UUID) -> None:
    if memories:
        change_memories(memories, viewer_id=viewer_id)


def _events_of(viewer_id: UUID, identity_ids: list[str]) -> QuerySet[InboxEvent]:
    """Return the events of a viewer that came from certain accounts."""
    accounts = Q(pk=None)
    for platform, platform_id in Identity.objects.filter(pk__in=identity_ids).values_list("platform", "platform_id"):
        accounts |= Q(platform=platform, author_id=platform_id)
    found: QuerySet[InboxEvent] = InboxEvent.objects.filter(accounts, viewer_id=viewer_id)
    return found


def _move(events: QuerySet[InboxEvent], from_id: UUID, to_id: UUID) -> None:
    """Give events, and what was said in the turns that answered them, to another card."""
    turn_ids = list(events.exclude(turns=None).values_list("turns__id", flat=True))
    for first in range(0, len(turn_ids), BATCH):
        said = Utterance.objects.filter(turn_id__in=turn_ids[first : first + BATCH], viewer_id=from_id)
        said.update(viewer_id=to_id)
    events.update(viewer_id=to_id)
