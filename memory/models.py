"""What was said (evidence) and what is remembered.

Streams and viewers stand on other floors; rows here name them by id only.
"""

import hashlib

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.models import Persona
from vtcontrol.tenancy.owned import LiveConfig, StudioOwned

UNIT = [MinValueValidator(0.0), MaxValueValidator(1.0)]


class Speaker(models.TextChoices):
    """Whose words an utterance is."""

    VIEWER = "viewer", _("Viewer")
    CHARACTER = "character", _("Character")
    STREAMER = "streamer", _("Streamer")
    DIRECTOR = "director", _("Director")


class Utterance(StudioOwned):
    """Something that was really said, or really heard: the evidence behind memories."""

    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="+", verbose_name=_("persona"))
    stream_id = models.UUIDField(_("stream"))
    turn_id = models.UUIDField(_("turn"), null=True)
    viewer_id = models.UUIDField(_("viewer"), null=True)
    speaker = models.CharField(_("speaker"), max_length=12, choices=Speaker.choices)
    name = models.CharField(_("name"), max_length=80, blank=True)
    text = models.TextField(_("text"))
    said_at = models.DateTimeField(_("said"))
    expires_at = models.DateTimeField(_("kept until"), db_index=True)

    class Meta:
        verbose_name = _("utterance")
        verbose_name_plural = _("utterances")
        ordering = ("-said_at",)
        indexes = (
            models.Index(fields=("studio", "stream_id", "-said_at"), name="utterance_by_stream"),
            models.Index(fields=("studio", "viewer_id"), name="utterance_by_viewer"),
        )

    def __str__(self) -> str:
        return f"{self.name}: {self.text[:60]}"


class MemoryKind(models.TextChoices):
    """What a memory is about."""

    USER = "user", _("A viewer")
    SELF = "self", _("The character itself")
    THIRD_PARTY = "third_party", _("Somebody else")
    CHAT = "chat", _("What happened in chat")
    EMOTIONS = "emotions", _("A feeling")
    OBJECTIVES = "objectives", _("A goal")


class MemoryTier(models.TextChoices):
    """How long a memory stays."""

    SESSION = "session", _("This broadcast")
    LONG = "long", _("Long-term")
    CORE = "core", _("Core")


class MemorySource(models.TextChoices):
    """Where a memory comes from."""

    ADMIN = "admin", _("Written by the team")
    RULES = "rules", _("Noticed by rules")
    LLM = "llm", _("Noticed by the model")
    IMPORT = "import", _("Imported")


class Memory(StudioOwned):
    """One thing the character remembers."""

    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="memories", verbose_name=_("persona"))
    viewer_id = models.UUIDField(
        _("about viewer"), null=True, blank=True, help_text=_("Empty: known in every conversation.")
    )
    kind = models.CharField(_("about"), max_length=12, choices=MemoryKind.choices, default=MemoryKind.CHAT)
    tier = models.CharField(_("kept"), max_length=8, choices=MemoryTier.choices, default=MemoryTier.LONG)
    text = models.TextField(_("memory"), max_length=1000)
    stems = models.TextField(editable=False, default="")
    tags = models.JSONField(_("tags"), default=list, blank=True)
    emotion = models.CharField(_("emotion"), max_length=24, blank=True)
    importance = models.FloatField(_("importance"), default=0.5, validators=UNIT)
    confidence = models.FloatField(_("confidence"), default=1.0, validators=UNIT)
    source = models.CharField(_("source"), max_length=8, choices=MemorySource.choices, default=MemorySource.ADMIN)
    evidence_turn_id = models.UUIDField(_("from turn"), null=True, blank=True, editable=False)
    is_pinned = models.BooleanField(_("pinned"), default=False, help_text=_("Always in the prompt."))
    is_locked = models.BooleanField(_("locked"), default=False, help_text=_("Only people may change it."))
    content_key = models.CharField(max_length=64, editable=False)
    valid_from = models.DateTimeField(_("true since"), auto_now_add=True)
    valid_to = models.DateTimeField(_("true until"), null=True, blank=True)
    expires_at = models.DateTimeField(_("forgotten at"), null=True, blank=True, db_index=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    version = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("memory")
        verbose_name_plural = _("memories")
        ordering = ("-updated_at",)
        constraints = (
            models.UniqueConstraint(fields=("persona", "viewer_id", "content_key"), name="one_memory_a_viewer"),
            models.UniqueConstraint(
                fields=("persona", "content_key"), name="one_common_memory", condition=models.Q(viewer_id=None)
            ),
        )
        indexes = (
            models.Index(fields=("studio", "persona", "version"), name="memory_by_version"),
            models.Index(fields=("studio", "-updated_at"), name="memory_by_change"),
            models.Index(fields=("studio", "persona", "viewer_id", "kind"), name="memory_by_scope"),
        )

    def __str__(self) -> str:
        return self.text[:80]

    @staticmethod
    def key_of(text: str) -> str:
        """Return the key under which the same words are the same memory."""
        return hashlib.sha256(" ".join(text.casefold().split()).encode()).hexdigest()


class Lore(LiveConfig):
    """Knowledge that comes up when its keys are mentioned."""

    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="lore", verbose_name=_("persona"))
    keys = models.CharField(_("keys"), max_length=300, blank=True, help_text=_("Words that bring it up, by comma."))
    content = models.TextField(_("knowledge"), max_length=2000)
    is_constant = models.BooleanField(_("always"), default=False, help_text=_("In every prompt, keys or not."))
    is_enabled = models.BooleanField(_("enabled"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("lore")
        verbose_name_plural = _("lore")
        ordering = ("position", "keys")

    def __str__(self) -> str:
        return self.keys or self.content[:40]


class ConsolidationRun(StudioOwned):
    """One pass over a persona's memories: what it read and what it changed."""

    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="+", verbose_name=_("persona"))
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    expired = models.PositiveIntegerField(_("forgotten"), default=0)
    noticed = models.PositiveIntegerField(_("noticed"), default=0)

    class Meta:
        verbose_name = _("consolidation run")
        verbose_name_plural = _("consolidation runs")
        ordering = ("-started_at",)

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
