"""Characters: who they are, how they think, sound, look and react. Every change reaches the next line on air."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.appearance import (
    COLOURS,
    FACES,
    PARTS,
    Crown,
    Extra,
    EyeShape,
    FaceShape,
    Hair,
    Outfit,
    Tail,
    colour,
    part,
)
from personas.domain.shapes import motion_problem, phrase_problem
from vtcontrol.kernel.events import EventKind
from vtcontrol.tenancy.credentials import Credential
from vtcontrol.tenancy.history import studio_history
from vtcontrol.tenancy.owned import LiveConfig, StudioOwned

TAG_NAME = RegexValidator(r"^[a-z][a-z0-9_]{0,23}$", _("Lower-case Latin letters, digits and _; starts with a letter."))


def unit_field(
    label: Any, default: float, help_text: Any, *, most: float = 1.0, least: float = 0.0
) -> "models.FloatField[Any, Any]":
    """Return a number field with bounds."""
    bounds = [MinValueValidator(least), MaxValueValidator(most)]
    return models.FloatField(label, default=default, validators=bounds, help_text=help_text)


class Language(models.TextChoices):
    """Languages a character can speak."""

    EN = "en", _("English")
    RU = "ru", _("Russian")
    ZH = "zh", _("Chinese")


class Brain(LiveConfig):
    """A language model behind an OpenAI-compatible endpoint."""

    name = models.CharField(_("name"), max_length=80)
    base_url = models.URLField(
        _("base URL"),
        max_length=300,
        help_text=_("For example https://api.openai.com/v1 or http://localhost:11434/v1."),
    )
    model = models.CharField(_("model"), max_length=120, help_text=_("For example gpt-4.1-mini or llama3.2."))
    credential = models.ForeignKey(
        Credential, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("key"),
        help_text=_("Local servers such as Ollama need none."),
    )  # fmt: skip
    fallback = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("fallback"),
        help_text=_("Answers when this one fails. The scripted brain stands behind the last."),
    )  # fmt: skip
    max_tokens = models.PositiveIntegerField(
        _("longest answer"), default=220, validators=[MinValueValidator(16), MaxValueValidator(4000)],
        help_text=_("In tokens; about four letters each."),
    )  # fmt: skip
    context_tokens = models.PositiveIntegerField(
        _("prompt budget"), default=3500, validators=[MinValueValidator(500), MaxValueValidator(200_000)],
        help_text=_("Most tokens the prompt may have."),
    )  # fmt: skip
    prompt_price = models.DecimalField(
        _("price of 1M prompt tokens"), max_digits=9, decimal_places=4, default=Decimal(0),
        validators=[MinValueValidator(Decimal(0))],
    )  # fmt: skip
    completion_price = models.DecimalField(
        _("price of 1M answer tokens"), max_digits=9, decimal_places=4, default=Decimal(0),
        validators=[MinValueValidator(Decimal(0))],
    )  # fmt: skip
    last_ok_at = models.DateTimeField(_("last success"), null=True, editable=False)
    last_fault = models.CharField(_("last fault"), max_length=120, default="", editable=False)
    history = studio_history(excluded=["last_ok_at", "last_fault"])
    quiet_fields = frozenset({"last_ok_at", "last_fault"})

    class Meta:
        verbose_name = _("brain")
        verbose_name_plural = _("brains")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("studio", "name"), name="one_brain_a_name"),)

    def __str__(self) -> str:
        return self.name


class VoiceEngine(models.TextChoices):
    """Speech engines."""

    ESPEAK = "espeak", _("espeak-ng (built in)")
    OPENAI = "openai", _("OpenAI-compatible")


class AudioFormat(models.TextChoices):
    """What a speech engine is asked to send."""

    AUTO = "auto", _("automatic")
    PCM = "pcm", "PCM"
    WAV = "wav", "WAV"
    MP3 = "mp3", "MP3"
    OPUS = "opus", "Opus"
    AAC = "aac", "AAC"
    FLAC = "flac", "FLAC"


class Voice(LiveConfig):
    """How a character sounds."""

    name = models.CharField(_("name"), max_length=80)
    engine = models.CharField(_("engine"), max_length=12, choices=VoiceEngine.choices, default=VoiceEngine.ESPEAK)
    voice_name = models.CharField(
        _("voice"), max_length=80, default="en-us+f3",
        help_text=_("The engine's own name: en-us+f3, ru+f3, cmn+f3 for espeak-ng; alloy, nova… for OpenAI."),
    )  # fmt: skip
    base_url = models.URLField(_("base URL"), max_length=300, blank=True, help_text=_("For OpenAI-compatible engines."))
    model = models.CharField(_("model"), max_length=120, blank=True, help_text=_("For example gpt-4o-mini-tts."))
    credential = models.ForeignKey(
        Credential, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("key")
    )
    audio_format = models.CharField(
        _("audio format"), max_length=8, choices=AudioFormat.choices, default=AudioFormat.AUTO,
        help_text=_("Automatic asks for plain samples, the fastest, and plays whatever the server really sends."),
    )  # fmt: skip
    raw_rate = models.PositiveIntegerField(
        _("rate of plain samples"), default=24_000, validators=[MinValueValidator(8000), MaxValueValidator(96_000)],
        help_text=_("In hertz. PCM does not say its own: when the voice sounds too high or too low, change this."),
    )  # fmt: skip
    fallback = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("fallback"),
        help_text=_("Speaks on when this one fails, even inside a sentence. espeak-ng stands behind the last."),
    )  # fmt: skip
    rate = unit_field(_("speed"), 1.0, _("1 is the voice's own."), least=0.5, most=2.0)
    pitch = unit_field(_("pitch"), 1.0, _("1 is the voice's own."), least=0.5, most=2.0)
    volume = unit_field(_("volume"), 1.0, _("1 is the voice's own."), most=2.0)
    price = models.DecimalField(
        _("price of 1M characters"), max_digits=9, decimal_places=4, default=Decimal(0),
        validators=[MinValueValidator(Decimal(0))],
    )  # fmt: skip
    last_ok_at = models.DateTimeField(_("last success"), null=True, editable=False)
    last_fault = models.CharField(_("last fault"), max_length=120, default="", editable=False)
    history = studio_history(excluded=["last_ok_at", "last_fault"])
    quiet_fields = frozenset({"last_ok_at", "last_fault"})

    class Meta:
        verbose_name = _("voice")
        verbose_name_plural = _("voices")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("studio", "name"), name="one_voice_a_name"),)

    def __str__(self) -> str:
        return self.name


class Avatar(LiveConfig):
    """How a character looks: the layered puppet, its parts and its colours."""

    name = models.CharField(_("name"), max_length=80)
    hair_style = part(_("hair"), Hair, Hair.LONG)
    crown = part(_("on the head"), Crown, Crown.FOX_EARS)
    face_shape = part(_("face"), FaceShape, FaceShape.ROUND)
    eye_shape = part(_("eye shape"), EyeShape, EyeShape.ROUND)
    outfit_style = part(_("clothes"), Outfit, Outfit.HOODIE)
    extra = part(_("small thing"), Extra, Extra.STAR)
    tail = part(_("tail"), Tail, Tail.FOX)
    hair = colour(_("hair colour"), "#b7a4f4")
    tips = colour(_("hair tips"), "#ff9ccb")
    eyes = colour(_("eye colour"), "#f0913a")
    skin = colour(_("skin"), "#ffe2d2")
    outfit = colour(_("cloth"), "#34305a", _("The hat too."))
    trim = colour(_("trim"), "#f6f1ff")
    accent = colour(_("accent"), "#8b5cf6", _("Pins, bows, horns, and the light of a calm face."))
    history = studio_history()

    class Meta:
        verbose_name = _("avatar")
        verbose_name_plural = _("avatars")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("studio", "name"), name="one_avatar_a_name"),)

    def __str__(self) -> str:
        return self.name

    @property
    def palette(self) -> dict[str, str]:
        """The colours, as the stage page takes them."""
        return {name: getattr(self, name) for name in COLOURS}

    @property
    def parts(self) -> dict[str, str]:
        """The words of the parts, as the stage page takes them."""
        return {name: getattr(self, field) for name, field in PARTS.items()}


class Persona(LiveConfig):
    """A character."""

    name = models.CharField(_("name"), max_length=60)
    language = models.CharField(_("language"), max_length=5, choices=Language.choices, default=Language.EN)
    identity = models.TextField(
        _("who the character is"), max_length=8000, help_text=_("Written to the character: “You are …”.")
    )
    style_rules = models.TextField(_("how it speaks"), max_length=4000, blank=True, help_text=_("One rule a line."))
    do_rules = models.TextField(_("always"), max_length=4000, blank=True, help_text=_("One rule a line."))
    dont_rules = models.TextField(_("never"), max_length=4000, blank=True, help_text=_("One rule a line."))
    speech_samples = models.TextField(
        _("speech samples"), max_length=6000, blank=True, help_text=_("Lines it might say, one a line.")
    )
    knowledge = models.TextField(
        _("knowledge"), max_length=8000, blank=True, help_text=_("What it knows about the channel and the world.")
    )
    phrases = models.JSONField(
        _("phrases"), default=dict, blank=True,
        help_text=_("Sayings by topic for the scripted brain: greeting, farewell, thanks, compliment, chatter…"),
    )  # fmt: skip
    stream_mode = models.BooleanField(
        _("stream mode"), default=True, help_text=_("Short spoken lines for a live audience.")
    )
    spicy_mode = models.BooleanField(_("spicy mode"), default=False, help_text=_("Allows teasing and mild sarcasm."))
    consistency = unit_field(_("consistency"), 0.7, _("0 drifts freely, 1 always in character."))
    creativity = unit_field(_("creativity"), 0.6, _("0 is predictable, 1 surprising."))
    adaptability = unit_field(_("emotional adaptability"), 0.5, _("How strongly it follows the viewers' mood."))
    motions = models.JSONField(_("motions"), default=list, blank=True, help_text=_("Of: wave, nod, shake, bounce."))
    brain = models.ForeignKey(
        Brain, null=True, blank=True, on_delete=models.SET_NULL, related_name="personas", verbose_name=_("brain"),
        help_text=_("Empty: the built-in scripted brain answers."),
    )  # fmt: skip
    voice = models.ForeignKey(Voice, on_delete=models.PROTECT, related_name="personas", verbose_name=_("voice"))
    avatar = models.ForeignKey(Avatar, on_delete=models.PROTECT, related_name="personas", verbose_name=_("avatar"))
    memory_version = models.PositiveBigIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    history = studio_history(excluded=["memory_version"])
    quiet_fields = frozenset({"memory_version"})

    class Meta:
        verbose_name = _("persona")
        verbose_name_plural = _("personas")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("studio", "name"), name="one_persona_a_name"),)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Check the shape of the JSON fields."""
        super().clean()
        problems = {}
        for field, find in (("motions", motion_problem), ("phrases", phrase_problem)):
            if problem := find(getattr(self, field)):
                problems[field] = _(problem)
        if problems:
            raise ValidationError(problems)


