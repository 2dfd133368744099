"""Fields that several models of characters have."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

TAG_NAME = RegexValidator(r"^[a-z][a-z0-9_]{0,23}$", _("Lower-case Latin letters, digits and _; starts with a letter."))


def unit_field(
    label: Any, default: float, help_text: Any, *, most: float = 1.0, least: float = 0.0
) -> "models.FloatField[Any, Any]":
    """Return a number field with bounds."""
    bounds = [MinValueValidator(least), MaxValueValidator(most)]
    return models.FloatField(label, default=default, validators=bounds, help_text=help_text)
