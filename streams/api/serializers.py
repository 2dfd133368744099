"""Shapes of REST requests; every size and type is checked here."""

from rest_framework import serializers

from vtcontrol.kernel.events import HOUSE_KINDS, HOUSE_PLATFORMS, EventKind


class EventSerializer(serializers.Serializer[object]):
    """An event from outside: chat, a donation, a game's news."""

    kind = serializers.ChoiceField(
        choices=[kind.value for kind in EventKind if kind not in HOUSE_KINDS], default=EventKind.CHAT.value
    )
    text = serializers.CharField(max_length=2000, allow_blank=True, default="", trim_whitespace=True)
    author_name = serializers.CharField(max_length=80, allow_blank=True, default="")
    author_id = serializers.CharField(max_length=128, allow_blank=True, default="")
    platform = serializers.RegexField(r"^[a-z0-9_-]{1,32}$", default="api")
    platform_id = serializers.CharField(max_length=128, allow_blank=True, default="")
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, allow_null=True, default=None)
    currency = serializers.CharField(max_length=8, allow_blank=True, default="")
    is_mention = serializers.BooleanField(default=False)

    def validate_platform(self, platform: str) -> str:
        """The house's own platforms are not for others."""
        if platform in HOUSE_PLATFORMS:
            raise serializers.ValidationError("This name is the house's own; choose another one.")
        return platform

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        """A chat line without words is nothing."""
        if attrs["kind"] in {EventKind.CHAT, EventKind.SPEECH, EventKind.DIRECT} and not str(attrs["text"]).strip():
            raise serializers.ValidationError({"text": ["Say something: the text is empty."]})
        return attrs


class MuteSerializer(serializers.Serializer[object]):
    """Whether the character's voice is off."""

    muted = serializers.BooleanField()
