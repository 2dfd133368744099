"""`manage.py studio`: everything in one process, on SQLite, with no other server. What `./run` starts."""

import argparse
import errno
import os
import secrets
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db.utils import DatabaseError
from django.utils.translation import gettext as _

from streams.services.leases import release_all
from streams.services.pages import forget_pages
from vtcontrol.tenancy.scope import unscoped
from workers.embedded.folder import use_folder, write_address
from workers.embedded.links import Links, page_links
from workers.embedded.lock import DataDirTaken, hold_data_dir
from workers.embedded.ollama import offer_ollama
from workers.embedded.server import EmbeddedServer
from workers.seeds.demo import seed_demo

PORT = 8700
OWNER = "owner"


class Command(BaseCommand):
    """Starts the studio."""

    help = _("Runs everything in one process: admin, pages, live loop and upkeep.")
    requires_system_checks: list[str] = []  # `ready_data_dir` says what is wrong in plain words first

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--port", type=int, default=PORT, help=_("Port to serve on (default 8700)."))
        parser.add_argument("--host", default="127.0.0.1", help=_("Address to serve on (default 127.0.0.1)."))
        parser.add_argument("--data-dir", default="", help=_("Folder for database, media and keys."))
        parser.add_argument("--no-input", action="store_true", help=_("Never ask anything."))

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, start, print the links, serve until Ctrl-C."""
        use_folder(options["data_dir"])
        if not settings.IS_EMBEDDED:
            raise CommandError(
                _("DATABASE_URL or REDIS_URL is set: start the separate processes instead (docs/production.md).")
            )
        if settings.ENVIRONMENT_FINDINGS:
            raise CommandError(" ".join(settings.ENVIRONMENT_FINDINGS))
        listener = _listen(options["host"], options["port"])
        try:
            with hold_data_dir(Path(settings.DATA_DIR)):
                self._serve(listener)
        except DataDirTaken as taken:
            raise CommandError(str(taken)) from None
        except OSError as error:
            raise CommandError(_disk_words(error)) from None
        self._leave()

    def _leave(self) -> None:
        """End at once: threads of the pools may wait for ever for the loop that has just ended."""
        self.stdout.flush()
        sys.stderr.flush()
        os._exit(0)

    def _serve(self, listener: socket.socket) -> None:
        password, links = self._prepare()
        address = listener.getsockname()[:2]
        server = EmbeddedServer(listener)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_args: server.stop())
        server.on_ready = lambda: self._greet(address, password, links)
        server.run()
        self.stdout.write(_("Stopped."))

    def _prepare(self) -> tuple[str, Links | None]:
        """Bring the database up to date and, at the first start, fill it; return the new password and page links."""
        try:
            call_command("migrate", verbosity=0, interactive=False)
        except DatabaseError as error:
            raise CommandError(
                _("The database in {folder} cannot be used: {error}").format(folder=settings.DATA_DIR, error=error)
            ) from None
        password = ""
        with unscoped("an embedded start knows that nobody else runs"):
            release_all()
            forget_pages()
        users = get_user_model()
        if not users.objects.exists():
            password = secrets.token_urlsafe(12)
            owner = users.objects.create_superuser(OWNER, password=password)
            seed_demo(owner)
        self._offered = offer_ollama()
        return password, page_links()

    def _greet(self, address: tuple[str, int], password: str, links: Links | None) -> None:
        host, port = address
        base = f"http://{'localhost' if host == '127.0.0.1' else host}:{port}"
        write_address(Path(settings.DATA_DIR), base)
        lines = ["", f"  {_('Admin')}   {base}/admin/"]
        if password:
            lines.append(
                "          "
                + _("Sign in as {name} with the password {password} (shown only now).").format(
                    name=OWNER, password=password
                )
            )
        if links:
            lines += [f"  {_('Stage')}   {base}/stage/#{links.stage}", f"  {_('Dock')}    {base}/dock/#{links.dock}"]
        if self._offered is not None:
            lines += [
                "",
                "  " + _("Ollama is running here: choose it as the brain on the persona's page in the admin."),
            ]
        lines += ["", "  " + _("Open the stage page, then type in the dock. Ctrl-C stops."), ""]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket, or say in plain words why there is none."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(256)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise CommandError(
                _("Port {port} is taken. Choose another one: ./run --port {other}").format(port=port, other=port + 1)
            ) from None
        raise CommandError(
            _("Cannot listen on {host}:{port}: {error}").format(host=host, port=port, error=error.strerror)
        ) from None
    return listener


def _disk_words(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return _("The disk is full: free some space and start again.")
    return _("The folder {folder} cannot be used: {error}").format(
        folder=settings.DATA_DIR, error=error.strerror or error
    )
