"""Putting a list of words into a rule, and taking it out again."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from streams.domain.rule_texts import entries_of
from streams.models import CONTENT_LONGEST, ModerationRule
from vtcontrol.kernel.errors import Conflict, InputInvalid

IMPORTED = "word list"
"""The reason that stands in the history of a rule a list was put into."""


@transaction.atomic
def put_in(rule: ModerationRule, entries: Sequence[str], *, replaces: bool) -> ModerationRule:
    """Add entries to a rule, or put them in place of its own; a rule that is new is made.

    Raises:
        InputInvalid: There is nothing to add, or it would be more than a rule holds.
    """
    if not rule._state.adding:
        rule = ModerationRule.objects.select_for_update().get(pk=rule.pk)
    before = () if replaces else entries_of(rule.content)
    content = "\n".join((*before, *entries))
    if not entries:
        raise InputInvalid(_("There is nothing new in the list."), field="file")
    if len(content) > CONTENT_LONGEST:
        raise InputInvalid(_("A rule holds at most %(most)d characters.") % {"most": CONTENT_LONGEST}, field="file")
    rule.content = content
    rule._change_reason = IMPORTED  # type: ignore[attr-defined]  # read by simple_history
    rule.save()
    return rule


def can_take_out(rule: ModerationRule) -> bool:
    """Tell whether the last change of a rule was a list, and there was something before it."""
    reasons = list(
        rule.history.order_by("-history_date", "-history_id").values_list("history_change_reason", flat=True)[:2]
    )
    return len(reasons) == 2 and reasons[0] == IMPORTED


@transaction.atomic
def take_out(rule: ModerationRule) -> None:
    """Give a rule the entries back that it had before the last list.

    Raises:
        Conflict: The rule was changed since.
    """
    locked = ModerationRule.objects.select_for_update().get(pk=rule.pk)
    if not can_take_out(locked):
        raise Conflict(_("The rule was changed since. Its history shows what it was before."))
    before = locked.history.order_by("-history_date", "-history_id")[1]
    locked.content = before.content
    locked.save()
