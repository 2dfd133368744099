"""Shapes of the lists: their filters, their items and their pages."""

from rest_framework import serializers

from memory.models import MemoryKind
from streams.api.shapes import EVENT_KINDS, EVENT_STATES, LineSerializer, SegmentSerializer, StreamNameSerializer
from streams.models import TurnState

Anything = serializers.Serializer[object]


class EventFilterSerializer(Anything):
    """Which events."""

    state = serializers.ChoiceField(choices=EVENT_STATES, required=False)
    kind = serializers.ChoiceField(choices=EVENT_KINDS, required=False)
    platform = serializers.RegexField(r"^[a-z0-9_-]{1,32}$", required=False)
    since = serializers.DateTimeField(required=False, help_text="Received at that time or later.")


class TurnFilterSerializer(Anything):
    """Which turns."""

    state = serializers.ChoiceField(choices=TurnState.values, required=False)
    since = serializers.DateTimeField(required=False, help_text="Begun at that time or later.")


class ViewerFilterSerializer(Anything):
    """Which viewers."""

    name = serializers.CharField(max_length=80, required=False, help_text="A part of the name.")
    is_ignored = serializers.BooleanField(required=False)


class MemoryFilterSerializer(Anything):
    """Which memories."""

    persona = serializers.UUIDField(required=False)
    viewer = serializers.UUIDField(required=False)
    kind = serializers.ChoiceField(choices=MemoryKind.values, required=False)
    is_pinned = serializers.BooleanField(required=False)


class PageSerializer(Anything):
    """A page of a list."""

    next = serializers.CharField(allow_null=True, help_text="`cursor` of the next page; null on the last.")


class StreamSerializer(StreamNameSerializer):
    """A stream."""

    language = serializers.CharField()
    is_enabled = serializers.BooleanField()
    persona = StreamNameSerializer()
    panicked = serializers.BooleanField()
    muted = serializers.BooleanField()


class StreamPageSerializer(PageSerializer):
    """Streams."""

    items = StreamSerializer(many=True)


class EventItemSerializer(Anything):
    """An event."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=EVENT_KINDS)
    state = serializers.ChoiceField(choices=EVENT_STATES)
    reason = serializers.CharField(allow_blank=True)
    platform = serializers.CharField()
    platform_id = serializers.CharField()
    author_id = serializers.CharField(allow_blank=True)
    author_name = serializers.CharField(allow_blank=True)
    viewer = serializers.UUIDField(allow_null=True)
    text = serializers.CharField(allow_blank=True)
    amount = serializers.CharField(allow_null=True)
    currency = serializers.CharField(allow_blank=True)
    is_mention = serializers.BooleanField()
    received_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class EventPageSerializer(PageSerializer):
    """Events, newest first."""

    items = EventItemSerializer(many=True)


class TurnItemSerializer(Anything):
    """One answer of the character."""

    id = serializers.UUIDField()
    event = serializers.UUIDField(allow_null=True)
    persona = serializers.UUIDField()
    state = serializers.ChoiceField(choices=TurnState.values)
    reason = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)
    heard_text = serializers.CharField(allow_blank=True)
    emotion = serializers.CharField(allow_blank=True)
    brain = serializers.CharField(allow_blank=True)
    voice = serializers.CharField(allow_blank=True)
    timings = serializers.DictField(help_text="Milliseconds since the event was accepted.")
    prompt_tokens = serializers.IntegerField()
    completion_tokens = serializers.IntegerField()
    characters = serializers.IntegerField()
    cost = serializers.CharField()
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    segments = SegmentSerializer(many=True)


class TurnPageSerializer(PageSerializer):
    """Turns, newest first."""

    items = TurnItemSerializer(many=True)


class LinePageSerializer(PageSerializer):
    """Lines of the transcript, newest first."""

    items = LineSerializer(many=True)


class PersonaSerializer(StreamNameSerializer):
    """A character."""

    language = serializers.CharField()
    emotions = serializers.ListField(child=serializers.CharField())
    motions = serializers.ListField(child=serializers.CharField())
    voice = serializers.CharField()
    updated_at = serializers.DateTimeField()


class PersonaPageSerializer(PageSerializer):
    """Characters."""

    items = PersonaSerializer(many=True)


class ViewerAccountSerializer(Anything):
    """A viewer's account on one platform."""

    platform = serializers.CharField()
    platform_id = serializers.CharField()
    name = serializers.CharField(allow_blank=True)


class ViewerSerializer(StreamNameSerializer):
    """A person in the audience."""

    tags = serializers.ListField()
    is_ignored = serializers.BooleanField()
    messages = serializers.IntegerField()
    first_seen_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField(allow_null=True)
    accounts = ViewerAccountSerializer(many=True)


class ViewerPageSerializer(PageSerializer):
    """Viewers."""

    items = ViewerSerializer(many=True)


class MemorySerializer(Anything):
    """One thing a character remembers."""

    id = serializers.UUIDField()
    persona = serializers.UUIDField()
    viewer = serializers.UUIDField(allow_null=True)
    kind = serializers.CharField()
    tier = serializers.CharField()
    text = serializers.CharField()
    tags = serializers.ListField()
    emotion = serializers.CharField(allow_blank=True)
    importance = serializers.FloatField()
    confidence = serializers.FloatField()
    source = serializers.CharField()  # type: ignore[assignment]  # a declared field is taken off the class
    is_pinned = serializers.BooleanField()
    updated_at = serializers.DateTimeField()


class MemoryPageSerializer(PageSerializer):
    """Memories, latest change first."""

    items = MemorySerializer(many=True)


class RuleSerializer(Anything):
    """A moderation rule."""

    id = serializers.UUIDField()
    stream = serializers.UUIDField(allow_null=True, help_text="Null: every stream.")
    persona = serializers.UUIDField(allow_null=True, help_text="Null: every character.")
    languages = serializers.ListField(child=serializers.CharField(), help_text="Empty: any language.")
    name = serializers.CharField()
    kind = serializers.CharField(help_text="words, pattern, names, links, length, caps, repeats or rate.")
    content = serializers.CharField(allow_blank=True)
    scope = serializers.CharField(help_text="in, out or both.")
    action = serializers.CharField(help_text="warn, replace, hold, drop, timeout or stop.")
    replacement = serializers.CharField(allow_blank=True)
    timeout_minutes = serializers.IntegerField()
    severity = serializers.IntegerField(help_text="1, a matter of taste, to 5, never.")
    is_enabled = serializers.BooleanField()


class RulePageSerializer(PageSerializer):
    """Moderation rules."""

    items = RuleSerializer(many=True)
