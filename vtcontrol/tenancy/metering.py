"""Budgets and usage: what the show costs and how far it may go."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from vtcontrol.tenancy.owned import LiveConfig, StudioOwned


class Meter(models.TextChoices):
    """What is counted."""

    LLM_TOKENS = "llm_tokens", _("Language model tokens")
    TTS_CHARACTERS = "tts_characters", _("Voiced characters")
    COST_MICROS = "cost_micros", _("Cost (millionths of the currency)")


class Budget(LiveConfig):
    """A daily limit. Past it the character goes on with the engines that cost nothing."""

    meter = models.CharField(_("counts"), max_length=16, choices=Meter.choices)
    stream_id = models.UUIDField(_("stream"), null=True, blank=True, help_text=_("Empty: all streams together."))
    daily_limit = models.PositiveBigIntegerField(_("daily limit"))
    is_enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        constraints = (
            models.UniqueConstraint(fields=("studio", "meter", "stream_id"), name="one_budget_a_stream"),
            models.UniqueConstraint(
                fields=("studio", "meter"), name="one_budget_a_studio", condition=models.Q(stream_id=None)
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_meter_display()}: {self.daily_limit}"


class Usage(StudioOwned):
    """What one stream used of one meter on one day (UTC)."""

    day = models.DateField(_("day"))
    stream_id = models.UUIDField(_("stream"))
    meter = models.CharField(_("counts"), max_length=16, choices=Meter.choices)
    provider = models.CharField(_("provider"), max_length=40)
    quantity = models.PositiveBigIntegerField(_("used"), default=0)

    class Meta:
        verbose_name = _("usage")
        verbose_name_plural = _("usage")
        ordering = ("-day",)
        constraints = (
            models.UniqueConstraint(fields=("studio", "day", "stream_id", "meter", "provider"), name="one_usage_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.meter}"
