"""Shapes of what docks ask for; every size and type is checked here."""

from rest_framework import serializers

from streams.services.queue import SAY_LONGEST
from streams.services.viewers import NOTE_LONGEST

MINUTES_MOST = 60 * 24 * 30
LINES_MOST = 100
Wish = serializers.Serializer[object]


class SaySerializer(Wish):
    """Words for the character's mouth."""

    text = serializers.CharField(max_length=SAY_LONGEST, help_text="Tags such as `[joy]` work as in any answer.")
    name = serializers.CharField(
        max_length=80, allow_blank=True, default="", help_text="Who of the team asks for it; shown in the transcript."
    )
    character = serializers.UUIDField(
        allow_null=True, default=None, help_text="Which persona on stage says it; null: the stream's own."
    )


class MuteViewerSerializer(Wish):
    """For how long a viewer is not answered."""

    minutes = serializers.IntegerField(
        min_value=1, max_value=MINUTES_MOST, allow_null=True, default=None, help_text="Null: until unmuted."
    )


class ViewerNoteSerializer(Wish):
    """A note about a viewer."""

    text = serializers.CharField(max_length=NOTE_LONGEST)
    never_mention = serializers.BooleanField(
        default=False, help_text="False: the character knows it. True: it must never mention it."
    )


class StreamNoteSerializer(Wish):
    """A director's note."""

    text = serializers.CharField(max_length=NOTE_LONGEST)
    lines = serializers.IntegerField(
        min_value=1, max_value=LINES_MOST, default=3, help_text="How many of the next lines it steers."
    )
