"""The seam to embedding engines: who turns a question into a vector while recall looks for its words.

Owns the seam only; `workers.mind.embedding` stands behind it. Without one, or when it is too slow or fails, recall goes
by words alone.
"""

from collections.abc import Callable
from typing import Protocol

from memory.models import EmbeddingEngine
from vtcontrol.tenancy.compiled import CompiledQuery

Vector = tuple[float, ...]
Answer = Callable[[], Vector | None]


class QueryEngine(Protocol):
    """What answers for every embedding engine in this process."""

    def prepare(self, engine: EmbeddingEngine) -> None:
        """Get an engine ready, its key included; never raises and never waits."""
        ...

    def ask(self, engine: EmbeddingEngine, text: str) -> Answer:
        """Begin to embed a question; the answer waits for it a few hundredths of a second at most, never raises."""
        ...


_AT_WORK = CompiledQuery(  # asked at every change of a memory, and mostly answered by nobody
    lambda: EmbeddingEngine.objects.filter(is_enabled=True).order_by().values_list("id")[:1]
)
_engine: QueryEngine | None = None


def embed_queries_with(engine: QueryEngine | None) -> None:
    """Say who embeds questions in this process; None: nobody."""
    global _engine  # noqa: PLW0603 - one engine room a process
    _engine = engine


def engine_at_work() -> EmbeddingEngine | None:
    """Return the studio's embedding engine, prepared, or None."""
    if _engine is None:
        return None
    if not _AT_WORK.rows():
        return None
    found: EmbeddingEngine | None = EmbeddingEngine.objects.select_related("credential").filter(is_enabled=True).first()
    if found is not None:
        _engine.prepare(found)
    return found


def ask(engine: EmbeddingEngine | None, text: str) -> Answer:
    """Begin to embed a question."""
    if _engine is None or engine is None or not text.strip():
        return lambda: None
    return _engine.ask(engine, text)
