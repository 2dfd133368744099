"""On air: streams and their live state, what came in, what was said, and the rules of what may be said."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from personas.models import Language, Persona, Revision
from relationships.models import Viewer
from vtcontrol.kernel.events import EventKind, EventState
from vtcontrol.tenancy.history import studio_history
from vtcontrol.tenancy.owned import LiveConfig, StudioOwned

EVENT_KINDS = [
    (EventKind.CHAT, _("Chat")), (EventKind.SPEECH, _("Speech")), (EventKind.DIRECT, _("Direct request")),
    (EventKind.DONATION, _("Donation")), (EventKind.SUBSCRIPTION, _("Subscription")), (EventKind.GIFT, _("Gift")),
    (EventKind.RAID, _("Raid")), (EventKind.FOLLOW, _("Follow")), (EventKind.REDEMPTION, _("Redemption")),
    (EventKind.VICTORY, _("Victory")), (EventKind.DEFEAT, _("Defeat")), (EventKind.TROUBLE, _("Technical trouble")),
    (EventKind.SILENCE, _("Silence")), (EventKind.DIRECTOR_SAY, _("Director’s words")),
]  # fmt: skip
EVENT_STATES = [
    (EventState.WAITING, _("Waiting")), (EventState.TAKEN, _("Being answered")), (EventState.ANSWERED, _("Answered")),
    (EventState.FOLDED, _("Folded into another")), (EventState.PASSED_OVER, _("Passed over")),
    (EventState.EXPIRED, _("Expired")), (EventState.CANCELLED, _("Cancelled")), (EventState.FAILED, _("Failed")),
]  # fmt: skip


class Stream(LiveConfig):
    """One character's place on air: its settings and links."""

    name = models.CharField(_("name"), max_length=80)
    persona = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="streams", verbose_name=_("persona"))
    language = models.CharField(_("language"), max_length=5, choices=Language.choices, default=Language.EN)
    is_enabled = models.BooleanField(
        _("enabled"), default=True, help_text=_("A disabled stream takes in nothing and says nothing.")
    )
    shows_badge = models.BooleanField(
        _("“AI” badge"), default=True, help_text=_("Tells viewers that the character is an AI.")
    )
    shows_subtitles = models.BooleanField(_("subtitles"), default=True)
    viewer_cooldown_s = models.PositiveSmallIntegerField(
        _("pause per viewer"), default=5, validators=[MaxValueValidator(3600)],
        help_text=_("Seconds before plain chat of the same viewer is answered again."),
    )  # fmt: skip
    chat_fresh_s = models.PositiveSmallIntegerField(
        _("chat stays fresh"), default=60, validators=[MinValueValidator(5), MaxValueValidator(3600)],
        help_text=_("Seconds after which a chat line is too old to answer."),
    )  # fmt: skip
    uses_relationships = models.BooleanField(
        _("relationships"), default=True, help_text=_("Off: the character treats everybody alike, and no score moves.")
    )
    answers_commands = models.BooleanField(
        _("answers privacy commands"), default=True, help_text=_("Off: !forgetme and the like are done silently.")
    )
    history = studio_history()

    class Meta:
        verbose_name = _("stream")
        verbose_name_plural = _("streams")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("studio", "name"), name="one_stream_a_name"),)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new stream gets its live state and its stage's layout with it."""
        from streams.stage_models import StageLayout

        with transaction.atomic():
            super().save(*args, **kwargs)
            StreamState.objects.get_or_create(stream=self)
            StageLayout.objects.get_or_create(stream=self)


class StreamState(StudioOwned):
    """The live state of a stream: who works on it, what may be said, which page is primary. One row a stream.

    Every worker's write is conditional on the lease's owner and fencing token; each interrupt raises the control epoch.
    """

    stream = models.OneToOneField(Stream, on_delete=models.CASCADE, related_name="state", verbose_name=_("stream"))
    lease_owner = models.CharField(_("worker"), max_length=64, default="", editable=False)
    lease_until = models.DateTimeField(_("lease until"), null=True, editable=False, db_index=True)
    fence = models.PositiveBigIntegerField(_("fencing token"), default=0, editable=False)
    control_epoch = models.PositiveBigIntegerField(_("control epoch"), default=0, editable=False)
    version = models.PositiveBigIntegerField(default=0, editable=False)
    panicked_at = models.DateTimeField(_("panic since"), null=True, editable=False)
    is_muted = models.BooleanField(_("muted"), default=False, editable=False)
    primary_page = models.CharField(max_length=40, default="", editable=False)
    primary_until = models.DateTimeField(null=True, editable=False)
    brain_note = models.CharField(max_length=120, default="", editable=False)
    voice_note = models.CharField(max_length=120, default="", editable=False)

    class Meta:
        verbose_name = _("live state")
        verbose_name_plural = _("live states")

    def __str__(self) -> str:
        return str(self.stream_id)


class Broadcast(StudioOwned):
    """One show of a stream, from going live to going off."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="broadcasts", verbose_name=_("stream"))
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("broadcast")
        verbose_name_plural = _("broadcasts")
        ordering = ("-started_at",)
        constraints = (
            models.UniqueConstraint(fields=("stream",), name="one_open_broadcast", condition=models.Q(ended_at=None)),
        )

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


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


class TurnState(models.TextChoices):
    """Life of a turn."""

    PREPARING = "preparing", _("Thinking")
    SPEAKING = "speaking", _("Speaking")
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


class DirectorNote(StudioOwned):
    """A steer for the next lines, written by the team."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="notes", verbose_name=_("stream"))
    text = models.TextField(_("note"), max_length=1000)
    turns_left = models.PositiveSmallIntegerField(
        _("lines left"), default=3, validators=[MaxValueValidator(1000)], help_text=_("How many more lines it steers.")
    )
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        verbose_name = _("director's note")
        verbose_name_plural = _("director's notes")
        ordering = ("-created_at",)
        indexes = (models.Index(fields=("stream", "turns_left"), name="note_by_stream"),)

    def __str__(self) -> str:
        return self.text[:60]


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


class ObsEffect(LiveConfig):
    """What OBS does when the character feels something or something happens; carried out by the OBS link."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="effects", verbose_name=_("stream"))
    trigger = models.CharField(_("when"), max_length=40, help_text=_("An emotion's tag or a kind of event."))
    request = models.CharField(_("OBS request"), max_length=60, help_text=_("For example SetCurrentProgramScene."))
    arguments = models.JSONField(_("arguments"), default=dict, blank=True)
    is_enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("OBS effect")
        verbose_name_plural = _("OBS effects")
        ordering = ("trigger",)

    def __str__(self) -> str:
        return f"{self.trigger} → {self.request}"


class CommandState(models.TextChoices):
    """Life of a command."""

    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")


class Command(StudioOwned):
    """Something a link is asked to do, with a deadline and a result."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="commands", verbose_name=_("stream"))
    link = models.CharField(_("link"), max_length=16)
    request = models.CharField(_("request"), max_length=60)
    arguments = models.JSONField(_("arguments"), default=dict)
    state = models.CharField(_("state"), max_length=8, choices=CommandState.choices, default=CommandState.WAITING)
    result = models.JSONField(_("result"), null=True)
    deadline_at = models.DateTimeField(_("deadline"))
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)

    class Meta:
        verbose_name = _("command")
        verbose_name_plural = _("commands")
        ordering = ("-created_at",)
        indexes = (models.Index(fields=("stream", "state", "created_at"), name="command_waiting"),)

    def __str__(self) -> str:
        return self.request
