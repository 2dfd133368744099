"""The memory app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MemoryConfig(AppConfig):
    """What was said and what is remembered."""

    name = "memory"
    verbose_name = _("Memory")
