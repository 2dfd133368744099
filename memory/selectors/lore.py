"""Which lore a line brings up."""

from collections.abc import Iterable


def lore_for(entries: Iterable[tuple[tuple[str, ...], str, bool]], text: str, *, most: int = 6) -> tuple[str, ...]:
    """Return the lore that `text` brings up: constant entries, and those whose key it mentions.

    Args:
        entries: (keys, content, is_constant) in their order.
        text: What was said.
        most: Most entries returned.
    """
    heard = text.casefold()
    found = [content for keys, content, constant in entries if constant or any(key and key in heard for key in keys)]
    return tuple(found[:most])
