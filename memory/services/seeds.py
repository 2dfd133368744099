"""Loading seed files: again and again without doubling, and without touching what people changed since.

Each entry is known by its key (`SeedMark`). A row that looks as it was written is the file's: it follows the file. One
that looks different is people's (or memory's own, where it ended), one that is gone was deleted: both are left alone.
Memories go through the checks of an import and into its journal, so a load can be undone there.
"""

import datetime as dt
import hashlib
import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from memory.domain.seeds import ENTRIES_MOST, Entry, Flaw, Part, SeedsInvalid, read_seeds
from memory.models import EntryAction, Lore, Memory, MemoryKind, MemorySource, MemoryTier, RunKind, SeedMark
from memory.services.journal import Pen, begin_run, end_run, snapshot
from memory.services.shelf import LORE_FIELDS
from memory.services.transfer import check_room, messages_of, read_entry, take_over
from memory.services.writing import lore_problems, tidied, twins_of
from personas.domain.cards.keys import joined_keys
from personas.domain.cards.lore import KEYS_MOST
from personas.models import Persona

MEMORY_FIELDS = (
    *("text", "kind", "tier", "slot", "tags", "emotion", "importance", "confidence", "is_pinned", "is_locked"),
    *("valid_from", "expires_at"),
)
_ENDS = ("review", "valid_to", "superseded_by_id")
_USUAL = {"kind": MemoryKind.SELF.value, "tier": MemoryTier.CORE.value, "source": MemorySource.IMPORT.value}
_KEYS = frozenset({"keys", "secondary_keys", "excluded_keys"})


class Did(StrEnum):
    """What became of an entry."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    EDITED = "edited"
    DELETED = "deleted"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Done:
    """An entry and what became of it, or would."""

    part: str
    key: str
    line: int
    did: Did


@dataclass
class Seeded:
    """What a load did, or would do.

    Attributes:
        done: Each entry.
        errors: What is wrong: line, list, key, sentences by field. Nothing is loaded while there is any.
        run_id: The run that undoes what became of memories; None for a dry run, or where none changed.
    """

    done: list[Done] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    run_id: UUID | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it for programs: how many of each, and every entry that is not as it was."""
        counts = Counter(one.did for one in self.done)
        told = [one for one in self.done if one.did is not Did.UNCHANGED]
        return {
            **{did.value: counts[did] for did in Did},
            "entries": [{"part": one.part, "key": one.key, "line": one.line, "did": one.did.value} for one in told],
            "errors": self.errors,
            "run": str(self.run_id) if self.run_id else None,
        }


FLAWS = {
    Flaw.NOT_A_FILE: gettext_lazy("This is neither YAML nor JSON (aliases and tags are not read)."),
    Flaw.TOO_LARGE: gettext_lazy("The file is larger than 1 MB."),
    Flaw.TOO_MUCH: gettext_lazy("The file is too large, or would be once unpacked. Nothing was read."),
    Flaw.NAMED_TWICE: gettext_lazy("Something in the file is named twice, so that nobody knows which is meant."),
    Flaw.OTHER_FORMAT: gettext_lazy("It has to begin with “format: vtcontrol.seeds” and “version: 1”."),
    Flaw.NO_LIST: gettext_lazy("“memories” and “lore” are lists."),
    Flaw.TOO_MANY: gettext_lazy("At most %(count)d entries a file."),
    Flaw.EMPTY: gettext_lazy("The file holds no list of entries."),
    Flaw.NO_ENTRY: gettext_lazy("An entry is no object."),
    Flaw.UNFIT: gettext_lazy("There are characters in it that cannot be kept."),
    Flaw.NO_KEY: gettext_lazy("An entry needs a key of 1 to 80 characters."),
    Flaw.KEY_TWICE: gettext_lazy("This key stands in the list twice."),
}