class Emotion(LiveConfig):
    """A feeling the character can show: its tag, its face and how it changes the voice."""

    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="emotions", verbose_name=_("persona"))
    name = models.CharField(
        _("tag"), max_length=24, validators=[TAG_NAME], help_text=_("As the model writes it: [joy].")
    )
    face = models.CharField(
        _("face"), max_length=16,
        choices=list(FACES.items()),
    )  # fmt: skip
    aliases = models.CharField(
        _("also written"), max_length=200, blank=True, help_text=_("Other tags with the same meaning, by comma.")
    )
    rate = unit_field(_("speed"), 1.0, _("Times the voice's own."), least=0.5, most=2.0)
    pitch = unit_field(_("pitch"), 1.0, _("Times the voice's own."), least=0.5, most=2.0)
    volume = unit_field(_("volume"), 1.0, _("Times the voice's own."), most=2.0)
    intensity = unit_field(_("intensity"), 0.8, _("When the tag gives none."))
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("emotion")
        verbose_name_plural = _("emotions")
        ordering = ("position", "name")
        constraints = (models.UniqueConstraint(fields=("persona", "name"), name="one_emotion_a_tag"),)

    def __str__(self) -> str:
        return self.name


class Reaction(LiveConfig):
    """What the character does about a kind of event that is not plain chat."""

    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="reactions", verbose_name=_("persona"))
    kind = models.CharField(
        _("event"), max_length=16,
        choices=[
            (EventKind.DONATION, _("Donation")), (EventKind.SUBSCRIPTION, _("Subscription")),
            (EventKind.GIFT, _("Gift")),
            (EventKind.RAID, _("Raid")), (EventKind.FOLLOW, _("Follow")), (EventKind.REDEMPTION, _("Redemption")),
            (EventKind.VICTORY, _("Victory")), (EventKind.DEFEAT, _("Defeat")),
            (EventKind.TROUBLE, _("Technical trouble")),
            (EventKind.SILENCE, _("Silence")),
        ],
    )  # fmt: skip
    template = models.TextField(
        _("reaction"), max_length=1000, help_text=_("What to say or do; {name}, {amount} and {text} are filled in.")
    )
    emotion = models.CharField(_("emotion"), max_length=24, blank=True, validators=[TAG_NAME])
    is_enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("reaction")
        verbose_name_plural = _("reactions")
        ordering = ("kind",)
        constraints = (models.UniqueConstraint(fields=("persona", "kind"), name="one_reaction_a_kind"),)

    def __str__(self) -> str:
        return str(self.get_kind_display())


