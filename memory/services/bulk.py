"""What people do to many memories at once: change, retag, delete, merge, split. In the journal, so it can be undone."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from memory.domain.stems import stem_line
from memory.models import (
    ConsolidationRun,
    Doubt,
    EntryAction,
    Memory,
    MemoryEvidence,
    MemorySource,
    Review,
    RunKind,
)
from memory.services.journal import Pen, begin_run, end_run, snapshot
from memory.services.writing import add_evidence, find_twin
from vtcontrol.kernel.errors import InputInvalid

BULK_MOST = 2000
PARTS_MOST = 20

Change = Callable[[Memory], dict[str, Any]]


def _by_persona(memories: Iterable[Memory]) -> dict[UUID, list[Memory]]:
    rows = list(memories)
    if len(rows) > BULK_MOST:
        raise InputInvalid(_("At most %(count)d memories at once.") % {"count": BULK_MOST})
    groups: defaultdict[UUID, list[Memory]] = defaultdict(list)
    for row in rows:
        groups[row.persona_id].append(row)
    return groups


@transaction.atomic
def change_each(memories: Iterable[Memory], change: Change, *, note: str) -> list[ConsolidationRun]:
    """Give each memory the values `change` returns for it (never persona, viewer or text); one run a persona.

    Raises:
        InputInvalid: There are too many.
    """
    runs = []
    for persona_id, rows in _by_persona(memories).items():
        pen = begin_run(persona_id, RunKind.PEOPLE, note)
        for row in rows:
            values = change(row)
            before = snapshot(row)
            if all(getattr(row, name) == value for name, value in values.items()):
                continue
            for name, value in values.items():
                setattr(row, name, value)
            if row.valid_to is None and find_twin(row) is not None:
                continue  # it ended, and the same was remembered anew since
            row.version = pen.version
            row.save(update_fields=[*values, "version", "updated_at"])
            pen.note(EntryAction.CHANGED, row, before={name: before[name] for name in values})
        runs.append(end_run(pen))
    return runs


def end_now(memories: Iterable[Memory]) -> list[ConsolidationRun]:
    """Let memories be true until now: they are kept, and not recalled any more."""
    now = timezone.now()
    return change_each(memories, lambda row: {"valid_to": row.valid_to or now}, note=_("Ended"))


def retag(memories: Iterable[Memory], *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> list[ConsolidationRun]:
    """Add tags to memories, and take some away."""

    def tags(row: Memory) -> dict[str, Any]:
        kept = [tag for tag in row.tags if tag not in remove]
        return {"tags": list(dict.fromkeys([*kept, *add]))}

    return change_each(memories, tags, note=_("Retagged"))


def approve(memories: Iterable[Memory]) -> list[ConsolidationRun]:
    """Accept memories that waited for review. One that contradicts another ends that other one."""
    rows = [row for row in memories if row.review != Review.ACCEPTED]
    with transaction.atomic():
        runs = change_each(rows, _approved, note=_("Approved"))
        for run in runs:
            _end_contradicted(run)
    return runs


def _approved(row: Memory) -> dict[str, Any]:
    return {"review": Review.ACCEPTED, "doubt": Doubt.NONE, "confidence": max(row.confidence, 0.8)}


def _end_contradicted(run: ConsolidationRun) -> None:
    """End what the newly accepted answers replace, in the same run."""
    entries = run.entries.order_by("number")
    accepted = Memory.objects.filter(pk__in=[entry.memory_id for entry in entries]).exclude(slot="")
    pen = Pen(run, entries[0].version if entries else 0, first=len(entries))
    for row in accepted:
        older = Memory.objects.filter(
            persona_id=row.persona_id, viewer_id=row.viewer_id, slot=row.slot, valid_to=None, review=Review.ACCEPTED
        ).exclude(pk=row.pk)
        for one in older:
            pen.end(one, reason="replaced", at=row.valid_from, by=row)
    pen.close()


def reject(memories: Iterable[Memory]) -> list[ConsolidationRun]:
    """Refuse memories. They stay as a mark, so that the same is not noticed again; they are never recalled."""
    return change_each(memories, lambda row: {"review": Review.REJECTED, "doubt": Doubt.NONE}, note=_("Rejected"))


@transaction.atomic
def delete_each(memories: Iterable[Memory]) -> list[ConsolidationRun]:
    """Delete memories; the journal keeps what brings them back.

    Raises:
        InputInvalid: There are too many.
    """
    runs = []
    for persona_id, rows in _by_persona(memories).items():
        pen = begin_run(persona_id, RunKind.PEOPLE, _("Deleted"))
        for row in rows:
            pen.note(EntryAction.DELETED, row, before=snapshot(row))
        Memory.objects.filter(pk__in=[row.pk for row in rows]).delete()
        runs.append(end_run(pen))
    return runs


@transaction.atomic
def merge(memories: Sequence[Memory], text: str) -> Memory:
    """Make one memory of several of one persona and viewer; the others end and point to it.

    Args:
        memories: Two or more; the first gives kind, tier and slot.
        text: What the merged one says.

    Raises:
        InputInvalid: They do not belong together, or the words are remembered already.
    """
    first = memories[0] if memories else None
    if first is None or len(memories) < 2 or len({(one.persona_id, one.viewer_id) for one in memories}) != 1:
        raise InputInvalid(_("Only memories of one character about one viewer can be merged, two or more."))
    pen = begin_run(first.persona_id, RunKind.PEOPLE, _("Merged"))
    for one in memories:
        pen.end(one, reason="merged", at=timezone.now())
    merged = _new(first, text, pen)
    merged.tags = list(dict.fromkeys(tag for one in memories for tag in one.tags))
    merged.importance = max(one.importance for one in memories)
    merged.confidence = max(one.confidence for one in memories)
    merged.valid_from = min(one.valid_from for one in memories)
    merged.slot = first.slot
    _add(pen, merged)
    Memory.objects.filter(pk__in=[one.pk for one in memories]).update(superseded_by=merged)
    add_evidence(merged, MemoryEvidence.objects.filter(memory__in=memories))
    end_run(pen)
    return merged


@transaction.atomic
def split(memory: Memory, texts: Sequence[str]) -> list[Memory]:
    """Make several memories of one, which ends; each keeps its evidence.

    Raises:
        InputInvalid: There are fewer than two parts, too many, or one is remembered already.
    """
    parts = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
    if not 2 <= len(parts) <= PARTS_MOST:
        raise InputInvalid(_("Write two to %(count)d parts, one a line.") % {"count": PARTS_MOST})
    pen = begin_run(memory.persona_id, RunKind.PEOPLE, _("Split"))
    pen.end(memory, reason="split", at=timezone.now())
    evidence = list(MemoryEvidence.objects.filter(memory=memory))
    made = []
    for text in parts:
        part = _new(memory, text, pen)
        part.slot = ""
        _add(pen, part)
        add_evidence(part, evidence)
        made.append(part)
    end_run(pen)
    return made


def _new(like: Memory, text: str, pen: Pen) -> Memory:
    return Memory(
        persona_id=like.persona_id,
        viewer_id=like.viewer_id,
        kind=like.kind,
        tier=like.tier,
        text=text.strip(),
        stems=stem_line(text),
        tags=list(like.tags),
        emotion=like.emotion,
        importance=like.importance,
        confidence=like.confidence,
        source=MemorySource.ADMIN,
        is_pinned=like.is_pinned,
        is_locked=like.is_locked,
        content_key=Memory.key_of(text),
        valid_from=like.valid_from,
        expires_at=like.expires_at,
        version=pen.version,
    )


def _add(pen: Pen, memory: Memory) -> None:
    if not memory.text or len(memory.text) > 1000:
        raise InputInvalid(_("A memory has 1 to 1000 characters."), field="text")
    if find_twin(memory) is not None:
        raise InputInvalid(_("The character already remembers exactly this."), field="text")
    memory.save(force_insert=True)
    pen.note(EntryAction.ADDED, memory)
