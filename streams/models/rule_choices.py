"""The words people choose from where something is moderated."""

from django.utils.translation import gettext_lazy as _

from streams.domain.rules import Action, RuleKind, RuleScope

RULE_KINDS = [
    (RuleKind.WORDS, _("Words and phrases")), (RuleKind.PATTERN, _("Patterns")),
    (RuleKind.NAMES, _("Names of viewers")), (RuleKind.LINKS, _("Links")),
    (RuleKind.LENGTH, _("Length")), (RuleKind.CAPS, _("Capitals")),
    (RuleKind.REPEATS, _("Repeats")), (RuleKind.RATE, _("Too many messages")),
]  # fmt: skip
RULE_SCOPES = [
    (RuleScope.IN, _("What comes in")), (RuleScope.OUT, _("What is said")), (RuleScope.BOTH, _("Both")),
]  # fmt: skip
RULE_ACTIONS = [
    (Action.WARN, _("Only note it")), (Action.REPLACE, _("Replace the words")), (Action.HOLD, _("Ask a person first")),
    (Action.DROP, _("Drop it")), (Action.TIMEOUT, _("Time the viewer out")), (Action.STOP, _("Stop the answer")),
]  # fmt: skip
