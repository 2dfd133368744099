"""Viewers, their identities on the platforms, and what binds them to a character."""

import datetime as dt

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.models import Persona
from vtcontrol.tenancy.owned import StudioOwned

SCORE = [MinValueValidator(0.0), MaxValueValidator(100.0)]
UNIT = [MinValueValidator(0.0), MaxValueValidator(1.0)]


class Viewer(StudioOwned):
    """A person in the audience, whatever platform they come from."""

    name = models.CharField(_("name"), max_length=80)
    notes = models.TextField(_("notes"), max_length=4000, blank=True, help_text=_("The character knows these."))
    never_mention = models.TextField(_("never mention"), max_length=2000, blank=True, help_text=_("One a line."))
    tags = models.JSONField(_("tags"), default=list, blank=True)
    is_ignored = models.BooleanField(_("ignored"), default=False, help_text=_("The character never answers."))
    ignored_until = models.DateTimeField(
        _("muted until"), null=True, blank=True, help_text=_("Until then the character does not answer.")
    )
    has_opted_out = models.BooleanField(
        _("opted out"), default=False, help_text=_("Nothing about this person is remembered.")
    )
    messages = models.PositiveIntegerField(_("messages"), default=0, editable=False)
    first_seen_at = models.DateTimeField(_("first seen"), auto_now_add=True)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, editable=False)

    class Meta:
        verbose_name = _("viewer")
        verbose_name_plural = _("viewers")
        ordering = ("name",)
        indexes = (models.Index(fields=("studio", "name"), name="viewer_by_name"),)

    def __str__(self) -> str:
        return self.name

    def is_muted_at(self, now: dt.datetime) -> bool:
        """Tell whether the character does not answer this person: for good, or for a while."""
        return self.is_ignored or (self.ignored_until is not None and self.ignored_until > now)


class Identity(StudioOwned):
    """A viewer's account on one platform."""

    viewer = models.ForeignKey(Viewer, on_delete=models.CASCADE, related_name="identities", verbose_name=_("viewer"))
    platform = models.CharField(_("platform"), max_length=32)
    platform_id = models.CharField(_("account id"), max_length=128)
    name = models.CharField(_("shown name"), max_length=80)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        ordering = ("platform", "name")
        constraints = (
            models.UniqueConstraint(fields=("studio", "platform", "platform_id"), name="one_viewer_an_account"),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.platform})"


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
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("relationship")
        verbose_name_plural = _("relationships")
        ordering = ("-updated_at",)
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
    deltas = models.JSONField(_("changes"), default=dict)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        ordering = ("-at",)
        constraints = (models.UniqueConstraint(fields=("relationship", "event_id"), name="one_entry_an_event"),)
        indexes = (models.Index(fields=("relationship", "-at"), name="interaction_by_time"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
