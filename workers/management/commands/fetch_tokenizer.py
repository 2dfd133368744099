"""`manage.py fetch_tokenizer MODEL`: downloads the table by which a model's tokens are counted."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from personas.admin.tokenizer_words import LACKS
from personas.tokenizers import Lack, TokenizerMissing
from workers.providers.tiktoken_tables import TableUnreachable, fetch_encoding
from workers.tokenizing import known_encoding


class Command(BaseCommand):
    """Fetches a table into the operator's folder. Nothing else of vtcontrol ever downloads one."""

    help = _("Downloads the tokenizer's table of one of OpenAI's models into VTCONTROL_TOKENIZERS_DIR.")

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the model."""
        parser.add_argument("model", help=_("The model's name at the provider, for example gpt-4.1-mini."))

    def handle(self, *args: Any, **options: Any) -> None:
        """Fetch what is missing.

        Raises:
            CommandError: What is in the way, and what to do.
        """
        model = str(options["model"])
        if not settings.TOKENIZERS_DIR:
            raise CommandError(str(LACKS[Lack.NOWHERE]))
        folder = Path(settings.TOKENIZERS_DIR)
        try:
            encoding = known_encoding(model)
            fetch_encoding(encoding, folder)
        except TokenizerMissing as missing:
            raise CommandError(LACKS[missing.lack] % {"detail": missing.detail, "model": model}) from None
        except TableUnreachable as failure:
            raise CommandError(_unreachable(failure, folder)) from None
        except OSError as error:
            raise CommandError(
                _("The folder %(folder)s cannot be written: %(error)s") % {"folder": folder, "error": error.strerror}
            ) from None
        self.stdout.write(
            _("%(encoding)s is in %(folder)s. Streams that go live from now on count with it.")
            % {"encoding": encoding, "folder": folder}
        )


def _unreachable(failure: TableUnreachable, folder: Path) -> str:
    return _(
        "%(url)s cannot be downloaded (%(reason)s). Download it where there is a network and store it as %(file)s."
    ) % {"url": failure.url, "reason": failure.reason, "file": folder / failure.file}
