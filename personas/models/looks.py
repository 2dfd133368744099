"""How characters look."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.appearance import (
    COLOURS,
    PARTS,
    Crown,
    Extra,
    EyeShape,
    FaceShape,
    Hair,
    Outfit,
    Tail,
    colour,
    part,
)
from vtcontrol.tenancy.history import studio_history
from vtcontrol.tenancy.owned import LiveConfig


class Avatar(LiveConfig):
    """How a character looks: the layered puppet, its parts and its colours."""

    name = models.CharField(_("name"), max_length=80)
    hair_style = part(_("hair"), Hair, Hair.LONG)
    crown = part(_("on the head"), Crown, Crown.FOX_EARS)
    face_shape = part(_("face"), FaceShape, FaceShape.ROUND)
    eye_shape = part(_("eye shape"), EyeShape, EyeShape.ROUND)
    outfit_style = part(_("clothes"), Outfit, Outfit.HOODIE)
    extra = part(_("small thing"), Extra, Extra.STAR)
    tail = part(_("tail"), Tail, Tail.FOX)
    hair = colour(_("hair colour"), "#b7a4f4")
    tips = colour(_("hair tips"), "#ff9ccb")
    eyes = colour(_("eye colour"), "#f0913a")
    skin = colour(_("skin"), "#ffe2d2")
    outfit = colour(_("cloth"), "#34305a", _("The hat too."))
    trim = colour(_("trim"), "#f6f1ff")
    accent = colour(_("accent"), "#8b5cf6", _("Pins, bows, horns, and the light of a calm face."))
    history = studio_history()

    class Meta:
        verbose_name = _("avatar")
        verbose_name_plural = _("avatars")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("studio", "name"), name="one_avatar_a_name"),)

    def __str__(self) -> str:
        return self.name

    @property
    def palette(self) -> dict[str, str]:
        """The colours, as the stage page takes them."""
        return {name: getattr(self, name) for name in COLOURS}

    @property
    def parts(self) -> dict[str, str]:
        """The words of the parts, as the stage page takes them."""
        return {name: getattr(self, field) for name, field in PARTS.items()}
