"""System checks: a wrong environment is a clear sentence at start-up."""

from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured


def findings() -> list[str]:
    """Return a sentence for everything in the environment that cannot be used."""
    found = list(settings.ENVIRONMENT_FINDINGS)
    for number, key in enumerate(settings.ENCRYPTION_KEYS, start=1):
        try:
            Fernet(key)
        except ValueError:
            found.append(f"Key {number} of VTCONTROL_ENCRYPTION_KEYS is no key: make one with `manage.py keys new`.")
    return found


@register()
def check_environment(**_: Any) -> list[CheckMessage]:
    """Report every environment variable that cannot be used."""
    return [Error(finding, id="vtcontrol.E001") for finding in findings()]


def require_sound_environment() -> None:
    """Stop a server or worker that would run on wrong settings.

    Raises:
        ImproperlyConfigured: With every finding.
    """
    if found := findings():
        raise ImproperlyConfigured(" ".join(found))
