"""What the team asks for: notes to the character, and commands to OBS and other links."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from streams.models.streams import Stream
from vtcontrol.tenancy.owned import LiveConfig, StudioOwned


class DirectorNote(StudioOwned):
    """A steer for the next lines, written by the team."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="notes", verbose_name=_("stream"))
    text = models.TextField(_("note"), max_length=1000)
    turns_left = models.PositiveSmallIntegerField(
        _("lines left"), default=3, validators=[MaxValueValidator(1000)], help_text=_("How many more lines it steers.")
    )
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        verbose_name = _("director's note")
        verbose_name_plural = _("director's notes")
        ordering = ("-created_at",)
        indexes = (models.Index(fields=("stream", "turns_left"), name="note_by_stream"),)

    def __str__(self) -> str:
        return self.text[:60]


class ObsEffect(LiveConfig):
    """What OBS does when the character feels something or something happens; carried out by the OBS link."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="effects", verbose_name=_("stream"))
    trigger = models.CharField(_("when"), max_length=40, help_text=_("An emotion's tag or a kind of event."))
    request = models.CharField(_("OBS request"), max_length=60, help_text=_("For example SetCurrentProgramScene."))
    arguments = models.JSONField(_("arguments"), default=dict, blank=True)
    is_enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("OBS effect")
        verbose_name_plural = _("OBS effects")
        ordering = ("trigger",)

    def __str__(self) -> str:
        return f"{self.trigger} → {self.request}"


class CommandState(models.TextChoices):
    """Life of a command."""

    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")


class Command(StudioOwned):
    """Something a link is asked to do, with a deadline and a result."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="commands", verbose_name=_("stream"))
    link = models.CharField(_("link"), max_length=16)
    request = models.CharField(_("request"), max_length=60)
    arguments = models.JSONField(_("arguments"), default=dict)
    state = models.CharField(_("state"), max_length=8, choices=CommandState.choices, default=CommandState.WAITING)
    result = models.JSONField(_("result"), null=True)
    deadline_at = models.DateTimeField(_("deadline"))
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)

    class Meta:
        verbose_name = _("command")
        verbose_name_plural = _("commands")
        ordering = ("-created_at",)
        indexes = (models.Index(fields=("stream", "state", "created_at"), name="command_waiting"),)

    def __str__(self) -> str:
        return self.request
