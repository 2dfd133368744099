"""Shapes of REST answers, as the schema shows them. They describe; the selectors make the answers."""

from rest_framework import serializers

from streams.models import TurnState
from vtcontrol.kernel.events import EventKind, EventState

EVENT_KINDS = [kind.value for kind in EventKind]
EVENT_STATES = [state.value for state in EventState]
Anything = serializers.Serializer[object]


class NothingSerializer(Anything):
    """An empty object."""


class StreamNameSerializer(Anything):
    """Which stream."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class SessionSerializer(Anything):
    """An access pass."""

    access = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds.")
    kind = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField(), help_text="What the token may do.")
    stream = StreamNameSerializer(allow_null=True)


class TicketSerializer(Anything):
    """A ticket for one socket."""

    ticket = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds.")


class AcceptedSerializer(Anything):
    """What became of an event at the door."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=EVENT_STATES)
    reason = serializers.CharField(allow_blank=True)
    received_at = serializers.DateTimeField()


class SegmentSerializer(Anything):
    """One clause or sentence of a turn."""

    number = serializers.IntegerField()
    text = serializers.CharField(allow_blank=True)
    emotion = serializers.CharField(allow_blank=True)
    audio_ms = serializers.IntegerField()
    heard_ms = serializers.IntegerField(allow_null=True)
    heard_by = serializers.CharField(allow_blank=True)


class TurnSerializer(Anything):
    """One answer of the character."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=TurnState.values)
    reason = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)
    heard_text = serializers.CharField(allow_blank=True)
    emotion = serializers.CharField(allow_blank=True)
    brain = serializers.CharField(allow_blank=True)
    voice = serializers.CharField(allow_blank=True)
    timings = serializers.DictField(help_text="Milliseconds since the event was accepted.")
    segments = SegmentSerializer(many=True)


class OutcomeSerializer(Anything):
    """What became of an event."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=EVENT_KINDS)
    state = serializers.ChoiceField(choices=EVENT_STATES)
    reason = serializers.CharField(allow_blank=True)
    received_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    turn = TurnSerializer(allow_null=True)


class EngineSerializer(Anything):
    """Who thinks, or who speaks."""

    name = serializers.CharField(allow_blank=True)
    ok = serializers.BooleanField()
    note = serializers.CharField(allow_blank=True, help_text="What is wrong, when `ok` is false.")


class StateSerializer(Anything):
    """The live state of a stream."""

    panicked = serializers.BooleanField()
    muted = serializers.BooleanField()
    live = serializers.BooleanField(help_text="A worker holds the stream.")
    stage_pages = serializers.IntegerField()
    speaking_turn = serializers.UUIDField(allow_null=True)
    brain = EngineSerializer()
    voice = EngineSerializer()
    waiting = serializers.IntegerField()
    latency_ms = serializers.IntegerField(allow_null=True)


class LineSerializer(Anything):
    """One line of the transcript."""

    id = serializers.UUIDField()
    turn = serializers.UUIDField(allow_null=True)
    at = serializers.DateTimeField()
    who = serializers.CharField(help_text="`viewer`, `character`, `system` or `director`.")
    name = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)
    emotion = serializers.CharField(allow_blank=True)
    status = serializers.CharField(help_text="The state of the event, or of the turn.")
    reason = serializers.CharField(allow_blank=True)
    heard_ms = serializers.IntegerField(allow_null=True)
    viewer = serializers.UUIDField(allow_null=True)
    is_pinned = serializers.BooleanField(help_text="It waits, and is to be answered next.")
    decided_by = serializers.CharField(allow_blank=True, help_text="Who approved or rejected it.")


class StreamHeadSerializer(StreamNameSerializer):
    """Which stream, and in which language."""

    language = serializers.CharField()


class SnapshotSerializer(Anything):
    """The whole of what a dock shows."""

    type = serializers.CharField()
    v = serializers.IntegerField()
    stream = StreamHeadSerializer()
    version = serializers.IntegerField()
    state = StateSerializer()
    transcript = LineSerializer(many=True)
