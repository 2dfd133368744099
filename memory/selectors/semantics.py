"""The question's vector, when an embedding engine is at work in this process.

Owns the seam only: whoever runs engines (`workers`) says here how a text becomes a vector. Without one, or when it is
too slow or fails, recall goes by words alone.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QueryVector:
    """A question's vector, and the model whose vectors it may be compared with.

    Attributes:
        model_key: `EmbeddingEngine.model_key` of the engine that made it.
        vector: Its coordinates; any length.
    """

    model_key: str
    vector: tuple[float, ...]


Embed = Callable[[str], QueryVector | None]
"""Returns the vector of a question for the studio whose scope is entered, soon; None when there is none in time."""

_embed: Embed | None = None


def embed_queries_with(embed: Embed | None) -> None:
    """Say how questions become vectors in this process; None: not at all."""
    global _embed  # noqa: PLW0603 - one engine room a process
    _embed = embed


def query_vector(text: str) -> QueryVector | None:
    """Return the question's vector, or None."""
    return None if _embed is None or not text.strip() else _embed(text)
