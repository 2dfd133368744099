"""REST of memory: list, search, create, update, delete, import, export.

Viewers and streams stand on other floors: `streams.api.memories` tells which viewers there are and which character a
token is for, and has the addresses.
"""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from memory.api import shapes
from memory.domain.seeds import FILE_LARGEST
from memory.domain.sensitive import sensitive_in
from memory.models import Memory, MemorySource
from memory.selectors import recall
from memory.services import bulk, save_memory
from memory.services.seeds import load_seeds
from memory.services.transfer import FORMAT, VERSION, exported, import_memories
from personas.api.base import PersonaView
from vtcontrol.kernel.errors import InputInvalid, NotFound
from vtcontrol.tenancy.idempotency import once
from vtcontrol.tenancy.openapi import KEY, PAGING
from vtcontrol.tenancy.pages import Place, Window, window_of

EXPORT_PAGE = 1000
IMPORT_LARGEST = 8 * 1024 * 1024


class MemoryView(PersonaView):
    """A view of the studio's memories."""

    tag: ClassVar[str] = "Memory"

    def knows_viewer(self, viewer_id: UUID) -> bool:
        """Tell whether there is such a viewer; this floor knows none."""
        return False

    def rows(self) -> Any:
        """Return the memories the token may see."""
        own = self.own_persona()
        rows = Memory.objects.prefetch_related("evidence")
        return rows if own is None else rows.filter(persona_id=own)

    def asked(self, request: Request, shape: type[shapes.Shape]) -> dict[str, Any]:
        """Return what the address asks for, checked."""
        form = shape(data={name: value for name, value in request.query_params.items() if value})
        form.is_valid(raise_exception=True)
        return {name: value for name, value in form.validated_data.items() if name in form.initial_data}

    def write(self, memory: Memory, data: dict[str, Any]) -> dict[str, Any]:
        """Give a memory new values, save it, and return it as it is given.

        Raises:
            InputInvalid: There is no such viewer, or the words may not be stored or are there already.
        """
        viewer_id = data.pop("viewer", memory.viewer_id)
        if viewer_id is not None and not self.knows_viewer(viewer_id):
            raise InputInvalid(_("There is no such viewer in this studio."), field="viewer")
        memory.viewer_id = viewer_id
        for name, value in data.items():
            setattr(memory, name, value)
        if viewer_id is not None and sensitive_in(memory.text):
            raise InputInvalid(_("Such things are never stored about a viewer."), field="text")
        save_memory(memory)
        return next(exported([memory]))


class NewMemoryView(MemoryView):
    """Where a memory is written."""

    @extend_schema(
        request=shapes.NewMemorySerializer, responses={201: shapes.MemoryEntrySerializer}, parameters=[KEY]
    )  # fmt: skip
    @once
    def post(self, request: Request) -> Response:
        """Remember something."""
        form = shapes.NewMemorySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        persona = self.persona(data.pop("persona"))
        return Response(self.write(Memory(persona=persona, source=MemorySource.IMPORT), data), status=201)


class OneMemoryView(MemoryView):
    """One memory."""

    def one(self, memory_id: UUID) -> Memory:
        """Return it.

        Raises:
            NotFound: There is none such.
        """
        found: Memory | None = self.rows().filter(pk=memory_id).first()
        if found is None:
            raise NotFound
        return found

    @extend_schema(operation_id="memory_get", responses={200: shapes.MemoryEntrySerializer})
    def get(self, request: Request, memory_id: UUID) -> Response:
        """Return the memory."""
        return Response(next(exported([self.one(memory_id)])))

    @extend_schema(request=shapes.MemoryWriteSerializer(partial=True), responses={200: shapes.MemoryEntrySerializer})
    def patch(self, request: Request, memory_id: UUID) -> Response:
        """Change the memory."""
        memory = self.one(memory_id)
        form = shapes.MemoryWriteSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        return Response(self.write(memory, dict(form.validated_data)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, memory_id: UUID) -> Response:
        """Delete the memory; the journal keeps the way back for thirty days."""
        bulk.delete_each([self.one(memory_id)])
        return Response(status=204)


class SearchView(MemoryView):
    """What a character would recall."""

    @extend_schema(parameters=[shapes.SearchFilterSerializer], responses={200: shapes.FoundListSerializer})
    def get(self, request: Request) -> Response:
        """Search as on air, and say why each was found."""
        wanted = self.asked(request, shapes.SearchFilterSerializer)
        persona = self.persona(wanted["persona"])
        found = recall(
            persona.pk, persona.memory_version, wanted["text"], wanted.get("viewer"),
            now=timezone.now(), limit=wanted.get("limit", 5),
        )  # fmt: skip
        items = [
            {
                "id": str(one.id),
                "text": one.text,
                "kind": one.kind,
                "score": round(one.score, 4),
                "parts": {name: round(value, 4) for name, value in one.explain.parts.items()},
                "matched": list(one.explain.matched),
                "is_pinned": one.explain.is_pinned,
            }
            for one in found
        ]
        return Response({"items": items})


class ExportView(MemoryView):
    """A character's whole memory, a thousand at a time."""

    @extend_schema(
        parameters=[shapes.ExportFilterSerializer, PAGING[1]], responses={200: shapes.ExportSerializer}
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Export a page."""
        persona = self.persona(self.asked(request, shapes.ExportFilterSerializer)["persona"])
        window = window_of(request, f"export:{persona.pk.hex[-6:]}")
        rows = Window(window.name, EXPORT_PAGE, window.after).take(self.rows().filter(persona=persona))
        page = Window(window.name, EXPORT_PAGE).cut(rows, lambda row: Place(row.pk), lambda row: row)
        memories = list(exported(page["items"]))
        return Response({"format": FORMAT, "version": VERSION, "memories": memories, "next": page["next"]})


class ImportView(MemoryView):
    """Memories from elsewhere."""

    body_most: ClassVar[int] = IMPORT_LARGEST

    @extend_schema(
        request=shapes.ImportSerializer, responses={200: shapes.ImportedSerializer}, parameters=[KEY]
    )  # fmt: skip
    @once
    def post(self, request: Request) -> Response:
        """Import a file, all of it or nothing; a dry run only says what would happen."""
        form = shapes.ImportSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        persona = self.persona(data["persona"])
        document = {name: data[name] for name in ("format", "version", "memories")}
        done = import_memories(persona.pk, document, self.knows_viewer, is_dry=data.get("dry_run", False))
        return Response(
            {
                "added": done.added,
                "changed": done.changed,
                "unchanged": done.unchanged,
                "errors": done.errors[:100],
                "run": str(done.run_id) if done.run_id else None,
            }
        )


class SeedsView(MemoryView):
    """Memories and lore kept in a file beside a character."""

    body_most: ClassVar[int] = 2 * FILE_LARGEST  # its text is escaped in the body

    @extend_schema(request=shapes.SeedsSerializer, responses={200: shapes.SeededSerializer}, parameters=[KEY])
    @once
    def post(self, request: Request) -> Response:
        """Load a seed file, all of it or nothing; again changes only what the file changed and people did not."""
        form = shapes.SeedsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        persona = self.persona(data["persona"])
        done = load_seeds(persona, data["file"].encode(), is_dry=data.get("dry_run", False))
        return Response(done.as_json() | {"errors": done.errors[:100]})
