"""Streams, their live state and their broadcasts."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from personas.models import Language, Persona
from streams.domain.approval import HELD_MOST, TIMEOUT_LEAST_S, TIMEOUT_MOST_S, ApprovalMode
from streams.models.model_check import ModerationModel
from vtcontrol.tenancy.history import studio_history
from vtcontrol.tenancy.owned import LiveConfig, StudioOwned

APPROVAL_MODES = [
    (ApprovalMode.OFF, _("Never: a rule that asks for a person drops the line")),
    (ApprovalMode.RULES, _("When a moderation rule asks for it")),
    (ApprovalMode.EVERYTHING, _("Before every answer")),
]


class Stream(LiveConfig):
    """One character's place on air: its settings and links."""

    name = models.CharField(_("name"), max_length=80)
    persona = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="streams", verbose_name=_("persona"))
    language = models.CharField(_("language"), max_length=5, choices=Language.choices, default=Language.EN)
    is_enabled = models.BooleanField(
        _("enabled"), default=True, help_text=_("A disabled stream takes in nothing and says nothing.")
    )
    shows_badge = models.BooleanField(
        _("“AI” badge"), default=True, help_text=_("Tells viewers that the character is an AI.")
    )
    shows_subtitles = models.BooleanField(_("subtitles"), default=True)
    viewer_cooldown_s = models.PositiveSmallIntegerField(
        _("pause per viewer"), default=5, validators=[MaxValueValidator(3600)],
        help_text=_("Seconds before plain chat of the same viewer is answered again."),
    )  # fmt: skip
    chat_fresh_s = models.PositiveSmallIntegerField(
        _("chat stays fresh"), default=60, validators=[MinValueValidator(5), MaxValueValidator(3600)],
        help_text=_("Seconds after which a chat line is too old to answer."),
    )  # fmt: skip
    uses_relationships = models.BooleanField(
        _("relationships"), default=True, help_text=_("Off: the character treats everybody alike, and no score moves.")
    )
    answers_commands = models.BooleanField(
        _("answers privacy commands"), default=True, help_text=_("Off: !forgetme and the like are done silently.")
    )
    approval = models.CharField(
        _("asks a person"), max_length=10, choices=APPROVAL_MODES, default=ApprovalMode.RULES,
        help_text=_("What is held until somebody of the team approves it. Nothing of a held line is voiced or shown."),
    )  # fmt: skip
    approval_timeout_s = models.PositiveSmallIntegerField(
        _("time to decide"), default=60,
        validators=[MinValueValidator(TIMEOUT_LEAST_S), MaxValueValidator(TIMEOUT_MOST_S)],
        help_text=_("Seconds; a line nobody decided on by then is not said."),
    )  # fmt: skip
    approval_most = models.PositiveSmallIntegerField(
        _("lines held at once"), default=8, validators=[MinValueValidator(1), MaxValueValidator(HELD_MOST)],
        help_text=_("One more, and the oldest is given up."),
    )  # fmt: skip
    approval_waits = models.BooleanField(
        _("wait for the decision"), default=False,
        help_text=_("On: nothing else is answered while a line is held. Off: the show goes on with the next line."),
    )  # fmt: skip
    moderation_model = models.ForeignKey(
        ModerationModel, null=True, blank=True, on_delete=models.SET_NULL, related_name="streams",
        verbose_name=_("moderation model"),
        help_text=_("Asked beside the rules about what comes in and what is said. Empty: the rules alone."),
    )  # fmt: skip
    exchanges_most = models.PositiveSmallIntegerField(
        _("lines between characters"), default=2, validators=[MaxValueValidator(6)],
        help_text=_("How many lines several characters may say to each other before they wait for somebody."),
    )  # fmt: skip
    history = studio_history()

    class Meta:
        verbose_name = _("stream")
        verbose_name_plural = _("streams")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("studio", "name"), name="one_stream_a_name"),)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new stream gets its live state and its stage's layout with it."""
        from streams.models.stage import StageLayout

        with transaction.atomic():
            super().save(*args, **kwargs)
            StreamState.objects.get_or_create(stream=self)
            StageLayout.objects.get_or_create(stream=self)


class StreamState(StudioOwned):
    """The live state of a stream: who works on it, what may be said, which page is primary. One row a stream.

    Every worker's write is conditional on the lease's owner and fencing token; each interrupt raises the control epoch.
    """

    stream = models.OneToOneField(Stream, on_delete=models.CASCADE, related_name="state", verbose_name=_("stream"))
    lease_owner = models.CharField(_("worker"), max_length=64, default="", editable=False)
    lease_until = models.DateTimeField(_("lease until"), null=True, editable=False, db_index=True)
    fence = models.PositiveBigIntegerField(_("fencing token"), default=0, editable=False)
    control_epoch = models.PositiveBigIntegerField(_("control epoch"), default=0, editable=False)
    version = models.PositiveBigIntegerField(default=0, editable=False)
    panicked_at = models.DateTimeField(_("panic since"), null=True, editable=False)
    is_muted = models.BooleanField(_("muted"), default=False, editable=False)
    primary_page = models.CharField(max_length=40, default="", editable=False)
    primary_until = models.DateTimeField(null=True, editable=False)
    brain_note = models.CharField(max_length=120, default="", editable=False)
    voice_note = models.CharField(max_length=120, default="", editable=False)

    class Meta:
        verbose_name = _("live state")
        verbose_name_plural = _("live states")

    def __str__(self) -> str:
        return str(self.stream_id)


class Broadcast(StudioOwned):
    """One show of a stream, from going live to going off."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="broadcasts", verbose_name=_("stream"))
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("broadcast")
        verbose_name_plural = _("broadcasts")
        ordering = ("-started_at",)
        constraints = (
            models.UniqueConstraint(fields=("stream",), name="one_open_broadcast", condition=models.Q(ended_at=None)),
        )

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
