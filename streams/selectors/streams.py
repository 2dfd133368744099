"""Guarded reads of streams."""

from typing import Any
from uuid import UUID

from streams.models import Stream
from vtcontrol.kernel.errors import NotFound
from vtcontrol.tenancy.access import TokenKind
from vtcontrol.tenancy.compiled import CompiledQuery, first
from vtcontrol.tenancy.tokens import ACCESS_SECONDS, Claims, make_access

_STREAM = CompiledQuery(lambda stream_id: Stream.objects.filter(pk=stream_id).order_by(), stream_id=UUID)


def access_stream(claims: Claims, stream_id: UUID | None) -> Stream:
    """Return the stream a token may use.

    Raises:
        NotFound: It is not in the studio, or not the token's stream.
    """
    stream = first(_STREAM.objects(stream_id=stream_id)) if stream_id is not None else None
    if stream is None or not claims.opens(stream.pk):
        raise NotFound
    found: Stream = stream
    return found


def session_of(claims: Claims, stream: Stream | None) -> dict[str, Any]:
    """Return a short-lived pass with what it is for, as pages get it: of one stream, or of all of the studio's."""
    return {
        "access": make_access(claims),
        "expires_in": ACCESS_SECONDS,
        "kind": claims.kind,
        "scopes": sorted(claims.scopes),
        "stream": {"id": str(stream.pk), "name": stream.name} if stream else None,
    }


def require_stream(stream_id: UUID) -> None:
    """Make sure that a stream is in the scope's studio.

    Raises:
        NotFound: It is not.
    """
    if not Stream.objects.filter(pk=stream_id).exists():
        raise NotFound


def own_stream(claims: Claims) -> Stream | None:
    """Return the one stream a token is for; None for an API token that is for all of its studio's.

    Raises:
        NotFound: The stream is gone; or a page's token names none.
    """
    if claims.stream_id is None and claims.kind == TokenKind.API:
        return None
    return access_stream(claims, claims.stream_id)
