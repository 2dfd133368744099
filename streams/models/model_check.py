"""Which moderation model is asked beside the rules, and what is done about its opinion."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from streams.domain.model_check import CHECK_ACTIONS, CheckPolicy, Missing, read_thresholds
from streams.domain.rules import Action, RuleScope
from streams.models.rule_choices import RULE_ACTIONS, RULE_SCOPES
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.tenancy.credentials import Credential
from vtcontrol.tenancy.history import studio_history
from vtcontrol.tenancy.owned import LiveConfig

DEADLINE_LEAST_MS, DEADLINE_MOST_MS = 50, 5000
MISSING = [(Missing.PASS, _("Let it through")), (Missing.FLAG, _("Do as if it was flagged"))]


def check_thresholds(text: str) -> None:
    """Refuse lines that are no category with its threshold.

    Raises:
        ValidationError: Which line.
    """
    try:
        read_thresholds(text)
    except InputInvalid as problem:
        told = _("“%(line)s” is no category with its threshold: write for example “harassment 0.8” or “sexual off”.")
        raise ValidationError(told, params={"line": str(problem)[:80]}) from None


class ModerationModel(LiveConfig):
    """A moderation model behind an OpenAI-compatible endpoint, and what is done about its opinion."""

    name = models.CharField(_("name"), max_length=80)
    base_url = models.URLField(_("base URL"), max_length=300, help_text=_("For example https://api.openai.com/v1."))
    model = models.CharField(
        _("model"), max_length=120, blank=True, default="omni-moderation-latest",
        help_text=_("For example omni-moderation-latest; empty leaves it to the server."),
    )  # fmt: skip
    credential = models.ForeignKey(
        Credential, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("key"),
        help_text=_("Local servers need none."),
    )  # fmt: skip
    scope = models.CharField(_("where"), max_length=8, default=RuleScope.BOTH, choices=RULE_SCOPES)
    threshold = models.FloatField(
        _("threshold"), null=True, blank=True, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
        help_text=_("A category counts from this score on, 0 to 1. Empty: where the model itself flags it."),
    )  # fmt: skip
    thresholds = models.TextField(
        _("thresholds of categories"), max_length=4000, blank=True, validators=[check_thresholds],
        help_text=_("One a line, such as “harassment 0.8”; “sexual off” for what never counts."),
    )  # fmt: skip
    action = models.CharField(
        _("then"), max_length=8, default=Action.DROP, choices=[one for one in RULE_ACTIONS if one[0] in CHECK_ACTIONS],
        help_text=_(
            "What comes in is not answered with any of replace, drop and stop. To ask a person, answers are thought to "
            "their end first: it takes longer until they are heard."
        ),
    )  # fmt: skip
    replacement = models.CharField(
        _("replacement"), max_length=120, blank=True, default="…",
        help_text=_("Said instead of a clause that is replaced."),
    )  # fmt: skip
    deadline_ms = models.PositiveSmallIntegerField(
        _("deadline, ms"), default=800,
        validators=[MinValueValidator(DEADLINE_LEAST_MS), MaxValueValidator(DEADLINE_MOST_MS)],
        help_text=_("The model is asked while the answer is thought and voiced; nothing waits longer for it."),
    )  # fmt: skip
    missing = models.CharField(
        _("without a verdict"), max_length=4, default=Missing.PASS, choices=MISSING,
        help_text=_("When the model is late or fails. The status line of the stream says so either way."),
    )  # fmt: skip
    last_ok_at = models.DateTimeField(_("last success"), null=True, editable=False)
    last_fault = models.CharField(_("last fault"), max_length=120, default="", editable=False)
    history = studio_history(excluded=["last_ok_at", "last_fault"])
    quiet_fields = frozenset({"last_ok_at", "last_fault"})

    class Meta:
        verbose_name = _("moderation model")
        verbose_name_plural = _("moderation models")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("studio", "name"), name="one_moderation_model_a_name"),)

    def __str__(self) -> str:
        return self.name

    def policy(self, thresholds: tuple[tuple[str, float], ...]) -> CheckPolicy:
        """Return what counts and what is done then.

        Args:
            thresholds: Those of single categories, as `read_thresholds` reads them.
        """
        return CheckPolicy(
            scope=RuleScope(self.scope),
            action=Action(self.action),
            replacement=self.replacement,
            missing=Missing(self.missing),
            threshold=self.threshold,
            thresholds=thresholds,
        )
