"""`manage.py smoke`: is the character really heard? Asks a running vtcontrol from outside, as a viewer and a page."""

import argparse
import asyncio
import json
import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from vtcontrol.environment import folder_at
from workers.embedded.folder import read_address, use_folder
from workers.embedded.links import LINKS_FILE, kept_links
from workers.smoke.audition import Door, audition
from workers.smoke.failing import SmokeFailed
from workers.smoke.report import Report

TOKEN_VARIABLE = "VTCONTROL_TOKEN"  # noqa: S105 - the name of a variable
TIMEOUT_S = 60.0


class Command(BaseCommand):
    """Posts a chat line and listens to the answer."""

    help = _("Posts a chat line to a running vtcontrol and listens to the answer. Exit code 0: it was really heard.")
    requires_system_checks: list[str] = []  # it looks from outside: this process's database does not matter

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--url", default="", help=_("Address of the server (default: where ./run served last)."))
        way_in = parser.add_mutually_exclusive_group()
        way_in.add_argument("--data-dir", default="", help=_("Folder of an installation on this machine."))
        way_in.add_argument("--token", default="", help=_("API token; better in the variable VTCONTROL_TOKEN."))
        parser.add_argument("--stream", default="", help=_("Id of the stream, for a token that opens several."))
        parser.add_argument("--text", default="", help=_("What the viewer says (default: a greeting)."))
        parser.add_argument("--timeout", type=float, default=TIMEOUT_S, help=_("Seconds to wait (default 60)."))
        parser.add_argument("--preview", action="store_true", help=_("Never be the page that says what was heard."))
        parser.add_argument("--json", action="store_true", help=_("Print one JSON object."))

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the test, print the report, and fail unless the character was heard."""
        try:
            door = _door(options)
            report = asyncio.run(audition(door, text=options["text"], timeout_s=options["timeout"]))
        except SmokeFailed as failed:
            report = Report(reason=str(failed))
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        elif report.text:
            self.stdout.write("\n".join(report.lines()))
        if not report.ok:
            raise CommandError(report.reason)


def _door(options: dict[str, Any]) -> Door:
    """Return the way in: a token, or the links an embedded installation keeps."""
    is_preview = options["preview"]
    token = options["token"] or ("" if options["data_dir"] else os.environ.get(TOKEN_VARIABLE, ""))
    if token:
        url = options["url"] or read_address(None)
        return Door(url, token, token, options["stream"], is_preview=is_preview)
    try:
        folder = folder_at(options["data_dir"] or settings.DATA_DIR)
    except ValueError:
        raise SmokeFailed(" ".join(settings.ENVIRONMENT_FINDINGS)) from None
    if not (folder / LINKS_FILE).is_file():
        nothing = _("There is no installation in {folder}; start one with ./run, or give --token.")
        raise SmokeFailed(nothing.format(folder=folder))
    use_folder(folder)
    links = kept_links()
    if links is None:
        raise SmokeFailed(_("The links in {folder} cannot be read with the keys in use.").format(folder=folder))
    return Door(options["url"] or read_address(folder), links.stage, links.dock, is_preview=is_preview)
