"""REST of lists, a page at a time. A token of one stream sees what belongs to that stream."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from streams.api import list_shapes as shapes
from streams.api.base import READS, StreamView
from streams.models import Stream
from streams.selectors import lists
from streams.selectors.streams import own_stream
from vtcontrol.tenancy.api import StudioView
from vtcontrol.tenancy.openapi import PAGING
from vtcontrol.tenancy.pages import window_of
from vtcontrol.tenancy.rates import Rate


def filters_of(request: Request, shape: type[serializers.Serializer[object]]) -> dict[str, Any]:
    """Return the filters a request names, checked.

    Raises:
        ValidationError: One of them cannot be used.
    """
    form = shape(data={name: value for name, value in request.query_params.items() if value})
    form.is_valid(raise_exception=True)
    return {name: value for name, value in form.validated_data.items() if name in form.initial_data}


class ListView(StudioView):
    """A list of the studio's."""

    rate: ClassVar[Rate | None] = READS
    tag: ClassVar[str] = "Lists"

    def own(self) -> Stream | None:
        """Return the one stream the token is for, or None."""
        return own_stream(self.claims)


class StreamsView(ListView):
    """The studio's streams; for a token of one stream that one."""

    @extend_schema(parameters=PAGING, responses={200: shapes.StreamPageSerializer})
    def get(self, request: Request) -> Response:
        """List the streams."""
        own = self.own()
        return Response(lists.streams_page(window_of(request, "streams"), own.pk if own else None))


class PersonasView(ListView):
    """The studio's characters."""

    @extend_schema(parameters=PAGING, responses={200: shapes.PersonaPageSerializer})
    def get(self, request: Request) -> Response:
        """List the characters."""
        return Response(lists.personas_page(window_of(request, "personas"), self.own()))


class ViewersView(ListView):
    """The audience, but for those who opted out."""

    @extend_schema(
        parameters=[*PAGING, shapes.ViewerFilterSerializer], responses={200: shapes.ViewerPageSerializer}
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """List the viewers."""
        wanted = filters_of(request, shapes.ViewerFilterSerializer)
        return Response(lists.viewers_page(window_of(request, "viewers"), self.own(), wanted))


class MemoriesView(ListView):
    """What the characters remember."""

    @extend_schema(
        parameters=[*PAGING, shapes.MemoryFilterSerializer], responses={200: shapes.MemoryPageSerializer}
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """List the memories."""
        wanted = filters_of(request, shapes.MemoryFilterSerializer)
        return Response(lists.memories_page(window_of(request, "memories"), self.own(), wanted))


class RulesView(ListView):
    """What may not come in or go out."""

    @extend_schema(parameters=PAGING, responses={200: shapes.RulePageSerializer})
    def get(self, request: Request) -> Response:
        """List the moderation rules."""
        return Response(lists.rules_page(window_of(request, "rules"), self.own()))


class TurnsView(StreamView):
    """What the character said, with the segments and timings of each answer."""

    rate: ClassVar[Rate | None] = READS
    tag: ClassVar[str] = "Lists"

    @extend_schema(
        parameters=[*PAGING, shapes.TurnFilterSerializer], responses={200: shapes.TurnPageSerializer}
    )  # fmt: skip
    def get(self, request: Request, stream_id: UUID) -> Response:
        """List the turns, newest first."""
        wanted = filters_of(request, shapes.TurnFilterSerializer)
        return Response(lists.turns_page(window_of(request, f"turns:{stream_id.hex[-6:]}"), stream_id, wanted))


class TranscriptView(StreamView):
    """What was written and said, in one order."""

    rate: ClassVar[Rate | None] = READS
    tag: ClassVar[str] = "Lists"

    @extend_schema(parameters=PAGING, responses={200: shapes.LinePageSerializer})
    def get(self, request: Request, stream_id: UUID) -> Response:
        """List the lines of the transcript, newest first."""
        return Response(lists.transcript_page(window_of(request, f"lines:{stream_id.hex[-6:]}"), self.stream))
