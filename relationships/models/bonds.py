"""What binds a viewer to a character, and the ledger that moved it."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.models import Persona
from relationships.models.viewers import Viewer
from vtcontrol.tenancy.owned import StudioOwned

SCORE = [MinValueValidator(0.0), MaxValueValidator(100.0)]
UNIT = [MinValueValidator(0.0), MaxValueValidator(1.0)]


class Relationship(StudioOwned):
    """What binds a viewer to a character: scores moved by rules only, never by what the viewer says about them."""

    viewer = models.ForeignKey(Viewer, on_delete=models.CASCADE, related_name="relationships", verbose_name=_("viewer"))
    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="+", verbose_name=_("persona"))
    affinity = models.FloatField(_("affinity"), default=0.0, validators=SCORE)
    trust = models.FloatField(_("trust"), default=20.0, validators=SCORE)
    familiarity = models.FloatField(_("familiarity"), default=0.0, validators=SCORE)
    loyalty = models.FloatField(_("loyalty"), default=0.0, validators=SCORE)
    warmth = models.FloatField(_("warmth"), default=0.5, validators=UNIT)
    warmth_at = models.DateTimeField(null=True, editable=False)
    scars = models.PositiveSmallIntegerField(_("scars"), default=0)
    baseline = models.JSONField(null=True, editable=False)  # the scores before the first entry of the ledger
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("relationship")
        verbose_name_plural = _("relationships")
        ordering = ("-updated_at",)
        indexes = (models.Index(fields=("studio", "-updated_at"), name="relationship_by_change"),)
        constraints = (models.UniqueConstraint(fields=("viewer", "persona"), name="one_bond_a_character"),)

    def __str__(self) -> str:
        return f"{self.viewer} ↔ {self.persona}"


class Interaction(StudioOwned):
    """The ledger: one event and how it moved the scores. An event counts once."""

    relationship = models.ForeignKey(
        Relationship, on_delete=models.CASCADE, related_name="interactions", verbose_name=_("relationship")
    )
    event_id = models.UUIDField(_("event"))
    broadcast_id = models.UUIDField(_("broadcast"), null=True)
    kind = models.CharField(_("kind"), max_length=16)
    amount = models.FloatField(
        _("amount"), null=True, editable=False
    )  # with it an entry can be computed anew; None: taken as it is
    deltas = models.JSONField(_("changes"), default=dict)
    scars = models.SmallIntegerField(_("scars"), default=0)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        ordering = ("-at",)
        constraints = (models.UniqueConstraint(fields=("relationship", "event_id"), name="one_entry_an_event"),)
        indexes = (models.Index(fields=("relationship", "-at"), name="interaction_by_time"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
