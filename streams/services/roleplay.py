"""Role-plays: started, paused and ended by people; moved on by a hand; roles taken over and given back.

Every change is one transaction over the scene's row. The live loop reads it with the configuration, so it counts from
the next line on; what was due is cancelled here. Panic pauses a scene, and nothing but a person starts it again.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from streams.domain.cast import Advance, CastPlan, Cue, who_begins
from streams.models import InboxEvent, RolePart, RolePlay, SceneState, StreamCharacter, StreamState
from streams.selectors.cast import OPEN_SCENES, spoke_lately
from streams.selectors.config import load_config
from streams.services import cast, queue
from streams.services.exchange import put_cue
from streams.services.intake import Accepted
from vtcontrol.kernel.errors import Conflict, InputInvalid, NotFound
from vtcontrol.kernel.events import CUES, NARRATION, EventState
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.tasks import enqueue

PARTS_LEAST = 2
NARRATION_LONGEST = queue.SAY_LONGEST


@transaction.atomic
def start(roleplay_id: UUID) -> RolePlay:
    """Begin a scene, or begin it anew. Whoever has a part in it comes on stage.

    Raises:
        NotFound: No such role-play in this studio.
        Conflict: Another scene is open; panic holds; or fewer than two characters have a part.
    """
    scene = _locked(roleplay_id)
    if scene.state in OPEN_SCENES:
        raise Conflict(_("This scene has been started already."))
    _check_free(scene)
    playing = {part.persona_id for part in RolePart.objects.filter(roleplay=scene)}
    if scene.narrator_id is not None:
        playing.add(scene.narrator_id)
    if len(playing) < PARTS_LEAST:
        raise Conflict(_("A scene needs at least two characters: give one more a part."))
    _bring_on_stage(scene, playing)
    RolePart.objects.filter(roleplay=scene).update(is_taken=False, taken_by=None)
    _write(scene, state=SceneState.RUNNING, started_at=timezone.now(), ended_at=None, lines_said=0)
    cast.show_character(scene.stream_id)
    _go_on(scene)
    return scene


@transaction.atomic
def pause(roleplay_id: UUID) -> RolePlay:
    """Stop a scene where it is; the line being said is said to its end. Repeating changes nothing.

    Raises:
        NotFound: No such role-play in this studio.
        Conflict: It is not being played.
    """
    scene = _locked(roleplay_id)
    _check_open(scene)
    if scene.state == SceneState.RUNNING:
        _write(scene, state=SceneState.PAUSED)
        _cancel_cues(scene.stream_id)
    return scene


@transaction.atomic
def resume(roleplay_id: UUID) -> RolePlay:
    """Go on with a paused scene; one that had all its lines by itself gets as many again.

    Raises:
        NotFound: No such role-play in this studio.
        Conflict: It is not being played, or panic holds.
    """
    scene = _locked(roleplay_id)
    _check_open(scene)
    _check_free(scene)
    if scene.state == SceneState.PAUSED:
        lines = {"lines_said": 0} if scene.lines_said >= scene.lines_most else {}
        _write(scene, state=SceneState.RUNNING, **lines)
        _go_on(scene)
    return scene


@transaction.atomic
def end(roleplay_id: UUID) -> RolePlay:
    """End a scene; roles go back to their characters. Repeating changes nothing.

    Raises:
        NotFound: No such role-play in this studio.
    """
    scene = _locked(roleplay_id)
    if scene.state in OPEN_SCENES:
        _write(scene, state=SceneState.ENDED, ended_at=timezone.now())
        RolePart.objects.filter(roleplay=scene).update(is_taken=False, taken_by=None)
        _cancel_cues(scene.stream_id)
    return scene


@transaction.atomic
def move_on(roleplay_id: UUID) -> RolePlay:
    """Give the next line to whoever's turn it is, now.

    Raises:
        NotFound: No such role-play in this studio.
        Conflict: It is not running, panic holds, or people speak for every role.
    """
    scene = _locked(roleplay_id)
    if scene.state != SceneState.RUNNING:
        raise Conflict(_("The scene is not running, so nobody has the next line."))
    _check_free(scene)
    _cancel_cues(scene.stream_id)
    if not _cue_next(scene):
        raise Conflict(_("The team speaks for every role: type the next line, or give a role back."))
    return scene


@transaction.atomic
def take_over(roleplay_id: UUID, part_id: UUID, *, is_taken: bool, by: Any = None) -> RolePart:
    """Let a person speak for a role, or give it back to its character. Repeating changes nothing.

    Raises:
        NotFound: No such role in this studio.
        Conflict: The scene is not being played.
    """
    scene = _locked(roleplay_id)
    part: RolePart | None = RolePart.objects.filter(pk=part_id, roleplay=scene).first()
    if part is None:
        raise NotFound
    _check_open(scene)
    if part.is_taken != is_taken:
        _write(part, is_taken=is_taken, taken_by=by if is_taken else None)
        if is_taken:
            _cancel_cues(scene.stream_id, part.persona_id)
        if scene.state == SceneState.RUNNING:
            _go_on(scene)
    return part


def say(part: RolePart, text: str, *, key: str, name: str = "") -> Accepted:
    """Say words in a role, as they stand, in its character's voice. See `streams.services.cast.say_as`."""
    return cast.say_as(part.roleplay.stream_id, part.persona_id, text, key=key, name=name)


