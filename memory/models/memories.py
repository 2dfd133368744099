"""What is remembered: one row a memory, with where it comes from and for how long it is true."""

import hashlib

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from personas.models import Persona
from vtcontrol.tenancy.owned import StudioOwned

UNIT = [MinValueValidator(0.0), MaxValueValidator(1.0)]


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


class Review(models.TextChoices):
    """Whether a memory may be recalled."""

    ACCEPTED = "accepted", _("Accepted")
    DOUBTFUL = "doubtful", _("Waits for review")
    REJECTED = "rejected", _("Rejected")


class Doubt(models.TextChoices):
    """Why a memory waits for review."""

    NONE = "", _("None")
    THIRD_PARTY = "third_party", _("Somebody says it about somebody else")
    CONTRADICTION = "contradiction", _("It contradicts what people wrote")
    UNSURE = "unsure", _("It is not certain")
    LIKENESS = "likeness", _("It says nearly what another memory says")


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
    slot = models.CharField(
        _("answers"), max_length=80, blank=True, default="",
        help_text=_("The one question it answers, such as home or pet.cat.name: a newer answer ends the older one."),
    )  # fmt: skip
    tags = models.JSONField(_("tags"), default=list, blank=True)
    emotion = models.CharField(_("emotion"), max_length=24, blank=True)
    importance = models.FloatField(_("importance"), default=0.5, validators=UNIT)
    confidence = models.FloatField(_("confidence"), default=1.0, validators=UNIT)
    source = models.CharField(_("source"), max_length=8, choices=MemorySource.choices, default=MemorySource.ADMIN)
    evidence_turn_id = models.UUIDField(_("from turn"), null=True, blank=True, editable=False)
    episode_id = models.UUIDField(_("conversation"), null=True, blank=True, editable=False)
    position = models.PositiveIntegerField(_("place in the conversation"), null=True, blank=True, editable=False)
    is_pinned = models.BooleanField(_("pinned"), default=False, help_text=_("Always in the prompt."))
    is_locked = models.BooleanField(_("locked"), default=False, help_text=_("Only people may change it."))
    review = models.CharField(_("review"), max_length=8, choices=Review.choices, default=Review.ACCEPTED)
    doubt = models.CharField(_("why it waits"), max_length=16, choices=Doubt.choices, default=Doubt.NONE, blank=True)
    content_key = models.CharField(max_length=64, editable=False)
    valid_from = models.DateTimeField(_("true since"), default=timezone.now)
    valid_to = models.DateTimeField(_("true until"), null=True, blank=True)
    superseded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="supersedes", editable=False,
        verbose_name=_("replaced by"),
    )  # fmt: skip
    expires_at = models.DateTimeField(_("forgotten at"), null=True, blank=True, db_index=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    version = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("memory")
        verbose_name_plural = _("memories")
        ordering = ("-updated_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("persona", "viewer_id", "content_key"), name="one_memory_a_viewer",
                condition=models.Q(valid_to=None),
            ),
            models.UniqueConstraint(
                fields=("persona", "content_key"), name="one_common_memory",
                condition=models.Q(viewer_id=None, valid_to=None),
            ),
            models.CheckConstraint(
                condition=models.Q(importance__gte=0, importance__lte=1, confidence__gte=0, confidence__lte=1),
                name="memory_weights_are_shares",
            ),
            models.CheckConstraint(
                condition=models.Q(episode_id=None, position=None)
                | models.Q(episode_id__isnull=False, position__isnull=False),
                name="memory_has_whole_place",
            ),
        )  # fmt: skip
        indexes = (
            models.Index(fields=("studio", "persona", "version"), name="memory_by_version"),
            models.Index(fields=("studio", "-updated_at"), name="memory_by_change"),
            models.Index(fields=("studio", "persona", "viewer_id", "kind"), name="memory_by_scope"),
            models.Index(fields=("studio", "viewer_id"), name="memory_by_viewer"),
            models.Index(
                fields=("persona", "viewer_id", "slot"), name="memory_by_slot",
                condition=models.Q(valid_to=None) & ~models.Q(slot=""),
            ),
            models.Index(
                fields=("studio", "-updated_at"), name="memory_in_doubt", condition=models.Q(review="doubtful")
            ),
            models.Index(
                fields=("persona", "episode_id", "position"), name="memory_by_place",
                condition=models.Q(episode_id__isnull=False),
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.text[:80]

    @staticmethod
    def key_of(text: str) -> str:
        """Return the key under which the same words are the same memory."""
        return hashlib.sha256(" ".join(text.casefold().split()).encode()).hexdigest()


class MemoryEvidence(StudioOwned):
    """What was said that a memory rests on, by id: the words themselves pass with the utterance."""

    memory = models.ForeignKey(Memory, on_delete=models.CASCADE, related_name="evidence", verbose_name=_("memory"))
    utterance_id = models.UUIDField(_("utterance"))
    turn_id = models.UUIDField(_("turn"), null=True)
    said_at = models.DateTimeField(_("said"))

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ("said_at",)
        constraints = (models.UniqueConstraint(fields=("memory", "utterance_id"), name="one_evidence_an_utterance"),)
        indexes = (models.Index(fields=("studio", "utterance_id"), name="evidence_by_utterance"),)

    def __str__(self) -> str:
        return str(self.utterance_id)
