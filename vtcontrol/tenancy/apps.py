"""The tenancy app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TenancyConfig(AppConfig):
    """Studios, people, keys and tokens."""

    name = "vtcontrol.tenancy"
    label = "tenancy"
    verbose_name = _("Studio")

    def ready(self) -> None:
        """Register the system checks."""
        from vtcontrol.tenancy import checks  # noqa: F401 - registers by import
