"""Reading the words of people who want nothing stored: they are in memory only (`streams.services.unnamed`)."""

import logging
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.cache import cache

logger = logging.getLogger(__name__)
MARK = "~"
"""Stands where the author's id would: somebody, and nobody may know who."""


def words_of(event_ids: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """Return name and text of events that hold none themselves; those whose time is over are missing."""
    if not event_ids:
        return {}
    try:
        found: dict[str, Any] = cache.get_many([key_of(one) for one in event_ids])
    except Exception as error:
        logger.warning("the cache cannot be reached; lines are lost", extra={"error": type(error).__name__})
        return {}
    return {one: found[key_of(one)] for one in event_ids if key_of(one) in found}


def key_of(event_id: UUID) -> str:
    """Return where an event's words are."""
    return f"unnamed:{event_id.hex}"
