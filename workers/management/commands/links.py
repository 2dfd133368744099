"""`manage.py links`: reads the chat of linked channels. Several may run, and one replaces another that died."""

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from vtcontrol.tenancy.checks import findings
from workers.links.process import serve_links


class Command(BaseCommand):
    """Runs a link process."""

    help = _("Reads the chat of linked channels (Twitch) until it is stopped. Several may run at once.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until SIGTERM or Ctrl-C."""
        if settings.IS_EMBEDDED:
            raise CommandError(_("An embedded installation reads its links by itself: ./run is enough."))
        if wrong := findings():
            raise CommandError(" ".join(wrong))
        asyncio.run(serve_links())
        self.stdout.write(_("Stopped."))
