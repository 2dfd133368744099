"""Bearer tokens, what they may do, and single-use tickets for sockets.

A token is shown once and kept as a SHA-256 digest: it has 256 random bits, so a fast hash is enough.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vtcontrol.tenancy.owned import StudioOwned
from vtcontrol.tenancy.roles import role_may
from vtcontrol.tenancy.studios import MemberRole, Membership


class TokenKind(models.TextChoices):
    """What a token opens."""

    API = "api", _("REST API")
    STAGE = "stage", _("Stage page")
    DOCK = "dock", _("Dock page")


class Scope(models.TextChoices):
    """What an API token may do."""

    READ = "read", _("Read: state, transcript, lists, the feed")
    EVENTS = "events", _("Send events, and ask what became of them")
    CONTROL = "control", _("Control the show: skip, mute, panic, the queue")
    MANAGE = "manage", _("Manage: change what the studio keeps")


ON_THE_SHOW = "streams.change_turn"  # the permission to put a hand on the show: moderators and above
EVERY_SCOPE = " ".join(Scope.values)
DOCK_SCOPES = frozenset({Scope.READ.value, Scope.EVENTS.value, Scope.CONTROL.value})


class ApiToken(StudioOwned):
    """A bearer token: scoped, revocable, hashed at rest."""

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("opens"), max_length=8, choices=TokenKind.choices)
    stream_id = models.UUIDField(
        _("stream"), null=True, blank=True, help_text=_("The one stream it opens; empty: all streams of the studio.")
    )
    scopes = models.CharField(
        _("may"), max_length=60, default=EVERY_SCOPE, blank=True,
        help_text=_("What an API token may do. Stage and dock tokens always do what their page does."),
    )  # fmt: skip
    role = models.CharField(
        _("role"), max_length=12, choices=MemberRole.choices, default=MemberRole.MANAGER,
        help_text=_("A dock’s: whoever has an observer’s link sees everything and changes nothing."),
    )  # fmt: skip
    member = models.ForeignKey(
        Membership, null=True, on_delete=models.CASCADE, related_name="+", editable=False,
        help_text=_("Whose session in the admin it stands for: it has that member's role of the moment."),
    )  # fmt: skip
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
        constraints = (
            models.UniqueConstraint(
                fields=("member", "stream_id"), name="one_session_a_stream", condition=models.Q(member__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def granted(self) -> frozenset[str]:
        """What it may do over REST (`Scope` values)."""
        if self.kind == TokenKind.API:
            return frozenset(self.scopes.split())
        if self.kind != TokenKind.DOCK:
            return frozenset()
        return DOCK_SCOPES if role_may(self.role_now, ON_THE_SHOW) else frozenset({Scope.READ.value})

    @property
    def is_valid(self) -> bool:
        """Whether it opens anything now."""
        if self.member is not None and not self.member.user.is_active:
            return False
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())

    @property
    def role_now(self) -> str:
        """What whoever has it may do: its own role, or that of the member whose session it stands for."""
        return str(self.member.role if self.member is not None else self.role)


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
