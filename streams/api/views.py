"""REST of a stream: events in, and everything a dock does. Each view parses, authorises, calls one service."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from streams.api.serializers import EventSerializer, MuteSerializer
from streams.selectors.outcome import event_outcome
from streams.selectors.state import dock_snapshot
from streams.selectors.streams import access_stream, own_stream
from streams.services import control
from streams.services.intake import accept_event
from vtcontrol.kernel.errors import AccessDenied, InputInvalid
from vtcontrol.kernel.events import EventKind, IncomingEvent
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.access import TokenKind
from vtcontrol.tenancy.api import StudioView
from vtcontrol.tenancy.rates import spend
from vtcontrol.tenancy.tokens import ACCESS_SECONDS, TICKET_SECONDS, issue_ticket, make_access

EVENTS_A_MINUTE = 1200
CONTROLS_A_MINUTE = 240
SESSIONS_A_MINUTE = 120
KEY_LONGEST = 100


class SessionView(StudioView):
    """Exchanges a long-lived token for a short-lived access pass."""

    kinds: ClassVar[frozenset[str]] = frozenset(TokenKind)

    def post(self, request: Request) -> Response:
        """Return the pass and the stream it is for; null when it is for all of the studio's."""
        claims = self.claims
        if claims.is_pass:
            raise AccessDenied(_("A pass buys tickets, never another pass: show the token itself."))
        spend(f"session:{claims.token_id}", limit=SESSIONS_A_MINUTE)
        stream = own_stream(claims)
        return Response(
            {
                "access": make_access(claims),
                "expires_in": ACCESS_SECONDS,
                "kind": claims.kind,
                "stream": {"id": str(stream.pk), "name": stream.name} if stream else None,
            }
        )


class TicketView(StudioView):
    """Sells a single-use ticket for a socket. An API token's opens the stage as a preview only."""

    kinds: ClassVar[frozenset[str]] = frozenset(TokenKind)

    def post(self, request: Request) -> Response:
        """Return the ticket."""
        spend(f"ticket:{self.claims.token_id}", limit=SESSIONS_A_MINUTE)
        own_stream(self.claims)
        return Response({"ticket": issue_ticket(self.claims), "expires_in": TICKET_SECONDS}, status=201)


class StreamView(StudioView):
    """A view of one stream, for API tokens and docks."""

    kinds: ClassVar[frozenset[str]] = frozenset({TokenKind.API, TokenKind.DOCK})

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check that the token is good for this stream before the handler runs."""
        super().initial(request, *args, **kwargs)
        name, limit = ("control", CONTROLS_A_MINUTE) if self.is_control else ("events", EVENTS_A_MINUTE)
        spend(f"{name}:{self.claims.token_id}", limit=limit)  # apart: a flood of events never keeps panic out
        access_stream(self.claims, kwargs["stream_id"])

    is_control: ClassVar[bool] = True


class EventsView(StreamView):
    """The one entrance for everything that happens: chat, donations, game events, bots."""

    is_control: ClassVar[bool] = False

    def post(self, request: Request, stream_id: UUID) -> Response:
        """Accept an event; the same Idempotency-Key, or the same platform id, is the same event."""
        form = EventSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        accepted = accept_event(stream_id, self._event(form.validated_data, request.headers.get("Idempotency-Key", "")))
        body = {"id": str(accepted.id), "state": accepted.state, "reason": accepted.reason}
        body["received_at"] = accepted.received_at.isoformat()
        return Response(body, status=202)

    def _event(self, data: dict[str, Any], key: str) -> IncomingEvent:
        if len(key) > KEY_LONGEST or not key.isprintable():
            raise InputInvalid("An Idempotency-Key has at most 100 printable characters.", field="Idempotency-Key")
        own = f"{self.claims.token_id.hex[-8:]}:{key}" if key else uuid7().hex
        return IncomingEvent(
            platform=data["platform"],
            platform_id=data["platform_id"] or own,
            kind=EventKind(data["kind"]),
            happened_at=timezone.now(),
            author_id=data["author_id"] or data["author_name"],
            author_name=data["author_name"],
            text=data["text"],
            amount=data["amount"],
            currency=data["currency"],
            is_mention=data["is_mention"],
        )


class EventView(StreamView):
    """What became of an event."""

    is_control: ClassVar[bool] = False

    def get(self, request: Request, stream_id: UUID, event_id: UUID) -> Response:
        """Return the event's state and the turn that answers it, with its timings."""
        return Response(event_outcome(stream_id, event_id))


class StateView(StreamView):
    """The whole of what a dock shows; fetched again after a gap in the versions."""

    def get(self, request: Request, stream_id: UUID) -> Response:
        """Return state, version and the last lines."""
        return Response(dock_snapshot(stream_id))


class SkipView(StreamView):
    """Ends the line being spoken."""

    def post(self, request: Request, stream_id: UUID) -> Response:
        """Skip."""
        control.skip(stream_id)
        return Response({}, status=202)


class PanicView(StreamView):
    """Silence now, until released."""

    def post(self, request: Request, stream_id: UUID) -> Response:
        """Panic."""
        control.panic(stream_id)
        return Response({}, status=202)


class ReleaseView(StreamView):
    """Ends a panic."""

    def post(self, request: Request, stream_id: UUID) -> Response:
        """Release."""
        control.release(stream_id)
        return Response({}, status=202)


class MuteView(StreamView):
    """Switches the character's voice off or on."""

    def post(self, request: Request, stream_id: UUID) -> Response:
        """Mute or unmute."""
        form = MuteSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        control.mute(stream_id, is_muted=form.validated_data["muted"])
        return Response({}, status=202)
