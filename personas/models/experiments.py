"""Trying a draft on a part of the audience."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.models.characters import Persona
from personas.models.revisions import Revision
from vtcontrol.tenancy.owned import LiveConfig


class ExperimentEnd(models.TextChoices):
    """How an experiment ended."""

    STOPPED = "stopped", _("Stopped")
    TAKEN = "taken", _("B was published")


class Experiment(LiveConfig):
    """A share of the viewers hears another revision (B) while the others hear what is on air (A)."""

    persona = models.ForeignKey(
        Persona, on_delete=models.CASCADE, related_name="experiments", verbose_name=_("persona")
    )
    other = models.ForeignKey(
        Revision, on_delete=models.RESTRICT, related_name="experiments", verbose_name=_("B"),
        help_text=_("The draft or earlier revision that is tried. A is what is on air."),
    )  # fmt: skip
    control = models.ForeignKey(
        Revision, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("A at the start")
    )
    share = models.PositiveSmallIntegerField(
        _("share of B, %"), default=50, validators=[MinValueValidator(1), MaxValueValidator(99)],
        help_text=_("So many of a hundred viewers hear B, and always the same ones."),
    )  # fmt: skip
    note = models.CharField(_("note"), max_length=200, blank=True, help_text=_("What you want to find out."))
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("started by")
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("ended by")
    )
    outcome = models.CharField(_("outcome"), max_length=8, choices=ExperimentEnd.choices, blank=True)

    class Meta:
        verbose_name = _("experiment")
        verbose_name_plural = _("experiments")
        ordering = ("-started_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("persona",), name="one_running_experiment", condition=models.Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(condition=models.Q(share__gte=1, share__lte=99), name="a_share_for_both"),
        )

    def __str__(self) -> str:
        return f"A / {self.other}"
