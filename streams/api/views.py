"""REST of a stream: events in, and everything a dock does. Each view parses, authorises, calls one service."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from streams.api.base import EVENTS, READS, SESSIONS, TICKETS, StreamView, accepted
from streams.api.list_shapes import EventFilterSerializer, EventPageSerializer
from streams.api.lists import filters_of
from streams.api.serializers import EventSerializer, MuteSerializer
from streams.api.shapes import (
    AcceptedSerializer,
    NothingSerializer,
    OutcomeSerializer,
    SessionSerializer,
    SnapshotSerializer,
    TicketSerializer,
)
from streams.selectors.lists import events_page
from streams.selectors.outcome import event_outcome
from streams.selectors.state import dock_snapshot
from streams.selectors.streams import own_stream, session_of
from streams.services import control
from streams.services.intake import accept_event
from vtcontrol.kernel.errors import AccessDenied
from vtcontrol.kernel.events import EventKind, IncomingEvent
from vtcontrol.tenancy.access import Scope, TokenKind
from vtcontrol.tenancy.api import READING, StudioView
from vtcontrol.tenancy.idempotency import once, read_key
from vtcontrol.tenancy.openapi import KEY, PAGING
from vtcontrol.tenancy.pages import window_of
from vtcontrol.tenancy.rates import Rate
from vtcontrol.tenancy.tokens import TICKET_SECONDS, issue_ticket


class SessionView(StudioView):
    """Exchanges a long-lived token for a short-lived access pass."""

    kinds: ClassVar[frozenset[str]] = frozenset(TokenKind)
    writes: ClassVar[Scope | None] = None
    rate: ClassVar[Rate | None] = SESSIONS
    tag: ClassVar[str] = "Tokens"

    @extend_schema(request=None, responses={200: SessionSerializer})
    def post(self, request: Request) -> Response:
        """Return the pass and the stream it is for; null when it is for all of the studio's."""
        claims = self.claims
        if claims.is_pass:
            raise AccessDenied(_("A pass buys tickets, never another pass: show the token itself."))
        return Response(session_of(claims, own_stream(claims)))


class TicketView(StudioView):
    """Sells a single-use ticket for a socket. An API token's opens the stage as a preview only."""

    kinds: ClassVar[frozenset[str]] = frozenset(TokenKind)
    writes: ClassVar[Scope | None] = None
    rate: ClassVar[Rate | None] = TICKETS
    tag: ClassVar[str] = "Tokens"

    @extend_schema(request=None, responses={201: TicketSerializer})
    def post(self, request: Request) -> Response:
        """Return the ticket."""
        if self.claims.kind == TokenKind.API and Scope.READ not in self.claims.scopes:
            raise AccessDenied(_("The token may not do this: it lacks the scope “%(scope)s”.") % {"scope": Scope.READ})
        own_stream(self.claims)
        return Response({"ticket": issue_ticket(self.claims), "expires_in": TICKET_SECONDS}, status=201)


class EventsView(StreamView):
    """The one entrance for everything that happens: chat, donations, game events, bots."""

    writes: ClassVar[Scope | None] = Scope.EVENTS
    rate: ClassVar[Rate | None] = EVENTS
    tag: ClassVar[str] = "Events"

    @classmethod
    def costs(cls, method: str | None) -> Rate | None:
        """Count reading apart: it never keeps an event out."""
        return READS if method in READING else cls.rate

    @extend_schema(
        parameters=[*PAGING, EventFilterSerializer], responses={200: EventPageSerializer}
    )  # fmt: skip
    def get(self, request: Request, stream_id: UUID) -> Response:
        """List the events, newest first."""
        wanted = filters_of(request, EventFilterSerializer)
        return Response(events_page(window_of(request, f"events:{stream_id.hex[-6:]}"), stream_id, wanted))

    @extend_schema(request=EventSerializer, responses={202: AcceptedSerializer}, parameters=[KEY])
    def post(self, request: Request, stream_id: UUID) -> Response:
        """Accept an event; the same Idempotency-Key, or the same platform id, is the same event."""
        form = EventSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return accepted(accept_event(stream_id, self._event(form.validated_data, read_key(request))))

    def _event(self, data: dict[str, Any], key: str) -> IncomingEvent:
        return IncomingEvent(
            platform=data["platform"],
            platform_id=data["platform_id"] or self.own_id(key),
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

    reads: ClassVar[Scope | None] = Scope.EVENTS
    rate: ClassVar[Rate | None] = EVENTS
    tag: ClassVar[str] = "Events"

    @extend_schema(responses={200: OutcomeSerializer})
    def get(self, request: Request, stream_id: UUID, event_id: UUID) -> Response:
        """Return the event's state and the turn that answers it, with its timings."""
        return Response(event_outcome(stream_id, event_id))


class StateView(StreamView):
    """The whole of what a dock shows; fetched again after a gap in the versions."""

    rate: ClassVar[Rate | None] = READS

    @extend_schema(responses={200: SnapshotSerializer})
    def get(self, request: Request, stream_id: UUID) -> Response:
        """Return state, version and the last lines."""
        return Response(dock_snapshot(stream_id))


class SkipView(StreamView):
    """Ends the line being spoken."""

    @extend_schema(request=None, responses={202: NothingSerializer})
    @once
    def post(self, request: Request, stream_id: UUID) -> Response:
        """Skip."""
        control.skip(stream_id)
        return Response({}, status=202)


class PanicView(StreamView):
    """Silence now, until released."""

    @extend_schema(request=None, responses={202: NothingSerializer})
    @once
    def post(self, request: Request, stream_id: UUID) -> Response:
        """Panic."""
        control.panic(stream_id)
        return Response({}, status=202)


class ReleaseView(StreamView):
    """Ends a panic."""

    @extend_schema(request=None, responses={202: NothingSerializer})
    @once
    def post(self, request: Request, stream_id: UUID) -> Response:
        """Release."""
        control.release(stream_id)
        return Response({}, status=202)


class MuteView(StreamView):
    """Switches the character's voice off or on."""

    @extend_schema(request=MuteSerializer, responses={202: NothingSerializer})
    @once
    def post(self, request: Request, stream_id: UUID) -> Response:
        """Mute or unmute."""
        form = MuteSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        control.mute(stream_id, is_muted=form.validated_data["muted"])
        return Response({}, status=202)