@transaction.atomic
def narrate(roleplay_id: UUID, text: str, *, key: str, name: str = "") -> RolePlay:
    """Tell what happens: every role knows it from the next line on, and viewers hear it, or read it as subtitles.

    Raises:
        NotFound: No such role-play in this studio.
        Conflict: It is not being played; panic holds.
        InputInvalid: There are no words, or too many.
    """
    scene = _locked(roleplay_id)
    _check_open(scene)
    words = text.strip()
    if not words or len(words) > NARRATION_LONGEST:
        most = {"most": NARRATION_LONGEST}
        raise InputInvalid(_("Write what happens, in at most %(most)d characters.") % most, field="text")
    _write(scene, narration=words)
    if scene.narrator_id is not None:
        cast.say_as(scene.stream_id, scene.narrator_id, words, key=key, name=name)
    else:
        queue.say(scene.stream_id, words, key=key, name=name, platform=NARRATION)
    return scene


def _locked(roleplay_id: UUID) -> RolePlay:
    scene: RolePlay | None = RolePlay.objects.select_for_update().filter(pk=roleplay_id).first()
    if scene is None:
        raise NotFound
    return scene


def _write(row: RolePlay | RolePart, **values: object) -> None:
    """Write what happens on air: the live loop is told; a row's history is of what people wrote into it."""
    for name, value in values.items():
        setattr(row, name, value)
    type(row).objects.filter(pk=row.pk).update(**values)


def _check_open(scene: RolePlay) -> None:
    if scene.state not in OPEN_SCENES:
        raise Conflict(_("This scene is not being played. Start it first."))


def _check_free(scene: RolePlay) -> None:
    if StreamState.objects.filter(stream_id=scene.stream_id, panicked_at__isnull=False).exists():
        raise Conflict(_("Panic holds, so no scene is played. Release it first."))
    if RolePlay.objects.filter(stream_id=scene.stream_id, state__in=OPEN_SCENES).exclude(pk=scene.pk).exists():
        raise Conflict(_("Another scene is open on this stream. End it first."))


def _bring_on_stage(scene: RolePlay, playing: set[UUID]) -> None:
    """Give everybody in the scene a place in the cast; those who had one before come back to it."""
    own = scene.stream.persona_id
    StreamCharacter.objects.filter(stream_id=scene.stream_id, persona__in=playing).update(is_enabled=True)
    known = set(StreamCharacter.objects.filter(stream_id=scene.stream_id).values_list("persona_id", flat=True))
    for place, persona_id in enumerate(sorted(playing - known - {own})):
        StreamCharacter(stream_id=scene.stream_id, persona_id=persona_id, position=10 + place, x=17 + 22 * place).save()


def _go_on(scene: RolePlay) -> None:
    """Wake the live loop; a scene that goes by itself gets its next line, if none is due already."""
    if scene.advance == Advance.AUTO and not _due(scene.stream_id).exists():
        _cue_next(scene)
    enqueue("live.perform", stream_id=scene.stream_id)


def _cue_next(scene: RolePlay) -> bool:
    """Put the next line of the scene into the inbox; tell whether there is anybody to say it."""
    plan: CastPlan | None = load_config(scene.stream_id).cast
    key = uuid7()
    lately = spoke_lately(scene.stream_id)
    cue: Cue | None = who_begins(plan, lately, chance=(key.int & 0xFFFF) / 0x10000) if plan is not None else None
    if cue is None:
        return False
    put_cue(scene.stream_id, cue, key=key.hex)
    enqueue("live.perform", stream_id=scene.stream_id)
    return True


def _due(stream_id: UUID) -> Any:
    return InboxEvent.objects.filter(stream_id=stream_id, platform=CUES, state=EventState.WAITING)


def _cancel_cues(stream_id: UUID, persona_id: UUID | None = None) -> None:
    """Cancel the turns characters would have had, of one of them or of all."""
    due = _due(stream_id) if persona_id is None else _due(stream_id).filter(addressee=persona_id)
    due.update(state=EventState.CANCELLED, reason="scene_stopped", decided_at=timezone.now())
