"""Encryption of stored secrets with the operator's own keys (`VTCONTROL_ENCRYPTION_KEYS`), apart from SECRET_KEY.

The first key encrypts, every key decrypts: put a new one in front, run `manage.py keys rotate`, drop the old one.
"""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from vtcontrol.kernel.errors import SecretUnreadable


def _box() -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
    except ValueError:
        raise SecretUnreadable("VTCONTROL_ENCRYPTION_KEYS holds something that is not a key.") from None


def seal(secret: str) -> str:
    """Return `secret` encrypted with the first key."""
    return _box().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Return the secret behind `sealed`.

    Raises:
        SecretUnreadable: None of the keys fits, or the text is no sealed secret.
    """
    try:
        return _box().decrypt(sealed.encode()).decode()
    except (InvalidToken, UnicodeEncodeError, UnicodeDecodeError):
        raise SecretUnreadable("A stored secret cannot be read with the configured encryption keys.") from None


def reseal(sealed: str) -> str:
    """Return the same secret encrypted with the first key.

    Raises:
        SecretUnreadable: None of the keys fits.
    """
    return seal(unseal(sealed))
