"""Bearer tokens, and single-use tickets for sockets.

A token is shown once and kept as a SHA-256 digest: it has 256 random bits, so a fast hash is enough.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vtcontrol.tenancy.owned import StudioOwned


class TokenKind(models.TextChoices):
    """What a token opens."""

    API = "api", _("REST API")
    STAGE = "stage", _("Stage page")
    DOCK = "dock", _("Dock page")


class ApiToken(StudioOwned):
    """A bearer token: scoped, revocable, hashed at rest."""

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("opens"), max_length=8, choices=TokenKind.choices)
    stream_id = models.UUIDField(
        _("stream"), null=True, blank=True, help_text=_("The one stream it opens; empty: all streams of the studio.")
    )
    prefix = models.CharField(_("starts with"), max_length=16, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        ordering = ("-created_at",)
        indexes = (models.Index(fields=("studio", "stream_id", "kind"), name="token_by_stream"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_valid(self) -> bool:
        """Whether it opens anything now."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())


class Ticket(StudioOwned):
    """Opens one socket once, within 30 seconds."""

    digest = models.CharField(max_length=64, unique=True)
    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="tickets")
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("socket ticket")
        verbose_name_plural = _("socket tickets")

    def __str__(self) -> str:
        return str(self.id)
