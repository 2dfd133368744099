"""What a stage page needs when it opens."""

from typing import Any
from uuid import UUID

from streams.models import Stream
from vtcontrol.kernel.errors import NotFound
from vtcontrol.tenancy.access import ApiToken


def look_of(stream: Stream) -> dict[str, Any]:
    """Return how the stage looks: badge, subtitles, avatar, the character's name."""
    avatar = stream.persona.avatar
    return {
        "badge": stream.shows_badge,
        "subtitles": stream.shows_subtitles,
        "character": stream.persona.name,
        "avatar": {"kind": "puppet", "palette": avatar.palette},
    }


def stage_hello(stream_id: UUID) -> dict[str, Any]:
    """Return the first frame of a stage page.

    Raises:
        NotFound: No such stream in this studio.
    """
    stream = Stream.objects.select_related("state", "persona__avatar").filter(pk=stream_id).first()
    if stream is None:
        raise NotFound
    return {
        "type": "hello",
        "v": 1,
        "stream": {"id": str(stream.pk), "name": stream.name, "language": stream.language},
        "epoch": stream.state.control_epoch,
        "fence": stream.state.fence,
        "look": look_of(stream),
        "muted": stream.state.is_muted,
        "panicked": stream.state.panicked_at is not None,
    }


def token_is_valid(token_id: UUID) -> bool:
    """Tell whether a page's token still opens it."""
    token = ApiToken.objects.select_related("studio").filter(pk=token_id).first()
    return token is not None and token.is_valid and token.studio.is_active
