"""What may not come in or go out, and where that was found."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from streams.models.inbox import InboxEvent
from streams.models.streams import Stream
from streams.models.turns import Turn
from vtcontrol.tenancy.history import studio_history
from vtcontrol.tenancy.owned import LiveConfig, StudioOwned


class ModerationRule(LiveConfig):
    """What may not come in or go out."""

    name = models.CharField(_("name"), max_length=80)
    stream = models.ForeignKey(
        Stream, null=True, blank=True, on_delete=models.CASCADE, related_name="rules", verbose_name=_("stream"),
        help_text=_("Empty: every stream of the studio."),
    )  # fmt: skip
    kind = models.CharField(
        _("looks for"), max_length=12, default="words",
        choices=[("words", _("Words and phrases")), ("pattern", _("A pattern")), ("length", _("Length")),
                 ("caps", _("Capitals")),
                 ("repeats", _("Repeats")), ("links", _("Links"))],
    )  # fmt: skip
    content = models.TextField(
        _("content"),
        max_length=20_000,
        blank=True,
        help_text=_("Words or phrases one a line; a pattern in RE2 syntax; a number for length."),
    )
    scope = models.CharField(
        _("where"), max_length=8, default="both",
        choices=[("in", _("What comes in")), ("out", _("What is said")), ("both", _("Both"))],
    )  # fmt: skip
    action = models.CharField(
        _("then"), max_length=8, default="drop",
        choices=[("drop", _("Drop it")), ("replace", _("Replace the words")), ("warn", _("Only note it"))],
    )  # fmt: skip
    replacement = models.CharField(_("replacement"), max_length=60, blank=True, default="…")
    is_enabled = models.BooleanField(_("enabled"), default=True)
    history = studio_history()

    class Meta:
        verbose_name = _("moderation rule")
        verbose_name_plural = _("moderation rules")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("studio", "name"), name="one_rule_a_name"),)

    def __str__(self) -> str:
        return self.name


class Verdict(StudioOwned):
    """A rule fired."""

    rule = models.ForeignKey(
        ModerationRule, null=True, on_delete=models.SET_NULL, related_name="verdicts", verbose_name=_("rule")
    )
    rule_name = models.CharField(_("rule"), max_length=80)
    event = models.ForeignKey(
        InboxEvent, null=True, on_delete=models.CASCADE, related_name="verdicts", verbose_name=_("event")
    )
    turn = models.ForeignKey(Turn, null=True, on_delete=models.CASCADE, related_name="verdicts", verbose_name=_("turn"))
    action = models.CharField(_("done"), max_length=8)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        ordering = ("-at",)
        indexes = (models.Index(fields=("studio", "-at"), name="verdict_by_time"),)

    def __str__(self) -> str:
        return f"{self.rule_name}: {self.action}"
