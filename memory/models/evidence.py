"""What was really said and heard: the evidence behind memories."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.models import Persona
from vtcontrol.tenancy.owned import StudioOwned


class Speaker(models.TextChoices):
    """Whose words an utterance is."""

    VIEWER = "viewer", _("Viewer")
    CHARACTER = "character", _("Character")
    STREAMER = "streamer", _("Streamer")
    DIRECTOR = "director", _("Director")


class Utterance(StudioOwned):
    """Something that was really said, or really heard: the evidence behind memories."""

    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="+", verbose_name=_("persona"))
    stream_id = models.UUIDField(_("stream"))
    turn_id = models.UUIDField(_("turn"), null=True)
    viewer_id = models.UUIDField(_("viewer"), null=True)
    speaker = models.CharField(_("speaker"), max_length=12, choices=Speaker.choices)
    name = models.CharField(_("name"), max_length=80, blank=True)
    text = models.TextField(_("text"))
    said_at = models.DateTimeField(_("said"))
    expires_at = models.DateTimeField(_("kept until"), db_index=True)

    class Meta:
        verbose_name = _("utterance")
        verbose_name_plural = _("utterances")
        ordering = ("-said_at",)
        indexes = (
            models.Index(fields=("studio", "stream_id", "-said_at"), name="utterance_by_stream"),
            models.Index(fields=("studio", "viewer_id"), name="utterance_by_viewer"),
            models.Index(fields=("studio", "persona", "stream_id", "id"), name="utterance_by_arrival"),
        )

    def __str__(self) -> str:
        return f"{self.name}: {self.text[:60]}"
