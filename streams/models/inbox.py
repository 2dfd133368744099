"""What came in and waits, or what became of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.models import Persona
from relationships.models import Viewer
from streams.models.streams import Broadcast, Stream
from vtcontrol.kernel.events import EventKind, EventState
from vtcontrol.tenancy.owned import StudioOwned

EVENT_KINDS = [
    (EventKind.CHAT, _("Chat")), (EventKind.SPEECH, _("Speech")), (EventKind.DIRECT, _("Direct request")),
    (EventKind.DONATION, _("Donation")), (EventKind.SUBSCRIPTION, _("Subscription")), (EventKind.GIFT, _("Gift")),
    (EventKind.RAID, _("Raid")), (EventKind.FOLLOW, _("Follow")), (EventKind.REDEMPTION, _("Redemption")),
    (EventKind.VICTORY, _("Victory")), (EventKind.DEFEAT, _("Defeat")), (EventKind.TROUBLE, _("Technical trouble")),
    (EventKind.SILENCE, _("Silence")), (EventKind.DIRECTOR_SAY, _("Director’s words")),
    (EventKind.CUE, _("A character’s turn")),
]  # fmt: skip
EVENT_STATES = [
    (EventState.WAITING, _("Waiting")), (EventState.TAKEN, _("Being answered")),
    (EventState.HELD, _("Held for approval")), (EventState.ANSWERED, _("Answered")),
    (EventState.FOLDED, _("Folded into another")), (EventState.PASSED_OVER, _("Passed over")),
    (EventState.EXPIRED, _("Expired")), (EventState.CANCELLED, _("Cancelled")), (EventState.FAILED, _("Failed")),
]  # fmt: skip


class InboxEvent(StudioOwned):
    """One thing that came in. It ends in exactly one terminal state, with a reason."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="events", verbose_name=_("stream"))
    broadcast = models.ForeignKey(
        Broadcast, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("broadcast")
    )
    viewer = models.ForeignKey(
        Viewer, null=True, on_delete=models.SET_NULL, related_name="events", verbose_name=_("viewer")
    )
    platform = models.CharField(_("platform"), max_length=32)
    platform_id = models.CharField(_("id there"), max_length=128)
    digest = models.CharField(max_length=64, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=EVENT_KINDS)
    author_id = models.CharField(_("author id"), max_length=128, blank=True)
    author_name = models.CharField(_("author"), max_length=80, blank=True)
    text = models.TextField(_("text"), max_length=2000, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(_("currency"), max_length=8, blank=True)
    is_mention = models.BooleanField(_("mention"), default=False)
    is_first = models.BooleanField(_("first message"), default=False)
    priority = models.PositiveSmallIntegerField(_("priority"), default=0)
    addressee = models.ForeignKey(
        Persona, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False, editable=False
    )  # whose line it is, where the team or the cast itself says so
    exchange = models.PositiveSmallIntegerField(default=0, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=EVENT_STATES, default=EventState.WAITING)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    pinned_at = models.DateTimeField(_("answered next since"), null=True, blank=True, editable=False)
    happened_at = models.DateTimeField(_("happened"))
    received_at = models.DateTimeField(_("received"))
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ("-received_at",)
        constraints = (
            models.UniqueConstraint(fields=("stream", "platform", "platform_id"), name="one_event_a_platform_id"),
        )
        indexes = (
            models.Index(
                fields=("stream", "-priority", "-received_at"),
                name="event_waiting",
                condition=models.Q(state="waiting"),
            ),
            models.Index(fields=("studio", "stream", "-received_at"), name="event_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.author_name}: {self.text[:60]}" if self.author_name else self.text[:60] or self.kind
