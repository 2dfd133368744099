"""Memories in and out as JSON, nothing lost: for the API and for moving a character's memory elsewhere.

The format, version 1::

    {"format": "vtcontrol.memories", "version": 1, "memories": [
        {"id", "viewer", "kind", "tier", "text", "slot", "tags", "emotion", "importance", "confidence", "source",
         "episode", "position", "is_pinned", "is_locked", "review", "doubt", "valid_from", "valid_to",
         "superseded_by", "expires_at", "evidence": [{"utterance", "turn", "said_at"}]}]}

`id` only ties the entries of one file together (`superseded_by`). A memory that has not ended is found again by its
words and viewer, one that has by its dates too; whatever is found is changed, the rest is added. Ids of another
studio's rows mean nothing here.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from memory.domain.sensitive import sensitive_in
from memory.domain.stems import stem_line
from memory.models import EntryAction, Memory, MemoryEvidence, RunKind
from memory.services.journal import Pen, begin_run, end_run, snapshot
from memory.services.writing import add_evidence
from vtcontrol.kernel.errors import InputInvalid

FORMAT, VERSION = "vtcontrol.memories", 1
ROWS_MOST = 5_000
KEPT_MOST = 250_000
"""So many memories a character may have."""
EVIDENCE_MOST = 50
PLAIN = (
    *("kind", "tier", "text", "slot", "tags", "emotion", "importance", "confidence", "source"),
    *("position", "is_pinned", "is_locked", "review", "doubt"),
)
TIMES = ("valid_from", "valid_to", "expires_at")

KnowsViewer = Callable[[UUID], bool]


@dataclass
class Imported:
    """What an import did, or would do.

    Attributes:
        added: New memories.
        changed: Memories that were there and are different now.
        unchanged: Memories that were there just so.
        errors: What is wrong, by row from 0; nothing is imported while there is any.
        run_id: The run that undoes it, None for a dry run.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    run_id: UUID | None = None


def exported(rows: Iterable[Memory]) -> Iterator[dict[str, Any]]:
    """Yield memories as the format's entries; `evidence` should be prefetched."""
    for row in rows:
        plain = {name: getattr(row, name) for name in PLAIN}
        times = {name: value.isoformat() if (value := getattr(row, name)) else None for name in TIMES}
        evidence = [
            {"utterance": str(one.utterance_id), "turn": str(one.turn_id) if one.turn_id else None,
             "said_at": one.said_at.isoformat()}
            for one in row.evidence.all()
        ]  # fmt: skip
        yield {
            "id": str(row.pk),
            "viewer": _text(row.viewer_id),
            "episode": _text(row.episode_id),
            "superseded_by": _text(row.superseded_by_id),
            **plain,
            **times,
            "evidence": evidence,
        }


def export_persona(persona_id: UUID) -> dict[str, Any]:
    """Return all memories of a persona as one document."""
    rows = Memory.objects.filter(persona_id=persona_id).prefetch_related("evidence").order_by("pk")
    return {"format": FORMAT, "version": VERSION, "memories": list(exported(rows.iterator(2000)))}


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None


def import_memories(persona_id: UUID, document: Any, knows_viewer: KnowsViewer, *, is_dry: bool = False) -> Imported:
    """Take memories of a document in, all or none.

    Args:
        persona_id: Whose memories they become.
        document: As `export_persona` returns it, or just its list.
        knows_viewer: Tells whether a viewer is the studio's.
        is_dry: Only say what would happen.

    Raises:
        InputInvalid: It is no such document, or there is too much of it.
    """
    entries = _entries(document)
    check_room(persona_id, len(entries))
    rows, result = _read_all(persona_id, entries, knows_viewer)
    if result.errors:
        return result
    with transaction.atomic():
        pen = begin_run(persona_id, RunKind.IMPORT)
        _store(rows, pen, result)
        result.run_id = end_run(pen).pk
        if is_dry:
            transaction.set_rollback(True)
            result.run_id = None
    return result


