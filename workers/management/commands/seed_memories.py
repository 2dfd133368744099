"""`manage.py seed_memories`: loads a file of memories and lore kept beside a character. Again and again, for CI."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from memory.domain.seeds import FILE_LARGEST
from memory.seed_words import DID_WORDS, error_lines
from memory.services.seeds import Seeded, load_seeds
from vtcontrol.kernel.errors import VtcontrolError
from vtcontrol.tenancy.scope import studio_scope
from workers.management.choosing import the_persona, the_studio


class Command(BaseCommand):
    """Loads a seed file, and says what became of each entry."""

    help = _("Loads memories and lore from a file. Exit code 0: all of it is there. Nothing is loaded twice.")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("file", help=_("Seed file, YAML or JSON."))
        parser.add_argument("--studio", default="", help=_("Short name of the studio (default: the only one)."))
        parser.add_argument("--persona", default="", help=_("Name of the character (default: the only one)."))
        parser.add_argument("--dry-run", action="store_true", help=_("Only say what would happen."))
        parser.add_argument("--json", action="store_true", help=_("Print one JSON object."))

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it, and fail where something is wrong."""
        try:
            with Path(options["file"]).open("rb") as file, studio_scope(the_studio(options["studio"]).pk):
                persona = the_persona(options["persona"])
                result = load_seeds(persona, file.read(FILE_LARGEST + 1), is_dry=options["dry_run"])
        except (VtcontrolError, OSError) as error:
            if options["json"]:
                self.stdout.write(json.dumps({"ok": False, "reason": str(error)}, ensure_ascii=False))
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps({"ok": not result.errors, **result.as_json()}, ensure_ascii=False))
        else:
            for line in _told(result):
                self.stdout.write(line)
        if result.errors:
            raise CommandError(_("Nothing was loaded."))


def _told(result: Seeded) -> Iterator[str]:
    yield from error_lines(result.errors)
    for one in result.done:
        yield f"{one.line}: {one.part} {one.key}: {DID_WORDS[one.did]}"
