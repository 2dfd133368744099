"""Identifiers: time-ordered UUIDs for rows and turns.

Owns the one way an id is made. A UUIDv7 sorts by creation time, so an index on it grows at its end, and its maker
knows it before the row is written.
"""

import os
import time
import uuid


def uuid7() -> uuid.UUID:
    """Return a new UUIDv7: 60 bits of Unix time, a quarter of a microsecond fine, then 62 random bits.

    RFC 9562, section 5.7 and method 3 of section 6.2: ids made by one process sort as they were made.
    """
    millis, rest_ns = divmod(time.time_ns(), 1_000_000)
    value = (millis & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76
    value |= (rest_ns * 4096 // 1_000_000) << 64
    value |= 0b10 << 62
    value |= int.from_bytes(os.urandom(8), "big") >> 2
    return uuid.UUID(int=value)
