"""The moments characters are tried on."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.domain.rehearsal.scenarios import LENGTH_MOST, TITLE_LONGEST
from personas.domain.rehearsal.script import SCRIPT_LONGEST, ScriptInvalid, read_script
from personas.models.characters import Language, Persona
from personas.rehearsal_words import problem_words
from vtcontrol.tenancy.owned import StudioOwned

SCRIPT_HELP = _(
    "One line each: “Mia: Hi!”, “Bo [donation 5 EUR]: for the cat”, “Kim [raid 120]”, “Mia [renamed]: MoonMia”, "
    "“[speech]: what the streamer says”, “[silence]”, “[storm 40]: gg | first!”. Lines that begin with # are notes."
)


class Scenario(StudioOwned):
    """A moment to try a persona on: what happens, and what is expected of the answers."""

    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="scenarios", verbose_name=_("persona"))
    name = models.CharField(_("name"), max_length=TITLE_LONGEST)
    script = models.TextField(_("what happens"), max_length=SCRIPT_LONGEST, help_text=SCRIPT_HELP)
    must_not_say = models.TextField(
        _("must not be said"), max_length=2000, blank=True,
        help_text=_("Words or phrases, one a line. A star at the end stands for any ending: idiot*."),
    )  # fmt: skip
    must_say_any = models.TextField(
        _("one of them must be said"), max_length=2000, blank=True,
        help_text=_("Words or phrases, one a line; one of them has to be in the last answer."),
    )  # fmt: skip
    addresses_viewer = models.BooleanField(
        _("names the viewer"), default=False, help_text=_("The last answer has to name whom it answers.")
    )
    keeps_secret = models.BooleanField(
        _("keeps a secret"), default=False,
        help_text=_("A secret word is put among its instructions, and must not come out."),
    )  # fmt: skip
    sentences_most = models.PositiveSmallIntegerField(
        _("most sentences"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Empty: four on air, twelve in private."),
    )  # fmt: skip
    characters_most = models.PositiveSmallIntegerField(
        _("most characters"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(LENGTH_MOST)],
        help_text=_("Empty: 400 on air, 1,500 in private."),
    )  # fmt: skip
    language = models.CharField(
        _("answers in"), max_length=5, choices=Language.choices, blank=True,
        help_text=_("Empty: any language the character speaks on that stream."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("persona", "name"), name="one_scenario_a_name"),)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Check the script, line by line."""
        super().clean()
        try:
            read_script(self.script)
        except ScriptInvalid as invalid:
            raise ValidationError({"script": [problem_words(one) for one in invalid.problems]}) from None
