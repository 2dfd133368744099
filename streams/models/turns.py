"""What was answered: turns and their segments."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.models import Persona, Revision
from streams.models.inbox import InboxEvent
from streams.models.streams import Broadcast, Stream
from vtcontrol.tenancy.owned import StudioOwned


class TurnState(models.TextChoices):
    """Life of a turn."""

    PREPARING = "preparing", _("Thinking")
    SPEAKING = "speaking", _("Speaking")
    HELD = "held", _("Held for approval")
    APPROVED = "approved", _("Approved, about to be said")
    REJECTED = "rejected", _("Rejected")
    EXPIRED = "expired", _("Not approved in time")
    HEARD = "heard", _("Heard")
    CUT = "cut", _("Cut short")
    EMPTY = "empty", _("Nothing to say")
    BLOCKED = "blocked", _("Blocked by moderation")
    FAILED = "failed", _("Failed")


class Turn(StudioOwned):
    """One answer, from the event chosen to the last word heard, with everything that led to it."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="turns", verbose_name=_("stream"))
    broadcast = models.ForeignKey(
        Broadcast, null=True, on_delete=models.SET_NULL, related_name="turns", verbose_name=_("broadcast")
    )
    event = models.ForeignKey(
        InboxEvent, null=True, on_delete=models.SET_NULL, related_name="turns", verbose_name=_("event")
    )
    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="+", verbose_name=_("persona"))
    spoken_as = models.CharField(_("spoken as"), max_length=80, blank=True, editable=False)
    """The name of a voice that is no character's, as a narrator's is; the character then only lends its place."""
    revision = models.ForeignKey(
        Revision, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("revision")
    )
    fence = models.PositiveBigIntegerField(_("fencing token"))
    state = models.CharField(_("state"), max_length=12, choices=TurnState.choices, default=TurnState.PREPARING)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    text = models.TextField(_("said"), blank=True)
    heard_text = models.TextField(_("heard"), blank=True)
    emotion = models.CharField(_("emotion"), max_length=24, blank=True)
    brain = models.CharField(_("brain"), max_length=160, blank=True)
    voice = models.CharField(_("voice"), max_length=160, blank=True)
    prompt = models.BinaryField(_("prompt"), null=True)  # zlib over JSON: messages, sections, memories, rules
    timings = models.JSONField(_("timings"), default=dict)  # stage name → milliseconds since the event was accepted
    prompt_tokens = models.PositiveIntegerField(_("prompt tokens"), default=0)
    completion_tokens = models.PositiveIntegerField(_("answer tokens"), default=0)
    characters = models.PositiveIntegerField(_("voiced characters"), default=0)
    cost = models.DecimalField(_("cost"), max_digits=12, decimal_places=6, default=0)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")
        ordering = ("-started_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("stream",), name="one_open_turn", condition=models.Q(state__in=("preparing", "speaking"))
            ),
        )
        indexes = (
            models.Index(fields=("studio", "stream", "-started_at"), name="turn_by_time"),
            models.Index(fields=("studio", "-started_at"), name="turn_by_studio"),  # the control room, every 3 s
        )

    def __str__(self) -> str:
        return self.text[:60] or str(self.get_state_display())

    @property
    def speaker_name(self) -> str:
        """Who said it, by name."""
        return self.spoken_as or self.persona.name


class HeardSource(models.TextChoices):
    """How we know that a segment was heard."""

    PAGE = "page", _("The stage page said so")
    DEADLINE = "deadline", _("Its time had passed")


class Segment(StudioOwned):
    """One clause or sentence of a turn, voiced as one piece."""

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="segments", verbose_name=_("turn"))
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("text"))
    emotion = models.CharField(_("emotion"), max_length=24, blank=True)
    intensity = models.FloatField(_("intensity"), default=0.0)
    motion = models.CharField(_("motion"), max_length=24, blank=True)
    engine = models.CharField(_("engine"), max_length=40, blank=True)
    audio_ms = models.PositiveIntegerField(_("audio, ms"), default=0)
    heard_ms = models.PositiveIntegerField(_("heard, ms"), null=True)
    heard_by = models.CharField(_("known from"), max_length=8, choices=HeardSource.choices, blank=True)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ("turn", "number")
        constraints = (models.UniqueConstraint(fields=("turn", "number"), name="one_segment_a_number"),)

    def __str__(self) -> str:
        return self.text[:60]
