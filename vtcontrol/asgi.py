"""The ASGI application: HTTP to Django, sockets to the consumers."""

import os
from urllib.parse import ParseResult

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import OriginValidator
from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vtcontrol.settings")
_http = get_asgi_application()

from vtcontrol.routing import websocket_urlpatterns  # noqa: E402 - the apps must be ready first
from vtcontrol.tenancy.checks import require_sound_environment  # noqa: E402 - the same

require_sound_environment()


class PageOriginValidator(OriginValidator):  # type: ignore[misc]  # channels ships no types
    """Refuses pages of other sites. A program sends no Origin and carries no cookie: its ticket alone lets it in."""

    def valid_origin(self, parsed_origin: ParseResult | None) -> bool:
        """Tell whether the handshake's Origin may open a socket."""
        return parsed_origin is None or bool(super().valid_origin(parsed_origin))


_sockets = PageOriginValidator(URLRouter(websocket_urlpatterns), settings.ALLOWED_HOSTS)
application = ProtocolTypeRouter({"http": _http, "websocket": _sockets})
