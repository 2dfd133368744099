"""Viewers, their accounts on the platforms, the names they had, and who turned out to be the same person."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vtcontrol.tenancy.owned import StudioOwned


class Viewer(StudioOwned):
    """A person in the audience, whatever platform they come from."""

    name = models.CharField(_("name"), max_length=80)
    notes = models.TextField(_("notes"), max_length=4000, blank=True, help_text=_("The character knows these."))
    never_mention = models.TextField(
        _("never mention"), max_length=2000, blank=True,
        help_text=_("Secrets, one a line. The character is not told, and a line that mentions one is not spoken."),
    )  # fmt: skip
    avoid = models.TextField(
        _("steer clear of"), max_length=2000, blank=True,
        help_text=_("Topics, one a line. The character is told to leave them alone."),
    )  # fmt: skip
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
    renamed_at = models.DateTimeField(_("renamed"), null=True, editable=False)
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.CASCADE, related_name="absorbed", verbose_name=_("is the same as"),
        editable=False,
    )  # fmt: skip

    class Meta:
        verbose_name = _("viewer")
        verbose_name_plural = _("viewers")
        ordering = ("name",)
        indexes = (
            models.Index(fields=("studio", "name"), name="viewer_by_name"),
            models.Index(fields=("studio", "-last_seen_at"), name="viewer_by_last_seen"),
            models.Index(fields=("studio", "-messages"), name="viewer_by_messages"),
            models.Index(fields=("studio",), name="viewer_with_secrets", condition=~models.Q(never_mention="")),
        )

    def __str__(self) -> str:
        return self.name

    def is_muted_at(self, now: dt.datetime) -> bool:
        """Tell whether the character does not answer this person: for good, or for a while."""
        return is_muted(self.is_ignored, self.ignored_until, now)


def is_muted(is_ignored: bool, until: dt.datetime | None, now: dt.datetime) -> bool:  # noqa: FBT001 - a row's column
    """Tell what `Viewer.is_muted_at` tells, of columns that were read alone."""
    return is_ignored or (until is not None and until > now)


class Identity(StudioOwned):
    """A viewer's account on one platform."""

    viewer = models.ForeignKey(Viewer, on_delete=models.CASCADE, related_name="identities", verbose_name=_("viewer"))
    platform = models.CharField(_("platform"), max_length=32)
    platform_id = models.CharField(_("account id"), max_length=128)
    name = models.CharField(_("shown name"), max_length=80)
    named_at = models.DateTimeField(_("called so since"), default=timezone.now, editable=False)
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


class FormerName(StudioOwned):
    """A name an account had before."""

    identity = models.ForeignKey(
        Identity, on_delete=models.CASCADE, related_name="former_names", verbose_name=_("identity")
    )
    name = models.CharField(_("name"), max_length=80)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("former name")
        verbose_name_plural = _("former names")
        ordering = ("-until",)

    def __str__(self) -> str:
        return self.name


class MergeReason(models.TextChoices):
    """Who said that two viewers are one person."""

    TEAM = "team", _("The team")
    CODE = "code", _("The viewer's own code")


class ViewerMerge(StudioOwned):
    """Two viewers turned out to be one person; it can be undone. Both ledgers stay as they are.

    Attributes:
        identity_ids: Accounts that moved.
        memory_ids: Memories that moved.
        before: What the team had written about the one who stays, by field.
        after: The same with what was added.
    """

    kept = models.ForeignKey(Viewer, on_delete=models.CASCADE, related_name="merges", verbose_name=_("stays"))
    absorbed = models.ForeignKey(Viewer, on_delete=models.CASCADE, related_name="+", verbose_name=_("is absorbed"))
    reason = models.CharField(_("on whose word"), max_length=8, choices=MergeReason.choices, default=MergeReason.TEAM)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    made_at = models.DateTimeField(_("merged"), auto_now_add=True)
    undone_at = models.DateTimeField(_("undone"), null=True)
    identity_ids = models.JSONField(default=list, editable=False)
    memory_ids = models.JSONField(default=list, editable=False)
    before = models.JSONField(default=dict, editable=False)
    after = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("merge of viewers")
        verbose_name_plural = _("merges of viewers")
        ordering = ("-made_at",)

    def __str__(self) -> str:
        return str(self.pk)


class LinkCode(StudioOwned):
    """A code one account asked for; typed by another account, it makes both one viewer. Kept as a digest."""

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+", verbose_name=_("identity"))
    digest = models.CharField(max_length=64, editable=False)
    expires_at = models.DateTimeField(db_index=True, editable=False)

    class Meta:
        verbose_name = _("linking code")
        verbose_name_plural = _("linking codes")
        ordering = ("-expires_at",)
        constraints = (models.UniqueConstraint(fields=("studio", "digest"), name="one_linking_code"),)

    def __str__(self) -> str:
        return str(self.pk)
