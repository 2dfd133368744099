"""Signatures of webhook messages, as the Standard Webhooks specification has them. Pure.

The receiver makes the same HMAC over ``<id>.<timestamp>.<body>`` with the secret behind ``whsec_``, compares, and
refuses old timestamps. Source: the Standard Webhooks specification, version 1.
"""

import base64
import binascii
import hashlib
import hmac

PREFIX = "whsec_"


def signature(secret: str, message_id: str, timestamp: int, body: str) -> str:
    """Return the value of ``webhook-signature``.

    Args:
        secret: As it was shown, with its prefix.
        message_id: Value of ``webhook-id``; the same for every attempt.
        timestamp: Value of ``webhook-timestamp``: seconds since 1970.
        body: What is posted.

    Raises:
        ValueError: The secret is none.
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("This is no webhook secret.") from None
    signed = hmac.new(key, f"{message_id}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def signed_headers(secret: str, message_id: str, timestamp: int, body: str) -> dict[str, str]:
    """Return the headers of one attempt."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "vtcontrol-webhooks",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, message_id, timestamp, body),
    }
