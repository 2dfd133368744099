"""What may not come in or go out, and where that was found."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.models import Language, Persona
from streams.domain.rule_texts import TIMEOUT_MOST
from streams.domain.rules import Action, RuleKind, RuleScope
from streams.models.inbox import InboxEvent
from streams.models.rule_choices import RULE_ACTIONS, RULE_KINDS, RULE_SCOPES
from streams.models.streams import Stream
from streams.models.turns import Turn
from vtcontrol.tenancy.history import studio_history
from vtcontrol.tenancy.owned import LiveConfig, StudioOwned

CONTENT_LONGEST = 100_000


def check_languages(value: object) -> None:
    """Refuse anything but a list of languages characters speak.

    Raises:
        ValidationError: It is none.
    """
    if not isinstance(value, list) or any(one not in Language.values for one in value):
        raise ValidationError(_("Choose from: %(names)s."), params={"names": ", ".join(Language.values)})


class ModerationRule(LiveConfig):
    """What may not come in or go out."""

    name = models.CharField(_("name"), max_length=80)
    stream = models.ForeignKey(
        Stream, null=True, blank=True, on_delete=models.CASCADE, related_name="rules", verbose_name=_("stream"),
        help_text=_("Empty: every stream of the studio."),
    )  # fmt: skip
    persona = models.ForeignKey(
        Persona, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("persona"),
        help_text=_("Empty: every character of the studio."),
    )  # fmt: skip
    languages = models.JSONField(
        _("languages"), default=list, blank=True, validators=[check_languages],
        help_text=_("Only where the stream speaks one of these; empty: in any language."),
    )  # fmt: skip
    kind = models.CharField(_("looks for"), max_length=12, default=RuleKind.WORDS, choices=RULE_KINDS)
    content = models.TextField(
        _("content"),
        max_length=CONTENT_LONGEST,
        blank=True,
        help_text=_(
            "Words, phrases, names or patterns one a line; a number for length, capitals (a share) and repeats; for "
            "too many messages how many in how many seconds, such as 5 / 10."
        ),
    )
    scope = models.CharField(_("where"), max_length=8, default=RuleScope.BOTH, choices=RULE_SCOPES)
    action = models.CharField(_("then"), max_length=8, default=Action.DROP, choices=RULE_ACTIONS)
    replacement = models.CharField(_("replacement"), max_length=60, blank=True, default="…")
    timeout_minutes = models.PositiveSmallIntegerField(
        _("timeout, minutes"), default=10, validators=[MinValueValidator(1), MaxValueValidator(TIMEOUT_MOST)],
        help_text=_("So long the character does not answer, and trust is lost. The platform itself is not told."),
    )  # fmt: skip
    severity = models.PositiveSmallIntegerField(
        _("severity"), default=3, validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text=_("1: a matter of taste, 5: never. Of rules that ask for the same, the gravest is the reason."),
    )  # fmt: skip
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
    decided = models.BooleanField(
        _("decided"), default=True, help_text=_("It settled what became of the line; no graver rule fired with it.")
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        ordering = ("-at",)
        indexes = (
            models.Index(fields=("studio", "-at"), name="verdict_by_time"),
            models.Index(fields=("rule", "-at"), name="verdict_by_rule"),
        )

    def __str__(self) -> str:
        return f"{self.rule_name}: {self.action}"
