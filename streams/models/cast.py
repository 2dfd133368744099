"""Several characters in one stream, and the scenes they play together."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.models import Persona, Voice
from streams.domain.cast import Advance, NarratedBy
from streams.models.streams import Stream
from vtcontrol.tenancy.history import studio_history
from vtcontrol.tenancy.owned import LiveConfig

WEIGHT_MOST = 10
PLACES: dict[str, tuple[float, float, float]] = {"x": (0, 100, 17), "y": (-60, 80, 0), "height": (20, 150, 60)}
"""What each place on stage may be: (least, most, default), in percent of the picture."""


def _place(name: str, label: Any, help_text: Any = "") -> Any:
    least, most, default = PLACES[name]
    bounds = [MinValueValidator(least), MaxValueValidator(most)]
    return models.FloatField(label, default=default, validators=bounds, help_text=help_text)


class StreamCharacter(LiveConfig):
    """A character of a stream's cast. The stream's own persona leads it without a row; one tunes its weight and names.

    A stream with no row of another persona has one character, and nothing of the cast is read on air.
    """

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="cast", verbose_name=_("stream"))
    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="+", verbose_name=_("persona"))
    names = models.CharField(
        _("also called"), max_length=200, blank=True, help_text=_("Other names it answers to, by comma.")
    )
    about = models.CharField(
        _("known as"), max_length=300, blank=True, help_text=_("What the other characters know of it, in a sentence.")
    )
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=1, validators=[MaxValueValidator(WEIGHT_MOST)],
        help_text=_("How often it takes a line that names nobody. 0: only when it is meant."),
    )  # fmt: skip
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_enabled = models.BooleanField(_("on stage"), default=True)
    x = _place("x", _("place from the left"), _("Middle of the character, in percent of the picture’s width."))
    y = _place("y", _("place from below"))
    height = _place("height", _("height"), _("In percent of the picture’s height."))
    is_mirrored = models.BooleanField(_("mirrored"), default=True)
    history = studio_history()

    class Meta:
        verbose_name = _("character of the cast")
        verbose_name_plural = _("cast")
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(fields=("stream", "persona"), name="one_row_a_character"),
            models.CheckConstraint(condition=models.Q(weight__lte=WEIGHT_MOST), name="cast_weight"),
        )

    def __str__(self) -> str:
        return self.persona.name


class SceneState(models.TextChoices):
    """Life of a role-play."""

    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    ENDED = "ended", _("Ended")


class RolePlay(LiveConfig):
    """A scene that the cast of a stream plays: its setting, its parts, and how it goes on."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="roleplays", verbose_name=_("stream"))
    name = models.CharField(_("name"), max_length=80)
    scene = models.TextField(
        _("scene"), max_length=4000, help_text=_("Where they are and what happens. Every character knows it.")
    )
    narrator = models.ForeignKey(
        Persona, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("narrator"),
        help_text=_("A character that tells what happens and plays nobody."),
    )  # fmt: skip
    narrator_voice = models.ForeignKey(
        Voice, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("narrator’s voice"),
        help_text=_("Tells it where no character does, without a figure. Neither: it is shown as subtitles."),
    )  # fmt: skip
    narration = models.TextField(
        _("what has happened"),
        max_length=2000,
        blank=True,
        help_text=_("Every character knows it. The last words count."),
    )
    advance = models.CharField(
        _("goes on by"), max_length=8, default=Advance.VIEWERS,
        choices=[(Advance.VIEWERS.value, _("What viewers write")), (Advance.OPERATOR.value, _("The team’s hand")),
                 (Advance.AUTO.value, _("Itself, at a pace"))],
    )  # fmt: skip
    pace_s = models.PositiveSmallIntegerField(
        _("pace"), default=4, validators=[MinValueValidator(1), MaxValueValidator(120)],
        help_text=_("Seconds between two lines that come by themselves."),
    )  # fmt: skip
    lines_most = models.PositiveSmallIntegerField(
        _("lines by itself"), default=40, validators=[MinValueValidator(1), MaxValueValidator(500)],
        help_text=_("After so many the scene pauses and waits for the team."),
    )  # fmt: skip
    lines_said = models.PositiveSmallIntegerField(default=0, editable=False)
    state = models.CharField(
        _("state"), max_length=8, choices=SceneState.choices, default=SceneState.PLANNED, editable=False
    )
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    history = studio_history(excluded=["lines_said"])
    quiet_fields = frozenset({"lines_said"})

    class Meta:
        verbose_name = _("role-play")
        verbose_name_plural = _("role-plays")
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("stream",), name="one_open_scene", condition=models.Q(state__in=["running", "paused"])
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a narration nobody would hear or see, and two who would tell it."""
        super().clean()
        if self.narrator_id and self.narrator_voice_id:
            both = _("The narrator speaks with its own voice. Choose a character or a voice, not both.")
            raise ValidationError({"narrator_voice": both})
        has_stream = getattr(self, "stream_id", None) is not None  # the form may have none yet
        if self.narrated_by is NarratedBy.SUBTITLES and has_stream and not self.stream.shows_subtitles:
            unseen = _("This stream shows no subtitles, so nobody would notice the narration. Choose a voice for it.")
            raise ValidationError({"narrator_voice": unseen})

    @property
    def narrated_by(self) -> NarratedBy:
        """Who tells what happens."""
        if self.narrator_id:
            return NarratedBy.CHARACTER
        return NarratedBy.VOICE if self.narrator_voice_id else NarratedBy.SUBTITLES


class RolePart(LiveConfig):
    """A part of a role-play: which character plays it, what it wants, and what only it knows."""

    roleplay = models.ForeignKey(RolePlay, on_delete=models.CASCADE, related_name="parts", verbose_name=_("role-play"))
    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="+", verbose_name=_("played by"))
    role = models.CharField(_("role"), max_length=120, help_text=_("Everybody in the scene knows it."))
    goal = models.TextField(_("goal"), max_length=1000, blank=True, help_text=_("What it wants. Only it knows."))
    secret = models.TextField(_("secret"), max_length=1000, blank=True, help_text=_("Only this role is ever told."))
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False,
        verbose_name=_("spoken by"),
    )  # fmt: skip
    is_taken = models.BooleanField(_("spoken by the team"), default=False, editable=False)
    history = studio_history()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ("position", "id")
        constraints = (models.UniqueConstraint(fields=("roleplay", "persona"), name="one_role_a_character"),)

    def __str__(self) -> str:
        return self.role
