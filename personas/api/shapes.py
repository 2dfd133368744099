"""What the REST API of revisions takes and gives."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers

from personas.domain.cards.plain_json import UNFIT
from personas.domain.differences import Mark
from personas.models import Emotion, Persona, Reaction, RevisionState
from personas.selectors import EMOTION_FIELDS, LINK_FIELDS, REACTION_FIELDS, REVISED_FIELDS

Shape = serializers.Serializer[Any]
NOTE_LONGEST = 200
PARTS_MOST = 100


class KnownFields:
    """Mixin: refuses what no field is named, so that a slip of the pen is not a draft that changes nothing."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the values, checked.

        Raises:
            ValidationError: A name is unknown, or a value cannot be used.
        """
        known: Mapping[str, Any] = self.fields  # type: ignore[attr-defined]  # the serializer it is mixed into has it
        unknown = sorted(map(str, data.keys() - known.keys())) if isinstance(data, Mapping) else []
        if unknown:
            raise serializers.ValidationError(dict.fromkeys(unknown, _("There is no such field.")))
        return super().to_internal_value(data)  # type: ignore[misc]  # as above


class EmotionSerializer(KnownFields, serializers.ModelSerializer[Emotion]):
    """A feeling the character can show."""

    class Meta:
        model = Emotion
        fields = EMOTION_FIELDS
        validators: ClassVar[list[Any]] = []  # names are compared in the content


class ReactionSerializer(KnownFields, serializers.ModelSerializer[Reaction]):
    """What the character does about a kind of event."""

    class Meta:
        model = Reaction
        fields = REACTION_FIELDS
        validators: ClassVar[list[Any]] = []  # as above


class ContentSerializer(KnownFields, serializers.ModelSerializer[Persona]):
    """Everything that makes a character; what is left out stays as it was. Lists are replaced as a whole."""

    brain = serializers.UUIDField(allow_null=True, required=False, help_text="Null: the scripted brain.")
    voice = serializers.UUIDField(required=False)
    avatar = serializers.UUIDField(required=False)
    emotions = EmotionSerializer(many=True, required=False)
    reactions = ReactionSerializer(many=True, required=False)

    class Meta:
        model = Persona
        fields = (*REVISED_FIELDS, *LINK_FIELDS, "emotions", "reactions")
        extra_kwargs: ClassVar[dict[str, Any]] = {name: {"required": False} for name in REVISED_FIELDS}

    def validate_phrases(self, phrases: Any) -> Any:
        """Refuse characters that no database keeps."""
        if UNFIT.search(json.dumps(phrases, ensure_ascii=False).replace("\\u0000", "\0")):
            raise serializers.ValidationError(_("There are characters in it that cannot be kept."))
        return phrases

    def validate_emotions(self, emotions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse too many, and a tag that stands twice."""
        return _once_each(emotions, "name")

    def validate_reactions(self, reactions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse too many, and an event that stands twice."""
        return _once_each(reactions, "kind")


def _once_each(rows: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    if len(rows) > PARTS_MOST:
        raise serializers.ValidationError(_("At most %(most)d of them.") % {"most": PARTS_MOST})
    if len({row[key] for row in rows}) < len(rows):
        raise serializers.ValidationError(_("One of them stands twice."))
    return rows


class DraftSerializer(Shape):
    """A draft as it is written."""

    content = ContentSerializer(required=False, partial=True)
    note = serializers.CharField(
        max_length=NOTE_LONGEST, allow_blank=True, required=False, help_text="What changed and why."
    )


class NewDraftSerializer(DraftSerializer):
    """A new draft."""

    start = serializers.UUIDField(
        required=False, allow_null=True, help_text="The revision it starts from; null: what is on air."
    )


class PublishSerializer(Shape):
    """When a draft goes on air."""

    at = serializers.DateTimeField(required=False, allow_null=True, help_text="Null: now, from the next line.")
    over = serializers.UUIDField(
        required=False, allow_null=True,
        help_text="What is on air, if it is not what the draft was made from: you know what you replace.",
    )  # fmt: skip


class RevisionFilterSerializer(Shape):
    """Which revisions."""

    state = serializers.ChoiceField(choices=RevisionState.values, required=False)


class AgainstSerializer(Shape):
    """What a revision is compared with."""

    against = serializers.UUIDField(
        required=False, help_text="Another revision; without it what is on air, and for that what was before."
    )


class RevisionSerializer(Shape):
    """A revision."""

    id = serializers.UUIDField()
    persona = serializers.UUIDField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=RevisionState.values)
    note = serializers.CharField(allow_blank=True)
    base = serializers.UUIDField(allow_null=True, help_text="What was on air when it was begun.")
    is_outdated = serializers.BooleanField(help_text="A draft: something else is on air than it was made from.")
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(allow_blank=True)
    publish_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    published_by = serializers.CharField(allow_blank=True)
    refusal = serializers.CharField(allow_blank=True, help_text="Why it did not go on air at its time.")


class RevisionPageSerializer(Shape):
    """Revisions, newest first."""

    items = RevisionSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="`cursor` of the next page; null on the last.")


class RevisionDetailSerializer(RevisionSerializer):
    """A revision with its content."""

    content = serializers.DictField(help_text="As a draft is written; an old one has not every field.")


class PieceSerializer(Shape):
    """A stretch of text."""

    mark = serializers.ChoiceField(choices=[Mark.SAME.value, Mark.ADDED.value, Mark.REMOVED.value])
    text = serializers.CharField()


class FieldChangeSerializer(Shape):
    """A field that differs."""

    name = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    pieces = PieceSerializer(many=True, help_text="Of texts: both in one, word by word.")


class PartChangeSerializer(Shape):
    """A feeling, a reaction or a topic of phrases that differs."""

    part = serializers.ChoiceField(choices=["emotions", "reactions", "phrases"])
    key = serializers.CharField()
    mark = serializers.ChoiceField(choices=[Mark.ADDED.value, Mark.REMOVED.value, Mark.CHANGED.value])
    changes = FieldChangeSerializer(many=True)


class DifferenceSerializer(Shape):
    """In what two revisions differ."""

    against = serializers.UUIDField(allow_null=True, help_text="The earlier side; null: there is none.")
    revision = serializers.UUIDField()
    count = serializers.IntegerField()
    changes = FieldChangeSerializer(many=True)
    parts = PartChangeSerializer(many=True)
