"""The base of every REST view of one stream, and what calls may cost.

A new view: subclass `StreamView`, set `writes`/`reads`/`tag` where they differ, decorate `post` with
`@extend_schema(request=…, responses={…})` above `@once`, call one service, and add its case to the stranger's walk.
"""

from typing import Any, ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from streams.models import Stream
from streams.selectors.streams import access_stream, own_stream
from streams.services.intake import Accepted
from vtcontrol.kernel.ids import uuid7
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

    def own_id(self, key: str) -> str:
        """Return the id of an event that has none of its platform: by the caller's idempotency key, or a new one."""
        return f"{self.claims.token_id.hex[-8:]}:{key}" if key else uuid7().hex


class OfTheShow(StudioView):
    """Mixin of views of a character (`personas.api.base.PersonaView`): knows which one a token is for."""

    def own_persona(self) -> UUID | None:
        """Return the character of the token's stream; None for a token of all streams."""
        stream = own_stream(self.claims)
        return stream.persona_id if stream else None


def accepted(one: Accepted) -> Response:
    """Answer that an event is safe."""
    body = {"id": str(one.id), "state": one.state, "reason": one.reason, "received_at": one.received_at.isoformat()}
    return Response(body, status=202)
