"""How characters think and sound: language models and speech engines."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.models.fields import unit_field
from vtcontrol.tenancy.credentials import Credential
from vtcontrol.tenancy.history import studio_history
from vtcontrol.tenancy.owned import LiveConfig


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