def load_seeds(persona: Persona, raw: bytes, *, is_dry: bool = False) -> Seeded:
    """Load a seed file: all of it or, when something is wrong, nothing.

    Args:
        persona: Whose memories and lore they become.
        raw: The file, YAML or JSON.
        is_dry: Only say what would happen.

    Raises:
        InputInvalid: The character would remember too much.
    """
    result = Seeded()
    memories, lore = _read(persona, raw, result)
    if result.errors:
        return result
    check_room(persona.pk, len(memories))
    if is_dry:
        _plan(persona, memories, lore, result)
        return result
    with transaction.atomic():
        pen = begin_run(persona.pk, RunKind.IMPORT, _("Seed file"))  # its version also keeps other loads waiting
        for loading, steps in _plan(persona, memories, lore, result):
            loading.write(steps, pen)
        run = end_run(pen)
        if run.noticed:
            result.run_id = run.pk
        else:
            run.delete()
    return result


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An entry that was read, as an unsaved row."""

    entry: Entry
    row: Any


def _read(persona: Persona, raw: bytes, result: Seeded) -> tuple[list[_Wanted], list[_Wanted]]:
    """Return the file's rows, and note what is wrong."""
    try:
        entries, problems = read_seeds(raw)
    except SeedsInvalid as invalid:
        entries, problems = [], [invalid.problem]
    for one in problems:
        sentence = str(FLAWS[one.flaw]) % ({"count": ENTRIES_MOST} if one.flaw is Flaw.TOO_MANY else {})
        result.errors.append({"line": one.line, "part": one.part, "key": one.key, "errors": {"": [sentence]}})
    wanted: dict[Part, list[_Wanted]] = {part: [] for part in Part}
    words: set[str] = set()
    for entry in entries:
        try:
            row = _memory(persona, entry, words) if entry.part is Part.MEMORIES else _lore(persona, entry)
        except (ValidationError, ValueError, TypeError, OverflowError) as error:
            told = {"line": entry.line, "part": entry.part.value, "key": entry.key, "errors": messages_of(error)}
            result.errors.append(told)
        else:
            wanted[entry.part].append(_Wanted(entry, row))
    result.errors.sort(key=lambda one: one["line"])
    return wanted[Part.MEMORIES], wanted[Part.LORE]


def _known_fields(entry: Entry, names: Iterable[str]) -> None:
    unknown = sorted(str(name) for name in entry.values if name not in names)
    if unknown:
        raise ValidationError({name: [_("There is no such field.")] for name in unknown})


def _memory(persona: Persona, entry: Entry, words: set[str]) -> Memory:
    _known_fields(entry, MEMORY_FIELDS)
    memory = read_entry(persona.pk, {**_USUAL, **entry.values})
    if memory.content_key in words:
        raise ValidationError({"text": [_("The same memory stands in the file twice.")]})
    words.add(memory.content_key)
    return memory


def _lore(persona: Persona, entry: Entry) -> Lore:
    _known_fields(entry, LORE_FIELDS)
    values = {name: _joined(name, value) if name in _KEYS else value for name, value in entry.values.items()}
    if not isinstance(values.get("content", ""), str):
        raise ValidationError({"content": [_("Write it as text.")]})
    lore = tidied(Lore(persona=persona, **values))
    lore.clean_fields(exclude=("studio", "persona"))
    if problems := lore_problems({name: getattr(lore, name) for name in LORE_FIELDS}):
        raise ValidationError({name: [sentence] for name, sentence in problems.items()})
    return lore


def _joined(name: str, value: Any) -> str:
    keys = value if isinstance(value, list) else [value]
    if not all(isinstance(key, str) for key in keys):
        raise ValidationError({name: [_("A list of words; “yes”, “no” and numbers need quotes.")]})
    return joined_keys(keys, KEYS_MOST)


@dataclass(frozen=True, slots=True)
class _Step:
    """An entry whose row is to be written: a new one, or a changed one and what brings it back."""

    key: str
    row: Any
    before: dict[str, Any] | None


