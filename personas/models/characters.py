"""Who characters are, what they feel and how they react."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.appearance import FACES
from personas.domain.modes import STOPS_MOST
from personas.domain.shapes import lines_of, motion_problem, phrase_problem
from personas.models.engines import Brain, Voice
from personas.models.fields import TAG_NAME, unit_field
from personas.models.looks import Avatar
from vtcontrol.kernel.chat import Output
from vtcontrol.kernel.events import EventKind
from vtcontrol.tenancy.history import studio_history
from vtcontrol.tenancy.owned import LiveConfig


class Language(models.TextChoices):
    """Languages a character can speak."""

    EN = "en", _("English")
    RU = "ru", _("Russian")
    ZH = "zh", _("Chinese")


class OutputFormat(models.TextChoices):
    """The form the model is asked to answer in."""

    TAGS = Output.TAGS.value, _("Text with tags: [joy] Hi!")
    JSON = Output.JSON.value, _("JSON: emotion, motion, say")


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
    output_format = models.CharField(
        _("form of the answer"), max_length=8, choices=OutputFormat.choices, default=OutputFormat.TAGS,
        help_text=_("Tags suit most models and are heard soonest. JSON suits models trained to write it."),
    )  # fmt: skip
    temperature = models.FloatField(
        _("temperature"), null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(2)],
        help_text=_("0 to 2. Empty: as the modes have it."),
    )  # fmt: skip
    top_p = models.FloatField(
        _("top-p"), null=True, blank=True, validators=[MinValueValidator(0.01), MaxValueValidator(1)],
        help_text=_("0.01 to 1. Empty: as the modes have it."),
    )  # fmt: skip
    frequency_penalty = unit_field(
        _("frequency penalty"), 0.0, _("-2 to 2. Above 0: against repeating words."), least=-2.0, most=2.0
    )
    presence_penalty = unit_field(
        _("presence penalty"), 0.0, _("-2 to 2. Above 0: towards new subjects."), least=-2.0, most=2.0
    )
    max_tokens = models.PositiveSmallIntegerField(
        _("longest answer, tokens"), null=True, blank=True, validators=[MinValueValidator(16)],
        help_text=_("Empty: as the modes have it. The brain's own limit holds in any case."),
    )  # fmt: skip
    stop_sequences = models.TextField(
        _("stop sequences"), max_length=400, blank=True,
        help_text=_("One a line, at most 4: what ends the answer when the model writes it."),
    )  # fmt: skip
    asks_a_person = models.BooleanField(
        _("always ask a person"), default=False,
        help_text=_("Every answer is held until somebody of the team approves it, on any stream."),
    )  # fmt: skip
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
        if len(lines_of(self.stop_sequences)) > STOPS_MOST:
            problems["stop_sequences"] = _("At most 4.")
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
