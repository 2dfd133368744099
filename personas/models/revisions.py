"""What characters were: revisions, and the cards they came from."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.models.characters import Persona
from vtcontrol.tenancy.owned import StudioOwned


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
