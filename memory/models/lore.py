"""Knowledge that comes up by its keys."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.domain.cards.lore import CONTENT_MOST, KEYS_MOST, POSITION_MOST
from personas.domain.cards.options import DEPTH_MOST, USUAL_DEPTH
from personas.models import Persona
from vtcontrol.tenancy.owned import LiveConfig


class LoreLogic(models.TextChoices):
    """What second keys must do."""

    ANY = "any", _("One of them is mentioned too")
    ALL = "all", _("All of them are mentioned too")
    NOT_ANY = "not_any", _("None of them is mentioned")
    NOT_ALL = "not_all", _("At least one of them is not mentioned")


class LorePlace(models.TextChoices):
    """Where lore stands in the prompt."""

    BEFORE = "before", _("Before who the character is")
    AFTER = "after", _("After the character, as background")
    DEPTH = "depth", _("Among the lines, at a depth")


class LoreRole(models.TextChoices):
    """Who says lore that stands among the lines."""

    SYSTEM = "system", _("The instructions")
    USER = "user", _("The audience")
    ASSISTANT = "assistant", _("The character")


class Lore(LiveConfig):
    """Knowledge that comes up when its keys are mentioned."""

    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="lore", verbose_name=_("persona"))
    keys = models.CharField(
        _("keys"), max_length=KEYS_MOST, blank=True,
        help_text=_("Words that bring it up, by comma. Between slashes a pattern: /drag(on|ons)/i."),
    )  # fmt: skip
    content = models.TextField(_("knowledge"), max_length=CONTENT_MOST)
    is_constant = models.BooleanField(_("always"), default=False, help_text=_("In every prompt, keys or not."))
    is_enabled = models.BooleanField(_("enabled"), default=True)
    secondary_keys = models.CharField(
        _("second keys"), max_length=KEYS_MOST, blank=True, help_text=_("By comma. Empty: the first keys are enough.")
    )
    logic = models.CharField(
        _("and of the second keys"), max_length=8, choices=LoreLogic.choices, default=LoreLogic.ANY
    )
    excluded_keys = models.CharField(
        _("kept away by"), max_length=KEYS_MOST, blank=True, help_text=_("By comma. If one is mentioned, it stays out.")
    )
    is_case_sensitive = models.BooleanField(_("capitals matter"), default=False)
    is_whole_words = models.BooleanField(
        _("whole words only"), default=False,
        help_text=_("Off: “cat” is found in “cats” and “education” too. Chinese and Japanese do not part words."),
    )  # fmt: skip
    scan_depth = models.PositiveSmallIntegerField(
        _("looks back"), null=True, blank=True, validators=[MaxValueValidator(DEPTH_MOST)],
        help_text=_("How many of the newest lines are looked at. Empty: what is answered and the line before it."),
    )  # fmt: skip
    probability = models.PositiveSmallIntegerField(
        _("chance, %"), default=100, validators=[MaxValueValidator(100)],
        help_text=_("How often it comes up when its keys do."),
    )  # fmt: skip
    starts_others = models.BooleanField(
        _("brings up others"), default=False, help_text=_("Keys of other lore are looked for in its words too.")
    )
    is_started_by_others = models.BooleanField(_("may be brought up by others"), default=True)
    place = models.CharField(_("place"), max_length=8, choices=LorePlace.choices, default=LorePlace.AFTER)
    depth = models.PositiveSmallIntegerField(
        _("depth"), default=USUAL_DEPTH, validators=[MaxValueValidator(DEPTH_MOST)],
        help_text=_("Among the lines: how many lines follow it. 0 is behind the line that is answered."),
    )  # fmt: skip
    role = models.CharField(_("said by"), max_length=9, choices=LoreRole.choices, default=LoreRole.SYSTEM)
    position = models.PositiveSmallIntegerField(
        _("order"), default=100, validators=[MaxValueValidator(POSITION_MOST)], help_text=_("Low ones stand earlier.")
    )
    priority = models.SmallIntegerField(
        _("priority"), default=0, validators=[MinValueValidator(-POSITION_MOST), MaxValueValidator(POSITION_MOST)],
        help_text=_("Where not all of it fits, low ones are left out first."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("lore")
        verbose_name_plural = _("lore")
        ordering = ("position", "keys")

    def __str__(self) -> str:
        return self.keys or self.content[:40]
