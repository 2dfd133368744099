"""The memory app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MemoryConfig(AppConfig):
    """What was said and what is remembered."""

    name = "memory"
    verbose_name = _("Memory")

    def ready(self) -> None:
        """Tell the floor below who keeps lore."""
        from memory.services.shelf import studio_lore
        from personas.lore_shelf import install

        install(studio_lore)
