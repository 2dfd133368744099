"""What came from seed files: which row an entry became, and what it looked like when it was written."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from memory.domain.seeds import KEY_LONGEST, Part
from personas.models import Persona
from vtcontrol.tenancy.owned import StudioOwned


class SeedMark(StudioOwned):
    """An entry of a seed file that was loaded. Its row is another's once it does not match the digest any more."""

    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="+", verbose_name=_("persona"))
    part = models.CharField(
        _("list"), max_length=8, choices=[(Part.MEMORIES, _("Memories")), (Part.LORE, _("Lore"))]
    )  # fmt: skip
    key = models.CharField(_("key"), max_length=KEY_LONGEST)
    row_id = models.UUIDField(_("row"))
    digest = models.CharField(max_length=64, editable=False)
    loaded_at = models.DateTimeField(_("loaded"), auto_now=True)

    class Meta:
        verbose_name = _("loaded seed")
        verbose_name_plural = _("loaded seeds")
        constraints = (models.UniqueConstraint(fields=("persona", "part", "key"), name="one_seed_a_key"),)

    def __str__(self) -> str:
        return self.key
