"""What a stage page needs when it opens, and what it is told when the look changes."""

from typing import Any
from uuid import UUID

from django.utils import timezone

from personas.models import Avatar
from streams.models import StageLayout, StagePage, Stream
from vtcontrol.kernel.errors import NotFound
from vtcontrol.tenancy.access import ApiToken

FIRST, GUEST = "first", "guest"  # keys of the characters on a stage


def avatar_of(avatar: Avatar) -> dict[str, Any]:
    """Return an avatar as the stage's renderers take it."""
    return {"kind": "puppet", "palette": avatar.palette, "parts": avatar.parts}


def look_of(stream: Stream) -> dict[str, Any]:
    """Return how the stage looks and sounds: badge, subtitles, who stands where, and the limits of the voice."""
    layout: StageLayout = getattr(stream, "layout", None) or StageLayout()
    persona = stream.persona
    return {
        "badge": stream.shows_badge,
        "subtitles": stream.shows_subtitles,
        "character": persona.name,
        "avatar": avatar_of(persona.avatar),
        "characters": _characters(stream, layout),
        "layout": layout_of(layout),
        "audio": {
            "volume": layout.volume,
            "boost_db": layout.boost_db,
            "ceiling_db": layout.ceiling_db,
            "queue_s": layout.queue_most_s,
            "second_pages": layout.second_pages,
        },
    }


def layout_of(layout: StageLayout) -> dict[str, Any]:
    """Return where subtitles and badge stand."""
    return {
        "subtitles": {
            "x": layout.subtitle_x,
            "y": layout.subtitle_y,
            "width": layout.subtitle_width,
            "size": layout.subtitle_size,
            "words": layout.subtitle_words,
            "plate": layout.subtitle_plate,
            "name": layout.shows_name,
        },
        "safe": {
            "top": layout.safe_top,
            "right": layout.safe_right,
            "bottom": layout.safe_bottom,
            "left": layout.safe_left,
        },
        "badge": layout.badge_place,
    }


def _characters(stream: Stream, layout: StageLayout) -> list[dict[str, Any]]:
    persona, guest = stream.persona, layout.guest
    shown = [
        {
            "key": FIRST,
            "name": persona.name,
            "avatar": avatar_of(persona.avatar),
            "place": {
                "x": layout.figure_x,
                "y": layout.figure_y,
                "height": layout.figure_height,
                "mirrored": layout.is_mirrored,
            },
        }
    ]
    if guest is not None:
        place = {
            "x": layout.guest_x,
            "y": layout.guest_y,
            "height": layout.guest_height,
            "mirrored": layout.is_guest_mirrored,
        }
        shown.append({"key": GUEST, "name": guest.name, "avatar": avatar_of(guest.avatar), "place": place})
    return shown


def stage_hello(stream_id: UUID) -> dict[str, Any]:
    """Return the first frame of a stage page.

    Raises:
        NotFound: No such stream in this studio.
    """
    found = Stream.objects.select_related("state", "persona__avatar", "layout__guest__avatar")
    stream = found.filter(pk=stream_id).first()
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


def open_pages(stream_id: UUID) -> list[dict[str, Any]]:
    """Return the open stage pages of a stream, oldest first; `is_primary` marks the one that counts."""
    stream = Stream.objects.select_related("state").filter(pk=stream_id).first()
    if stream is None:
        return []
    until = stream.state.primary_until
    primary = stream.state.primary_page if until is not None and until > timezone.now() else ""
    return [
        {"page": page, "is_primary": page.page == primary} for page in StagePage.objects.filter(stream_id=stream_id)
    ]


def token_is_valid(token_id: UUID) -> bool:
    """Tell whether a page's token still opens it."""
    token = ApiToken.objects.select_related("studio").filter(pk=token_id).first()
    return token is not None and token.is_valid and token.studio.is_active
