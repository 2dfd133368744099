"""What a stage page needs when it opens, and what it is told when the look changes."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from personas.models import Avatar, Experiment, Persona
from personas.selectors import character_at
from streams.models import StageLayout, StagePage, Stream, Turn
from streams.selectors.cast import FIRST, GUEST, cast_stream, figure_of, further_characters
from vtcontrol.kernel.errors import NotFound

CHARACTERS_MOST = 4


def avatar_of(avatar: Avatar) -> dict[str, Any]:
    """Return an avatar as the stage's renderers take it."""
    return {"kind": "puppet", "palette": avatar.palette, "parts": avatar.parts}


def look_of(stream: Stream) -> dict[str, Any]:
    """Return how the stage looks and sounds: badge, subtitles, who stands where, and the limits of the voice."""
    layout, persona = _layout(stream), stream.persona
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


def _layout(stream: Stream) -> StageLayout:
    layout: StageLayout = getattr(stream, "layout", None) or StageLayout()
    return layout


def look_with(look: Mapping[str, Any], key: str, persona: Persona) -> dict[str, Any]:
    """Return a look in which one of the characters looks, and is called, as another version of it has it.

    Args:
        look: As `look_of` returns it.
        key: Which of its characters.
        persona: The character as that version has it.
    """
    dressed = {"name": persona.name, "avatar": avatar_of(persona.avatar)}
    characters = [one | dressed if one["key"] == key else one for one in look["characters"]]
    first = characters[0]
    return {**look, "character": first["name"], "avatar": first["avatar"], "characters": characters}


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
    persona = stream.persona
    place = {
        "x": layout.figure_x,
        "y": layout.figure_y,
        "height": layout.figure_height,
        "mirrored": layout.is_mirrored,
    }
    shown = [_figure(FIRST, persona, place)]
    cast = further_characters(stream)
    for row in cast:
        key = figure_of(row, layout.guest_id)
        place = {"x": row.x, "y": row.y, "height": row.height, "mirrored": row.is_mirrored}
        shown.append(_figure(key, row.persona, _guest_place(layout) if key == GUEST else place))
    if layout.guest is not None and all(row.persona_id != layout.guest_id for row in cast):
        shown.append(_figure(GUEST, layout.guest, _guest_place(layout)))
    return shown[:CHARACTERS_MOST]


def _figure(key: str, persona: Persona, place: dict[str, Any]) -> dict[str, Any]:
    return {"key": key, "name": persona.name, "avatar": avatar_of(persona.avatar), "place": place}


def _guest_place(layout: StageLayout) -> dict[str, Any]:
    return {
        "x": layout.guest_x,
        "y": layout.guest_y,
        "height": layout.guest_height,
        "mirrored": layout.is_guest_mirrored,
    }


def stage_hello(stream_id: UUID) -> dict[str, Any]:
    """Return the first frame of a stage page.

    Raises:
        NotFound: No such stream in this studio.
    """
    found = cast_stream(pk=stream_id).select_related("state", "persona__avatar", "layout__guest__avatar")
    stream = found.first()
    if stream is None:
        raise NotFound
    return {
        "type": "hello",
        "v": 1,
        "stream": {"id": str(stream.pk), "name": stream.name, "language": stream.language},
        "epoch": stream.state.control_epoch,
        "fence": stream.state.fence,
        "look": _dressed(stream, look_of(stream)),
        "muted": stream.state.is_muted,
        "panicked": stream.state.panicked_at is not None,
    }


def _dressed(stream: Stream, look: dict[str, Any]) -> dict[str, Any]:
    """Return the look as the last line left it: who spoke as the other side of an experiment still looks like it."""
    cast = further_characters(stream)
    figures = {row.persona_id: figure_of(row, _layout(stream).guest_id) for row in cast} | {stream.persona_id: FIRST}
    running = Experiment.objects.filter(persona__in=figures, ended_at=None).select_related("persona__avatar")
    others = {(one.persona_id, one.other_id): one for one in running}
    if not others:
        return look
    spoken = Turn.objects.filter(stream=stream, revision__isnull=False).exclude(text="").order_by("-started_at")
    experiment = others.get(spoken.values_list("persona_id", "revision_id").first())
    if experiment is None:
        return look
    character = character_at(experiment.persona, experiment.other_id)
    return look_with(look, figures[experiment.persona_id], character.persona)


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
