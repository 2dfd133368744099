"""The newcomer's language, from the terminal's own variables."""

import locale
import os
from collections.abc import Mapping

from django.utils.translation import get_language

ENGLISH = "en"
RUSSIAN = "ru"
VARIABLES = ("VTCONTROL_LANGUAGE", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""The first that is set decides: ours, then the order of the GNU gettext manual ("Locale Environment Variables")."""


def home_language(environment: Mapping[str, str] = os.environ) -> str:
    """Return "ru" for somebody whose terminal or active language is Russian, else "en"."""
    if (get_language() or "").startswith(RUSSIAN):
        return RUSSIAN
    told = next((value for name in VARIABLES if (value := environment.get(name, "").strip())), "")
    if not told:  # Windows, and sessions started without a terminal
        told = locale.getlocale()[0] or ""
    return RUSSIAN if told.lower().startswith(RUSSIAN) else ENGLISH
