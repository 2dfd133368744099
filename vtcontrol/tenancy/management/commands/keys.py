"""`manage.py keys`: makes, rotates and checks the keys that encrypt stored secrets. It never prints a stored secret."""

from collections.abc import Callable
from typing import Any

from cryptography.fernet import Fernet
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from vtcontrol.kernel.errors import SecretUnreadable
from vtcontrol.tenancy.credentials import Credential
from vtcontrol.tenancy.scope import unscoped
from vtcontrol.tenancy.secrets import reseal
from vtcontrol.tenancy.webhooks import Webhook

Holder = Credential | Webhook
HOLDERS = (Credential, Webhook)


class Command(BaseCommand):
    """The keys of `VTCONTROL_ENCRYPTION_KEYS`."""

    help = _("Makes, rotates and checks the keys that encrypt stored secrets.")
    requires_system_checks = ()  # `keys new` is how a missing key is mended

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the three verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("new", help=_("Print a new key."))
        verbs.add_parser("rotate", help=_("Encrypt every stored secret anew, with the first of the keys."))
        verbs.add_parser("check", help=_("Tell whether every stored secret can be read."))

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run one verb.

        Raises:
            CommandError: Some stored secrets cannot be read.
        """
        if options["verb"] == "new":
            self.stdout.write(Fernet.generate_key().decode())
            return
        self.check()
        if options["verb"] == "rotate":
            self._for_each_secret(_seal_anew, _("Encrypted anew: %(count)d."))
        else:
            self._for_each_secret(lambda holder: holder.reveal(), _("Readable: %(count)d."))

    def _for_each_secret(self, treat: Callable[[Holder], object], done: str) -> None:
        count, unreadable = 0, []
        with unscoped("the operator's keys encrypt the secrets of every studio"):
            for holder in (row for model in HOLDERS for row in list(model.objects.exclude(sealed=""))):
                try:
                    treat(holder)
                except SecretUnreadable:
                    unreadable.append(str(holder.pk))
                else:
                    count += 1
        self.stdout.write(done % {"count": count})
        if unreadable:
            raise CommandError(_("Cannot be read with the configured keys: %(ids)s.") % {"ids": ", ".join(unreadable)})


def _seal_anew(holder: Holder) -> None:
    sealed = reseal(holder.sealed)
    # a secret replaced in this moment is encrypted with the first key already
    type(holder).objects.filter(pk=holder.pk, sealed=holder.sealed).update(sealed=sealed)
