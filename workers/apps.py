"""The workers app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkersConfig(AppConfig):
    """Everything that runs live."""

    name = "workers"
    verbose_name = _("Workers")

    def ready(self) -> None:
        """Make our Celery application the current one in every process, with its tasks known by name."""
        app = import_module("vtcontrol.celery").app
        for module in app.conf.imports:
            import_module(module)
