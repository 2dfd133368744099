"""The relationships app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RelationshipsConfig(AppConfig):
    """Who the viewers are and what binds them to a character."""

    name = "relationships"
    verbose_name = _("Audience")
