"""Writing memory: every change moves the persona's memory version, so that each process brings its index up to date."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from memory.domain.stems import stem_line
from memory.models import Lore, Memory, MemoryEvidence
from memory.services.shelf import LORE_FIELDS, text_of_row
from personas.domain.cards.keys import is_pattern, joined_keys, source_of, split_keys
from personas.domain.cards.lore import KEYS_MOST, undecorated
from personas.models import Persona
from vtcontrol.kernel.errors import InputInvalid, NotFound
from vtcontrol.tenancy.compiled import CompiledInsert, CompiledQuery

_RAISE_VERSION = CompiledQuery(
    lambda persona_id: Persona.objects.filter(pk=persona_id),
    change=lambda persona_id: {"memory_version": F("memory_version") + 1},
    returning=("memory_version",),
    persona_id=UUID,
)
_KNOWN = CompiledQuery(
    lambda memory_id: MemoryEvidence.objects.filter(memory_id=memory_id).order_by().values_list("utterance_id"),
    memory_id=UUID,
)
_ADD_EVIDENCE = CompiledInsert(MemoryEvidence)
ADD_MEMORY = CompiledInsert(Memory)
"""For one new memory whose stems, key and version are set."""


def next_version(persona_id: UUID) -> int:
    """Raise a persona's memory version and return it; must run inside a transaction.

    Raises:
        NotFound: No such persona in this studio.
    """
    rows = _RAISE_VERSION.rows(persona_id=persona_id)
    if not rows:
        raise NotFound
    return int(rows[0][0])


def _twins(persona_id: UUID, viewer_id: UUID | None, content_key: str, memory_id: UUID) -> QuerySet[Memory]:
    twins: QuerySet[Memory] = Memory.objects.filter(
        persona_id=persona_id, viewer_id=viewer_id, content_key=content_key, valid_to=None
    ).exclude(pk=memory_id)
    return twins


_TWIN = CompiledQuery(
    lambda **known: _twins(**known)[:1], persona_id=UUID, viewer_id=UUID, content_key=str, memory_id=UUID
)


def find_twin(memory: Memory) -> Memory | None:
    """Return another memory of the same persona and viewer with the same words that has not ended, as `twins_of`."""
    if memory.viewer_id is None:
        return twins_of(memory).first()
    key = Memory.key_of(memory.text)
    found = _TWIN.objects(
        persona_id=memory.persona_id, viewer_id=memory.viewer_id, content_key=key, memory_id=memory.pk
    )
    return found[0] if found else None


def twins_of(memory: Memory) -> QuerySet[Memory]:
    """Return the other memories of the same persona and viewer with the same words that have not ended.

    Waiting and rejected ones count too: what people refused does not come back by itself.
    """
    return _twins(memory.persona_id, memory.viewer_id, Memory.key_of(memory.text), memory.pk)


def add_evidence(memory: Memory, evidence: Iterable[MemoryEvidence]) -> int:
    """Copy evidence to a memory, each utterance once; return how much was new.

    Args:
        memory: Saved.
        evidence: Of other memories, or not saved at all.
    """
    known = {row[0] for row in _KNOWN.rows(memory_id=memory.pk)}
    fresh = {one.utterance_id: one for one in evidence if one.utterance_id not in known}
    rows = [
        MemoryEvidence(memory=memory, utterance_id=one.utterance_id, turn_id=one.turn_id, said_at=one.said_at)
        for one in fresh.values()
    ]
    _ADD_EVIDENCE.add(*rows)
    return len(rows)


@transaction.atomic
def save_memory(memory: Memory) -> None:
    """Save a memory with its stems, its key and its version.

    Raises:
        InputInvalid: The persona already remembers these words.
        NotFound: No such persona in this studio.
    """
    if memory.valid_to is None and find_twin(memory) is not None:
        raise InputInvalid(_("The character already remembers exactly this."), field="text")
    moved_from = Memory.objects.filter(pk=memory.pk).values_list("persona_id", flat=True).first()
    memory.stems = stem_line(memory.text)
    memory.content_key = Memory.key_of(memory.text)
    memory.version = next_version(memory.persona_id)
    memory.save()
    if moved_from is not None and moved_from != memory.persona_id:
        next_version(moved_from)


@transaction.atomic
def change_memories(memories: Iterable[Memory], **values: Any) -> int:
    """Give the same values to many memories (pinned, locked, tier …, never the text); return how many."""
    by_persona: dict[UUID, list[UUID]] = {}
    for memory in memories:
        by_persona.setdefault(memory.persona_id, []).append(memory.pk)
    changed = 0
    for persona_id, ids in by_persona.items():
        version = next_version(persona_id)
        changed += Memory.objects.filter(pk__in=ids).update(version=version, **values)
    return changed


@transaction.atomic
def delete_memories(memories: Iterable[Memory]) -> int:
    """Forget memories; return how many."""
    rows = list(memories)
    for persona_id in {memory.persona_id for memory in rows}:
        next_version(persona_id)
    deleted, _by_model = Memory.objects.filter(pk__in=[memory.pk for memory in rows]).delete()
    return int(deleted)


@transaction.atomic
def save_lore(lore: Lore) -> None:
    """Save a piece of lore, tidied. The live loop reads it before its next line."""
    tidied(lore).save()


def tidied(lore: Lore) -> Lore:
    """Return a piece of lore as it is stored: decorators at its head become fields, each key stands once."""
    text = undecorated(text_of_row(lore))
    for name in LORE_FIELDS:
        value = getattr(text, name)
        setattr(lore, name, joined_keys([value], KEYS_MOST) if name in _KEY_FIELDS else value)
    return lore


def lore_problems(values: Mapping[str, Any]) -> dict[str, str]:
    """Return what keeps lore from ever coming up, as sentences by field."""
    problems = {}
    if not values.get("is_constant") and not (values.get("keys") or "").strip(" ,"):
        problems["keys"] = _("Give at least one word that brings it up, or switch on “always”.")
    for name in sorted(_KEY_FIELDS & values.keys()):
        unusable = [key for key in split_keys(values[name] or "") if is_pattern(key) and not source_of(key)]
        if unusable:
            sentence = _("“%(key)s” is no pattern RE2 can use: it looks around or back, or finds everything.")
            problems[name] = sentence % {"key": unusable[0]}
    return problems


_KEY_FIELDS = frozenset({"keys", "secondary_keys", "excluded_keys"})


@transaction.atomic
def remember_many(memories: Iterable[Memory], *, batch: int = 1000) -> int:
    """Insert many new memories of one or more personas at once; ones with known words are left out."""
    rows = list(memories)
    versions = {persona_id: next_version(persona_id) for persona_id in {row.persona_id for row in rows}}
    for row in rows:
        row.stems, row.content_key, row.version = stem_line(row.text), Memory.key_of(row.text), versions[row.persona_id]
    Memory.objects.bulk_create(rows, batch_size=batch, ignore_conflicts=True)
    return len(rows)
