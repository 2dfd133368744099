"""REST of a stream's health."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from streams.api.base import READS, StreamView
from streams.api.panels import HealthSerializer
from streams.selectors.health import health_of
from vtcontrol.tenancy.rates import Rate


class HealthView(StreamView):
    """How the stream is: links, waits for the first sound, budget, last errors."""

    rate: ClassVar[Rate | None] = READS

    @extend_schema(responses={200: HealthSerializer})
    def get(self, request: Request, stream_id: UUID) -> Response:
        """Return how it is."""
        return Response(health_of(stream_id))
