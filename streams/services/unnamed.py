"""Lines of people who want nothing stored: answered like any other, kept in no row.

The row of such an event holds no name, no words and no id of the platform. Its words wait in the cache, which is memory
and not a disk, for as long as the event may wait; a turn that answers it stores neither prompt nor words.
"""

import logging
from typing import Protocol
from uuid import UUID

from django.core.cache import cache

from relationships.services.refusals import digest_of
from streams.models import InboxEvent
from streams.selectors.unnamed import MARK, key_of

logger = logging.getLogger(__name__)
WORDS_WAIT_S = 660
"""A little longer than the dearest event stays worth an answer."""


class Delivered(Protocol):
    """An event as a platform delivers it: what names it there."""

    @property
    def platform(self) -> str:
        """The platform."""
        ...

    @property
    def platform_id(self) -> str:
        """The event's id there."""
        ...


def hidden_id(event: Delivered) -> str:
    """Return what stands for an event's platform id, the same each time it is delivered."""
    return MARK + digest_of(f"event:{event.platform}", event.platform_id)[:40]


def hidden_digest(digest: str) -> str:
    """Return what stands for the digest of an event's words; without the key nobody can try words against it."""
    return digest_of("words", digest)


def take_names_off(row: InboxEvent, *, keeps_words: bool = True) -> InboxEvent:
    """Empty a row before it is stored, and keep its words in memory until it is answered.

    Args:
        row: Not saved yet.
        keeps_words: The event is still to be answered.
    """
    if keeps_words:
        keep_words(row.pk, row.author_name, row.text)
    row.platform_id, row.digest = hidden_id(row), hidden_digest(row.digest)
    row.viewer_id, row.author_id, row.author_name, row.text, row.is_first = None, MARK, "", "", False
    return row


def keep_words(row_id: UUID, name: str, text: str) -> None:
    """Keep words that stand in no row in memory, for as long as they may wait (`selectors.unnamed.words_of`)."""
    try:
        cache.set(key_of(row_id), (name, text), timeout=WORDS_WAIT_S)
    except Exception as error:  # the line is taken in all the same, and ends as an empty one
        logger.warning("the cache cannot be reached; a line is lost", extra={"error": type(error).__name__})
