"""The workers app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkersConfig(AppConfig):
    """Everything that runs live."""

    name = "workers"
    verbose_name = _("Workers")
