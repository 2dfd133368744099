"""How memories came and went: runs of consolidation and of people's bulk changes, entry by entry, undoable."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.models import Persona
from vtcontrol.tenancy.owned import StudioOwned


class RunKind(models.TextChoices):
    """What set a run off."""

    INTERVAL = "interval", _("Half-hourly")
    BROADCAST = "broadcast", _("After a broadcast")
    NIGHTLY = "nightly", _("Nightly")
    MANUAL = "manual", _("Started by hand")
    PEOPLE = "people", _("Changed by people")
    IMPORT = "import", _("Imported")


class RunState(models.TextChoices):
    """How far a run got."""

    CLAIMED = "claimed", _("Reading")
    ANSWERED = "answered", _("Thought over")
    APPLIED = "applied", _("Done")
    FAILED = "failed", _("Failed")
    UNDONE = "undone", _("Undone")


class EntryAction(models.TextChoices):
    """What an entry did to a memory."""

    ADDED = "added", _("Added")
    CONFIRMED = "confirmed", _("Confirmed")
    CHANGED = "changed", _("Changed")
    CLOSED = "closed", _("Ended")
    DELETED = "deleted", _("Deleted")
    DOUBTED = "doubted", _("Put up for review")
    REJECTED = "rejected", _("Refused")


class ConsolidationCursor(StudioOwned):
    """Up to where a persona's words on a stream are consolidated, and which worker is at it."""

    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="+", verbose_name=_("persona"))
    stream_id = models.UUIDField(_("stream"))
    after_id = models.UUIDField(_("read up to"))
    lease_until = models.DateTimeField(_("lease until"), null=True, editable=False)

    class Meta:
        verbose_name = _("consolidation cursor")
        verbose_name_plural = _("consolidation cursors")
        constraints = (models.UniqueConstraint(fields=("persona", "stream_id"), name="one_cursor_a_stream"),)

    def __str__(self) -> str:
        return str(self.stream_id)


class ConsolidationRun(StudioOwned):
    """One pass over a persona's memories: what it read and what it changed."""

    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="+", verbose_name=_("persona"))
    kind = models.CharField(_("set off"), max_length=12, choices=RunKind.choices, default=RunKind.INTERVAL)
    state = models.CharField(_("state"), max_length=10, choices=RunState.choices, default=RunState.CLAIMED)
    stream_id = models.UUIDField(_("stream"), null=True)
    after_id = models.UUIDField(null=True, editable=False)
    until_id = models.UUIDField(null=True, editable=False)
    read = models.PositiveIntegerField(_("lines read"), default=0)
    engine = models.CharField(_("thought over by"), max_length=120, blank=True, default="")
    output = models.JSONField(_("answer"), default=list, editable=False)
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    expired = models.PositiveIntegerField(_("forgotten"), default=0)
    noticed = models.PositiveIntegerField(_("noticed"), default=0)

    class Meta:
        verbose_name = _("consolidation run")
        verbose_name_plural = _("consolidation runs")
        ordering = ("-started_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("persona", "stream_id", "after_id"), name="one_run_a_window",
                condition=models.Q(after_id__isnull=False),
            ),
        )  # fmt: skip
        indexes = (models.Index(fields=("studio", "-started_at"), name="run_by_time"),)

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class ConsolidationEntry(StudioOwned):
    """One thing a run did. Names its memory by id only, so that it outlives it."""

    run = models.ForeignKey(
        ConsolidationRun, on_delete=models.CASCADE, related_name="entries", verbose_name=_("consolidation run")
    )
    number = models.PositiveIntegerField(_("number"))
    action = models.CharField(_("done"), max_length=10, choices=EntryAction.choices)
    memory_id = models.UUIDField(_("memory"), null=True)
    viewer_id = models.UUIDField(_("viewer"), null=True)
    text = models.CharField(_("words"), max_length=1000, blank=True, default="")
    reason = models.CharField(_("why"), max_length=40, blank=True, default="")
    before = models.JSONField(_("as it was"), null=True, editable=False)
    version = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        ordering = ("run", "number")
        constraints = (models.UniqueConstraint(fields=("run", "number"), name="one_entry_a_number"),)
        indexes = (
            models.Index(fields=("studio", "viewer_id"), name="entry_by_viewer"),
            models.Index(fields=("studio", "memory_id"), name="entry_by_memory"),
        )

    def __str__(self) -> str:
        return f"{self.action}: {self.text[:60]}"
