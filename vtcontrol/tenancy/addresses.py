"""Where people find this installation: the address that links for others are made from."""

from django.conf import settings
from django.http import HttpRequest


def public_address(request: HttpRequest, path: str = "") -> str:
    """Return the address others reach a path by: under `VTCONTROL_PUBLIC_URL`, else as the caller reached us.

    Args:
        request: The caller's.
        path: From the root, with its slash; "" for the address itself, which ends without one.
    """
    base = settings.PUBLIC_URL.rstrip("/") or request.build_absolute_uri("/").rstrip("/")
    return f"{base}{path}"