class _Loading(ABC):
    """Loads one list of a file: first decides by reads alone, then writes.

    Args:
        persona: Whose.
    """

    part: Part
    model: type[Memory] | type[Lore]

    def __init__(self, persona: Persona) -> None:
        self._persona = persona
        self._marks = {mark.key: mark for mark in SeedMark.objects.filter(persona=persona, part=self.part)}
        ids = [mark.row_id for mark in self._marks.values()]
        self._rows: Mapping[UUID, Any] = self.model.objects.in_bulk(ids)
        self._moved: set[UUID] = set()
        self._taken: set[str] = set()

    def plan(self, wanted: list[_Wanted], result: Seeded) -> list[_Step]:
        """Return what is to be written.

        Args:
            wanted: The list's entries.
            result: Is told what becomes of each.
        """
        steps = []
        for one in wanted:
            old, did = self._now(one)
            before = None
            if did is None:
                did, before = self._decide(one.row, old)
            if did in {Did.ADDED, Did.CHANGED}:
                row = old or one.row
                steps.append(_Step(one.entry.key, row, before))
                self._moved.add(row.pk)
                self._taken.add(self._words(row))
            result.done.append(Done(self.part.value, one.entry.key, one.entry.line, did))
        return steps

    def write(self, steps: list[_Step], pen: Pen) -> None:
        """Write what was planned, inside a transaction."""
        for step in steps:
            self._save(step, pen)
        self._mark(steps)

    @abstractmethod
    def _words(self, row: Any) -> str:
        """Return what no two rows share."""

    @abstractmethod
    def _decide(self, row: Any, old: Any) -> tuple[Did, dict[str, Any] | None]:
        """Return what becomes of an entry, and what brings the old row back; the old row gets the new values."""

    @abstractmethod
    def _save(self, step: _Step, pen: Pen) -> None:
        """Write one row."""

    def _is_said(self, row: Any, same: QuerySet[Any]) -> bool:
        """Tell whether another row has the same words, once everything planned so far is written."""
        stored = set(same.values_list("pk", flat=True)) - self._moved
        return self._words(row) in self._taken or bool(stored - {row.pk})

    def _now(self, one: _Wanted) -> tuple[Any, Did | None]:
        """Return the row an entry became, and why it is left alone, or None."""
        mark = self._marks.get(one.entry.key)
        if mark is None:
            return None, None
        row = self._rows.get(mark.row_id)
        if row is None:
            return None, Did.DELETED
        if digest_of(row) != mark.digest:
            return row, Did.EDITED
        if isinstance(row, Memory) and "valid_from" not in one.entry.values:
            one.row.valid_from = row.valid_from
        return row, None

    def _mark(self, steps: list[_Step]) -> None:
        """Keep what the written rows look like, as the database has them."""
        rows = self.model.objects.in_bulk([step.row.pk for step in steps])
        for step in steps:
            mark = self._marks.get(step.key) or SeedMark(persona=self._persona, part=self.part.value, key=step.key)
            mark.row_id, mark.digest = step.row.pk, digest_of(rows[step.row.pk])
            mark.save()


class _LoadingMemories(_Loading):
    part, model = Part.MEMORIES, Memory

    def _words(self, row: Memory) -> str:
        return row.content_key

    def _decide(self, row: Memory, old: Memory | None) -> tuple[Did, dict[str, Any] | None]:
        before = None
        if old is not None:
            kept = snapshot(old)
            changed = take_over(old, row)
            if not changed:
                return Did.UNCHANGED, None
            old.content_key = row.content_key
            before = {name: kept[name] for name in (*changed, "stems", "content_key")}
        target = old or row
        if self._is_said(target, twins_of(target)):
            return Did.KNOWN, None
        return (Did.ADDED if old is None else Did.CHANGED), before

    def _save(self, step: _Step, pen: Pen) -> None:
        step.row.version = pen.version
        step.row.save(force_insert=step.before is None)
        pen.note(EntryAction.ADDED if step.before is None else EntryAction.CHANGED, step.row, before=step.before)


class _LoadingLore(_Loading):
    part, model = Part.LORE, Lore

    def _words(self, row: Lore) -> str:
        return row.content

    def _decide(self, row: Lore, old: Lore | None) -> tuple[Did, dict[str, Any] | None]:
        if old is None:
            same = Lore.objects.filter(persona=row.persona, content=row.content)
            return (Did.KNOWN if self._is_said(row, same) else Did.ADDED), None
        before = {name: getattr(old, name) for name in LORE_FIELDS if getattr(old, name) != getattr(row, name)}
        for name in before:
            setattr(old, name, getattr(row, name))
        return (Did.CHANGED if before else Did.UNCHANGED), before

    def _save(self, step: _Step, pen: Pen) -> None:
        step.row.save(force_insert=step.before is None)


def _plan(
    persona: Persona, memories: list[_Wanted], lore: list[_Wanted], result: Seeded
) -> list[tuple[_Loading, list[_Step]]]:
    """Return what is to be written, and tell what becomes of each entry. Reads only: a dry run holds nobody up."""
    both = ((_LoadingMemories(persona), memories), (_LoadingLore(persona), lore))
    return [(loading, loading.plan(wanted, result)) for loading, wanted in both]


def digest_of(row: Memory | Lore) -> str:
    """Return what tells whether a row looks as it was written; it must come from the database."""
    names = (*MEMORY_FIELDS, *_ENDS) if isinstance(row, Memory) else LORE_FIELDS
    text = json.dumps([getattr(row, name) for name in names], ensure_ascii=False, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> str:
    return value.astimezone(dt.UTC).isoformat() if isinstance(value, dt.datetime) else str(value)
