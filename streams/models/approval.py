"""Lines that wait for a person before they are said or answered, and what was decided."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from streams.domain.approval import NOTE_LONGEST, HeldBy, HeldState
from streams.models.inbox import InboxEvent
from streams.models.moderation import ModerationRule
from streams.models.streams import Stream
from streams.models.turns import Turn
from vtcontrol.tenancy.owned import StudioOwned

HELD_STATES = [
    (HeldState.HELD, _("Waits for a person")), (HeldState.APPROVED, _("Approved")),
    (HeldState.REJECTED, _("Rejected")), (HeldState.EXPIRED, _("Expired")), (HeldState.CANCELLED, _("Cancelled")),
]  # fmt: skip
HELD_BY = [
    (HeldBy.STREAM, _("The stream: everything is held")),
    (HeldBy.PERSONA, _("The character: a person is always asked")),
    (HeldBy.RULE, _("A moderation rule")),
]  # fmt: skip


class HeldLine(StudioOwned):
    """An answer, or a viewer's line, that a person decides on. Decided once, by whoever was first.

    Of a viewer's line there is no turn, and its words stand in the event alone; of somebody who opted out no words
    stand here either.
    """

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="held", verbose_name=_("stream"))
    event = models.ForeignKey(InboxEvent, on_delete=models.CASCADE, related_name="held", verbose_name=_("event"))
    turn = models.OneToOneField(
        Turn, null=True, on_delete=models.CASCADE, related_name="held", verbose_name=_("turn"),
        help_text=_("Empty: the viewer's line itself is held."),
    )  # fmt: skip
    held_by = models.CharField(_("held by"), max_length=8, choices=HELD_BY)
    rule = models.ForeignKey(
        ModerationRule, null=True, on_delete=models.SET_NULL, related_name="held", verbose_name=_("rule")
    )
    rule_name = models.CharField(_("rule"), max_length=80, blank=True)
    text = models.TextField(_("words"), blank=True)  # with tags
    edited_text = models.TextField(_("words as edited"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=HELD_STATES, default=HeldState.HELD)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    note = models.CharField(_("why it was rejected"), max_length=NOTE_LONGEST, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=80, blank=True)
    held_at = models.DateTimeField(_("held"))
    expires_at = models.DateTimeField(_("decide until"))
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        verbose_name = _("held line")
        verbose_name_plural = _("held lines")
        ordering = ("-held_at",)
        constraints = (
            models.UniqueConstraint(fields=("event",), name="one_held_line_an_event", condition=Q(state="held")),
            models.CheckConstraint(
                condition=Q(state="held", decided_at=None) | (~Q(state="held") & Q(decided_at__isnull=False)),
                name="held_line_decided_once",
            ),
        )
        indexes = (
            models.Index(fields=("expires_at",), name="held_line_due", condition=Q(state="held")),
            models.Index(fields=("studio", "stream", "-held_at"), name="held_line_by_time"),
            models.Index(fields=("state", "decided_at"), name="held_line_by_state"),
        )

    def __str__(self) -> str:
        return self.rule_name or str(self.get_held_by_display())
