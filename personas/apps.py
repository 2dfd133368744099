"""The personas app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PersonasConfig(AppConfig):
    """Who the characters are, how they sound and look."""

    name = "personas"
    verbose_name = _("Characters")
