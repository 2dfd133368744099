"""How a puppet may look: the words of its parts, and the ready looks with their palettes.

Owns the vocabulary the admin offers and the stage draws (static/stage/avatar/puppet/parts.js has the same words; a test
compares them). Must not know forms or pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

COLOURS = ("hair", "tips", "eyes", "skin", "outfit", "trim", "accent")
"""Fields of an avatar that hold a colour; the stage takes them by the same names."""

PARTS: Mapping[str, str] = {
    "hair": "hair_style",
    "crown": "crown",
    "face": "face_shape",
    "eye_shape": "eye_shape",
    "outfit": "outfit_style",
    "extra": "extra",
    "tail": "tail",
}
"""What the stage calls a part, and the avatar's field that holds it."""


class Hair(models.TextChoices):
    """Haircuts."""

    LONG = "long", _("Long, with a fringe")
    TOUSLED = "tousled", _("Short and wind-blown")
    BRAIDS = "braids", _("Two plaits")
    BOB = "bob", _("Bob")
    TWINTAILS = "twintails", _("Two tails")


class Crown(models.TextChoices):
    """What stands on the head."""

    FOX_EARS = "fox_ears", _("Fox ears")
    CAT_EARS = "cat_ears", _("Cat ears")
    HORNS = "horns", _("Horns")
    HAT = "hat", _("Pointed hat")
    HEADPHONES = "headphones", _("Headphones with aerials")
    NONE = "none", _("Nothing")


class FaceShape(models.TextChoices):
    """Faces."""

    ROUND = "round", _("Round")
    SHARP = "sharp", _("Narrow")
    SOFT = "soft", _("Full-cheeked")


class EyeShape(models.TextChoices):
    """Eyes."""

    ROUND = "round", _("Wide and round")
    SHARP = "sharp", _("Cat-like")
    SOFT = "soft", _("Gentle")


class Outfit(models.TextChoices):
    """Clothes."""

    HOODIE = "hoodie", _("Hoodie")
    JACKET = "jacket", _("Jacket with a high collar")
    CAPE = "cape", _("Cape with a bow")


class Extra(models.TextChoices):
    """Small things worn on the head."""

    STAR = "star", _("Star pin")
    EARRINGS = "earrings", _("Earrings")
    GLASSES = "glasses", _("Glasses")
    FRECKLES = "freckles", _("Freckles")
    NONE = "none", _("Nothing")


class Tail(models.TextChoices):
    """Tails."""

    FOX = "fox", _("Fox tail")
    IMP = "imp", _("Imp tail")
    NONE = "none", _("None")


FACES: Mapping[str, str | Promise] = {
    "neutral": _("Calm"),
    "joy": _("Joy"),
    "laugh": _("Laughter"),
    "love": _("Adoration"),
    "excited": _("Excitement"),
    "playful": _("Playfulness"),
    "shy": _("Shyness"),
    "smug": _("Smugness"),
    "surprised": _("Surprise"),
    "thinking": _("Thinking"),
    "confused": _("Confusion"),
    "scared": _("Fright"),
    "sad": _("Sadness"),
    "angry": _("Anger"),
    "pout": _("Sulk"),
    "determined": _("Resolve"),
    "sleepy": _("Sleepiness"),
}
"""What an avatar's face can show (static/stage/avatar/puppet/expressions.js), the calm one first."""

VISEMES = ("sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U")
"""Mouths an avatar can show (static/stage/wire.js)."""


def colour(label: Any, default: str, help_text: Any = "") -> "models.CharField[Any, Any]":
    """Return a field for a colour such as #7c3aed."""
    is_colour = RegexValidator(r"^#[0-9a-fA-F]{6}\Z", _("A colour such as #7c3aed."))
    return models.CharField(label, max_length=7, default=default, help_text=help_text, validators=[is_colour])


