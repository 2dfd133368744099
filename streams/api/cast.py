"""REST of the cast: who is on stage, which character the stream has, and the scenes that are played."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from streams.api.base import READS, StreamView
from streams.domain.cast import NarratedBy
from streams.models import RolePlay, SceneState
from streams.selectors.cast import OPEN_SCENES, stage_now
from streams.services import cast, roleplay
from streams.services.roleplay import NARRATION_LONGEST
from vtcontrol.kernel.errors import NotFound
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.idempotency import once, read_key
from vtcontrol.tenancy.rates import Rate

ACTIONS = {
    "start": roleplay.start,
    "pause": roleplay.pause,
    "resume": roleplay.resume,
    "end": roleplay.end,
    "next": roleplay.move_on,
}
Shape = serializers.Serializer[object]


class OnStageSerializer(Shape):
    """A character on stage."""

    id = serializers.UUIDField(help_text="The persona.")
    name = serializers.CharField()


class RoleSerializer(Shape):
    """A role of a scene; what it wants and hides is nobody's to read here."""

    id = serializers.UUIDField()
    role = serializers.CharField()
    persona = serializers.UUIDField(help_text="Who plays it; `character` of `say`.")
    character = serializers.CharField(help_text="Its name.")
    is_taken = serializers.BooleanField(help_text="The team speaks for it.")


class SceneSerializer(Shape):
    """A role-play: the one that is running or paused, or one that could be started."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=SceneState.values)
    advance = serializers.CharField()
    lines_said = serializers.IntegerField()
    lines_most = serializers.IntegerField()
    narration = serializers.CharField(allow_blank=True)
    narrated_by = serializers.ChoiceField(
        choices=[one.value for one in NarratedBy], help_text="How viewers get it: a character, a voice, subtitles."
    )
    roles = RoleSerializer(many=True)


class CastSerializer(Shape):
    """Who is on stage, and what they play."""

    characters = OnStageSerializer(many=True)
    scene = SceneSerializer(allow_null=True)
    planned = SceneSerializer(many=True)


class CharacterSerializer(Shape):
    """Which character takes the stream over."""

    persona = serializers.UUIDField()


class SceneActionSerializer(Shape):
    """What happens to a scene."""

    action = serializers.ChoiceField(choices=list(ACTIONS))
    roleplay = serializers.UUIDField()


class TakeSerializer(Shape):
    """Whether the team speaks for a role."""

    taken = serializers.BooleanField()


class NarrationSerializer(Shape):
    """What happens in the scene."""

    text = serializers.CharField(max_length=NARRATION_LONGEST)


class CastView(StreamView):
    """Who is on stage."""

    rate: ClassVar[Rate | None] = READS

    @extend_schema(responses={200: CastSerializer})
    def get(self, request: Request, stream_id: UUID) -> Response:
        """Return the characters on stage, the open scene, and those that could be started."""
        return Response(stage_now(self.stream))


class CharacterView(StreamView):
    """The stream's own character."""

    @extend_schema(request=CharacterSerializer, responses={202: CastSerializer})
    @once
    def post(self, request: Request, stream_id: UUID) -> Response:
        """Give the stream to another character, from its next line on."""
        wanted = _checked(CharacterSerializer, request)
        return Response(stage_now(cast.switch_character(stream_id, wanted["persona"])), status=202)


class SceneView(StreamView):
    """The scene that is played."""

    @extend_schema(request=SceneActionSerializer, responses={202: CastSerializer})
    @once
    def post(self, request: Request, stream_id: UUID) -> Response:
        """Start, pause, resume or end a role-play, or have the next line said; 409 where that does not fit."""
        wanted = _checked(SceneActionSerializer, request)
        if not RolePlay.objects.filter(pk=wanted["roleplay"], stream_id=stream_id).exists():
            raise NotFound
        ACTIONS[wanted["action"]](wanted["roleplay"])
        return Response(stage_now(self.stream), status=202)


class RoleView(StreamView):
    """A role of the open scene."""

    @extend_schema(request=TakeSerializer, responses={202: CastSerializer})
    @once
    def post(self, request: Request, stream_id: UUID, part_id: UUID) -> Response:
        """Let the team speak for the role, with `say` and its character; or give it back."""
        wanted = _checked(TakeSerializer, request)
        roleplay.take_over(_open(stream_id), part_id, is_taken=wanted["taken"])
        return Response(stage_now(self.stream), status=202)


class NarrationView(StreamView):
    """What happens in the open scene."""

    @extend_schema(request=NarrationSerializer, responses={202: CastSerializer})
    @once
    def post(self, request: Request, stream_id: UUID) -> Response:
        """Tell it to every role and to the viewers: by the narrator, a voice, or subtitles."""
        wanted = _checked(NarrationSerializer, request)
        key = f"{self.claims.token_id.hex[-8:]}:{read_key(request) or uuid7().hex}"
        roleplay.narrate(_open(stream_id), wanted["text"], key=key)
        return Response(stage_now(self.stream), status=202)


def _checked(shape: type[Shape], request: Request) -> dict[str, Any]:
    form = shape(data=request.data)
    form.is_valid(raise_exception=True)
    found: dict[str, Any] = form.validated_data
    return found


def _open(stream_id: UUID) -> UUID:
    """Return the open scene of a stream.

    Raises:
        NotFound: No scene is open.
    """
    found = RolePlay.objects.filter(stream_id=stream_id, state__in=OPEN_SCENES).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound
    return UUID(str(found))
