"""What the REST API of memory takes and gives."""

from typing import Any

from rest_framework import serializers

from memory.domain.seeds import FILE_LARGEST, Part
from memory.models import MemoryKind, MemoryTier, Review
from memory.services.seeds import Did

Shape = serializers.Serializer[Any]


class MemoryWriteSerializer(Shape):
    """A memory as it is written."""

    text = serializers.CharField(max_length=1000)
    viewer = serializers.UUIDField(required=False, allow_null=True)
    kind = serializers.ChoiceField(MemoryKind.choices, required=False)
    tier = serializers.ChoiceField(MemoryTier.choices, required=False)
    slot = serializers.CharField(max_length=80, required=False, allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField(max_length=60), max_length=40, required=False)
    emotion = serializers.CharField(max_length=24, required=False, allow_blank=True)
    importance = serializers.FloatField(min_value=0, max_value=1, required=False)
    confidence = serializers.FloatField(min_value=0, max_value=1, required=False)
    is_pinned = serializers.BooleanField(required=False)
    is_locked = serializers.BooleanField(required=False)
    review = serializers.ChoiceField(Review.choices, required=False)
    valid_from = serializers.DateTimeField(required=False)
    valid_to = serializers.DateTimeField(required=False, allow_null=True)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class NewMemorySerializer(MemoryWriteSerializer):
    """A new memory."""

    persona = serializers.UUIDField()


class EvidenceSerializer(Shape):
    """What was said that a memory rests on."""

    utterance = serializers.UUIDField()
    turn = serializers.UUIDField(allow_null=True)
    said_at = serializers.DateTimeField()


class MemoryEntrySerializer(MemoryWriteSerializer):
    """A memory as it is given."""

    id = serializers.UUIDField()
    source = serializers.CharField()  # type: ignore[assignment]  # the API's own name
    doubt = serializers.CharField(allow_blank=True)
    episode = serializers.UUIDField(allow_null=True)
    position = serializers.IntegerField(allow_null=True)
    superseded_by = serializers.UUIDField(allow_null=True)
    evidence = EvidenceSerializer(many=True)


class SearchFilterSerializer(Shape):
    """What is said, to whom and by whom."""

    persona = serializers.UUIDField()
    text = serializers.CharField(max_length=500)
    viewer = serializers.UUIDField(required=False)
    limit = serializers.IntegerField(min_value=1, max_value=20, required=False)


class FoundSerializer(Shape):
    """A memory that would be recalled, and why."""

    id = serializers.UUIDField()
    text = serializers.CharField()
    kind = serializers.CharField()
    score = serializers.FloatField()
    parts = serializers.DictField(child=serializers.FloatField())
    matched = serializers.ListField(child=serializers.CharField())
    is_pinned = serializers.BooleanField()


class FoundListSerializer(Shape):
    """What would be recalled."""

    items = FoundSerializer(many=True)


class ExportFilterSerializer(Shape):
    """Whose memories are exported."""

    persona = serializers.UUIDField()


class ExportSerializer(Shape):
    """A page of an export; the pages' memories together are one file."""

    format = serializers.CharField()
    version = serializers.IntegerField()
    memories = MemoryEntrySerializer(many=True)
    next = serializers.CharField(allow_null=True)


class ImportSerializer(Shape):
    """What is imported."""

    persona = serializers.UUIDField()
    dry_run = serializers.BooleanField(required=False)
    format = serializers.CharField(max_length=40)
    version = serializers.IntegerField()
    memories = serializers.ListField(child=serializers.JSONField(), max_length=5000)


class ImportedSerializer(Shape):
    """What an import did, or would do."""

    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    errors = serializers.ListField(child=serializers.JSONField())  # type: ignore[assignment]  # as above
    run = serializers.UUIDField(allow_null=True)


class SeedsSerializer(Shape):
    """A seed file."""

    persona = serializers.UUIDField()
    dry_run = serializers.BooleanField(required=False)
    file = serializers.CharField(
        max_length=FILE_LARGEST, trim_whitespace=False, help_text="The text of the file, YAML or JSON."
    )


class SeedSerializer(Shape):
    """What became of an entry, or would."""

    part = serializers.ChoiceField(choices=[part.value for part in Part])
    key = serializers.CharField()
    line = serializers.IntegerField()
    did = serializers.ChoiceField(choices=[did.value for did in Did])


class SeedErrorSerializer(Shape):
    """What is wrong with an entry, or with the file as a whole (line 0)."""

    line = serializers.IntegerField()
    part = serializers.CharField(allow_blank=True)
    key = serializers.CharField(allow_blank=True)
    errors = serializers.DictField(  # type: ignore[assignment]  # the API's own name
        child=serializers.ListField(child=serializers.CharField()), help_text="Sentences by field."
    )


class SeededSerializer(Shape):
    """What a load did, or would do."""

    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    edited = serializers.IntegerField(help_text="Changed by people since, and left alone.")
    deleted = serializers.IntegerField(help_text="Deleted by people, and not brought back.")
    known = serializers.IntegerField(help_text="There already in the same words, and left alone.")
    entries = SeedSerializer(many=True, help_text="All that are not as they were.")
    errors = SeedErrorSerializer(many=True)  # type: ignore[assignment]  # as above
    run = serializers.UUIDField(allow_null=True, help_text="The run that undoes what became of memories.")
