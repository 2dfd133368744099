"""Reading the cast: who shares the stage with a stream's own character, what each may know, and who takes a line.

Nothing in here is read for a stream whose character is alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from personas.domain.inputs import Companion, Company
from personas.models import Persona
from streams.domain.approval import APPROVED
from streams.domain.cast import (
    Advance,
    Answering,
    CastPlan,
    Heard,
    Member,
    ScenePlan,
    chance_of,
    split_names,
    who_answers,
)
from streams.domain.plan import StreamConfig
from streams.models import InboxEvent, RolePart, RolePlay, SceneState, Stream, StreamCharacter, Turn
from vtcontrol.kernel.errors import NotFound
from vtcontrol.kernel.events import NARRATION, EventKind
from vtcontrol.tenancy.compiled import CompiledQuery

OTHERS_MOST = 3
"""Beside the stream's own character; the stage page shows four."""
LATELY_MOST = 8
PLANNED_MOST = 20
FIRST, GUEST = "first", "guest"  # keys of the characters on a stage
OPEN_SCENES = (SceneState.RUNNING, SceneState.PAUSED)


def cast_stream(**wanted: object) -> "QuerySet[Stream, Stream]":
    """Return streams that say in the same query whether they have a cast (`has_cast`)."""
    further = StreamCharacter.objects.filter(stream=OuterRef("pk"), is_enabled=True)
    rows: QuerySet[Stream, Stream] = Stream.objects.filter(**wanted)
    return rows.annotate(has_cast=Exists(further.exclude(persona=OuterRef("persona"))))


def further_characters(stream: Stream) -> list[StreamCharacter]:
    """Return the cast beside the stream's own character, in order. No query where `has_cast` says no."""
    if not getattr(stream, "has_cast", True):
        return []
    rows = StreamCharacter.objects.filter(stream_id=stream.pk, is_enabled=True)
    others = rows.exclude(persona=stream.persona_id).select_related("persona__avatar")
    return list(others[:OTHERS_MOST])


def figure_of(row: StreamCharacter, guest_id: UUID | None) -> str:
    """Return what the stage calls a further character; the layout's second character keeps its place there."""
    return GUEST if row.persona_id == guest_id else row.pk.hex


@dataclass(frozen=True, slots=True)
class _Scene:
    """The running scene with its parts, by character."""

    row: RolePlay
    parts: Mapping[UUID, RolePart]

    @property
    def text(self) -> str:
        """What everybody in it knows."""
        happened = self.row.narration.strip()
        return f"{self.row.scene.strip()}\nWhat has just happened: {happened}" if happened else self.row.scene.strip()


def with_cast(stream: Stream, lead: StreamConfig, configure: Callable[[Persona], StreamConfig]) -> StreamConfig:
    """Return a stream's configuration with those of the rest of its cast.

    Args:
        stream: As `cast_stream` reads it.
        lead: The configuration of its own character.
        configure: Makes the configuration of another one on the same stream.
    """
    rows = further_characters(stream)
    if not rows:
        return lead
    own = StreamCharacter.objects.filter(stream_id=stream.pk, persona=stream.persona_id).first()
    own = own or StreamCharacter(stream=stream, persona=stream.persona)
    scene = _running_scene(stream.pk)
    everybody = [own, *rows]
    plan = CastPlan(
        members=tuple(_member(row, scene) for row in everybody),
        exchanges_most=stream.exchanges_most,
        scene=_scene_plan(scene.row) if scene else None,
    )
    guest_id = stream.layout.guest_id
    others = tuple(
        replace(
            configure(row.persona),
            figure=figure_of(row, guest_id),
            cast=plan,
            company=_company(row, everybody, scene),
        )
        for row in rows
    )
    problems = tuple(dict.fromkeys((*lead.problems, *(problem for one in others for problem in one.problems))))
    return replace(lead, cast=plan, company=_company(own, everybody, scene), others=others, problems=problems)


def _running_scene(stream_id: UUID) -> _Scene | None:
    row = RolePlay.objects.filter(stream_id=stream_id, state=SceneState.RUNNING).first()
    if row is None:
        return None
    return _Scene(row, {part.persona_id: part for part in RolePart.objects.filter(roleplay=row)})


def voice_of_narration(stream_id: UUID) -> tuple[UUID | None] | None:
    """Return the voice of the open scene's narration, or (None,) for subtitles; None where a character tells it."""
    open_scene = RolePlay.objects.filter(stream_id=stream_id, state__in=OPEN_SCENES, narrator=None)
    found: tuple[UUID | None] | None = open_scene.values_list("narrator_voice").first()
    return found


def _scene_plan(row: RolePlay) -> ScenePlan:
    return ScenePlan(row.pk, Advance(row.advance), float(row.pace_s), max(0, row.lines_most - row.lines_said))


def _member(row: StreamCharacter, scene: _Scene | None) -> Member:
    """Return a character as the rules of turns take it; in a scene those without a part wait to be spoken to."""
    part = scene.parts.get(row.persona_id) if scene else None
    names = tuple(dict.fromkeys((row.persona.name, *split_names(row.names))))
    weight = row.weight if scene is None or part is not None else 0
    return Member(row.persona_id, names, weight, is_taken=part is not None and part.is_taken)