def check_room(persona_id: UUID, more: int) -> None:
    """Refuse more memories than a character may have.

    Raises:
        InputInvalid: There would be too many.
    """
    if Memory.objects.filter(persona_id=persona_id).count() + more > KEPT_MOST:
        raise InputInvalid(_("A character remembers at most %(count)d things.") % {"count": KEPT_MOST})


def _entries(document: Any) -> list[Any]:
    entries = document.get("memories") if isinstance(document, Mapping) else document
    if isinstance(document, Mapping) and (document.get("format"), document.get("version")) != (FORMAT, VERSION):
        raise InputInvalid(_("This is no file of memories, or of a newer version."))
    if not isinstance(entries, list):
        raise InputInvalid(_("The file holds no list of entries."))
    if len(entries) > ROWS_MOST:
        raise InputInvalid(_("At most %(count)d entries a file.") % {"count": ROWS_MOST})
    return entries


@dataclass(frozen=True, slots=True)
class _Row:
    """An entry that was read."""

    id: str
    memory: Memory
    superseded_by: str | None
    evidence: tuple[tuple[UUID, UUID | None, dt.datetime], ...]


def _read_all(persona_id: UUID, entries: list[Any], knows_viewer: KnowsViewer) -> tuple[list[_Row], Imported]:
    rows, result, seen = [], Imported(), set()
    viewers: dict[UUID, bool] = {}

    def knows(viewer_id: UUID) -> bool:
        if viewer_id not in viewers:
            viewers[viewer_id] = knows_viewer(viewer_id)
        return viewers[viewer_id]

    for number, entry in enumerate(entries):
        try:
            row = _read(persona_id, entry, knows)
        except (ValidationError, ValueError, TypeError, AttributeError, KeyError, OverflowError) as error:
            result.errors.append({"row": number, "errors": messages_of(error)})
            continue
        key = (row.memory.viewer_id, row.memory.content_key, row.memory.valid_to)
        if key in seen:
            result.errors.append({"row": number, "errors": {"text": [_("The same memory stands in the file twice.")]}})
        seen.add(key)
        rows.append(row)
    return rows, result


def messages_of(error: Exception) -> dict[str, list[str]]:
    """Return what is wrong with an entry, as sentences by field."""
    if isinstance(error, ValidationError) and hasattr(error, "error_dict"):
        return {name: [str(one) for one in found] for name, found in error.message_dict.items()}
    return {"": [str(error.messages[0]) if isinstance(error, ValidationError) else _("This cannot be read.")]}


def _read(persona_id: UUID, entry: Any, knows: KnowsViewer) -> _Row:
    if not isinstance(entry, Mapping):
        raise ValidationError(_("An entry is no object."))
    memory = _with_fields(persona_id, entry)
    memory.viewer_id = UUID(str(entry["viewer"])) if entry.get("viewer") else None
    memory.episode_id = UUID(str(entry["episode"])) if entry.get("episode") else None
    if memory.viewer_id is not None and not knows(memory.viewer_id):
        raise ValidationError({"viewer": [_("There is no such viewer in this studio.")]})
    _complete(memory)
    evidence = tuple(
        (UUID(one["utterance"]), UUID(one["turn"]) if one.get("turn") else None, _time("evidence", one["said_at"]))
        for one in list(entry.get("evidence") or [])[:EVIDENCE_MOST]
    )
    memory.evidence_turn_id = evidence[-1][1] if evidence else None
    return _Row(str(entry.get("id", "")), memory, entry.get("superseded_by"), evidence)


def read_entry(persona_id: UUID, entry: Mapping[str, Any]) -> Memory:
    """Return an entry that is about nobody in particular as an unsaved memory.

    Raises:
        ValidationError: A field cannot be used.
    """
    memory = _with_fields(persona_id, entry)
    _complete(memory)
    return memory


