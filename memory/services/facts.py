"""From judged proposals to memories: duplicates confirm, new answers end old ones, locked facts win, doubts wait.

Owns what happens to the rows; `memory.domain.judgement` decided what each proposal is worth. Everything here runs
inside its caller's transaction and, done twice, does nothing the second time.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import models
from django.db.models import Q

from memory.domain.proposals import Judged, Ruling
from memory.domain.ranking import MemoryKind
from memory.domain.stems import stem_line
from memory.models import (
    Doubt,
    EntryAction,
    Memory,
    MemoryEvidence,
    MemorySource,
    MemoryTier,
    Review,
)
from memory.services.journal import Pen, end_memory, snapshot
from memory.services.writing import ADD_MEMORY, add_evidence, find_twin

CONFIRMING = 0.3
"""Each further time something is said takes away so much of the doubt that is left."""
ALIKE = 0.8
COMPARED_MOST = 300
NAMELESS = {"sensitive", "not_remembered"}


@dataclass(frozen=True, slots=True)
class Intake:
    """Where memories come from and go.

    Attributes:
        persona_id: Whose memories.
        source: `MemorySource` value.
        pen: The journal of the run, or None for what is noticed right after a turn.
        version: The persona's memory version that everything is written with.
    """

    persona_id: UUID
    source: str
    version: int
    pen: Pen | None = None

    def note(self, action: str, memory: Memory | None, **details: object) -> None:
        """Write into the journal, if there is one."""
        if self.pen is not None:
            self.pen.note(action, memory, **details)  # type: ignore[arg-type]  # the details of `Pen.note`


def take_in(intake: Intake, judged: Sequence[Judged]) -> int:
    """Remember what was judged worth it; return how many memories were added or put up for review."""
    added = 0
    for one in judged:
        if one.ruling is Ruling.REJECT:
            text = "" if one.reason in NAMELESS else one.proposal.text
            intake.note(EntryAction.REJECTED, None, reason=one.reason, text=text)
        else:
            added += _settle(intake, one)
    return added


def _settle(intake: Intake, one: Judged) -> bool:
    memory = _memory(intake, one)
    twin = find_twin(memory) or _same_words(memory)
    if twin is not None:
        _confirm(intake, twin, one)
        return False
    doubt = _doubt_about(memory, one)
    if doubt:
        memory.review, memory.doubt = Review.DOUBTFUL, doubt
    else:
        older = _end_older(intake, memory, one)
        if older is False:
            return False
    ADD_MEMORY.add(memory)
    if not doubt and memory.slot and memory.valid_to is None and not one.proposal.is_end:
        Memory.objects.filter(
            persona_id=memory.persona_id, viewer_id=memory.viewer_id, slot=memory.slot, valid_to=memory.valid_from
        ).exclude(pk=memory.pk).filter(superseded_by=None).update(superseded_by=memory)
    add_evidence(memory, _evidence(one))
    intake.note(EntryAction.DOUBTED if doubt else EntryAction.ADDED, memory, reason=one.reason or doubt)
    return True


def _memory(intake: Intake, one: Judged) -> Memory:
    proposal, said_at = one.proposal, max(line.said_at for line in one.evidence)
    return Memory(
        persona_id=intake.persona_id,
        viewer_id=one.viewer_id,
        kind=proposal.kind.value,
        tier=MemoryTier.LONG,
        text=proposal.text,
        stems=stem_line(proposal.text),
        slot="" if proposal.is_end else proposal.slot,
        tags=list(proposal.tags),
        emotion=proposal.emotion,
        importance=proposal.importance,
        confidence=proposal.confidence,
        source=intake.source,
        evidence_turn_id=one.evidence[-1].turn_id,
        content_key=Memory.key_of(proposal.text),
        valid_from=said_at,
        expires_at=said_at + dt.timedelta(days=proposal.days) if proposal.days else None,
        version=intake.version,
    )


def _same_words(memory: Memory) -> Memory | None:
    """Return a memory of the same viewer that says the same in another order or form."""
    if memory.viewer_id is None:
        return None
    rows = Memory.objects.filter(
        persona_id=memory.persona_id, viewer_id=memory.viewer_id, kind=memory.kind, valid_to=None
    ).exclude(tier=MemoryTier.SESSION)
    wanted = set(memory.stems.split())
    for row in rows.order_by("-updated_at")[:COMPARED_MOST]:
        if wanted and wanted == set(row.stems.split()):
            found: Memory = row
            return found
    return None


def _confirm(intake: Intake, twin: Memory, one: Judged) -> None:
    """Count further evidence for what is remembered already; the same evidence again changes nothing."""
    if twin.review == Review.REJECTED:
        intake.note(EntryAction.REJECTED, None, reason="rejected_before", text=one.proposal.text)
        return
    before = snapshot(twin)
    if not add_evidence(twin, _evidence(one)):
        return
    if not twin.is_locked:
        twin.confidence = 1 - (1 - twin.confidence) * (1 - CONFIRMING)
        if twin.expires_at is not None and one.proposal.days:
            said_at = max(line.said_at for line in one.evidence)
            twin.expires_at = max(twin.expires_at, said_at + dt.timedelta(days=one.proposal.days))
        twin.version = intake.version
        twin.save(update_fields=["confidence", "expires_at", "version", "updated_at"])
    intake.note(EntryAction.CONFIRMED, twin, before={key: before[key] for key in ("confidence", "expires_at")})


def _evidence(one: Judged) -> list[MemoryEvidence]:
    return [MemoryEvidence(utterance_id=line.id, turn_id=line.turn_id, said_at=line.said_at) for line in one.evidence]


def _doubt_about(memory: Memory, one: Judged) -> str:
    """Return why people should look at it first, or ""."""
    if one.ruling is Ruling.DOUBT:
        return one.reason if one.reason in set(Doubt.values) else Doubt.UNSURE
    slot = one.proposal.slot
    if slot and _current(memory, slot).filter(_kept_by_people()).exists():
        return Doubt.CONTRADICTION
    if memory.kind == MemoryKind.USER and not slot and _is_like_another(memory):
        return Doubt.LIKENESS
    return ""


def _kept_by_people() -> Q:
    return Q(is_locked=True) | Q(source=MemorySource.ADMIN)


def _current(memory: Memory, slot: str) -> "models.QuerySet[Memory]":
    rows: models.QuerySet[Memory] = Memory.objects.filter(
        persona_id=memory.persona_id, viewer_id=memory.viewer_id, slot=slot, valid_to=None, review=Review.ACCEPTED
    )
    return rows


def _is_like_another(memory: Memory) -> bool:
    mine = set(memory.stems.split())
    rows = Memory.objects.filter(
        persona_id=memory.persona_id, viewer_id=memory.viewer_id, kind=memory.kind, valid_to=None
    ).exclude(review=Review.REJECTED)
    lines = rows.order_by("-updated_at").values_list("stems", flat=True)[:COMPARED_MOST]
    return any(len(mine & set(line.split())) / max(1, len(mine | set(line.split()))) >= ALIKE for line in lines)


def _end_older(intake: Intake, memory: Memory, one: Judged) -> bool | None:
    """End what the new answer replaces. False: what is known is newer than what was said, nothing is to be added."""
    slot = one.proposal.slot
    if not slot:
        return None
    for older in _current(memory, slot).order_by("valid_from"):
        if older.valid_from > memory.valid_from:
            memory.valid_to = older.valid_from
            memory.superseded_by = older
            return not one.proposal.is_end
        before = end_memory(older, at=memory.valid_from, version=intake.version)
        intake.note(EntryAction.CLOSED, older, reason="ended" if one.proposal.is_end else "replaced", before=before)
    return True
