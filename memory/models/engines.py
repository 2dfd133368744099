"""Which engine turns texts into vectors, and the vectors it made."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from memory.models.memories import Memory
from personas.models import Persona
from vtcontrol.tenancy.credentials import Credential
from vtcontrol.tenancy.owned import LiveConfig, StudioOwned


class EmbeddingKind(models.TextChoices):
    """Kinds of embedding engines."""

    OPENAI = "openai", _("OpenAI-compatible")
    ONNX = "onnx", _("ONNX model on the server")


class EmbeddingEngine(LiveConfig):
    """What gives memories their vectors. One at a time; vectors of different engines are never compared."""

    name = models.CharField(_("name"), max_length=80)
    engine = models.CharField(_("engine"), max_length=8, choices=EmbeddingKind.choices, default=EmbeddingKind.OPENAI)
    base_url = models.URLField(
        _("base URL"), max_length=300, blank=True,
        help_text=_("For example https://api.openai.com/v1 or http://localhost:11434/v1."),
    )  # fmt: skip
    model = models.CharField(
        _("model"), max_length=120,
        help_text=_("For example text-embedding-3-small; for ONNX the folder's name among the operator's models."),
    )  # fmt: skip
    credential = models.ForeignKey(
        Credential, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("key"),
        help_text=_("Local servers such as Ollama need none."),
    )  # fmt: skip
    query_prefix = models.CharField(
        _("before questions"), max_length=40, blank=True, help_text=_("E5 models want “query: ”.")
    )
    text_prefix = models.CharField(
        _("before memories"), max_length=40, blank=True, help_text=_("E5 models want “passage: ”.")
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)
    last_ok_at = models.DateTimeField(_("last success"), null=True, editable=False)
    last_fault = models.CharField(_("last fault"), max_length=120, default="", editable=False)
    quiet_fields = frozenset({"last_ok_at", "last_fault"})

    class Meta:
        verbose_name = _("embedding engine")
        verbose_name_plural = _("embedding engines")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("studio", "name"), name="one_embedding_engine_a_name"),
            models.UniqueConstraint(
                fields=("studio",), name="one_embedding_engine_at_work", condition=models.Q(is_enabled=True)
            ),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; every index of memories asks anew who embeds."""
        with transaction.atomic(savepoint=False):
            super().save(*args, **kwargs)
            if not self.quiet_fields.issuperset(kwargs.get("update_fields") or {"name"}):
                _indexes_are_old()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete; every index of memories asks anew who embeds."""
        with transaction.atomic(savepoint=False):
            deleted: tuple[int, dict[str, int]] = super().delete(*args, **kwargs)
            _indexes_are_old()
        return deleted

    @property
    def model_key(self) -> str:
        """What its vectors are marked with: another model, or the same one asked differently, is another key."""
        return f"{self.engine}:{self.model}:{self.text_prefix.strip()}"[:180]

    def clean(self) -> None:
        """Ask for an address where one is needed.

        Raises:
            ValidationError: An OpenAI-compatible engine has none.
        """
        super().clean()
        if self.engine == EmbeddingKind.OPENAI and not self.base_url:
            raise ValidationError({"base_url": _("An OpenAI-compatible engine needs its address.")})


def _indexes_are_old() -> None:
    Persona.objects.update(memory_version=F("memory_version") + 1)


class MemoryVector(StudioOwned):
    """A memory's vector, and its sketch: the sign of each coordinate, which is all that stays in memory."""

    memory: Any = models.OneToOneField(
        Memory, on_delete=models.CASCADE, related_name="vector", verbose_name=_("memory")
    )
    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="+", verbose_name=_("persona"))
    model_key = models.CharField(_("model"), max_length=180)
    dims = models.PositiveSmallIntegerField(_("dimensions"))
    data = models.BinaryField(_("vector"), help_text=_("Normalised, half precision, little-endian."))
    sketch = models.BinaryField(_("sketch"))
    content_key = models.CharField(max_length=64, editable=False)

    class Meta:
        verbose_name = _("vector")
        verbose_name_plural = _("vectors")
        indexes = (models.Index(fields=("studio", "persona", "model_key"), name="vector_by_model"),)

    def __str__(self) -> str:
        return f"{self.model_key} ({self.dims})"
