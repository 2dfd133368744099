"""REST of the audience during the show: cards, muting, notes."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from streams.api.base import READS, StreamView
from streams.api.panels import NoteMadeSerializer, ViewerPanelSerializer
from streams.api.wishes import MuteViewerSerializer, StreamNoteSerializer, ViewerNoteSerializer
from streams.selectors.viewer_panel import current_viewer, viewer_card
from streams.services import viewers
from vtcontrol.tenancy.idempotency import once
from vtcontrol.tenancy.rates import Rate


class CurrentViewerView(StreamView):
    """The card of whoever is being answered now, else of whoever was answered last."""

    rate: ClassVar[Rate | None] = READS
    tag: ClassVar[str] = "Audience"

    @extend_schema(responses={200: ViewerPanelSerializer})
    def get(self, request: Request, stream_id: UUID) -> Response:
        """Return the card, or why there is none."""
        return Response(current_viewer(stream_id))


class ViewerView(StreamView):
    """The card of a viewer, as the stream's character knows them."""

    rate: ClassVar[Rate | None] = READS
    tag: ClassVar[str] = "Audience"

    @extend_schema(responses={200: ViewerPanelSerializer})
    def get(self, request: Request, stream_id: UUID, viewer_id: UUID) -> Response:
        """Return the card."""
        return Response(viewer_card(stream_id, viewer_id))


class MuteViewerView(StreamView):
    """Answers a viewer no more."""

    tag: ClassVar[str] = "Audience"

    @extend_schema(request=MuteViewerSerializer, responses={202: ViewerPanelSerializer})
    @once
    def post(self, request: Request, stream_id: UUID, viewer_id: UUID) -> Response:
        """Mute for some minutes, or until unmuted; what waits of theirs is passed over."""
        form = MuteViewerSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        viewers.mute_viewer(stream_id, viewer_id, minutes=form.validated_data["minutes"])
        return Response(viewer_card(stream_id, viewer_id), status=202)


class UnmuteViewerView(StreamView):
    """Answers a viewer again."""

    tag: ClassVar[str] = "Audience"

    @extend_schema(request=None, responses={202: ViewerPanelSerializer})
    @once
    def post(self, request: Request, stream_id: UUID, viewer_id: UUID) -> Response:
        """Unmute."""
        viewers.unmute_viewer(stream_id, viewer_id)
        return Response(viewer_card(stream_id, viewer_id), status=202)


class ViewerNotesView(StreamView):
    """Notes about a viewer."""

    tag: ClassVar[str] = "Audience"

    @extend_schema(request=ViewerNoteSerializer, responses={202: ViewerPanelSerializer})
    @once
    def post(self, request: Request, stream_id: UUID, viewer_id: UUID) -> Response:
        """Put a note on the card: something the character knows, or must never mention."""
        form = ViewerNoteSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wish = form.validated_data
        viewers.note_viewer(stream_id, viewer_id, wish["text"], never_mention=wish["never_mention"])
        return Response(viewer_card(stream_id, viewer_id), status=202)


class StreamNotesView(StreamView):
    """Director's notes."""

    @extend_schema(request=StreamNoteSerializer, responses={201: NoteMadeSerializer})
    @once
    def post(self, request: Request, stream_id: UUID) -> Response:
        """Steer the next lines."""
        form = StreamNoteSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = viewers.note_stream(stream_id, form.validated_data["text"], lines=form.validated_data["lines"])
        return Response({"id": str(made)}, status=201)