def part(label: Any, words: type[models.TextChoices], default: str) -> "models.CharField[Any, Any]":
    """Return a field for one of a part's words."""
    return models.CharField(label, max_length=12, choices=words.choices, default=default)


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of a look.

    Attributes:
        key: Unique within the look.
        label: For people.
        colours: By field of the avatar; all of COLOURS.
    """

    key: str
    label: str | Promise
    colours: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Look:
    """A finished character to start from.

    Attributes:
        key: Unique.
        label: For people.
        about: One sentence for people.
        parts: Words by field of the avatar; all of PARTS.
        palettes: The first is the look's own.
    """

    key: str
    label: str | Promise
    about: str | Promise
    parts: Mapping[str, str]
    palettes: tuple[Palette, ...]


def _colours(*values: str) -> Mapping[str, str]:
    return dict(zip(COLOURS, values, strict=True))


def _parts(*words: models.TextChoices) -> Mapping[str, str]:
    return dict(zip(PARTS.values(), (str(word.value) for word in words), strict=True))


LOOKS = (
    Look(
        "fennec",
        _("Fennec"),
        _("Big ears that hear everything, long hair, a hoodie: curious and warm."),
        _parts(Hair.LONG, Crown.FOX_EARS, FaceShape.ROUND, EyeShape.ROUND, Outfit.HOODIE, Extra.STAR, Tail.FOX),
        (
            Palette(
                "lavender", _("Lavender"),
                _colours("#b7a4f4", "#ff9ccb", "#f0913a", "#ffe2d2", "#34305a", "#f6f1ff", "#8b5cf6"),
            ),
            Palette(
                "dunes", _("Night in the dunes"),
                _colours("#e9c9a0", "#fbeed6", "#2f9e9a", "#f8dcc8", "#27345c", "#f3e9d8", "#f2a65a"),
            ),
            Palette(
                "dawn", _("Dawn"),
                _colours("#cdb7e8", "#ffc9b0", "#e08a3c", "#fbe0d0", "#7a3550", "#fff1e6", "#f6b25b"),
            ),
            Palette(
                "snow", _("Snow"),
                _colours("#eef1f8", "#a9c8f0", "#4d7fd6", "#fde6dc", "#3b5a86", "#ffffff", "#5fb0e8"),
            ),
        ),
    ),
    Look(
        "ember",
        _("Ember"),
        _("Horns, a storm of short hair, a jacket with a high collar: quick and bold."),
        _parts(Hair.TOUSLED, Crown.HORNS, FaceShape.SHARP, EyeShape.SHARP, Outfit.JACKET, Extra.EARRINGS, Tail.IMP),
        (
            Palette(
                "coal", _("Coal"),
                _colours("#3c3f5c", "#e8514f", "#e9b03a", "#f3cdb4", "#2a2d3e", "#eceff6", "#e5484d"),
            ),
            Palette(
                "frost", _("Frost"),
                _colours("#dfe7f5", "#7cb8f0", "#4f9be0", "#f7dccb", "#27456b", "#f4f8ff", "#3f8fd8"),
            ),
            Palette(
                "venom", _("Venom"),
                _colours("#2e3a35", "#9be24a", "#b6e04c", "#b98563", "#1f2a2e", "#e9f5e2", "#7ac943"),
            ),
        ),
    ),
    Look(
        "juniper",
        _("Juniper"),
        _("A pointed hat with a life of its own, plaits, glasses and a cape: gentle and well read."),
        _parts(Hair.BRAIDS, Crown.HAT, FaceShape.SOFT, EyeShape.SOFT, Outfit.CAPE, Extra.GLASSES, Tail.NONE),
        (
            Palette(
                "autumn", _("Autumn"),
                _colours("#d9793f", "#f3b45e", "#4c9a63", "#fbdcc6", "#2f5d57", "#fbf1de", "#e0a33c"),
            ),
            Palette(
                "lilac", _("Lilac"),
                _colours("#5c4a63", "#c79be0", "#9a6bd0", "#f6d8c9", "#5a3f86", "#f8f0ff", "#d48be8"),
            ),
            Palette(
                "ink", _("Ink and gold"),
                _colours("#2c2a3a", "#4a4a68", "#d09a3a", "#8d5a3e", "#232a4d", "#f7efd9", "#e3b34a"),
            ),
        ),
    ),
    Look(
        "signal",
        _("Signal"),
        _("Two bouncing tails, headphones with aerials, a bright jacket: loud and happy."),
        _parts(
            Hair.TWINTAILS, Crown.HEADPHONES, FaceShape.SOFT, EyeShape.ROUND, Outfit.JACKET, Extra.FRECKLES, Tail.NONE
        ),
        (
            Palette(
                "candy", _("Candy"),
                _colours("#f6e3b4", "#ff8fa8", "#3c8fd6", "#ffe4d6", "#f4f4fb", "#39b5d8", "#ff5f8f"),
            ),
            Palette(
                "neon", _("Neon"),
                _colours("#3a2f63", "#ff5fd0", "#5de0d0", "#e9bfa3", "#201d3a", "#5de0d0", "#c95cff"),
            ),
            Palette(
                "mint", _("Mint"),
                _colours("#f5a9a0", "#fde0c8", "#3fa98a", "#a86d4a", "#dff3ea", "#f08a7a", "#2fae8c"),
            ),
        ),
    ),
)  # fmt: skip
"""Ready looks, in the order they are offered."""


def fields_of(look: str, palette: str) -> dict[str, str]:
    """Return the fields of an avatar that wears a ready look in one of its palettes.

    Raises:
        LookupError: There is no such look or palette.
    """
    for one in LOOKS:
        for colours in one.palettes:
            if (one.key, colours.key) == (look, palette):
                return {**one.parts, **colours.colours}
    raise LookupError(look, palette)
