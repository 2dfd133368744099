"""Rehearsals: a character, or two versions of it, tried on scenarios or on a recorded broadcast. Never on air."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.models import Persona, Revision
from streams.models.streams import Broadcast, Stream
from vtcontrol.tenancy.owned import StudioOwned


class RehearsalState(models.TextChoices):
    """Life of a rehearsal."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")
    STOPPED = "stopped", _("Stopped")


class RehearsalSource(models.TextChoices):
    """What is played."""

    HOUSE = "house", _("The house's scenarios")
    OWN = "own", _("The character's scenarios")
    FILE = "file", _("A file")
    BROADCAST = "broadcast", _("A broadcast")


class RehearsalSide(models.TextChoices):
    """Whose answer it is."""

    TRIED = "tried", _("Tried")
    AGAINST = "against", _("Compared with")


class RehearsalRun(StudioOwned):
    """One rehearsal: who is tried against whom, on what, and how far it has come."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="+", verbose_name=_("stream"))
    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="rehearsals", verbose_name=_("persona"))
    tried = models.ForeignKey(
        Revision, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("tried")
    )  # empty: as it is on air
    tried_label = models.CharField(_("tried"), max_length=80)
    against = models.ForeignKey(
        Revision, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("compared with")
    )  # empty: as it is on air, if there is a label
    against_label = models.CharField(_("compared with"), max_length=80, blank=True)
    source = models.CharField(_("what is played"), max_length=12, choices=RehearsalSource.choices)
    broadcast = models.ForeignKey(
        Broadcast, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("broadcast")
    )
    scenarios = models.JSONField(default=list, editable=False)  # as in a file; of a broadcast the ids of its events
    state = models.CharField(_("state"), max_length=12, choices=RehearsalState.choices, default=RehearsalState.WAITING)
    note = models.CharField(_("because"), max_length=40, blank=True)
    total = models.PositiveIntegerField(_("answers wanted"), default=0)
    done = models.PositiveIntegerField(_("answers given"), default=0)
    failed = models.PositiveIntegerField(_("failed checks"), default=0)
    worker = models.CharField(max_length=40, blank=True, editable=False)
    beat_at = models.DateTimeField(null=True, editable=False)
    deaths = models.PositiveSmallIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    finished_at = models.DateTimeField(_("ended"), null=True)
    expires_at = models.DateTimeField(_("kept until"))

    class Meta:
        verbose_name = _("rehearsal")
        verbose_name_plural = _("rehearsals")
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("studio",), name="one_running_rehearsal", condition=models.Q(state="running")
            ),
        )
        indexes = (
            models.Index(fields=("studio", "-created_at"), name="rehearsal_by_time"),
            models.Index(fields=("expires_at",), name="rehearsal_by_end"),
        )

    def __str__(self) -> str:
        return f"{self.tried_label} / {self.against_label}" if self.against_label else self.tried_label

    @property
    def is_open(self) -> bool:
        """Whether there is more to come."""
        return self.state in {RehearsalState.WAITING, RehearsalState.RUNNING}

    @property
    def sides(self) -> tuple[RehearsalSide, ...]:
        """Whose answers it asks for, the tried one last."""
        tried = RehearsalSide.TRIED
        return (RehearsalSide.AGAINST, tried) if self.against_label else (tried,)


class RehearsalAnswer(StudioOwned):
    """What one side said at one step, and what the checks found. It may answer words of a real viewer."""

    run = models.ForeignKey(RehearsalRun, on_delete=models.CASCADE, related_name="answers", verbose_name=_("rehearsal"))
    scenario = models.PositiveSmallIntegerField(_("scenario"))  # its place in the run, from 0
    step = models.PositiveSmallIntegerField(_("step"))  # its place in the scenario, from 0
    side = models.CharField(_("side"), max_length=8, choices=RehearsalSide.choices)
    kind = models.CharField(_("event"), max_length=16)
    said_name = models.CharField(_("who"), max_length=80, blank=True)
    said_text = models.TextField(_("what was said"), blank=True)
    amount = models.CharField(_("amount"), max_length=40, blank=True)
    count = models.PositiveSmallIntegerField(_("at once"), default=1)
    viewer_id = models.UUIDField(null=True, db_index=True, editable=False)
    event_id = models.UUIDField(null=True, editable=False)
    text = models.TextField(_("answer"), blank=True)
    outcome = models.CharField(_("state"), max_length=12)
    emotions = models.JSONField(_("emotions"), default=list)
    findings = models.JSONField(_("checks"), default=list)
    prompt = models.JSONField(_("prompt"), default=list)
    brain = models.CharField(_("brain"), max_length=160, blank=True)
    first_ms = models.PositiveIntegerField(_("first clause after, ms"), null=True)
    whole_ms = models.PositiveIntegerField(_("all of it after, ms"), null=True)
    prompt_tokens = models.PositiveIntegerField(_("prompt tokens"), default=0)
    completion_tokens = models.PositiveIntegerField(_("answer tokens"), default=0)
    cost = models.DecimalField(_("cost"), max_digits=12, decimal_places=6, default=0)
    created_at = models.DateTimeField(_("said"), auto_now_add=True)

    class Meta:
        verbose_name = _("rehearsed answer")
        verbose_name_plural = _("rehearsed answers")
        ordering = ("run", "scenario", "step", "side")
        constraints = (
            models.UniqueConstraint(fields=("run", "scenario", "step", "side"), name="one_rehearsed_answer"),
        )

    def __str__(self) -> str:
        return self.text[:60]
