"""REST of the queue: what waits and why, and people's hands on it."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from streams.api.base import READS, StreamView, accepted
from streams.api.panels import QueueSerializer
from streams.api.shapes import AcceptedSerializer, LineSerializer
from streams.api.wishes import SaySerializer
from streams.domain.lines import Line
from streams.selectors.queue import queue_of
from streams.services import queue
from streams.services.cast import say_as
from vtcontrol.tenancy.idempotency import once, read_key
from vtcontrol.tenancy.rates import Rate


class QueueView(StreamView):
    """What waits, in the order it would be answered, and what was passed over lately."""

    rate: ClassVar[Rate | None] = READS

    @extend_schema(responses={200: QueueSerializer})
    def get(self, request: Request, stream_id: UUID) -> Response:
        """Return the queue."""
        return Response(queue_of(stream_id))


class PinView(StreamView):
    """Has a waiting or passed-over event answered next."""

    @extend_schema(request=None, responses={202: LineSerializer})
    @once
    def post(self, request: Request, stream_id: UUID, event_id: UUID) -> Response:
        """Pin; 409 when it is being answered, was answered, or was taken out by moderation."""
        return _told(queue.pin(stream_id, event_id))


class UnpinView(StreamView):
    """Leaves a pinned event to triage again."""

    @extend_schema(request=None, responses={202: LineSerializer})
    @once
    def post(self, request: Request, stream_id: UUID, event_id: UUID) -> Response:
        """Unpin; 409 when it does not wait any more."""
        return _told(queue.unpin(stream_id, event_id))


class DropView(StreamView):
    """Cancels a waiting event."""

    @extend_schema(request=None, responses={202: LineSerializer})
    @once
    def post(self, request: Request, stream_id: UUID, event_id: UUID) -> Response:
        """Drop; 409 when it does not wait any more."""
        return _told(queue.drop(stream_id, event_id))


class RestoreView(StreamView):
    """Puts a dropped event back."""

    @extend_schema(request=None, responses={202: LineSerializer})
    @once
    def post(self, request: Request, stream_id: UUID, event_id: UUID) -> Response:
        """Restore; 409 when it was not dropped."""
        return _told(queue.restore(stream_id, event_id))


class SayView(StreamView):
    """Has the character say given words in its voice, as a turn of its own."""

    @extend_schema(request=SaySerializer, responses={202: AcceptedSerializer})
    @once
    def post(self, request: Request, stream_id: UUID) -> Response:
        """Say; moderation hears the words before anybody does. 409 while panic holds."""
        form = SaySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        words = {"text": asked["text"], "key": self.own_id(read_key(request)), "name": asked["name"]}
        return accepted(say_as(stream_id, asked["character"] or self.stream.persona_id, **words))


def _told(line: Line) -> Response:
    return Response(line.as_json(), status=202)