class Revision(StudioOwned):
    """What a persona was at one moment. Every turn names the revision that spoke it."""

    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="revisions", verbose_name=_("persona"))
    number = models.PositiveIntegerField(_("number"))
    content = models.JSONField(_("content"))
    digest = models.CharField(max_length=64)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("saved"), auto_now_add=True)

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ("-number",)
        constraints = (models.UniqueConstraint(fields=("persona", "number"), name="one_revision_a_number"),)

    def __str__(self) -> str:
        return f"№ {self.number}"


class Scenario(StudioOwned):
    """A moment to try a persona on: an event and what must not happen in the answer."""

    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="scenarios", verbose_name=_("persona"))
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(
        _("event"),
        max_length=16,
        choices=[(kind.value, kind.value) for kind in EventKind if kind is not EventKind.DIRECTOR_SAY],
        default=EventKind.CHAT,
    )
    viewer = models.CharField(_("viewer"), max_length=60, blank=True)
    text = models.TextField(_("what is said"), max_length=2000)
    must_not_say = models.TextField(
        _("must not be said"), max_length=2000, blank=True, help_text=_("Words or phrases, one a line.")
    )

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("persona", "name"), name="one_scenario_a_name"),)

    def __str__(self) -> str:
        return self.name


class CardSource(StudioOwned):
    """A card as it was imported, untouched: what an export starts from. The live loop never reads it."""

    persona = models.OneToOneField(
        Persona, on_delete=models.CASCADE, related_name="card_source", verbose_name=_("persona")
    )
    container = models.CharField(max_length=8, editable=False)
    card = models.JSONField(editable=False)
    file = models.BinaryField(default=bytes, editable=False)  # the picture or the bundle, empty for JSON
    imported_at = models.DateTimeField(_("imported"), auto_now=True)

    class Meta:
        verbose_name = _("imported card")
        verbose_name_plural = _("imported cards")

    def __str__(self) -> str:
        return str(self.persona_id)
