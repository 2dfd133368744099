"""Keys of providers. A secret is sealed when it comes in and unsealed only where it is used."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from vtcontrol.tenancy.owned import LiveConfig
from vtcontrol.tenancy.secrets import seal, unseal


class Credential(LiveConfig):
    """A provider's key, encrypted at rest and shown only by its last four characters."""

    name = models.CharField(_("name"), max_length=80)
    sealed = models.TextField(editable=False, default="")
    hint = models.CharField(_("key ends with"), max_length=8, editable=False, default="")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("key")
        verbose_name_plural = _("keys")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("studio", "name"), name="one_credential_a_name"),)

    def __str__(self) -> str:
        return f"{self.name} (…{self.hint})" if self.hint else self.name

    def put(self, secret: str) -> None:
        """Take a new secret; the row is not saved yet."""
        secret = secret.strip()
        self.sealed = seal(secret) if secret else ""
        self.hint = secret[-4:] if len(secret) >= 12 else ("•" if secret else "")

    def reveal(self) -> str:
        """Return the secret, or "" when none is stored.

        Raises:
            SecretUnreadable: The configured keys do not fit.
        """
        return unseal(self.sealed) if self.sealed else ""
