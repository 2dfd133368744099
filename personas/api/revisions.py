"""REST of revisions: list, read, compare, draft, publish now or at a time, call off, bring back.

Addresses are given in `streams.api.revisions`, which knows the character a token is for.
"""

from dataclasses import asdict
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from personas.api import shapes
from personas.api.base import PersonaView
from personas.models import Revision
from personas.selectors import on_air_id
from personas.selectors.revisions import changes_since, compared_with, revision_item, revision_of, revisions_page
from personas.services import revisions
from personas.services.drafts import change_draft, new_draft
from vtcontrol.tenancy.access import ApiToken
from vtcontrol.tenancy.idempotency import once
from vtcontrol.tenancy.openapi import PAGING
from vtcontrol.tenancy.pages import window_of

CONTENT_LARGEST = 512 * 1024


class RevisionView(PersonaView):
    """A view of a character's revisions."""

    tag: ClassVar[str] = "Revisions"
    body_most: ClassVar[int] = CONTENT_LARGEST

    @property
    def author(self) -> Any:
        """The member who made the token, or None: whatever is done with it is theirs."""
        return ApiToken.objects.select_related("created_by").get(pk=self.claims.token_id).created_by

    def revision(self, persona_id: UUID, revision_id: UUID) -> Revision:
        """Return a revision of a character the token is for.

        Raises:
            NotFound: There is none such.
        """
        return revision_of(self.persona(persona_id), revision_id)

    def answer(self, revision: Revision, status: int = 200) -> Response:
        """Return what became of a revision."""
        return Response(revision_item(revision, on_air_id(revision.persona)), status=status)


def _read(shape: shapes.Shape) -> dict[str, Any]:
    shape.is_valid(raise_exception=True)
    return dict(shape.validated_data)


class RevisionsView(RevisionView):
    """What a character was, is and is to become."""

    @extend_schema(
        parameters=[*PAGING, shapes.RevisionFilterSerializer], responses={200: shapes.RevisionPageSerializer}
    )  # fmt: skip
    def get(self, request: Request, persona_id: UUID) -> Response:
        """List the revisions, newest first."""
        persona = self.persona(persona_id)
        wanted = _read(shapes.RevisionFilterSerializer(data=request.query_params))
        return Response(revisions_page(window_of(request, f"revisions:{persona.pk.hex[-6:]}"), persona, wanted))

    @extend_schema(request=shapes.NewDraftSerializer, responses={201: shapes.RevisionSerializer})
    @once
    def post(self, request: Request, persona_id: UUID) -> Response:
        """Begin a draft; nothing on air changes."""
        persona = self.persona(persona_id)
        found = _read(shapes.NewDraftSerializer(data=request.data))
        start = revision_of(persona, found["start"]) if found.get("start") else None
        draft = new_draft(persona, found.get("content", {}), start=start, by=self.author, note=found.get("note", ""))
        return self.answer(draft, 201)


class OneRevisionView(RevisionView):
    """One revision."""

    @extend_schema(responses={200: shapes.RevisionDetailSerializer})
    def get(self, request: Request, persona_id: UUID, revision_id: UUID) -> Response:
        """Return the revision with its content."""
        revision = self.revision(persona_id, revision_id)
        return Response(self.answer(revision).data | {"content": revision.content})

    @extend_schema(request=shapes.DraftSerializer, responses={200: shapes.RevisionSerializer})
    def patch(self, request: Request, persona_id: UUID, revision_id: UUID) -> Response:
        """Change the draft; of one that an experiment has put on air, another draft is made and returned."""
        draft = self.revision(persona_id, revision_id)
        found = _read(shapes.DraftSerializer(data=request.data))
        return self.answer(change_draft(draft, found.get("content"), by=self.author, note=found.get("note")))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, persona_id: UUID, revision_id: UUID) -> Response:
        """Discard the draft."""
        revisions.discard(self.revision(persona_id, revision_id))
        return Response(status=204)


class DifferenceView(RevisionView):
    """In what a revision differs from another one."""

    @extend_schema(parameters=[shapes.AgainstSerializer], responses={200: shapes.DifferenceSerializer})
    def get(self, request: Request, persona_id: UUID, revision_id: UUID) -> Response:
        """Compare it: fields, words, feelings, reactions, phrases."""
        revision = self.revision(persona_id, revision_id)
        wanted = _read(shapes.AgainstSerializer(data=request.query_params)).get("against")
        against = revision_of(revision.persona, wanted) if wanted else compared_with(revision)
        found = changes_since(against, revision)
        sides = {"against": str(against.pk) if against else None, "revision": str(revision.pk)}
        return Response(sides | {"count": found.count} | asdict(found))


class PublishView(RevisionView):
    """A draft goes on air."""

    @extend_schema(request=shapes.PublishSerializer, responses={200: shapes.RevisionSerializer})
    @once
    def post(self, request: Request, persona_id: UUID, revision_id: UUID) -> Response:
        """Publish it now, or at a time; 409 when something else went on air meanwhile, and `over` does not name it."""
        draft = self.revision(persona_id, revision_id)
        found = _read(shapes.PublishSerializer(data=request.data))
        over = found.get("over")
        if at := found.get("at"):
            return self.answer(revisions.schedule(draft, at, by=self.author, over=over))
        return self.answer(revisions.publish(draft, by=self.author, over=over))


class UnscheduleView(RevisionView):
    """A publication that is called off."""

    @extend_schema(request=None, responses={200: shapes.RevisionSerializer})
    @once
    def post(self, request: Request, persona_id: UUID, revision_id: UUID) -> Response:
        """Make the scheduled revision a draft again."""
        return self.answer(revisions.unschedule(self.revision(persona_id, revision_id)))


class RollBackView(RevisionView):
    """The way back."""

    @extend_schema(request=None, responses={201: shapes.RevisionSerializer})
    @once
    def post(self, request: Request, persona_id: UUID, revision_id: UUID) -> Response:
        """Put an earlier revision on air again, as a new one, which is returned."""
        return self.answer(revisions.roll_back(self.revision(persona_id, revision_id), by=self.author), 201)
