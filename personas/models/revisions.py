"""What characters were: revisions, and the cards they came from."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.models.characters import Persona
from vtcontrol.tenancy.owned import StudioOwned


class RevisionState(models.TextChoices):
    """Where a revision stands; one of a persona is published, and that one is on air."""

    DRAFT = "draft", _("Draft")
    SCHEDULED = "scheduled", _("Scheduled")
    PUBLISHED = "published", _("On air")
    RETIRED = "retired", _("Earlier")


UNPUBLISHED = (RevisionState.DRAFT, RevisionState.SCHEDULED)


class Revision(StudioOwned):
    """What a persona was at one moment, or is to become. Every turn names the revision that spoke it.

    The published one is what the persona's own rows say. Once it was on air its content never changes again.
    """

    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="revisions", verbose_name=_("persona"))
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=12, choices=RevisionState.choices, default=RevisionState.RETIRED)
    note = models.CharField(
        _("note"), max_length=200, blank=True, help_text=_("What changed and why; kept with the revision.")
    )
    content = models.JSONField(_("content"))
    digest = models.CharField(max_length=64)
    base = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("made from"),
        help_text=_("What was on air when it was written."),
    )  # fmt: skip
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("saved"), auto_now_add=True)
    publish_at = models.DateTimeField(_("goes on air"), null=True, blank=True)
    published_at = models.DateTimeField(_("went on air"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+",
        verbose_name=_("published by"), help_text=_("Who published it, or set the time."),
    )  # fmt: skip
    refusal = models.CharField(_("why it did not go on air"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=("persona", "number"), name="one_revision_a_number"),
            models.UniqueConstraint(
                fields=("persona",), name="one_revision_on_air", condition=models.Q(state=RevisionState.PUBLISHED)
            ),
            models.CheckConstraint(
                condition=models.Q(state=RevisionState.SCHEDULED, publish_at__isnull=False)
                | ~models.Q(state=RevisionState.SCHEDULED) & models.Q(publish_at__isnull=True),
                name="a_time_while_scheduled",
            ),
        )
        indexes = (
            models.Index(
                fields=("publish_at",), name="revision_due", condition=models.Q(state=RevisionState.SCHEDULED)
            ),
        )

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
