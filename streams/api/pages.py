"""REST of a stream's stage pages: which are open, and which one counts."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from streams.api.base import READS, StreamView
from streams.api.shapes import Anything
from streams.selectors.stage import open_pages
from streams.services.pages import make_primary
from vtcontrol.tenancy.idempotency import once
from vtcontrol.tenancy.rates import Rate


class StagePageSerializer(Anything):
    """An open stage page, as it described itself."""

    page = serializers.CharField(source="page.page", help_text="As in the page's own `hello`.")
    is_primary = serializers.BooleanField(help_text="Its word decides what counts as heard.")
    is_preview = serializers.BooleanField(source="page.is_preview")
    is_obs = serializers.BooleanField(source="page.is_obs")
    audio = serializers.CharField(
        source="page.audio", allow_blank=True, help_text="`running`, `suspended` by the browser, or not said yet."
    )
    width = serializers.IntegerField(source="page.width")
    height = serializers.IntegerField(source="page.height")
    fps = serializers.IntegerField(source="page.fps")
    opened_at = serializers.DateTimeField(source="page.opened_at")
    seen_at = serializers.DateTimeField(source="page.seen_at")


class PagesView(StreamView):
    """The open stage pages, oldest first."""

    rate: ClassVar[Rate | None] = READS

    @extend_schema(responses={200: StagePageSerializer(many=True)})
    def get(self, request: Request, stream_id: UUID) -> Response:
        """Return them; there are few, so they come as one list."""
        return Response(StagePageSerializer(open_pages(stream_id), many=True).data)


class PrimaryView(StreamView):
    """Gives the primary place to a page."""

    @extend_schema(request=None, responses={202: StagePageSerializer(many=True)})
    @once
    def post(self, request: Request, stream_id: UUID, page: str) -> Response:
        """Make it primary, whoever is now; 409 when it is a preview or has not been heard from for a while."""
        make_primary(stream_id, page)
        return Response(StagePageSerializer(open_pages(stream_id), many=True).data, status=202)
