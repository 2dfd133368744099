"""What people make of a line that was said: a memory noted down, or a wrong one put right; both can be undone."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from memory.domain.stems import stem_line
from memory.models import EntryAction, Memory, MemoryEvidence, MemorySource, RunKind, Utterance
from memory.services.journal import Pen, begin_run, end_run, snapshot
from memory.services.writing import find_twin
from vtcontrol.kernel.errors import Conflict, InputInvalid

TEXT_MOST = 1000


@transaction.atomic
def note_down(*, persona_id: UUID, viewer_id: UUID | None, turn_id: UUID, text: str) -> Memory:
    """Remember something a turn told, with what was said in it as the evidence.

    Raises:
        InputInvalid: There are no words, too many, or they are remembered already.
    """
    pen = begin_run(persona_id, RunKind.PEOPLE, _("Remembered from a line"))
    memory = Memory(persona_id=persona_id, viewer_id=viewer_id, source=MemorySource.ADMIN)
    _write(pen, memory, text)
    _rest_on(memory, turn_id)
    end_run(pen)
    return memory


@transaction.atomic
def put_right(memory: Memory, text: str, *, turn_id: UUID | None = None) -> Memory:
    """End a memory that was wrong and put a right one in its place.

    Raises:
        Conflict: It is over already.
        InputInvalid: There are no words, too many, or they are remembered already.
    """
    memory = Memory.objects.select_for_update().get(pk=memory.pk)
    if memory.valid_to is not None:
        raise Conflict(_("This memory is over already."))
    pen = begin_run(memory.persona_id, RunKind.PEOPLE, _("Put right"))
    before = snapshot(memory)
    now = timezone.now()
    memory.valid_to, memory.version = now, pen.version
    memory.save(update_fields=["valid_to", "version", "updated_at"])
    kept = ("kind", "tier", "slot", "emotion", "importance", "is_pinned", "is_locked", "expires_at")
    right = Memory(
        persona_id=memory.persona_id, viewer_id=memory.viewer_id, source=MemorySource.ADMIN, tags=list(memory.tags),
        **{name: getattr(memory, name) for name in kept},
    )  # fmt: skip
    _write(pen, right, text)
    memory.superseded_by = right
    memory.save(update_fields=["superseded_by"])
    pen.note(
        EntryAction.CLOSED, memory, reason="put_right",
        before={name: before[name] for name in ("valid_to", "superseded_by_id")},
    )  # fmt: skip
    if turn_id is not None:
        _rest_on(right, turn_id)
    end_run(pen)
    return right


def _write(pen: Pen, memory: Memory, text: str) -> None:
    memory.text = " ".join(text.split())
    if not 1 <= len(memory.text) <= TEXT_MOST:
        raise InputInvalid(_("A memory has 1 to 1000 characters."), field="text")
    memory.stems, memory.content_key = stem_line(memory.text), Memory.key_of(memory.text)
    memory.version = pen.version
    if find_twin(memory) is not None:
        raise InputInvalid(_("The character already remembers exactly this."), field="text")
    memory.save(force_insert=True)
    pen.note(EntryAction.ADDED, memory)


def _rest_on(memory: Memory, turn_id: UUID) -> None:
    for said in Utterance.objects.filter(turn_id=turn_id, persona_id=memory.persona_id).order_by("said_at"):
        MemoryEvidence(memory=memory, utterance_id=said.pk, turn_id=turn_id, said_at=said.said_at).save()
