"""Writing memory. Every change moves the persona's memory version, so that each process brings its index up to date."""

from memory.services.writing import (
    change_memories,
    delete_memories,
    find_twin,
    next_version,
    remember,
    remember_many,
    save_lore,
    save_memory,
)

__all__ = [
    "change_memories",
    "delete_memories",
    "find_twin",
    "next_version",
    "remember",
    "remember_many",
    "save_lore",
    "save_memory",
]
