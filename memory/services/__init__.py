"""Writing memory. Every change moves the persona's memory version, so that each process brings its index up to date."""

from memory.services.journal import undo_run
from memory.services.noticing import notice_turn
from memory.services.writing import (
    change_memories,
    delete_memories,
    find_twin,
    next_version,
    remember_many,
    save_lore,
    save_memory,
)

__all__ = [
    "change_memories",
    "delete_memories",
    "find_twin",
    "next_version",
    "notice_turn",
    "remember_many",
    "save_lore",
    "save_memory",
    "undo_run",
]