def _with_fields(persona_id: UUID, entry: Mapping[str, Any]) -> Memory:
    memory = Memory(persona_id=persona_id)
    for name in PLAIN:
        if name in entry:
            setattr(memory, name, entry[name])
    for name in TIMES:
        if entry.get(name):
            setattr(memory, name, _time(name, entry[name]))
    return memory


def _complete(memory: Memory) -> None:
    _check(memory)
    memory.stems, memory.content_key = stem_line(memory.text), Memory.key_of(memory.text)


def _time(name: str, text: Any) -> dt.datetime:
    moment = parse_datetime(str(text))
    if moment is None or moment.tzinfo is None:
        raise ValidationError({name: [_("A time has a date, a time of day and a zone.")]})
    return moment


def _check(memory: Memory) -> None:
    """Check what the fields themselves ask for, and what is never stored."""
    tags: Any = memory.tags
    text: Any = memory.text
    if not isinstance(text, str) or not text.strip() or len(text) > 1000 or "\x00" in text:
        raise ValidationError({"text": [_("A memory has 1 to 1000 characters.")]})
    if not isinstance(tags, list) or len(tags) > 40 or not all(isinstance(tag, str) and len(tag) <= 60 for tag in tags):
        most = {"count": 40, "length": 60}
        raise ValidationError({"tags": [_("At most %(count)d words of up to %(length)d letters.") % most]})
    for name in ("is_pinned", "is_locked"):
        if not isinstance(getattr(memory, name), bool):
            raise ValidationError({name: [_("True or false.")]})
    if memory.viewer_id is not None and sensitive_in(memory.text):
        raise ValidationError({"text": [_("Such things are never stored about a viewer.")]})
    for name in ("importance", "confidence"):
        if str(getattr(memory, name)) == "nan":  # no bound keeps it out
            raise ValidationError({name: [_("This cannot be read.")]})
    memory.clean_fields(exclude=("studio", "persona", "content_key", "stems", "superseded_by"))
    if (memory.episode_id is None) != (memory.position is None):
        raise ValidationError({"position": [_("A place needs its conversation, and the other way round.")]})


def _store(rows: list[_Row], pen: Pen, result: Imported) -> None:
    stored: dict[str, Memory] = {}
    for row in rows:
        stored[row.id] = _store_one(row, pen, result)
    for row in rows:
        follower = stored.get(row.superseded_by or "")
        memory = stored[row.id]
        if follower is not None and memory.superseded_by_id != follower.pk and memory.pk != follower.pk:
            Memory.objects.filter(pk=memory.pk).update(superseded_by=follower)


def _store_one(row: _Row, pen: Pen, result: Imported) -> Memory:
    memory = row.memory
    same: Memory | None = Memory.objects.filter(
        persona_id=memory.persona_id, viewer_id=memory.viewer_id, content_key=memory.content_key,
        valid_to=memory.valid_to,
    ).first()  # fmt: skip
    memory.version = pen.version
    if same is None:
        memory.save(force_insert=True)
        pen.note(EntryAction.ADDED, memory)
        result.added += 1
        add_evidence(memory, _evidence(row))
        return memory
    before = snapshot(same)
    changed = take_over(same, memory)
    if changed:
        same.version = pen.version
        same.save(update_fields=[*changed, "stems", "version", "updated_at"])
        pen.note(EntryAction.CHANGED, same, before={name: before[name] for name in changed})
        result.changed += 1
    else:
        result.unchanged += 1
    add_evidence(same, _evidence(row))
    return same


def take_over(target: Memory, source: Memory) -> list[str]:
    """Give a stored memory the values of a read one; return which differ."""
    changed = []
    for name in (*PLAIN, "valid_from", "expires_at", "episode_id"):
        if getattr(target, name) != getattr(source, name):
            setattr(target, name, getattr(source, name))
            changed.append(name)
    target.stems = source.stems
    return changed


def _evidence(row: _Row) -> Iterator[MemoryEvidence]:
    return (
        MemoryEvidence(utterance_id=utterance_id, turn_id=turn_id, said_at=said_at)
        for utterance_id, turn_id, said_at in row.evidence
    )