def _company(row: StreamCharacter, everybody: Sequence[StreamCharacter], scene: _Scene | None) -> Company:
    """Return what one character knows: of the others what anybody knows, of its own part everything."""
    others = tuple(_companion(other, scene) for other in everybody if other.persona_id != row.persona_id)
    if scene is None:
        return Company(others)
    is_narrator = scene.row.narrator_id == row.persona_id
    part = scene.parts.get(row.persona_id)
    if part is None:
        return Company(others, scene=scene.text, is_narrator=is_narrator)
    return Company(others, scene.text, part.role, part.goal, part.secret, is_narrator)


def _companion(row: StreamCharacter, scene: _Scene | None) -> Companion:
    part = scene.parts.get(row.persona_id) if scene else None
    is_narrator = scene is not None and scene.row.narrator_id == row.persona_id
    role = "the narrator" if is_narrator and part is None else part.role if part else ""
    return Companion(row.persona.name, row.about, role)


_LATELY = CompiledQuery(
    lambda stream_id: (
        Turn.objects.filter(stream_id=stream_id, spoken_as="")
        .order_by("-started_at", "-id")
        .values_list("persona_id")[:LATELY_MOST]
    ),
    stream_id=UUID,
)


def spoke_lately(stream_id: UUID) -> tuple[UUID, ...]:
    """Return who spoke lately, the last one first. One query."""
    return tuple(persona_id for (persona_id,) in _LATELY.rows(stream_id=stream_id))


def answering(config: StreamConfig, event: InboxEvent) -> Answering:
    """Return who of the cast answers an event. Up to three queries."""
    assert config.cast is not None  # noqa: S101 - asked of a cast only
    heard = Heard(
        text=event.text,
        wanted=event.addressee_id or _began_with(event),
        is_addressed=event.is_mention,
        talked_with=_talked_with(event) if event.is_mention else None,
        lately=spoke_lately(config.stream_id),
    )
    return who_answers(config.cast, heard, chance_of(event.pk))


def is_for_nobody_here(config: StreamConfig, event: InboxEvent) -> bool:
    """Tell whether an event holds words for a character that has left the stage. A query for approved words alone.

    Nobody else says them; nor a narration whose scene is over. A turn in an exchange or a scene is another's instead,
    as long as there is a cast.
    """
    if event.platform == NARRATION:
        return config.narrator is None
    if event.kind == EventKind.CUE and config.cast is not None:
        return False
    wanted = _began_with(event) if event.reason == APPROVED else event.addressee_id
    return wanted is not None and config.of(wanted).persona_id != wanted


def _began_with(event: InboxEvent) -> UUID | None:
    """Return who began to answer an event that is taken up again: that character goes on, and no other."""
    if not event.attempts and not event.reason:
        return None
    begun = Turn.objects.filter(event_id=event.pk).order_by("-started_at")
    found: UUID | None = begun.values_list("persona_id", flat=True).first()
    return found


def _talked_with(event: InboxEvent) -> UUID | None:
    """Return which character answered this person last."""
    if event.viewer_id is None:
        return None
    answers = Turn.objects.filter(stream_id=event.stream_id, event__viewer_id=event.viewer_id).order_by("-started_at")
    found: UUID | None = answers.values_list("persona_id", flat=True).first()
    return found


_MEMORY_VERSION = CompiledQuery(
    lambda persona_id: Persona.objects.filter(pk=persona_id).order_by().values_list("memory_version"),
    persona_id=UUID,
)


def memory_version_of(persona_id: UUID) -> int:
    """Return the version of a character's memories. One query.

    Raises:
        NotFound: There is no such character in this studio.
    """
    rows = _MEMORY_VERSION.rows(persona_id=persona_id)
    if not rows:
        raise NotFound
    return int(rows[0][0])


def stage_now(stream: Stream) -> dict[str, Any]:
    """Return who is on a stream's stage and its scenes, as JSON, without goals and secrets. Up to five queries."""
    rows = StreamCharacter.objects.filter(stream=stream, is_enabled=True).exclude(persona=stream.persona_id)
    others = [
        {"id": str(row.persona_id), "name": row.persona.name} for row in rows.select_related("persona")[:OTHERS_MOST]
    ]
    parts = Prefetch("parts", RolePart.objects.select_related("persona"))
    scenes = RolePlay.objects.filter(stream=stream).prefetch_related(parts)
    is_open = Q(state__in=OPEN_SCENES)
    open_scene = scenes.filter(is_open).first()
    return {
        "characters": [{"id": str(stream.persona_id), "name": stream.persona.name}, *others],
        "scene": _scene_item(open_scene) if open_scene else None,
        "planned": [_scene_item(scene) for scene in scenes.exclude(is_open)[:PLANNED_MOST]],
    }


def _scene_item(scene: RolePlay) -> dict[str, Any]:
    return {
        "id": str(scene.pk),
        "name": scene.name,
        "state": scene.state,
        "advance": scene.advance,
        "lines_said": scene.lines_said,
        "lines_most": scene.lines_most,
        "narration": scene.narration,
        "narrated_by": scene.narrated_by.value,
        "roles": [_role_item(part) for part in scene.parts.all()],
    }


def _role_item(part: RolePart) -> dict[str, Any]:
    names = {"role": part.role, "persona": str(part.persona_id), "character": part.persona.name}
    return {"id": str(part.pk), **names, "is_taken": part.is_taken}
