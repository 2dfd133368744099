"""Writing characters: their contents, revisions and experiments, and their engines."""

from personas.services.engines import check_fallback, note_engine, remove_key, store_key
from personas.services.revisions import record_revision

__all__ = ["check_fallback", "note_engine", "record_revision", "remove_key", "store_key"]
