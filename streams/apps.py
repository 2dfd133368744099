"""The streams app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StreamsConfig(AppConfig):
    """Streams, what comes in, what is said, and who may say it."""

    name = "streams"
    verbose_name = _("On air")
