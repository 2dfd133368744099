"""Webhooks: addresses of a studio's own programs that are told what happened, and the log of what was sent.

Owns the rows. What is told and when is `streams.services.webhooks`; sending is `workers.tasks.webhooks`.
"""

import base64
import secrets

from django.core.validators import URLValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vtcontrol.tenancy.owned import StudioOwned
from vtcontrol.tenancy.secrets import seal, unseal

SECRET_PREFIX = "whsec_"  # noqa: S105 - a marker, not a secret
SECRET_BYTES = 32


class Topic(models.TextChoices):
    """What a webhook can be told."""

    TURN_ENDED = "turn.ended", _("An answer ended")
    STATE_CHANGED = "state.changed", _("The state changed")
    PASSED_OVER = "event.passed_over", _("An event was passed over")
    LINE_HELD = "line.held", _("A line was held for approval")
    LINE_DECIDED = "line.decided", _("A held line was decided on")
    PING = "ping", _("A test")


ASKED_FOR = {
    Topic.TURN_ENDED: "on_turn_ended",
    Topic.STATE_CHANGED: "on_state_changed",
    Topic.PASSED_OVER: "on_passed_over",
    Topic.LINE_HELD: "on_line_held",
    Topic.LINE_DECIDED: "on_line_decided",
}
"""The field of a webhook that asks for a topic."""


class Webhook(StudioOwned):
    """An address that is told what happens, in signed messages."""

    name = models.CharField(_("name"), max_length=80)
    stream_id = models.UUIDField(
        _("stream"), null=True, blank=True, help_text=_("Which stream it hears about; empty: all of the studio.")
    )
    url = models.URLField(
        _("address"), max_length=500, validators=[URLValidator(schemes=("https", "http"))],
        help_text=_("Where messages are posted to, such as https://example.com/hooks/vtcontrol."),
    )  # fmt: skip
    on_turn_ended = models.BooleanField(_("when an answer ended"), default=True)
    on_state_changed = models.BooleanField(
        _("when the state changed"), default=True, help_text=_("Panic, mute, stage open or closed, engines in trouble.")
    )
    on_passed_over = models.BooleanField(_("when an event was passed over"), default=False)
    on_line_held = models.BooleanField(_("when a line is held for approval"), default=False)
    on_line_decided = models.BooleanField(
        _("when a held line is decided on"), default=False,
        help_text=_("Approved, edited, rejected, timed out, or taken back."),
    )  # fmt: skip
    is_enabled = models.BooleanField(_("enabled"), default=True)
    sealed = models.TextField(editable=False, default="")
    hint = models.CharField(_("secret ends with"), max_length=8, editable=False, default="")
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0, editable=False)
    stopped_at = models.DateTimeField(_("stopped"), null=True, editable=False)
    last_at = models.DateTimeField(_("last sent"), null=True, editable=False)
    starts_at = models.DateTimeField(default=timezone.now, editable=False)  # what is older is not told
    seen_at = models.DateTimeField(default=timezone.now, editable=False)  # up to here it was looked
    told = models.JSONField(default=dict, editable=False)  # stream → the state it was told last
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("studio", "name"), name="one_webhook_a_name"),)

    def __str__(self) -> str:
        return self.name

    def new_secret(self) -> str:
        """Make a new signing secret and return it, this once; the row is not saved yet."""
        secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
        self.sealed, self.hint = seal(secret), secret[-4:]
        return secret

    def reveal(self) -> str:
        """Return the signing secret.

        Raises:
            SecretUnreadable: The configured keys do not fit.
        """
        return unseal(self.sealed)


class DeliveryState(models.TextChoices):
    """Life of a message."""

    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Given up")


class Delivery(StudioOwned):
    """One message to one webhook. Its text is kept only until it was delivered or given up."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("webhook"))
    topic = models.CharField(_("about"), max_length=20, choices=Topic.choices)
    subject = models.CharField(max_length=80, editable=False)
    body = models.TextField(editable=False, default="")
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    status = models.PositiveSmallIntegerField(_("answered"), null=True)
    trouble = models.CharField(_("trouble"), max_length=80, blank=True, default="")
    took_ms = models.PositiveIntegerField(_("took, ms"), null=True)
    next_at = models.DateTimeField(_("next attempt"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("kept until"), db_index=True)

    class Meta:
        verbose_name = _("webhook message")
        verbose_name_plural = _("webhook messages")
        ordering = ("-created_at",)
        constraints = (models.UniqueConstraint(fields=("webhook", "topic", "subject"), name="one_message_a_fact"),)
        indexes = (
            models.Index(fields=("next_at",), name="delivery_due", condition=models.Q(state="waiting")),
            models.Index(fields=("studio", "-created_at"), name="delivery_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.topic} {self.id}"
