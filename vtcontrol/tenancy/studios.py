"""Studio and Membership: the tenants and who works in them. These few rows stand above every scope."""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from vtcontrol.kernel.ids import uuid7

DAYS = [MinValueValidator(1), MaxValueValidator(3650)]


class Studio(models.Model):
    """A tenant: its people, its characters, its streams."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("An inactive studio's streams stay silent and its people cannot sign in."),
    )
    prompts_kept_days = models.PositiveSmallIntegerField(
        _("prompts are kept, days"), default=30, validators=DAYS,
        help_text=_("Then “Why did it say that?” shows a line without its prompt."),
    )  # fmt: skip
    events_kept_days = models.PositiveSmallIntegerField(
        _("events are kept, days"), default=90, validators=DAYS, help_text=_("What viewers wrote and sent.")
    )
    turns_kept_days = models.PositiveSmallIntegerField(
        _("answers are kept, days"), default=365, validators=DAYS, help_text=_("What the character said.")
    )
    config_version = models.PositiveBigIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("studio")
        verbose_name_plural = _("studios")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def config_changed(cls, studio_ids: Iterable[UUID]) -> None:
        """Make the live loop read these studios' configuration anew before its next line."""
        cls.objects.filter(pk__in=list(studio_ids)).update(config_version=models.F("config_version") + 1)


class MemberRole(models.TextChoices):
    """What a member may do; each role may do all that the next one may."""

    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    MODERATOR = "moderator", _("Moderator")
    OBSERVER = "observer", _("Observer")


class Membership(models.Model):
    """A person's role in a studio."""

    studio = models.ForeignKey(Studio, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("studio"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=12, choices=MemberRole.choices, default=MemberRole.OBSERVER)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ("studio", "created_at")
        constraints = (models.UniqueConstraint(fields=("studio", "user"), name="one_role_a_member"),)

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"
