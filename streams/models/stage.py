"""The stage of a stream: how its page is laid out and sounds, and which pages are open.

Places are percentages of the picture, so that a layout made at 1080p stands the same at 720p and on a phone.
"""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.models import Persona
from streams.models.streams import Stream
from vtcontrol.tenancy.history import studio_history
from vtcontrol.tenancy.owned import LiveConfig, StudioOwned


class SubtitleWords(models.TextChoices):
    """How words come onto the subtitle."""

    APPEAR = "appear", _("Appear as they are said")
    LIGHT = "light", _("All there, light up as they are said")
    WHOLE = "whole", _("All at once")


class BadgePlace(models.TextChoices):
    """Where the “AI” badge stands."""

    FIGURE = "figure", _("At the character")
    TOP_LEFT = "top_left", _("Top left")
    TOP_RIGHT = "top_right", _("Top right")
    BOTTOM_LEFT = "bottom_left", _("Bottom left")
    BOTTOM_RIGHT = "bottom_right", _("Bottom right")


class SecondPages(models.TextChoices):
    """What the other pages of a stream do while one of them is primary."""

    MUTED = "muted", _("Play without sound")
    VOICED = "voiced", _("Play with sound")


# What each number may be: (least, most, default). The form, the database and the preview go by it.
RANGES: dict[str, tuple[float, float, float]] = {
    "figure_x": (0, 100, 82),
    "figure_y": (-60, 80, 0),
    "figure_height": (20, 150, 68),
    "guest_x": (0, 100, 17),
    "guest_y": (-60, 80, 0),
    "guest_height": (20, 150, 60),
    "subtitle_x": (0, 100, 33),
    "subtitle_y": (0, 90, 4),
    "subtitle_width": (20, 100, 62),
    "subtitle_size": (42, 120, 45),
    "subtitle_plate": (0, 100, 66),
    "safe_top": (0, 30, 2.5),
    "safe_right": (0, 30, 1.5),
    "safe_bottom": (0, 30, 2.5),
    "safe_left": (0, 30, 1.5),
    "volume": (0, 100, 100),
    "boost_db": (0, 18, 0),
    "ceiling_db": (-12, 0, -1),
    "queue_most_s": (10, 900, 300),
}


def _ranged(kind: Any, field: str, label: Any, help_text: Any = "") -> Any:
    least, most, default = RANGES[field]
    return kind(
        label, default=default, help_text=help_text, validators=[MinValueValidator(least), MaxValueValidator(most)]
    )


def _percent(field: str, label: Any, help_text: Any = "") -> Any:
    return _ranged(models.FloatField, field, label, help_text)


def _whole(field: str, label: Any, help_text: Any = "") -> Any:
    return _ranged(models.PositiveSmallIntegerField, field, label, help_text)


class StageLayout(LiveConfig):
    """How a stream's stage looks and sounds. One row a stream, made with it; open pages follow every change at once."""

    stream = models.OneToOneField(
        Stream, on_delete=models.CASCADE, related_name="layout", editable=False, verbose_name=_("stream")
    )
    figure_x = _percent(
        "figure_x", _("place from the left"), _("Middle of the character, in percent of the picture’s width.")
    )
    figure_y = _percent(
        "figure_y",
        _("place from below"),
        _("Lower edge, in percent of the picture’s height; less than 0 hides the legs."),
    )
    figure_height = _percent("figure_height", _("height"), _("In percent of the picture’s height."))
    is_mirrored = models.BooleanField(_("mirrored"), default=False, help_text=_("Turns the character the other way."))
    guest = models.ForeignKey(
        Persona, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("second character"),
        help_text=_("Stands beside the first. It speaks when it belongs to the cast; otherwise it only listens."),
    )  # fmt: skip
    guest_x = _percent("guest_x", _("place from the left"), _("Middle of the second character."))
    guest_y = _percent("guest_y", _("place from below"))
    guest_height = _percent("guest_height", _("height"))
    is_guest_mirrored = models.BooleanField(_("mirrored"), default=True)
    subtitle_x = _percent(
        "subtitle_x", _("place from the left"), _("Middle of the subtitle, in percent of the picture’s width.")
    )
    subtitle_y = _percent("subtitle_y", _("place from below"), _("Lower edge, in percent of the picture’s height."))
    subtitle_width = _percent("subtitle_width", _("width"), _("At most, in percent of the picture’s width."))
    subtitle_size = _whole("subtitle_size", _("size"), _("Pixels in a picture 1080 high. Smaller than 42 is not read."))
    subtitle_words = models.CharField(
        _("words"), max_length=8, choices=SubtitleWords.choices, default=SubtitleWords.APPEAR
    )
    subtitle_plate = _whole("subtitle_plate", _("plate"), _("How dark it is behind the words, %. The outline stays."))
    shows_name = models.BooleanField(_("name"), default=True, help_text=_("Who speaks, above the subtitle."))
    badge_place = models.CharField(
        _("“AI” badge"), max_length=12, choices=BadgePlace.choices, default=BadgePlace.FIGURE
    )
    safe_top = _percent(
        "safe_top", _("top"), _("Subtitles and badge stay inside these margins, in percent of the picture.")
    )
    safe_right = _percent("safe_right", _("right"))
    safe_bottom = _percent("safe_bottom", _("bottom"))
    safe_left = _percent("safe_left", _("left"))
    volume = _whole("volume", _("volume"), _("%. Heard at once."))
    boost_db = _percent("boost_db", _("louder by"), _("dB, for a voice that is too quiet. The limiter keeps it clean."))
    ceiling_db = _percent("ceiling_db", _("never louder than"), _("dBFS. The limiter holds every peak below it."))
    queue_most_s = _whole(
        "queue_most_s", _("longest queue"), _("Seconds of voice that may wait on a page; what goes beyond is dropped.")
    )
    second_pages = models.CharField(
        _("further pages"), max_length=8, choices=SecondPages.choices, default=SecondPages.MUTED,
        help_text=_("The stage may be open several times, in two scenes for instance. One page is primary."),
    )  # fmt: skip
    history = studio_history()

    class Meta:
        verbose_name = _("stage layout")
        verbose_name_plural = _("stage layouts")
        ordering = ("stream__name",)
        constraints = tuple(
            models.CheckConstraint(
                condition=models.Q(**{f"{field}__gte": least, f"{field}__lte": most}), name=f"layout_{field}"
            )
            for field, (least, most, _default) in RANGES.items()
        )

    def __str__(self) -> str:
        return self.stream.name


class StagePage(StudioOwned):
    """A stage page that is open now, as it described itself. Its row goes with it."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="pages", verbose_name=_("stream"))
    page = models.CharField(max_length=40, editable=False)
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)
    seen_at = models.DateTimeField(_("last sign of life"))
    is_preview = models.BooleanField(_("preview"), default=False)
    is_obs = models.BooleanField(_("in OBS"), default=False)
    audio = models.CharField(_("sound"), max_length=12, blank=True)
    width = models.PositiveSmallIntegerField(_("width"), default=0)
    height = models.PositiveSmallIntegerField(_("height"), default=0)
    fps = models.PositiveSmallIntegerField(_("pictures a second"), default=0)

    class Meta:
        verbose_name = _("open stage page")
        verbose_name_plural = _("open stage pages")
        ordering = ("opened_at",)
        constraints = (models.UniqueConstraint(fields=("stream", "page"), name="one_row_a_page"),)

    def __str__(self) -> str:
        return self.page[-6:]
