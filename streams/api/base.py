"""The base of every REST view of one stream, and what calls may cost.

A new view: subclass `StreamView`, set `writes`/`reads`/`tag` where they differ, decorate `post` with
`@extend_schema(request=…, responses={…})` above `@once`, call one service, and add its case to the stranger's walk.
"""

from typing import Any, ClassVar
from uuid import UUID

from rest_framework.request import Request

from streams.models import Stream
from streams.selectors.streams import access_stream
from vtcontrol.tenancy.access import TokenKind
from vtcontrol.tenancy.api import CALLS, StudioView
from vtcontrol.tenancy.rates import Rate

EVENTS = Rate("events", 1200)  # apart from the rest: a flood of events never keeps panic out
CONTROLS = CALLS
READS = Rate("reads", 240)
SESSIONS = Rate("session", 120)
TICKETS = Rate("ticket", 120)


class StreamView(StudioView):
    """A view of one stream, for API tokens and docks."""

    kinds: ClassVar[frozenset[str]] = frozenset({TokenKind.API, TokenKind.DOCK})
    stream: Stream

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check that the token is good for this stream before the handler runs."""
        super().initial(request, *args, **kwargs)
        stream_id: UUID = kwargs["stream_id"]
        self.stream = access_stream(self.claims, stream_id)
