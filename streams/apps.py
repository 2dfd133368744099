"""The streams app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StreamsConfig(AppConfig):
    """Streams, what comes in, what is said, and who may say it."""

    name = "streams"
    verbose_name = _("On air")

    def import_models(self) -> None:
        """Import the app's models, those of the stage's and the links' rooms too."""
        super().import_models()
        import_module("streams.stage_models")
        import_module("streams.link_models")
