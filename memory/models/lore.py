"""Knowledge that comes up by its keys."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.models import Persona
from vtcontrol.tenancy.owned import LiveConfig


class Lore(LiveConfig):
    """Knowledge that comes up when its keys are mentioned."""

    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="lore", verbose_name=_("persona"))
    keys = models.CharField(_("keys"), max_length=300, blank=True, help_text=_("Words that bring it up, by comma."))
    content = models.TextField(_("knowledge"), max_length=2000)
    is_constant = models.BooleanField(_("always"), default=False, help_text=_("In every prompt, keys or not."))
    is_enabled = models.BooleanField(_("enabled"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("lore")
        verbose_name_plural = _("lore")
        ordering = ("position", "keys")

    def __str__(self) -> str:
        return self.keys or self.content[:40]
