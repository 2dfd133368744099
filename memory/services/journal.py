"""The journal: what a run did to memories, entry by entry, and how it is undone.

Owns snapshots of memories. An entry that people changed the memory after stays: their word is newer.
"""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from memory.models import ConsolidationEntry, ConsolidationRun, EntryAction, Memory, RunState
from memory.services.writing import find_twin, next_version
from vtcontrol.kernel.errors import Conflict, NotFound

MADE = {EntryAction.ADDED, EntryAction.DOUBTED}
_UNKEPT = {"studio", "version", "updated_at"}


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing did.

    Attributes:
        undone: Entries taken back.
        kept: Entries left alone, because the memory was changed afterwards.
    """

    undone: int
    kept: int


def snapshot(memory: Memory) -> dict[str, Any]:
    """Return a memory's fields as plain JSON values."""
    values = {
        field.attname: getattr(memory, field.attname)
        for field in memory._meta.concrete_fields
        if field.name not in _UNKEPT
    }
    plain: dict[str, Any] = json.loads(json.dumps(values, cls=_Encoder))
    return plain


class _Encoder(DjangoJSONEncoder):
    """Writes times in full: Django's own cuts them to milliseconds."""

    def default(self, o: Any) -> Any:
        """Return a plain value."""
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


def from_snapshot(values: dict[str, Any]) -> Memory:
    """Return an unsaved memory with the values of a snapshot."""
    fields = {field.attname: field for field in Memory._meta.concrete_fields}
    return Memory(**{name: fields[name].to_python(value) for name, value in values.items() if name in fields})


def end_memory(memory: Memory, *, at: dt.datetime, version: int, by: Memory | None = None) -> dict[str, Any]:
    """Let a memory be true until `at`; return what brings it back.

    Args:
        memory: Saved.
        at: Until when; aware.
        version: The persona's memory version this is written with.
        by: What takes its place; None leaves what the row says.
    """
    before = snapshot(memory)
    memory.valid_to, memory.version = at, version
    if by is not None:
        memory.superseded_by = by
    memory.save(update_fields=["valid_to", "superseded_by", "version", "updated_at"])
    return {name: before[name] for name in ("valid_to", "superseded_by_id")}


class Pen:
    """Writes the entries of one run, in order.

    Args:
        run: The run; saved.
        version: The persona's memory version that everything of this run is written with.
        first: Number of the first entry.
    """

    def __init__(self, run: ConsolidationRun, version: int, *, first: int = 0) -> None:
        self.run = run
        self.version = version
        self._first = first
        self._entries: list[ConsolidationEntry] = []

    def note(
        self,
        action: str,
        memory: Memory | None,
        *,
        reason: str = "",
        before: dict[str, Any] | None = None,
        text: str | None = None,
    ) -> None:
        """Add an entry."""
        self._entries.append(
            ConsolidationEntry(
                run=self.run,
                number=self._first + len(self._entries),
                action=action,
                memory_id=memory.pk if memory else None,
                viewer_id=memory.viewer_id if memory else None,
                text=((memory.text if memory else "") if text is None else text)[:1000],
                reason=reason[:40],
                before=before,
                version=self.version,
            )
        )

    def end(self, memory: Memory, *, reason: str, at: dt.datetime, by: Memory | None = None) -> None:
        """End a memory, and write down what brings it back; see `end_memory`."""
        before = end_memory(memory, at=at, version=self.version, by=by)
        self.note(EntryAction.CLOSED, memory, reason=reason, before=before)

    def count(self, *actions: str) -> int:
        """Return how many entries have one of `actions`."""
        return sum(entry.action in actions for entry in self._entries)

    def close(self) -> None:
        """Write the entries."""
        ConsolidationEntry.objects.bulk_create(self._entries, batch_size=500)


def begin_run(persona_id: UUID, kind: str, note: str = "") -> Pen:
    """Start a run that is applied at once: what people do to many memories. Must run inside a transaction."""
    run = ConsolidationRun(
        persona_id=persona_id, kind=kind, state=RunState.APPLIED, note=note[:200], finished_at=timezone.now()
    )
    run.save()
    return Pen(run, next_version(persona_id))


def end_run(pen: Pen) -> ConsolidationRun:
    """Write a run's entries and its numbers."""
    pen.close()
    run = pen.run
    run.noticed = pen.count(EntryAction.ADDED, EntryAction.DOUBTED, EntryAction.CONFIRMED, EntryAction.CHANGED)
    run.expired = pen.count(EntryAction.DELETED, EntryAction.CLOSED)
    run.save(update_fields=["noticed", "expired"])
    return run


@transaction.atomic
def undo_run(run_id: UUID) -> Undone:
    """Take back everything a run did, newest entry first.

    Raises:
        NotFound: No such run in this studio.
        Conflict: It is not applied, or undone already.
    """
    run = ConsolidationRun.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound
    if not ConsolidationRun.objects.filter(pk=run_id, state=RunState.APPLIED).update(state=RunState.UNDONE):
        raise Conflict(_("Only a run that is done can be undone, and only once."))
    version = next_version(run.persona_id)
    undone = kept = 0
    for entry in ConsolidationEntry.objects.filter(run=run).order_by("-number"):
        if entry.action == EntryAction.REJECTED:
            continue
        if _take_back(entry, version):
            undone += 1
        else:
            kept += 1
    return Undone(undone, kept)


def _take_back(entry: ConsolidationEntry, version: int) -> bool:
    """Undo one entry; tell whether it was done."""
    rows = Memory.objects.filter(pk=entry.memory_id)
    if entry.action == EntryAction.DELETED:
        return _bring_back(entry.before, version)
    if entry.action in MADE:
        return bool(rows.filter(version__in=(entry.version, version)).delete()[0])
    memory = rows.filter(version__in=(entry.version, version)).first()
    if entry.before is None or memory is None:
        return False
    _write_back(memory, entry.before)
    if memory.valid_to is None and find_twin(memory) is not None:
        return False
    memory.version = version
    memory.save()
    return True


def _write_back(memory: Memory, values: dict[str, Any]) -> None:
    fields = {field.attname: field for field in Memory._meta.concrete_fields}
    for name, value in values.items():
        if name in fields and name not in {"id", "persona_id"}:
            setattr(memory, name, fields[name].to_python(value))
    if memory.superseded_by_id and not Memory.objects.filter(pk=memory.superseded_by_id).exists():
        memory.superseded_by_id = None


def _bring_back(before: dict[str, Any] | None, version: int) -> bool:
    if before is None:
        return False
    memory = from_snapshot(before)
    if Memory.objects.filter(pk=memory.pk).exists() or (memory.valid_to is None and find_twin(memory) is not None):
        return False
    if memory.superseded_by_id and not Memory.objects.filter(pk=memory.superseded_by_id).exists():
        memory.superseded_by_id = None
    memory.version = version
    memory.save(force_insert=True)
    return True
